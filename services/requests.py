"""Permintaan data: what people asked of their data, each a row with its clock of 3 x 24 hours (UU 27/2022)."""

import datetime as dt
import re
from dataclasses import dataclass

import sqlalchemy as sa

from models import DataRequest, RequestKind, Session
from services import scope
from services.staff import Actor, Right, demand

TIME = dt.timedelta(hours=72)  # UU 27/2022 Ps 30 (correct), 32 (see, trail), 40 (withdraw): 3 x 24 hours
CODE = re.compile(r"[dD]-?([0-9]{1,18})")
BOT = "bot"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the person and staff see it. `detail` names a field or a purpose, never a value."""

    id: int
    kind: RequestKind
    detail: str | None
    asked_at: dt.datetime
    due_at: dt.datetime
    done_at: dt.datetime | None
    done_by: str | None
    person_id: int | None
    conversation_id: int | None

    @property
    def code(self) -> str:
        """ "D-31"."""
        return f"D-{self.id}"

    def is_late(self, now: dt.datetime) -> bool:
        """Open past its 3 x 24 hours."""
        return self.done_at is None and self.due_at < now


def number_of(code: str) -> int | None:
    """31 for "D-31", "d31" or "31"; None for anything else."""
    found = CODE.fullmatch(code.strip()) or re.fullmatch(r"([0-9]{1,18})", code.strip())
    return int(found[1]) if found else None


def ask(
    session: Session,
    *,
    person_id: int,
    conversation_id: int,
    kind: RequestKind,
    detail: str | None = None,
    now: dt.datetime,
    done: bool = False,
) -> Asked:
    """Write a request down; with `done` it was met in the same breath. The same one, still open, is not doubled."""
    same = sa.and_(DataRequest.person_id == person_id, DataRequest.kind == kind, DataRequest.done_at.is_(None))
    known = session.scalars(sa.select(DataRequest).where(same, DataRequest.detail.is_not_distinct_from(detail))).first()
    if known is None:
        known = DataRequest(person_id=person_id, conversation_id=conversation_id, kind=kind, detail=detail)
        known.asked_at, known.due_at = now, now + TIME
        session.add(known)
    if done:
        known.done_at, known.done_by = now, BOT
    session.flush()
    return of_row(known)


def find(session: Session, request_id: int) -> Asked | None:
    """One request."""
    row = session.get(DataRequest, request_id, populate_existing=True)
    return of_row(row) if row else None


def listed(session: Session, actor: Actor, *, everything: bool = False, limit: int = 200) -> list[Asked]:
    """The open requests, the most urgent first; or all, the newest first."""
    demand(actor, Right.SEE)
    query = sa.select(DataRequest).where(scope.of_person(actor, DataRequest.person_id)).limit(limit)
    if everything:
        query = query.order_by(DataRequest.id.desc())
    else:
        query = query.where(DataRequest.done_at.is_(None)).order_by(DataRequest.due_at, DataRequest.id)
    return [of_row(row) for row in session.scalars(query)]


def close(session: Session, request_id: int, *, by: str, note: str | None, now: dt.datetime) -> bool:
    """Note that a request was met; False if it was before, or there is none. `note` holds nobody's data."""
    change = sa.update(DataRequest).where(DataRequest.id == request_id, DataRequest.done_at.is_(None))
    done = session.execute(change.values(done_at=now, done_by=by, note=note).returning(DataRequest.id))
    return done.first() is not None


def overdue(session: Session, now: dt.datetime) -> int:
    """How many are open past their time: each of them is a breach of the law, not a backlog."""
    late = sa.and_(DataRequest.done_at.is_(None), DataRequest.due_at < now)
    return session.execute(sa.select(sa.func.count()).select_from(DataRequest).where(late)).scalar_one()


def of_row(row: DataRequest) -> Asked:
    """A row as it is shown."""
    return Asked(
        row.id, row.kind, row.detail, row.asked_at, row.due_at, row.done_at, row.done_by, row.person_id,
        row.conversation_id,
    )  # fmt: skip
