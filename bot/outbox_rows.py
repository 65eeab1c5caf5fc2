"""The rows of messages on their way: which may go out now, and what became of those that did."""

import datetime as dt
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from bot import pace, workers
from bot.inbox_rows import NewReply
from bot.tables import conversations, deliveries, persons
from models import Channel, DeliveryState, Lane, Reachable, Stopped
from models.prepared import Prepared
from services.broadcasts.selecting import agreed
from texts.bubble import Bubble

LEASE = dt.timedelta(seconds=60)  # longer than any call to a platform takes
WINDOW = dt.timedelta(hours=23, minutes=50)  # WhatsApp's 24 hours, less a margin for the way there
BULK_AT_ONCE = 3  # what is not a reply books so few slots ahead that a reply hardly waits
ASKED_FOR = ("ticket:", "request:")  # who asked an officer, or of their data, is answered though they stopped all
INVENTED = (DeliveryState.SKIPPED, "demo")
CHAT_PAUSE = dt.timedelta(seconds=1)  # between two messages a person did not ask for


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery in state `sending`: it goes out at `at` (time.monotonic), and only `token` may report on it."""

    id: int
    token: str
    conversation_id: int
    channel: Channel
    address: str
    lane: int
    attempts: int
    bubble: Bubble
    window_open: bool
    at: float


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: one identity on one channel, its pace, and the process that does it now."""

    channel: Channel
    rate: float  # per second, over all processes
    worker: str
    invented: bool = False  # whether the people of a demo may be written to: never on a real platform
    clocks: pace.Clocks = field(default_factory=pace.Clocks, compare=False)

    @property
    def gate(self) -> str:
        """The name of its pace row."""
        return self.channel.value


_TO_SENDING = {
    "state": DeliveryState.SENDING,
    "worker": sa.bindparam("by"),
    "token": sa.bindparam("new_token"),
    "lease_until": sa.bindparam("until"),
    "changed_at": sa.bindparam("now"),
    "attempts": deliveries.c.attempts + 1,
}


def _among(name: str) -> sa.ColumnElement[bool]:
    """The ids come as one value: as many as there are, the statement stays the same."""
    if name == "postgresql":
        return deliveries.c.id == sa.any_(sa.bindparam("ids", type_=postgresql.ARRAY(sa.BigInteger)))
    each = sa.func.json_each(sa.bindparam("ids", type_=sa.JSON())).table_valued("value")
    return deliveries.c.id.in_(sa.select(each.c.value))


def _promote(name: str) -> Any:
    queued = deliveries.c.state == DeliveryState.QUEUED
    return sa.update(deliveries).where(_among(name), queued).values(_TO_SENDING).returning(deliveries.c.id)


_PROMOTE = Prepared(_promote)


def promote(connection: sa.Connection, sender: Sender, replies: Sequence[NewReply], now: dt.datetime) -> list[Ready]:
    """Replies just written go out at once, as many as the pace allows; the others stay queued for the pump."""
    waits = pace.reserve(connection, sender.gate, len(replies), sender.rate, clocks=sender.clocks)
    read_at = time.monotonic()
    if not waits:
        return []
    token = secrets.token_hex(8)
    chosen = {reply.id: (reply, wait) for reply, wait in zip(replies, waits, strict=False)}
    moved = _PROMOTE.rows(connection, _mark(list(chosen), sender, token, now))
    return [
        Ready(r.id, token, r.conversation_id, r.channel, r.address, Lane.REPLY, 1, r.bubble, True, read_at + wait)
        for r, wait in (chosen[number] for (number,) in moved)
    ]


def _mark(ids: list[int], sender: Sender, token: str, now: dt.datetime) -> dict[str, Any]:
    return {"ids": ids, "by": sender.worker, "new_token": token, "until": now + LEASE, "now": now}


_other = deliveries.alias("other")
_IN_FLIGHT = sa.exists().where(
    _other.c.conversation_id == deliveries.c.conversation_id, _other.c.state == DeliveryState.SENDING
)
_JUST_SENT = sa.exists().where(
    _other.c.conversation_id == deliveries.c.conversation_id, _other.c.sent_at > sa.bindparam("pause")
)
_INVENTED = sa.exists().where(persons.c.id == conversations.c.person_id, persons.c.demo)
# The state stands in the statement literally: so the partial index on waiting rows is used.
_WAITING = (
    sa.select(
        *(
            deliveries.c[name]
            for name in ("id", "conversation_id", "lane", "because", "attempts", "bubble", "expires_at")
        ),
        conversations.c.address,
        conversations.c.reachable,
        conversations.c.stopped,
        conversations.c.last_in_at,
        _INVENTED.label("invented"),
    )
    .join(conversations, conversations.c.id == deliveries.c.conversation_id)
    .where(
        sa.text("deliveries.state IN ('queued')"),
        deliveries.c.channel == sa.bindparam("channel"),
        deliveries.c.not_before <= sa.bindparam("now"),
        ~_IN_FLIGHT,
    )
    .order_by(deliveries.c.lane, deliveries.c.not_before, deliveries.c.id)
    .limit(sa.bindparam("most"))
    # A chat that is just being answered is passed over: its rows come in the next round.
    .with_for_update(of=[deliveries, conversations], skip_locked=True)
)
_OLDER_REPLY, _NEWER_REPLY = (
    sa.exists().where(_other.c.conversation_id == deliveries.c.conversation_id, _other.c.lane == Lane.REPLY, than)
    for than in (_other.c.id < deliveries.c.id, _other.c.id > deliveries.c.id)
)
OVERTAKEN = sa.and_(_OLDER_REPLY, _NEWER_REPLY)  # a chat's first reply never is
# So it is the only one that can still wait when there is a newer one, also to be tried again: that waits for it.
_BEHIND_FIRST = _OLDER_REPLY.where(_other.c.state == DeliveryState.QUEUED)
_REPLIES = _WAITING.where(deliveries.c.lane == Lane.REPLY, ~_BEHIND_FIRST)
_OTHERS = _WAITING.where(deliveries.c.lane != Lane.REPLY, ~_JUST_SENT)
_SETTLE = (
    sa.update(deliveries)
    .where(deliveries.c.id == sa.bindparam("it"))
    .values(state=sa.bindparam("to"), reason=sa.bindparam("why"), changed_at=sa.bindparam("now"))
)


def _freed(name: str) -> Any:
    """Locked as a claim locks them; a chat that is just being answered is passed over."""
    return (
        sa.select(deliveries.c.id)
        .join(conversations, conversations.c.id == deliveries.c.conversation_id)
        .where(_among(name), deliveries.c.state == DeliveryState.QUEUED, ~_IN_FLIGHT, ~_BEHIND_FIRST)
        .with_for_update(of=[deliveries, conversations], skip_locked=True)
    )


_FREED = Prepared(_freed)


def freed(connection: sa.Connection, replies: Sequence[NewReply]) -> list[NewReply]:
    """Of replies that waited for a message before them, those that may go out now that it was written down."""
    if not replies:
        return []
    found = {number for (number,) in _FREED.rows(connection, {"ids": [reply.id for reply in replies]})}
    return [reply for reply in replies if reply.id in found]


def claim(
    connection: sa.Connection, sender: Sender, most: int, now: dt.datetime, replies_only: bool = False
) -> tuple[list[Ready], bool]:
    """Take what may go out now, replies first. Also tells whether more is waiting that the pace did not allow yet."""
    asked = {"channel": sender.channel, "now": now, "most": most, "pause": now - CHAT_PAUSE}
    rows = connection.execute(_REPLIES, asked).mappings().all()
    ahead = pace.AHEAD
    if not rows and not replies_only:
        rows = connection.execute(_OTHERS, asked | {"most": min(most, _bulk(sender))}).mappings().all()
        ahead = _bulk(sender) / sender.rate * 0.7
    fit = _fit(connection, rows, sender, now)
    wanted, clocks = len(fit), sender.clocks
    waits = pace.reserve(connection, sender.gate, wanted, sender.rate, ahead, clocks=clocks) if fit else ()
    read_at = time.monotonic()
    token = secrets.token_hex(8)
    chosen = fit[: len(waits)]
    if chosen:
        _PROMOTE.rows(connection, _mark([row["id"] for row in chosen], sender, token, now))
    ready = [_ready(sender, row, token, read_at + wait, now) for row, wait in zip(chosen, waits, strict=True)]
    return ready, len(fit) > len(waits) or len(rows) == most


def _bulk(sender: Sender) -> int:
    return max(BULK_AT_ONCE, int(sender.rate * 0.05))


def _fit(connection: sa.Connection, rows: Sequence[Any], sender: Sender, now: dt.datetime) -> list[Mapping[str, Any]]:
    """At the moment of sending everything is checked again; what no longer makes sense is settled. One per chat."""
    fit: dict[int, Mapping[str, Any]] = {}
    unasked = _unasked(connection, [row["conversation_id"] for row in rows if _announces(row)])
    for row in rows:
        against = INVENTED if row["invented"] and not sender.invented else reason_against(row, now)
        if against is None and _announces(row) and row["conversation_id"] in unasked:
            against = DeliveryState.SKIPPED, "no_consent"
        if against:
            state, why = against
            connection.execute(_SETTLE, {"it": row["id"], "to": state, "why": why, "now": now})
        else:
            fit.setdefault(row["conversation_id"], row)
    return list(fit.values())


def _announces(row: Mapping[str, Any]) -> bool:
    return row["lane"] == Lane.BULK and bool(row["because"].startswith("broadcast:"))


def _unasked(connection: sa.Connection, chats: list[int]) -> set[int]:
    """The chats whose person does not, or does no longer, allow announcements. They are locked by the claim."""
    if not chats:
        return set()
    theirs = sa.select(conversations.c.id).where(conversations.c.id.in_(chats))
    return set(connection.execute(theirs.where(~agreed(conversations.c.person_id))).scalars())


def reason_against(row: Mapping[str, Any], now: dt.datetime) -> tuple[DeliveryState, str] | None:
    """Why a message must not go out any more. An answer always goes: the person has just asked."""
    if row["expires_at"] is not None and row["expires_at"] <= now:
        return DeliveryState.EXPIRED, "too_late"
    if row["lane"] == Lane.REPLY:
        return None
    if row["stopped"] == Stopped.EVERYTHING and not row["because"].startswith(ASKED_FOR):
        return DeliveryState.SKIPPED, "stopped"
    if row["stopped"] == Stopped.ANNOUNCEMENTS and row["lane"] == Lane.BULK:
        return DeliveryState.SKIPPED, "stopped"
    if row["reachable"] != Reachable.YES:
        return DeliveryState.SKIPPED, f"reachable:{row['reachable']}"
    return None


def _ready(sender: Sender, row: Mapping[str, Any], token: str, at: float, now: dt.datetime) -> Ready:
    return Ready(
        id=row["id"],
        token=token,
        conversation_id=row["conversation_id"],
        channel=sender.channel,
        address=row["address"],
        lane=row["lane"],
        attempts=row["attempts"] + 1,
        bubble=Bubble.from_json(row["bubble"]),
        window_open=sender.channel is not Channel.WHATSAPP or now - row["last_in_at"] < WINDOW,
        at=at,
    )


_ANY_DUE = (
    sa.select(deliveries.c.id)
    .where(
        sa.text("deliveries.state IN ('queued')"),
        deliveries.c.channel == sa.bindparam("channel"),
        deliveries.c.not_before <= sa.bindparam("now"),
        ~_IN_FLIGHT,
    )
    .limit(1)
)


def any_due(connection: sa.Connection, channel: Channel, now: dt.datetime) -> bool:
    """Whether anything waits whose time has come, behind nothing that is on its way: a cheap look before a claim."""
    return connection.execute(_ANY_DUE, {"channel": channel, "now": now}).first() is not None


_HELD = sa.text("deliveries.state IN ('leased','sending')")


def recover(connection: sa.Connection, now: dt.datetime, everything: bool = False, mine: str = "") -> int:
    """Take back what a dead process held. Never tried: queued again. May have gone out: a reply is sent once more,
    anything else stays uncertain. A process is dead when its lease is over; when it ran here and is no more (`mine`
    is this one's name); or with `everything`: SQLite's only process has just started."""
    over = sa.true() if everything else sa.or_(deliveries.c.lease_until < now, _of_the_dead(connection, mine))
    unlucky = deliveries.c.state == DeliveryState.SENDING
    once_more = sa.and_(deliveries.c.lane == Lane.REPLY, deliveries.c.attempts < 2)
    state = sa.case(
        (sa.and_(deliveries.c.lane == Lane.REPLY, OVERTAKEN, ~unlucky), DeliveryState.CANCELLED.value),
        (~unlucky, DeliveryState.QUEUED.value),
        (sa.and_(once_more, ~OVERTAKEN), DeliveryState.QUEUED.value),
        else_=DeliveryState.UNKNOWN.value,
    )
    done = connection.execute(
        sa.update(deliveries)
        .where(_HELD, over)
        .values(state=state, reason="lease_over", not_before=now, changed_at=now)
    )
    return int(done.rowcount)


def _of_the_dead(connection: sa.Connection, mine: str) -> sa.ColumnElement[bool]:
    if not mine:
        return sa.false()
    holders = connection.execute(sa.select(deliveries.c.worker).where(_HELD).distinct()).scalars()
    return deliveries.c.worker.in_([worker for worker in holders if worker and workers.is_dead(worker, mine)])
