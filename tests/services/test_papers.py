"""What is printed is read back by other programs than those that wrote it."""

import io
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from bot.database import Database
from models import AuditEntry
from services import printing
from services.events import attending, roster, sources
from services.events.attending import Tap
from tests.services import eventful
from tests.services.eventful import DEWI, NOW
from tests.services.people import transaction
from tests.services.test_attending import OPENING, comes, guest
from tests.support.commands import command


def read(content: bytes) -> list[str]:
    """The pages of a PDF, as another program reads them."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_the_list_that_is_signed(database: Database, database_url: str, tmp_path: Path, monkeypatch) -> None:
    with transaction(database) as session:
        day = eventful.event(session, capacity=40, letter_number="500.3/123/BPTSI/2026")
        names = [f"Siti Aminah ke-{n}" for n in range(30)] + ["=CMD()|' /C calc'!A0", "Łucja Nguyễn"]
        rows = [comes(session, day.id, name) for name in names]
        waits = comes(session, eventful.event(session, capacity=1).id, "Yati")
        attending.check_in(session, DEWI, day.id, rows[3].id, Tap(OPENING, stand_in="Neng Rahma"), OPENING)
        guest(session, DEWI, day.id, "w1", name="Tini Tamu")
        code, other = day.code, waits.name
    monkeypatch.setenv("NAIKKELAS_DATABASE__URL", database_url)
    xlsx, pdf = tmp_path / "hadir.xlsx", tmp_path / "hadir.pdf"
    status, said = command("events", "attendance", code, "--xlsx", str(xlsx), "--pdf", str(pdf))
    assert (status, "33 orang di daftar, 2 hadir" in said) == (0, True)
    assert (xlsx.stat().st_mode & 0o777, pdf.stat().st_mode & 0o777) == (0o600, 0o600)

    cells = CalamineWorkbook.from_path(xlsx).get_sheet_by_index(0).to_python()
    assert [row[0] for row in cells[:3]] == [
        "PEMERINTAH PROVINSI BANTEN", "DINAS PERINDUSTRIAN DAN PERDAGANGAN", "UPTD BPTSI",
    ]  # fmt: skip
    top = next(n for n, row in enumerate(cells) if row[0] == "No")
    assert (cells[top][1], cells[top][8]) == ("Nama", "Tanda tangan")
    assert [row[1] for row in cells[top + 1 :]][-1] == "Tini Tamu", "guests come last"
    (in_place,) = [row for row in cells if row[4] == "Neng Rahma"]
    assert (in_place[1], in_place[6]) == ("Siti Aminah ke-3", "08.30")
    assert any(row[1] == names[30] for row in cells), "written as words, never as a formula"

    pages = read(pdf.read_bytes())
    whole = "\n".join(pages)
    assert len(pages) == 2
    assert all("Tanda tangan" in page for page in pages)
    for said in (
        "DAFTAR HADIR",
        "Kamis, 10 Desember 2026, 09.00–15.00 WIB",
        "500.3/123/BPTSI/2026",
        "Neng Rahma",
        "08.30",
    ):
        assert said in whole
    assert "Nguyen" in whole
    assert other not in whole
    assert command("events", "attendance", code)[0] == 1
    with transaction(database) as session:
        acts = [entry.act for entry in session.query(AuditEntry)]
        assert acts.count("event.attendance_exported") == 1
        assert roster.sheet(session, DEWI, code, NOW)[1]


def test_letters_that_a_font_lacks() -> None:
    assert printing.printable("Siti Aminah – “Kue” é") == "Siti Aminah – “Kue” é"
    assert printing.printable("Nguyễn \U0001f600") == "Nguyen ?"


def codes_of(content: bytes, page: int = 0) -> list[str]:
    """The QR codes on a page, seen as a camera sees them."""
    document = pypdfium2.PdfDocument(content)
    picture = document[page].render(scale=2).to_pil()
    document.close()
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def test_a_poster_leads_straight_in(database: Database, database_url: str, tmp_path: Path, monkeypatch) -> None:
    long = "Bimbingan Teknis Penyusunan Dokumen Sistem Jaminan Produk Halal bagi Industri Kecil Makanan di Banten"
    with transaction(database) as session:
        code = eventful.event(session, capacity=30, title=long).code
        sources.add(session, DEWI, code, kind="dinas", name="Dinas Lebak", regency="36.02", now=NOW)
    monkeypatch.setenv("NAIKKELAS_DATABASE__URL", database_url)
    monkeypatch.setenv("NAIKKELAS_OFFICE__VERIFY_URL", "bptsi.bantenprov.go.id/chat")
    pdf, png = tmp_path / "poster.pdf", tmp_path / "poster.png"
    url = f"https://bot.contoh.go.id/acara/{code}/A1"
    assert command("events", "poster", code, "--link", url, "--pdf", str(pdf), "--png", str(png))[0] == 0
    (page,) = read(pdf.read_bytes())
    for said in ("UPTD BPTSI", "Bimbingan Teknis", "Kamis, 10 Desember 2026, 09.00–15.00 WIB", "TIDAK DIPUNGUT BIAYA"):
        assert said in page
    assert f"ACARA {code}" in page
    assert codes_of(pdf.read_bytes()) == [url]
    with Image.open(png) as picture:
        assert picture.width == 1240
        assert [found.text for found in zxingcpp.read_barcodes(picture)] == [url]
    assert command("events", "poster", code, "--link", "A1", "--pdf", str(pdf))[0] == 1, "without an app to lead to"
    monkeypatch.setenv("NAIKKELAS_WHATSAPP__SENDER", "whatsapp:+628111111111")
    status, said = command("events", "poster", code, "--link", "B7", "--pdf", str(pdf))
    assert (status, "tidak punya tautan B7" in said) == (1, True), "nobody who came by it would be counted"
    status, said = command("events", "poster", code, "--link", "a1", "--pdf", str(pdf))
    assert (status, f"https://wa.me/628111111111?text=ACARA%20{code}%20A1" in said) == (0, True)
    monkeypatch.setenv("NAIKKELAS_WEB__PUBLIC_URL", "https://bot.contoh.go.id")
    assert f"QR menuju {url}" in command("events", "poster", code, "--link", "A1", "--pdf", str(pdf))[1]
