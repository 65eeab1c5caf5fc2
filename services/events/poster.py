"""Poster acara: a sheet A4 with day, place and a QR that leads straight in; as PDF to print, as PNG to send."""

import io
from typing import TYPE_CHECKING

from models import Event, Language
from services import printing
from services.events import words
from services.letterhead import Letterhead
from services.printing import A4, BOLD, GOLD, GREEN, INK, MM, PLAIN, WHITE
from texts.filling import Marked

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from texts import Catalogue

WIDTH, HEIGHT = A4
ROOM = WIDTH - 36 * MM
PIXELS = 1240  # across: sharp on a phone, some hundred kilobytes


def as_pdf(
    event: Event, url: str, letterhead: Letterhead, texts: "Catalogue", *, verify_url: str, language: Language
) -> bytes:
    """The poster of an event, its QR leading to `url`."""
    out = io.BytesIO()
    canvas = printing.blank(out)
    canvas.setTitle(printing.printable(event.title))
    values = {**words.values(event, texts, language), "verify_url": Marked(verify_url)}

    def said(key: str) -> str:
        return texts.text(f"papers.poster.{key}", language, **values)

    printing.heading(canvas, letterhead, HEIGHT - 18 * MM)
    y = _title(canvas, event, HEIGHT - 46 * MM)
    y = _facts(canvas, [words.when(event, language), event.place, said("for"), said("places")], y)
    _free(canvas, said("free"), y)
    _way_in(canvas, url, said("scan"), said("how"))
    printing.centred(canvas, said("typed"), 24 * MM, PLAIN, 10)
    printing.centred(canvas, said("verify"), 17 * MM, PLAIN, 10)
    canvas.save()
    return out.getvalue()


def as_png(pdf: bytes) -> bytes:
    """The same as a picture, for a group or a story."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=PIXELS / WIDTH).to_pil()
        out = io.BytesIO()
        picture.save(out, "PNG", optimize=True)
        return out.getvalue()
    finally:
        document.close()


def _title(canvas: "Canvas", event: Event, y: float) -> float:
    size = 26
    while size > 14 and len(printing.lines(event.title, BOLD, size, ROOM)) > 3:
        size -= 2
    canvas.setFillColor(GREEN)
    for line in printing.lines(event.title, BOLD, size, ROOM)[:4]:
        printing.centred(canvas, line, y - size, BOLD, size, ROOM)
        y -= size * 1.25
    canvas.setFillColor(INK)
    return y - 8 * MM


def _facts(canvas: "Canvas", facts: list[str], y: float) -> float:
    for n, fact in enumerate(facts):
        font, size = (BOLD, 15) if n == 0 else (PLAIN, 13)
        for line in printing.lines(fact, font, size, ROOM)[:2]:
            printing.centred(canvas, line, y - size, font, size, ROOM)
            y -= size * 1.4
        y -= 2 * MM
    return y


def _free(canvas: "Canvas", said: str, y: float) -> None:
    wide = printing.wide(printing.printable(said), BOLD, 13) + 14 * MM
    canvas.setFillColor(GOLD)
    canvas.roundRect((WIDTH - wide) / 2, y - 11 * MM, wide, 9 * MM, 3 * MM, stroke=0, fill=1)
    canvas.setFillColor(INK)
    printing.centred(canvas, said, y - 8 * MM, BOLD, 13)


def _way_in(canvas: "Canvas", url: str, scan: str, how: str) -> None:
    side, bottom = 78 * MM, 46 * MM
    canvas.setFillColor(GREEN)
    left = (WIDTH - side) / 2
    canvas.roundRect(left - 5 * MM, bottom - 5 * MM, side + 10 * MM, side + 19 * MM, 5 * MM, stroke=0, fill=1)
    canvas.setFillColor(WHITE)
    printing.centred(canvas, scan, bottom + side + 4.5 * MM, BOLD, 15, side)
    printing.qr(canvas, url, left, bottom, side)
    printing.centred(canvas, how, 34 * MM, PLAIN, 10)
