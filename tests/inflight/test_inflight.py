"""Half-finished answers of each release: after a deploy they still come to a question or to the end.

A file is written once, when a release is made, and never changed: what is in it stands in somebody's row.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.database import Database
from conversation.run import Run
from conversation.turn import Outcome, begin
from handlers import HANDLERS
from handlers.spoken import Spoken
from models import Channel, Conversation, Language, Person, Session
from tests.support.chat import NOON, Chat, noting
from tests.support.kinds import kind
from tests.support.office import OFFICE, open_programme
from tests.support.owner import reaches_number

__all__ = ["kind"]

ROWS = [
    pytest.param(row, id=f"{path.stem}:{row['name']}")
    for path in sorted(Path(__file__).parent.glob("*.json"))
    for row in json.loads(path.read_text(encoding="utf-8"))
]
# They speak of an assessment or a business, which a row alone does not bring along.
NEED_MORE = frozenset(
    ("result", "why", "todo_list", "todo_line", "recheck", "registration", "consent_announcements", "after")
)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_an_earlier_release_comes_to_a_question_or_to_the_end(row: dict[str, Any]) -> None:
    if row["form"] not in HANDLERS:
        return  # gone: the program lets go of it, see below
    run = Run(row["run_id"], row["form"], row["answers"], row["view"], row["facts"])
    turn = begin(HANDLERS[run.form].form(run.facts), run, Spoken(noting(), Language.ID, OFFICE))
    assert turn.ask is not None or turn.outcome in (Outcome.FINISHED, Outcome.STOPPED)


@pytest.mark.parametrize("row", [row for row in ROWS if row.values[0]["form"] not in NEED_MORE])
def test_whoever_was_half_way_can_go_on(database: Database, row: dict[str, Any]) -> None:
    open_programme(database)
    with Session(database.write_engine) as session, session.begin():
        person = Person(created_at=NOON) if row["consented"] else None
        session.add_all([person] if person else [])
        session.flush()
        columns = {key: row[key] for key in ("form", "run_id", "answers", "view", "facts")}
        chat_row = Conversation(
            channel=Channel.TELEGRAM, address="700000001", first_at=NOON, last_in_at=NOON, **columns
        )
        chat_row.person_id = person.id if person else None
        session.add(chat_row)
    chat = Chat(database, OFFICE)
    chat.says("bantuan")
    assert not chat.received.failed
    assert chat.text
    chat.says("1", "hmm", "MENU")
    assert not chat.received.failed
    reaches_number(chat)
    with database.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM tickets WHERE topic = 'trouble'")).scalar_one() == 0
