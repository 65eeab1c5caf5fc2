"""Lewat mana mereka datang: one link for each dinas, kecamatan or group, and how many came, signed up and attended."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from models import ACTIVE, EventArrival, EventSource, Session, SignUp, SignUpState
from services import audit, codes
from services.events import seating
from services.inserting import insert_unless_there
from services.staff import Actor, Right, demand_for

FIRST_LETTER = "A"


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one link brought."""

    code: str
    kind: str
    name: str
    arrived: int
    signed_up: int
    attended: int


def add(
    session: Session, actor: Actor, event_code: str, *, kind: str, name: str, regency: str | None, now: dt.datetime
) -> EventSource:
    """A link of its own for a dinas, a kecamatan or a group; the one it has already, if it has."""
    event = seating.find(session, event_code)
    demand_for(actor, Right.EVENTS, event.regency)
    seating.lock(session, event.id)
    rows = list(session.scalars(sa.select(EventSource).where(EventSource.event_id == event.id)))
    known = next((row for row in rows if (row.kind, row.name) == (kind, name)), None)
    if known is not None:
        return known
    code = codes.next_code(FIRST_LETTER, {row.code for row in rows})
    source = EventSource(event_id=event.id, code=code, kind=kind, name=name, regency=regency, created_at=now)
    session.add(source)
    session.flush()
    audit.note(session, actor, "event.linked", f"event:{event.code}", after={"code": code, "kind": kind}, now=now)
    return source


def arrive(session: Session, event_id: int, code: str, conversation_id: int, now: dt.datetime) -> int | None:
    """Somebody came by a link: counted once for each chat. The source's id; None if the event has no such link."""
    here = sa.and_(EventSource.event_id == event_id, EventSource.code == code.upper())
    source_id = session.scalars(sa.select(EventSource.id).where(here)).one_or_none()
    if source_id is not None:
        insert_unless_there(
            session, EventArrival, {"source_id": source_id, "conversation_id": conversation_id, "at": now}
        )
    return source_id


def traffic(session: Session, event_id: int) -> list[Traffic]:
    """Arrivals, sign-ups and attendance of each link of an event."""
    came = sa.select(sa.func.count()).select_from(EventArrival).where(EventArrival.source_id == EventSource.id)
    signed = sa.select(sa.func.count()).select_from(SignUp).where(SignUp.source_id == EventSource.id)
    signed = signed.where(SignUp.state.in_(ACTIVE))
    attended = signed.where(SignUp.state == SignUpState.ATTENDED)
    query = sa.select(
        EventSource.code,
        EventSource.kind,
        EventSource.name,
        *(part.correlate(EventSource).scalar_subquery() for part in (came, signed, attended)),
    )
    rows = session.execute(query.where(EventSource.event_id == event_id).order_by(EventSource.id)).all()
    return [Traffic(*row) for row in rows]
