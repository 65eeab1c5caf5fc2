"""The rules of an event's times: when a reminder goes out, until when an offer counts, what still makes sense."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models import Audience, EventKind
from services.calendar import Calendar, Purpose, allowed, allowed_before
from services.refusing import Refusal

CODE = re.compile(r"(?=.*[A-Z])(?=.*\d)[A-Z0-9]{4,12}")  # at least four, so that no short answer code looks like one
LETTERS = {
    EventKind.INFORMATION: "SOS", EventKind.TRAINING: "PEL", EventKind.GUIDANCE: "PDP", EventKind.FAIR: "PAM",
}  # fmt: skip
MORNING = dt.time(12)  # an event that starts before noon is a morning event
TICKET_ONLY = dt.timedelta(hours=2)  # so near the start nobody is reminded, asked or offered anything
SOON = dt.timedelta(hours=6)  # who signed up or heard of a change this lately is not reminded of it at once
SETTLE = dt.timedelta(minutes=5)  # a change is told when it has stood for so long: who errs may move back
OFFER = dt.timedelta(hours=12)
SHORTEST_OFFER = dt.timedelta(hours=1)
NEARING = 4  # an offer takes at most this part of the time left until the start


class Wrong(StrEnum):
    """What is wrong with an event as somebody wants it."""

    PAST = "past"
    ORDER = "order"  # it ends before it begins
    NO_ZONE = "no_zone"
    CODE = "code"
    CODE_TAKEN = "code_taken"
    CAPACITY = "capacity"
    SHARES = "shares"  # the regions' places are more than there are in all
    RESERVED = "reserved"
    OVER = "over"  # it is over or cancelled, and no longer changes
    PLAN = "plan"
    UNKNOWN = "unknown"


class EventRefused(Refusal[Wrong]):
    """It cannot be done. `why` says what is wrong; `number` is the places taken, where that is in the way."""

    def __init__(self, why: Wrong, number: int | None = None) -> None:
        super().__init__(why)
        self.number = number


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a plan: `days` before at `clock` ("09:00", the event's zone), or `minutes` before the start."""

    kind: str
    audience: Audience
    text: str
    days: int = 0
    clock: str | None = None
    minutes: int | None = None


USUAL = (
    Entry("invited", Audience.INVITED, "events.invited", days=10, clock="09:00"),
    Entry("h7", Audience.REGISTERED, "events.h7", days=7, clock="09:00"),
    Entry("h3", Audience.REGISTERED, "events.h3", days=3, clock="09:00"),
    Entry("h1", Audience.REGISTERED, "events.h1", days=1, clock="09:00"),
)
EVE = Entry("soon", Audience.REGISTERED, "events.eve", days=1, clock="19:00")
TWO_HOURS = Entry("soon", Audience.REGISTERED, "events.same_day", minutes=120)


def usual_plan(starts_at: dt.datetime, zone: ZoneInfo) -> tuple[Entry, ...]:
    """H-7, H-3, H-1; and a last word two hours before, which for a morning event is said on the evening before."""
    morning = starts_at.astimezone(zone).time() < MORNING
    return (*USUAL, EVE if morning else TWO_HOURS)


def zone_of(name: str) -> ZoneInfo:
    """A zone by its name. Raises EventRefused."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise EventRefused(Wrong.NO_ZONE) from None


def whole_minute(at: dt.datetime) -> dt.datetime:
    """A time as it is told: nobody comes at 09.00.30, so a change of seconds is no change. Raises EventRefused."""
    if at.tzinfo is None:
        raise EventRefused(Wrong.NO_ZONE)
    return at.replace(second=0, microsecond=0)


def check_times(starts_at: dt.datetime, ends_at: dt.datetime, now: dt.datetime) -> None:
    """Raises EventRefused for an event in the past, or one that ends before it begins."""
    if ends_at <= starts_at:
        raise EventRefused(Wrong.ORDER)
    if starts_at <= now:
        raise EventRefused(Wrong.PAST)


def check_plan(entries: Sequence[Entry]) -> None:
    """Raises EventRefused for a plan that cannot be kept."""
    kinds = [entry.kind for entry in entries]
    if len(set(kinds)) < len(kinds) or any(kind in TOLD_AT_ONCE for kind in kinds):
        raise EventRefused(Wrong.PLAN)
    for entry in entries:
        clock_ok = entry.clock is not None and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", entry.clock)
        if (entry.minutes is None) != bool(clock_ok) or entry.days < 0 or (entry.minutes or 0) < 0:
            raise EventRefused(Wrong.PLAN)


TOLD_AT_ONCE = ("moved", "cancelled")  # no entries of a plan, and no consent of their own: they belong to the sign-up


def wished(entry: Entry, starts_at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """When an entry's reminder would go out if any hour were allowed."""
    if entry.minutes is not None:
        return starts_at - dt.timedelta(minutes=entry.minutes)
    day = starts_at.astimezone(zone).date() - dt.timedelta(days=entry.days)
    return dt.datetime.combine(day, dt.time.fromisoformat(str(entry.clock)), zone)


@dataclass(frozen=True, slots=True)
class Due:
    """When a reminder goes out, and why at another time than wished. `at` None: no moment is allowed."""

    at: dt.datetime | None
    shifted: str | None = None


def due(entry: Entry, starts_at: dt.datetime, zone: ZoneInfo, calendar: Calendar) -> Due:
    """The nearest allowed moment *before* the one wished for; if it is in the event's own morning, never after it.

    Looked for within a day: a reminder that would have to move further is not that reminder any more.
    """
    at = wished(entry, starts_at, zone)
    now = allowed(Purpose.REMINDER, at, calendar)
    if now.reason is None:
        return Due(at)
    earlier = allowed_before(Purpose.REMINDER, at, calendar, at - dt.timedelta(days=1))
    return Due(earlier.at if earlier else None, now.reason.value)


def offer_deadline(now: dt.datetime, starts_at: dt.datetime, calendar: Calendar) -> dt.datetime | None:
    """Until when an offered place waits for an answer; None where too little time is left to offer it.

    Twelve hours, or a quarter of the time left if that is shorter. It never ends in quiet hours: it then ends when
    they begin, if an hour is left until there, or else an hour after they end. The last hours belong to who comes.
    """
    latest = starts_at - TICKET_ONLY
    ends = min(now + min(OFFER, (starts_at - now) / NEARING), latest)
    ends = max(ends, now + SHORTEST_OFFER)
    by_night = allowed(Purpose.REMINDER, ends, calendar)
    if by_night.reason is not None:
        before = allowed_before(Purpose.REMINDER, ends, calendar, now + SHORTEST_OFFER)
        ends = before.at if before else by_night.at + SHORTEST_OFFER
    return ends if ends <= latest else None


def notice_at(now: dt.datetime, starts_at: dt.datetime, calendar: Calendar) -> dt.datetime:
    """When a change or an end is told: by day, unless somebody might set out before (two hours before the start)."""
    by_day = allowed(Purpose.REMINDER, now, calendar).at
    return by_day if by_day <= starts_at - TICKET_ONLY else now


def days_left(now: dt.datetime, starts_at: dt.datetime, zone: ZoneInfo) -> int:
    """Calendar days from today to the event's day, on its own calendar."""
    return (starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days
