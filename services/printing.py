"""Kertas: what every paper of the office shares: its letterhead, letters that every printer has, a QR."""

import unicodedata
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from services.letterhead import Letterhead

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

PLAIN, BOLD = "Vera", "VeraBd"
INK, GREEN, GOLD, WHITE, BLACK = "#16231d", "#0f5c48", "#e8b043", "#ffffff", "#000000"
MM = 72 / 25.4  # points
A4 = 210 * MM, 297 * MM
SMALLEST = 7.0  # points: smaller nobody reads on paper


@cache
def ready() -> frozenset[int]:
    """Embed the letters (Bitstream Vera, which comes with reportlab); which characters they have."""
    import reportlab
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(reportlab.__file__).parent / "fonts"
    known: set[int] | None = None
    for name, file in ((PLAIN, "Vera.ttf"), (BOLD, "VeraBd.ttf")):
        font = TTFont(name, str(folder / file))
        pdfmetrics.registerFont(font)
        has = set(font.face.charToGlyph)
        known = has if known is None else known & has
    return frozenset(known or ())


def blank(out: IO[bytes], size: tuple[float, float] = A4) -> "Canvas":
    """An empty page to draw on, with the letters it needs."""
    from reportlab.pdfgen.canvas import Canvas

    ready()
    return Canvas(out, pagesize=size, invariant=1)


def printable(words: str) -> str:
    """The words in letters that the font has: accents that it lacks are dropped, else "?" stands for a letter."""
    has = ready()
    said = []
    for char in unicodedata.normalize("NFC", words):
        plain = unicodedata.normalize("NFKD", char)[0]
        said.append(char if ord(char) in has else plain if ord(plain) in has else "?")
    return "".join(said)


def wide(words: str, font: str, size: float) -> float:
    """How many points a line takes."""
    from reportlab.pdfbase import pdfmetrics

    ready()
    return float(pdfmetrics.stringWidth(words, font, size))


def fitted(words: str, font: str, size: float, room: float) -> float:
    """The size, or the smaller one, at which a line fits into so many points."""
    return max(SMALLEST, min(size, size * room / max(wide(words, font, size), 1)))


def lines(words: str, font: str, size: float, room: float) -> list[str]:
    """The words broken into lines of at most so many points."""
    made: list[str] = []
    for word in printable(words).split():
        if made and wide(f"{made[-1]} {word}", font, size) <= room:
            made[-1] = f"{made[-1]} {word}"
        else:
            made.append(word)
    return made


def centred(paper: "Canvas", words: str, y: float, font: str, size: float, room: float | None = None) -> None:
    """One line in the middle of the page, smaller where it would not fit."""
    width = paper._pagesize[0]
    said = printable(words)
    paper.setFont(font, fitted(said, font, size, room or width - 40 * MM))
    paper.drawCentredString(width / 2, y, said)


def heading(paper: "Canvas", letterhead: Letterhead, top: float) -> float:
    """The letterhead, with a rule below it; where the page goes on."""
    width = float(paper._pagesize[0])
    paper.setFillColor(INK)
    for n, line in enumerate(letterhead.lines):
        last = n == len(letterhead.lines) - 1
        centred(paper, line, top, BOLD if last else PLAIN, 13 if last else 11)
        top -= 6 * MM
    paper.setStrokeColor(INK)
    paper.setLineWidth(1.2)
    paper.line(20 * MM, top + 2 * MM, width - 20 * MM, top + 2 * MM)
    return top - 6 * MM


def qr(paper: "Canvas", words: str, x: float, y: float, side: float) -> None:
    """A QR code drawn as squares, so that it stays sharp at any size; the quiet zone readers need is inside `side`."""
    import segno

    matrix = segno.make(words, error="m", micro=False).matrix
    module = side / (len(matrix) + 8)
    paper.setFillColor(WHITE)
    paper.rect(x, y, side, side, stroke=0, fill=1)
    paper.setFillColor(BLACK)
    for row, cells in enumerate(matrix):
        for column, dark in enumerate(cells):
            if dark:
                top = y + side - (row + 5) * module
                paper.rect(x + (column + 4) * module, top, module * 1.02, module * 1.02, stroke=0, fill=1)
    paper.setFillColor(INK)
