"""An owner with a number, and what is kept of their requests: for the stories about their data."""

from typing import Any

import sqlalchemy as sa

from bot.database import Database
from models import Application, Channel, Stage
from services import erasure
from tests.conversations.conftest import Phone, Rows
from tests.services.people import transaction
from tests.support.chat import Chat
from tests.support.owner import reaches_number

NIB = {"papers": "nib", "nib_number": "1234567890123"}


def placed(phone: Phone, channel: str = "telegram", **more: str) -> Chat:
    """An owner with a place."""
    return reaches_number(phone(Channel(channel)).says("halo").taps("journey"), **{**NIB, **more})


def moved(database: Database, stage: Stage) -> None:
    """An officer moved the application."""
    with transaction(database) as session:
        session.execute(sa.update(Application).values(stage=stage))


def goodbye_left(database: Database, chat: Chat) -> int:
    """The outbox has sent what waited; the heartbeat beats."""
    with transaction(database) as session:
        session.execute(sa.text("UPDATE deliveries SET state='sent', platform_id='m1' WHERE state='queued'"))
    with transaction(database) as session:
        return erasure.farewell(session, chat.now)


def asked_for(rows: Rows) -> list[tuple[Any, ...]]:
    """The requests: kind, detail, whether done."""
    return [(r["kind"], r["detail"], r["done_at"] is not None) for r in rows("SELECT * FROM data_requests ORDER BY id")]
