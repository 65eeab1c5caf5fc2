"""Foto untuk dilihat: a picture somebody sent, drawn anew for a screen, without what was hidden in its file."""

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

TAKES = ("JPEG", "PNG", "WEBP")
LARGEST = 1600  # pixels of the longer side: a label can still be read
MOST_PIXELS = 60_000_000  # what the best telephones take; a small file that unfolds to more is meant to do harm
MIME = "image/jpeg"


def redrawn(content: bytes) -> bytes | None:
    """The picture as a JPEG of at most `LARGEST` pixels a side, upright, without place, camera or words of its file.

    None: no picture of a kind we take, broken, or larger than `MOST_PIXELS`.
    """
    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=TAKES) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            opened.draft("RGB", (LARGEST, LARGEST))  # a JPEG is decoded no larger than is needed
            return _jpeg(opened)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


def _jpeg(opened: "Image.Image") -> bytes:
    from PIL import Image, ImageOps

    opened.thumbnail((LARGEST, LARGEST))
    upright = ImageOps.exif_transpose(opened)
    drawn = Image.new("RGB", upright.size, "white")  # a new picture: nothing of the old file comes along
    clear = upright.convert("RGBA") if upright.mode in ("RGBA", "LA", "P", "PA") else None
    drawn.paste(clear or upright.convert("RGB"), mask=clear)
    made = BytesIO()
    drawn.save(made, "JPEG", quality=82, optimize=True)
    return made.getvalue()
