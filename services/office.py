"""The office: what it is called, when it is open, what it promises. All of it is settings, none of it code."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from services.announcing import Announcing
from services.calendar import JAKARTA, Allowed, Calendar, Purpose, allowed, may_send
from services.keeping import Keeping
from services.letterhead import Letterhead
from services.target import Target

__all__ = ["JAKARTA", "Fact", "Office"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about the programme that may change: shown to owners only once the office has confirmed it."""

    value: str
    source: str
    as_of: dt.date
    confirmed: bool = False
    by: str | None = None  # of the staff who said so; None: it is in the settings
    at: dt.datetime | None = None
    entry: int = 0  # the row in which they said it


@dataclass(frozen=True, slots=True)
class Office:
    """The office's own settings. Days are working days unless the name says otherwise."""

    calendar: Calendar = field(default_factory=Calendar)
    hours: str = "Senin–Jumat 08.00–16.00 WIB"
    hours_en: str = "Monday–Friday 08.00–16.00 WIB"
    address: str = ""
    phone: str = ""
    verify_url: str = ""
    public_url: str = ""  # how the world calls the program; no slash at its end
    complaint_url: str = ""
    bpjph_phone: str = ""
    dpo_contact: str = ""
    retention: str = ""
    retention_en: str = ""
    answer_days: int = 1  # a question to an officer
    review_days: int = 5  # an officer's look at an application
    contact_days: int = 5  # a companion's first contact after a place was given
    remind_days: int = 14  # calendar days: "ingatkan 2 minggu"
    offer_hours: int = 72  # how long an offered place is held for an answer
    confirm_days: int = 14  # calendar days in which an owner confirms what a helper entered
    correction_days: int = 3  # calendar days until an owner is reminded of a correction; then as many again
    draft_days: int = 90  # calendar days a draft is kept
    announcements_per_month: int = 2
    programme: str = ""  # code of the programme people register for
    alert_chat: int | None = None  # the Telegram chat of the staff: what is late and what failed is told there
    target: Target | None = None
    keeping: Keeping = field(default_factory=Keeping)
    letterhead: Letterhead = field(default_factory=Letterhead)
    announcing: Announcing = field(default_factory=Announcing)
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return self.calendar.zone

    def local_day(self, now: dt.datetime, later: int = 0) -> dt.date:
        """The date on the office's own calendar, or `later` calendar days after it."""
        return now.astimezone(self.zone).date() + dt.timedelta(days=later)

    def is_working(self, day: dt.date) -> bool:
        """Monday to Friday, unless it is a holiday."""
        return self.calendar.is_working(day)

    def is_open(self, now: dt.datetime) -> bool:
        """Whether somebody is there now."""
        local = now.astimezone(self.zone)
        opens, closes = self.calendar.hours(local.date())
        return self.is_working(local.date()) and opens <= local.time() < closes

    def may_write(self, now: dt.datetime) -> bool:
        """Whether it is an hour at which we write first to somebody, about their own affair."""
        return may_send(Purpose.REMINDER, now, self.calendar)

    def writes(self, now: dt.datetime) -> Allowed:
        """This moment, or the next at which we write first."""
        return allowed(Purpose.REMINDER, now, self.calendar)

    def working_day_after(self, now: dt.datetime, days: int) -> dt.date:
        """The working day `days` working days after today."""
        day = self.local_day(now)
        while days > 0:
            day += dt.timedelta(days=1)
            days -= self.is_working(day)
        return day

    def promise(self, now: dt.datetime, days: int) -> dt.datetime:
        """The moment by which something promised within `days` working days is due: closing time of that day."""
        day = self.working_day_after(now, days)
        return dt.datetime.combine(day, self.calendar.hours(day)[1], self.zone)

    def morning(self, day: dt.date) -> dt.datetime:
        """A decent hour of a day to write first: an hour after the office opens."""
        return dt.datetime.combine(day, self.calendar.hours(day)[0], self.zone) + dt.timedelta(hours=1)

    def confirmed(self, name: str) -> Fact | None:
        """A fact that may be shown, or None while the office has not confirmed it."""
        fact = self.facts.get(name)
        return fact if fact and fact.confirmed else None
