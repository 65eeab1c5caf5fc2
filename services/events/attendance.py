"""Daftar hadir: the list that is signed on paper and filed, as PDF and as a sheet."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models import Event
from services import printing
from services.events import words
from services.events.roster import Guest
from services.events.rules import zone_of
from services.letterhead import Letterhead
from services.printing import BOLD, MM, PLAIN
from services.sheet_writing import Writer

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

SIGNATURE = "Tanda tangan"
ROW_POINTS = 30  # a row of the sheet, high enough for a pen
COLUMNS = (
    ("No", 5), ("Nama", 28), ("Usaha", 28), ("Kab/kota", 22), ("Diwakili oleh", 22), ("Kode", 8), ("Hadir", 10),
    ("Keterangan", 20), (SIGNATURE, 26),
)  # fmt: skip
# The paper's columns: heading, millimetres. Rows and margins are made for A4.
PAPER = (("No", 9), ("Nama", 45), ("Usaha", 43), ("Kab/kota", 30), ("Hadir", 15), (SIGNATURE, 38))
TOP, BOTTOM, LEFT, ROW = 277 * MM, 18 * MM, 15 * MM, 10 * MM


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list, as it is read."""

    name: str
    business: str
    regency: str
    stand_in: str
    digits: str
    came: str
    note: str


def lines(event: Event, guests: Sequence[Guest]) -> list[Line]:
    """The rows in their order; who came without being on the list last."""
    zone = zone_of(event.zone)
    ordered = [g for g in guests if not g.walk_in] + [g for g in guests if g.walk_in]
    return [
        Line(
            g.name, g.business, g.regency, g.stand_in or "", g.digits,
            f"{g.attended_at.astimezone(zone):%H.%M}" if g.attended_at else "",
            "tamu, tanpa daftar" if g.walk_in else "",
        )
        for g in ordered
    ]  # fmt: skip


def titles(event: Event, letterhead: Letterhead) -> list[str]:
    """What stands above the list."""
    letter = f"Nomor surat: {event.letter_number}" if event.letter_number else ""
    said = ["DAFTAR HADIR", event.title, words.when(event, "id"), event.place, letter]
    return [*letterhead.lines, "", *(line for line in said if line)]


def as_sheet(path: Path, event: Event, guests: Sequence[Guest], letterhead: Letterhead) -> int:
    """Write the list as xlsx; how many rows. Raises OSError."""
    with Writer(path, "Daftar hadir", titles(event, letterhead), COLUMNS, row_points=ROW_POINTS) as sheet:
        for n, row in enumerate(lines(event, guests), 1):
            sheet.row([n, row.name, row.business, row.regency, row.stand_in, row.digits, row.came, row.note, f"{n}."])
    return len(guests)


def as_paper(event: Event, guests: Sequence[Guest], letterhead: Letterhead) -> bytes:
    """The list as PDF, A4, with room for each signature; headings on every page."""
    out = io.BytesIO()
    paper = printing.blank(out)
    paper.setTitle(f"Daftar hadir {event.code}")
    y, page = _begin(paper, event, letterhead), 1
    for n, row in enumerate(lines(event, guests), 1):
        if y < BOTTOM + ROW:
            _foot(paper, event, page)
            paper.showPage()
            y, page = _columns(paper, TOP), page + 1
        y = _row(paper, n, row, y)
    _foot(paper, event, page)
    paper.save()
    return out.getvalue()


def _begin(paper: "Canvas", event: Event, letterhead: Letterhead) -> float:
    y = printing.heading(paper, letterhead, TOP)
    for n, said in enumerate(titles(event, letterhead)[len(letterhead.lines) + 1 :]):
        printing.centred(paper, said, y, BOLD if n < 2 else PLAIN, 13 if n == 0 else 10)
        y -= 6 * MM
    return _columns(paper, y - 2 * MM)


def _columns(paper: "Canvas", y: float) -> float:
    _cells(paper, [name for name, _ in PAPER], y, 7 * MM, BOLD)
    return y - 7 * MM


def _row(paper: "Canvas", n: int, row: Line, y: float) -> float:
    name = f"{row.name} (diwakili {row.stand_in})" if row.stand_in else row.name
    _cells(paper, [str(n), name, row.business, row.regency, row.came, f"{n}."], y, ROW, PLAIN)
    return y - ROW


def _cells(paper: "Canvas", cells: Sequence[str], y: float, height: float, font: str) -> None:
    x = LEFT
    for said, (_, width) in zip(cells, PAPER, strict=True):
        room = width * MM
        paper.rect(x, y - height, room, height)
        shown = printing.lines(said, font, 8, room - 3 * MM)[:2]
        for n, line in enumerate(shown):
            paper.setFont(font, printing.fitted(line, font, 8, room - 3 * MM))
            paper.drawString(x + 1.5 * MM, y - 4.2 * MM - n * 3.6 * MM, line)
        x += room


def _foot(paper: "Canvas", event: Event, page: int) -> None:
    paper.setFont(PLAIN, 8)
    paper.drawString(LEFT, 10 * MM, f"{event.code}, halaman {page}")
