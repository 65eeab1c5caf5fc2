"""A reminder on WhatsApp after the 24 hours, through the whole program: held, shown, and sent once it may be."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import approvals
from bot.clock import Clock
from models import Channel, Conversation, Delivery, Lane
from services import deliveries
from tests.standins import twilio as twilio_standin
from tests.standins.twilio import SENDER, SID, TOKEN
from tests.support.engine import NOON, echo
from tests.support.kinds import kind
from tests.support.server import Served, served, settings_for
from texts.bubble import Bubble

__all__ = ["kind"]

NEWS = Bubble("Kabar", template="waiting_news_v1", template_values=("Keripik\nBu Siti", "3", "Program", "Serang"))


@pytest.fixture
def anyio_backend() -> str:
    """The loop the stand-in runs on."""
    return "asyncio"


def written(it: Served, work: Callable[[Session], Any]) -> Any:
    """A transaction of the test's own."""
    with Session(it.program.database.write_engine) as session, session.begin():
        return work(session)


def silent(session: Session) -> None:
    """News for somebody who has not written for two days."""
    long_ago = NOON.replace(day=NOON.day - 2)
    chat = Conversation(channel=Channel.WHATSAPP, address="whatsapp:+6281200001234", first_at=long_ago)
    chat.last_in_at, chat.answers, chat.view, chat.facts = long_ago, {}, {}, {}
    session.add(chat)
    session.flush()
    told = {"bubble": NEWS, "lane": Lane.NOTICE, "because": "waiting:1", "now": NOON}
    deliveries.post(session, conversation_id=chat.id, **told)


async def became(it: Served, state: str) -> str | None:
    """Beat until the message is in that state; its reason."""

    def look(session: Session) -> tuple[str, str | None]:
        row = session.execute(sa.select(Delivery.state, Delivery.reason)).one()
        return row.state.value, row.reason

    for _ in range(100):
        await asyncio.to_thread(it.call, it.program.forwarded())
        now, reason = await asyncio.to_thread(written, it, look)
        if now == state:
            return reason
        await asyncio.sleep(0.05)
    raise AssertionError(f"{now} ({reason}) instead of {state}")


@pytest.mark.anyio
async def test_it_is_held_until_its_template_is_approved_and_never_free_text(database_url: str, tmp_path: Path) -> None:
    async with twilio_standin.twilio() as standin:
        account = {"account_sid": SID, "auth_token": TOKEN, "sender": SENDER, "base_url": standin.address}
        web = {"public_url": "https://bot.contoh.go.id"}
        settings = settings_for(database_url, tmp_path, whatsapp=account, web=web)
        program = served(settings, answer=echo, clock=Clock(lambda: NOON))
        it = await asyncio.to_thread(program.__enter__)
        try:
            channel = it.program.channels.whatsapp
            assert channel is not None
            made = approvals.sync(channel, it.program.database.write_engine, it.program.texts, NOON)
            assert await asyncio.to_thread(it.call, made) > 0
            await asyncio.to_thread(written, it, silent)
            assert await became(it, "held") == "no_template:waiting_news_v1.id"
            assert standin.sent == []
            approved = [
                sid for sid, c in standin.contents.items() if c["friendly_name"].startswith("waiting_news_v1_id")
            ]
            standin.states, standin.approved = dict.fromkeys(approved, ("approved", "")), set(approved)
            assert await became(it, "sent") is None
            assert len(standin.sent) == 1
            assert "Body" not in standin.sent[0]
            assert "usaha Keripik Bu Siti: sekarang nomor 3" in str(standin.shown[0])
        finally:
            await asyncio.to_thread(program.__exit__, None, None, None)
