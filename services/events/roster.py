"""Daftar di pintu: who is expected, found by a name or by four digits; how many came; and the list to be signed."""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from models import ACTIVE, Business, Event, Person, Session, SignUp, SignUpState
from services import audit, regions
from services.events import attending, seating
from services.staff import Actor, Right, demand_for

FOUR = re.compile(r"[0-9]{4}")
TAIL = 4  # digits of a number that are shown and searched for: the rest stays with us
MARKED = 16  # letters of a card's mark


@dataclass(frozen=True, slots=True)
class Guest:
    """One line at the door. `tail`: the last digits of their number; `mark`: by which a phone knows their card."""

    id: int
    name: str
    business: str
    regency: str  # "Kab. Serang", "" where nobody said
    state: SignUpState
    digits: str
    tail: str
    mark: str
    stand_in: str | None
    late: bool  # said so
    walk_in: bool
    attended_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How the hall fills. `free`: places nobody holds."""

    came: int
    expected: int  # with a place, and everybody who came
    walk_ins: int
    free: int


# --- the rules


def mark(token: str) -> str:
    """What a card is known by where its token must not lie about: a hash, and only a part of it."""
    return hashlib.sha256(token.encode()).hexdigest()[:MARKED]


def by_digits(guests: Sequence[Guest], said: str) -> list[Guest]:
    """Everybody whose code, or whose number, ends in these four digits; codes first. More than one: ask for a name."""
    wanted = said.strip()
    if not FOUR.fullmatch(wanted):
        return []
    by_code = [guest for guest in guests if guest.digits.endswith(wanted)]
    return by_code + [guest for guest in guests if guest.tail == wanted and guest not in by_code]


def by_name(guests: Sequence[Guest], said: str) -> list[Guest]:
    """Everybody with all the said beginnings of words in their name, their business's, or who comes instead."""
    wanted = _words(said)
    if not wanted:
        return []
    return [guest for guest in guests if all(any(w.startswith(s) for w in _of(guest)) for s in wanted)]


def _of(guest: Guest) -> list[str]:
    return _words(f"{guest.name} {guest.business} {guest.stand_in or ''}")


def _words(said: str) -> list[str]:
    return re.findall(r"\w+", said.casefold())


# --- reading


def expected(session: Session, actor: Actor, event_id: int) -> list[Guest]:
    """Everybody of an event who is in, was offered a place or waits, by name. Raises Forbidden."""
    attending.may_note(actor, session.get_one(Event, event_id))
    return _guests(session, event_id)


def _guests(session: Session, event_id: int) -> list[Guest]:
    query = sa.select(SignUp, Person.phone, Business.phone).join(Person, Person.id == SignUp.person_id, isouter=True)
    query = query.join(Business, Business.id == SignUp.business_id, isouter=True)
    query = query.where(SignUp.event_id == event_id, SignUp.state.in_(ACTIVE), SignUp.name != "")
    rows = session.execute(
        query.order_by(sa.func.lower(SignUp.name), SignUp.id).execution_options(populate_existing=True)
    )
    return [_guest(row, mine or theirs or "") for row, mine, theirs in rows.all()]


def _guest(row: SignUp, phone: str) -> Guest:
    where = regions.regency(row.regency or "")
    return Guest(
        id=row.id, name=row.name, business=row.business, regency=where.name if where else "", state=row.state,
        digits=row.digits, tail=phone[-TAIL:], mark=mark(row.token), stand_in=row.stand_in, late=row.answer == "late",
        walk_in=row.walk_in, attended_at=row.attended_at,
    )  # fmt: skip


def tally(session: Session, event: Event) -> Tally:
    """How many came, of how many."""
    come = SignUp.state == SignUpState.ATTENDED
    here = sa.and_(SignUp.event_id == event.id, SignUp.state.in_((SignUpState.REGISTERED, SignUpState.ATTENDED)))
    query = sa.select(sa.func.count(), _count(come), _count(sa.and_(come, SignUp.walk_in))).where(here)
    whole, came, guests = session.execute(query).one()
    return Tally(came=int(came), expected=int(whole), walk_ins=int(guests), free=event.capacity - event.taken)


def _count(which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((which, 1), else_=0)), 0)


def sheet(session: Session, actor: Actor, code: str, now: dt.datetime) -> tuple[Event, list[Guest]]:
    """The list to be signed or filed: who has a place, who came. That it was taken out is noted. Raises Forbidden."""
    event = seating.find(session, code)
    demand_for(actor, Right.EXPORT, event.regency)
    guests = [guest for guest in _guests(session, event.id) if guest.state is not SignUpState.WAITING]
    audit.note(
        session, actor, "event.attendance_exported", f"event:{event.code}", after={"count": len(guests)}, now=now
    )
    return event, guests
