"""Izin: what a person allowed us, one purpose at a time, with proof of what they were shown (UU 27/2022 Ps 22, 24)."""

import datetime as dt
import re

import sqlalchemy as sa

from models import Channel, Consent, Conversation, Language, Person, Purpose, Session
from models.prepared import Prepared
from services.contacts import linking

# Twilio's address of a WhatsApp user who has a number; others have a business-scoped id that is no number.
WHATSAPP_NUMBER = re.compile(r"whatsapp:(\+[1-9]\d{6,14})")


def record(
    session: Session,
    *,
    conversation_id: int,
    purpose: Purpose,
    given: bool,
    text_version: str,
    text_hash: str,
    language: Language,
    channel: Channel,
    now: dt.datetime,
) -> int | None:
    """Keep an answer to a request for consent; the person's id.

    The first consent for the service makes the person and takes the chat off the list of what is purged. Until then
    there is nobody to keep anything of: a refusal, or a consent for something else, leaves no trace, and None is
    returned. An answer is never rewritten; a withdrawal is a new one.
    """
    session.flush()
    # Two chats at once, or a purge: who comes second sees what the first has done.
    ((person_id, spoken_on, address),) = _CHAT.rows(session, {"it": conversation_id})
    if person_id is None:
        if not (given and purpose is Purpose.SERVICE):
            return None
        person_id = _welcome(session, conversation_id, spoken_on, address, now)
    values = {
        "person_id": person_id,
        "purpose": purpose,
        "given": given,
        "text_version": text_version,
        "text_hash": text_hash,
        "language": language,
        "channel": channel,
        "at": now,
    }
    _KEEP.run(session, values)
    return int(person_id)


def standing(session: Session, person_id: int) -> dict[Purpose, bool]:
    """What holds now, by the last answer to each purpose. A purpose that was never asked for is not in it."""
    query = sa.select(Consent.purpose, Consent.given).where(Consent.person_id == person_id)
    answers = session.execute(query.order_by(Consent.at, Consent.id)).all()
    return dict(answers)


def agreed(session: Session, person_id: int, purpose: Purpose) -> bool:
    """Whether a person allows this now."""
    return standing(session, person_id).get(purpose, False)


_OF_CHAT = Conversation.id == sa.bindparam("it")
_CHAT = Prepared(
    sa.select(Conversation.person_id, Conversation.channel, Conversation.address)
    .where(_OF_CHAT)
    .with_for_update(key_share=True)
)
_KEEP = Prepared(
    sa.insert(Consent),
    ["person_id", "purpose", "given", "text_version", "text_hash", "language", "channel", "at"],
)
_PERSON = Prepared(sa.insert(Person).returning(Person.id), ["created_at", "phone", "phone_vouched", "demo"])
_THEIRS = Prepared(sa.update(Conversation).where(_OF_CHAT).values(person_id=sa.bindparam("who"), purge_at=None))


def _welcome(session: Session, conversation_id: int, channel: Channel, address: str, now: dt.datetime) -> int:
    """Make the person. A number is known, and vouched for, where the chat comes from one."""
    number = WHATSAPP_NUMBER.fullmatch(address) if channel is Channel.WHATSAPP else None
    person = {"created_at": now, "phone": number and number[1], "phone_vouched": number is not None, "demo": False}
    ((person_id,),) = _PERSON.rows(session, person)
    _THEIRS.run(session, {"it": conversation_id, "who": person_id})
    if number:
        linking.meet(session, person_id, now)
    return int(person_id)
