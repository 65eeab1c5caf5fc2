"""Hasil: what became of everybody, while it goes out and when it is over; who replied; and the books closed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa

from models import Broadcast, BroadcastState, Delivery, Inbound, Recipient, RecipientState, Session
from services.broadcasts.audience import Audience, all_within, demand_all
from services.broadcasts.running import BroadcastRefused, Why
from services.inserting import quietly
from services.staff import Actor, Right, demand

REPLIES = dt.timedelta(hours=72)
CHUNK = 500
# The delivery's own state, once it was handed over: there is no second copy to disagree with it.
FATE = sa.case(
    (Recipient.state != RecipientState.GIVEN, sa.cast(Recipient.state, sa.String())),
    else_=sa.func.coalesce(sa.cast(Delivery.state, sa.String()), RecipientState.CANCELLED.value),
)
WHY = sa.case((Recipient.state != RecipientState.GIVEN, Recipient.reason), else_=Delivery.reason)
OPEN = ("waiting", "queued", "leased", "sending", "held")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a broadcast stands. `fates` counts everybody once; `reasons` those who did not get it."""

    number: int
    title: str
    state: BroadcastState
    total: int
    fates: Mapping[str, int]
    reasons: Mapping[str, int]
    replied: int
    pause_reason: str | None

    @property
    def done(self) -> int:
        """How many have an outcome."""
        return sum(many for fate, many in self.fates.items() if fate not in OPEN)


def progress(session: Session, actor: Actor, number: int) -> Progress:
    """Where it stands now. Raises BroadcastRefused, Forbidden."""
    row = seen(session, actor, number)
    joined = sa.select(FATE, sa.func.count(), sa.func.count(Recipient.replied_at)).select_from(Recipient)
    joined = joined.outerjoin(Delivery, Delivery.id == Recipient.delivery_id).where(Recipient.broadcast_id == number)
    found = session.execute(joined.group_by(FATE)).all()
    fates = {str(fate): many for fate, many, _ in found}
    replied = sum(replies for _, _, replies in found)
    return Progress(
        number, row.title, row.state, row.total, fates, _reasons(session, number), replied, row.pause_reason
    )


def _reasons(session: Session, number: int) -> dict[str, int]:
    lost = FATE.in_(("failed", "skipped", "unknown", "expired", "cancelled", "held"))
    query = sa.select(WHY, sa.func.count()).select_from(Recipient)
    query = query.outerjoin(Delivery, Delivery.id == Recipient.delivery_id)
    rows = session.execute(query.where(Recipient.broadcast_id == number, lost).group_by(WHY)).all()
    return {str(why or "-"): many for why, many in rows}


def seen(session: Session, actor: Actor, number: int) -> Broadcast:
    """A broadcast, if the actor may see it. Raises BroadcastRefused, Forbidden."""
    demand(actor, Right.SEE)
    row = session.get(Broadcast, number, populate_existing=True)
    if row is None:
        raise BroadcastRefused(Why.UNKNOWN)
    demand_all(Audience.from_json(row.audience), actor, Right.SEE)
    return row


def listed(session: Session, actor: Actor, most: int = 50, *, state: BroadcastState | None = None) -> list[Broadcast]:
    """The newest broadcasts the actor may see, or those in one state. Raises Forbidden."""
    demand(actor, Right.SEE)
    query = sa.select(Broadcast).order_by(Broadcast.id.desc()).execution_options(yield_per=most)
    if state is not None:
        query = query.where(Broadcast.state == state)
    with session.scalars(query) as rows:
        return list(islice((row for row in rows if all_within(Audience.from_json(row.audience), actor)), most))


# --- replies


def count_replies(session: Session, now: dt.datetime) -> int:
    """Note who has written within 72 hours of getting it, since it was last looked; how many."""
    lately = sa.or_(Broadcast.finished_at.is_(None), Broadcast.finished_at > now - REPLIES - dt.timedelta(hours=1))
    query = sa.select(Broadcast).where(Broadcast.started_at.is_not(None), lately)
    rows = session.scalars(query.with_for_update(skip_locked=True)).all()
    return sum(_replies_to(session, row, now) for row in rows)


def _replies_to(session: Session, row: Broadcast, now: dt.datetime) -> int:
    since = row.replies_at or row.started_at
    wrote = sa.and_(Inbound.at > since, Inbound.at <= now, Inbound.kind.in_(("text", "tap", "photo", "location")))
    mine = sa.and_(Recipient.broadcast_id == row.id, Recipient.delivery_id.is_not(None), Recipient.replied_at.is_(None))
    query = sa.select(Recipient.id, Recipient.given_at, sa.func.min(Inbound.id), sa.func.min(Inbound.at))
    query = query.join(Inbound, Inbound.conversation_id == Recipient.conversation_id).where(wrote, mine)
    found = session.execute(query.where(Inbound.at > Recipient.given_at).group_by(Recipient.id)).all()
    for number, given_at, inbound, at in found:
        if given_at is not None and at <= given_at + REPLIES:
            change = sa.update(Recipient).where(Recipient.id == number)
            session.execute(quietly(change.values(replied_at=at, reply_id=inbound)))
    row.replies_at = now
    session.flush()
    return len(found)


# --- the books


def close(session: Session, now: dt.datetime, most: int = CHUNK) -> int:
    """Three days after its end, write each outcome into its row, at most `most`; how many. Call again until 0."""
    over = sa.and_(Broadcast.finished_at <= now - REPLIES, Broadcast.closed_at.is_(None))
    row = session.scalars(sa.select(Broadcast).where(over).order_by(Broadcast.id).limit(1).with_for_update()).first()
    if row is None:
        return 0
    query = sa.select(Recipient.id, FATE, WHY).outerjoin(Delivery, Delivery.id == Recipient.delivery_id)
    given = sa.and_(Recipient.broadcast_id == row.id, Recipient.state == RecipientState.GIVEN)
    found = session.execute(query.where(given).order_by(Recipient.id).limit(most)).all()
    if not found:
        row.closed_at = now
        session.flush()
        return 0
    groups: dict[tuple[str, Any], list[int]] = {}
    for number, fate, why in found:
        groups.setdefault((_final(str(fate)), why), []).append(number)
    for (fate, why), ids in groups.items():
        change = sa.update(Recipient).where(Recipient.id.in_(ids)).values(state=RecipientState(fate), reason=why)
        session.execute(quietly(change))
    return len(found)


def _final(fate: str) -> str:
    """After three days nothing is under way any more: what is still said to be is uncertain."""
    return "unknown" if fate in ("queued", "leased", "sending", "held") else fate


def forget(session: Session, before: dt.datetime, chunk: int) -> int:
    """Of announcements whose books were closed before that: how many got them stays, who they were does not."""
    old = sa.select(Broadcast.id).where(Broadcast.closed_at <= before)
    theirs = sa.and_(Recipient.broadcast_id.in_(old), Recipient.person_id.is_not(None))
    some = sa.select(Recipient.id).where(theirs).limit(chunk)
    nobody = {"person_id": None, "conversation_id": None, "business_id": None, "reply_id": None}
    change = sa.update(Recipient).where(Recipient.id.in_(some)).values(nobody).returning(Recipient.id)
    return len(session.execute(quietly(change)).all())
