"""Pengaturan siaran: how fast and how many a day, what a message costs, and from how many on two people decide."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from models import Channel, FileKind


@dataclass(frozen=True, slots=True)
class Prices:
    """What WhatsApp costs in rupiah for each delivered message, as the office has looked it up."""

    marketing: Decimal  # a template that opens a conversation
    service: Decimal  # words within the 24 hours
    source: str
    as_of: dt.date


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How large a file a platform takes, in bytes, where it says so and when that was read."""

    picture: int
    document: int
    source: str
    as_of: dt.date


READ_ON = dt.date(2026, 11, 24)
FILE_LIMITS: Mapping[Channel, FileLimits] = {
    Channel.TELEGRAM: FileLimits(10_000_000, 50_000_000, "core.telegram.org/bots/api#sending-files", READ_ON),
    Channel.WHATSAPP: FileLimits(
        5_000_000, 16_000_000, "twilio.com/docs/whatsapp/guidance-whatsapp-media-messages", READ_ON
    ),
}


@dataclass(frozen=True, slots=True)
class Announcing:
    """How this office announces."""

    rates: Mapping[Channel, float] = field(
        default_factory=lambda: {Channel.TELEGRAM: 29.5, Channel.WHATSAPP: 79.0}
    )  # messages per second
    people_a_day: int | None = None  # people WhatsApp lets us write to first in 24 hours; None: unlimited
    kept: float = 0.2  # the share of them kept for reminders
    sender: str | None = None  # on WhatsApp: whose templates count
    prices: Prices | None = None
    hosts: frozenset[str] = frozenset()  # our own, besides .go.id
    second_from: int = 100  # recipients: from here on somebody else approves
    remind_hours: int = 4  # then all who may approve are asked
    file_limits: Mapping[Channel, FileLimits] = field(default_factory=lambda: FILE_LIMITS)

    @property
    def for_broadcasts(self) -> int | None:
        """How many people broadcasts may write to first in 24 hours."""
        return None if self.people_a_day is None else int(self.people_a_day * (1 - self.kept))

    def largest(self, kind: FileKind) -> int:
        """How large a file may be, in bytes, so that every platform takes it."""
        limits = self.file_limits.values()
        return min(one.picture if kind is FileKind.PICTURE else one.document for one in limits)
