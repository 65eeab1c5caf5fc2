"""A picture a person sent: its bytes, looked at before anything believes what it is."""

from dataclasses import dataclass

from bot.channels.base import Outcome, OutcomeKind
from bot.channels.errors import PlatformError

LARGEST = 20 * 1024 * 1024  # bytes; what Telegram lets a bot download, and more than WhatsApp lets anybody send


@dataclass(frozen=True, slots=True)
class Picture:
    """What was fetched. `mime` is read from the bytes, not from what the sender claimed."""

    content: bytes
    mime: str


def sniff(content: bytes) -> str | None:
    """The kind of picture by its first bytes, or None if it is none of those we keep."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def picture(content: bytes) -> Picture:
    """The picture in these bytes; `PlatformError` (failed) if there is none."""
    mime = sniff(content)
    if mime is None:
        raise PlatformError(Outcome(OutcomeKind.FAILED, reason="not a picture"))
    return Picture(content, mime)
