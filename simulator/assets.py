"""The pictures and sounds a phone can send, without asking anybody for a real one."""

from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
LARGE = 12 * 1024 * 1024  # bytes: above what the bot takes

MIME = {
    "photo": "image/jpeg",
    "large": "image/jpeg",
    "voice": "audio/ogg",
    "sticker": "image/webp",
    "vcard": "text/vcard",
}
ENDING = {"photo": "jpg", "large": "jpg", "voice": "oga", "sticker": "webp", "vcard": "vcf"}


@cache
def _photo() -> bytes:
    return (STATIC / "kemasan.jpg").read_bytes()


def size(name: str) -> int:
    """Bytes of an asset."""
    return LARGE if name == "large" else len(content(name))


def content(name: str) -> bytes:
    """The bytes of an asset. The large photo is the small one with room behind its end, where no reader looks."""
    if name == "photo":
        return _photo()
    if name == "large":
        return _photo().ljust(LARGE, b"\0")
    if name == "vcard":
        return b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bu Tetangga\r\nTEL:+6281299990000\r\nEND:VCARD\r\n"
    return b"OggS\0" if name == "voice" else b"RIFF\0\0\0\0WEBP"
