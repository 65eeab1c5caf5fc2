"""Pengaturan siaran: how fast and how many a day, what a message costs, and from how many on two people decide."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from models import Channel


@dataclass(frozen=True, slots=True)
class Prices:
    """What WhatsApp costs in rupiah for each delivered message, as the office has looked it up."""

    marketing: Decimal  # a template that opens a conversation
    service: Decimal  # words within the 24 hours
    source: str
    as_of: dt.date


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

    @property
    def for_broadcasts(self) -> int | None:
        """How many people broadcasts may write to first in 24 hours."""
        return None if self.people_a_day is None else int(self.people_a_day * (1 - self.kept))
