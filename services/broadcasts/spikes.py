"""Ada yang salah: when too many messages are refused, or the platform refuses us, the broadcast stops by itself."""

from collections.abc import Sequence

import sqlalchemy as sa

from models import Broadcast, Delivery, DeliveryState, Recipient, Session
from services.broadcasts import feeding

LOOKED_AT = 200  # the last sends
MOST_REFUSED = 0.05  # of them
NEAR = 10_000  # they are looked for among so many newest deliveries, whatever these are
IN_LANE = 1_000  # as many may not have an outcome yet
# What is said of all of us and not of one person: the account, its sender, the token, the template. The numbers are
# Twilio's (bot/channels/whatsapp_errors.py), the words our Telegram channel's.
OF_EVERYBODY = (
    "20003", "20005", "20404", "21212", "21408", "21603", "21606", "21609", "21654", "21655", "21656", "30002", "63001",
    "63005", "63007", "63013", "63021", "63040", "63041", "63042",
    "token refused", "another program reads", "http 401", "http 403", "http 404",
)  # fmt: skip
SETTLED = ("sent", "delivered", "read", "failed", "unknown", "held")


def of_everybody(reason: str | None) -> bool:
    """Whether a refusal is not about the person it was meant for."""
    return bool(reason) and str(reason).removeprefix("gave_up ").startswith(OF_EVERYBODY)


def judge(settled: Sequence[tuple[DeliveryState, str | None]], held: Sequence[str | None]) -> str | None:
    """Why a broadcast must stop, by the outcomes of its last sends and the reasons of those held back; None: go on."""
    ours = next((why for why in (*held, *(why for _, why in settled)) if of_everybody(why)), None)
    if ours:
        return f"platform: {ours}"[:200]
    refused = sum(state is DeliveryState.FAILED for state, _ in settled)
    if len(settled) >= LOOKED_AT and refused > MOST_REFUSED * len(settled):
        return f"errors: {refused}/{len(settled)}"
    return None


def wrong(session: Session, broadcast: Broadcast) -> str | None:
    """Why this broadcast must stop now, if it must."""
    # The newest by their deliveries' numbers, and never through all that was ever sent. With the sum no index of the
    # broadcast's is taken, which would mean to look at everybody who has got it.
    near = sa.select(sa.func.max(Delivery.id) - NEAR).scalar_subquery()
    mine = sa.and_(Recipient.broadcast_id + 0 == broadcast.id, Recipient.delivery_id > near)
    if broadcast.resumed_at is not None:
        mine = sa.and_(mine, Recipient.given_at >= broadcast.resumed_at)
    newest = sa.select(Recipient.delivery_id).where(mine).order_by(Recipient.delivery_id.desc())
    last = newest.limit(LOOKED_AT + IN_LANE).subquery()
    query = sa.select(Delivery.state, Delivery.reason).join(last, last.c.delivery_id == Delivery.id)
    query = query.where(Delivery.state.in_(SETTLED)).order_by(Delivery.id.desc()).limit(LOOKED_AT)
    settled = [(state, reason) for state, reason in session.execute(query).all()]
    waits = sa.and_(sa.text("deliveries.state IN ('queued')"), Delivery.because == feeding.because(broadcast.id))
    held = session.scalars(sa.select(Delivery.reason).where(waits, Delivery.reason.is_not(None)).distinct()).all()
    return judge(settled, held)
