"""Satu usaha: whose it is, what was answered and judged, what it asked for, which others it may be."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Application, Assessment, Business, Confirmation, Person, Session
from services import audit, dossier
from services.dossier import Answer, Reason
from services.office import Office
from services.people import doubles
from services.people.doubles import Double
from services.staff import Actor, Right, demand_for

if TYPE_CHECKING:
    from texts import Catalogue

MOST = 20


@dataclass(frozen=True, slots=True)
class Check:
    """One run of the check."""

    id: int
    at: dt.datetime
    asked_by: str
    rules: str
    scheme: str


@dataclass(frozen=True, slots=True)
class Firm:
    """One business. Names and numbers as they are: whoever shows them masks them."""

    business: Business
    owner: Person  # whose chat it is in; until they confirm, the helper
    helper: Person | None
    confirmation: Confirmation | None
    checks: tuple[Check, ...]  # the newest first
    reasons: tuple[Reason, ...]  # of the newest
    answers: tuple[Answer, ...]
    applications: tuple[Application, ...]
    doubles: tuple[Double, ...]
    settled: tuple[Double, ...]


def open_(
    session: Session,
    actor: Actor,
    business_id: int,
    *,
    texts: "Catalogue",
    office: Office,
    shown: bool,
    now: dt.datetime,
) -> Firm:
    """Everything about one business. `shown`: unmasked, which is written down as such. Raises NoResultFound."""
    business = session.get_one(Business, business_id)
    demand_for(actor, Right.SEE, business.regency)
    audit.note(session, actor, "business.unmasked" if shown else "business.seen", f"business:{business_id}", now=now)
    checks = _checks(session, business_id)
    asked = sa.select(Application).where(Application.business_id == business_id).order_by(Application.id.desc())
    return Firm(
        business=business,
        owner=session.get_one(Person, business.person_id),
        helper=session.get(Person, business.helper_id) if business.helper_id is not None else None,
        confirmation=session.scalars(sa.select(Confirmation).where(Confirmation.business_id == business_id)).first(),
        checks=tuple(_check(row) for row in checks),
        reasons=tuple(dossier.reasons_of(checks[0], texts, office)) if checks else (),
        answers=tuple(dossier.answers_of(checks[0], texts)) if checks else (),
        applications=tuple(session.scalars(asked.limit(MOST))),
        doubles=doubles.of(session, actor, business_id),
        settled=doubles.of(session, actor, business_id, settled=True),
    )


def _checks(session: Session, business_id: int) -> Sequence[Assessment]:
    """Its own; one that became an application before the business had a number hangs on that."""
    used = sa.select(Application.assessment_id).where(Application.business_id == business_id)
    theirs = sa.select(Assessment.id).where(Assessment.business_id == business_id).union(used)
    query = sa.select(Assessment).where(Assessment.id.in_(theirs)).order_by(Assessment.id.desc())
    return session.scalars(query.limit(MOST)).all()


def _check(row: Assessment) -> Check:
    return Check(row.id, row.at, row.asked_by, f"{row.rule_set} {row.version}", row.scheme)
