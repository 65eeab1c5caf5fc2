"""Stories run on one database at a time; those marked `on_both` on both at once."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import Channel
from tests.support.chat import Chat
from tests.support.kinds import kind
from tests.support.office import OFFICE, open_programme

__all__ = ["kind"]

Phone = Callable[..., Chat]
Rows = Callable[[str], list[Mapping[str, Any]]]


@pytest.fixture
def phone(database: Database) -> Phone:
    """A phone in somebody's hand, before a programme with places: `phone(Channel.WHATSAPP, address=…, hint="en")`."""
    open_programme(database)

    def take(channel: Channel = Channel.TELEGRAM, **more: Any) -> Chat:
        return Chat(database, more.pop("office", OFFICE), channel, **more)

    return take


@pytest.fixture
def rows(database: Database) -> Rows:
    """What the database says."""

    def ask(statement: str) -> list[Mapping[str, Any]]:
        with database.read() as connection:
            return [dict(row) for row in connection.execute(sa.text(statement)).mappings()]

    return ask
