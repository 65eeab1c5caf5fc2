"""What the phones remember: who holds them, what was said on them, and what goes wrong on purpose."""

import asyncio
import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from models import Channel
from simulator import markup

FIRST_TELEGRAM = 700_000_000
MOST_PEOPLE = 9_999


class Tick(StrEnum):
    """How far a message of the person has come."""

    GOING = "going"
    ARRIVED = "arrived"
    FAILED = "failed"


class Fault(StrEnum):
    """How the next send of the bot is refused, once."""

    BUSY = "busy"  # 429: not taken, try again
    BROKEN = "broken"  # 502 after the request was read: nobody can tell


@dataclass
class Key:
    """Something that can be tapped."""

    label: str
    data: str = ""
    description: str = ""
    asks: str = ""  # "contact" or "location": a key of Telegram's reply keyboard
    url: str = ""
    share: int = 1  # how many keys stand in its row


@dataclass
class Turn:
    """One bubble on the screen."""

    id: int
    mine: bool
    at: dt.datetime
    pieces: list[markup.Piece]
    kind: str = "text"  # text, photo, file, contact, location, voice, sticker
    keys: list[Key] = field(default_factory=list)
    list_label: str = ""  # WhatsApp: the keys hide behind this button
    picked: list[str] = field(default_factory=list)  # what was tapped here
    note: str = ""
    tick: Tick = Tick.GOING
    platform_id: str = ""  # Telegram's message id, Twilio's SID
    raw: dict[str, Any] = field(default_factory=dict)
    changed: int = 0  # the phone's version when anything about it changed …
    drawn: int = 0  # … and when its words or keys did

    @property
    def inline(self) -> bool:
        """Whether there is anything to tap below it."""
        return bool(self.keys)


@dataclass
class Phone:
    """One person's phone with one app open."""

    channel: Channel
    person: int
    turns: list[Turn] = field(default_factory=list)
    version: int = 0
    started: bool = False
    blocked: bool = False
    fault: Fault | None = None
    reply_keys: list[Key] = field(default_factory=list)
    toast: str = ""
    language: str = "id"
    last: dict[str, Any] | None = None  # the payload posted last, to be sent twice
    last_in_at: dt.datetime | None = None  # opens WhatsApp's window
    lane: asyncio.Lock = field(default_factory=asyncio.Lock)  # one after the other, as they were typed

    @property
    def name(self) -> str:
        """What the app calls the person."""
        return f"Orang {self.person}"

    @property
    def telegram_id(self) -> int:
        """The person's id on Telegram, which is also the chat's."""
        return FIRST_TELEGRAM + self.person

    @property
    def number(self) -> str:
        """The person's phone number, E.164."""
        return f"+62812{self.person:08d}"

    @property
    def address(self) -> str:
        """The chat's address as the program keeps it."""
        return str(self.telegram_id) if self.channel is Channel.TELEGRAM else f"whatsapp:{self.number}"

    @property
    def shown_address(self) -> str:
        """The address as a person reads it: 0812-0000-0001."""
        local = f"0{self.number[3:]}"
        if self.channel is Channel.WHATSAPP:
            return f"WhatsApp {local[:4]}-{local[4:8]}-{local[8:]}"
        return f"Telegram {self.telegram_id}, tanpa nama pengguna"

    def add(self, turn: Turn) -> Turn:
        """Put a bubble at the bottom."""
        self.turns.append(turn)
        self.toast = ""
        self.touch(turn, drawn=True)
        return turn

    def touch(self, turn: Turn | None = None, drawn: bool = False) -> None:
        """Something on the screen changed: whoever looks is shown it anew."""
        self.version += 1
        if turn is not None:
            turn.changed = self.version
            turn.drawn = self.version if drawn else turn.drawn

    def turn(self, id: int) -> Turn | None:
        """The bubble with this number."""
        return next((t for t in reversed(self.turns) if t.id == id), None)

    def by_platform_id(self, platform_id: str) -> Turn | None:
        """The bubble the platform knows by this name."""
        return next((t for t in reversed(self.turns) if t.platform_id == platform_id), None)

    async def change(self, since: int, seconds: float) -> bool:
        """Wait until something differs from version `since`, at most so many seconds; whether it does."""
        for _ in range(max(1, round(seconds / 0.03))):
            if self.version != since:
                return True
            await asyncio.sleep(0.03)
        return self.version != since
