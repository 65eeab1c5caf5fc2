"""People, businesses and programmes for the tests of the office's work."""

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.database import Database
from models import Assessment, Channel, Conversation, Person, Session, Staff
from services import programmes
from services.businesses import NewBusiness
from services.office import Office
from services.programmes import ProgrammeSpec
from services.staff import Actor, Right, Via

NOON = dt.datetime(2026, 11, 24, 5, tzinfo=dt.UTC)  # a Tuesday, 12.00 WIB
OFFICE = Office()
DEWI = Actor("dewi", frozenset(Right), None, Via.COMMAND, shown="Ibu Dewi")  # an officer who may everything
CODE = "halal-2026"

_counter = itertools.count(1)


@contextmanager
def transaction(database: Database | sa.Engine) -> Iterator[Session]:
    """What an edge does: one session, one transaction."""
    engine = database.write_engine if isinstance(database, Database) else database
    with Session(engine) as session, session.begin():
        yield session


def programme(session: Session, **changes: Any) -> int:
    """A programme that is open, for self-declare, with two places unless told otherwise."""
    told: dict[str, Any] = {
        "code": CODE,
        "name": "Fasilitasi Halal Banten 2026",
        "opens_at": NOON - dt.timedelta(days=30),
        "closes_at": NOON + dt.timedelta(days=30),
        "accepts": ("self_declare",),
        "quota": 2,
        "source": "SK Kepala UPTD",
        "as_of": NOON.date(),
    }
    return programmes.ensure(session, ProgrammeSpec(**told | changes))


def person(session: Session, name: str | None = None) -> int:
    """Somebody with consent."""
    row = Person(created_at=NOON, name=name)
    session.add(row)
    session.flush()
    return row.id


def chat(
    session: Session, person_id: int | None = None, channel: Channel = Channel.TELEGRAM, **values: Any
) -> Conversation:
    """A chat of a person, or of somebody who has not agreed yet."""
    given: dict[str, Any] = {
        "address": f"chat-{next(_counter)}",
        "first_at": NOON,
        "last_in_at": NOON,
        "purge_at": None if person_id else NOON + dt.timedelta(days=7),
        "answers": {},
        "view": {},
        "facts": {},
    }
    row = Conversation(channel=channel, person_id=person_id, **given | values)
    session.add(row)
    session.flush()
    return row


def new_business(person_id: int, **changes: Any) -> NewBusiness:
    """A business unlike any other, unless told otherwise."""
    n = next(_counter)
    told: dict[str, Any] = {
        "by_helper": False,
        "owner_name": f"Siti {n}",
        "name": f"Keripik {n}",
        "regency": "36.02",
        "district": "36.02.14",
        "village": f"Desa {n}",
        "address": f"Kp. Baru nomor {n}",
        "phone": f"+62812{n:08d}",
        "nib": f"{n:013d}",
        "product_kind": "food",
        "products": ("Keripik Singkong",),
        "papers": (),
    }
    return NewBusiness(person_id=person_id, **told | changes)


@dataclass(frozen=True)
class Judged:
    """What the rule set says, as far as it matters for a place."""

    scheme: str = "self_declare"
    ended: str | None = None
    officer: tuple[str, ...] = ()
    todos: tuple[str, ...] = ()

    def result(self) -> dict[str, Any]:
        """The record as `services.eligibility` keeps it."""
        return {
            "scheme": self.scheme,
            "ended": self.ended,
            "reasons": [],
            "officer": list(self.officer),
            "todos": list(self.todos),
            "optional": [],
            "notes": [],
            "missing": [],
            "provisional": False,
            "place_waits": False,
            "rule_set": "banten-halal",
            "version": "2026.1",
        }


READY = Judged()
NO_NIB = Judged(todos=("BUTUH_NIB",))
CATERING = Judged(scheme="officer", officer=("KATERING",))
REGULER = Judged(scheme="reguler")
OUTSIDE = Judged(scheme="none", ended="RUJUK_LUAR_WILAYAH")


def assessment(session: Session, person_id: int, judged: Judged = READY, business_id: int | None = None) -> int:
    """A check that was made."""
    row = Assessment(
        person_id=person_id,
        business_id=business_id,
        at=NOON,
        asked_by="owner",
        rule_set="banten-halal",
        version="2026.1",
        said={},
        answers={},
        facts={},
        result=judged.result(),
        scheme=judged.scheme,
    )
    session.add(row)
    session.flush()
    return row.id


def account(
    session: Session, name: str = "dewi", *roles: str, regencies: list[str] | None = None, **values: Any
) -> Staff:
    """Somebody who works here; a verifikator of all of Banten unless told otherwise."""
    given: dict[str, Any] = {"display_name": f"Ibu {name.capitalize()}", "created_at": NOON, **values}
    row = Staff(name=name, roles=list(roles or ("verifikator",)), regencies=regencies, **given)
    session.add(row)
    session.flush()
    return row
