"""On PostgreSQL the rows of one message are touched in two statements: each one more is a way there and back."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from bot import inbox_rows as rows
from bot.inbound import Inbound
from bot.tables import conversations, deliveries, inbounds
from models import DeliveryState, Lane, Moment
from models.prepared import Prepared
from texts.bubble import Bubble

_CHAT = ("channel", "address", "first_at", "purge_at", *rows.NEW_CHAT)
_NOTED = ("channel", "event_id", "conversation_id", "at", "kind", "words", "failed")


def _of(table: sa.Table, name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(f"in_{name}", type_=table.c[name].type)


def _begin(name: str) -> Any:
    """Find or make, lock and load the chat, and note the message; `inbound_id` is None if it came in before."""
    into = postgresql.insert(conversations).values({each: _of(conversations, each) for each in _CHAT})
    taken = into.on_conflict_do_update(
        index_elements=["channel", "address"], set_={"reachable": into.excluded.reachable}
    )
    chat = taken.returning(*conversations.c).cte("chat")
    # Before consent no word of a person is written.
    words = sa.case((chat.c.person_id.is_(None), sa.null()), else_=_of(inbounds, "words"))
    told = {"conversation_id": chat.c.id, "words": words, "failed": sa.false()}
    message = sa.select(*(told.get(each, _of(inbounds, each)) for each in _NOTED))
    once = postgresql.insert(inbounds).from_select(list(_NOTED), message, include_defaults=False)
    noted = once.on_conflict_do_nothing(index_elements=["channel", "event_id"]).returning(inbounds.c.id).cte("noted")
    return sa.select(*chat.c, sa.select(noted.c.id).scalar_subquery().label("inbound_id"))


_BEGIN = Prepared(_begin)


def begin(
    connection: sa.Connection, inbound: Inbound, words: str | None, now: dt.datetime
) -> tuple[Mapping[str, Any], int | None]:
    """The chat, locked and loaded, and the message's own id; None for it if the message came in before."""
    given = {
        **rows.NEW_CHAT,
        "channel": inbound.channel,
        "address": inbound.address,
        "first_at": now,
        "purge_at": now + rows.KEPT_BEFORE_CONSENT,
        "event_id": inbound.event_id,
        "at": now,
        "kind": inbound.kind,
        "words": words,
    }
    row = _BEGIN.named(connection, {f"in_{name}": value for name, value in given.items()})
    return row, row.pop("inbound_id")


@lru_cache(maxsize=64)
def _ending(names: tuple[str, ...]) -> Prepared:
    """Write the chat's `names` back, call back an older reply that waits, and write the new one."""
    kept = rows.keeping(names).returning(conversations.c.id).cte("kept")
    newest = rows.NEWEST.cte("newest")
    latest = rows.latest(newest).cte("latest")
    # Of the newest, which are read in any case: a chat may have hundreds.
    waiting = deliveries.c.id.in_(sa.select(newest.c.id).where(rows.waits(newest)))
    superseded = rows.SUPERSEDE.where(waiting).returning(deliveries.c.id).cte("superseded")
    soon, now = sa.bindparam("soon", type_=Moment()), sa.bindparam("now", type_=Moment())
    calm = latest.c.recent < sa.bindparam("burst", type_=sa.Integer())
    told: dict[str, Any] = {
        "conversation_id": sa.bindparam("it", type_=sa.BigInteger()),
        "lane": sa.literal(int(Lane.REPLY), sa.SmallInteger()),
        "state": sa.literal(DeliveryState.QUEUED, deliveries.c.state.type),
        "attempts": sa.literal(0, sa.SmallInteger()),
        "created_at": now,
        "changed_at": now,
        "not_before": sa.case((calm, now), else_=soon),
    }
    columns = [*rows.POSTED, "created_at", "not_before", "changed_at"]
    values = sa.select(*(told.get(each, _of(deliveries, each)) for each in columns)).select_from(latest)
    into = postgresql.insert(deliveries).from_select(columns, values, include_defaults=False)
    posted = into.returning(deliveries.c.id).cte("posted")
    query = sa.select(posted.c.id, latest.c.ahead, latest.c.recent).select_from(posted.join(latest, sa.true()))
    return Prepared(query.add_cte(kept, superseded))


def end(
    connection: sa.Connection,
    row: Mapping[str, Any],
    changes: Mapping[str, Any],
    bubble: Bubble,
    inbound_id: int,
    now: dt.datetime,
    keep: dt.timedelta,
    burst: int,
) -> rows.NewReply:
    """Write the chat back and the reply that is said in it."""
    given = {
        **{f"new_{name}": value for name, value in changes.items()},
        "it": row["id"],
        "now": now,
        "purge": now + keep,
        "lately": now - rows.BURST_TIME,
        "soon": now + rows.BURST_PAUSE,
        "burst": burst,
        "in_channel": row["channel"],
        "in_address": row["address"],
        "in_because": f"turn:{inbound_id}",
        "in_bubble": bubble.as_json(),
    }
    ((delivery_id, ahead, recent),) = _ending(tuple(sorted(changes))).rows(connection, given)
    calm, behind = recent < burst, bool(ahead)
    told = delivery_id, row["id"], row["channel"], row["address"], bubble
    return rows.NewReply(*told, prompt=calm and not behind, behind=calm and behind)
