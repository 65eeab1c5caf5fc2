"""Jalan, jeda, lanjut, batal: what a broadcast does by itself, and how staff stop it at any moment.

Whoever feeds, pauses or cancels holds the broadcast's row: one after the other. A pause takes what waits in the outbox
back, so that only what is being sent at this very moment still goes out.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Broadcast, BroadcastState, Channel, Delivery, Lane, Recipient, RecipientState, Session
from services import audit, calendar
from services.broadcasts import feeding, spikes
from services.broadcasts.audience import Audience, demand_all
from services.broadcasts.feeding import because
from services.inserting import quietly
from services.office import Office
from services.refusing import Refusal
from services.staff import Actor, Right, demand

if TYPE_CHECKING:
    from texts import Catalogue

# Said literally, so that the index of each is used.
QUEUED, HELD = "deliveries.state IN ('queued')", "deliveries.state IN ('held')"
FEW = 500  # ids in one statement
ABOUT_NOW = dt.timedelta(seconds=5)


class Why(StrEnum):
    """Why it cannot be done."""

    UNKNOWN = "unknown"
    STATE = "state"  # not in the state it is in
    EXPIRED = "expired"
    EMPTY = "empty"  # nobody would get it
    CHANGED = "changed"  # it is not what was shown
    OWN = "own"  # somebody else must approve
    FILE = "file"  # what should go along is not kept any more
    NO_CHAT = "no_chat"  # the account has no Telegram linked


class BroadcastRefused(Refusal[Why]):
    """Nothing was done."""


@dataclass(frozen=True, slots=True)
class Tended:
    """What one round did: `given` to the outbox (or settled), and whether there is more to do at once."""

    given: int
    busy: bool
    paused: tuple[int, ...] = ()  # broadcasts that errors stopped


# --- by itself


def tend(
    session: Session, texts: "Catalogue", office: Office, depth: Mapping[Channel, int], now: dt.datetime
) -> Tended:
    """One round of the worker: begin what is due, fill the lane, stop what goes wrong, end what is over.

    Two workers at once pass over each other's broadcasts.
    """
    open_now = calendar.may_send(calendar.Purpose.ANNOUNCEMENT, now, office.calendar)
    if open_now:
        _begin(session, now)
    query = sa.select(Broadcast).where(Broadcast.state == BroadcastState.SENDING).order_by(Broadcast.id)
    query = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    running = list(session.scalars(query))
    paused = tuple(one.id for one in running if _goes_wrong(session, one))
    running = [one for one in running if one.id not in paused]
    if not open_now:
        for one in running:
            take_back(session, one.id)
        return Tended(0, False, paused)
    for one in running:
        if one.expires_at is not None and one.expires_at <= now:
            _all_waiting(session, one.id, RecipientState.EXPIRED, "too_late")
    given = sum(_fill(session, channel, running, texts, office, depth, now) for channel in depth)
    for one in running:
        _end(session, one, now)
    return Tended(given, given > 0, paused)


def _begin(session: Session, now: dt.datetime) -> None:
    due = sa.and_(Broadcast.state == BroadcastState.SCHEDULED, Broadcast.send_at <= now)
    change = sa.update(Broadcast).where(due).values(state=BroadcastState.SENDING, started_at=now)
    session.execute(quietly(change))


def _goes_wrong(session: Session, broadcast: Broadcast) -> bool:
    found = spikes.wrong(session, broadcast)
    if found is None:
        return False
    _pause(session, broadcast, "bot", found)
    return True


def _fill(
    session: Session,
    channel: Channel,
    running: list[Broadcast],
    texts: "Catalogue",
    office: Office,
    depth: Mapping[Channel, int],
    now: dt.datetime,
) -> int:
    hungry = [one for one in running if _waits(session, one.id, channel)]
    if not hungry:
        return 0
    lane = feeding.waiting_in_lane(session, channel, now + ABOUT_NOW)
    share, given = max(1, depth[channel] // len(hungry)), 0
    for one in hungry:
        room = _room(session, one, channel, share - lane.get(one.id, 0), now)
        if room > 0:
            given += feeding.feed(session, one, channel, room, texts, office, now)
    return given


def _room(session: Session, one: Broadcast, channel: Channel, room: int, now: dt.datetime) -> int:
    """How many more may be handed over: of a file Telegram does not have yet, one alone."""
    if room <= 0 or not feeding.waits_for_first(session, one, channel):
        return room
    return 0 if feeding.under_way(session, one.id, now + ABOUT_NOW) else 1


def _waits(session: Session, broadcast_id: int, channel: Channel | None = None) -> bool:
    waiting = sa.text("broadcast_recipients.state = 'waiting'")
    query = sa.select(Recipient.id).where(waiting, Recipient.broadcast_id == broadcast_id)
    if channel is not None:
        query = query.where(Recipient.channel == channel)
    return session.execute(query.limit(1)).first() is not None


def _end(session: Session, broadcast: Broadcast, now: dt.datetime) -> None:
    if _waits(session, broadcast.id) or _under_way(session, broadcast.id):
        return
    broadcast.state, broadcast.finished_at = BroadcastState.DONE, now
    session.flush()


def _under_way(session: Session, broadcast_id: int) -> bool:
    """Whether a message waits in the outbox or is being sent; each state by its own index."""
    for states in (QUEUED, HELD, "deliveries.state IN ('leased','sending')"):
        query = sa.select(Delivery.id).where(sa.text(states), Delivery.because == because(broadcast_id))
        if session.execute(query.limit(1)).first() is not None:
            return True
    return False


# --- by staff


def locked(session: Session, number: int) -> Broadcast:
    """The broadcast, held until the transaction ends. Raises BroadcastRefused."""
    query = sa.select(Broadcast).where(Broadcast.id == number).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise BroadcastRefused(Why.UNKNOWN)
    return found


def pause(session: Session, actor: Actor, number: int, now: dt.datetime) -> Broadcast:
    """Send nothing more until it is resumed. Raises BroadcastRefused, Forbidden."""
    found = _mine(session, actor, number, BroadcastState.SENDING, BroadcastState.SCHEDULED)
    _pause(session, found, actor.name, None)
    audit.note(session, actor, "broadcast.paused", f"broadcast:{number}", now=now)
    return found


def resume(session: Session, actor: Actor, number: int, now: dt.datetime) -> Broadcast:
    """Go on where it stopped; who has it already does not get it again. Raises BroadcastRefused, Forbidden."""
    found = _mine(session, actor, number, BroadcastState.PAUSED)
    if found.expires_at is not None and found.expires_at <= now:
        raise BroadcastRefused(Why.EXPIRED)
    begun = found.started_at is not None
    found.state = BroadcastState.SENDING if begun else BroadcastState.SCHEDULED
    found.resumed_at, found.paused_by, found.pause_reason = now, None, None
    audit.note(session, actor, "broadcast.resumed", f"broadcast:{number}", now=now)
    return found


def cancel(session: Session, actor: Actor, number: int, now: dt.datetime) -> Broadcast:
    """End it: who waits gets nothing. Raises BroadcastRefused, Forbidden."""
    found = _mine(
        session, actor, number, BroadcastState.DRAFT, BroadcastState.ASKED, BroadcastState.FREEZING,
        BroadcastState.SCHEDULED, BroadcastState.SENDING, BroadcastState.PAUSED,
    )  # fmt: skip
    before = found.state
    found.state, found.finished_at = BroadcastState.CANCELLED, now
    session.flush()
    take_back(session, number)
    _all_waiting(session, number, RecipientState.CANCELLED, "cancelled")
    audit.note(session, actor, "broadcast.cancelled", f"broadcast:{number}", before={"state": before.value}, now=now)
    return found


def demand_stop(session: Session, actor: Actor, number: int) -> None:
    """Raise Forbidden or BroadcastRefused unless the actor may pause and resume this broadcast."""
    _mine(session, actor, number, *BroadcastState)


def _mine(session: Session, actor: Actor, number: int, *states: BroadcastState) -> Broadcast:
    """One of those this account may stop: who drafts may, and who approves."""
    right = Right.APPROVE if Right.DRAFT not in actor.rights else Right.DRAFT
    demand(actor, right)
    found = locked(session, number)
    demand_all(Audience.from_json(found.audience), actor, right)
    if found.state not in states:
        raise BroadcastRefused(Why.STATE)
    return found


def _pause(session: Session, broadcast: Broadcast, by: str, reason: str | None) -> None:
    broadcast.state, broadcast.paused_by, broadcast.pause_reason = BroadcastState.PAUSED, by, reason
    session.flush()
    take_back(session, broadcast.id)


def take_back(session: Session, broadcast_id: int) -> int:
    """Take out of the outbox what is certainly not being sent; it waits again. How many."""
    gone: list[int] = []
    for states in (QUEUED, HELD):
        mine = sa.and_(sa.text(states), Delivery.lane == Lane.BULK, Delivery.because == because(broadcast_id))
        gone += session.execute(quietly(sa.delete(Delivery).where(mine).returning(Delivery.id))).scalars()
    for start in range(0, len(gone), FEW):
        theirs = sa.update(Recipient).where(Recipient.delivery_id.in_(gone[start : start + FEW]))
        session.execute(quietly(theirs.values(state=RecipientState.WAITING, delivery_id=None, given_at=None)))
    return len(gone)


def _all_waiting(session: Session, broadcast_id: int, state: RecipientState, reason: str) -> None:
    waiting = sa.and_(Recipient.broadcast_id == broadcast_id, sa.text("broadcast_recipients.state = 'waiting'"))
    session.execute(quietly(sa.update(Recipient).where(waiting).values(state=state, reason=reason)))
