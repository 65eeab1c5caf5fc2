"""Acara apa saja: what is open to an owner, their own kab/kota first; what they signed up for; the office's list."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from models import (
    ACTIVE,
    Conversation,
    Event,
    EventShare,
    EventState,
    Invitation,
    Language,
    Reminder,
    ReminderState,
    Session,
    SignUp,
    SignUpState,
)
from services import audit
from services.events import queue, seating
from services.staff import Actor, Right, demand, demand_for, within

MOST = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One event, for somebody of one kab/kota."""

    event: Event
    left: int  # places this person could take
    waiting: int
    near: bool  # it is in their kab/kota, or has places for it


@dataclass(frozen=True, slots=True)
class Count:
    """The numbers of an event."""

    invited: int
    registered: int
    waiting: int
    offered: int
    cancelled: int
    attended: int
    walk_ins: int
    confirmed: int  # said "hadir"
    planned: int  # reminders still to come
    sent: int
    missed: int


def open_events(session: Session, regency: str | None, now: dt.datetime, limit: int = MOST) -> list[Line]:
    """What people may sign up for, this kab/kota first, then by date."""
    near = sa.or_(Event.regency == regency, _has_share(regency)) if regency else sa.false()
    query = sa.select(Event, near).where(Event.state == EventState.OPEN, Event.starts_at > now)
    query = query.order_by(sa.case((near, 0), else_=1), Event.starts_at, Event.id).limit(limit)
    rows = session.execute(query.execution_options(populate_existing=True)).all()
    return [_line(session, event, regency, bool(here), now) for event, here in rows]


def _has_share(regency: str | None) -> sa.ColumnElement[bool]:
    mine = sa.and_(EventShare.event_id == Event.id, EventShare.regency == regency)
    return sa.exists(sa.select(EventShare.regency).where(mine).correlate(Event))


def line(session: Session, event: Event, regency: str | None, now: dt.datetime, *, invited: bool = False) -> Line:
    """One event as `open_events` shows it."""
    return _line(session, event, regency, event.regency == regency, now, invited)


def _line(
    session: Session, event: Event, regency: str | None, near: bool, now: dt.datetime, invited: bool = False
) -> Line:
    left = seating.seats(session, event, now).left(regency, invited=invited)
    return Line(event, left, queue.length(session, event.id), near)


def find(session: Session, code: str) -> Event | None:
    """The event of a code, as anybody may know it; a draft is nobody's business."""
    query = sa.select(Event).where(Event.code == code.strip().upper(), Event.state != EventState.DRAFT)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def event_of(session: Session, row: SignUp) -> Event:
    """The event of a sign-up, as it stands."""
    return session.get_one(Event, row.event_id, populate_existing=True)


def by_token(session: Session, token: str) -> tuple[SignUp, Event, Language] | None:
    """The sign-up of an entry card, its event, and the language its owner reads; None once its place was given back."""
    query = sa.select(SignUp, Event, Conversation.language).join(Event, Event.id == SignUp.event_id)
    query = query.join(Conversation, Conversation.id == SignUp.conversation_id, isouter=True)
    found = session.execute(query.where(SignUp.token == token, SignUp.state.in_(ACTIVE))).one_or_none()
    return (found[0], found[1], found[2] or Language.ID) if found else None


def of_person(session: Session, person_id: int, now: dt.datetime) -> list[tuple[SignUp, Event]]:
    """What a person signed up for and is still to come, the nearest first."""
    query = sa.select(SignUp, Event).join(Event, Event.id == SignUp.event_id)
    coming = sa.and_(SignUp.person_id == person_id, SignUp.state.in_(ACTIVE), Event.ends_at > now)
    query = query.where(coming, Event.state == EventState.OPEN).order_by(Event.starts_at, SignUp.id)
    return [(row, event) for row, event in session.execute(query.execution_options(populate_existing=True)).all()]


# --- the office


def all_events(session: Session, actor: Actor, *, past: bool, now: dt.datetime, limit: int = 200) -> list[Event]:
    """The office's list: what is to come, or what has been, the newest first."""
    demand(actor, Right.SEE)
    when = Event.ends_at <= now if past else Event.ends_at > now
    order = Event.starts_at.desc() if past else Event.starts_at
    query = sa.select(Event).where(when, sa.or_(within(actor, Event.regency), Event.regency.is_(None)))
    return list(session.scalars(query.order_by(order, Event.id).limit(limit)))


def for_staff(session: Session, actor: Actor, code: str) -> Event:
    """An event as the office sees it, drafts too. Raises EventRefused, Forbidden."""
    event = seating.find(session, code)
    demand(actor, Right.SEE, event.regency)
    return event


def export(session: Session, actor: Actor, code: str, now: dt.datetime) -> list[SignUp]:
    """Everybody of an event, for a file; that it was taken out is noted."""
    event = seating.find(session, code)
    demand_for(actor, Right.EXPORT, event.regency)
    rows = sign_ups(session, event.id)
    audit.note(session, actor, "event.exported", f"event:{event.code}", after={"count": len(rows)}, now=now)
    return rows


def sign_ups(session: Session, event_id: int, *, cancelled: bool = False) -> list[SignUp]:
    """Everybody of an event: who is in, then who waits in their order, then who left."""
    order = sa.case(
        {SignUpState.REGISTERED.value: 0, SignUpState.ATTENDED.value: 0, SignUpState.OFFERED.value: 1},
        value=SignUp.state,
        else_=2,
    )
    query = sa.select(SignUp).where(SignUp.event_id == event_id)
    query = query if cancelled else query.where(SignUp.state.in_(ACTIVE))
    return list(session.scalars(query.order_by(order, SignUp.rounds, SignUp.id)))


def shares(session: Session, event_id: int) -> list[EventShare]:
    """The places of each kab/kota of an event, if they are shared out."""
    query = sa.select(EventShare).where(EventShare.event_id == event_id).order_by(EventShare.regency)
    return list(session.scalars(query))


def waiting(session: Session, actor: Actor, event: Event, now: dt.datetime, limit: int) -> list[SignUp]:
    """Who waits, in their order; that their names were seen is noted. Raises Forbidden."""
    demand(actor, Right.SEE, event.regency)
    waits = sa.and_(SignUp.event_id == event.id, SignUp.state == SignUpState.WAITING)
    query = sa.select(SignUp).where(waits).order_by(SignUp.rounds, SignUp.id).limit(limit)
    rows = list(session.scalars(query.execution_options(populate_existing=True)))
    if rows:
        after = {"count": len(rows)}
        audit.note(session, actor, "event.waiting_seen", f"event:{event.code}", after=after, now=now)
    return rows


def count(session: Session, event_id: int) -> Count:
    """The numbers of an event as it stands."""
    of = sa.select(SignUp.state, SignUp.walk_in, SignUp.answer.is_not(None), sa.func.count())
    rows = session.execute(
        of.where(SignUp.event_id == event_id).group_by(SignUp.state, SignUp.walk_in, SignUp.answer.is_not(None))
    ).all()
    told = sa.select(Reminder.state, sa.func.count()).where(Reminder.event_id == event_id).group_by(Reminder.state)
    reminders = dict(session.execute(told).all())

    def of_state(state: SignUpState) -> int:
        return sum(int(n) for at, _, _, n in rows if at is state)

    asked = sa.select(sa.func.count()).select_from(Invitation).where(Invitation.event_id == event_id)
    return Count(
        invited=session.execute(asked).scalar_one(),
        registered=of_state(SignUpState.REGISTERED),
        waiting=of_state(SignUpState.WAITING),
        offered=of_state(SignUpState.OFFERED),
        cancelled=of_state(SignUpState.CANCELLED),
        attended=of_state(SignUpState.ATTENDED),
        walk_ins=sum(n for _, walked, _, n in rows if walked),
        confirmed=sum(int(n) for at, _, said, n in rows if said and at in ACTIVE),
        planned=reminders.get(ReminderState.PLANNED, 0),
        sent=reminders.get(ReminderState.SENT, 0),
        missed=reminders.get(ReminderState.MISSED, 0),
    )
