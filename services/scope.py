"""Wilayah tugas: whose people, tickets and requests an account may see, by the kab/kota of their businesses."""

from typing import Any

import sqlalchemy as sa

from models import Business, Session
from services.staff import Actor, Forbidden, Right, demand


def of_person(actor: Actor, person_id: sa.ColumnElement[Any] | Any) -> sa.ColumnElement[bool]:
    """A condition: the person has, or looks after, a business where the actor works.

    Who has none belongs to those who work for all of Banten.
    """
    if actor.regencies is None:
        return sa.true()
    theirs = sa.or_(Business.person_id == person_id, Business.helper_id == person_id)
    here = Business.regency.in_(sorted(actor.regencies))
    return sa.exists(sa.select(Business.id).where(theirs, here))


def demand_person(session: Session, actor: Actor, right: Right, person_id: int | None) -> None:
    """Raise Forbidden unless the actor has the right for this person."""
    demand(actor, right)
    if actor.regencies is None:
        return
    if person_id is None or not session.scalar(sa.select(of_person(actor, sa.literal(person_id)))):
        raise Forbidden(right, outside=True)
