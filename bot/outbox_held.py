"""Messages that wait because WhatsApp's window is closed: for an approved template or a word of the person."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bot.outbox_results import ATTEMPTS
from bot.outbox_rows import WINDOW
from bot.tables import conversations, deliveries
from models import DeliveryState, Lane
from services.calendar import Purpose
from services.deliveries import NO_TEMPLATE

LONGEST = dt.timedelta(days=7)  # what has no end of its own makes no sense any longer
AGAIN = dt.timedelta(minutes=30)  # what WhatsApp itself held back is tried again: meanwhile we know how things stand
CHUNK = 500
_HELD = sa.text("deliveries.state IN ('held')")  # literally, so that its index is used


@dataclass(frozen=True, slots=True)
class Found:
    """What may leave the waiting room, by ids: too late; at once; at the next hour of its purpose."""

    late: Sequence[int]
    at_once: Sequence[int]  # about somebody's own affair, who has just written
    later: Mapping[Purpose, Sequence[int]]

    def __bool__(self) -> bool:
        return bool(self.late or self.at_once or any(self.later.values()))


def find(connection: sa.Connection, usable: Collection[str], now: dt.datetime) -> Found:
    """A look that writes nothing, at most some hundreds of each. `usable`: keys of the templates approved now."""
    bulk, carried, written = deliveries.c.lane == Lane.BULK, _carried(usable, now), _written(now)
    return Found(
        _ids(connection, _late(now)),
        _ids(connection, sa.and_(~bulk, written)),
        {
            Purpose.ANNOUNCEMENT: _ids(connection, sa.and_(bulk, sa.or_(carried, written))),
            Purpose.REMINDER: _ids(connection, sa.and_(~bulk, carried)),
        },
    )


def release(
    connection: sa.Connection, found: Found, now: dt.datetime, next_hour: Callable[[Purpose], dt.datetime]
) -> int:
    """Queue again what may go out, end what is too late, if it still waits; how many go out."""
    _end(connection, found.late, now)
    count = _queue(connection, found.at_once, now, now)
    for purpose, ids in found.later.items():
        if ids:
            count += _queue(connection, ids, next_hour(purpose), now)
    return count


def _late(now: dt.datetime) -> sa.ColumnElement[bool]:
    endless = sa.and_(deliveries.c.expires_at.is_(None), deliveries.c.created_at <= now - LONGEST)
    return sa.or_(deliveries.c.expires_at <= now, endless)


def _written(now: dt.datetime) -> sa.ColumnElement[bool]:
    """Whoever has written since reads it at once. What WhatsApp held back in a window that we thought open was
    written before; there only a newer word counts."""
    newer = sa.or_(deliveries.c.reason.startswith(NO_TEMPLATE), conversations.c.last_in_at > deliveries.c.changed_at)
    return sa.and_(conversations.c.last_in_at > now - WINDOW, newer)


def _carried(usable: Collection[str], now: dt.datetime) -> sa.ColumnElement[bool]:
    """An approved template now carries it; or WhatsApp held it back a while ago, and we look again how it stands.
    What was refused again and again waits for the person alone."""
    ours = deliveries.c.reason.in_([NO_TEMPLATE + one for one in usable])
    theirs = sa.and_(sa.not_(deliveries.c.reason.startswith(NO_TEMPLATE)), deliveries.c.changed_at <= now - AGAIN)
    return sa.and_(deliveries.c.attempts < ATTEMPTS, sa.or_(ours, theirs))


def _ids(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[int]:
    joined = sa.select(deliveries.c.id).join(conversations, conversations.c.id == deliveries.c.conversation_id)
    return list(connection.execute(joined.where(_HELD, which).order_by(deliveries.c.id).limit(CHUNK)).scalars())


def _end(connection: sa.Connection, ids: Sequence[int], now: dt.datetime) -> None:
    """It is over; what it waited for in vain stays with it."""
    why = sa.literal("held:").concat(deliveries.c.reason)
    change = sa.update(deliveries).where(deliveries.c.id.in_(ids), _HELD)
    connection.execute(change.values(state=DeliveryState.EXPIRED, reason=why, changed_at=now))


def _queue(connection: sa.Connection, ids: Sequence[int], not_before: dt.datetime, now: dt.datetime) -> int:
    change = sa.update(deliveries).where(deliveries.c.id.in_(ids), _HELD)
    values = {"state": DeliveryState.QUEUED, "reason": None, "not_before": not_before, "changed_at": now}
    return connection.execute(change.values(values)).rowcount
