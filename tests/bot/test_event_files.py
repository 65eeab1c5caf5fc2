"""The entry card: its QR is read by another program than the one that drew it, and it ends with the place."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from bot.clock import Clock
from models import Language
from services.events import signing
from tests.bot.test_files import get
from tests.services import eventful
from tests.services.eventful import NOW
from tests.services.people import transaction
from tests.support.engine import echo
from tests.support.server import Served, served, settings_for


@pytest.fixture
def anyio_backend() -> str:
    """The loop the program runs on."""
    return "asyncio"


@pytest.fixture
def running(database_url: str, tmp_path: Path) -> Iterator[Served]:
    """The program, on the day of the story."""
    with served(settings_for(database_url, tmp_path), answer=echo, clock=Clock(lambda: NOW)) as program:
        yield program


def test_a_card_is_read_at_the_door_and_ends_with_its_place(running: Served) -> None:
    database = running.program.database
    with transaction(database) as session:
        event = eventful.event(session)
        chat = eventful.owner(session)
        chat.language = Language.EN
        row = eventful.signs_up(session, event.id, chat).sign_up
        assert row is not None
        number, token, digits, code = row.id, row.token, row.digits, event.code

    status, picture, headers = get(running, f"/kartu/{token}.png")
    assert (status, headers["content-type"]) == (200, "image/png")
    (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert read.text.endswith(f"/hadir/{token}")

    status, entry, _ = get(running, f"/kartu/{token}.ics")
    unfolded = entry.decode().replace("\r\n ", "")
    assert f"DESCRIPTION:Entry code: {digits}\\n" in unfolded, "in the language its owner reads"
    assert "DTSTART;TZID=Asia/Jakarta:20261210T090000" in unfolded
    status, public, _ = get(running, f"/acara/{code.lower()}.ics")
    assert (status, digits.encode() in public) == (200, False)

    with transaction(database) as session:
        signing.leave(session, number, NOW)
    assert [get(running, f"/kartu/{token}.{kind}")[0] for kind in ("png", "ics")] == [404, 404]
