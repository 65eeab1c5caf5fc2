"""Consent: kept with its proof, one purpose at a time, and nothing kept of somebody who did not give it."""

import datetime as dt
from typing import Any

from bot.database import Database
from models import Channel, Consent, Conversation, Language, Person, Purpose, Session
from services import consents
from tests.services import people
from tests.services.people import NOON, transaction

HASH = "a" * 64


def record(
    session: Session,
    chat: Conversation,
    purpose: Purpose = Purpose.SERVICE,
    given: bool = True,
    hours: int = 0,
    **more: Any,
) -> int | None:
    told: dict[str, Any] = {"text_version": "2026-11", "text_hash": HASH, "language": Language.ID}
    return consents.record(
        session,
        conversation_id=chat.id,
        purpose=purpose,
        given=given,
        channel=chat.channel,
        now=NOON + dt.timedelta(hours=hours),
        **told | more,
    )


def test_the_first_yes_makes_the_person_and_keeps_the_proof(database: Database) -> None:
    with transaction(database) as session:
        chat = people.chat(session)
        person_id = record(session, chat)
        session.expire_all()
        assert person_id is not None
        assert (chat.person_id, chat.purge_at) == (person_id, None)
        proof = session.get_one(Consent, 1)
        assert (proof.person_id, proof.purpose, proof.given) == (person_id, Purpose.SERVICE, True)
        assert (proof.text_version, proof.text_hash, proof.language) == ("2026-11", HASH, Language.ID)
        assert (proof.channel, proof.at) == (Channel.TELEGRAM, NOON)
        assert record(session, chat, Purpose.ANNOUNCEMENTS) == person_id
        assert session.query(Person).count() == 1


def test_a_refusal_leaves_no_trace(database: Database) -> None:
    with transaction(database) as session:
        chat = people.chat(session)
        assert record(session, chat, given=False) is None
        assert record(session, chat, Purpose.ANNOUNCEMENTS) is None
        session.expire_all()
        assert (chat.person_id, chat.purge_at) == (None, NOON + dt.timedelta(days=7))
        assert session.query(Person).count() == session.query(Consent).count() == 0


def test_the_last_answer_stands_and_the_earlier_ones_stay(database: Database) -> None:
    with transaction(database) as session:
        chat = people.chat(session)
        person_id = record(session, chat)
        assert person_id is not None
        assert consents.standing(session, person_id) == {Purpose.SERVICE: True}
        record(session, chat, Purpose.ANNOUNCEMENTS, hours=1)
        record(session, chat, Purpose.ANNOUNCEMENTS, given=False, hours=2, language=Language.EN)
        assert consents.standing(session, person_id) == {Purpose.SERVICE: True, Purpose.ANNOUNCEMENTS: False}
        assert not consents.agreed(session, person_id, Purpose.ANNOUNCEMENTS)
        assert not consents.agreed(session, person_id, Purpose.REMINDERS)
        assert consents.agreed(session, person_id, Purpose.SERVICE)
        assert session.query(Consent).count() == 3


def test_whatsapp_vouches_for_the_number_it_names(database: Database) -> None:
    with transaction(database) as session:
        by_number = people.chat(session, channel=Channel.WHATSAPP, address="whatsapp:+6281234567890")
        by_scoped_id = people.chat(session, channel=Channel.WHATSAPP, address="whatsapp:ID.1234567890abc")
        found = [session.get_one(Person, record(session, chat)) for chat in (by_number, by_scoped_id)]
        assert [(each.phone, each.phone_vouched) for each in found] == [("+6281234567890", True), (None, False)]
