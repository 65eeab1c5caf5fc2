"""The office's calendar as it is written in the settings: hours, pauses, periods with other hours, days of its own."""

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from bot.config_section import Section
from services.calendar import FRIDAY_PRAYER, SENDING, Calendar, Pause, Period, Purpose, Window
from services.national_days import Special

WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
Weekday = Literal["senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"]


class Stretch(Section):
    """Part of a day, `until` not included."""

    first: dt.time
    until: dt.time

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """Begins before it ends, within one day."""
        if self.first >= self.until:
            raise ValueError("first harus lebih awal daripada until")
        return self


class WindowSettings(Stretch):
    """The hours in which something may be sent."""

    working_days: bool = False

    def window(self) -> Window:
        """As services know it."""
        return Window(self.first, self.until, self.working_days)


class PauseSettings(Stretch):
    """Part of a day in which nothing is sent, on one weekday or every day."""

    name: str = Field(min_length=1, max_length=80)
    weekday: Weekday | None = None

    def pause(self) -> Pause:
        """As services know it."""
        return Pause(self.name, self.first, self.until, WEEKDAYS.index(self.weekday) if self.weekday else None)


class Sourced(Section):
    """Something that may change: where it stands, as of when, and whether it is certain."""

    name: str = Field(min_length=1, max_length=80)
    opens: dt.time | None = None
    closes: dt.time | None = None
    source: str = Field(min_length=1, max_length=300)
    as_of: dt.date
    estimated: bool = False

    @model_validator(mode="after")
    def both_hours(self) -> Self:
        """Both hours or neither, in order."""
        if (self.opens is None) != (self.closes is None) or (self.opens and self.closes and self.opens >= self.closes):
            raise ValueError("opens dan closes harus diisi keduanya, opens lebih awal")
        return self


class PeriodSettings(Sourced):
    """Days with other hours, both included."""

    first: dt.date
    last: dt.date
    pauses: tuple[PauseSettings, ...] = ()

    @model_validator(mode="after")
    def first_before_last(self) -> Self:
        """Begins before it ends."""
        if self.first > self.last:
            raise ValueError("first harus tidak sesudah last")
        return self

    def period(self) -> Period:
        """As services know it."""
        kept = self.model_dump(exclude={"pauses"})
        return Period(**kept, pauses=tuple(pause.pause() for pause in self.pauses))


class DaySettings(Sourced):
    """A day of the office's own: closed, or open though it would be closed."""

    day: dt.date
    name_en: str = Field(default="", max_length=80)
    closed: bool = True

    def special(self) -> Special:
        """As services know it."""
        return Special(**self.model_dump())


_FRIDAY = PauseSettings(name=FRIDAY_PRAYER.name, first=FRIDAY_PRAYER.first, until=FRIDAY_PRAYER.until, weekday="jumat")


def _window(purpose: Purpose) -> WindowSettings:
    window = SENDING[purpose]
    return WindowSettings(first=window.first, until=window.until, working_days=window.working_days)


class CalendarSettings(Section):
    """When the office is closed and when nothing is sent. Grounds: docs/calendar.md."""

    national_days: bool = True
    announcements: WindowSettings = _window(Purpose.ANNOUNCEMENT)
    reminders: WindowSettings = _window(Purpose.REMINDER)
    pauses: tuple[PauseSettings, ...] = (_FRIDAY,)
    periods: tuple[PeriodSettings, ...] = ()
    days: tuple[DaySettings, ...] = ()

    def whole(self, opens: dt.time, closes: dt.time) -> Calendar:
        """The calendar as services know it, without what staff have set (services/calendar_entries.py)."""
        return Calendar(
            opens=opens,
            closes=closes,
            windows={Purpose.ANNOUNCEMENT: self.announcements.window(), Purpose.REMINDER: self.reminders.window()},
            pauses=tuple(pause.pause() for pause in self.pauses),
            periods=tuple(period.period() for period in self.periods),
            national_days=self.national_days,
            days={one.day: one.special() for one in self.days},
        )
