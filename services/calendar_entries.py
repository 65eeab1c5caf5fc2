"""Kalender kantor yang diisi petugas: a day closed or opened, a period with other hours, with where it is written.

Whoever may arrange events may set them. They are nearer than the settings and the national days; they are taken back,
never removed, and each step is written down.
"""

import datetime as dt
from dataclasses import dataclass, field, replace
from enum import StrEnum

import sqlalchemy as sa

from models import AuditHead, CalendarEntry, Session
from services import audit
from services.calendar import Calendar, Pause, Period
from services.inserting import quietly
from services.masking import Plain
from services.national_days import Special
from services.office import Office
from services.refusing import Refusal
from services.staff import Actor, Right, demand

LONGEST = 92  # days of a period: Ramadan is 30; a longer one is a slip in the year
NAME_LONGEST, SOURCE_LONGEST = 80, 300


class Why(StrEnum):
    """Why an entry is not taken."""

    PAST = "past"
    ORDER = "order"  # the last day before the first, an hour that ends before it begins
    LONG = "long"
    NAME = "name"
    SOURCE = "source"
    EMPTY = "empty"  # a period like any other days
    THERE = "there"  # there is an entry for that day, or for part of that period
    UNKNOWN = "unknown"  # no such entry, or it was taken back


class NotTaken(Refusal[Why]):
    """The calendar stays as it is. `entry`: the number of the one that is in the way."""

    def __init__(self, why: Why, entry: int | None = None) -> None:
        super().__init__(why)
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to set. `closed` None: a period from `first` to `last`, both included."""

    name: str
    first: dt.date
    last: dt.date
    closed: bool | None
    source: str
    as_of: dt.date
    hours: tuple[dt.time, dt.time] | None = None
    pauses: tuple[Pause, ...] = field(default=())
    name_en: str = ""
    estimated: bool = False


def reason_against(wanted: Wanted, today: dt.date) -> Why | None:
    """Why it would make no sense, whatever is there already."""
    stretches = [(pause.first, pause.until) for pause in wanted.pauses]
    stretches += [wanted.hours] if wanted.hours else []
    if wanted.last < wanted.first or any(first >= until for first, until in stretches):
        return Why.ORDER
    if wanted.last < today:
        return Why.PAST
    if (wanted.last - wanted.first).days >= LONGEST:
        return Why.LONG
    if wanted.closed is None and not stretches:
        return Why.EMPTY
    return _unnamed(wanted)


def _unnamed(wanted: Wanted) -> Why | None:
    names = (wanted.name.strip(), *(pause.name.strip() for pause in wanted.pauses))
    if not all(0 < len(name) <= NAME_LONGEST for name in names) or len(wanted.name_en) > NAME_LONGEST:
        return Why.NAME
    return None if 0 < len(wanted.source.strip()) <= SOURCE_LONGEST else Why.SOURCE


def joined(session: Session, office: Office) -> Office:
    """The office of the settings with what staff have set."""
    live = sa.select(CalendarEntry).where(CalendarEntry.removed_at.is_(None)).order_by(CalendarEntry.first)
    rows = list(session.scalars(live))
    calendar = office.calendar
    days = {row.first: _special(row) for row in rows if row.closed is not None}
    periods = tuple(_period(row) for row in rows if row.closed is None)
    nearer: Calendar = replace(calendar, days={**calendar.days, **days}, periods=(*periods, *calendar.periods))
    return replace(office, calendar=nearer)


def entries(session: Session, actor: Actor, since: dt.date, *, removed: bool = False) -> list[CalendarEntry]:
    """What staff have set that is not over by a day; `removed`: also what was taken back. Raises Forbidden."""
    demand(actor, Right.SEE)
    query = sa.select(CalendarEntry).where(CalendarEntry.last >= since)
    if not removed:
        query = query.where(CalendarEntry.removed_at.is_(None))
    return list(session.scalars(query.order_by(CalendarEntry.first, CalendarEntry.id)))


def add(session: Session, actor: Actor, wanted: Wanted, *, office: Office, now: dt.datetime) -> int:
    """Set a day or a period; its number. Raises Forbidden, NotTaken."""
    demand(actor, Right.EVENTS)
    why = reason_against(wanted, office.local_day(now))
    if why is not None:
        raise NotTaken(why)
    # One after the other: two periods may not lie over each other. It is the lock `audit.note` takes anyway, the last.
    session.get_one(AuditHead, 1, with_for_update=True)
    there = _in_the_way(session, wanted)
    if there is not None:
        raise NotTaken(Why.THERE, there)
    row = _row(wanted, actor, now)
    session.add(row)
    session.flush()
    audit.note(session, actor, "calendar.added", f"calendar:{row.id}", after=_told(row), now=now)
    return row.id


def remove(session: Session, actor: Actor, entry_id: int, *, now: dt.datetime) -> CalendarEntry:
    """Take an entry back. Raises Forbidden, NotTaken if there is none or it was taken back already."""
    demand(actor, Right.EVENTS)
    live = sa.and_(CalendarEntry.id == entry_id, CalendarEntry.removed_at.is_(None))
    change = sa.update(CalendarEntry).where(live).values(removed_at=now, removed_by=actor.name)
    if session.execute(quietly(change.returning(CalendarEntry.id))).first() is None:
        raise NotTaken(Why.UNKNOWN)
    row = session.get_one(CalendarEntry, entry_id, populate_existing=True)
    audit.note(session, actor, "calendar.removed", f"calendar:{entry_id}", before=_told(row), now=now)
    return row


def _in_the_way(session: Session, wanted: Wanted) -> int | None:
    over = sa.and_(CalendarEntry.first <= wanted.last, CalendarEntry.last >= wanted.first)
    alike = CalendarEntry.closed.is_(None) if wanted.closed is None else CalendarEntry.closed.is_not(None)
    query = sa.select(CalendarEntry.id).where(CalendarEntry.removed_at.is_(None), over, alike)
    return session.execute(query.order_by(CalendarEntry.id).limit(1)).scalar_one_or_none()


def _row(wanted: Wanted, actor: Actor, now: dt.datetime) -> CalendarEntry:
    opens, closes = wanted.hours or (None, None)
    return CalendarEntry(
        first=wanted.first,
        last=wanted.last,
        closed=wanted.closed,
        name=wanted.name.strip(),
        name_en=wanted.name_en.strip(),
        opens=opens,
        closes=closes,
        pauses=[[p.name.strip(), f"{p.first:%H:%M}", f"{p.until:%H:%M}"] for p in wanted.pauses],
        source=wanted.source.strip(),
        as_of=wanted.as_of,
        estimated=wanted.estimated,
        made_by=actor.name,
        made_at=now,
    )


def _told(row: CalendarEntry) -> dict[str, object]:
    """The office's own words, nobody's data."""
    words = {"name": Plain(row.name), "source": Plain(row.source)}
    return {
        **words,
        "first": row.first,
        "last": row.last,
        "closed": row.closed,
        "opens": row.opens,
        "closes": row.closes,
    }


def _special(row: CalendarEntry) -> Special:
    return Special(
        day=row.first,
        name=row.name,
        name_en=row.name_en,
        closed=bool(row.closed),
        opens=row.opens,
        closes=row.closes,
        source=row.source,
        as_of=row.as_of,
        estimated=row.estimated,
    )


def _period(row: CalendarEntry) -> Period:
    return Period(
        name=row.name,
        first=row.first,
        last=row.last,
        opens=row.opens,
        closes=row.closes,
        pauses=tuple(
            Pause(name, dt.time.fromisoformat(first), dt.time.fromisoformat(until)) for name, first, until in row.pauses
        ),
        source=row.source,
        as_of=row.as_of,
        estimated=row.estimated,
    )
