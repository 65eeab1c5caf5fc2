"""People who agreed to announcements, and broadcasts to them."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

import texts
from bot.database import Database
from models import (
    Approval,
    Broadcast,
    BroadcastState,
    Channel,
    Consent,
    Conversation,
    Language,
    MessageTemplate,
    Person,
    Purpose,
    Session,
)
from services import businesses, templates
from services.broadcasts import selecting
from services.broadcasts.audience import Audience
from services.broadcasts.selecting import Terms
from tests.services import people
from tests.services.people import NOON
from tests.support import crowded

TERMS = Terms(cap=2)
SENDER = "whatsapp:+6281200000000"
FIRST = 700_000_000  # addresses of many


def agrees(session: Session, person_id: int, given: bool = True, at: dt.datetime = NOON) -> None:
    """A person's answer about announcements."""
    values: dict[str, Any] = {
        "person_id": person_id, "purpose": Purpose.ANNOUNCEMENTS, "given": given, "text_version": "1",
        "text_hash": "0" * 64, "language": Language.ID, "channel": Channel.TELEGRAM, "at": at,
    }  # fmt: skip
    session.execute(sa.insert(Consent).values(values))


def owner(
    session: Session, name: str = "Siti Aminah", agreed: bool | None = True, business: bool | dict[str, Any] = True,
    **chat: Any,
) -> int:  # fmt: skip
    """Somebody with a chat, and a business unless there is none; their id."""
    person_id = people.person(session, name)
    people.chat(session, person_id, **chat)
    if agreed is not None:
        agrees(session, person_id, agreed)
    if business is not False:
        businesses.add(
            session, people.new_business(person_id, **(business if isinstance(business, dict) else {})), NOON
        )
    return person_id


def many(database: Database, count: int) -> None:
    """So many people on Telegram who agreed, by few statements."""
    numbers = range(1, count + 1)
    chat: dict[str, Any] = {"channel": Channel.TELEGRAM, "first_at": NOON, "last_in_at": NOON}
    said: dict[str, Any] = {"purpose": Purpose.ANNOUNCEMENTS, "given": True, "text_version": "1", "text_hash": "0"}
    said |= {"language": Language.ID, "channel": Channel.TELEGRAM, "at": NOON}
    with database.write() as connection:
        people_made = [{"id": n, "created_at": NOON, "name": f"Ibu {n}"} for n in numbers]
        connection.execute(sa.insert(Person), people_made)
        addressed = [{"id": n, "person_id": n, "address": str(FIRST + n), **chat} for n in numbers]
        connection.execute(sa.insert(Conversation), addressed)
        connection.execute(sa.insert(Consent), [{"person_id": n, **said} for n in numbers])
        if not database.is_sqlite:
            crowded.count_on(connection)


def template(session: Session, catalogue: texts.Catalogue, name: str) -> None:
    """A template WhatsApp has approved, in every language."""
    for language in Language:
        told = catalogue.templates(language.value)[name]
        templates.keep(session, SENDER, told, f"HX{language.value}", NOON)
    session.flush()
    session.execute(sa.update(MessageTemplate).values(state=Approval.APPROVED))


def approved(
    session: Session, audience: Audience = Audience(), terms: Terms = TERMS, now: dt.datetime = NOON, **values: Any
) -> Broadcast:
    """A broadcast whose audience is frozen, ready to go."""
    row = _written(session, audience, now, **{"state": BroadcastState.SCHEDULED, "send_at": now, **values})
    row.total = selecting.freeze(session, row.id, audience, terms, now).total
    session.flush()
    return row


def promised(session: Session, now: dt.datetime = NOON, **values: Any) -> Broadcast:
    """A broadcast somebody has just said yes to in a chat: a worker is to freeze it."""
    dewi = people.account(session, "dewi", "penyetuju")
    yes = {"approved_staff": dewi.id, "approved_by": dewi.name, "approved_at": now}
    return _written(session, Audience(), now, state=BroadcastState.FREEZING, **yes, **values)


def _written(session: Session, audience: Audience, now: dt.datetime, **values: Any) -> Broadcast:
    given: dict[str, Any] = {
        "title": "Undangan", "texts": {"id": "Halo {nama}, ada pelatihan.", "en": "Hello {nama}, a training."},
        "audience": audience.as_json(), "created_at": now, "created_by": "rina", "template_values": [], "left_out": {},
    }  # fmt: skip
    row = Broadcast(**given | values)
    session.add(row)
    session.flush()
    return row
