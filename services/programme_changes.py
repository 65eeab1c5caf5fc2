"""Mengatur program: its dates, ways to a certificate, quotas and target, changed by staff, never below what is taken.

A change is shown with what it would do before it is done (`foreseen`), and done only to the programme that was shown:
of two members of staff the second is told that something changed. From the first change on the settings say nothing of
the programme any more (services/programmes.py, `ensure`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models import Offer, OfferState, Programme, Session
from services import audit, programmes
from services.inserting import quietly
from services.masking import Plain
from services.programme_rules import NotChanged, Short, Wanted, Why, offered, reason_against, short_of
from services.programmes import ProgrammeSpec, QuotaBelowTaken, UnknownProgramme, open_now
from services.staff import Actor, Right, demand, demand_for
from services.target import Target


@dataclass(frozen=True, slots=True)
class Seen:
    """A programme as it is, and what is taken in each kab/kota. `elsewhere`: given before this program kept count."""

    code: str
    version: int
    now: Wanted
    taken: int
    held: Mapping[str | None, int]
    elsewhere: int
    open: bool
    changed_by: str | None
    changed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a change would do. `offers`: so many who wait would be offered a place at once, at most."""

    before: Seen
    wanted: Wanted
    short: tuple[Short, ...]
    offers: int
    opens: bool
    closes: bool
    reopens: bool  # closed now, it opens by itself later
    answering: int  # offers that wait for an answer; they hold whatever the dates

    @property
    def allotted(self) -> int:
        """What the kab/kota have together."""
        return sum(self.wanted.allocations.values())


# --- looking


def listed(session: Session, actor: Actor) -> list[Programme]:
    """Every programme, the one that closes last first. Raises Forbidden."""
    demand(actor, Right.SEE)
    return list(session.scalars(sa.select(Programme).order_by(Programme.closes_at.desc(), Programme.id)))


def seen(session: Session, actor: Actor, code: str, now: dt.datetime) -> Seen:
    """One programme as it is. Raises Forbidden, NotChanged (UNKNOWN)."""
    demand(actor, Right.SEE)
    return _seen(session, _known(session, code), now)


def foreseen(session: Session, actor: Actor, code: str, wanted: Wanted, now: dt.datetime) -> Foreseen:
    """What a change would do; nothing is changed. Raises Forbidden, NotChanged."""
    demand_for(actor, Right.PROGRAMME, None)
    programme = _known(session, code)
    before = _seen(session, programme, now)
    _refuse(before, wanted)
    waiting = programmes.numbers(session, programme.id).regencies
    queue = {regency: count.waiting for regency, count in waiting.items()}
    short = short_of(wanted, before.held, before.elsewhere)
    will_be = wanted.opens_at <= now < wanted.closes_at
    return Foreseen(
        before,
        wanted,
        short,
        offered(wanted, before.held, before.elsewhere, queue) if will_be and not short else 0,
        will_be and not before.open,
        before.open and not will_be,
        now < wanted.opens_at,
        _answering(session, programme.id),
    )


# --- changing


def change(session: Session, actor: Actor, code: str, wanted: Wanted, version: int, *, now: dt.datetime) -> None:
    """Make the programme be as wanted, if it is still the one that was seen (`version`). Raises Forbidden, NotChanged.

    Behind the programme's lock, so nobody takes a place meanwhile; a place more is offered by the next heartbeat.
    """
    demand_for(actor, Right.PROGRAMME, None)
    programme = programmes.lock(session, _known(session, code).id)
    if programme.version != version:
        raise NotChanged(Why.CHANGED)
    before = _seen(session, programme, now)
    _refuse(before, wanted)
    try:
        programmes.apply(session, programme, _spec(programme, wanted))
    except QuotaBelowTaken:
        raise NotChanged(Why.BELOW, short_of(wanted, before.held, before.elsewhere)) from None
    session.execute(
        quietly(
            sa.update(Programme)
            .where(Programme.id == programme.id, Programme.version == version)
            .values(version=version + 1, changed_by=actor.name, changed_at=now, **targeted(wanted.target))
        )
    )
    was, is_now = told(before.now), told(wanted)
    audit.note(
        session, actor, "programme.changed", f"programme:{code}",
        before={key: value for key, value in was.items() if value != is_now[key]},
        after={key: value for key, value in is_now.items() if value != was[key]}, now=now,
    )  # fmt: skip


def _refuse(before: Seen, wanted: Wanted) -> None:
    why = reason_against(wanted) or (Why.SAME if wanted == before.now else None)
    if why is not None:
        raise NotChanged(why)


def _known(session: Session, code: str) -> Programme:
    try:
        return programmes.by_code(session, code)
    except UnknownProgramme:
        raise NotChanged(Why.UNKNOWN) from None


def _seen(session: Session, programme: Programme, now: dt.datetime) -> Seen:
    as_it_is = programmes.as_it_stands(session, programme)
    held = programmes.held_now(session, programme.id)
    wanted = Wanted(
        as_it_is.name, as_it_is.opens_at, as_it_is.closes_at, as_it_is.accepts, as_it_is.quota,
        dict(as_it_is.allocations), as_it_is.source, as_it_is.as_of, programmes.target_of(programme),
    )  # fmt: skip
    return Seen(
        programme.code, programme.version, wanted, programme.taken_before + sum(held.values()), held,
        programme.taken_before, open_now(programme, now), programme.changed_by, programme.changed_at,
    )  # fmt: skip


def targeted(target: Target | None) -> dict[str, Any]:
    """A target as it stands in the programme's row."""
    return {
        "target": target.certificates if target else None,
        "target_from": target.starts if target else None,
        "target_days": target.days if target else None,
        "target_source": target.source.strip() if target else None,
    }


def _spec(programme: Programme, wanted: Wanted) -> ProgrammeSpec:
    return ProgrammeSpec(
        programme.code, wanted.name.strip(), wanted.opens_at, wanted.closes_at, wanted.accepts, wanted.quota,
        wanted.source.strip(), wanted.as_of, programme.taken_before, wanted.allocations,
    )  # fmt: skip


def _answering(session: Session, programme_id: int) -> int:
    open_ones = sa.and_(Offer.state == OfferState.OPEN, Offer.programme_id == programme_id)
    return session.execute(sa.select(sa.func.count()).select_from(Offer).where(open_ones)).scalar_one()


def told(wanted: Wanted) -> dict[str, Any]:
    """For the audit: the office's own words and numbers, nobody's data."""
    target = wanted.target
    return {
        "name": Plain(wanted.name), "opens_at": wanted.opens_at, "closes_at": wanted.closes_at,
        "accepts": [Plain(one) for one in wanted.accepts], "quota": wanted.quota,
        "allocations": dict(wanted.allocations), "source": Plain(wanted.source), "as_of": wanted.as_of,
        "target": target.certificates if target else None, "target_from": target.starts if target else None,
        "target_days": target.days if target else None, "target_source": Plain(target.source) if target else None,
    }  # fmt: skip
