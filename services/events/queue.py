"""Daftar tunggu acara: who is next, which number one has, and freed places offered in that order.

The order: who has let fewer offers pass comes first, then who came first. So a newcomer never overtakes, nobody is
skipped, and somebody who does not answer delays the others by one offer only and is asked again when all were.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from models import Event, EventState, Session, SignUp, SignUpState
from services.calendar import Calendar, Purpose, may_send
from services.events import rules, seating
from services.events.seating import Seats
from services.waiting import stands_in_the_way

PAGE = 100
AHEAD = (SignUpState.WAITING, SignUpState.OFFERED)


def may_take(
    session: Session, event: Event, regency: str | None, *, invited: bool, calendar: Calendar, now: dt.datetime
) -> bool:
    """Whether a newcomer may have a place at once. The event must be locked.

    Near the start nothing is offered any more, and a free place belongs to whoever asks for it.
    """
    seating.release_shares(session, event, now)
    seats = seating.seats(session, event, now)
    if seats.left(regency, invited=invited) <= 0:
        return False
    if invited and seating.kept(event, now) > 0:
        return True  # it is one of those kept for them
    if rules.offer_deadline(now, event.starts_at, calendar) is None:
        return True
    return stands_in_the_way(seats.room, _ahead(session, event.id, seats), seats.share(regency)) is None


def _ahead(session: Session, event_id: int, seats: Seats) -> dict[str | None, int]:
    query = sa.select(SignUp.regency, sa.func.count()).where(
        SignUp.event_id == event_id, SignUp.state == SignUpState.WAITING
    )
    ahead: dict[str | None, int] = {}
    for regency, count in session.execute(query.group_by(SignUp.regency)).all():
        share = seats.share(regency)
        ahead[share] = ahead.get(share, 0) + count
    return ahead


def position(session: Session, event: Event, row: SignUp) -> int | None:
    """The number on the waiting list, from 1; None for somebody who does not wait."""
    if row.state is not SignUpState.WAITING:
        return None
    return _count(session, event.id, _before(row.rounds, row.id)) + 1


def bound_by_share(session: Session, event: Event, row: SignUp, now: dt.datetime) -> bool:
    """Whether places are left, and only those of other kab/kota, until these are opened to all."""
    seats = seating.seats(session, event, now)
    return event.regions_until is not None and seats.room.left > 0 and seats.left(row.regency) <= 0


def length(session: Session, event_id: int) -> int:
    """How many wait."""
    return _count(session, event_id, sa.true())


def _before(rounds: int, sign_up_id: int) -> sa.ColumnElement[bool]:
    earlier = sa.and_(SignUp.rounds == rounds, SignUp.id < sign_up_id)
    return sa.or_(SignUp.rounds < rounds, earlier)


def _count(session: Session, event_id: int, condition: sa.ColumnElement[bool]) -> int:
    waits = sa.and_(SignUp.event_id == event_id, SignUp.state == SignUpState.WAITING)
    return session.execute(sa.select(sa.func.count()).select_from(SignUp).where(waits, condition)).scalar_one()


# --- offers: called by the heartbeat, which writes the messages


def events_to_look_at(session: Session, now: dt.datetime) -> list[int]:
    """Open events at which somebody waits or was offered a place."""
    waits = sa.exists(sa.select(SignUp.id).where(SignUp.event_id == Event.id, SignUp.state.in_(AHEAD)))
    query = sa.select(Event.id).where(Event.state == EventState.OPEN, Event.ends_at > now, waits)
    return list(session.scalars(query.order_by(Event.id)))


def lapse(session: Session, event: Event, now: dt.datetime, limit: int) -> list[SignUp]:
    """End the offers whose time is over: back on the list, behind those who were not asked yet. The event is locked."""
    late = sa.and_(SignUp.event_id == event.id, SignUp.state == SignUpState.OFFERED, SignUp.offer_until <= now)
    query = sa.select(SignUp).where(late).order_by(SignUp.offer_until, SignUp.id).limit(limit)
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    for row in rows:
        seating.free(session, event, row, SignUpState.WAITING, now)
        row.rounds += 1
        session.flush()
    return list(rows)


def offer(session: Session, event: Event, calendar: Calendar, now: dt.datetime, limit: int) -> list[SignUp]:
    """Hold a free place for whose turn it is, until they answer. By night, and near the start, nothing is offered."""
    until = rules.offer_deadline(now, event.starts_at, calendar)
    if event.state is not EventState.OPEN or until is None or not may_send(Purpose.REMINDER, now, calendar):
        return []
    made: list[SignUp] = []
    for row in _turns(session, event, now):
        if len(made) >= limit:
            break
        held = seating.take(session, event, row.regency, invited=row.invited, now=now)
        if held is None:
            continue
        row.state, row.holds, row.share = SignUpState.OFFERED, True, held.share(row.regency)
        row.offer_until, row.changed_at = until, now
        session.flush()
        made.append(row)
    return made


def _turns(session: Session, event: Event, now: dt.datetime) -> Iterator[SignUp]:
    """Those who wait, in order, as long as anything is free for anybody."""
    last: tuple[int, int] | None = None
    while seating.seats(session, event, now).for_invited > 0 and (page := _page(session, event.id, last)):
        last = (page[-1].rounds, page[-1].id)
        for row in page:
            if seating.seats(session, event, now).left(row.regency, invited=row.invited) > 0:
                yield row


def _page(session: Session, event_id: int, last: tuple[int, int] | None) -> Sequence[SignUp]:
    query = sa.select(SignUp).where(SignUp.event_id == event_id, SignUp.state == SignUpState.WAITING)
    if last is not None:
        later = sa.and_(SignUp.rounds == last[0], SignUp.id > last[1])
        query = query.where(sa.or_(SignUp.rounds > last[0], later))
    query = query.order_by(SignUp.rounds, SignUp.id).limit(PAGE)
    return session.scalars(query.execution_options(populate_existing=True)).all()
