"""Tidak pasti: what Twilio knows of announcements of which nobody could tell whether they went out; none goes again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from bot import outbox_results
from bot.channels.whatsapp_hear import StatusUpdate
from bot.database import Database
from bot.tables import deliveries
from bot.web import report_of
from models import Channel, DeliveryState, Lane
from services.broadcasts.feeding import because

LEEWAY = dt.timedelta(minutes=2)  # between Twilio's clock and ours
SETTLED = dt.timedelta(minutes=10)  # until then Twilio's list may not have it yet


class Lists(Protocol):
    """Whoever can say what was sent to an address since a moment (`WhatsAppChannel`)."""

    async def sent_to(self, address: str, since: dt.datetime) -> list[StatusUpdate]:
        """Every message to it. Raises PlatformError."""
        ...


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many were uncertain; of these Twilio had, never had, and could not be told apart."""

    uncertain: int
    found: int
    never: int
    left: int


async def reconcile(lists: Lists, database: Database, number: int, now: dt.datetime) -> Reconciled:
    """Look up every uncertain WhatsApp message of a broadcast. Raises PlatformError; what was found before is kept."""
    rows = _uncertain(database, number)
    found = never = 0
    for row in rows:
        listed = await lists.sent_to(row.address, row.created_at - LEEWAY)
        ours = _unknown_to_us(database, listed)
        if len(ours) == 1:
            _keep(database, row.id, ours[0], now)
            found += 1
        elif not ours and row.changed_at <= now - SETTLED:
            never += _never(database, row.id, now)
    return Reconciled(len(rows), found, never, len(rows) - found - never)


def _uncertain(database: Database, number: int) -> Sequence[Any]:
    mine = sa.and_(deliveries.c.because == because(number), deliveries.c.lane == Lane.BULK)
    unknown = sa.and_(deliveries.c.state == DeliveryState.UNKNOWN, deliveries.c.channel == Channel.WHATSAPP)
    columns = (deliveries.c.id, deliveries.c.address, deliveries.c.created_at, deliveries.c.changed_at)
    with database.read() as connection:
        return connection.execute(sa.select(*columns).where(mine, unknown).order_by(deliveries.c.id)).all()


def _unknown_to_us(database: Database, listed: Sequence[StatusUpdate]) -> list[StatusUpdate]:
    """Those whose number at Twilio no delivery of ours carries."""
    ids = [one.platform_id for one in listed]
    with database.read() as connection:
        known = set(
            connection.execute(sa.select(deliveries.c.platform_id).where(deliveries.c.platform_id.in_(ids))).scalars()
        )
    return [one for one in listed if one.platform_id not in known]


def _keep(database: Database, delivery_id: int, update: StatusUpdate, now: dt.datetime) -> None:
    told = StatusUpdate(update.platform_id, update.status, update.error, delivery_id)
    with database.write() as connection:
        outbox_results.report(connection, report_of(told), now)


def _never(database: Database, delivery_id: int, now: dt.datetime) -> int:
    """It never came to Twilio: a failure like any other, and not sent again by itself."""
    still = sa.and_(deliveries.c.id == delivery_id, deliveries.c.state == DeliveryState.UNKNOWN)
    change = sa.update(deliveries).where(still)
    with database.write() as connection:
        values = {"state": DeliveryState.FAILED, "reason": "never_accepted", "changed_at": now}
        return connection.execute(change.values(values)).rowcount
