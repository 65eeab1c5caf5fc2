"""Is a demo here? Asked at every start; who only asks loads nothing of what fills one."""

from dataclasses import dataclass, replace

import sqlalchemy as sa

from models import Contact, Event, Person, Session, Staff
from services import programmes
from services.programmes import ProgrammeSpec

PREFIX = "contoh."  # every account of a demo signs in with a name that begins so
PEOPLE = 200
MOST = 20_000


class RealPeople(Exception):
    """Somebody who is not invented is in this database: a demo is never mixed with them."""


@dataclass(frozen=True, slots=True)
class Filled:
    """How much there is now. `new` False: it was there before, and nothing was changed."""

    people: int
    new: bool


def present(session: Session) -> bool:
    """Whether a demo is in this database."""
    return session.execute(sa.select(sa.or_(*_any(Person.demo.is_(True), Contact.demo.is_(True))))).scalar_one()


def real_people(session: Session) -> bool:
    """Whether the database knows anybody, or has anything arranged, that is not of a demo."""
    ours = Staff.name.startswith(PREFIX, autoescape=True)
    arranged = Event.created_by.startswith(PREFIX, autoescape=True)
    return session.execute(
        sa.select(sa.or_(*_any(Person.demo.is_(False), Contact.demo.is_(False), ~ours, ~arranged)))
    ).scalar_one()


def _any(*conditions: sa.ColumnElement[bool]) -> list[sa.ColumnElement[bool]]:
    return [sa.exists(sa.select(sa.literal(1)).where(condition)) for condition in conditions]


def keep_quotas(session: Session, programme: ProgrammeSpec) -> ProgrammeSpec:
    """While a demo is there, its places per kab/kota stand where the settings say none."""
    if programme.allocations or not present(session):
        return programme
    known = programmes.allocations(session, programmes.by_code(session, programme.code).id)
    return replace(programme, allocations={code: row.quota for code, row in known.items() if code})
