"""The entry card: its QR is read by another program than the one that drew it, and it ends with the place."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from bot.clock import Clock
from models import Channel, Language
from services.events import attending, certifying, forgetting, giving, signing
from services.events.attending import Tap
from services.letterhead import Letterhead
from tests.bot.test_files import get
from tests.services import eventful
from tests.services.eventful import DEWI, NOW, THURSDAY
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


def test_a_certificate_reaches_its_phone_and_is_confirmed_to_anybody(running: Served) -> None:
    database, documents = running.program.database, running.program.documents
    base = documents.public_url
    with transaction(database) as session:
        event = eventful.event(session)
        row = eventful.signs_up(session, event.id, eventful.owner(session, "Siti Aminah")).sign_up
        assert row is not None
        attending.check_in(session, DEWI, event.id, row.id, Tap(THURSDAY), THURSDAY)
        made = certifying.issue(session, event, row, Letterhead(), "c" * 32, THURSDAY)
        bubble = giving.certified(running.program.texts, Language.ID, event, row, made)
        token = row.token

    on_telegram = running.call(documents.ready(Channel.TELEGRAM, bubble))
    document = on_telegram.extra["document"]
    assert (document["name"], document["content"][:5]) == ("sertifikat-sos01.pdf", b"%PDF-")
    assert f"{base}/sertifikat/{'c' * 32}" in on_telegram.text
    on_whatsapp = running.call(documents.ready(Channel.WHATSAPP, bubble))
    assert f"Unduh di sini: {base}/kartu/{token}.pdf" in on_whatsapp.text
    assert "document" not in on_whatsapp.extra

    status, paper, headers = get(running, f"/kartu/{token}.pdf")
    assert (status, headers["content-type"]) == (200, "application/pdf")
    assert "Siti Aminah" in PdfReader(io.BytesIO(paper)).pages[0].extract_text()
    status, page, headers = get(running, f"/sertifikat/{'c' * 32}")
    assert (status, b"001/SOS01/BPTSI/2026" in page, b"Aminah" in page) == (200, True, False)
    assert "S••• A•••" in page.decode()
    assert b"It is no halal certificate" in get(running, f"/sertifikat/{'c' * 32}?bahasa=en")[1]
    assert "unsafe" not in headers["content-security-policy"]

    with transaction(database) as session:
        forgetting.sweep(session, THURSDAY + eventful.DAY, NOW, 10)
    assert get(running, f"/kartu/{token}.pdf")[0] == 404
    status, page, _ = get(running, f"/sertifikat/{'c' * 32}")
    assert (status, b"sudah dihapus" in page) == (200, True), "still genuine, nobody's any more"
    assert get(running, f"/sertifikat/{'d' * 32}")[0] == 404
