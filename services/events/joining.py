"""Pindah HP: what was signed up for on a phone goes along when that phone becomes another person's, and comes back."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import ACTIVE, Consent, Invitation, Purpose, Reminder, Session, SignUp, SignUpState
from services import businesses
from services.events import seating, signing
from services.inserting import quietly


def bring(session: Session, *, before: int, person_id: int, now: dt.datetime) -> None:
    """Somebody without a business turns out to be this person: their places, reminders and invitations are theirs.

    Signed up for one event on both phones, the better of the two stays, and the other place is free.
    """
    for one in sorted((before, person_id)):
        businesses.lock_person(session, one)
    _consent(session, before, person_id)
    _move(session, sa.and_(SignUp.person_id == before, SignUp.business_id.is_(None)), before, person_id, now)
    theirs = sa.update(Invitation).where(Invitation.person_id == before)
    session.execute(quietly(theirs.values(person_id=person_id)))


def give_back(
    session: Session, *, person_id: int, before: int, chat: int, since: dt.datetime, now: dt.datetime
) -> None:
    """It was not they: what that chat had signed up for before it was joined is its own again."""
    for one in sorted((before, person_id)):
        businesses.lock_person(session, one)
    own = sa.and_(SignUp.conversation_id == chat, SignUp.created_at <= since, SignUp.business_id.is_(None))
    _move(session, sa.and_(own, SignUp.person_id == person_id), person_id, before, now)


def _move(session: Session, which: sa.ColumnElement[bool], old: int, new: int, now: dt.datetime) -> None:
    query = sa.select(SignUp.event_id).where(which).distinct().order_by(SignUp.event_id)
    for event_id in session.scalars(query).all():
        event = seating.lock(session, event_id)
        both = sa.and_(SignUp.event_id == event_id, SignUp.state.in_(ACTIVE))
        mine = sa.and_(SignUp.person_id == new, SignUp.business_id.is_(None))
        rows = session.scalars(sa.select(SignUp).where(both, sa.or_(which, mine))).all()
        for row in sorted(rows, key=_worth)[1:]:
            if row.state is not SignUpState.ATTENDED:  # somebody stood at the door twice: both stay as they were
                seating.free(session, event, row, SignUpState.CANCELLED, now)
        moving = sa.select(SignUp).where(SignUp.event_id == event_id, which)
        for row in session.scalars(moving.execution_options(populate_existing=True)).all():
            _rename(session, row, new)
        _reminders(session, event_id, old, new)


def _worth(row: SignUp) -> tuple[bool, bool, int]:
    return row.state is not SignUpState.ATTENDED, not row.holds, row.id


def _rename(session: Session, row: SignUp, person_id: int) -> None:
    """Theirs now; a code that another of their sign-ups has is replaced."""
    same = sa.and_(SignUp.person_id == person_id, SignUp.code == row.code, SignUp.state.in_(ACTIVE))
    if row.state in ACTIVE and session.scalars(sa.select(SignUp.id).where(same).limit(1)).first() is not None:
        row.code = signing.code_for(session, person_id)
    row.person_id = person_id
    session.flush()


def _reminders(session: Session, event_id: int, old: int, new: int) -> None:
    """What was planned and what was said goes along, so that nothing is said twice."""
    there = aliased(Reminder)
    same = sa.and_(there.event_id == event_id, there.person_id == new, there.kind == Reminder.kind)
    known = sa.exists(sa.select(there.id).where(same, there.version == Reminder.version))
    theirs = sa.and_(Reminder.event_id == event_id, Reminder.person_id == old)
    session.execute(quietly(sa.update(Reminder).where(theirs, ~known).values(person_id=new)))


def _consent(session: Session, before: int, person_id: int) -> None:
    """The same human agreed to reminders on that phone; what they said on this one counts more."""
    last = sa.select(Consent).where(Consent.purpose == Purpose.REMINDERS).order_by(Consent.at.desc(), Consent.id.desc())
    said = session.scalars(last.where(Consent.person_id == before).limit(1)).first()
    if said is None or session.scalars(last.where(Consent.person_id == person_id).limit(1)).first() is not None:
        return
    proof = {name: getattr(said, name) for name in ("purpose", "given", "text_version", "text_hash", "language")}
    session.add(Consent(person_id=person_id, channel=said.channel, at=said.at, **proof))
    session.flush()
