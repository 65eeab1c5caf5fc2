"""Kantor mengatur acara: create, open, move, change, cancel, copy, plan; each by somebody with the right, and noted."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from models import ACTIVE, Audience, Event, EventKind, EventShare, EventState, Session, SignUp, SignUpState
from services import audit
from services.calendar import Calendar
from services.events import plans, rules, seating
from services.events.rules import Entry, EventRefused, Wrong
from services.inserting import insert_unless_there, quietly
from services.staff import Actor, Right, demand_for

TRIES = 1000


class Over(StrEnum):
    """What to do when fewer places are wanted than are taken."""

    REFUSE = "refuse"
    TELL_LAST = "tell_last"  # those who came last go back to the head of the waiting list, and are told


@dataclass(frozen=True, slots=True)
class EventSpec:
    """An event as the office wants it. Times are aware; they count to the minute."""

    kind: EventKind
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    capacity: int
    zone: str = "Asia/Jakarta"
    code: str | None = None  # None: the next one of its kind, "SOS12"
    map_url: str | None = None
    audience: str | None = None
    bring: str | None = None
    regency: str | None = None
    letter_number: str | None = None
    letter_date: dt.date | None = None
    conditions: tuple[str, ...] = ()
    reserved: int = 0
    invited_until: dt.datetime | None = None
    regions_until: dt.datetime | None = None
    shares: Mapping[str, int] = field(default_factory=dict)  # "36.02" -> places
    plan: tuple[Entry, ...] | None = None  # None: the usual one
    certificates: bool = False  # who came is given one as soon as it is over, by itself


PLAIN = (
    "kind", "title", "place", "zone", "map_url", "audience", "bring", "regency", "letter_number", "letter_date",
    "reserved", "invited_until", "regions_until", "capacity",
)  # fmt: skip
CHANGEABLE = frozenset(
    {"title", "map_url", "audience", "bring", "letter_number", "letter_date", "reserved", "invited_until"}
    | {"regions_until"}
)


# --- making


def create(
    session: Session, actor: Actor, spec: EventSpec, *, calendar: Calendar, now: dt.datetime, opened: bool = True
) -> Event:
    """A new event with its plan; open for sign-up unless it is to be a draft. Raises EventRefused, Forbidden."""
    demand_for(actor, Right.EVENTS, spec.regency)
    starts_at, ends_at = rules.whole_minute(spec.starts_at), rules.whole_minute(spec.ends_at)
    rules.check_times(starts_at, ends_at, now)
    zone = rules.zone_of(spec.zone)
    if spec.capacity < 1:
        raise EventRefused(Wrong.CAPACITY)
    if not 0 <= spec.reserved <= spec.capacity:
        raise EventRefused(Wrong.RESERVED)
    values = {name: getattr(spec, name) for name in PLAIN} | {"conditions": list(spec.conditions)}
    state = EventState.OPEN if opened else EventState.DRAFT
    values |= {"starts_at": starts_at, "ends_at": ends_at, "state": state, "created_at": now, "created_by": actor.name}
    values["certificates_at"] = ends_at if spec.certificates else None
    event = seating.lock(session, _insert(session, spec, values))
    seating.set_shares(session, event, spec.shares)
    plans.write_plan(session, event, spec.plan or rules.usual_plan(starts_at, zone), calendar)
    _note(session, actor, "event.created", event, now, after=_told(event))
    return event


def _insert(session: Session, spec: EventSpec, values: Mapping[str, Any]) -> int:
    if spec.code is not None:
        code = spec.code.strip().upper()
        if not rules.CODE.fullmatch(code):
            raise EventRefused(Wrong.CODE)
        made = insert_unless_there(session, Event, {**values, "code": code}, "code")
        if made is None:
            raise EventRefused(Wrong.CODE_TAKEN)
        return made
    letters = rules.LETTERS[spec.kind]
    first = session.scalar(sa.select(sa.func.count()).select_from(Event).where(Event.code.startswith(letters))) or 0
    for number in range(first + 1, first + TRIES):
        made = insert_unless_there(session, Event, {**values, "code": f"{letters}{number:02d}"}, "code")
        if made is not None:
            return made
    raise EventRefused(Wrong.CODE_TAKEN)


def open_up(session: Session, actor: Actor, code: str, *, now: dt.datetime) -> Event:
    """Open a draft for sign-up. Raises EventRefused."""
    event = _locked(session, actor, code)
    if event.state is not EventState.DRAFT:
        raise EventRefused(Wrong.OVER)
    rules.check_times(event.starts_at, event.ends_at, now)
    event.state = EventState.OPEN
    session.flush()
    plans.plan_all(session, event, now)  # people on the list of invited ones
    _note(session, actor, "event.opened", event, now)
    return event


def copy(
    session: Session,
    actor: Actor,
    code: str,
    *,
    starts_at: dt.datetime,
    new_code: str | None = None,
    calendar: Calendar,
    now: dt.datetime,
) -> Event:
    """The same event on another day, as a draft: its plan and shares, and nothing of who came or was told."""
    old = seating.find(session, code)
    demand_for(actor, Right.EVENTS, old.regency)
    later = rules.whole_minute(starts_at) - old.starts_at
    values = {name: getattr(old, name) for name in PLAIN}
    for name in ("invited_until", "regions_until"):
        values[name] = values[name] + later if values[name] else None
    values |= {"letter_number": None, "letter_date": None, "conditions": tuple(old.conditions), "code": new_code}
    values["certificates"] = old.certificates_at is not None
    entries = tuple(plans.as_entry(row) for row in plans.plan_of(session, old.id))
    shares = {row.regency: row.capacity for row in _shares(session, old.id) if row.regency != seating.OTHERS}
    spec = EventSpec(**values, starts_at=starts_at, ends_at=old.ends_at + later, shares=shares, plan=entries or None)
    return create(session, actor, spec, calendar=calendar, now=now, opened=False)


# --- changing


def move(
    session: Session,
    actor: Actor,
    code: str,
    *,
    starts_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
    place: str | None = None,
    map_url: str | None = None,
    calendar: Calendar,
    now: dt.datetime,
) -> bool:
    """Another time or place. Everybody is told the old and the new one; False: it is what it was.

    A new start without a new end keeps the length. Seconds do not count.
    """
    event = _locked(session, actor, code)
    if event.state not in (EventState.DRAFT, EventState.OPEN) or event.ends_at <= now:
        raise EventRefused(Wrong.OVER)
    start = rules.whole_minute(starts_at) if starts_at else event.starts_at
    end = rules.whole_minute(ends_at) if ends_at else start + (event.ends_at - event.starts_at)
    new = (start, end, place or event.place)
    if map_url is not None:
        event.map_url = map_url or None
    if new == (event.starts_at, event.ends_at, event.place):
        session.flush()
        return False
    rules.check_times(start, end, now)
    before = _told(event)
    if event.certificates_at == event.ends_at:
        event.certificates_at = end
    event.starts_at, event.ends_at, event.place = new
    event.version += 1
    session.flush()
    replan(session, event, calendar, now)
    _note(session, actor, "event.moved", event, now, before=before, after=_told(event))
    return True


def replan(session: Session, event: Event, calendar: Calendar, now: dt.datetime) -> None:
    """Everything that was planned is void, and planned anew for the event as it is now; the change is told."""
    plans.void_all(session, event, "moved", now)
    unsaid = sa.update(SignUp).where(SignUp.event_id == event.id).values(answer=None, answered_at=None)
    session.execute(quietly(unsaid))  # they said "hadir" to another time
    plans.set_times(session, event, calendar)
    if event.state is EventState.OPEN:
        plans.plan_all(session, event, now)
        first = min(event.starts_at, _earliest_told(session, event, now))
        plans.tell_all(session, event, "moved", rules.notice_at(now + rules.SETTLE, first, calendar), now)


def _earliest_told(session: Session, event: Event, now: dt.datetime) -> dt.datetime:
    """The earliest time anybody may still set out for."""
    told = sa.select(sa.func.min(SignUp.told_starts_at)).where(SignUp.event_id == event.id)
    told = told.where(SignUp.state.in_(ACTIVE), SignUp.told_starts_at > now)
    return session.scalar(told) or event.starts_at


def cancel(session: Session, actor: Actor, code: str, *, reason: str, calendar: Calendar, now: dt.datetime) -> Event:
    """It will not take place: nothing more is reminded of, and everybody is told once, with the reason."""
    event = _locked(session, actor, code)
    if event.state not in (EventState.DRAFT, EventState.OPEN) or event.ends_at <= now:
        raise EventRefused(Wrong.OVER)
    event.state, event.reason = EventState.CANCELLED, reason
    event.version += 1
    session.flush()
    plans.void_all(session, event, "cancelled", now)
    first = min(event.starts_at, _earliest_told(session, event, now))
    plans.tell_all(session, event, "cancelled", rules.notice_at(now, first, calendar), now)
    _note(session, actor, "event.cancelled", event, now, after={"reason": reason})
    return event


def change(session: Session, actor: Actor, code: str, values: Mapping[str, Any], *, now: dt.datetime) -> Event:
    """What nobody need be told: the title, what to bring, the letter, until when places are kept."""
    event = _locked(session, actor, code)
    unknown = set(values) - CHANGEABLE
    if unknown:
        raise ValueError(f"not to be changed this way: {', '.join(sorted(unknown))}")
    if not 0 <= int(values.get("reserved", event.reserved)) <= event.capacity:
        raise EventRefused(Wrong.RESERVED)
    before = {name: getattr(event, name) for name in values}
    for name, value in values.items():
        setattr(event, name, value)
    session.flush()
    _note(session, actor, "event.changed", event, now, before=before, after=dict(values))
    return event


def set_plan(
    session: Session, actor: Actor, code: str, entries: Sequence[Entry], *, calendar: Calendar, now: dt.datetime
) -> Event:
    """Another plan of reminders: what is not in it any more is void, and nothing that was sent is sent again."""
    event = _locked(session, actor, code)
    plans.write_plan(session, event, entries, calendar)
    plans.void_unplanned(session, event, now)
    if event.state is EventState.OPEN:
        plans.plan_all(session, event, now)
    _note(session, actor, "event.planned", event, now, after={"kinds": [entry.kind for entry in entries]})
    return event


def set_shares(session: Session, actor: Actor, code: str, shares: Mapping[str, int], *, now: dt.datetime) -> Event:
    """Other places per kab/kota; {} for none of their own. Raises EventRefused."""
    event = _locked(session, actor, code)
    seating.set_shares(session, event, shares)
    _note(session, actor, "event.shared", event, now, after=dict(shares))
    return event


def set_capacity(
    session: Session, actor: Actor, code: str, capacity: int, *, over: Over, now: dt.datetime
) -> list[SignUp]:
    """More or fewer places; those who lost theirs, the last first. Raises EventRefused(CAPACITY, taken).

    Who loses a place goes back to the waiting list, before everybody who came later.
    """
    event = _locked(session, actor, code)
    if capacity < 1:
        raise EventRefused(Wrong.CAPACITY)
    if capacity < event.taken and over is Over.REFUSE:
        raise EventRefused(Wrong.CAPACITY, event.taken)
    before, bumped = event.capacity, _last(session, event, event.taken - capacity)
    for row in bumped:
        seating.free(session, event, row, SignUpState.WAITING, now)
        plans.void_lost(session, event, row.person_id, "bumped", now)
        plans.plan_for(session, event, row.person_id, Audience.WAITING, now)
    _set_others(session, event, capacity)
    event.capacity, event.reserved = capacity, min(event.reserved, capacity)
    session.flush()
    _note(session, actor, "event.capacity", event, now, before={"capacity": before}, after={"capacity": capacity})
    return bumped


def _last(session: Session, event: Event, count: int) -> list[SignUp]:
    """Those whose place would be one too many: offers first, then who came last; invited people are spared longest."""
    if count <= 0:
        return []
    offered = sa.case((SignUp.state == SignUpState.OFFERED, 0), else_=1)
    held = sa.and_(SignUp.event_id == event.id, SignUp.holds, SignUp.state != SignUpState.ATTENDED)
    query = sa.select(SignUp).where(held).order_by(offered, SignUp.invited, SignUp.id.desc()).limit(count)
    rows = list(session.scalars(query.execution_options(populate_existing=True)))
    if len(rows) < count:
        raise EventRefused(Wrong.CAPACITY, event.taken)
    return rows


def _set_others(session: Session, event: Event, capacity: int) -> None:
    """The places of all kab/kota without a share of their own grow and shrink with the whole."""
    others = next((row for row in _shares(session, event.id) if row.regency == seating.OTHERS), None)
    if others is None:
        return
    room = others.capacity + capacity - event.capacity
    if room < 0 or (room < others.taken and not others.released):
        raise EventRefused(Wrong.SHARES, others.taken)
    others.capacity = room
    session.flush()


def _shares(session: Session, event_id: int) -> list[EventShare]:
    query = sa.select(EventShare).where(EventShare.event_id == event_id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def finish(session: Session, now: dt.datetime) -> int:
    """Events whose end has passed are over; how many."""
    ended = sa.and_(Event.state == EventState.OPEN, Event.ends_at <= now)
    change = sa.update(Event).where(ended).values(state=EventState.DONE).returning(Event.id)
    return len(session.execute(quietly(change)).all())


def _locked(session: Session, actor: Actor, code: str) -> Event:
    event = seating.find(session, code)
    demand_for(actor, Right.EVENTS, event.regency)
    return seating.lock(session, event.id)


def _told(event: Event) -> dict[str, Any]:
    return {
        "starts_at": event.starts_at.isoformat(), "ends_at": event.ends_at.isoformat(), "place": event.place,
        "capacity": event.capacity, "version": event.version,
    }  # fmt: skip


def _note(
    session: Session,
    actor: Actor,
    act: str,
    event: Event,
    now: dt.datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    audit.note(session, actor, act, f"event:{event.code}", before=before, after=after, now=now)
