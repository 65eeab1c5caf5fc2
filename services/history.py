"""Riwayat: when an application came to each stage, by whom and why; written once, never changed."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from models import Application, Session, Stage, StageChange
from models.prepared import Prepared
from services import holding

LONGEST_NOTE = 500  # characters of a reason, as the table keeps it


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the history."""

    stage: Stage
    at: dt.datetime
    by: str
    note: str | None


_LATEST = Prepared(
    sa.select(StageChange.stage)
    .where(StageChange.application_id == sa.bindparam("it"))
    .order_by(StageChange.id.desc())
    .limit(1)
)


def enter(
    session: Session, application: Application, stage: Stage, now: dt.datetime, by: str, note: str | None
) -> int | None:
    """Put an application at a stage and write it down; the id of the line, or None where it stood there already."""
    latest = _LATEST.rows(session, {"it": application.id})
    if latest and latest[0][0] is stage:
        session.flush()
        return None
    holding.left_the_list(session, application, stage, now)
    application.stage, application.since = stage, now
    change = StageChange(application_id=application.id, stage=stage, at=now, by=by, note=note and note[:LONGEST_NOTE])
    session.add(change)
    session.flush()
    return change.id


def of(session: Session, application_id: int) -> list[Change]:
    """Every stage an application came to, oldest first."""
    query = sa.select(StageChange).where(StageChange.application_id == application_id).order_by(StageChange.id)
    return [Change(row.stage, row.at, row.by, row.note) for row in session.scalars(query)]
