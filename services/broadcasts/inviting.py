"""Dari siaran ke undangan: the people an audience finds become an event's list of invited, in one step."""

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Broadcast, Session
from services.broadcasts import drafting, selecting
from services.broadcasts.audience import Audience, demand_all
from services.broadcasts.running import BroadcastRefused, Why
from services.events import inviting
from services.events.inviting import Invitee
from services.office import Office
from services.staff import Actor, Right, demand

if TYPE_CHECKING:
    from texts import Catalogue


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
    ids = session.scalars(reached.order_by(found.c.business_id)).all()
    return inviting.invite(session, actor, code, (Invitee(business_id=one) for one in ids), now=now)
