"""A business and its owner: kept once, and pointed out to an officer where two may be one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound

from models import Business, LikelyDouble, Media, Person, Session
from models.likeness import plain
from models.prepared import Prepared
from services.inserting import insert_all


@dataclass(frozen=True, slots=True)
class NewBusiness:
    """A business as it was told in a chat. None: not known yet."""

    person_id: int  # who tells: the owner, or a helper
    by_helper: bool
    owner_name: str
    name: str
    regency: str | None  # "36.02"
    district: str | None  # "36.02.14"
    village: str | None
    address: str | None
    phone: str | None  # the owner's own WhatsApp number, E.164
    nib: str | None  # 13 digits
    product_kind: str | None
    products: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()  # for the ladder: pirt, brand …


def why_double(one: Business, other: "Business | _Compared") -> str | None:
    """The strongest sign that two records are one business: "nib", "phone", "name", "address", or None.

    A helper's own phone may carry several businesses, so one phone says something only between two people.
    """
    near = one.district is not None and one.district == other.district
    if one.nib and one.nib == other.nib:
        return "nib"
    if one.phone and one.phone == other.phone and one.person_id != other.person_id:
        return "phone"
    if near and one.name_key and one.name_key == other.name_key:
        return "name"
    if near and one.place_key and one.place_key == other.place_key:
        return "address"
    return None


def add(session: Session, new: NewBusiness, now: dt.datetime) -> Business:
    """Keep a business, and note which others it may be. Nobody is refused for being a double."""
    values = asdict(new) | {"products": list(new.products), "papers": list(new.papers)}
    business = Business(**values, helper_id=new.person_id if new.by_helper else None, created_at=now)
    session.add(business)
    session.flush()
    likely_doubles(session, business, now)
    return business


class _Told(NamedTuple):
    """By what a business is known again."""

    id: int
    owner_name: str
    name: str
    regency: str | None
    district: str | None
    nib: str | None


_THEIRS = Prepared(
    sa.select(*(getattr(Business, name) for name in _Told._fields))
    .where(sa.or_(Business.person_id == sa.bindparam("who"), Business.helper_id == sa.bindparam("who")))
    .order_by(Business.id)
)


def told_again(session: Session, new: NewBusiness) -> int | None:
    """The business this person has told us of before: same owner, same name, same place, and no other NIB.

    Whoever sends the last answer twice, or goes through it all again, does not make a second business.
    """
    theirs = (_Told(*row) for row in _THEIRS.rows(session, {"who": new.person_id}))
    return next((known.id for known in theirs if _same(known, new)), None)


def _same(known: _Told, new: NewBusiness) -> bool:
    place = (known.regency, known.district) == (new.regency, new.district)
    owner = plain(known.owner_name) == plain(new.owner_name)
    nib = known.nib == new.nib or not (known.nib and new.nib)
    return place and owner and nib and plain(known.name) == plain(new.name)


def tell(session: Session, business: Business, new: NewBusiness) -> None:
    """What was told again, or told more exactly, stands; what was not told this time is kept.

    What an owner has confirmed, a helper changes no more.
    """
    if business.owner_confirmed_at is not None and business.person_id != new.person_id:
        return
    told = asdict(new) | {"products": list(new.products), "papers": list(new.papers)}
    for name in set(told) - {"person_id", "by_helper"}:
        if told[name]:
            setattr(business, name, told[name])
    session.flush()


def likely_doubles(session: Session, business: Business, now: dt.datetime) -> list[tuple[int, str]]:
    """The other businesses this one may be, `(id, because)`, each pair noted once for an officer."""
    found = [(other.id, because) for other in _alike(session, business) if (because := why_double(business, other))]
    note_doubles(session, business.id, found, now)
    return found


class _Compared(NamedTuple):
    """What two businesses are compared by."""

    id: int
    nib: str | None
    phone: str | None
    person_id: int
    district: str | None
    name_key: str | None
    place_key: str | None


_COMPARED = sa.select(*(getattr(Business, name) for name in _Compared._fields)).where(Business.id != sa.bindparam("it"))
# Each sign by its own index: one condition with OR would read a whole kecamatan on the way.
_SIGNS: Mapping[str, sa.Select[Any]] = {
    "nib": _COMPARED.where(Business.nib == sa.bindparam("nib")),
    "phone": _COMPARED.where(Business.phone == sa.bindparam("phone")),
    "name_key": _COMPARED.where(
        Business.district == sa.bindparam("district"), Business.name_key == sa.bindparam("name_key")
    ),
    "place_key": _COMPARED.where(
        Business.district == sa.bindparam("district"), Business.place_key == sa.bindparam("place_key")
    ),
}
_NEAR = frozenset({"name_key", "place_key"})  # these say something within one kecamatan only


@lru_cache(maxsize=16)
def _by(signs: tuple[str, ...]) -> Prepared:
    return Prepared(sa.union(*(_SIGNS[sign] for sign in signs)).order_by("id"))


def _alike(session: Session, business: Business) -> Sequence[_Compared]:
    """Whoever shares a NIB, a number, or within the kecamatan a name or a place."""
    told = {sign: getattr(business, sign) for sign in _SIGNS if sign not in _NEAR or business.district}
    given = {sign: value for sign, value in told.items() if value}
    if not given:
        return []
    rows = _by(tuple(given)).rows(session, {**given, "it": business.id, "district": business.district})
    return [_Compared(*row) for row in rows]


def note_doubles(session: Session, business_id: int, found: Sequence[tuple[int, str]], now: dt.datetime) -> None:
    """Put pairs before an officer: the business beside each other one, `(id, because)`. A pair known for a weaker sign
    is opened again by its NIB, unless an officer has settled it. One stall of a market hall has a hundred neighbours at
    its address, so all are read and written at once."""
    if not found:
        return
    known = _known_pairs(session, business_id)
    for other_id, because in found:
        pair = known.get(other_id)
        if pair is not None and because == "nib" != pair.because and pair.verdict is None:
            pair.because, pair.at, pair.settled_at = because, now, None
    new = [
        {"business_id": business_id, "other_id": other_id, "because": because, "at": now}
        for other_id, because in found
        if other_id not in known
    ]
    if new:
        insert_all(session, LikelyDouble, new, ["business_id", "other_id"])


def _known_pairs(session: Session, business_id: int) -> dict[int, LikelyDouble]:
    """The pairs this business is in, by the other one."""
    mine = sa.or_(LikelyDouble.business_id == business_id, LikelyDouble.other_id == business_id)
    pairs = session.scalars(sa.select(LikelyDouble).where(mine))
    return {pair.other_id if pair.business_id == business_id else pair.business_id: pair for pair in pairs}


def lock(session: Session, business_id: int) -> Business:
    """The business, ours until the transaction ends; its person is locked before it."""
    person_id = session.scalars(sa.select(Business.person_id).where(Business.id == business_id)).one()
    lock_person(session, person_id)
    query = sa.select(Business).where(Business.id == business_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


_LOCK_PERSON = Prepared(sa.select(Person.id).where(Person.id == sa.bindparam("it")).with_for_update(key_share=True))


def lock_person(session: Session, person_id: int) -> None:
    """Two chats of one person take turns. Raises NoResultFound for somebody who gave no consent."""
    if not _LOCK_PERSON.rows(session, {"it": person_id}):
        raise NoResultFound


def get(session: Session, business_id: int) -> Business:
    """A business as it stands. Raises NoResultFound."""
    return session.get_one(Business, business_id, populate_existing=True)


def of_person(session: Session, person_id: int) -> list[Business]:
    """The businesses a person told us of, their own and those they help, oldest first."""
    query = sa.select(Business).where(Business.person_id == person_id).order_by(Business.id)
    return list(session.scalars(query))


def update_extras(
    session: Session,
    business_id: int,
    *,
    brand: str | None = None,
    workers: int | None = None,
    email: str | None = None,
    photo_media_id: int | None = None,
) -> None:
    """What may be told after the place is given. None leaves what is known as it is."""
    told = {"brand": brand, "workers": workers, "email": email.lower() if email else None}
    business = session.get_one(Business, business_id)
    for name, value in told.items():
        if value is not None:
            setattr(business, name, value)
    if photo_media_id is not None:
        session.execute(sa.update(Media).where(Media.id == photo_media_id).values(business_id=business_id))
    session.flush()
