"""A channel and the stand-in it talks to, both in the test's own loop."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.channels.http import Wire
from bot.channels.telegram import TelegramChannel
from bot.channels.whatsapp import WhatsAppChannel
from bot.database import Database, open_database
from tests.standins import telegram as telegram_standin
from tests.standins import twilio as twilio_standin


@pytest.fixture
def anyio_backend() -> str:
    """The loop the program runs on."""
    return "asyncio"


@pytest.fixture
async def telegram() -> AsyncIterator[telegram_standin.Telegram]:
    """Telegram; whatever it refused unasked fails the test."""
    async with telegram_standin.telegram() as standin:
        yield standin


@pytest.fixture
def wire() -> Wire:
    """What both channels call through: as patient as in earnest, unless a test says otherwise."""
    return Wire()


@pytest.fixture
async def bot(telegram: telegram_standin.Telegram, wire: Wire) -> AsyncIterator[TelegramChannel]:
    """The bot on it."""
    channel = TelegramChannel(
        telegram_standin.TOKEN,
        base_url=telegram.base_url,
        base_file_url=telegram.base_file_url,
        wire=wire,
    )
    yield channel
    await channel.close()


@pytest.fixture
async def twilio() -> AsyncIterator[twilio_standin.Twilio]:
    """Twilio."""
    async with twilio_standin.twilio() as standin:
        yield standin


@pytest.fixture
async def sender(twilio: twilio_standin.Twilio, wire: Wire) -> AsyncIterator[WhatsAppChannel]:
    """The sender on it, with templates not made yet."""
    channel = WhatsAppChannel(
        twilio_standin.SID,
        twilio_standin.TOKEN,
        twilio_standin.SENDER,
        base_url=twilio.address,
        public_url="https://bot.contoh.go.id",
        wire=wire,
    )
    yield channel
    await channel.close()


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A database for tests that only need one to write templates down."""
    path = tmp_path / "templates.db"
    shutil.copy(sqlite_template, path)
    opened = open_database(f"sqlite:///{path}")
    yield opened
    opened.close()
