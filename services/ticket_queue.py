"""Antrean pertanyaan: tickets as the console lists them, broken promises first, filtered and page by page."""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from models import Business, Channel, Conversation, Session, Ticket, Topic
from services import audit, scope, tickets
from services.staff import Actor, Right, demand
from services.tickets import Line, broken

PAGE = 25
FURTHEST = 200  # pages one may turn; beyond that one filters


class Tab(StrEnum):
    """Which tickets. `OPEN`: all that are not closed."""

    OPEN = "terbuka"
    LATE = "lewat"
    ANSWERED = "dijawab"
    CLOSED = "ditutup"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `regency`: where the person has a business."""

    tab: Tab = Tab.OPEN
    topic: Topic | None = None
    channel: Channel | None = None
    regency: str | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the list; `more`: another follows."""

    lines: tuple[Line, ...]
    wanted: Wanted
    more: bool

    def __len__(self) -> int:
        """How many lines are on it."""
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open ones are owed an answer, how many of these are late, how many have been answered."""

    waiting: int
    late: int
    answered: int


def counts(session: Session, actor: Actor, now: dt.datetime) -> Counts:
    """How many are open, in the actor's own kab/kota."""
    demand(actor, Right.SEE)
    number, answered = sa.func.count(), Ticket.answered_at.is_not(None)
    each = number.filter(~answered), number.filter(broken(now)), number.filter(answered)
    row = session.execute(sa.select(*each).where(_mine(actor), Ticket.closed_at.is_(None))).one()
    return Counts(*row)


def find(session: Session, actor: Actor, wanted: Wanted, now: dt.datetime) -> Found:
    """One page of what is looked for. Looking is written down."""
    demand(actor, Right.SEE, wanted.regency)
    page = max(1, min(wanted.page, FURTHEST))
    query = tickets.with_owners().where(_mine(actor), *_conditions(wanted, now))
    some = query.order_by(*_order(wanted.tab, now)).limit(PAGE + 1).offset((page - 1) * PAGE)
    rows = session.execute(some).all()
    lines = tuple(tickets.line_of(*row, now) for row in rows[:PAGE])
    audit.note(session, actor, "tickets.seen", "tickets", after={"rows": len(lines)}, now=now)
    return Found(lines, replace(wanted, page=page), len(rows) > PAGE)


def _mine(actor: Actor) -> sa.ColumnElement[bool]:
    return scope.of_person(actor, Ticket.person_id)


def _conditions(wanted: Wanted, now: dt.datetime) -> list[sa.ColumnElement[bool]]:
    still = Ticket.closed_at.is_(None)
    found = {
        Tab.OPEN: still,
        Tab.LATE: broken(now),
        Tab.ANSWERED: sa.and_(still, Ticket.answered_at.is_not(None)),
        Tab.CLOSED: Ticket.closed_at.is_not(None),
    }
    also = [found[wanted.tab]]
    if wanted.topic:
        also.append(Ticket.topic == wanted.topic)
    if wanted.channel:
        also.append(Conversation.channel == wanted.channel)
    if wanted.regency:
        theirs = sa.or_(Business.person_id == Ticket.person_id, Business.helper_id == Ticket.person_id)
        also.append(sa.exists().where(theirs, Business.regency == wanted.regency))
    return also


def _order(tab: Tab, now: dt.datetime) -> tuple[sa.ColumnElement[Any], ...]:
    """Broken promises, then what is owed an answer soonest, then what was answered; closed ones newest first."""
    if tab is Tab.CLOSED:
        return Ticket.closed_at.desc(), Ticket.id.desc()
    rank = sa.case((broken(now), 0), (Ticket.answered_at.is_(None), 1), else_=2)
    return rank, Ticket.answer_by.asc(), Ticket.id.asc()
