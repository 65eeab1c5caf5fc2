"""Dari undangan sampai sertifikat: how many people came how far, by way of one event."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models import (
    Application,
    Business,
    Event,
    EventArrival,
    EventFeedback,
    EventSource,
    Invitation,
    Session,
    SignUp,
    SignUpState,
    Stage,
)

WAITS = (SignUpState.WAITING, SignUpState.OFFERED)
IN = (SignUpState.REGISTERED, SignUpState.ATTENDED)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts of one event. `arrived`: chats that came by a link. `registered`, `certified`: of those who came, the
    people a business of whom registered since that day, and holds a certificate granted since."""

    invited: int
    arrived: int
    signed_up: int  # in or waiting; who left is not counted
    waiting: int
    came: int
    feedback: int
    registered: int
    certified: int


def of_event(session: Session, event: Event) -> Funnel:
    """As it stands now."""
    here = SignUp.event_id == event.id
    by_link = sa.select(sa.func.count(sa.distinct(EventArrival.conversation_id))).join(
        EventSource, EventSource.id == EventArrival.source_id
    )
    answered = sa.and_(EventFeedback.event_id == event.id, EventFeedback.answered_at.is_not(None))
    since = Application.created_at >= event.starts_at
    granted = sa.and_(Application.stage == Stage.ISSUED, Application.since >= event.starts_at)

    def number(query: Any) -> int:
        return int(session.scalar(query) or 0)

    def people(*which: sa.ColumnElement[bool]) -> int:
        return number(sa.select(sa.func.count()).select_from(SignUp).where(here, *which))

    return Funnel(
        invited=number(sa.select(sa.func.count()).select_from(Invitation).where(Invitation.event_id == event.id)),
        arrived=number(by_link.where(EventSource.event_id == event.id)),
        signed_up=people(SignUp.state.in_(IN + WAITS)),
        waiting=people(SignUp.state.in_(WAITS)),
        came=people(SignUp.state == SignUpState.ATTENDED),
        feedback=number(sa.select(sa.func.count()).select_from(EventFeedback).where(answered)),
        registered=number(_then(event, since)),
        certified=number(_then(event, granted)),
    )


def _then(event: Event, how_far: sa.ColumnElement[bool]) -> Any:
    """People who came, with a business that then came so far."""
    query = sa.select(sa.func.count(sa.distinct(SignUp.person_id))).where(SignUp.event_id == event.id)
    theirs = sa.or_(Business.id == SignUp.business_id, Business.person_id == SignUp.person_id)
    applied = sa.select(Application.id).join(Business, Business.id == Application.business_id).where(theirs, how_far)
    return query.where(SignUp.state == SignUpState.ATTENDED, sa.exists(applied.correlate(SignUp)))
