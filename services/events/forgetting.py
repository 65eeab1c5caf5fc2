"""Lupa: a person who is deleted leaves every event; names of an event that is long over are taken out of it."""

import datetime as dt

import sqlalchemy as sa

from models import ACTIVE, Event, EventArrival, EventFeedback, Invitation, Reminder, Session, SignUp, SignUpState
from services.events import plans, seating
from services.inserting import quietly


def erase(session: Session, person_id: int, chats: list[int], now: dt.datetime) -> None:
    """Give back their places, and take their names out; counts stay. The person is locked."""
    query = sa.select(SignUp).where(SignUp.person_id == person_id, SignUp.state.in_(ACTIVE))
    for row in session.scalars(query.order_by(SignUp.event_id, SignUp.id)).all():
        event = seating.lock(session, row.event_id)
        session.refresh(row)
        if row.state in ACTIVE and row.state is not SignUpState.ATTENDED and now < event.ends_at:
            seating.free(session, event, row, SignUpState.CANCELLED, now)
        plans.void_for(session, event, person_id, "erased", now)
    _empty(session, SignUp.person_id == person_id)
    session.execute(quietly(sa.delete(Reminder).where(Reminder.person_id == person_id)))
    session.execute(quietly(sa.delete(Invitation).where(Invitation.person_id == person_id)))
    _unsay(session, EventFeedback.person_id == person_id)
    came = sa.update(EventArrival).where(EventArrival.conversation_id.in_(chats))
    session.execute(quietly(came.values(conversation_id=None)))


def _empty(session: Session, which: sa.ColumnElement[bool]) -> None:
    gone = sa.literal("gone-").concat(sa.cast(SignUp.id, sa.String()))
    nothing = {"name": "", "business": "", "stand_in": None, "conversation_id": None, "paper_consent": None}
    session.execute(quietly(sa.update(SignUp).where(which).values(nothing | {"token": gone})))


def _unsay(session: Session, which: sa.ColumnElement[bool]) -> None:
    """What somebody thought stays as a number; their own words go."""
    session.execute(quietly(sa.update(EventFeedback).where(which).values(words=None)))


def sweep(session: Session, before: dt.datetime, told_before: dt.datetime, chunk: int) -> dict[str, int]:
    """Names of events that ended before a moment; reminders and the list of invited people go when they are told."""
    over = sa.select(Event.id).where(Event.ends_at <= before)
    named = sa.select(SignUp.id).where(SignUp.event_id.in_(over), SignUp.name != "").limit(chunk)
    ids = list(session.scalars(named))
    _empty(session, SignUp.id.in_(ids))
    _unsay(session, EventFeedback.sign_up_id.in_(ids))
    past = sa.select(Event.id).where(Event.ends_at <= told_before)
    counts = {"sign_ups": len(ids)}
    for name, model in (("reminders", Reminder), ("invitations", Invitation)):
        some = sa.select(model.id).where(model.event_id.in_(past)).limit(chunk)
        gone = session.execute(quietly(sa.delete(model).where(model.id.in_(some)).returning(model.id))).all()
        counts[name] = len(gone)
    return counts
