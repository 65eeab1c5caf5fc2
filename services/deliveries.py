"""Whatever we send is first a row, with the reason for it: "why did I get this?" is a question with an answer."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa

from models import Channel, Conversation, Delivery, DeliveryState, Lane, Language, Session
from texts.bubble import Bubble

NO_TEMPLATE: Final = "no_template:"  # held: and then the key of the template that could carry it, or "-"


@dataclass(frozen=True, slots=True)
class Why:
    """The reason of one message, and what became of it."""

    because: str  # "due:7"
    kind: str  # "due": what led to it
    subject: str  # "7": which one
    created_at: dt.datetime
    state: DeliveryState
    reason: str | None  # why it was not sent, or failed
    sent_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Where:
    """A chat, as it is reached today."""

    conversation_id: int
    channel: Channel
    address: str
    language: Language | None  # the template that opens WhatsApp's window speaks it, too


def post(
    session: Session,
    *,
    conversation_id: int,
    bubble: Bubble,
    lane: Lane,
    because: str,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
    not_before: dt.datetime | None = None,
) -> int:
    """Put a message into the outbox, to where the chat is reached today; its id.

    `because` is "what:which" ("due:7"). Before `not_before` (the morning) it is not sent; after `expires_at` it makes
    no sense any more and is not sent. Whether the person still wants it and can be reached is looked at again at the
    moment of sending. Raises NoResultFound for a chat that is gone.
    """
    query = sa.select(Conversation.id, Conversation.channel, Conversation.address, Conversation.language)
    where = Where(*session.execute(query.where(Conversation.id == conversation_id)).one())
    values = row(
        where, bubble=bubble, lane=lane, because=because, now=now, expires_at=expires_at, not_before=not_before
    )
    return session.execute(sa.insert(Delivery).values(values).returning(Delivery.id)).scalar_one()


def row(
    where: Where,
    *,
    bubble: Bubble,
    lane: Lane,
    because: str,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
    not_before: dt.datetime | None = None,
) -> dict[str, Any]:
    """The same as values, for whoever writes hundreds by one statement and has the chats at hand."""
    if bubble.template and not bubble.template_language:
        bubble = replace(bubble, template_language=(where.language or Language.ID).value)
    return {
        "conversation_id": where.conversation_id,
        "channel": where.channel,
        "address": where.address,
        "lane": lane,
        "because": because,
        "bubble": bubble.as_json(),
        "state": DeliveryState.QUEUED,
        "created_at": now,
        "not_before": not_before or now,
        "changed_at": now,
        "expires_at": expires_at,
    }


def why(session: Session, delivery_id: int) -> Why | None:
    """Why a message was sent; None if we know no such message (any more)."""
    sent = session.get(Delivery, delivery_id, populate_existing=True)
    if sent is None:
        return None
    kind, _, subject = sent.because.partition(":")
    return Why(sent.because, kind, subject, sent.created_at, sent.state, sent.reason, sent.sent_at)
