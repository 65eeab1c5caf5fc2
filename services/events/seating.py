"""Places of an event: taken and given back by single statements, so that there is never one person too many."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models import Event, EventShare, Session, SignUp, SignUpState
from services.events.rules import EventRefused, Wrong
from services.inserting import quietly
from services.waiting import Room

OTHERS = "*"  # the share of all kab/kota that have none of their own


@dataclass(frozen=True, slots=True)
class Seats:
    """What is free now, for whom. `share`: the share a kab/kota counts in; None where shares do not bind (any more)."""

    room: Room  # for people who were not invited
    for_invited: int
    shares: Mapping[str, EventShare]

    def share(self, regency: str | None) -> str | None:
        """Where a kab/kota is counted."""
        if not self.shares:
            return None
        return regency if regency in self.shares else OTHERS

    def left(self, regency: str | None, *, invited: bool = False) -> int:
        """Places somebody from this kab/kota could take now."""
        total = self.for_invited if invited else self.room.left
        own = self.room.regencies.get(self.share(regency))
        return max(0, total if own is None else min(total, own))


def lock(session: Session, event_id: int) -> Event:
    """The event, ours until the transaction ends: its places, its list and its plan change one at a time."""
    query = sa.select(Event).where(Event.id == event_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def find(session: Session, code: str) -> Event:
    """The event of a code. Raises EventRefused(UNKNOWN)."""
    query = sa.select(Event).where(Event.code == code.strip().upper())
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise EventRefused(Wrong.UNKNOWN)
    return found


def kept(event: Event, now: dt.datetime) -> int:
    """Places still kept for invited people who have not come forward."""
    if event.invited_until is None or event.invited_until <= now:
        return 0
    return max(0, event.reserved - event.taken_invited)


def seats(session: Session, event: Event, now: dt.datetime) -> Seats:
    """What is free. Shares past their time are released first; the event must be locked if that matters."""
    rows = session.scalars(
        sa.select(EventShare).where(EventShare.event_id == event.id).execution_options(populate_existing=True)
    ).all()
    binding = event.regions_until is None or now < event.regions_until
    bound = {row.regency: row for row in rows if binding and not row.released}
    free = event.capacity - event.taken
    regencies: dict[str | None, int] = {name: row.capacity - row.taken for name, row in bound.items()}
    return Seats(Room(free - kept(event, now), regencies), free, {row.regency: row for row in rows})


def release_shares(session: Session, event: Event, now: dt.datetime) -> bool:
    """Open the regions' places to all once their time has come; whether that happened just now."""
    if event.regions_until is None or now < event.regions_until:
        return False
    bound = sa.and_(EventShare.event_id == event.id, ~EventShare.released)
    change = sa.update(EventShare).where(bound).values(released=True).returning(EventShare.regency)
    return bool(session.execute(quietly(change)).all())


def take(session: Session, event: Event, regency: str | None, *, invited: bool, now: dt.datetime) -> Seats | None:
    """Take one place for somebody of this kab/kota; None if there is none. What share it counts in: `Seats.share`.

    The event must be locked. Each count moves by one statement that asks again whether there is room, and the tables
    refuse one too many; what was taken first is given back in the same transaction.
    """
    release_shares(session, event, now)
    seen = seats(session, event, now)
    here = sa.and_(Event.id == event.id, Event.taken + (0 if invited else kept(event, now)) < Event.capacity)
    change = sa.update(Event).where(here)
    more = change.values(taken=Event.taken + 1, taken_invited=Event.taken_invited + int(invited)).returning(Event.id)
    if session.execute(quietly(more)).first() is None:
        return None
    share = seen.share(regency)
    if share is not None and not _take_of_share(session, event.id, share):
        _give_back(session, event.id, None, invited)
        return None
    session.refresh(event)
    return seen


def _take_of_share(session: Session, event_id: int, share: str) -> bool:
    here = sa.and_(EventShare.event_id == event_id, EventShare.regency == share)
    room = sa.or_(EventShare.released, EventShare.taken < EventShare.capacity)
    change = sa.update(EventShare).where(here, room).values(taken=EventShare.taken + 1).returning(EventShare.regency)
    return session.execute(quietly(change)).first() is not None


def free(session: Session, event: Event, sign_up: SignUp, state: SignUpState, now: dt.datetime) -> bool:
    """Bring a sign-up to a state without a place, its place given back; False if it held none. The event is locked."""
    held = sign_up.holds
    change = sa.update(SignUp).where(SignUp.id == sign_up.id)
    values = {"holds": False, "share": None, "state": state, "offer_until": None, "changed_at": now}
    if held:
        done = change.where(SignUp.holds).values(values).returning(SignUp.id)
        held = session.execute(quietly(done)).first() is not None
        if held:
            _give_back(session, event.id, sign_up.share, sign_up.invited)
    else:
        session.execute(quietly(change.values(values)))
    session.refresh(sign_up)
    session.refresh(event)
    return held


def _give_back(session: Session, event_id: int, share: str | None, invited: bool) -> None:
    less = {"taken": Event.taken - 1, "taken_invited": Event.taken_invited - int(invited)}
    session.execute(quietly(sa.update(Event).where(Event.id == event_id).values(less)))
    if share is not None:
        here = sa.and_(EventShare.event_id == event_id, EventShare.regency == share)
        session.execute(quietly(sa.update(EventShare).where(here).values(taken=EventShare.taken - 1)))


def set_shares(session: Session, event: Event, shares: Mapping[str, int]) -> None:
    """Give each kab/kota its places ({"36.02": 5}); what is left belongs to all others. Raises EventRefused.

    A share may not be below what is taken in it. The event must be locked.
    """
    left = event.capacity - sum(shares.values())
    if left < 0 or any(count < 0 for count in shares.values()):
        raise EventRefused(Wrong.SHARES)
    wanted = {**shares, OTHERS: left} if shares else {}
    held = _held(session, event.id)
    counted: dict[str, int] = dict.fromkeys(wanted, 0)
    for regency, count in held.items():
        if wanted:
            counted[regency if regency in wanted else OTHERS] += count
    for name, count in counted.items():
        if count > wanted[name]:
            raise EventRefused(Wrong.SHARES, count)
    # Not `quietly`: the same ones are made anew, so those at hand must be known to be gone.
    session.execute(sa.delete(EventShare).where(EventShare.event_id == event.id))
    for name, capacity in sorted(wanted.items()):
        session.add(EventShare(event_id=event.id, regency=name, capacity=capacity, taken=counted[name]))
    session.flush()
    _count_anew(session, event.id, wanted)


def _held(session: Session, event_id: int) -> dict[str | None, int]:
    query = sa.select(SignUp.regency, sa.func.count()).where(SignUp.event_id == event_id, SignUp.holds)
    return dict(session.execute(query.group_by(SignUp.regency)).all())


def _count_anew(session: Session, event_id: int, wanted: Mapping[str, int]) -> None:
    """Write down in which share each place is counted now."""
    own = [name for name in wanted if name != OTHERS]
    share: sa.ColumnElement[Any] = sa.literal(OTHERS) if wanted else sa.null()
    if own:
        share = sa.case((SignUp.regency.in_(own), SignUp.regency), else_=sa.literal(OTHERS))
    change = sa.update(SignUp).where(SignUp.event_id == event_id, SignUp.holds).values(share=share)
    session.execute(quietly(change))
