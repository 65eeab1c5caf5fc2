"""Contoh lampiran: what WhatsApp is shown when it is asked to approve words with a picture or document above them."""

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from models import FileKind, Language
from services import printing, redrawn
from services.letterhead import Letterhead
from services.printing import BOLD, GREEN, MM
from services.templates import SAMPLE_FILES

if TYPE_CHECKING:
    from texts import Catalogue

SHEET: Final = 210 * MM, 110 * MM  # as wide, for its height, as WhatsApp shows a picture whole
SCALE: Final = 2.0  # pixels a point
PAPER: Final = "application/pdf"


def sample(name: str, letterhead: Letterhead, texts: "Catalogue") -> tuple[bytes, str] | None:
    """The file of this name, with its media type; None where there is no such sample. It holds nothing of anybody."""
    if name not in SAMPLE_FILES.values():
        return None
    words = texts.text("broadcast.sample_file", Language.ID)
    if name == SAMPLE_FILES[FileKind.PICTURE.value]:
        return _picture(letterhead, words), redrawn.MIME
    return _sheet(letterhead, words), PAPER


@lru_cache(maxsize=1)
def _sheet(letterhead: Letterhead, words: str) -> bytes:
    out = io.BytesIO()
    paper = printing.blank(out, SHEET)
    paper.setTitle(printing.printable(words))
    printing.heading(paper, letterhead, SHEET[1] - 18 * MM)
    paper.setFillColor(GREEN)
    printing.centred(paper, words, 36 * MM, BOLD, 22)
    paper.save()
    return out.getvalue()


@lru_cache(maxsize=1)
def _picture(letterhead: Letterhead, words: str) -> bytes:
    import pypdfium2

    document = pypdfium2.PdfDocument(_sheet(letterhead, words))
    try:
        out = io.BytesIO()
        document[0].render(scale=SCALE).to_pil().convert("RGB").save(out, "JPEG", quality=85)
        return out.getvalue()
    finally:
        document.close()
