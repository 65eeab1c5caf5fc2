"""Pekerjaan kantor: the applications as officers look them up, by stage, place, lateness, or by their number."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models import Application, Assessment, Business, Programme, Session, Stage
from services import audit, docket, history, waiting
from services.docket import Tab, Wanted
from services.history import Change
from services.staff import Actor, Right, demand, demand_for, within


@dataclass(frozen=True, slots=True)
class Line:
    """One application in a list."""

    number: str
    business: str
    owner: str
    phone: str | None
    regency: str | None
    stage: Stage
    since: dt.datetime
    promised_at: dt.datetime | None
    certificate: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """One application whole: where it stands, how it came there, and by which answers it was judged."""

    line: Line
    programme: str
    scheme: str
    nib: str | None
    by_helper: bool
    queued_at: dt.datetime
    received_at: dt.datetime | None
    position: int | None
    length: int | None
    changes: tuple[Change, ...]
    rule_set: str
    judged_at: dt.datetime
    result: dict[str, Any]


def listed(
    session: Session,
    actor: Actor,
    *,
    now: dt.datetime,
    stage: Stage | None = None,
    regency: str | None = None,
    overdue: bool = False,
    unacknowledged: bool = False,
    limit: int = 200,
) -> list[Line]:
    """Applications that fit and are the actor's to see, those waiting longest for news first."""
    demand(actor, Right.SEE, regency)
    wanted = Wanted(Tab.ALL, late=overdue, regency=regency, stage=stage, unacknowledged=unacknowledged)
    query = sa.select(Application, Business).join(Business, Business.id == Application.business_id)
    query = query.where(within(actor, Application.regency), *docket.conditions(wanted, now))
    oldest = (sa.func.coalesce(Application.promised_at, Application.since), Application.id)
    lines = [_line(*row) for row in session.execute(query.order_by(*oldest).limit(limit)).all()]
    audit.note(
        session, actor, "applications.seen", "applications", now=now,
        after={"stage": stage, "regency": regency, "overdue": overdue, "rows": len(lines)},
    )  # fmt: skip
    return lines


def _line(application: Application, business: Business) -> Line:
    return Line(
        number=application.number,
        business=business.name,
        owner=business.owner_name,
        phone=business.phone,
        regency=application.regency,
        stage=application.stage,
        since=application.since,
        promised_at=application.promised_at,
        certificate=application.certificate,
    )


def by_number(session: Session, number: str) -> int | None:
    """The application behind a number, or None."""
    query = sa.select(Application.id).where(Application.number == number.strip().upper())
    return session.scalars(query).one_or_none()


def case(session: Session, actor: Actor, application_id: int, *, now: dt.datetime) -> Case:
    """Everything about one application. Raises NoResultFound."""
    demand(actor, Right.SEE)
    application = session.get_one(Application, application_id)
    demand_for(actor, Right.SEE, application.regency)
    audit.note(session, actor, "application.seen", f"application:{application.number}", now=now)
    business = session.get_one(Business, application.business_id)
    assessment = session.get_one(Assessment, application.assessment_id)
    return Case(
        line=_line(application, business),
        programme=session.get_one(Programme, application.programme_id).name,
        scheme=application.scheme,
        nib=business.nib,
        by_helper=business.by_helper,
        queued_at=application.queued_at,
        received_at=application.received_at,
        position=waiting.position(session, application),
        length=waiting.length(session, application),
        changes=tuple(history.of(session, application_id)),
        rule_set=f"{assessment.rule_set} {assessment.version}",
        judged_at=assessment.at,
        result=assessment.result,
    )
