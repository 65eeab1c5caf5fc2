"""A ticket says by when an officer answers."""

import datetime as dt

from bot.database import Database
from models import Ticket
from services import tickets
from services.office import JAKARTA, Office
from tests.services import people
from tests.services.people import NOON, transaction
from tests.support.office import on_holiday


def test_an_answer_is_promised_in_working_time(database: Database) -> None:
    holiday = Office(calendar=on_holiday(dt.date(2026, 11, 25)))
    with transaction(database) as session:
        chat = people.chat(session)
        opened = tickets.open_ticket(
            session,
            conversation_id=chat.id,
            person_id=None,
            topic="question",
            words="Biayanya berapa?",
            context={"form": "journey", "question": "nib"},
            office=holiday,
            now=NOON,
        )
        assert opened.code == f"T-{opened.id}"
        assert opened.answer_by == dt.datetime(2026, 11, 26, 16, tzinfo=JAKARTA)
        row = session.get_one(Ticket, opened.id)
        assert (row.words, row.context) == ("Biayanya berapa?", {"form": "journey", "question": "nib"})
        assert (row.answer_by, row.closed_at) == (opened.answer_by, None)
