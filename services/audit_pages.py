"""Catatan audit, halaman demi halaman: who did what, from when to when, and whether the chain is whole."""

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from models import AuditEntry, AuditHead, Session, Staff
from services.audit import note
from services.auditing import hash_of
from services.staff import Actor, Right, demand

PAGE = 50  # links of one page
LAST = "z" * 20  # what any continuation of a word sorts before


@dataclass(frozen=True, slots=True)
class Asked:
    """Which links are looked for. `who`: an account, or part of the name its owner goes by; `act` and `subject`: how
    they begin; `since` included, `until` not; `before`: older than this link."""

    who: str = ""
    act: str = ""
    subject: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain at a glance. `whole`: its newest links follow each other and end where the head says.

    The rest is followed by `verify`, which says when that was done last and what came of it.
    """

    first: int
    count: int
    whole: bool
    verified_at: dt.datetime | None
    verified_good: bool | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of links, the newest first. `older`: where the next begins."""

    entries: tuple[AuditEntry, ...]
    older: int | None
    chain: Chain


def page(session: Session, actor: Actor, asked: Asked, *, now: dt.datetime) -> Page:
    """Links that fit, with how the chain stands; looking is a link of its own, after what was looked at."""
    demand(actor, Right.AUDIT)
    query = sa.select(AuditEntry).where(*_asked(session, asked)).order_by(AuditEntry.id.desc())
    found = list(session.scalars(query.limit(PAGE + 1)))
    chain = _chain(session)
    note(session, actor, "audit.seen", "audit", after={"rows": min(len(found), PAGE)}, now=now)
    return Page(tuple(found[:PAGE]), found[PAGE - 1].id if len(found) > PAGE else None, chain)


def _asked(session: Session, asked: Asked) -> Iterator[sa.ColumnElement[bool]]:
    if asked.who:
        yield AuditEntry.actor.in_(_called(session, asked.who))
    if asked.act:
        yield _begins(AuditEntry.act, asked.act)
    if asked.subject:
        yield _begins(AuditEntry.subject, asked.subject)
    if asked.since is not None:
        yield AuditEntry.at >= asked.since
    if asked.until is not None:
        yield AuditEntry.at < asked.until
    if asked.before is not None:
        yield AuditEntry.id < asked.before


def _called(session: Session, who: str) -> list[str]:
    query = sa.select(Staff.name).where(Staff.display_name.icontains(who, autoescape=True)).order_by(Staff.name)
    return sorted({who, who.lower(), *session.scalars(query.limit(20))})


def _begins(column: sa.orm.InstrumentedAttribute[str], said: str) -> sa.ColumnElement[bool]:
    """The range finds them by the index however a database sorts; what else it finds is sifted out."""
    return sa.and_(column.between(said, said + LAST), column.startswith(said, autoescape=True))


def _chain(session: Session) -> Chain:
    end = session.get_one(AuditHead, 1, populate_existing=True)
    newest = sa.select(AuditEntry).where(AuditEntry.id > end.count - PAGE).order_by(AuditEntry.id)
    rows = session.scalars(newest.execution_options(populate_existing=True)).all()
    expected = range(max(end.first, end.count - PAGE + 1), end.count + 1)
    whole = [row.id for row in rows] == list(expected) and all(hash_of(row) == row.hash for row in rows)
    follow = all(one.hash == after.previous for one, after in itertools.pairwise(rows))
    ends = rows[-1].hash == end.hash if rows else end.count == 0
    query = sa.select(AuditEntry).where(AuditEntry.act == "audit.verified").order_by(AuditEntry.id.desc()).limit(1)
    last = session.scalars(query).first()
    good = bool((last.after or {}).get("good")) if last else None
    return Chain(end.first, end.count, whole and follow and ends, last.at if last else None, good)
