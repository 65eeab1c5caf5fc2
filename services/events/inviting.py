"""Diundang: the office's list of those for whom places are kept, from a filter or a file; nobody on it twice."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models import Audience, Business, EventState, Invitation, Person, Session
from services import audit
from services.events import plans, seating
from services.events.rules import EventRefused, Wrong
from services.inserting import insert_into, insert_unless_there
from services.staff import Actor, Right, demand_for


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody to be invited: a business of ours, or a number (E.164) with a name."""

    business_id: int | None = None
    phone: str | None = None
    name: str | None = None


def invite(session: Session, actor: Actor, code: str, people: Iterable[Invitee], *, now: dt.datetime) -> int:
    """Put people on the list; how many are new on it. A number we know leads to its person and business.

    Raises EventRefused for an event that is over or cancelled. While it is a draft nobody is told.
    """
    event = seating.find(session, code)
    demand_for(actor, Right.EVENTS, event.regency)
    event, new = seating.lock(session, event.id), 0
    if event.state not in (EventState.DRAFT, EventState.OPEN) or event.ends_at <= now:
        raise EventRefused(Wrong.OVER)
    for one in people:
        known = _known(session, one)
        values = {"event_id": event.id, "name": one.name, "at": now, "phone": known.phone}
        who = {"person_id": known.person_id, "business_id": known.business_id}
        made = insert_unless_there(session, Invitation, values | who)
        if made is None:
            continue
        new += 1
        if event.state is EventState.OPEN:
            plans.plan_for(session, event, known.person_id, Audience.INVITED, now)
    audit.note(session, actor, "event.invited", f"event:{event.code}", after={"count": new}, now=now)
    return new


def invite_businesses(session: Session, actor: Actor, code: str, which: sa.Select[Any], *, now: dt.datetime) -> int:
    """Put the businesses of a query (its one column: their ids) on the list by one statement; how many are new on it.

    Raises EventRefused for an event that is over or cancelled. While it is a draft nobody is told.
    """
    event = seating.find(session, code)
    demand_for(actor, Right.EVENTS, event.regency)
    event = seating.lock(session, event.id)
    if event.state not in (EventState.DRAFT, EventState.OPEN) or event.ends_at <= now:
        raise EventRefused(Wrong.OVER)
    told = sa.literal(now, type_=Invitation.at.type)
    rows = sa.select(sa.literal(event.id), Business.person_id, Business.id, Business.phone, told)
    rows = rows.where(Business.id.in_(which)).order_by(Business.id)
    columns = ("event_id", "person_id", "business_id", "phone", "at")
    change = insert_into(session, Invitation).from_select(columns, rows, include_defaults=False)
    new = session.scalars(change.on_conflict_do_nothing().returning(Invitation.id)).all()
    if new and event.state is EventState.OPEN:
        plans.plan_audience(session, event, Audience.INVITED, now)
    audit.note(session, actor, "event.invited", f"event:{event.code}", after={"count": len(new)}, now=now)
    return len(new)


def count(session: Session, event_id: int) -> tuple[int, int]:
    """How many are on the list, and how many of them said no."""
    declined = sa.func.count(Invitation.declined_at)
    query = sa.select(sa.func.count(), declined).where(Invitation.event_id == event_id)
    found = session.execute(query).one()
    return found[0], found[1]


def is_invited(session: Session, event_id: int, person_id: int, business_id: int | None = None) -> bool:
    """Whether a person, their number, or this business of theirs is on the list."""
    phone = sa.select(Person.phone).where(Person.id == person_id).scalar_subquery()
    same = sa.or_(Invitation.person_id == person_id, Invitation.phone == phone)
    if business_id is not None:
        same = sa.or_(same, Invitation.business_id == business_id)
    query = sa.select(Invitation.id).where(Invitation.event_id == event_id, same).limit(1)
    return session.scalars(query).first() is not None


@dataclass(frozen=True, slots=True)
class _Known:
    person_id: int | None
    business_id: int | None
    phone: str | None


def _known(session: Session, one: Invitee) -> _Known:
    business = session.get(Business, one.business_id) if one.business_id is not None else None
    if business is None and one.phone is not None:
        query = sa.select(Business).where(Business.phone == one.phone).order_by(Business.id).limit(1)
        business = session.scalars(query).first()
    person_id = business.person_id if business else None
    if person_id is None and one.phone is not None:
        person_id = session.scalars(sa.select(Person.id).where(Person.phone == one.phone).limit(1)).first()
    phone = one.phone or (business.phone if business else None)
    return _Known(person_id, business.id if business else None, phone)
