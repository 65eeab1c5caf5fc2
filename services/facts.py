"""Fakta program: fees, dates and caps with their source, read by owners only once the office vouches for them.

The settings hold the first value of each; what staff say of one is nearer, kept as a row, and replaced, never removed.
The running program reads them every half minute. Nobody is held to what was said when they began: each answer says
what is confirmed at that moment.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import sqlalchemy as sa

from models import FactEntry, Session
from services import audit
from services.inserting import insert_unless_there, quietly
from services.masking import Plain
from services.office import Fact, Office
from services.refusing import Refusal
from services.staff import Actor, Right, demand

LONGEST_VALUE, LONGEST_SOURCE = 500, 300


class Why(StrEnum):
    """Why a fact stays as it is."""

    UNKNOWN = "unknown"  # no text asks for it and no setting has it
    EMPTY = "empty"  # there is no value to vouch for
    VALUE = "value"
    SOURCE = "source"
    LATER = "later"  # the source would be of a day to come
    SAME = "same"
    CHANGED = "changed"  # somebody said something else meanwhile


class NotSaid(Refusal[Why]):
    """The fact stays as it is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One fact. `fact` None: a text waits for it and nobody has given it a value."""

    name: str
    fact: Fact | None


def reason_against(wanted: Fact, today: dt.date) -> Why | None:
    """Why it would make no sense, whatever was said before."""
    if not 0 < len(wanted.value.strip()) <= LONGEST_VALUE:
        return Why.VALUE
    if not 0 < len(wanted.source.strip()) <= LONGEST_SOURCE:
        return Why.SOURCE
    return Why.LATER if wanted.as_of > today else None


def joined(session: Session, office: Office) -> Office:
    """The office of the settings with what staff have said."""
    live = session.scalars(sa.select(FactEntry).where(FactEntry.replaced_at.is_(None)))
    said = {row.name: _fact(row) for row in live}
    return replace(office, facts={**office.facts, **said}) if said else office


def listed(session: Session, actor: Actor, office: Office, asked_for: Iterable[str] = ()) -> list[Line]:
    """Every fact as it is now, those that owners do not see yet first. `asked_for`: those that texts wait for."""
    demand(actor, Right.SEE)
    now = joined(session, office).facts
    lines = [Line(name, now.get(name)) for name in sorted({*now, *asked_for})]
    return sorted(lines, key=lambda line: line.fact is not None and line.fact.confirmed)


def past(session: Session, actor: Actor, name: str, most: int = 20) -> list[FactEntry]:
    """What staff have said of a fact, the newest first."""
    demand(actor, Right.SEE)
    query = sa.select(FactEntry).where(FactEntry.name == name).order_by(FactEntry.id.desc())
    return list(session.scalars(query.limit(most)))


def confirm(session: Session, actor: Actor, name: str, seen: int, *, office: Office, now: dt.datetime) -> None:
    """Vouch for a fact as it stands (`seen`: its entry). Raises Forbidden, NotSaid."""
    demand(actor, Right.PROGRAMME)
    _say(session, actor, name, replace(_given(session, name, office), confirmed=True), seen, office, now)


def withdraw(session: Session, actor: Actor, name: str, seen: int, *, office: Office, now: dt.datetime) -> None:
    """Vouch for it no longer: owners do not read it until somebody does. Raises Forbidden, NotSaid."""
    demand(actor, Right.PROGRAMME)
    _say(session, actor, name, replace(_given(session, name, office), confirmed=False), seen, office, now)


def correct(
    session: Session, actor: Actor, name: str, wanted: Fact, seen: int, *, known: Iterable[str] = (), office: Office,
    now: dt.datetime,
) -> None:  # fmt: skip
    """Give a fact another value or source, vouched for or not. `known`: names that texts wait for.

    Raises Forbidden, NotSaid.
    """
    demand(actor, Right.PROGRAMME)
    if name not in joined(session, office).facts and name not in set(known):
        raise NotSaid(Why.UNKNOWN)
    _say(session, actor, name, wanted, seen, office, now)


def _given(session: Session, name: str, office: Office) -> Fact:
    found = joined(session, office).facts.get(name)
    if found is None:
        raise NotSaid(Why.EMPTY)
    return found


def _say(session: Session, actor: Actor, name: str, wanted: Fact, seen: int, office: Office, now: dt.datetime) -> None:
    why = reason_against(wanted, office.local_day(now))
    if why is not None:
        raise NotSaid(why)
    before = joined(session, office).facts.get(name)
    if (before.entry if before else 0) != seen:
        raise NotSaid(Why.CHANGED)
    if before is not None and _words(before) == _words(wanted):
        raise NotSaid(Why.SAME)
    _replace(session, actor, name, wanted, seen, now)
    act = "fact.corrected"
    if before is not None and _words(before)[:3] == _words(wanted)[:3]:
        act = "fact.confirmed" if wanted.confirmed else "fact.withdrawn"
    audit.note(
        session, actor, act, f"fact:{name}", before=_told(before) if before else None, after=_told(wanted), now=now
    )


def _replace(session: Session, actor: Actor, name: str, wanted: Fact, seen: int, now: dt.datetime) -> None:
    """Of two at the same moment one replaces what was seen, the other finds it replaced."""
    if seen:
        live = sa.and_(FactEntry.id == seen, FactEntry.replaced_at.is_(None))
        change = sa.update(FactEntry).where(live).values(replaced_at=now).returning(FactEntry.id)
        if session.execute(quietly(change)).first() is None:
            raise NotSaid(Why.CHANGED)
    value, source, as_of, confirmed = _words(wanted)
    values = {"name": name, "value": value, "source": source, "as_of": as_of, "confirmed": confirmed}
    if insert_unless_there(session, FactEntry, {**values, "by": actor.name, "at": now}) is None:
        raise NotSaid(Why.CHANGED)


def _words(fact: Fact) -> tuple[str, str, dt.date, bool]:
    return fact.value.strip(), fact.source.strip(), fact.as_of, fact.confirmed


def _fact(row: FactEntry) -> Fact:
    return Fact(row.value, row.source, row.as_of, row.confirmed, row.by, row.at, row.id)


def _told(fact: Fact) -> dict[str, object]:
    """The office's own words, nobody's data."""
    return {
        "value": Plain(fact.value), "source": Plain(fact.source), "as_of": fact.as_of, "confirmed": fact.confirmed,
    }  # fmt: skip
