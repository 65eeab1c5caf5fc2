"""Berkas pengajuan: one application whole, as an officer decides about it; opening it is written down."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import Application, Assessment, Business, Channel, Consent, Language, Media, Session, Stage
from services import answers_in_words, audit, casework, chats, companions, eligibility, regions, revisions
from services.answers_in_words import PERSONAL
from services.casework import Case
from services.companions import Companion
from services.office import Office
from services.people import doubles
from services.revisions import Revision
from services.staff import Actor, Right, demand_for
from services.stages import Need, about

if TYPE_CHECKING:
    from texts import Catalogue

PHOTOS = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the check says what it says. `kind`: officer, reguler, end, todo, ok; `confirmed`: by the office."""

    code: str
    kind: str
    short: str
    why: str
    basis: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of the check and what was said, both in words."""

    question: str
    said: str
    personal: bool  # names, numbers, places: masked until somebody asks for them


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture the owner sent."""

    id: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A stage it can be moved to, and what has to be told with it."""

    stage: Stage
    needs: frozenset[Need]


@dataclass(frozen=True, slots=True)
class Dossier:
    """One application, the business behind it, and what can be done."""

    case: Case
    business: Business
    reasons: tuple[Reason, ...]
    answers: tuple[Answer, ...]
    doubles: tuple[doubles.Double, ...]
    photos: tuple[Photo, ...]
    consents: tuple[Consent, ...]
    channel: Channel | None
    language: Language
    steps: tuple[Step, ...]
    ended: bool  # nothing more happens to it
    decided: Mapping[str, Any] | None  # by an officer: way, reason, by, codes of the doubts
    companion: Companion | None
    revisions: tuple[Revision, ...]  # corrections asked of the owner, the newest first


def find(session: Session, number: str) -> int | None:
    """The application of a number."""
    return casework.by_number(session, number[:32])


def open_(
    session: Session,
    actor: Actor,
    application_id: int,
    *,
    texts: "Catalogue",
    office: Office,
    shown: bool,
    now: dt.datetime,
) -> Dossier:
    """Everything about one application. `shown`: with the owner's own data unmasked, which is written down as such."""
    case = casework.case(session, actor, application_id, now=now)
    application = session.get_one(Application, application_id)
    business = session.get_one(Business, application.business_id)
    assessment = session.get_one(Assessment, application.assessment_id)
    chat = chats.last_used(session, business.person_id, lock=False)
    if shown:
        audit.note(session, actor, "application.unmasked", f"application:{application.number}", now=now)
    return Dossier(
        case=case,
        business=business,
        reasons=tuple(reasons_of(assessment, texts, office)),
        answers=tuple(answers_of(assessment, texts)),
        doubles=doubles.of(session, actor, business.id),
        photos=_photos(session, business.id),
        consents=_consents(session, business.person_id),
        channel=chat.channel if chat else None,
        language=(chat.language if chat else None) or Language.ID,
        steps=tuple(Step(stage, about(stage).needs) for stage in Stage if stage in about(application.stage).then),
        ended=about(application.stage).ends,
        decided=assessment.result.get("decided"),
        companion=companions.of(session, application_id),
        revisions=revisions.of(session, application_id, texts),
    )


def photo(session: Session, actor: Actor, application_id: int, media_id: int, now: dt.datetime) -> bytes | None:
    """A picture of this application's business as it was sent; None where there is none."""
    application = session.get_one(Application, application_id)
    demand_for(actor, Right.SEE, application.regency)
    which = sa.and_(Media.id == media_id, Media.business_id == application.business_id, Media.mime.in_(PHOTOS))
    content = session.execute(sa.select(Media.content).where(which)).scalar_one_or_none()
    if content is not None:
        audit.note(session, actor, "photo.seen", f"application:{application.number}", now=now)
    return content


# --- why the check says what it says


def reasons_of(assessment: Assessment, texts: "Catalogue", office: Office) -> Iterator[Reason]:
    result = assessment.result
    ended = [result["ended"]] if result.get("ended") else []
    kinds = (("officer", result["officer"]), ("end", ended), ("reguler", result["reasons"]), ("todo", result["todos"]))
    said = _said_in_order(assessment)
    seen: set[str] = set()
    for kind, codes in kinds:
        for code in codes:
            if code in seen:
                continue
            seen.add(code)
            real = "ok" if code == eligibility.CANDIDATE else kind
            words = [_words(texts, f"reason.{code}.{part}", said, office) for part in ("short", "why")]
            basis, confirmed = _basis(assessment, texts, office, code)
            yield Reason(code, real, words[0] or code, words[1], basis, confirmed)


def _words(texts: "Catalogue", key: str, said: Mapping[str, Any], office: Office) -> str:
    """A sentence of ours, filled from what was said; empty where there is none, or it needs what is not known here."""
    if not texts.has(key):
        return ""
    region = regions.REGENCIES.get(str(said.get("regency")))
    known = {
        "business": said.get("business_name"), "name": said.get("owner_name"), "village": said.get("village"),
        "count": said.get("product_count"), "regency": region.name if region else "Banten",
    }  # fmt: skip
    values = {name: known.get(name) for name in texts.needs(key)}
    if any(value is None for value in values.values()):
        return ""
    return texts.text(key, "id", **values)


def _basis(assessment: Assessment, texts: "Catalogue", office: Office, code: str) -> tuple[str, bool]:
    """Where it is written, and whether the office has made sure of it."""
    source = f"reason.{code}.why_source"
    fact = office.facts.get((texts.fact_of(source) if texts.has(source) else None) or "")
    if fact is not None:
        return fact.source, fact.confirmed
    rules = eligibility.get(assessment.rule_set, assessment.version)
    end = rules.ends.get(code)
    return (end.basis if end and end.basis else ", ".join(rules.legal_basis)), False


def answers_of(assessment: Assessment, texts: "Catalogue") -> Iterator[Answer]:
    for key, raw in _said_in_order(assessment).items():
        if answers_in_words.known(texts, key) is None:
            continue
        words = answers_in_words.said(texts, key, raw)
        yield Answer(answers_in_words.question(texts, key), words, key in PERSONAL)


def _said_in_order(assessment: Assessment) -> dict[str, Any]:
    """What was said, in the order in which it was."""
    return {key: raw for key, (_, raw) in sorted(assessment.said.items(), key=lambda item: item[1][0])}


# --- what lies beside it


def _photos(session: Session, business_id: int) -> tuple[Photo, ...]:
    had = sa.and_(Media.business_id == business_id, Media.fetched_at.is_not(None), Media.mime.in_(PHOTOS))
    query = sa.select(Media.id, Media.fetched_at).where(had).order_by(Media.id).limit(12)
    return tuple(Photo(id_, at) for id_, at in session.execute(query).all() if at is not None)


def _consents(session: Session, person_id: int) -> tuple[Consent, ...]:
    """The last answer for each purpose."""
    query = sa.select(Consent).where(Consent.person_id == person_id).order_by(Consent.id.desc()).limit(50)
    last: dict[Any, Consent] = {}
    for row in session.scalars(query):
        last.setdefault(row.purpose, row)
    return tuple(last.values())
