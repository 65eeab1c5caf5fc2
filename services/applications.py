"""Pendaftaran: a business asks for a programme, gets its number, and a place, a turn in the queue, or a date."""

import datetime as dt
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import Application, Assessment, Business, Place, Programme, Session, Stage
from models.prepared import Prepared
from services import businesses, eligibility, history, holding, places, programmes, waiting
from services.businesses import NewBusiness
from services.inserting import insert_into
from services.office import Office
from services.outcomes import STAGES, Kind, Outcome, lacking, promise, wanted
from services.places import Taken
from services.stages import BEFORE_PLACE, COMES_BACK

__all__ = [
    "Kind",
    "NewBusiness",
    "Outcome",
    "Standing",
    "WrongAssessment",
    "of_person",
    "position",
    "register",
    "settle",
    "withdraw",
]


class WrongAssessment(Exception):
    """The assessment is of another business: no place is given by somebody else's answers."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of a person's status."""

    application_id: int
    business_id: int
    business: str
    number: str
    programme: str
    stage: Stage
    scheme: str
    since: dt.datetime
    queued_at: dt.datetime
    promised_at: dt.datetime | None
    position: int | None
    length: int | None


def register(
    session: Session,
    *,
    business: NewBusiness | int,
    assessment_id: int,
    programme: str | int,
    office: Office,
    now: dt.datetime,
    by: str = "bot",
) -> Outcome:
    """Ask for a programme (its code or id), for a business just told (NewBusiness) or one known (its id).

    The programme is locked from the number on, so that the queue is read and the place taken by one at a time: **a
    newcomer takes a free place only if nobody waits for it** (the whole rule: services.waiting). Who asks again is
    not asked to wait again: with what is new the application goes on by its old queue time. A business that withdrew,
    or let its time run out, comes back as a newcomer; one that has a place in another programme keeps to that.
    Raises UnknownProgramme, WrongAssessment.
    """
    programme_id = programme if isinstance(programme, int) else programmes.id_of(session, programme)
    asking, is_new = _business(session, business, now)
    _belongs(session, assessment_id, asking)
    asked_for = {} if is_new else _applications(session, asking.id)
    known = asked_for.get(programme_id)
    placed = next((one for one in asked_for.values() if one.stage in WITH_A_PLACE), None)
    if known is None and placed is not None:
        return _outcome(session, Kind.ALREADY, placed, programmes.refreshed(session, placed.programme_id))
    its = programmes.lock(session, programme_id)
    if known is not None and _in_hand(known.stage):
        return _outcome(session, Kind.ALREADY, known, its)  # what an officer looks at, an officer lets go
    if known is not None and known.stage not in COMES_BACK:
        before = known.stage
        outcome = _decide(session, known, its, asking, assessment_id, office, now, by)
        return replace(outcome, kind=Kind.ALREADY) if outcome.stage is before else outcome
    application = known or _enter(session, its, asking, assessment_id, office, now)
    application.queued_at = _turn(its, now)
    return _decide(session, application, its, asking, assessment_id, office, now, by)


def _turn(programme: Programme, now: dt.datetime) -> dt.datetime:
    """The queue time, given out under the programme's lock and later than any before.

    `now` was read before the lock was waited for: taken as it is, whoever waited longer would slip in ahead of people
    who have been told their positions already.
    """
    last = programme.queued_last
    programme.queued_last = now if last is None or now > last else last + dt.timedelta(microseconds=1)
    return programme.queued_last


def settle(
    session: Session,
    application_id: int,
    assessment_id: int,
    nib: str | None = None,
    *,
    office: Office,
    now: dt.datetime,
    by: str = "bot",
) -> Outcome:
    """Look at an application again: a NIB came, an officer is done, a to-do was settled and checked.

    By its kept queue time it takes a place if one is free for it, else it stands on the waiting list where that time
    puts it. A place once given stays, what is on its way to BPJPH goes on, and a withdrawn application stays withdrawn
    (ALREADY). Raises WrongAssessment.
    """
    business_id, programme_id = session.execute(
        sa.select(Application.business_id, Application.programme_id).where(Application.id == application_id)
    ).one()
    asking = businesses.lock(session, business_id)
    _belongs(session, assessment_id, asking)
    if nib and nib != asking.nib:
        asking.nib = nib
        session.flush()
        businesses.likely_doubles(session, asking, now)
    programme = programmes.lock(session, programme_id)
    application = session.get_one(Application, application_id, populate_existing=True)
    if application.stage in COMES_BACK:
        return _outcome(session, Kind.ALREADY, application, programme)
    if application.stage not in BEFORE_PLACE:
        application.assessment_id = assessment_id
        kind = Kind.PLACED if application.stage is Stage.PLACED else Kind.ALREADY
        return _outcome(session, kind, application, programme)
    return _decide(session, application, programme, asking, assessment_id, office, now, by)


def withdraw(session: Session, application_id: int, *, now: dt.datetime, by: str, note: str | None = None) -> bool:
    """Take an application back, and give its place to the programme again; False if that was done before."""
    business_id = session.scalars(sa.select(Application.business_id).where(Application.id == application_id)).one()
    businesses.lock(session, business_id)
    application = session.get_one(Application, application_id, populate_existing=True)
    programmes.lock(session, application.programme_id)
    if application.stage is Stage.WITHDRAWN:
        return False
    place = places.held_by(session, application_id)
    if place is not None:
        places.release(session, place, now)
    application.promised_at = None
    history.enter(session, application, Stage.WITHDRAWN, now, by, note)
    return True


def position(session: Session, application: Application) -> int | None:
    """The number on the waiting list, or among those interested in the same kab/kota."""
    return waiting.position(session, application)


def of_person(session: Session, person_id: int) -> list[Standing]:
    """Everything a person has asked for, for every business they told us of, oldest first."""
    query = (
        sa.select(Application, Business.name, Programme.name)
        .join(Business, Business.id == Application.business_id)
        .join(Programme, Programme.id == Application.programme_id)
        .where(Business.person_id == person_id)
        .order_by(Application.id)
    )
    return [_standing(session, *row) for row in session.execute(query).all()]


def _standing(session: Session, application: Application, business: str, programme: str) -> Standing:
    return Standing(
        application_id=application.id,
        business_id=application.business_id,
        business=business,
        number=application.number,
        programme=programme,
        stage=application.stage,
        scheme=application.scheme,
        since=application.since,
        queued_at=application.queued_at,
        promised_at=application.promised_at,
        position=waiting.position(session, application),
        length=waiting.length(session, application),
    )


# --- the steps

# On the way to its certificate: a second place, of another programme, would be somebody else's.
WITH_A_PLACE = frozenset(
    {
        Stage.PLACED, Stage.DRAFTED, Stage.SUBMITTED, Stage.COMPANION, Stage.AGENCY, Stage.FATWA, Stage.SENT_BACK,
        Stage.BILLED, Stage.AUDIT,
    }
)  # fmt: skip


def _in_hand(stage: Stage) -> bool:
    """An officer looks at it, it has its place, or it is on its way to BPJPH: asking again changes nothing."""
    return stage is Stage.REVIEW or stage not in BEFORE_PLACE | COMES_BACK


def _business(session: Session, business: NewBusiness | int, now: dt.datetime) -> tuple[Business, bool]:
    """The business, locked, and whether it is new: then it can have asked for nothing yet."""
    if isinstance(business, int):
        return businesses.lock(session, business), False
    businesses.lock_person(session, business.person_id)
    known = businesses.told_again(session, business)
    if known is None:
        return businesses.add(session, business, now), True
    locked = businesses.lock(session, known)
    businesses.tell(session, locked, business)
    businesses.likely_doubles(session, locked, now)
    return locked, False


def _belongs(session: Session, assessment_id: int, business: Business) -> None:
    """The check is made before there is a business; from here on it is this one's."""
    assessment = session.get_one(Assessment, assessment_id)
    if assessment.business_id is None:
        assessment.business_id = business.id
    if assessment.business_id != business.id:
        raise WrongAssessment(assessment_id)


def _applications(session: Session, business_id: int) -> dict[int, Application]:
    """What a business has asked for, by programme: one of each at most."""
    query = sa.select(Application).where(Application.business_id == business_id).order_by(Application.id)
    return {one.programme_id: one for one in session.scalars(query.execution_options(populate_existing=True))}


def _enter(
    session: Session, programme: Programme, business: Business, assessment_id: int, office: Office, now: dt.datetime
) -> Application:
    """A new application with its number. It stands at MINAT until `_decide` says where it belongs."""
    entered: Application | None = None
    while entered is None:  # at the same moment another programme may have given out the same number
        values = {
            "number": _next_number(session, programme, office, now),
            "programme_id": programme.id,
            "business_id": business.id,
            "assessment_id": assessment_id,
            "scheme": "none",
            "regency": business.regency,
            "stage": Stage.INTEREST,
            "since": now,
            "queued_at": now,
            "created_at": now,
        }
        insert = insert_into(session, Application).values(values).on_conflict_do_nothing(index_elements=["number"])
        entered = session.scalars(insert.returning(Application)).one_or_none()
    return entered


_EVERY = aliased(Programme)
_NUMBER = Prepared(
    sa.update(Programme)
    .where(Programme.id == sa.bindparam("it"))
    .values(numbered=sa.select(sa.func.max(_EVERY.numbered)).scalar_subquery() + 1)
    .returning(Programme.numbered)
)


def _next_number(session: Session, programme: Programme, office: Office, now: dt.datetime) -> str:
    """The numbers are one series of the office, whatever the programme: "nomor pendampingan BPTSI"."""
    ((given,),) = _NUMBER.rows(session, {"it": programme.id})
    return f"BTN-{office.local_day(now).year}-{given:06d}"


def _decide(
    session: Session,
    application: Application,
    programme: Programme,
    business: Business,
    assessment_id: int,
    office: Office,
    now: dt.datetime,
    by: str,
) -> Outcome:
    result = session.get_one(Assessment, assessment_id).result
    rules = eligibility.get(result["rule_set"], result["version"])
    application.assessment_id, application.scheme = assessment_id, result["scheme"]
    application.regency = business.regency
    missing = lacking(result, rules, business.nib, business.regency)
    kind, because = wanted(result, rules, missing, programme, now), None
    holding.refit(session, application, business, now)
    if kind is Kind.PLACED:
        kind, because = _take_place(session, application, programme, business, now)
    elif kind is Kind.REVIEW:
        because = "officer"
    if application.stage is not STAGES[kind] or application.promised_at is None or application.promised_at <= now:
        application.promised_at = promise(kind, programme, office, now)  # what still holds is not put off
    history.enter(session, application, STAGES[kind], now, by, because)
    outcome = _outcome(session, kind, application, programme, missing if kind is Kind.INCOMPLETE else (), because)
    application.position_told = outcome.position if kind is Kind.WAITING else None
    session.flush()
    return outcome


def _take_place(
    session: Session, application: Application, programme: Programme, business: Business, now: dt.datetime
) -> tuple[Kind, str | None]:
    limit = waiting.bound_by(session, programme, application)
    if limit is not None:
        return Kind.WAITING, limit.value
    claimed = places.held_by(session, application.id) or places.claim(
        session,
        programme_id=programme.id,
        application_id=application.id,
        regency=application.regency,
        nib=business.nib,
        now=now,
    )
    if isinstance(claimed, Place):
        return Kind.PLACED, None
    if not isinstance(claimed, Taken):
        return Kind.WAITING, claimed.limit.value
    # The same NIB twice is for an officer to look at, not for us to refuse.
    holder = session.get_one(Application, claimed.application_id)
    if holder.business_id != business.id:
        businesses.note_doubles(session, business.id, [(holder.business_id, "nib")], now)
    return Kind.REVIEW, "nib"


def _outcome(
    session: Session,
    kind: Kind,
    application: Application,
    programme: Programme,
    missing: tuple[str, ...] = (),
    because: str | None = None,
) -> Outcome:
    return Outcome(
        kind=kind,
        application_id=application.id,
        business_id=application.business_id,
        number=application.number,
        stage=application.stage,
        scheme=application.scheme,
        regency=application.regency,
        programme=programme.name,
        opens_at=programme.opens_at,
        closes_at=programme.closes_at,
        quota=programme.quota,
        left=places.left(session, programme.id),
        queued_at=application.queued_at,
        promised_at=application.promised_at,
        position=waiting.position(session, application),
        length=waiting.length(session, application),
        lacking=missing,
        because=because,
    )
