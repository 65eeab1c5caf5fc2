"""Saringan tersimpan: an audience under a name, so that nobody puts it together twice."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from models import KeptAudience, Session
from services import audit
from services.broadcasts.audience import Audience, AudienceRefused, all_within, demand_all, within
from services.broadcasts.drafting import fitting
from services.staff import Actor, Right, demand

LONGEST = 60  # letters of a name
MOST = 100  # that are shown


@dataclass(frozen=True, slots=True)
class Kept:
    """One of them."""

    number: int
    name: str
    audience: Audience
    by: str


def listed(session: Session, actor: Actor) -> list[Kept]:
    """Those this account may write to, by name. Raises Forbidden."""
    demand(actor, Right.DRAFT)
    rows = session.scalars(sa.select(KeptAudience).order_by(KeptAudience.name).limit(MOST))
    found = (Kept(row.id, row.name, Audience.from_json(row.filter), row.created_by) for row in rows)
    return [one for one in found if all_within(one.audience, actor)]


def keep(session: Session, actor: Actor, name: str, audience: Audience, now: dt.datetime) -> int:
    """Keep it under this name; what was kept under it before is replaced; its number.

    Raises AudienceRefused, Forbidden.
    """
    demand(actor, Right.DRAFT)
    called = " ".join(name.split())
    if not 0 < len(called) <= LONGEST:
        raise AudienceRefused("name", called)
    meant = within(fitting(session, audience), actor)
    row = session.scalars(sa.select(KeptAudience).where(KeptAudience.name == called).with_for_update()).one_or_none()
    if row is None:
        row = KeptAudience(name=called)
        session.add(row)
    else:
        demand_all(Audience.from_json(row.filter), actor, Right.DRAFT)
    row.filter, row.created_at, row.created_by = meant.as_json(), now, actor.name
    session.flush()
    audit.note(session, actor, "audience.kept", f"audience:{row.id}", after=row.filter, now=now)
    return row.id


def drop(session: Session, actor: Actor, number: int, now: dt.datetime) -> bool:
    """Keep it no more; whether it was there. Raises Forbidden."""
    demand(actor, Right.DRAFT)
    row = session.get(KeptAudience, number, with_for_update=True)
    if row is None:
        return False
    demand_all(Audience.from_json(row.filter), actor, Right.DRAFT)
    session.delete(row)
    session.flush()
    audit.note(session, actor, "audience.dropped", f"audience:{number}", now=now)
    return True
