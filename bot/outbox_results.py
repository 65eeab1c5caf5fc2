"""What became of a message that went out: sent, try again, never, or nobody can tell."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot import pace
from bot.channels.base import Outcome, OutcomeKind
from bot.outbox_rows import OVERTAKEN, Ready
from bot.tables import conversations, deliveries, delivery_events, files, insert_once
from models import Channel, DeliveryState, Lane, Reachable, Stopped
from models.prepared import Prepared
from services.deliveries import NO_TEMPLATE

ATTEMPTS = 10  # then a message is given up: some seventeen minutes
LONGEST = 600.0  # seconds between two attempts at most
UNSURE = dt.timedelta(seconds=3)  # before an uncertain reply is sent again: a status may still come
GATE_CLOSED = "gate_closed"  # held back by ourselves: a platform had just told us to be silent
PAUSE_WHEN_WRONG = 60.0  # seconds: a refused token does not get better by asking often

# A later report never undoes an earlier, further one: "sent" after "read" changes nothing. WhatsApp may report
# "delivered" after "failed" where a person has several devices, and delivered it is.
RANK = {
    DeliveryState.QUEUED: 0,
    DeliveryState.SENDING: 1,
    DeliveryState.UNKNOWN: 1,
    DeliveryState.SENT: 2,
    DeliveryState.HELD: 3,
    DeliveryState.FAILED: 3,
    DeliveryState.DELIVERED: 4,
    DeliveryState.READ: 5,
}


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt and its outcome, at the program's time."""

    ready: Ready
    outcome: Outcome
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Step:
    """Where a delivery goes next. `wait`: seconds before it may be tried again."""

    state: DeliveryState
    reason: str = ""
    wait: float = 0.0


def next_step(outcome: Outcome, lane: int, attempts: int) -> Step:
    """What follows from an outcome. Only what was certainly not accepted is tried again without end in sight; what
    may have arrived is sent again once if it is a reply, and never otherwise."""
    kind = outcome.kind
    if kind is OutcomeKind.SENT:
        return Step(DeliveryState.SENT)
    if kind is OutcomeKind.RETRY:
        if attempts >= ATTEMPTS and outcome.reason != GATE_CLOSED:
            return Step(DeliveryState.FAILED, f"gave_up {outcome.reason}")
        return Step(DeliveryState.QUEUED, outcome.reason, outcome.retry_after or backoff(attempts))
    if kind is OutcomeKind.UNKNOWN:
        if lane == Lane.REPLY and attempts < 2:
            return Step(DeliveryState.QUEUED, "unknown_once", UNSURE.total_seconds())
        return Step(DeliveryState.UNKNOWN, outcome.reason)
    if kind is OutcomeKind.MOVED and attempts < 3:
        return Step(DeliveryState.QUEUED, "moved")
    if kind is OutcomeKind.MISCONFIGURED:
        return Step(DeliveryState.QUEUED, outcome.reason, PAUSE_WHEN_WRONG)
    if kind is OutcomeKind.HELD:  # an answer makes sense only as long as it is one
        state = DeliveryState.SKIPPED if lane == Lane.REPLY else DeliveryState.HELD
        return Step(state, outcome.reason or "window_closed")
    return Step(DeliveryState.FAILED, outcome.reason or kind.value)


def backoff(attempts: int) -> float:
    """Seconds before the next attempt: 2, 4, 8 … at most ten minutes."""
    return float(min(2.0**attempts, LONGEST))


_FENCE = sa.and_(deliveries.c.id == sa.bindparam("it"), deliveries.c.token == sa.bindparam("by_token"))
# Spelled out with OR: an IN list cannot be sent for many rows at once.
_EARLIER = sa.or_(*(deliveries.c.state == state for state, rank in RANK.items() if rank < RANK[DeliveryState.SENT]))
# Even where a status came first, or the lease ran out meanwhile, the platform's id is worth keeping.
_SENT = Prepared(
    sa.update(deliveries)
    .where(_FENCE)
    .values(
        state=sa.case((_EARLIER, DeliveryState.SENT.value), else_=deliveries.c.state),
        platform_id=sa.bindparam("sid"),
        sent_at=sa.bindparam("now"),
        changed_at=sa.bindparam("now"),
        lease_until=None,
    )
)
# A reply that must be sent again while a newer one exists would only confuse.
_OVERTAKEN = sa.and_(sa.bindparam("queued", type_=sa.Boolean()), deliveries.c.lane == Lane.REPLY, OVERTAKEN)
_ELSE = (
    sa.update(deliveries)
    .where(_FENCE, deliveries.c.state == DeliveryState.SENDING)
    .values(
        state=sa.case((_OVERTAKEN, DeliveryState.CANCELLED.value), else_=sa.bindparam("to", type_=sa.String())),
        reason=sa.case((_OVERTAKEN, "superseded"), else_=sa.bindparam("why", type_=sa.String())),
        not_before=sa.bindparam("again_at"),
        changed_at=sa.bindparam("now"),
        attempts=deliveries.c.attempts - sa.bindparam("forgiven", type_=sa.Integer()),
        lease_until=None,
    )
)


def settle(connection: sa.Connection, results: Sequence[Result]) -> None:
    """Write down what became of a handful of attempts. Runs in the writer; only the lease that sent may report."""
    sent = [r for r in results if r.outcome.kind is OutcomeKind.SENT]
    if sent:
        _SENT.many(connection, [_sent_row(r) for r in sent])
        _learn_files(connection, sent)
    for result in results:
        if result.outcome.kind is not OutcomeKind.SENT:
            _settle_other(connection, result)


def _learn_files(connection: sa.Connection, sent: Sequence[Result]) -> None:
    """What Telegram calls a file it has now: nobody sends it a second time."""
    for result in sent:
        file = result.ready.bubble.extra.get("document", {}).get("file")
        if result.outcome.file_ref and file is not None:
            change = sa.update(files).where(files.c.id == int(file))
            connection.execute(change.values(telegram_ref=result.outcome.file_ref))


def _sent_row(result: Result) -> dict[str, Any]:
    ready = result.ready
    return {"it": ready.id, "by_token": ready.token, "sid": result.outcome.platform_id, "now": result.at}


def _settle_other(connection: sa.Connection, result: Result) -> None:
    ready, outcome = result.ready, result.outcome
    step = next_step(outcome, ready.lane, ready.attempts)
    row = {
        "it": ready.id,
        "by_token": ready.token,
        "to": step.state.value,
        "queued": step.state is DeliveryState.QUEUED,
        "why": step.reason[:200],
        "again_at": result.at + dt.timedelta(seconds=step.wait),
        "now": result.at,
        "forgiven": int(_forgiven(outcome)),
    }
    connection.execute(_ELSE, row)
    _side_effects(connection, ready, outcome)


def _forgiven(outcome: Outcome) -> bool:
    """A refused token, a closed gate and a template that is not there are nobody's attempt."""
    if outcome.kind is OutcomeKind.HELD:
        return outcome.reason.startswith(NO_TEMPLATE)
    return outcome.kind is OutcomeKind.MISCONFIGURED or outcome.reason == GATE_CLOSED


_CHAT = sa.update(conversations).where(conversations.c.id == sa.bindparam("it"))
_LOST = {
    OutcomeKind.BLOCKED: Reachable.BLOCKED,
    OutcomeKind.OPTED_OUT: Reachable.BLOCKED,
    OutcomeKind.GONE: Reachable.GONE,
}


def _side_effects(connection: sa.Connection, ready: Ready, outcome: Outcome) -> None:
    """What an outcome says about the chat, or about everybody."""
    if outcome.kind in _LOST:
        connection.execute(_CHAT.values(reachable=_LOST[outcome.kind]), {"it": ready.conversation_id})
    if outcome.kind is OutcomeKind.OPTED_OUT:
        connection.execute(_CHAT.values(stopped=Stopped.EVERYTHING), {"it": ready.conversation_id})
    if outcome.kind is OutcomeKind.RETRY and outcome.retry_after and outcome.reason != GATE_CLOSED:
        pace.close(connection, ready.channel.value, outcome.retry_after)
    if outcome.kind is OutcomeKind.MOVED and outcome.moved_to:
        _move(connection, ready, outcome.moved_to)


def _move(connection: sa.Connection, ready: Ready, address: str) -> None:
    """The chat has another address. If somebody writes from that address already, theirs stays and this one is gone."""
    taken = connection.execute(
        sa.select(conversations.c.id).where(
            conversations.c.channel == ready.channel, conversations.c.address == address
        )
    ).first()
    change: dict[str, Any] = {"reachable": Reachable.GONE} if taken else {"address": address}
    connection.execute(_CHAT.values(**change), {"it": ready.conversation_id})
    connection.execute(sa.update(deliveries).where(deliveries.c.id == ready.id).values(address=address))


@dataclass(frozen=True, slots=True)
class Report:
    """A platform's word on a message: by its own id, and by ours where it was given back to us."""

    channel: Channel
    platform_id: str
    status: str  # as the platform spells it
    state: DeliveryState | None  # what it means; None = nothing new
    delivery_id: int | None = None
    error: str = ""
    lost: Reachable | None = None  # what the error says about the chat
    opted_out: bool = False  # the person told the platform itself to stop


def report(connection: sa.Connection, told: Report, now: dt.datetime) -> bool:
    """Note a status (append-only) and move the delivery forward by it. False if no delivery of ours is meant."""
    found = _find(connection, told)
    new = _note(connection, told, found.id if found else None, now)
    if found is None:
        return False
    state = told.state
    if state is DeliveryState.HELD:
        # Told twice of an attempt that was held back, it may be on its way again already. An announcement was accepted
        # once, and is never handed in again.
        state = None if not new else state if found.lane == Lane.NOTICE else DeliveryState.FAILED
    if state is not None:
        lower = [one for one, rank in RANK.items() if rank < RANK[state]]
        connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.id == found.id, deliveries.c.state.in_(lower))
            .values(state=state, reason=told.error or None, changed_at=now, platform_id=told.platform_id)
        )
    if told.lost is not None:
        connection.execute(_CHAT.values(reachable=told.lost), {"it": found.conversation_id})
    if told.opted_out:
        connection.execute(_CHAT.values(stopped=Stopped.EVERYTHING), {"it": found.conversation_id})
    return True


def _find(connection: sa.Connection, told: Report) -> Any:
    """By the platform's id, else by ours: a status may outrun the answer that tells us the platform's id."""
    columns = (deliveries.c.id, deliveries.c.conversation_id, deliveries.c.lane)
    for condition in _conditions(told):
        row = connection.execute(sa.select(*columns).where(deliveries.c.channel == told.channel, condition)).first()
        if row is not None:
            return row
    return None


def _conditions(told: Report) -> Iterable[sa.ColumnElement[bool]]:
    if told.platform_id:
        yield deliveries.c.platform_id == told.platform_id
    if told.delivery_id is not None:
        yield sa.and_(deliveries.c.id == told.delivery_id, deliveries.c.platform_id.is_(None))


def _note(connection: sa.Connection, told: Report, delivery_id: int | None, now: dt.datetime) -> bool:
    row = {
        "delivery_id": delivery_id,
        "platform_id": told.platform_id,
        "status": told.status[:32],
        "error": told.error[:16],
        "at": now,
    }
    return insert_once(connection, delivery_events, row)
