"""Siapa yang diundang: businesses we know, by where they are and what they lack, and the people of a list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from models import Application, Business, Session, Stage
from services.contacts.reading import Entry, Wrong
from services.events.inviting import Invitee
from services.sheet_files import Row
from services.staff import Actor, Right, demand, within


@dataclass(frozen=True, slots=True)
class Filter:
    """Which businesses. None: all."""

    regency: str | None = None  # "36.02"
    district: str | None = None  # "36.02.14"
    product_kind: str | None = None
    without_certificate: bool = False


def by_filter(session: Session, actor: Actor, wanted: Filter) -> list[Invitee]:
    """Businesses of ours, as far as the actor works for them, the oldest first. Raises Forbidden."""
    demand(actor, Right.EVENTS, wanted.regency)
    query = sa.select(Business.id).where(Business.name != "", within(actor, Business.regency))
    for column in ("regency", "district", "product_kind"):
        if value := getattr(wanted, column):
            query = query.where(getattr(Business, column) == value)
    if wanted.without_certificate:
        issued = sa.and_(Application.business_id == Business.id, Application.stage == Stage.ISSUED)
        query = query.where(~sa.exists(sa.select(Application.id).where(issued)))
    return [Invitee(business_id=number) for number in session.scalars(query.order_by(Business.id))]


def of_list(rows: Iterable[tuple[Row, Entry | Wrong]]) -> Iterator[Invitee | int]:
    """The people of a list that have a number; else the line that has none, or is wrong."""
    for _, one in rows:
        yield Invitee(phone=one.phone, name=one.name) if isinstance(one, Entry) and one.phone else one.line
