"""Perbaikan masuk: what an owner answered again goes into the record; what stood there before is kept."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models import (
    Application,
    Assessment,
    Business,
    Correction,
    CorrectionState,
    Session,
    Stage,
)
from services import applications, businesses, dues, eligibility, media, rectifying
from services.correcting import PHOTO, UNANSWERED
from services.office import Office
from services.outcomes import Outcome
from services.rectifying import Field
from services.stages import Turn, about

# Which line of the business a question of the registration fills.
FIELDS: Mapping[str, Field] = {
    "owner_name": Field.OWNER, "business_name": Field.BUSINESS, "village": Field.VILLAGE, "address": Field.ADDRESS,
    "phone": Field.PHONE, "nib_number": Field.NIB, "products": Field.PRODUCTS,
}  # fmt: skip
# And one of the check.
COLUMNS: Mapping[str, str] = {"regency": "regency", "district": "district", "product": "product_kind"}


@dataclass(frozen=True, slots=True)
class Standing:
    """A correction as its owner's chat needs it."""

    id: int
    code: str
    open: bool
    fields: tuple[str, ...]
    business: str
    number: str
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an answer."""

    number: str
    before: Stage
    outcome: Outcome
    judged: Assessment
    clash: bool  # the NIB is another business's: an officer looks
    news_by: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Given:
    """What was answered. `kept`: every answer as it is kept, with its sequence; `read`: as the rules read it."""

    kept: Mapping[str, Any]
    read: Mapping[str, Any]


# --- the rules


def changed(before: Mapping[str, Any], kept: Mapping[str, Any]) -> tuple[str, ...]:
    """The questions answered anew, in the order in which they were: seeds come back as they were given."""
    fresh = [key for key, answer in kept.items() if before.get(key) != answer]
    return tuple(sorted(fresh, key=lambda key: int(kept[key][0])))


# --- looking up


def find(session: Session, person_id: int | None, which: str) -> Standing | None:
    """A correction of this person's by its id (a button) or its code (typed); None: there is none of theirs."""
    if person_id is None:
        return None
    query = sa.select(Correction, Application, Business).join(Application, Application.id == Correction.application_id)
    query = query.join(Business, Business.id == Application.business_id).where(Business.person_id == person_id)
    said = Correction.id == int(which) if which.isdecimal() else Correction.code == which.upper()
    open_first = sa.case((Correction.state.in_(UNANSWERED), 0), else_=1)
    row = session.execute(query.where(said).order_by(open_first, Correction.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    correction, application, business = row
    return Standing(
        correction.id, correction.code, correction.state in UNANSWERED, tuple(correction.fields), business.name,
        application.number, session.get_one(Assessment, application.assessment_id),
    )  # fmt: skip


def stands(business: Business, assessment: Assessment, key: str) -> Any:
    """What the record holds for a question: in the business, or as it was said; None: nothing."""
    if key in FIELDS:
        return getattr(business, rectifying.COLUMNS[FIELDS[key]])
    return assessment.said[key][1] if key in assessment.said else None


# --- taking the answer


def take(
    session: Session, correction_id: int, conversation_id: int, given: Given, *, office: Office, now: dt.datetime
) -> Taken | None:
    """Put the answers in, judge anew by the rules the check was made with, and let the application go on by its kept
    queue time. None, and nothing is changed, where it was answered already or taken back."""
    application_id = session.scalars(sa.select(Correction.application_id).where(Correction.id == correction_id)).one()
    application = session.get_one(Application, application_id)
    business = businesses.lock(session, application.business_id)
    session.refresh(application)
    closing = sa.update(Correction).where(Correction.id == correction_id, Correction.state.in_(UNANSWERED))
    values = {"state": CorrectionState.ANSWERED, "answered_at": now, "judged_before": application.assessment_id}
    if session.execute(closing.values(**values, seen_at=None).returning(Correction.id)).first() is None:
        return None
    before = session.get_one(Assessment, application.assessment_id)
    fresh = changed(before.said, given.kept)
    stood = {key: stands(business, before, key) for key in fresh}
    judged = _judge(session, before, given, fresh, now)
    stage = application.stage
    application.assessment_id = judged.id  # with a NIB it goes on, by these answers
    session.flush()
    clash = _write(session, business, given, fresh, conversation_id, office, now)
    outcome = applications.settle(session, application.id, judged.id, office=office, now=now, by="owner")
    session.flush()
    session.refresh(application)
    correction = session.get_one(Correction, correction_id, populate_existing=True)
    correction.before, correction.judged_after = stood, judged.id
    correction.after = {key: _told(given, key) for key in fresh}
    session.flush()
    news_by = _promise(session, application, conversation_id, business.person_id, office, now)
    return Taken(application.number, stage, outcome, judged, clash, news_by)


def _told(given: Given, key: str) -> Any:
    """As the record holds it; of a picture only that there is one."""
    value = given.read.get(key)
    return True if key == PHOTO and value else value


def _judge(session: Session, before: Assessment, given: Given, fresh: tuple[str, ...], now: dt.datetime) -> Assessment:
    rules = eligibility.get(before.rule_set, before.version)
    said = {key: given.read[key] for key in fresh if key in rules.asks and given.read.get(key) is not None}
    if "nib_number" in fresh and given.read.get("nib_number") and "nib" not in said:
        said["nib"] = "yes"  # whoever types the number has it
    kept = {key: answer for key, answer in given.kept.items() if key != PHOTO}
    answers = dict(before.answers)
    for key in (ask for ask in rules.asks if ask in said):  # each was really asked, and counts over what stood there
        answers = eligibility.overlay(rules, answers, {key: said[key]})
    return eligibility.record(
        session, person_id=before.person_id, business_id=before.business_id, rules=rules, said={**before.said, **kept},
        answers=answers, facts=before.facts, asked_by=before.asked_by,
        now=now, before=before.result,
    )  # fmt: skip


def _write(
    session: Session, business: Business, given: Given, fresh: tuple[str, ...], conversation_id: int, office: Office,
    now: dt.datetime,
) -> bool:  # fmt: skip
    """Into the business; whether its NIB could not be, because it is another's."""
    for key in (key for key in fresh if key in COLUMNS):
        value = str(given.read.get(key) or "")
        setattr(business, COLUMNS[key], value if key == "product" or value[:1].isdecimal() else None)
    session.flush()
    clash = False
    for key in (key for key in fresh if key in FIELDS and given.read.get(key) is not None):
        done = rectifying.correct(
            session, business.id, FIELDS[key], given.read[key], office=office, now=now, by="owner"
        )
        clash = clash or not done
    picture = given.read.get(PHOTO) if PHOTO in fresh else None
    if picture:
        media.want(
            session, conversation_id=conversation_id, business_id=business.id, ref=picture["ref"],
            mime=picture["mime"], now=now,
        )  # fmt: skip
    return clash


def _promise(
    session: Session, application: Application, conversation_id: int, person_id: int, office: Office, now: dt.datetime
) -> dt.datetime | None:
    """An officer looks at it within `office.review_days`; where others are at it, what was promised stays."""
    if about(application.stage).waits_for is Turn.NOBODY or application.stage is Stage.WAITING:
        return None
    promised = office.promise(now, office.review_days)
    if application.promised_at is None or application.promised_at < promised:
        application.promised_at = promised
        session.flush()
    dues.promise(
        session, conversation_id=conversation_id, person_id=person_id, application_id=application.id,
        due_at=application.promised_at,
    )  # fmt: skip
    return application.promised_at
