"""Berkas di tangan: an application as an officer takes it up, and its owner told what came of that."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from models import Application, Business, Conversation, Lane, Purpose, Session
from services import businesses, chats, consents, deliveries
from services.office import Office
from services.staff import Actor, Right, demand, demand_for
from texts.bubble import Bubble

MAKES_SENSE = dt.timedelta(days=14)  # news that could not be delivered within this time is read under STATUS


@dataclass(frozen=True, slots=True)
class InHand:
    """An application nobody else changes meanwhile. `chat`: where its owner is told; None: no chat, or no consent."""

    application: Application
    business: Business
    chat: Conversation | None


def take(session: Session, actor: Actor, application_id: int) -> InHand:
    """Take it up, with its locks in the written order, the chat first. Raises NoResultFound, Forbidden."""
    demand(actor, Right.REVIEW)
    query = sa.select(Application, Business.person_id).join(Business, Business.id == Application.business_id)
    application, person_id = session.execute(query.where(Application.id == application_id)).one()
    demand_for(actor, Right.REVIEW, application.regency)
    chat = chats.last_used(session, person_id)
    business = businesses.lock(session, application.business_id)
    application = session.get_one(Application, application_id, populate_existing=True)  # moved meanwhile, perhaps
    told = chat is not None and consents.agreed(session, person_id, Purpose.SERVICE)
    return InHand(application, business, chat if told else None)


def tell(session: Session, chat: Conversation, bubble: Bubble, because: str, office: Office, now: dt.datetime) -> None:
    """Send the owner what came of it, within the hours in which the office writes."""
    deliveries.post(
        session, conversation_id=chat.id, bubble=bubble, lane=Lane.NOTICE, because=because, now=now,
        not_before=office.writes(now).at, expires_at=now + MAKES_SENSE,
    )  # fmt: skip
