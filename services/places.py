"""A place in a programme: given to one business, never one more than there are."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from models import Allocation, Offer, OfferState, Place, Programme, Session
from models.prepared import Prepared
from services import programmes
from services.inserting import insert_unless_there, quietly


class Limit(StrEnum):
    """Which quota stands in the way."""

    PROGRAMME = "programme"
    REGENCY = "regency"


@dataclass(frozen=True, slots=True)
class Full:
    """No place is left, and where."""

    limit: Limit


@dataclass(frozen=True, slots=True)
class Taken:
    """This NIB (or this application) holds a place of the programme already."""

    application_id: int  # who holds it


def claim(
    session: Session, *, programme_id: int, application_id: int, regency: str | None, nib: str | None, now: dt.datetime
) -> Place | Full | Taken:
    """Take one place, if both quotas allow it and the NIB holds none; otherwise nothing is changed.

    Never a read and then a write: "one more, if there is still one" is a single statement, and PostgreSQL looks at the
    row again after it had to wait for it. The order is the written one, programme before allocation, and what was
    taken first is given back in the same transaction, so nobody ever sees the half of it.
    """
    if not _take_of_total(session, programme_id):
        return Full(Limit.PROGRAMME)
    counted = _take_of_regency(session, programme_id, regency)
    if counted is False:
        _give_back_total(session, programme_id)
        return Full(Limit.REGENCY)
    values = {"application_id": application_id, "nib": nib, "claimed_at": now}
    here = {"programme_id": programme_id, "regency": regency}
    place_id = insert_unless_there(session, Place, values | here)
    if place_id is None:
        _give_back(session, programme_id, regency)
        return Taken(_holder(session, programme_id, application_id, nib))
    return session.get_one(Place, place_id)


def release(session: Session, place: Place, now: dt.datetime) -> bool:
    """Give a place back; False if it was given back before.

    A place of which somebody only had the offer is passed on; any other has become free, and is counted as such. The
    programme is locked first, as in `claim`: the other way round a claim of the same NIB would wait for this
    transaction and this one for it.
    """
    programmes.lock(session, place.programme_id)
    change = sa.update(Place).where(Place.id == place.id, Place.released_at.is_(None)).values(released_at=now)
    if session.execute(change.returning(Place.id)).first() is None:
        return False
    _give_back(session, place.programme_id, place.regency)
    if session.scalars(sa.select(Offer.id).where(_offered(place.application_id))).first() is None:
        session.execute(quietly(sa.update(Programme).where(Programme.id == place.programme_id).values(freed=_MORE)))
    return True


_MORE = Programme.freed + 1


def _offered(application_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(Offer.application_id == application_id, Offer.state == OfferState.OPEN)


_LEFT = Prepared(sa.select(Programme.quota - Programme.taken).where(Programme.id == sa.bindparam("it")))


def left(session: Session, programme_id: int) -> int:
    """Places still free in a programme, by what statements have counted: a row loaded earlier would not know."""
    ((free,),) = _LEFT.rows(session, {"it": programme_id})
    return int(free)


def held_by(session: Session, application_id: int) -> Place | None:
    """The place an application holds now."""
    query = sa.select(Place).where(Place.application_id == application_id, Place.released_at.is_(None))
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _take_of_total(session: Session, programme_id: int) -> bool:
    change = sa.update(Programme).where(Programme.id == programme_id, Programme.taken < Programme.quota)
    return _did(session, change.values(taken=Programme.taken + 1).returning(Programme.id))


def _take_of_regency(session: Session, programme_id: int, regency: str | None) -> bool | None:
    """True: taken. False: full. None: this kab/kota has no quota of its own."""
    here = sa.and_(Allocation.programme_id == programme_id, Allocation.regency == regency)
    change = sa.update(Allocation).where(here, Allocation.taken < Allocation.quota)
    if _did(session, change.values(taken=Allocation.taken + 1).returning(Allocation.regency)):
        return True
    return False if session.execute(sa.select(Allocation.regency).where(here)).first() else None


def _give_back(session: Session, programme_id: int, regency: str | None) -> None:
    _give_back_total(session, programme_id)
    here = sa.and_(Allocation.programme_id == programme_id, Allocation.regency == regency)
    session.execute(quietly(sa.update(Allocation).where(here).values(taken=Allocation.taken - 1)))


def _give_back_total(session: Session, programme_id: int) -> None:
    change = sa.update(Programme).where(Programme.id == programme_id).values(taken=Programme.taken - 1)
    session.execute(quietly(change))


def _did(session: Session, change: sa.UpdateBase) -> bool:
    return session.execute(quietly(change)).first() is not None


def _holder(session: Session, programme_id: int, application_id: int, nib: str | None) -> int:
    held = sa.and_(Place.programme_id == programme_id, Place.released_at.is_(None))
    same = Place.application_id == application_id
    if nib is not None:
        same = sa.or_(same, Place.nib == nib)
    return session.scalars(sa.select(Place.application_id).where(held, same).limit(1)).one()
