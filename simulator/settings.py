"""What the phone needs to know of the program it stands before: where it listens and with which secrets."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

BASE = "/simulator"  # where the host program mounts the phone


class Clock(Protocol):
    """The program's time, which "forward 24 hours" moves."""

    def now(self) -> dt.datetime:
        """This moment, aware, UTC."""
        ...

    def shift(self, by: dt.timedelta, /) -> object:
        """Move the program's time."""
        ...


@dataclass(frozen=True)
class SimulatorSettings:
    """The program in front of the phone. Secrets are those the program itself was given, so that it believes us."""

    bot_url: str  # where the program listens on this computer: "http://127.0.0.1:8000"
    telegram_token: str
    telegram_secret: str  # echoed in X-Telegram-Bot-Api-Secret-Token
    twilio_sid: str
    twilio_token: str
    whatsapp_sender: str  # "whatsapp:+62…"
    public_url: str  # what the program checks Twilio's signature against
    read_engine: Engine
    clock: Clock
    after_shift: Callable[[], Awaitable[None]] | None = None
    keep: Path | None = None  # where WhatsApp's content templates outlive a restart, as they do at Twilio
    pace: float = 0.25  # seconds between sent, delivered and read
