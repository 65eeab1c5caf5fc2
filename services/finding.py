"""Menemukan orang: what an officer types to name a chat (a number, an address, BTN-…), and what is known of it."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from models import Application, Business, Channel, Conversation, Session
from services import audit, businesses, chats, persons, phones, scope
from services.staff import Actor, Right, demand, demand_for


class NotFound(LookupError):
    """Nothing goes by that name."""


@dataclass(frozen=True, slots=True)
class Found:
    """A chat, as an officer needs to see it before joining it to another."""

    conversation_id: int
    channel: Channel
    address: str
    person_id: int | None
    name: str | None
    businesses: tuple[str, ...]


def chat(session: Session, actor: Actor, named: str, *, now: dt.datetime) -> Found:
    """The chat behind "BTN-2026-000123", "0812…" (WhatsApp), "telegram:700000001" or "whatsapp:+62…".

    A number in the programme names the chat its owner used last. Raises NotFound.
    """
    demand(actor, Right.REVIEW)
    text = named.strip()
    row = _by_number(session, text) if text.upper().startswith("BTN-") else _by_address(session, text)
    if row is None:
        raise NotFound(named)
    if row.person_id is not None:  # a chat that is nobody's yet has no kab/kota either
        scope.demand_person(session, actor, Right.REVIEW, row.person_id)
    audit.note(session, actor, "chat.seen", f"chat:{row.id}", now=now)
    theirs = businesses.of_person(session, row.person_id) if row.person_id is not None else []
    name = persons.name_of(session, row.person_id) if row.person_id is not None else None
    return Found(row.id, row.channel, row.address, row.person_id, name, tuple(b.name for b in theirs))


def _by_number(session: Session, text: str) -> Conversation | None:
    query = sa.select(Business.person_id).join(Application, Application.business_id == Business.id)
    person_id = session.scalars(query.where(Application.number == text.upper())).first()
    return chats.last_used(session, person_id, lock=False) if person_id is not None else None


def _by_address(session: Session, text: str) -> Conversation | None:
    channel, _, address = text.partition(":")
    if channel == "telegram":
        where = sa.and_(Conversation.channel == Channel.TELEGRAM, Conversation.address == address)
    elif channel == "whatsapp":
        where = sa.and_(Conversation.channel == Channel.WHATSAPP, Conversation.address == text)
    else:
        try:
            number = phones.mobile(text)
        except phones.NotAPhone:
            return None
        where = sa.and_(Conversation.channel == Channel.WHATSAPP, Conversation.address == f"whatsapp:{number}")
    return session.scalars(sa.select(Conversation).where(where)).first()


def business(session: Session, actor: Actor, named: str) -> Business:
    """The business behind "BTN-2026-000123" or its own id. Raises NotFound."""
    demand(actor, Right.SEE)
    text = named.strip()
    found: Business | None = None
    if text.upper().startswith("BTN-"):
        query = sa.select(Business).join(Application, Application.business_id == Business.id)
        found = session.scalars(query.where(Application.number == text.upper())).first()
    elif text.isdecimal():
        found = session.get(Business, int(text))
    if found is None:
        raise NotFound(named)
    demand_for(actor, Right.SEE, found.regency)
    return found
