"""Syarat acara: what an event asks for, and what of it a business lacks as far as we know. Told, never a refusal."""

import sqlalchemy as sa

from models import Application, Business, Event, Session, Stage

KNOWN = ("halal", "nib", "pirt", "brand")  # each has its name in the texts (events.conditions)


def lacking(session: Session, event: Event, business_id: int | None) -> tuple[str, ...]:
    """The conditions a business does not meet yet; of a business we do not know, all of them."""
    business = session.get(Business, business_id) if business_id is not None else None
    met = _met(session, business) if business is not None else frozenset[str]()
    return tuple(str(one) for one in event.conditions if one not in met)


def _met(session: Session, business: Business) -> frozenset[str]:
    papers = {str(paper) for paper in business.papers}
    nib = {"nib"} if business.nib else set()
    brand = {"brand"} if business.brand else set()
    return frozenset(papers | nib | brand | ({"halal"} if _certified(session, business.id) else set()))


def _certified(session: Session, business_id: int) -> bool:
    query = sa.select(Application.id).where(Application.business_id == business_id, Application.stage == Stage.ISSUED)
    return session.scalars(query.limit(1)).first() is not None
