"""The plan of an event, and its reminders: rows written in the transaction that makes them true, by one statement each.

A reminder belongs to a person, an event, a kind and the event's version: the table holds at most one. When time or
place change the version grows, what was planned is void, and all of it is planned anew. What a person was reminded of
already, for the very same time, is not planned again; nor is what would come within `SOON` of the change itself.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import (
    ACTIVE,
    Audience,
    Delivery,
    DeliveryState,
    Event,
    Invitation,
    Lane,
    PlanEntry,
    Reminder,
    ReminderState,
    Session,
    SignUp,
    SignUpState,
)
from services.calendar import Calendar
from services.events.rules import SOON, TOLD_AT_ONCE, Entry, check_plan, due, zone_of
from services.inserting import insert_into, quietly

STATES: Mapping[Audience, tuple[SignUpState, ...]] = {  # of the sign-ups an audience is made of
    Audience.REGISTERED: (SignUpState.REGISTERED,),
    Audience.WAITING: (SignUpState.WAITING, SignUpState.OFFERED),
}
BECAUSE = "reminder:"
CHUNK = 500


# --- the plan


def write_plan(session: Session, event: Event, entries: Sequence[Entry], calendar: Calendar) -> None:
    """Make this the event's plan. Raises EventRefused. Reminders are planned from it by `plan_all`."""
    check_plan(entries)
    # Not `quietly`: the same ones are made anew, so those at hand must be known to be gone.
    session.execute(sa.delete(PlanEntry).where(PlanEntry.event_id == event.id))
    for entry in entries:
        values = {name: getattr(entry, name) for name in ("kind", "audience", "text", "days", "clock", "minutes")}
        session.add(PlanEntry(event_id=event.id, **values))
    session.flush()
    set_times(session, event, calendar)


def set_times(session: Session, event: Event, calendar: Calendar) -> None:
    """Work out when each entry of the plan falls due, now that the event begins when it begins."""
    for row in plan_of(session, event.id):
        when = due(as_entry(row), event.starts_at, zone_of(event.zone), calendar)
        row.due_at, row.shifted = when.at, when.shifted
    session.flush()


def plan_of(session: Session, event_id: int) -> list[PlanEntry]:
    """The entries of an event's plan, the earliest first."""
    query = sa.select(PlanEntry).where(PlanEntry.event_id == event_id)
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    return sorted(rows, key=lambda row: (row.due_at or dt.datetime.max.replace(tzinfo=dt.UTC), row.kind))


def as_entry(row: PlanEntry) -> Entry:
    """An entry as the rules know it."""
    return Entry(row.kind, row.audience, row.text, row.days, row.clock, row.minutes)


# --- reminders


def plan_all(session: Session, event: Event, now: dt.datetime) -> None:
    """Plan everybody's reminders of this version, each audience by one statement. The event must be locked."""
    for audience in Audience:
        plan_audience(session, event, audience, now)
    if any(row.due_at and now < row.due_at <= now + SOON for row in plan_of(session, event.id)):
        _insert(session, _moved_back(event, now))


def plan_audience(session: Session, event: Event, audience: Audience, now: dt.datetime) -> None:
    """The same for one audience. Who has theirs keeps them."""
    _insert(session, _wanted(event, audience, now))


def plan_for(session: Session, event: Event, person_id: int | None, audience: Audience, now: dt.datetime) -> None:
    """Plan one person's reminders, as of now: what has passed, or is too near, is not planned."""
    if person_id is not None:
        _insert(session, _wanted(event, audience, now, person_id))


def tell_all(session: Session, event: Event, kind: str, at: dt.datetime, now: dt.datetime) -> None:
    """A notice to everybody who is in or waits: that it was moved or cancelled, in one statement."""
    who = sa.select(SignUp.person_id).where(SignUp.event_id == event.id, SignUp.state.in_(ACTIVE))
    people = who.where(SignUp.person_id.is_not(None)).distinct().subquery()
    told = sa.literal(kind), sa.literal(Audience.REGISTERED.value), sa.literal(f"events.{kind}")
    values = _values(event, people.c.person_id, *told, now)
    _insert(session, sa.select(*values, _moment(at).label("due_at")).select_from(people).where(sa.true()))


def void_all(session: Session, event: Event, reason: str, now: dt.datetime) -> None:
    """What was planned for this event has lost its reason."""
    _void(session, Reminder.event_id == event.id, reason, now)


def void_unplanned(session: Session, event: Event, now: dt.datetime) -> None:
    """What was planned and stands in the event's plan no more is void; what still does stands, in the plan's words.

    Notices of a change are of no plan.
    """
    entry = sa.and_(PlanEntry.event_id == event.id, PlanEntry.kind == Reminder.kind)
    same = sa.and_(entry, PlanEntry.audience == Reminder.audience, PlanEntry.due_at == Reminder.due_at)
    planned = sa.and_(Reminder.event_id == event.id, Reminder.kind.not_in(TOLD_AT_ONCE))
    _void(session, sa.and_(planned, ~sa.exists(sa.select(PlanEntry.kind).where(same))), "replanned", now)
    words = sa.select(PlanEntry.text).where(entry).scalar_subquery()
    still = sa.and_(planned, Reminder.state == ReminderState.PLANNED)
    session.execute(quietly(sa.update(Reminder).where(still).values(text=words)))


def void_for(session: Session, event: Event, person_id: int | None, reason: str, now: dt.datetime) -> None:
    """This person is reminded of the event no more."""
    if person_id is not None:
        _void(session, sa.and_(Reminder.event_id == event.id, Reminder.person_id == person_id), reason, now)


def void_lost(session: Session, event: Event, person_id: int | None, reason: str, now: dt.datetime) -> None:
    """Of what was planned for this person, what was for those they are not among any more; a change is still told.

    Another business of theirs may be in: what is told of that one stands.
    """
    if person_id is None:
        return
    mine = sa.and_(Reminder.event_id == event.id, Reminder.person_id == person_id, Reminder.kind.not_in(TOLD_AT_ONCE))
    still = {audience: _people(event, audience, person_id) for audience in Audience}
    gone = [sa.and_(Reminder.audience == each, ~sa.exists(sa.select(who.c.person_id))) for each, who in still.items()]
    _void(session, sa.and_(mine, sa.or_(*gone)), reason, now)


def _void(session: Session, which: sa.ColumnElement[bool], reason: str, now: dt.datetime) -> None:
    lost = {"state": ReminderState.VOID, "reason": reason, "changed_at": now}
    session.execute(quietly(sa.update(Reminder).where(which, Reminder.state == ReminderState.PLANNED).values(lost)))
    called_back = _call_back(session, which, reason, now)
    for start in range(0, len(called_back), CHUNK):
        some = Reminder.id.in_(called_back[start : start + CHUNK])
        session.execute(quietly(sa.update(Reminder).where(some).values(lost)))


def _call_back(session: Session, which: sa.ColumnElement[bool], reason: str, now: dt.datetime) -> list[int]:
    """Messages that wait in the outbox and have not gone out yet go out no more; whose reminders they carried."""
    theirs = sa.select(sa.literal(BECAUSE).concat(sa.cast(Reminder.id, sa.String())))
    sent = theirs.where(which, Reminder.state == ReminderState.SENT)
    # Two partial indexes, so two conditions spelled as they are.
    still = sa.or_(sa.text("deliveries.state IN ('queued')"), sa.text("deliveries.state IN ('held')"))
    waits = sa.and_(still, Delivery.lane == Lane.NOTICE)
    change = sa.update(Delivery).where(waits, Delivery.because.in_(sent))
    values = {"state": DeliveryState.CANCELLED, "reason": reason, "changed_at": now}
    rows = session.execute(quietly(change.values(values).returning(Delivery.because))).scalars()
    return [int(because.removeprefix(BECAUSE)) for because in rows]


def _wanted(event: Event, audience: Audience, now: dt.datetime, person_id: int | None = None) -> sa.Select[Any]:
    """The rows of one audience: every person of it times every entry of the plan that is still to come."""
    people = _people(event, audience, person_id)
    values = _values(event, people.c.person_id, PlanEntry.kind, sa.literal(audience.value), PlanEntry.text, now)
    query = sa.select(*values, PlanEntry.due_at).select_from(people.join(PlanEntry, sa.true()))
    entry = sa.and_(PlanEntry.event_id == event.id, PlanEntry.audience == audience)
    # Who is only invited has not just heard of it.
    after = now if audience is Audience.INVITED else now + SOON
    return query.where(entry, PlanEntry.due_at > after, ~_reminded(event, people.c.person_id))


def _moved_back(event: Event, now: dt.datetime) -> sa.Select[Any]:
    """What was to go out soon and was void because it was moved, for those who never heard of that: it is back."""
    before = aliased(Reminder)
    lost = sa.and_(before.event_id == event.id, before.state == ReminderState.VOID, before.reason == "moved")
    soon = sa.and_(before.starts_at == event.starts_at, before.due_at > now, before.due_at <= now + SOON)
    mine = sa.and_(SignUp.event_id == event.id, SignUp.person_id == before.person_id, SignUp.state.in_(ACTIVE))
    knows = sa.and_(SignUp.told_starts_at == event.starts_at, SignUp.told_place == event.place)
    entry = sa.and_(
        PlanEntry.event_id == event.id,
        PlanEntry.kind == before.kind,
        PlanEntry.audience == before.audience,
        PlanEntry.due_at == before.due_at,
    )
    values = _values(event, before.person_id, before.kind, before.audience, PlanEntry.text, now)
    query = sa.select(*values, before.due_at).join(PlanEntry, entry).where(lost, soon)
    return query.where(sa.exists(sa.select(SignUp.id).where(mine, knows).correlate(before))).distinct()


def _people(event: Event, audience: Audience, person_id: int | None) -> sa.Subquery:
    of: sa.Select[Any]
    if audience is Audience.INVITED:
        of = sa.select(Invitation.person_id).where(Invitation.event_id == event.id, Invitation.declined_at.is_(None))
        of = of.where(Invitation.person_id.is_not(None), ~_signed_up(event))
        found = of if person_id is None else of.where(Invitation.person_id == person_id)
        return found.distinct().subquery()
    of = sa.select(SignUp.person_id).where(SignUp.event_id == event.id, SignUp.state.in_(STATES[audience]))
    of = of.where(SignUp.person_id.is_not(None)) if person_id is None else of.where(SignUp.person_id == person_id)
    return of.distinct().subquery()


def _signed_up(event: Event) -> sa.ColumnElement[bool]:
    mine = sa.and_(SignUp.event_id == event.id, SignUp.person_id == Invitation.person_id)
    return sa.exists(sa.select(SignUp.id).where(mine).correlate(Invitation))


def _reminded(event: Event, person: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Reminded of this already, for the very same time: it was moved and moved back.

    Not a question for each row: PostgreSQL would look through what the same statement has inserted so far, every time.
    Asked for once, the answer is hashed.
    """
    before = aliased(Reminder)
    told = sa.and_(before.state == ReminderState.SENT, before.starts_at == event.starts_at)
    heard = sa.select(before.person_id, before.kind).where(before.event_id == event.id, told)
    return sa.tuple_(person, PlanEntry.kind).in_(heard)


def _values(
    event: Event, person: Any, kind: Any, audience: Any, text: Any, now: dt.datetime
) -> tuple[sa.ColumnElement[Any], ...]:
    return (
        sa.literal(event.id).label("event_id"),
        sa.literal(event.version).label("version"),
        person.label("person_id"),
        kind.label("kind"),
        audience.label("audience"),
        text.label("text"),
        _moment(event.starts_at).label("starts_at"),
        sa.literal(ReminderState.PLANNED.value).label("state"),
        _moment(now).label("changed_at"),
    )


def _moment(at: dt.datetime) -> sa.ColumnElement[Any]:
    return sa.literal(at, type_=Reminder.due_at.type)


COLUMNS = ("event_id", "version", "person_id", "kind", "audience", "text", "starts_at", "state", "changed_at", "due_at")
KEY = ("event_id", "person_id", "kind", "version")


def _insert(session: Session, rows: sa.Select[Any]) -> None:
    """Insert what is not there. A void row (they left, and came back), and one missed whose time is to come again by
    another plan, are planned again; what was sent stays sent."""
    statement = insert_into(session, Reminder).from_select(COLUMNS, rows, include_defaults=False)
    again = {name: statement.excluded[name] for name in ("state", "due_at", "changed_at", "audience", "text")}
    session.execute(
        quietly(
            statement.on_conflict_do_update(
                index_elements=KEY,
                set_={**again, "reason": None},
                where=Reminder.state.in_((ReminderState.VOID, ReminderState.MISSED)),
            )
        )
    )
