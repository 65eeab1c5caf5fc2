"""A turn says as little to the database as it must, among few people and among many, and reads no table whole."""

import pytest
import sqlalchemy as sa

from bot.database import Database
from conversation.said import Said
from tests.support import crowded, statements
from tests.support.chat import Chat
from tests.support.office import OFFICE, open_programme
from tests.support.owner import reaches_number

PLAIN = {"sqlite": 6, "postgresql": 2}  # find and note, write back and answer; SQLite has no way to do both at once
WHOLE = {"sqlite": 178, "postgresql": 82}  # from the first hello to the number


class Counted(Chat):
    """A chat that counts what each message says to the database."""

    said: list[statements.Said]
    counts: list[int]

    def hears(self, said: Said, event: str | None = None):  # type: ignore[no-untyped-def]
        """As it does, and counted."""
        before = len(self.said)
        received = super().hears(said, event)
        self.counts.append(len(self.said) - before)
        return received


@pytest.mark.parametrize("people", [0, 600])
def test_a_turn_says_little_and_reads_no_whole_table(database: Database, people: int) -> None:
    open_programme(database)
    if people:
        with database.read() as connection:
            programme = connection.execute(sa.text("SELECT id FROM programmes")).scalar_one()
        crowded.fill(database, people, programme)
    with statements.noted(database) as said:
        chat = Counted(database, OFFICE)
        chat.said, chat.counts = said, []
        reaches_number(chat.starts())
        told = list(said)
    name = database.write_engine.dialect.name
    plain = sorted(chat.counts)[: len(chat.counts) - 4]  # all but consent, result, start of the registration, number
    assert plain[-1] <= PLAIN[name]
    assert sum(chat.counts) <= WHOLE[name]
    assert {sql: found for sql, values in told if (found := statements.scans(database, (sql, values)))} == {}
