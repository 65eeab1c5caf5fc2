"""Percakapan: a chat as its person sees it, what they wrote and what we sent, in the order of the clock."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from models import Channel, Conversation, Delivery, DeliveryState, Inbound, Session, Ticket
from services import audit, scope
from services.staff import Actor, Right
from services.tickets import NoTicket, code_of

MOST = 80  # messages of each side
UNSEEN = (DeliveryState.CANCELLED, DeliveryState.SKIPPED, DeliveryState.EXPIRED, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True)
class Word:
    """One message. `ours`: we sent it; `lost`: it never came to the person; `text` empty: forgotten, or no words."""

    at: dt.datetime
    ours: bool
    text: str
    kind: str  # of theirs: text, tap, photo, contact, location …
    buttons: tuple[str, ...] = ()
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat. `quiet_until`: the bot is silent until then, an officer speaks."""

    channel: Channel
    words: tuple[Word, ...]
    quiet_until: dt.datetime | None
    last_in_at: dt.datetime
    form: str | None


def of_ticket(session: Session, actor: Actor, ticket_id: int, now: dt.datetime) -> Chat | None:
    """The chat a ticket came from; None where it came from none, or the chat is gone. Reading it is written down.

    Raises NoTicket.
    """
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        raise NoTicket(ticket_id)
    scope.demand_person(session, actor, Right.REVIEW, ticket.person_id)
    chat = session.get(Conversation, ticket.conversation_id) if ticket.conversation_id is not None else None
    if chat is None:
        return None
    audit.note(session, actor, "chat.seen", f"ticket:{code_of(ticket_id)}", now=now)
    words = sorted([*_theirs(session, chat.id), *_ours(session, chat.id)], key=lambda word: word.at)
    return Chat(chat.channel, tuple(words[-MOST:]), chat.quiet_until, chat.last_in_at, chat.form)


def _theirs(session: Session, conversation_id: int) -> list[Word]:
    query = sa.select(Inbound).where(Inbound.conversation_id == conversation_id).order_by(Inbound.id.desc()).limit(MOST)
    return [Word(row.at, False, row.words or "", row.kind) for row in session.scalars(query)]


def _ours(session: Session, conversation_id: int) -> list[Word]:
    mine = Delivery.conversation_id == conversation_id
    query = sa.select(Delivery).where(mine).order_by(Delivery.id.desc()).limit(MOST)
    return [
        Word(
            row.sent_at or row.created_at, True, str(row.bubble.get("text", "")), "text",
            tuple(str(button.get("label", "")) for button in row.bubble.get("buttons", ())), row.state in UNSEEN,
        )
        for row in session.scalars(query)
    ]  # fmt: skip
