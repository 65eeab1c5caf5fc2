"""Everybody who may come to an event: with a chat, a number, consents, and perhaps two businesses."""

import itertools
from typing import Any

import sqlalchemy as sa

from bot.database import Database
from models import Business, Channel, Consent, Conversation, Language, Person, Purpose, Session
from services.events import signing
from services.events.signing import Guest, Signed
from tests.services.event_seen import Known
from tests.services.eventful import CALENDAR, NOW
from tests.services.people import transaction

MANY = 24
_token = itertools.count(1)


def crowd(database: Database) -> tuple[Known, ...]:
    """They are there before anything begins. Two of three agree to be reminded; one of two has two businesses."""
    numbers = range(1, MANY + 1)
    with transaction(database) as session:
        _insert(
            session, Person, [{"id": n, "created_at": NOW, "name": f"Siti {n}", "phone": _phone(n)} for n in numbers]
        )
        chat = {"channel": Channel.TELEGRAM, "first_at": NOW, "last_in_at": NOW, "language": Language.ID}
        _insert(session, Conversation, [{**chat, "id": n, "address": f"{n}", "person_id": n} for n in numbers])
        proof = {"given": True, "text_version": "1", "text_hash": "x", "language": Language.ID, "at": NOW}
        proof |= {"channel": Channel.TELEGRAM}
        given = [(n, purpose) for n in numbers for purpose in Purpose if purpose is Purpose.SERVICE or _agrees(n)]
        _insert(session, Consent, [{**proof, "person_id": n, "purpose": purpose} for n, purpose in given])
        owned = [(n, each) for n in numbers for each in _businesses(n)]
        _insert(
            session,
            Business,
            [
                {"id": each, "person_id": n, "created_at": NOW, "owner_name": "Siti", "name": f"Keripik {each}"}
                for n, each in owned
            ],
        )
    return tuple(Known(n, n, _phone(n), _agrees(n), _businesses(n)) for n in numbers)


def _insert(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    session.execute(sa.insert(model), rows)


def _phone(n: int) -> str:
    return f"+62812{10_000_000 + n}"


def _agrees(n: int) -> bool:
    return n % 3 != 2


def _businesses(n: int) -> tuple[int, ...]:
    return (2 * n, 2 * n + 1) if n % 2 else ()


def signs_up(session: Session, event_id: int, who: Known, business: int | None, regency: str, now: Any) -> Signed:
    """One of them signs up, with a business of theirs or one that is known by its name alone."""
    guest = Guest(who.person_id, who.chat_id, business, f"Siti {who.person_id}", "Keripik", regency)
    return signing.sign_up(session, event_id, guest, token=f"token-{next(_token):012d}", calendar=CALENDAR, now=now)
