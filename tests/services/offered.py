"""Owners in a line for few places, and the heartbeat that offers what becomes free: for the tests of offers."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from models import (
    Application,
    Conversation,
    Delivery,
    Offer,
    OfferState,
    Purpose,
    Session,
)
from services import applications, consents, offering, offers
from services.offers import Answer, Answered
from tests.services import people
from tests.services.people import NOON, OFFICE
from texts import load
from texts.bubble import Bubble

TEXTS = load()
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def owner(session: Session, **chat: Any) -> Conversation:
    """A person who agreed, in their chat."""
    row = people.chat(session, **chat)
    consents.record(
        session,
        conversation_id=row.id,
        purpose=Purpose.SERVICE,
        given=True,
        text_version="1",
        text_hash="0" * 64,
        language="id",
        channel=row.channel,
        now=NOON,
    )
    session.refresh(row)
    return row


def asks(session: Session, chat: Conversation, at: dt.datetime = NOON, **business: Any) -> Application:
    """Register a business; what it came to."""
    person = chat.person_id or 0
    outcome = applications.register(
        session,
        business=people.new_business(person, **business),
        assessment_id=people.assessment(session, person),
        programme=people.CODE,
        office=OFFICE,
        now=at,
    )
    return session.get_one(Application, outcome.application_id)


def line_of(session: Session, count: int, quota: int = 1, **programme: Any) -> list[tuple[Conversation, Application]]:
    """People who asked one after the other; the first `quota` of them have a place."""
    people.programme(session, quota=quota, **programme)
    found = []
    for n in range(count):
        chat = owner(session)
        found.append((chat, asks(session, chat, NOON + n * HOUR / 60)))
    return found


def sweep(session: Session, now: dt.datetime) -> int:
    """The heartbeat, until nothing is left to do."""
    done = 0
    while more := offering.sweep(session, TEXTS, OFFICE, now):
        done += more
    session.expire_all()
    return done


def says(session: Session, chat: Conversation, which: str, said: Answer, now: dt.datetime) -> Answered | None:
    done = offers.answer(
        session,
        conversation_id=chat.id,
        person_id=chat.person_id,
        which=which,
        said=said,
        office=OFFICE,
        now=now,
    )
    session.expire_all()
    return done


def open_offers(session: Session) -> list[int]:
    """Whose answer is awaited."""
    query = sa.select(Offer.application_id).where(Offer.state == OfferState.OPEN).order_by(Offer.id)
    return list(session.scalars(query))


def sent_to(session: Session, chat: Conversation) -> list[Bubble]:
    rows = session.scalars(sa.select(Delivery).where(Delivery.conversation_id == chat.id).order_by(Delivery.id))
    return [Bubble.from_json(row.bubble) for row in rows]


def withdraw(session: Session, application: Application, now: dt.datetime) -> None:
    applications.withdraw(session, application.id, now=now, by="owner")
    session.expire_all()
