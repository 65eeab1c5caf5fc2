"""Whatever we send is first a row, with the reason for it: "why did I get this?" is a question with an answer."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from models import Conversation, Delivery, DeliveryState, Lane, Session
from texts.bubble import Bubble


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
    where = sa.select(Conversation.channel, Conversation.address).where(Conversation.id == conversation_id)
    channel, address = session.execute(where).one()
    values = {
        "conversation_id": conversation_id,
        "channel": channel,
        "address": address,
        "lane": lane,
        "because": because,
        "bubble": bubble.as_json(),
        "state": DeliveryState.QUEUED,
        "created_at": now,
        "not_before": not_before or now,
        "changed_at": now,
        "expires_at": expires_at,
    }
    return session.execute(sa.insert(Delivery).values(values).returning(Delivery.id)).scalar_one()


def why(session: Session, delivery_id: int) -> Why | None:
    """Why a message was sent; None if we know no such message (any more)."""
    row = session.get(Delivery, delivery_id, populate_existing=True)
    if row is None:
        return None
    kind, _, subject = row.because.partition(":")
    return Why(row.because, kind, subject, row.created_at, row.state, row.reason, row.sent_at)
