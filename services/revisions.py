"""Perbaikan di berkas: what an owner was asked to correct, as officers read it: before, after, and what it changed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import Application, Assessment, Business, Correction, CorrectionState, Language, Session
from services import answers_in_words, audit, chats, corrected, correcting
from services.answers_in_words import PERSONAL
from services.staff import Actor, Right, demand_for

if TYPE_CHECKING:
    from texts import Catalogue

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One answer: what stood there, and what stands there now."""

    name: str
    before: str
    after: str
    personal: bool


@dataclass(frozen=True, slots=True)
class Revision:
    """One correction. `lines`: the questions asked, and others their answers opened; no words before the answer."""

    id: int
    state: CorrectionState
    reason: str
    asked_by: str
    asked_at: dt.datetime
    due_at: dt.datetime
    reminded_at: dt.datetime | None
    answered_at: dt.datetime | None
    seen_at: dt.datetime | None
    seen_by: str | None
    lines: tuple[Line, ...]
    scheme_before: str | None
    scheme_after: str | None

    @property
    def waits_for_us(self) -> bool:
        """An officer has not looked at it yet: the answer, or that none came."""
        return self.seen_at is None and self.state in (CorrectionState.ANSWERED, CorrectionState.LAPSED)

    @property
    def moved(self) -> bool:
        """It changed the way of the application."""
        return self.scheme_after is not None and self.scheme_after != self.scheme_before


@dataclass(frozen=True, slots=True)
class Choice:
    """One question that may be asked again, and what stands there now."""

    key: str
    name: str
    now: str
    personal: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """What an officer chooses from, and the language in which the owner will read it."""

    number: str
    business: str
    language: Language
    questions: Sequence[Choice]


def of(session: Session, application_id: int, texts: "Catalogue") -> tuple[Revision, ...]:
    """The last corrections of an application, the newest first: whoever calls has asked for the right to see it."""
    before, after = aliased(Assessment), aliased(Assessment)
    query = sa.select(Correction, before.scheme, after.scheme)
    query = query.outerjoin(before, before.id == Correction.judged_before)
    query = query.outerjoin(after, after.id == Correction.judged_after)
    rows = session.execute(
        query.where(Correction.application_id == application_id).order_by(Correction.id.desc()).limit(SHOWN)
    ).all()
    return tuple(_revision(*row, texts) for row in rows)


def _revision(row: Correction, before: str | None, after: str | None, texts: "Catalogue") -> Revision:
    keys = (*row.fields, *(key for key in row.after if key not in row.fields))
    return Revision(
        row.id, row.state, row.reason, row.asked_by, row.asked_at, row.due_at, row.reminded_at, row.answered_at,
        row.seen_at, row.seen_by, tuple(_line(row, key, texts) for key in keys), before, after,
    )  # fmt: skip


def _line(row: Correction, key: str, texts: "Catalogue") -> Line:
    before, after = (answers_in_words.said(texts, key, kept.get(key)) for kept in (row.before, row.after))
    return Line(answers_in_words.called(texts, key, "id"), before, after, key in PERSONAL)


def asking(session: Session, actor: Actor, application_id: int, *, texts: "Catalogue", now: dt.datetime) -> Asking:
    """What may be asked again. Raises NoResultFound, Forbidden."""
    application = session.get_one(Application, application_id)
    demand_for(actor, Right.REVIEW, application.regency)
    audit.note(session, actor, "application.seen", f"application:{application.number}", now=now)
    business = session.get_one(Business, application.business_id)
    assessment = session.get_one(Assessment, application.assessment_id)
    chat = chats.last_used(session, business.person_id, lock=False)
    questions = [_choice(business, assessment, key, texts) for key in correcting.askable(assessment)]
    return Asking(application.number, business.name, (chat.language if chat else None) or Language.ID, questions)


def _choice(business: Business, assessment: Assessment, key: str, texts: "Catalogue") -> Choice:
    now = answers_in_words.said(texts, key, corrected.stands(business, assessment, key))
    return Choice(key, answers_in_words.called(texts, key, "id"), now, key in PERSONAL)
