"""Siapa yang dibantu: the businesses a helper entered, whether their owners have said yes or not."""

from dataclasses import dataclass

import sqlalchemy as sa

from models import Application, Business, Confirmation, ConfirmationState, Session, Stage
from services import phones

ANSWERED = (ConfirmationState.YES, ConfirmationState.ON_PAPER)


@dataclass(frozen=True, slots=True)
class Made:
    """One business that somebody helps. `person_id`: its owner, or the helper while the owner has not confirmed."""

    business_id: int
    person_id: int
    business: str
    owner: str
    number: str | None
    stage: Stage | None
    owner_wanted: bool  # the owner's word is still wanted


def of_helper(session: Session, helper_id: int) -> list[Made]:
    """The businesses of a helper, oldest first, without those whose owner said no."""
    query = (
        sa.select(Business, Application.number, Application.stage, Confirmation.state)
        .outerjoin(Application, Application.business_id == Business.id)
        .outerjoin(Confirmation, Confirmation.business_id == Business.id)
        .where(Business.helper_id == helper_id)
        .where(sa.or_(Confirmation.state.is_(None), Confirmation.state != ConfirmationState.NO))
        .order_by(Business.id, Application.id)
    )
    latest: dict[int, Made] = {}
    for business, number, stage, state in session.execute(query).all():
        wanted = state not in ANSWERED
        latest[business.id] = Made(
            business.id, business.person_id, business.name, business.owner_name, number, stage, wanted
        )
    return list(latest.values())


def shown(phone: str | None) -> str:
    """A number as Indonesians write it."""
    return phones.shown(phone) if phone else ""
