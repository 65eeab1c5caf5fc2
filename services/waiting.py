"""Daftar tunggu: who is served before whom, and which number a person is told.

The rule: **a free place is given to somebody only if, were everybody ahead served first, it would still be free.**
Ahead are those on the waiting list, and those an officer is looking at (they were promised that nobody overtakes them
while they wait for us), by the time they joined the queue. So a newcomer never overtakes, and no place stands empty for
a person whose own kab/kota is full. Those who still owe us something (a NIB) keep their queue time but hold up nobody.

A place that is free is *offered* to the first on the list whom both quotas allow. It is theirs until they answer, so
they are not ahead of anybody meanwhile. Who skips an offer, or does not answer it, keeps queue time and number, but
**rests**, and holds up nobody while they do: after the first skip until one more place has become free, after the
second in a row until two more have, and so on; after silence until they say that they still want a place. When nobody
else can take it, those who rest are asked too, in their order, about a place that became free after they rested, or
that is still free after `AGAIN`. So who always skips delays nobody for long, and nobody is forgotten.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import Application, Offer, OfferState, Place, Programme, Session, Stage
from services import programmes
from services.places import Limit

AHEAD = (Stage.WAITING, Stage.REVIEW)
AGAIN = dt.timedelta(days=14)
PAGE = 100


@dataclass(frozen=True, slots=True)
class Room:
    """Places free now: in all, and in each kab/kota that has a quota of its own."""

    left: int
    regencies: Mapping[str | None, int]


def stands_in_the_way(room: Room, ahead: Mapping[str | None, int], regency: str | None) -> Limit | None:
    """Which limit leaves nothing for the next one of this kab/kota, once those ahead are served; None if none does.

    Of those ahead in one kab/kota, no more can be served than places are free there.
    """
    own = room.regencies.get(regency)
    if room.left <= 0:
        return Limit.PROGRAMME
    if own is not None and own <= ahead.get(regency, 0):
        return Limit.REGENCY
    served = sum(min(count, max(room.regencies.get(each, count), 0)) for each, count in ahead.items())
    return Limit.PROGRAMME if room.left <= served else None


def bound_by(session: Session, programme: Programme, application: Application) -> Limit | None:
    """What keeps this application from a place now; None if it may take one. The programme must be locked."""
    if session.scalars(sa.select(Place.id).where(_held(application.id))).first() is not None:
        return None  # it was offered one, and is still to answer
    room = room_of(session, programme.id)
    full = stands_in_the_way(room, {}, application.regency)
    if full is not None:
        return full  # the usual answer once a programme is full, and no queue need be counted for it
    query = (
        sa.select(Application.regency, sa.func.count())
        .where(Application.programme_id == programme.id, _ahead(), _before(application))
        .group_by(Application.regency)
    )
    ahead = dict(session.execute(query).all())
    return stands_in_the_way(room, ahead, application.regency)


def room_of(session: Session, programme_id: int) -> Room:
    """What is free now."""
    programme = programmes.refreshed(session, programme_id)
    allocations = programmes.allocations(session, programme_id)
    return Room(programme.quota - programme.taken, {r: a.quota - a.taken for r, a in allocations.items()})


def turns(session: Session, programme_id: int, now: dt.datetime) -> Iterator[Application]:
    """Those on the waiting list whose turn it is for what is free now, in order, each as if those before took theirs.

    Who holds an offered place is passed over, and those who rest come last. What waits for an officer's look keeps the
    place it may need.
    """
    room = room_of(session, programme_id)
    left, own = room.left, dict(room.regencies)
    for condition in (_ahead(), sa.and_(Application.stage == Stage.WAITING, ~_holds(), _may_be_asked_again(now))):
        last: Application | None = None
        while left > 0 and (page := _page(session, programme_id, condition, own, last)):
            for last in page:
                if left <= 0 or own.get(last.regency, 1) <= 0:
                    continue
                left -= 1
                if last.regency in own:
                    own[last.regency] -= 1
                if last.stage is Stage.WAITING:
                    yield last


def _page(
    session: Session,
    programme_id: int,
    condition: sa.ColumnElement[bool],
    own: Mapping[str | None, int],
    last: Application | None,
) -> list[Application]:
    full = [regency for regency, left in own.items() if left <= 0]
    query = sa.select(Application).where(Application.programme_id == programme_id, condition)
    if full:
        query = query.where(sa.or_(Application.regency.is_(None), Application.regency.not_in(full)))
    if last is not None:
        query = query.where(_after(last))
    query = query.order_by(Application.queued_at, Application.id).limit(PAGE)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _ahead() -> sa.ColumnElement[bool]:
    """Those who stand before whoever comes after them."""
    return sa.and_(Application.stage.in_(AHEAD), ~_holds(), ~_rests())


def _held(application_id: sa.ColumnElement[int] | int) -> sa.ColumnElement[bool]:
    return sa.and_(Place.application_id == application_id, Place.released_at.is_(None))


def _holds() -> sa.ColumnElement[bool]:
    return sa.exists(sa.select(Place.id).where(_held(Application.id.expression)))


def _rests() -> sa.ColumnElement[bool]:
    """Its last offer was skipped or not answered, and nothing has come since to wake it."""
    skipped = sa.and_(Offer.state == OfferState.SKIPPED, Offer.freed + Offer.skips > Programme.freed)
    return _last_offer(sa.or_(Offer.state == OfferState.EXPIRED, skipped))


def _may_be_asked_again(now: dt.datetime) -> sa.ColumnElement[bool]:
    """It rests, and a place became free since; or it has rested for long."""
    untaken = Offer.state.in_((OfferState.SKIPPED, OfferState.EXPIRED))
    since = sa.func.coalesce(Offer.answered_at, Offer.deadline, type_=Offer.deadline.type)
    fresh = sa.or_(Programme.freed > Offer.freed, since <= now - AGAIN)
    return sa.and_(_rests(), _last_offer(sa.and_(untaken, fresh)))


def _last_offer(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    newer = aliased(Offer)
    later = sa.exists(sa.select(newer.id).where(newer.application_id == Offer.application_id, newer.id > Offer.id))
    mine = sa.and_(Offer.application_id == Application.id, Offer.offered_at >= Application.queued_at)
    query = sa.select(Offer.id).join(Programme, Programme.id == Offer.programme_id)
    return sa.exists(query.where(mine, Offer.still_at.is_(None), condition, ~later).correlate(Application))


def position(session: Session, application: Application) -> int | None:
    """The number on the waiting list, or among those interested in the same kab/kota; from 1. None elsewhere.

    A waiting list is that of a kab/kota with a quota of its own, or the one of all others, whom the total alone binds.
    """
    line = _line(session, application)
    return None if line is None else _count(session, sa.and_(line, _before(application))) + 1


def length(session: Session, application: Application) -> int | None:
    """How many stand on the list in which `position` counts."""
    line = _line(session, application)
    return None if line is None else _count(session, line)


def _line(session: Session, application: Application) -> sa.ColumnElement[bool] | None:
    same = sa.and_(Application.programme_id == application.programme_id, Application.stage == application.stage)
    if application.stage is Stage.INTEREST:
        return sa.and_(same, Application.regency == application.regency)
    if application.stage is not Stage.WAITING:
        return None
    bound = [regency for regency in programmes.allocations(session, application.programme_id) if regency]
    if application.regency in bound:
        return sa.and_(same, Application.regency == application.regency)
    return sa.and_(same, sa.or_(Application.regency.is_(None), Application.regency.not_in(bound)))


def _before(application: Application) -> sa.ColumnElement[bool]:
    earlier = Application.queued_at < application.queued_at
    return sa.or_(earlier, sa.and_(Application.queued_at == application.queued_at, Application.id < application.id))


def _after(application: Application) -> sa.ColumnElement[bool]:
    later = Application.queued_at > application.queued_at
    return sa.or_(later, sa.and_(Application.queued_at == application.queued_at, Application.id > application.id))


def _count(session: Session, condition: sa.ColumnElement[bool]) -> int:
    return session.execute(sa.select(sa.func.count()).select_from(Application).where(condition)).scalar_one()
