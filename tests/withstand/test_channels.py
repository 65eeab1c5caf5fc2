"""From hello to a number over HTTP, with the buttons each platform has, and not one call the platform would refuse."""

import asyncio
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from bot.channels import templates
from bot.channels.signature import sign
from bot.tables import deliveries
from models import Channel, DeliveryState
from tests.standins.twilio import TOKEN
from tests.support.commands import command
from tests.support.server import Served, served
from tests.withstand.journey import recorded
from tests.withstand.people import Door, Person, http
from tests.withstand.platforms import PUBLIC, Platforms, platforms
from tests.withstand.program import AT_ONCE, pointed_at


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_telegram_with_every_key_there_is(database_url: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with platforms() as them, http() as session:
            settings = pointed_at(them.environment(), database_url, tmp_path)
            with served(settings, burst=AT_ONCE) as it:
                person = Person(1, Channel.TELEGRAM, Door(it.url, them, session))
                end = await person.walks(recorded(Channel.TELEGRAM, ticking=True))
                assert "sudah dapat tempat" in end.text
                await asyncio.to_thread(_introduced, it, them)
            methods = {method for method, _ in them.telegram.calls}
            assert {"sendMessage", "editMessageReplyMarkup", "setWebhook", "setMyCommands"} <= methods
            assert them.wrong == []

    asyncio.run(story())


def _introduced(it: Served, them: Platforms) -> None:
    with it.program.database.read() as connection:
        states = connection.execute(sa.select(deliveries.c.state)).scalars().all()
    assert set(states) <= {DeliveryState.SENT, DeliveryState.SENDING}
    webhook = next(parameters for method, parameters in them.telegram.calls if method == "setWebhook")
    assert webhook["url"] == f"{PUBLIC}/webhooks/telegram"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_whatsapp_with_lists_and_quick_replies(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAIKKELAS_DATABASE__URL", database_url)

    async def story() -> None:
        async with platforms() as them, http() as session:
            settings = pointed_at(them.environment(), database_url, tmp_path)
            with served(settings):
                pass  # the tables
            for name, value in them.environment().items():
                monkeypatch.setenv(f"NAIKKELAS_{name}", value)
            code, said = await asyncio.to_thread(command, "whatsapp", "templates", "sync")
            assert (code, said.splitlines()[0]) == (0, f"{len(list(templates.layouts()))} templat siap dipakai.")
            with served(settings, burst=AT_ONCE) as it:
                person = Person(2, Channel.WHATSAPP, Door(it.url, them, session))
                end = await person.walks()
                assert "sudah dapat tempat" in end.text
                seen = them.boxes.seen[person.address]
                assert {one.kind for one in seen} == {"text", "quick-reply", "list-picker"}
                await _twilio_reports(it, them, session)
            assert them.wrong == []

    asyncio.run(story())


async def _twilio_reports(it: Served, them: Platforms, session: object) -> None:
    """Every message is read, and Twilio says so in whatever order it likes."""
    door = Door(it.url, them, session)  # type: ignore[arg-type]
    for number, form in enumerate(them.twilio.sent, 1):
        path = form["StatusCallback"].removeprefix(PUBLIC)
        for status in ("read", "sent", "delivered", "delivered"):
            said = {"MessageSid": f"SM{number:032x}", "MessageStatus": status, "To": form["To"]}
            headers = {"X-Twilio-Signature": sign(PUBLIC + path, said, TOKEN)}
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            assert (await door._post(path, urlencode(said).encode(), headers))[0] == 200
    with it.program.database.read() as connection:
        states = connection.execute(sa.select(deliveries.c.state)).scalars().all()
    assert set(states) == {DeliveryState.READ}
