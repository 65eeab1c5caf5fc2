"""A place held by an offer: theirs until they answer, and what becomes of the offer becomes of the place."""

import datetime as dt

import sqlalchemy as sa

from models import Application, Business, Offer, OfferState, Programme, Session, Stage
from models.prepared import Prepared
from services import places

UNANSWERED = frozenset({OfferState.SKIPPED, OfferState.EXPIRED})


_OPEN = Prepared(sa.select(Offer.id).where(Offer.application_id == sa.bindparam("it"), Offer.state == OfferState.OPEN))


def open_offer(session: Session, application_id: int) -> Offer | None:
    """The offer whose answer is awaited."""
    if not _OPEN.rows(session, {"it": application_id}):
        return None  # as almost always
    query = sa.select(Offer).where(Offer.application_id == application_id, Offer.state == OfferState.OPEN)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def close(session: Session, offer: Offer, state: OfferState, now: dt.datetime) -> None:
    """End an open offer. Unless it was taken, the place is given back first. The programme must be locked."""
    if state is not OfferState.TAKEN:
        place = places.held_by(session, offer.application_id)
        if place is not None:
            places.release(session, place, now)
    if state in UNANSWERED:
        query = sa.select(Programme.freed).where(Programme.id == offer.programme_id)
        offer.freed, offer.skips = session.scalars(query).one(), 1 + _in_a_row(session, offer)
    offer.state, offer.answered_at = state, None if state is OfferState.EXPIRED else now
    session.flush()


def _in_a_row(session: Session, offer: Offer) -> int:
    """How many offers before this one were not taken, since the owner last said they still wanted one."""
    query = sa.select(Offer).where(Offer.application_id == offer.application_id, Offer.id < offer.id)
    before = session.scalars(query.order_by(Offer.id.desc()).limit(1)).first()
    return before.skips if before and before.state in UNANSWERED and before.still_at is None else 0


def left_the_list(session: Session, application: Application, stage: Stage, now: dt.datetime) -> None:
    """An application goes on to another stage: with the place it was offered, or without it."""
    if application.stage is not Stage.WAITING:
        return
    offer = open_offer(session, application.id)
    if offer is not None:
        close(session, offer, OfferState.TAKEN if stage is Stage.PLACED else OfferState.VOID, now)


def refit(session: Session, application: Application, business: Business, now: dt.datetime) -> None:
    """The business told us of another NIB or kab/kota: a place held for the old one is given back."""
    offer = open_offer(session, application.id)
    place = places.held_by(session, application.id) if offer else None
    if offer and place and (place.nib, place.regency) != (business.nib, application.regency):
        close(session, offer, OfferState.VOID, now)
