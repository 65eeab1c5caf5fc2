"""The rows one incoming message touches: its chat, its own row, and the reply that is written for it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.inbound import Inbound
from bot.tables import conversations, deliveries, inbounds
from conversation.said import Reach
from models import Channel, DeliveryState, Lane, Moment, Reachable, Stopped
from models.prepared import Prepared
from texts.bubble import Bubble

NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # `last_in_at` of a chat whose first message is being taken in
KEPT_BEFORE_CONSENT = dt.timedelta(days=7)
BURST = 5  # replies to one chat within BURST_TIME; more wait (and are superseded by newer ones)
BURST_TIME = dt.timedelta(seconds=4)
BURST_PAUSE = dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class NewReply:
    """The reply just written, for the outbox of this process to send at once."""

    id: int
    conversation_id: int
    channel: Channel
    address: str
    bubble: Bubble
    prompt: bool  # nothing goes before it to this chat: it may go out at once
    behind: bool = False  # something does: it may go out as soon as that has arrived


def _insert(name: str) -> Any:
    return postgresql.insert if name == "postgresql" else sqlite.insert


def _upsert(name: str) -> Any:
    """Find or make, lock and load the chat: one statement. It touches `reachable` only, so that the moment of the
    message before this one can still be read from what it returns."""
    into = _insert(name)(conversations)
    return into.on_conflict_do_update(
        index_elements=["channel", "address"], set_={"reachable": into.excluded.reachable}
    ).returning(*conversations.c)


def _noted(name: str) -> Any:
    once = _insert(name)(inbounds).on_conflict_do_nothing(index_elements=["channel", "event_id"])
    return once.returning(inbounds.c.id)


NEW_CHAT: Mapping[str, Any] = {
    "reachable": Reachable.YES,
    "stopped": Stopped.NOTHING,
    "last_in_at": NEVER,
    "answer_waits": False,
    "link_tries": 0,
    "answers": {},
    "view": {},
    "facts": {},
}
_TAKE = Prepared(_upsert, ["channel", "address", "first_at", "purge_at", *NEW_CHAT])
_NOTE = Prepared(_noted, ["channel", "event_id", "conversation_id", "at", "kind", "words", "failed"])


def take(connection: sa.Connection, inbound: Inbound, now: dt.datetime) -> Mapping[str, Any]:
    """Find or make the chat, lock it and load it."""
    row = {"channel": inbound.channel, "address": inbound.address, "first_at": now}
    return _TAKE.named(connection, {**NEW_CHAT, **row, "purge_at": now + KEPT_BEFORE_CONSENT})


def note(
    connection: sa.Connection, inbound: Inbound, conversation_id: int, words: str | None, now: dt.datetime
) -> int | None:
    """Note the message; None if it came in before."""
    row = {
        "channel": inbound.channel,
        "event_id": inbound.event_id,
        "conversation_id": conversation_id,
        "at": now,
        "kind": inbound.kind,
        "words": words,
        "failed": False,
    }
    found = _NOTE.rows(connection, row)
    return int(found[0][0]) if found else None


_CHAT = sa.update(conversations).where(conversations.c.id == sa.bindparam("it"))


def reach(connection: sa.Connection, conversation_id: int, said: Reach) -> None:
    """The person blocked or unblocked the bot."""
    reachable = Reachable.YES if said.reachable else Reachable.BLOCKED
    connection.execute(_CHAT.values(reachable=reachable), {"it": conversation_id})


def keeping(names: tuple[str, ...]) -> sa.Update:
    """Write the chat's `names` back. Whether there is consent now is the row's to say: a service may just have
    recorded it."""
    purge = sa.case((conversations.c.person_id.is_(None), sa.bindparam("purge", type_=Moment())), else_=None)
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in names}
    return _CHAT.values(last_in_at=sa.bindparam("now"), purge_at=purge, **values)


@lru_cache(maxsize=64)
def _keeping(names: tuple[str, ...]) -> Prepared:
    return Prepared(keeping(names))


def keep_chat(
    connection: sa.Connection,
    conversation_id: int,
    changes: Mapping[str, Any],
    now: dt.datetime,
    keep: dt.timedelta = KEPT_BEFORE_CONSENT,
) -> None:
    """Write the chat back."""
    new = {f"new_{name}": value for name, value in changes.items()}
    values = {"it": conversation_id, "now": now, "purge": now + keep, **new}
    _keeping(tuple(sorted(changes))).run(connection, values)


_FORGET = Prepared(
    sa.update(inbounds).where(inbounds.c.id == sa.bindparam("it")).values(words=None, failed=sa.bindparam("has_failed"))
)


def failed_since(connection: sa.Connection, conversation_id: int, since: dt.datetime) -> bool:
    """Whether an earlier message of this chat failed by our fault, not long ago."""
    theirs = sa.and_(inbounds.c.conversation_id == conversation_id, inbounds.c.at >= since, inbounds.c.failed)
    return connection.execute(sa.select(inbounds.c.id).where(theirs).limit(1)).first() is not None


def forget_words(connection: sa.Connection, inbound_id: int, failed: bool) -> None:
    """Empty what was written, and mark whether it failed."""
    _FORGET.run(connection, {"it": inbound_id, "has_failed": failed})


# It says who we are and what we never ask for: it is not called back. Looked up only where a reply waits.
_FIRST = (
    sa.select(sa.func.min(deliveries.c.id))
    .where(deliveries.c.conversation_id == sa.bindparam("it"), deliveries.c.lane == Lane.REPLY.value)
    .scalar_subquery()
)
NEWEST = (
    sa.select(deliveries.c.id, deliveries.c.lane, deliveries.c.state, deliveries.c.sent_at)
    .where(deliveries.c.conversation_id == sa.bindparam("it"))
    .order_by(deliveries.c.id.desc())
    .limit(20)
)


def _unsent(state: sa.ColumnElement[DeliveryState]) -> sa.ColumnElement[bool]:
    return sa.or_(state == DeliveryState.QUEUED, state == DeliveryState.LEASED)


def _how_many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def waits(message: sa.FromClause) -> sa.ColumnElement[bool]:
    """A reply that has not gone out."""
    return sa.and_(message.c.lane == Lane.REPLY.value, _unsent(message.c.state))


def latest(newest: sa.FromClause) -> sa.Select[int, int, int]:
    """Of the newest messages to the chat: replies that wait, messages that go before a new one, and those just sent."""
    first_waits = sa.and_(waits(newest), newest.c.id == _FIRST)
    return sa.select(
        _how_many(waits(newest)).label("waiting"),
        _how_many(sa.or_(newest.c.state == DeliveryState.SENDING, first_waits)).label("ahead"),
        _how_many(newest.c.sent_at > sa.bindparam("lately", type_=Moment())).label("recent"),
    )


_LATEST = Prepared(latest(NEWEST.subquery()))
SUPERSEDE = (
    sa.update(deliveries)
    .where(deliveries.c.id != _FIRST)
    .values(state=DeliveryState.CANCELLED, reason="superseded", changed_at=sa.bindparam("now"))
)
_SUPERSEDE = Prepared(SUPERSEDE.where(deliveries.c.conversation_id == sa.bindparam("it"), waits(deliveries)))
POSTED = ("conversation_id", "channel", "address", "lane", "because", "bubble", "state", "attempts")
_POST = Prepared(sa.insert(deliveries).returning(deliveries.c.id), [*POSTED, "created_at", "not_before", "changed_at"])


def post(
    connection: sa.Connection,
    row: Mapping[str, Any],
    bubble: Bubble,
    inbound_id: int,
    now: dt.datetime,
    burst: int = BURST,
) -> NewReply:
    """Write the reply; an older one that has not gone out yet would only confuse, so it is called back, but not the
    first."""
    ((waiting, ahead, recent),) = _LATEST.rows(connection, {"it": row["id"], "lately": now - BURST_TIME})
    if waiting:
        _SUPERSEDE.run(connection, {"it": row["id"], "now": now})
    new = {
        "conversation_id": row["id"],
        "channel": row["channel"],
        "address": row["address"],
        "lane": int(Lane.REPLY),
        "because": f"turn:{inbound_id}",
        "bubble": bubble.as_json(),
        "state": DeliveryState.QUEUED,
        "attempts": 0,
        "created_at": now,
        "not_before": now if recent < burst else now + BURST_PAUSE,
        "changed_at": now,
    }
    ((delivery_id,),) = _POST.rows(connection, new)
    calm, behind = recent < burst, bool(ahead)
    told = delivery_id, row["id"], row["channel"], row["address"], bubble
    return NewReply(*told, prompt=calm and not behind, behind=calm and behind)
