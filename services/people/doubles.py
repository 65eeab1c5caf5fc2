"""Usaha yang sama? An officer settles two businesses that may be one: not the same, for good; or the same, gently."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from models import Application, Business, LikelyDouble, Session, Verdict
from services.staff import Actor, Right, covers, demand_for

MOST = 20


@dataclass(frozen=True, slots=True)
class Double:
    """Another business this one may be. `mine`: where the actor works; elsewhere it has no name and no number."""

    pair_id: int
    business_id: int
    business: str
    because: str
    regency: str | None
    number: str | None  # of its newest application; None: none, or not the actor's to open
    mine: bool
    at: dt.datetime
    verdict: Verdict | None
    double_id: int | None  # the one of the two that is not gone on with
    settled_at: dt.datetime | None
    settled_by: str | None


def of(session: Session, actor: Actor, business_id: int, *, settled: bool = False) -> tuple[Double, ...]:
    """Those a business may be, that nobody has settled; with `settled` the others, the newest verdict first."""
    demand_for(actor, Right.SEE, session.get_one(Business, business_id).regency)
    return tuple(_found(session, actor, business_id, settled))


def _found(session: Session, actor: Actor, business_id: int, settled: bool) -> Iterator[Double]:
    pair = sa.or_(LikelyDouble.business_id == business_id, LikelyDouble.other_id == business_id)
    other = sa.case((LikelyDouble.business_id == business_id, LikelyDouble.other_id), else_=LikelyDouble.business_id)
    asked = sa.orm.aliased(Application)
    newest = sa.select(sa.func.max(asked.id)).where(asked.business_id == Business.id).scalar_subquery()
    query = sa.select(LikelyDouble, Business, Application.number).join(Business, Business.id == other)
    query = query.outerjoin(Application, Application.id == newest).where(pair)
    if settled:
        query = query.where(LikelyDouble.settled_at.is_not(None)).order_by(LikelyDouble.settled_at.desc())
    else:
        query = query.where(LikelyDouble.settled_at.is_(None)).order_by(Business.id)
    for row, business, number in session.execute(query.limit(MOST)).all():
        mine = covers(actor, business.regency)
        yield Double(
            row.id, business.id, business.name if mine else "", row.because, business.regency,
            number if mine else None, mine, row.at, row.verdict, row.double_id, row.settled_at, row.settled_by,
        )  # fmt: skip
