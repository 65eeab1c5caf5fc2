"""Dari angka ke undangan: the people an audience finds become an event's list of invited, in one step."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Broadcast, Language, Session
from services.broadcasts import drafting, selecting
from services.broadcasts.audience import Audience, demand_all, within
from services.broadcasts.running import BroadcastRefused, Why
from services.broadcasts.selecting import Terms
from services.events import inviting
from services.events.inviting import Invitee
from services.office import Office
from services.staff import Actor, Right, demand

if TYPE_CHECKING:
    from texts import Catalogue


EVERYBODY = Terms(cap=1_000_000, templates=frozenset(Language))  # a place is kept, nothing is announced


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom an audience means, as far as the actor works for them. `told`: who agreed to be told and can be."""

    audience: Audience
    businesses: int
    told: int
    new: int  # not on the list yet


def invite_audience(session: Session, actor: Actor, code: str, audience: Audience, *, now: dt.datetime) -> Meant:
    """Put everybody an audience means, and who has a business, on an event's list, by one statement.

    A place is kept for whoever is not to be written to, too. Raises Forbidden, and EventRefused for an event that is
    over.
    """
    demand(actor, Right.EVENTS)
    audience = within(audience, actor)
    found = selecting.candidates(session, audience, EVERYBODY, now).subquery()
    whose = found.c.business_id.is_not(None)
    told = sa.func.coalesce(sa.func.sum(sa.case((found.c.left_out.is_(None), 1), else_=0)), 0)
    many, reached = session.execute(sa.select(sa.func.count(), told).where(whose)).one()
    new = inviting.invite_businesses(session, actor, code, sa.select(found.c.business_id).where(whose), now=now)
    return Meant(audience, many, int(reached), new)


def invite(
    session: Session, actor: Actor, number: int, code: str, *, texts: "Catalogue", office: Office, now: dt.datetime
) -> int:
    """Put everybody a broadcast would reach, and who has a business, on an event's list; how many are new on it.

    Raises BroadcastRefused, Forbidden, and EventRefused for an event that is over.
    """
    demand(actor, Right.EVENTS)
    row = session.get(Broadcast, number, populate_existing=True)
    if row is None:
        raise BroadcastRefused(Why.UNKNOWN)
    audience = Audience.from_json(row.audience)
    demand_all(audience, actor, Right.EVENTS)
    found = selecting.candidates(session, audience, drafting.terms(session, row, texts, office), now).subquery()
    reached = sa.select(found.c.business_id).where(found.c.left_out.is_(None), found.c.business_id.is_not(None))
    with selecting.in_bulk(session):
        ids = session.scalars(reached.order_by(found.c.business_id)).all()
    return inviting.invite(session, actor, code, (Invitee(business_id=one) for one in ids), now=now)
