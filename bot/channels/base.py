"""What every app an owner writes from must be able to do: send one message and say what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from models import Channel as ChannelName
from texts.bubble import Bubble


class OutcomeKind(StrEnum):
    """What became of one attempt to send."""

    SENT = "sent"
    RETRY = "retry"  # certainly not accepted (never written, or 429): try again later
    FAILED = "failed"  # refused for good: this message can never go out
    BLOCKED = "blocked"  # the person blocked the bot or never started it
    OPTED_OUT = "opted_out"  # the person told the platform itself to stop: blocked, and stopped
    GONE = "gone"  # the account or number does not exist
    UNKNOWN = "unknown"  # written, but no answer: it may have arrived
    MOVED = "moved"  # the chat has another address now (`moved_to`)
    MISCONFIGURED = "misconfigured"  # our token or settings are wrong: stop sending, blame nobody's chat
    HELD = "held"  # WhatsApp's window is closed and there is no template to open it with


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one attempt. `reason` is a code or a short phrase, never a person's words."""

    kind: OutcomeKind
    platform_id: str | None = None  # Telegram's message id, Twilio's SID
    retry_after: float | None = None  # seconds; set when the platform told the whole sender to be silent (429)
    reason: str = ""
    moved_to: str | None = None
    file_ref: str | None = None  # what Telegram calls a file it was sent, "bot:file_id": by it it is sent again


class Channel(Protocol):
    """One app. Errors of the network or the platform come back as an `Outcome`, never as an exception."""

    @property
    def channel(self) -> ChannelName:
        """Which app this is."""
        ...

    async def send(self, delivery_id: int, address: str, bubble: Bubble, window_open: bool) -> Outcome:
        """Send one bubble. `window_open`: WhatsApp's 24 hours; always true on Telegram."""
        ...

    async def me(self) -> Mapping[str, Any]:
        """Who we are to the platform: a question without consequences. Raises PlatformError."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...
