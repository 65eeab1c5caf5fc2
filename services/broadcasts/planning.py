"""Kapan selesai dan berapa biayanya: worked out from the pace, the office's hours and WhatsApp's people a day."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from models import Channel
from services.announcing import Announcing
from services.broadcasts.selecting import Count
from services.calendar import Calendar, Purpose, spans_after

DAY = dt.timedelta(hours=24)
MOST_DAYS = 366


def finish(count: Count, announcing: Announcing, calendar: Calendar, start: dt.datetime) -> dt.datetime | None:
    """When the last one goes out, if it begins at `start`; None: not within a year."""
    ends: list[dt.datetime | None] = [start]
    for channel, many in count.channels.items():
        opening = count.opens if channel is Channel.WHATSAPP else 0
        ends.append(_sent(many - opening, announcing.rates[channel], calendar, start))
        ends.append(_opened(opening, announcing, calendar, start))
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _opened(many: int, announcing: Announcing, calendar: Calendar, start: dt.datetime) -> dt.datetime | None:
    """WhatsApp outside its 24 hours: so many people, then a day's wait."""
    most = announcing.for_broadcasts
    if most is None or many <= most:
        return _sent(many, announcing.rates[Channel.WHATSAPP], calendar, start)
    if most == 0:
        return None
    at: dt.datetime | None = start
    for _ in range(MOST_DAYS):
        if at is None or many <= most:
            break
        many -= most
        span = next(spans_after(Purpose.ANNOUNCEMENT, at, calendar), None)
        at = None if span is None else max(at, span.start) + DAY
    return None if at is None or many > most else _sent(many, announcing.rates[Channel.WHATSAPP], calendar, at)


def beyond(
    opens: int, announcing: Announcing, calendar: Calendar, start: dt.datetime, until: dt.datetime | None
) -> int:
    """How many cannot be written to first before `until`, because so many a day are the most."""
    most, at = announcing.for_broadcasts, start
    if most is None or until is None:
        return 0
    for _ in range(MOST_DAYS):
        if opens <= 0 or at >= until:
            break
        opens -= most
        span = next(spans_after(Purpose.ANNOUNCEMENT, at, calendar), None)
        if span is None:
            break
        at = max(at, span.start) + DAY
    return max(0, opens)


def _sent(many: int, rate: float, calendar: Calendar, start: dt.datetime) -> dt.datetime | None:
    if many <= 0:
        return start
    left = dt.timedelta(seconds=many / rate)
    for span in spans_after(Purpose.ANNOUNCEMENT, start, calendar):
        begun = max(start.astimezone(dt.UTC), span.start)
        if span.end - begun >= left:
            return begun + left
        left -= span.end - begun
    return None


def cost(channels: Mapping[Channel, int], opens: int, announcing: Announcing) -> Decimal | None:
    """What it costs at most, in rupiah; None while the office has set no prices. Telegram costs nothing."""
    on_whatsapp = channels.get(Channel.WHATSAPP, 0)
    if not on_whatsapp:
        return Decimal(0)
    if announcing.prices is None:
        return None
    return opens * announcing.prices.marketing + (on_whatsapp - opens) * announcing.prices.service
