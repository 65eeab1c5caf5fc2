"""The rows one incoming message touches: its chat, its own row, and the reply that is written for it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.inbound import Inbound
from bot.tables import conversations, deliveries, inbounds
from conversation.said import Reach
from models import Channel, DeliveryState, Lane, Moment, Reachable
from texts.bubble import Bubble

NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # `last_in_at` of a chat whose first message is being taken in
KEPT_BEFORE_CONSENT = dt.timedelta(days=7)
BURST = 5  # replies to one chat within BURST_TIME; more wait (and are superseded by newer ones)
BURST_TIME = dt.timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class NewReply:
    """The reply just written, for the outbox of this process to send at once."""

    id: int
    conversation_id: int
    channel: Channel
    address: str
    bubble: Bubble
    prompt: bool  # nothing else is on its way to this chat: it may go out at once


def _upserts() -> dict[str, Any]:
    """Find or make, lock and load the chat: one statement. It touches `reachable` only, so that the moment of the
    message before this one can still be read from what it returns."""
    made = {}
    for name, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert)):
        into = insert(conversations)
        made[name] = into.on_conflict_do_update(
            index_elements=["channel", "address"], set_={"reachable": into.excluded.reachable}
        ).returning(*conversations.c)
    return made


def _inserts() -> dict[str, Any]:
    return {
        name: insert(inbounds).on_conflict_do_nothing(index_elements=["channel", "event_id"]).returning(inbounds.c.id)
        for name, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
    }


_TAKE = _upserts()
_NOTE = _inserts()


def take(connection: sa.Connection, inbound: Inbound, now: dt.datetime) -> Mapping[str, Any]:
    """Find or make the chat, lock it and load it."""
    row = {
        "channel": inbound.channel,
        "address": inbound.address,
        "reachable": Reachable.YES,
        "first_at": now,
        "last_in_at": NEVER,
        "purge_at": now + KEPT_BEFORE_CONSENT,
    }
    found = connection.execute(_TAKE[connection.dialect.name], row).mappings().one()
    return cast("Mapping[str, Any]", found)


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
    }
    found: int | None = connection.execute(_NOTE[connection.dialect.name], row).scalar_one_or_none()
    return found


_CHAT = sa.update(conversations).where(conversations.c.id == sa.bindparam("it"))


def reach(connection: sa.Connection, conversation_id: int, said: Reach) -> None:
    """The person blocked or unblocked the bot."""
    reachable = Reachable.YES if said.reachable else Reachable.BLOCKED
    connection.execute(_CHAT.values(reachable=reachable), {"it": conversation_id})


def keep_chat(
    connection: sa.Connection,
    conversation_id: int,
    changes: Mapping[str, Any],
    now: dt.datetime,
    keep: dt.timedelta = KEPT_BEFORE_CONSENT,
) -> None:
    """Write the chat back. Whether there is consent now is the row's to say: a service may just have recorded it."""
    purge = sa.case((conversations.c.person_id.is_(None), sa.bindparam("purge", type_=Moment())), else_=None)
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in sorted(changes)}
    statement = _CHAT.values(last_in_at=sa.bindparam("now"), purge_at=purge, **values)
    new = {f"new_{name}": value for name, value in changes.items()}
    connection.execute(statement, {"it": conversation_id, "now": now, "purge": now + keep, **new})


_FORGET = (
    sa.update(inbounds).where(inbounds.c.id == sa.bindparam("it")).values(words=None, failed=sa.bindparam("has_failed"))
)


def forget_words(connection: sa.Connection, inbound_id: int, failed: bool) -> None:
    """Empty what was written, and mark whether it failed."""
    connection.execute(_FORGET, {"it": inbound_id, "has_failed": failed})


_LATEST = (
    sa.select(deliveries.c.id, deliveries.c.lane, deliveries.c.state, deliveries.c.sent_at)
    .where(deliveries.c.conversation_id == sa.bindparam("it"))
    .order_by(deliveries.c.id.desc())
    .limit(20)
)
_SUPERSEDE = (
    sa.update(deliveries)
    .where(deliveries.c.id.in_(sa.bindparam("ids", expanding=True)))
    .where(deliveries.c.state.in_([DeliveryState.QUEUED, DeliveryState.LEASED]))
    .values(state=DeliveryState.CANCELLED, reason="superseded", changed_at=sa.bindparam("now"))
)
_POST = sa.insert(deliveries).returning(deliveries.c.id)


def post(
    connection: sa.Connection,
    row: Mapping[str, Any],
    bubble: Bubble,
    inbound_id: int,
    now: dt.datetime,
    burst: int = BURST,
) -> NewReply:
    """Write the reply; an older reply that has not gone out yet would only confuse, so it is called back."""
    latest = connection.execute(_LATEST, {"it": row["id"]}).all()
    waiting = [d.id for d in latest if d.lane == Lane.REPLY and d.state in (DeliveryState.QUEUED, DeliveryState.LEASED)]
    if waiting:
        connection.execute(_SUPERSEDE, {"ids": waiting, "now": now})
    on_its_way = any(d.state == DeliveryState.SENDING for d in latest)
    recent = sum(1 for d in latest if d.sent_at is not None and d.sent_at > now - BURST_TIME)
    new = {
        "conversation_id": row["id"],
        "channel": row["channel"],
        "address": row["address"],
        "lane": int(Lane.REPLY),
        "because": f"turn:{inbound_id}",
        "bubble": bubble.as_json(),
        "state": DeliveryState.QUEUED,
        "created_at": now,
        "not_before": now if recent < burst else now + dt.timedelta(seconds=1),
        "changed_at": now,
    }
    delivery_id: int = connection.execute(_POST, new).scalar_one()
    prompt = not on_its_way and recent < burst
    return NewReply(delivery_id, row["id"], row["channel"], row["address"], bubble, prompt)
