"""Nasib pesan: what became of the messages of a demo; none of them was ever handed to a platform."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from models import Channel, Conversation, Delivery, DeliveryState, Person, Reachable, Stopped
from services.demo.scene import Scene

SECOND = dt.timedelta(seconds=1)
# Of a hundred messages on each app: the state, why, how many.
FATES: dict[Channel, tuple[tuple[DeliveryState, str | None, int], ...]] = {
    Channel.TELEGRAM: (
        (DeliveryState.SENT, None, 95),
        (DeliveryState.FAILED, "400 Bad Request: message text is empty", 1),
        (DeliveryState.SKIPPED, "reachable:blocked", 2),
        (DeliveryState.UNKNOWN, "timeout", 2),
    ),
    Channel.WHATSAPP: (
        (DeliveryState.READ, None, 62),
        (DeliveryState.DELIVERED, None, 22),
        (DeliveryState.SENT, None, 4),
        (DeliveryState.FAILED, "63003", 4),
        (DeliveryState.SKIPPED, "window_closed", 5),
        (DeliveryState.UNKNOWN, "timeout", 1),
        (DeliveryState.EXPIRED, "too_late", 2),
    ),
}
WENT = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)


def settle(scene: Scene) -> None:
    """What should have gone out by now has; what waits for the morning waits."""
    due = sa.and_(Delivery.state == DeliveryState.QUEUED, Delivery.not_before <= scene.now)
    query = sa.select(Delivery.id, Delivery.channel, Delivery.not_before).where(due).order_by(Delivery.id)
    rows = [_fate(scene, *row) for row in scene.session.execute(query)]
    if rows:
        columns = ("state", "reason", "sent_at", "changed_at", "platform_id", "attempts")
        change = sa.update(Delivery.__table__).where(sa.column("id") == sa.bindparam("it"))  # type: ignore[arg-type]
        values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in columns}
        scene.session.connection().execute(change.values(values), rows)


def _fate(scene: Scene, delivery_id: int, channel: Channel, at: dt.datetime) -> dict[str, Any]:
    fates = FATES[channel]
    state, reason, _ = scene.chance.choices(fates, [share for _, _, share in fates])[0]
    sent_at = scene.past(at + scene.chance.randint(1, 40) * SECOND) if state in WENT else None
    return {
        "it": delivery_id,
        "new_state": state,
        "new_reason": reason,
        "new_sent_at": sent_at,
        "new_changed_at": sent_at or scene.past(at + SECOND),
        "new_platform_id": f"contoh-{delivery_id}" if sent_at else None,
        "new_attempts": 0 if state in (DeliveryState.SKIPPED, DeliveryState.EXPIRED) else 1,
    }


def leave(scene: Scene) -> None:
    """Some have blocked the bot, or said BERHENTI."""
    mine = sa.select(Conversation.id).join(Person, Person.id == Conversation.person_id).where(Person.demo)
    ids = list(scene.session.scalars(mine.order_by(Conversation.id)))
    said: tuple[tuple[int, dict[str, Any]], ...] = (
        (30, {"reachable": Reachable.BLOCKED}),
        (25, {"stopped": Stopped.ANNOUNCEMENTS}),
    )
    for share, values in said:
        some = scene.chance.sample(ids, k=len(ids) // share)
        scene.session.execute(sa.update(Conversation).where(Conversation.id.in_(some)).values(**values))
