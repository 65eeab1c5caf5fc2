"""The settings of announcements: from how many on two people decide, and what WhatsApp costs."""

import datetime as dt
from decimal import Decimal

from pydantic import Field

from bot.config_section import Section
from models import Channel


class PriceSettings(Section):
    """What WhatsApp costs in rupiah for each delivered message: looked up by the office, with source and date."""

    marketing: Decimal = Field(ge=0)
    service: Decimal = Field(ge=0)
    source: str = Field(min_length=1, max_length=300)
    as_of: dt.date


class FileLimitSettings(Section):
    """How large a file a platform takes, in bytes."""

    picture: int = Field(ge=1)
    document: int = Field(ge=1)
    source: str = Field(min_length=1, max_length=300)
    as_of: dt.date


class BroadcastSettings(Section):
    """Announcements."""

    second_person_from: int = Field(default=100, ge=1)  # recipients
    remind_hours: int = Field(default=4, ge=1)  # then all who may approve are asked
    prices: PriceSettings | None = None
    file_limits: dict[Channel, FileLimitSettings] = {}  # where a platform has changed its mind
