"""A picture somebody sent is never given to a browser as it came."""

import zlib
from io import BytesIO

import pytest
from PIL import Image

from services.redrawn import LARGEST, redrawn
from tests.support.photos import SECRET, photo


def opened(content: bytes | None) -> Image.Image:
    assert content is not None
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_comes_without_what_its_file_carried(kind: str) -> None:
    sent = photo(640, 480, kind, turned=6)
    assert SECRET in sent
    drawn = redrawn(sent)
    assert drawn is not None
    assert SECRET not in drawn
    with opened(drawn) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (480, 640), {})  # upright


def test_a_page_glued_behind_a_picture_does_not_come_along() -> None:
    drawn = redrawn(photo(30, 20, "JPEG") + b"<script>alert(1)</script>")
    assert drawn is not None
    assert b"<script>" not in drawn


def test_large_pictures_are_made_small_and_clear_ones_stand_on_white() -> None:
    with opened(redrawn(photo(3 * LARGEST, LARGEST, "JPEG"))) as shown:
        assert shown.size == (LARGEST, round(LARGEST / 3))
    made = BytesIO()
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(made, "PNG")
    with opened(redrawn(made.getvalue())) as shown:
        assert shown.getpixel((4, 4)) == (255, 255, 255)


def test_what_is_no_picture_or_unfolds_without_end_is_not_drawn() -> None:
    whole = photo(64, 64)
    bomb = bytearray(photo(8, 8))
    bomb[16:24] = (9000).to_bytes(4) + (9000).to_bytes(4)  # it says that it is 9,000 by 9,000
    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4)
    larger = bytearray(bomb)
    larger[16:24] = (60_000).to_bytes(4) + (60_000).to_bytes(4)
    larger[29:33] = zlib.crc32(bytes(larger[12:29])).to_bytes(4)
    gif = BytesIO()
    Image.new("RGB", (5, 5)).save(gif, "GIF")
    for content in (b"", b"\x89PNG", b"<svg/>", whole[: len(whole) // 2], bytes(bomb), bytes(larger), gif.getvalue()):
        assert redrawn(content) is None
