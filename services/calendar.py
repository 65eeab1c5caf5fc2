"""Kalender kantor: when the office is open, and when something may be sent to people; all of it is data.

Nobody is woken, nobody is disturbed at Friday prayer: what the bot writes first goes out within the hours of its
purpose. An answer to somebody who has just written goes out at once. The hours are the office's settings; their
grounds are in docs/calendar.md.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from services.national_days import Special, national

JAKARTA = ZoneInfo("Asia/Jakarta")
HORIZON = 400  # days looked at; a calendar that is closed for longer is a mistake
ROOM = dt.timedelta(minutes=5)  # before the end of a span: for the heartbeat that finds a message, and its way out
FRIDAY = 4


class Purpose(StrEnum):
    """Why something is sent."""

    ANNOUNCEMENT = "announcement"  # to many, about something new
    REMINDER = "reminder"  # to one, about their own affair
    REPLY = "reply"  # to somebody who has just written


class Reason(StrEnum):
    """Why it may not be sent now."""

    HOURS = "hours"  # too early or too late in the day
    PAUSE = "pause"  # Friday prayer, the breaking of the fast
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class NeverAllowed(Exception):
    """Within `HORIZON` days there is no moment at which it may be sent: the calendar itself is wrong."""

    def __init__(self, purpose: Purpose, at: dt.datetime) -> None:
        super().__init__(f"{purpose.value}: no moment within {HORIZON} days of {at:%Y-%m-%d}")
        self.purpose = purpose


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of the day for one purpose, on the office's clock; `until` is not included."""

    first: dt.time
    until: dt.time
    working_days: bool = False  # only on days on which somebody is there to answer


@dataclass(frozen=True, slots=True)
class Pause:
    """Part of a day in which nothing is sent. `weekday`: Monday is 0; None: every day."""

    name: str
    first: dt.time
    until: dt.time
    weekday: int | None = None

    def on(self, day: dt.date) -> bool:
        """Whether it is kept on this day."""
        return self.weekday is None or self.weekday == day.weekday()


@dataclass(frozen=True, slots=True)
class Period:
    """Days with other hours, such as Ramadan: both dates included."""

    name: str
    first: dt.date
    last: dt.date
    opens: dt.time | None = None  # None: the usual hours
    closes: dt.time | None = None
    pauses: tuple[Pause, ...] = ()
    source: str = ""
    as_of: dt.date | None = None
    estimated: bool = False


FRIDAY_PRAYER = Pause("salat Jumat", dt.time(11, 30), dt.time(13), FRIDAY)
SENDING: Mapping[Purpose, Window] = MappingProxyType(
    {
        Purpose.ANNOUNCEMENT: Window(dt.time(8), dt.time(17), working_days=True),
        Purpose.REMINDER: Window(dt.time(8), dt.time(20)),
    }
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The office's calendar. What is nearer wins: a day of its own, then the national days, then the week."""

    zone: ZoneInfo = JAKARTA
    opens: dt.time = dt.time(8)
    closes: dt.time = dt.time(16)
    windows: Mapping[Purpose, Window] = field(default_factory=lambda: SENDING)
    pauses: tuple[Pause, ...] = (FRIDAY_PRAYER,)
    periods: tuple[Period, ...] = ()
    national_days: bool = True
    days: Mapping[dt.date, Special] = field(default_factory=dict)  # the office's own, closed or open

    def special(self, day: dt.date) -> Special | None:
        """What is special about a day, if anything."""
        own = self.days.get(day)
        return own or (national(day.year).get(day) if self.national_days else None)

    def holiday(self, day: dt.date) -> Special | None:
        """The holiday of a day on which the office is closed."""
        special = self.special(day)
        return special if special and special.closed else None

    def is_working(self, day: dt.date) -> bool:
        """Monday to Friday but for holidays, and days the office has opened itself."""
        special = self.special(day)
        return not special.closed if special else day.weekday() < 5

    def period(self, day: dt.date) -> Period | None:
        """The period of other hours a day lies in."""
        return next((p for p in self.periods if p.first <= day <= p.last), None)

    def hours(self, day: dt.date) -> tuple[dt.time, dt.time]:
        """When the office opens and closes on a day, or would if it were open."""
        special, period = self.special(day), self.period(day)
        given = [one for one in (special, period) if one and one.opens and one.closes]
        opens, closes = (given[0].opens, given[0].closes) if given else (None, None)
        return opens or self.opens, closes or self.closes

    def pauses_on(self, day: dt.date) -> list[Pause]:
        """The pauses kept on a day."""
        period = self.period(day)
        return [pause for pause in (*self.pauses, *(period.pauses if period else ())) if pause.on(day)]


# --- when may this be sent?


@dataclass(frozen=True, slots=True)
class Allowed:
    """A moment at which it may be sent. `reason`: why not when it was wanted, None if it was the same moment."""

    at: dt.datetime
    reason: Reason | None = None
    name: str = ""  # of the holiday or pause


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way on a day; `name` is that of the holiday or pause."""

    day: dt.date
    reason: Reason
    name: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """An unbroken stretch of time in which something may be sent; UTC, `end` not included."""

    start: dt.datetime
    end: dt.datetime


def may_send(purpose: Purpose, at: dt.datetime, calendar: Calendar) -> bool:
    """Whether it may be sent at this very moment."""
    return why_not(purpose, at, calendar) is None


def allowed(purpose: Purpose, at: dt.datetime, calendar: Calendar) -> Allowed:
    """This moment, or the next at which it may be sent, with what stood in the way. Raises `NeverAllowed`."""
    why = why_not(purpose, at, calendar)
    if why is None:
        return Allowed(at)
    span = next(spans_after(purpose, at, calendar), None)
    if span is None:
        raise NeverAllowed(purpose, at)
    return Allowed(max(at, span.start).astimezone(calendar.zone), *why)


def allowed_before(purpose: Purpose, at: dt.datetime, calendar: Calendar, not_before: dt.datetime) -> Allowed | None:
    """This moment, or the last one before it with `ROOM` to send; None if there is none from `not_before` on."""
    why = why_not(purpose, at, calendar)
    if why is None:
        return Allowed(at) if at >= not_before else None
    span = span_before(purpose, at, calendar)
    if span is None or span.end <= not_before:
        return None
    return Allowed(max(span.start, span.end - ROOM, not_before).astimezone(calendar.zone), *why)


def obstacles(purpose: Purpose, at: dt.datetime, calendar: Calendar) -> list[Obstacle]:
    """What stood in the way on each day from a moment to the one at which it may be sent; empty if that is the same.

    Raises `NeverAllowed`.
    """
    why = why_not(purpose, at, calendar)
    if why is None:
        return []
    end = allowed(purpose, at, calendar).at.astimezone(calendar.zone).date()
    day = at.astimezone(calendar.zone).date()
    found = [Obstacle(day, *why)]
    while day < end:
        day += dt.timedelta(days=1)
        begins = dt.datetime.combine(day, calendar.windows[purpose].first, calendar.zone)
        why = why_not(purpose, begins, calendar)
        if why is not None:
            found.append(Obstacle(day, *why))
    return found


def why_not(purpose: Purpose, at: dt.datetime, calendar: Calendar) -> tuple[Reason, str] | None:
    """What stands in the way at a moment, with the name of the holiday or pause; None: nothing does."""
    if purpose is Purpose.REPLY:
        return None
    day, moment = at.astimezone(calendar.zone).date(), at.astimezone(dt.UTC)
    if any(span.start <= moment < span.end for span in spans(purpose, day, calendar)):
        return None
    window = calendar.windows[purpose]
    if window.working_days and not calendar.is_working(day):
        holiday = calendar.holiday(day)
        return (Reason.HOLIDAY, holiday.name) if holiday else (Reason.WEEKEND, "")
    local = at.astimezone(calendar.zone).time()
    pause = next((p for p in calendar.pauses_on(day) if p.first <= local < p.until), None)
    inside = pause is not None and window.first <= local < window.until
    return (Reason.PAUSE, pause.name) if pause and inside else (Reason.HOURS, "")


def spans(purpose: Purpose, day: dt.date, calendar: Calendar) -> list[Span]:
    """The stretches of a day in which something may be sent, in order: its window less the day's pauses."""
    window = calendar.windows[purpose]
    if window.working_days and not calendar.is_working(day):
        return []
    parts = [(window.first, window.until)]
    for pause in calendar.pauses_on(day):
        parts = [
            part
            for first, until in parts
            for part in ((first, min(until, pause.first)), (max(first, pause.until), until))
            if part[0] < part[1]
        ]
    ends = [tuple(dt.datetime.combine(day, t, calendar.zone).astimezone(dt.UTC) for t in part) for part in parts]
    return [Span(start, end) for start, end in ends if start < end]


def spans_after(purpose: Purpose, at: dt.datetime, calendar: Calendar) -> Iterator[Span]:
    """The stretches from a moment on, the one it lies in first; `HORIZON` days of them."""
    first, moment = at.astimezone(calendar.zone).date(), at.astimezone(dt.UTC)
    for number in range(HORIZON + 1):
        yield from (s for s in spans(purpose, first + dt.timedelta(days=number), calendar) if s.end > moment)


def span_before(purpose: Purpose, at: dt.datetime, calendar: Calendar) -> Span | None:
    """The stretch a moment lies in, or else the last one before it; None within `HORIZON` days."""
    last, moment = at.astimezone(calendar.zone).date(), at.astimezone(dt.UTC)
    for number in range(HORIZON + 1):
        begun = [s for s in spans(purpose, last - dt.timedelta(days=number), calendar) if s.start <= moment]
        if begun:
            return begun[-1]
    return None
