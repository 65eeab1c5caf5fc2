"""Tawaran tempat: what an owner answers to one, and whom the office must call because no answer came."""

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import Application, Business, Offer, OfferState, Programme, Session, Stage
from services import audit, businesses, dues, history, holding, programmes, waiting
from services.office import Office
from services.staff import Actor, Right, demand, demand_for, within

SAID = re.compile(r"[0-9]{1,18}|[A-Z][0-9]{1,2}")  # an offer's number, or a code


class Answer(StrEnum):
    """What can be answered."""

    TAKE = "take"
    SKIP = "skip"
    STILL = "still"  # "masih mau", after skipping or silence


class What(StrEnum):
    """What came of an answer."""

    TAKEN = "taken"
    SKIPPED = "skipped"
    STILL = "still"
    STILL_OPEN = "still_open"  # "masih", while the offer waits to be taken
    TOO_LATE = "too_late"
    ALREADY = "already"
    OVER = "over"  # the application is no longer on the list: withdrawn, placed otherwise, or its programme closed
    NOT_YOURS = "not_yours"


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer did. `position` is the number on the waiting list, where the application is still on it."""

    what: What
    code: str
    business: str = ""
    number: str = ""
    deadline: dt.datetime | None = None
    position: int | None = None
    promised_at: dt.datetime | None = None
    before: OfferState | None = None  # ALREADY: what was answered


@dataclass(frozen=True, slots=True)
class Line:
    """One offer in the office's list."""

    id: int
    code: str
    number: str
    business: str
    owner: str
    phone: str | None
    regency: str | None
    programme: str
    state: OfferState
    told: bool  # False: there was no chat in which to tell the owner
    offered_at: dt.datetime
    deadline: dt.datetime
    called_at: dt.datetime | None
    called_by: str | None
    still: bool


def answer(
    session: Session,
    *,
    conversation_id: int,
    person_id: int | None,
    which: str,
    said: Answer,
    office: Office,
    now: dt.datetime,
) -> Answered | None:
    """An owner's answer, by the number a button carries ("17") or the code they typed ("k7"). None: no such offer.

    Locks are taken in the one order: person, business, programme. An offer that nobody has ended yet may be taken a
    little after its deadline: the place is still theirs.
    """
    found = _find(session, conversation_id, person_id, which)
    if found is None or isinstance(found, Answered):
        return found
    offer, application, business = _locked(session, found)
    outcome = _outcome(session, offer, application, business, said, office, now)
    if outcome is What.TAKEN and application.promised_at is not None:
        dues.promise(
            session, conversation_id=conversation_id, person_id=person_id, application_id=application.id,
            due_at=application.promised_at,
        )  # fmt: skip
    return _told(session, outcome, offer, application, business)


def _find(session: Session, conversation_id: int, person_id: int | None, which: str) -> int | Answered | None:
    """The offer that is meant, the one that waits before older ones of the same code."""
    which = which.strip().upper()
    if not SAID.fullmatch(which):
        return None
    named = Offer.id == int(which) if which[0].isdecimal() else Offer.code == which
    of_person = sa.and_(Business.person_id == person_id, sa.literal(person_id is not None))
    mine = sa.or_(Offer.conversation_id == conversation_id, of_person)
    waits = sa.case((Offer.state == OfferState.OPEN, 0), else_=1)
    joined = sa.select(Offer.id).join(Application, Application.id == Offer.application_id)
    joined = joined.join(Business, Business.id == Application.business_id)
    found = session.scalars(joined.where(named, mine).order_by(waits, Offer.id.desc()).limit(1)).first()
    if found is not None:
        return found
    others = session.scalars(sa.select(Offer.id).where(named, Offer.state == OfferState.OPEN).limit(1)).first()
    return None if others is None else Answered(What.NOT_YOURS, which)


def _locked(session: Session, offer_id: int) -> tuple[Offer, Application, Business]:
    query = sa.select(Application.id, Application.business_id, Application.programme_id)
    ids = session.execute(query.join(Offer, Offer.application_id == Application.id).where(Offer.id == offer_id)).one()
    business = businesses.lock(session, ids.business_id)
    programmes.lock(session, ids.programme_id)
    offer = session.get_one(Offer, offer_id, populate_existing=True)
    return offer, session.get_one(Application, ids.id, populate_existing=True), business


def _outcome(
    session: Session,
    offer: Offer,
    application: Application,
    business: Business,
    said: Answer,
    office: Office,
    now: dt.datetime,
) -> What:
    if offer.state is OfferState.OPEN:
        return _answer_open(session, offer, application, said, office, now)
    if offer.state is OfferState.TAKEN or (offer.state is OfferState.SKIPPED and said is Answer.SKIP):
        return What.ALREADY
    if application.stage is not Stage.WAITING or offer.state is OfferState.VOID:
        return What.OVER
    if said is not Answer.SKIP:
        _wake(session, offer, now)  # whoever says "ambil" too late still wants one
    if said is Answer.STILL:
        return What.STILL
    return What.ALREADY if offer.state is OfferState.SKIPPED else What.TOO_LATE


def _answer_open(
    session: Session, offer: Offer, application: Application, said: Answer, office: Office, now: dt.datetime
) -> What:
    if said is Answer.STILL:
        return What.STILL_OPEN
    if said is Answer.TAKE:
        application.promised_at = office.promise(now, office.contact_days)
        history.enter(session, application, Stage.PLACED, now, "owner", None)
        return What.TAKEN
    holding.close(session, offer, OfferState.SKIPPED, now)
    application.promised_at = now + dt.timedelta(days=office.remind_days)
    session.flush()
    return What.SKIPPED


def _wake(session: Session, offer: Offer, now: dt.datetime) -> None:
    offer.still_at = now
    session.flush()


def _told(session: Session, what: What, offer: Offer, application: Application, business: Business) -> Answered:
    return Answered(
        what=what,
        code=offer.code,
        business=business.name,
        number=application.number,
        deadline=offer.deadline,
        position=waiting.position(session, application) if application.stage is Stage.WAITING else None,
        promised_at=application.promised_at,
        before=offer.state,
    )


# --- the office


class Unknown(LookupError):
    """No offer is called this; or several are, whose numbers are in `several`."""

    def __init__(self, which: str, several: tuple[str, ...] = ()) -> None:
        super().__init__(which)
        self.several = several


def lines(session: Session, actor: Actor, *, now: dt.datetime, to_call: bool = False, limit: int = 500) -> list[Line]:
    """Offers, the newest first.

    `to_call`: no answer came, or nobody could be told, and nobody has called yet; those first who wait longest.
    """
    demand(actor, Right.SEE)
    query = sa.select(Offer, Application, Business, Programme).join(Application, Application.id == Offer.application_id)
    query = query.where(within(actor, Application.regency))
    query = query.join(Business, Business.id == Application.business_id)
    query = query.join(Programme, Programme.id == Offer.programme_id)
    wanted = query.where(_to_call()).order_by(Offer.deadline, Offer.id) if to_call else query.order_by(Offer.id.desc())
    found = [_line(*row) for row in session.execute(wanted.limit(limit)).all()]
    audit.note(session, actor, "offers.seen", "offers", after={"to_call": to_call, "rows": len(found)}, now=now)
    return found


def called(session: Session, actor: Actor, which: str, *, now: dt.datetime, still: bool = False) -> Line:
    """An officer has called; `still`: the owner still wants a place, and is offered the next. Raises Unknown.

    `which`: the offer's number, the number of the application ("BTN-…"), or its code where only one is waiting.
    """
    demand(actor, Right.REVIEW)
    offer, application, business = _locked(session, find(session, which))
    demand_for(actor, Right.REVIEW, application.regency)
    offer.called_at, offer.called_by = now, actor.called
    if still and offer.state in holding.UNANSWERED:
        _wake(session, offer, now)
    session.flush()
    programme = session.get_one(Programme, offer.programme_id)
    after = {"offer": offer.id, "still": still}
    audit.note(session, actor, "offer.called", f"application:{application.number}", after=after, now=now)
    return _line(offer, application, business, programme)


def wake(session: Session, actor: Actor, number: str, *, now: dt.datetime) -> int:
    """Let an application rest no longer, if it does; its id. Raises Unknown."""
    demand(actor, Right.REVIEW)
    query = sa.select(Application).where(Application.number == number.strip().upper())
    application = session.scalars(query).one_or_none()
    if application is None:
        raise Unknown(number)
    demand_for(actor, Right.REVIEW, application.regency)
    businesses.lock(session, application.business_id)
    programmes.lock(session, application.programme_id)
    newest = sa.select(Offer).where(Offer.application_id == application.id).order_by(Offer.id.desc()).limit(1)
    offer = session.scalars(newest.execution_options(populate_existing=True)).first()
    if offer is not None and offer.state in holding.UNANSWERED:
        _wake(session, offer, now)
    return application.id


def find(session: Session, which: str) -> int:
    """The offer that an officer means. Raises Unknown."""
    said = which.strip().upper()
    query = sa.select(Offer.id, Application.number).join(Application, Application.id == Offer.application_id)
    if said.isdecimal():
        rows = session.execute(query.where(Offer.id == int(said))).all()
    elif SAID.fullmatch(said):
        rows = session.execute(query.where(Offer.code == said, _to_call()).order_by(Offer.id)).all()
    else:
        rows = session.execute(query.where(Application.number == said).order_by(Offer.id.desc()).limit(1)).all()
    if len(rows) != 1:
        raise Unknown(which, tuple(row.number for row in rows))
    return int(rows[0].id)


def _to_call() -> sa.ColumnElement[bool]:
    newer = aliased(Offer)
    later = sa.exists(sa.select(newer.id).where(newer.application_id == Offer.application_id, newer.id > Offer.id))
    silent = sa.and_(Offer.state == OfferState.EXPIRED, Offer.still_at.is_(None))
    untold = sa.and_(Offer.state == OfferState.OPEN, Offer.conversation_id.is_(None))
    one = aliased(Application)
    waits = sa.exists(sa.select(one.id).where(one.id == Offer.application_id, one.stage == Stage.WAITING))
    return sa.and_(sa.or_(silent, untold), Offer.called_at.is_(None), waits, ~later)


def _line(offer: Offer, application: Application, business: Business, programme: Programme) -> Line:
    return Line(
        id=offer.id,
        code=offer.code,
        number=application.number,
        business=business.name,
        owner=business.owner_name,
        phone=business.phone,
        regency=application.regency,
        programme=programme.name,
        state=offer.state,
        told=offer.conversation_id is not None,
        offered_at=offer.offered_at,
        deadline=offer.deadline,
        called_at=offer.called_at,
        called_by=offer.called_by,
        still=offer.still_at is not None,
    )
