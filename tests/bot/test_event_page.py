"""Inviting: links and their numbers, the kit, and the public page for whoever has no app open yet."""

import json
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from bot.clock import Clock
from bot.database import Database
from services.events import arranging, lists, seating
from tests.bot.test_files import get
from tests.services import eventful
from tests.services.eventful import CALENDAR, DEWI, NOW
from tests.services.people import transaction
from tests.support.commands import command
from tests.support.engine import echo
from tests.support.server import served, settings_for

OFFICIAL = "https://bptsi.contoh.go.id/chat"
WHATSAPP = {"account_sid": "AC" + "0" * 32, "auth_token": "token-of-nobody", "sender": "whatsapp:+6281200000000"}


@pytest.fixture
def anyio_backend() -> str:
    """The loop the program runs on."""
    return "asyncio"


def test_the_public_page_leads_into_both_apps(database_url: str, tmp_path: Path) -> None:
    """No script, no cookie; the link's code goes along; what is over or unknown says so, and nothing is lost."""
    settings = settings_for(database_url, tmp_path, whatsapp=WHATSAPP, office={"verify_url": OFFICIAL})
    with served(settings, answer=echo, clock=Clock(lambda: NOW)) as running:
        told = {"letter_number": "500.3/123/BPTSI/2026", "letter_date": NOW.date(), "title": "Sosialisasi <b>Halal</b>"}
        with transaction(running.program.database) as session:
            code = eventful.event(session, map_url="https://maps.app.goo.gl/abc", **told).code
        status, body, headers = get(running, f"/acara/{code.lower()}/a1")
        page = body.decode()
        assert (status, "set-cookie" in headers, "<script" in page) == (200, False, False)
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "Sosialisasi &lt;b&gt;Halal&lt;/b&gt;" in page
        assert "Kamis, 10 Desember 2026, 09.00–15.00 WIB" in page
        assert "Surat nomor 500.3/123/BPTSI/2026, Selasa, 24 November 2026" in page
        assert "https://wa.me/6281200000000?text=ACARA%20SOS01%20A1" in page
        assert f'href="{OFFICIAL}"' in page
        assert "Sisa 2 tempat dari 2" in page
        assert "2 of 2 places left" in get(running, f"/acara/{code}?bahasa=en")[1].decode()
        assert get(running, f"/acara/{code}.ics")[2]["content-type"].startswith("text/calendar")

        with transaction(running.program.database) as session:
            arranging.cancel(session, DEWI, code, reason="Gedung dipakai.", calendar=CALENDAR, now=NOW)
        page = get(running, f"/acara/{code}")[1].decode()
        assert "Acara ini dibatalkan. Gedung dipakai." in page
        assert "wa.me" not in page
        status, body, _ = get(running, "/acara/<b>X9")
        assert (status, b"<b>" in body) == (404, False)
        assert "Jangan membayar apa pun" in body.decode()


def test_the_kit_is_made_by_one_command(
    database: Database, keyboard: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link for each dinas, words to forward, a QR that another program reads, a list of invited people, shares."""
    monkeypatch.setenv("NAIKKELAS_WEB__PUBLIC_URL", "https://bot.contoh.go.id")
    monkeypatch.setenv("NAIKKELAS_OFFICE__VERIFY_URL", OFFICIAL)
    when = ["--starts", "2099-12-10 09:00", "--ends", "2099-12-10 15:00", "--place", "Aula", "--capacity", "30"]
    assert "2026-11-20" in run("create", "--title", "Sosialisasi Halal", *when, "--letter-date", "20 November")[1]
    assert run("create", "--title", "Sosialisasi Halal", *when)[0] == 0
    assert "tujuan" not in run("links", "SOS01", "--every", "kabupaten", "--add", "grup:WA Baros")[1]
    assert run("links", "SOS01", "--add", "WA Baros")[0] != 0, "what kind?"
    rows = json.loads(run("links", "SOS01", "--json")[1])
    assert len(rows) == 9, "nobody has two"
    assert (rows[0]["name"], rows[0]["url"]) == ("WA Baros", "https://bot.contoh.go.id/acara/SOS01/A1")

    people = tmp_path / "undangan.csv"
    people.write_text("Nama,Nomor HP\nSiti Aminah,0812-3456-0001\nUjang,0812-3456-0002\nTanpa Nomor,-\n", "utf-8")
    assert "2 akan diundang" in run("invite", "SOS01", "--file", str(people))[1]
    code, said = run("invite", "SOS01", "--file", str(people), "--apply")
    assert (code, "2 orang baru" in said, "baris 4" in said) == (0, True, True)
    assert "0 orang baru" in run("invite", "SOS01", "--file", str(people), "--apply")[1]
    letter = ["--letter", "500.3/12/BPTSI/2099", "--letter-date", "2099-11-20"]
    assert run("change", "SOS01", "--reserved", "2", "--reserved-until", "2099-12-01 00:00", *letter)[0] == 0
    code, said = run("shares", "SOS01", "36.02=5", "--until", "2099-12-03 08:00")
    assert (code, "36.02" in said, "25" in said) == (0, True, True)
    assert run("shares", "SOS01", "36.02=50")[0] != 0

    assert run("kit", "SOS01", "--folder", str(tmp_path / "kit"))[0] == 0
    names = {path.name for path in (tmp_path / "kit").iterdir()}
    assert {"qr-semua.png", "qr-A1-wa-baros.png", "undangan-pendek-A1-wa-baros.txt", "tautan.csv"} <= names
    (read,) = zxingcpp.read_barcodes(Image.open(tmp_path / "kit" / "qr-A1-wa-baros.png"))
    assert read.text == rows[0]["url"]
    said = (tmp_path / "kit" / "undangan-panjang-A1-wa-baros.txt").read_text("utf-8")
    assert "Surat nomor 500.3/12/BPTSI/2099, Jumat, 20 November 2099" in said
    assert rows[0]["url"] in said
    assert OFFICIAL in said
    funnel = json.loads(run("show", "SOS01", "--json")[1])["funnel"]
    assert (funnel["invited"], funnel["arrived"], funnel["certified"]) == (2, 0, 0)
    assert "Ditanya 0, menjawab 0." in run("feedback", "SOS01")[1]
    with transaction(database) as session:
        day = seating.find(session, "SOS01")
        assert (day.reserved, lists.count(session, day.id).invited) == (2, 2)


def run(*words: str) -> tuple[int, str]:
    """One command."""
    return command("events", *words)
