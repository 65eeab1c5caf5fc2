"""Daftar tunggu: who is served before whom, and which number a person is told.

The rule: **a free place is given to somebody only if, were everybody ahead served first, it would still be free.**
Ahead are those on the waiting list, and those an officer is looking at (they were promised that nobody overtakes them
while they wait for us), by the time they joined the queue. So a newcomer never overtakes, and no place stands empty for
a person whose own kab/kota is full. Those who still owe us something (a NIB) keep their queue time but hold up nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from models import Application, Programme, Session, Stage
from services import programmes
from services.places import Limit

AHEAD = (Stage.WAITING, Stage.REVIEW)


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
    allocations = programmes.allocations(session, programme.id)
    room = Room(programme.quota - programme.taken, {r: a.quota - a.taken for r, a in allocations.items()})
    full = stands_in_the_way(room, {}, application.regency)
    if full is not None:
        return full  # the usual answer once a programme is full, and no queue need be counted for it
    query = (
        sa.select(Application.regency, sa.func.count())
        .where(Application.programme_id == programme.id, Application.stage.in_(AHEAD), _before(application))
        .group_by(Application.regency)
    )
    ahead = dict(session.execute(query).all())
    return stands_in_the_way(room, ahead, application.regency)


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


def _count(session: Session, condition: sa.ColumnElement[bool]) -> int:
    return session.execute(sa.select(sa.func.count()).select_from(Application).where(condition)).scalar_one()
