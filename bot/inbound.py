"""One message as it came in, on whatever app: who, when, and what they did."""

import datetime as dt
from dataclasses import dataclass

from conversation.said import Said
from models import Channel


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a channel heard. `event_id` is the platform's own name for it: the same event is answered once."""

    channel: Channel
    address: str  # opaque: a Telegram chat id, "whatsapp:+62…" or "whatsapp:ID.4566…"
    event_id: str  # Telegram's update id, Twilio's MessageSid; at most 128 characters
    said: Said
    at: dt.datetime  # when it reached us, UTC
    language_hint: str | None = None  # Telegram's language_code
    callback_id: str | None = None  # Telegram: the tap that waits to be acknowledged

    @property
    def kind(self) -> str:
        """Text, tap, photo …: all that is kept of it before consent."""
        return type(self.said).__name__.lower()
