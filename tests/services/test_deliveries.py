"""Every message is a row first, and says why it was sent."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import Channel, Delivery, DeliveryState, Lane
from services import deliveries
from services.deliveries import Why
from tests.services import people
from tests.services.people import NOON, transaction
from texts.bubble import Bubble, Button, Shape

BUBBLE = Bubble("Sudah *beres*?", Shape.CHOICE, (Button("due|7|done", "Sudah beres"),), template="todo_reminder_v1")


def test_a_message_goes_where_the_chat_is(database: Database) -> None:
    with transaction(database) as session:
        chat = people.chat(session, channel=Channel.WHATSAPP, address="whatsapp:+6281234567890")
        later = NOON + dt.timedelta(days=3)
        posted = {"bubble": BUBBLE, "lane": Lane.NOTICE, "because": "due:7", "now": NOON, "expires_at": later}
        row_id = deliveries.post(session, conversation_id=chat.id, **posted)
        row = session.get_one(Delivery, row_id)
        assert (row.channel, row.address, row.lane) == (chat.channel, chat.address, Lane.NOTICE)
        assert (row.state, row.not_before, row.expires_at) == (DeliveryState.QUEUED, NOON, later)
        assert Bubble.from_json(row.bubble) == replace(BUBBLE, template_language="id")  # the chat's


def test_why_did_i_get_this(database: Database) -> None:
    with transaction(database) as session:
        chat = people.chat(session)
        row_id = deliveries.post(
            session, conversation_id=chat.id, bubble=BUBBLE, lane=Lane.NOTICE, because="due:7", now=NOON
        )
        expected = Why("due:7", "due", "7", NOON, DeliveryState.QUEUED, None, None)
        assert deliveries.why(session, row_id) == expected
        assert deliveries.why(session, row_id + 1) is None


def test_nothing_is_posted_to_a_chat_that_is_gone(database: Database) -> None:
    with transaction(database) as session, pytest.raises(sa.exc.NoResultFound):
        deliveries.post(session, conversation_id=1, bubble=BUBBLE, lane=Lane.NOTICE, because="due:7", now=NOON)
