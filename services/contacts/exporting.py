"""Ekspor: everybody the office knows, row by row: businesses with their applications, and contacts from lists."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import Application, Business, Contact, ContactList, PaperConsent, Session, Stage
from services import audit, phones, regions, staff
from services.staff import Actor, Right

PIECE = 2_000  # rows that are held at a time


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. None: all of it; with a stage only who has an application there."""

    regency: str | None = None  # "36.04"
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One business or contact. `source` None: told to the bot by its owner."""

    owner: str
    business: str | None
    regency: str | None
    district: str | None
    village: str | None
    address: str | None
    phone: str | None
    nib: str | None
    products: str
    number: str | None = None
    stage: Stage | None = None
    certificate: str | None = None
    source: str | None = None
    consent: PaperConsent | None = None


def lines(session: Session, actor: Actor, wanted: Wanted) -> Iterator[Line]:
    """Everybody asked for, as far as the actor works for them, by kab/kota. Raises Forbidden at the first one."""
    staff.demand(actor, Right.EXPORT, wanted.regency)
    yield from (_business(row) for row in _stream(session, _businesses(actor, wanted)))
    if wanted.stage is None:
        yield from (_contact(row) for row in _stream(session, _contacts(actor, wanted)))


def note(session: Session, actor: Actor, wanted: Wanted, count: int, now: dt.datetime) -> None:
    """Write down that a list went out: how many rows, and by which filter. Raises Forbidden."""
    staff.demand(actor, Right.EXPORT, wanted.regency)
    said = {"count": count, "regency": wanted.regency, "stage": wanted.stage}
    audit.note(session, actor, "contacts.exported", "contacts", after=said, now=now)


def _stream(session: Session, query: Any) -> Iterator[Any]:
    return iter(session.execute(query.execution_options(yield_per=PIECE)))


def _businesses(actor: Actor, wanted: Wanted) -> Any:
    any_of = aliased(Application)
    newest = sa.select(sa.func.max(any_of.id)).where(any_of.business_id == Business.id).correlate(Business)
    query: Any = sa.select(
        Business.owner_name, Business.name, Business.regency, Business.district, Business.village, Business.address,
        Business.phone, Business.nib, Business.products, Application.number, Application.stage, Application.certificate,
    )  # fmt: skip
    query = query.join(Application, Application.id == newest.scalar_subquery(), isouter=True)
    query = query.where(Business.name != "", staff.within(actor, Business.regency))
    if wanted.regency:
        query = query.where(Business.regency == wanted.regency)
    if wanted.stage:
        query = query.where(Application.stage == wanted.stage)
    return query.order_by(Business.regency, Business.id)


def _contacts(actor: Actor, wanted: Wanted) -> Any:
    query: Any = sa.select(
        Contact.name, Contact.business, Contact.regency, Contact.district, Contact.village, Contact.address,
        Contact.phone, Contact.nib, Contact.product, ContactList.source, Contact.consent,
    )  # fmt: skip
    query = query.join(ContactList, ContactList.id == Contact.list_id)
    query = query.where(Contact.person_id.is_(None), Contact.erased_at.is_(None), staff.within(actor, Contact.regency))
    if wanted.regency:
        query = query.where(Contact.regency == wanted.regency)
    return query.order_by(Contact.regency, Contact.id)


def _business(row: Any) -> Line:
    products = ", ".join(map(str, row[8] or ()))
    return _line(row, products, number=row[9], stage=row[10], certificate=row[11])


def _contact(row: Any) -> Line:
    return _line(row, row[8] or "", source=row[9], consent=row[10])


def _line(row: Any, products: str, **more: Any) -> Line:
    regency, district = regions.regency(row[2] or ""), regions.district(row[3] or "")
    where = (regency.name if regency else None, district.name if district else None)
    return Line(row[0], row[1], *where, row[4], row[5], _phone(row[6]), row[7], products, **more)


def _phone(number: str | None) -> str | None:
    return phones.shown(number) if number and number.startswith("+62") else number
