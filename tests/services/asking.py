"""Asking for a place, in the fewest words."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from models import Session, Stage, StageChange
from services import applications
from services.applications import Outcome
from tests.services import people
from tests.services.people import NOON, OFFICE, READY, Judged

HOUR = dt.timedelta(hours=1)


def register(
    session: Session,
    judged: Judged = READY,
    now: dt.datetime = NOON,
    owner: int | None = None,
    code: str = people.CODE,
    **business: Any,
) -> Outcome:
    """Somebody new (or `owner`) registers a new business."""
    owner = owner or people.person(session)
    return applications.register(
        session,
        business=people.new_business(owner, **business),
        assessment_id=people.assessment(session, owner, judged),
        programme=code,
        office=OFFICE,
        now=now,
    )


def settle(session: Session, outcome: Outcome, judged: Judged = READY, nib: str | None = None, **more: Any) -> Outcome:
    """The same application once more, after a re-check."""
    assessment_id = people.assessment(session, people.person(session), judged, outcome.business_id)
    given = {"office": OFFICE, "now": NOON + HOUR, **more}
    return applications.settle(session, outcome.application_id, assessment_id, nib, **given)


def withdraw(session: Session, outcome: Outcome) -> bool:
    return applications.withdraw(session, outcome.application_id, now=NOON + HOUR, by="owner")


def history(session: Session, outcome: Outcome) -> list[tuple[Stage, str | None]]:
    query = sa.select(StageChange.stage, StageChange.note).where(StageChange.application_id == outcome.application_id)
    return [(row.stage, row.note) for row in session.execute(query.order_by(StageChange.id))]
