"""How fast we may speak: one row per sender keeps the pace of all processes together, on the database's own clock."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.tables import gates, insert_once
from models.prepared import Prepared

AHEAD = 0.15  # seconds: how far ahead a reply may book its slot
AHEAD_LATE = 1.0  # a reply that came too late for its own
JUMP = 10.0  # seconds: nobody books that far ahead, so the machine's clock was set back
UNBOUND = 1000.0  # per second: more than any platform allows; where the limit is lifted, nobody can crowd anybody
LATE = 0.05  # seconds: a slot used later than this would crowd the next ones; it is forfeited
# Seconds a slot may be used late without more ado. The rates keep more than that from the platforms' own limits (30
# messages at 29.5 a second take 1.017 seconds, 80 at 79 take 1.013); the rest is for how unevenly they arrive.
EASY = 0.004
KEPT = 10.0  # seconds: clocks drift, so what was seen of them before is forgotten
SLOWEST = 0.5  # seconds an answer may take on its way; more means that a clock was set

_CLOCK = {
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "extract(epoch FROM clock_timestamp())::float8",
}
_READ_CLOCK = Prepared(lambda name: sa.select(sa.literal_column(_CLOCK[name], sa.Double())))
_ROW = sa.select(gates.c.tat, gates.c.closed_until).where(gates.c.sender == sa.bindparam("who")).with_for_update()


def _lock(name: str) -> Any:
    """The row, and the clock read after the lock: read while waiting for it, it would be late by the wait."""
    row = _ROW.cte("pace").prefix_with("MATERIALIZED", dialect="postgresql")
    now: sa.ColumnElement[float] = sa.literal_column(_CLOCK[name], sa.Double())
    return sa.select(row.c.tat, row.c.closed_until, now)


_LOCK = Prepared(_lock)
_BOOK = Prepared(sa.update(gates).where(gates.c.sender == sa.bindparam("who")).values(tat=sa.bindparam("new_tat")))
_PUT_OFF = sa.update(gates).where(gates.c.sender == sa.bindparam("who")).values(tat=gates.c.tat + sa.bindparam("by"))
_CLOSE = (
    sa.update(gates)
    .where(gates.c.sender == sa.bindparam("who"), gates.c.closed_until < sa.bindparam("until"))
    .values(closed_until=sa.bindparam("until"))
)


@dataclass(slots=True)
class Behind:
    """By how much this process's sends went out after their slots.

    One that is late and those that follow in time are closer to each other than they should be. So by as much
    everything not yet booked is put off, in every process (`put_off`), and any second holds no more than it may.
    """

    seconds: float = 0.0

    def note(self, late: float) -> None:
        """A send went out so many seconds after its slot."""
        self.seconds = max(self.seconds, min(late - EASY, 1.0))

    def taken(self) -> float:
        """What is to be put off now; afterwards nothing is."""
        seconds, self.seconds = self.seconds, 0.0
        return seconds


@dataclass(slots=True)
class Clocks:
    """How this machine's clock stands to the database's, as the quickest of its answers lately has shown."""

    apart: float | None = None
    seen_at: float = 0.0

    def lag(self, here: float, there: float) -> float:
        """How old the database's `there` is when it is read `here`, in seconds."""
        apart, known = here - there, self.apart if here - self.seen_at < KEPT else None
        if known is not None and known < apart < known + SLOWEST:
            return apart - known
        self.apart, self.seen_at = apart, here
        return 0.0


def slots(tat: float, now: float, wanted: int, rate: float, ahead: float) -> tuple[list[float], float]:
    """The pace itself (GCRA): how long from now each granted send waits, in seconds, and the new `tat`.

    `tat` is the first moment not yet booked. Sends are 1/rate apart; none is booked further than `ahead` seconds.
    """
    step = 1 / rate
    start = max(tat, now) if tat - now < JUMP else now
    room = math.floor((now + ahead - start) / step + 1e-9) + 1
    granted = max(0, min(wanted, room))
    return [start - now + step * k for k in range(granted)], start + step * granted


def clock(connection: sa.Connection) -> float:
    """The database's clock in seconds since 1970: the one clock all processes share."""
    return float(_READ_CLOCK.rows(connection, {})[0][0])


def open_gate(connection: sa.Connection, sender: str) -> None:
    """Make the sender's row if it is not there."""
    insert_once(connection, gates, {"sender": sender})


def reserve(
    connection: sa.Connection,
    sender: str,
    wanted: int,
    rate: float,
    ahead: float = AHEAD,
    now: float | None = None,
    clocks: Clocks | None = None,
) -> Sequence[float]:
    """Book up to `wanted` sends; gives, for each booked one, how many seconds from now it may go out.

    The row stays locked until the transaction ends. Nothing is booked while a platform has closed the gate. `clocks`:
    what the database's answer took on its way is not added to every wait; one that is over already is below zero.
    """
    ((tat, closed_until, on_the_clock),) = _LOCK.rows(connection, {"who": sender})
    read_at = time.monotonic()
    lag = clocks.lag(read_at, on_the_clock) if clocks is not None else 0.0
    now = on_the_clock if now is None else now
    if closed_until > now:
        return ()
    waits, new_tat = slots(tat, now, wanted, rate, ahead)
    if waits:
        _BOOK.run(connection, {"who": sender, "new_tat": new_tat})
    if clocks is None:
        return waits
    since = lag + time.monotonic() - read_at
    return [wait - since for wait in waits]


def put_off(connection: sa.Connection, sender: str, seconds: float) -> None:
    """Everything that is not booked yet goes out so much later."""
    connection.execute(_PUT_OFF, {"who": sender, "by": seconds})


def close(connection: sa.Connection, sender: str, seconds: float, now: float | None = None) -> None:
    """A platform told us to be silent (429): nobody sends before it is over, in any process."""
    now = clock(connection) if now is None else now
    connection.execute(_CLOSE, {"who": sender, "until": now + seconds})


def standing(connection: sa.Connection) -> dict[str, tuple[float, float]]:
    """For the metrics, by sender: seconds booked ahead, and seconds a platform still wants silence. Locks nothing."""
    now = clock(connection)
    rows = connection.execute(sa.select(gates.c.sender, gates.c.tat, gates.c.closed_until)).all()
    return {row.sender: (max(0.0, row.tat - now), max(0.0, row.closed_until - now)) for row in rows}
