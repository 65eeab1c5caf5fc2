"""Minta perbaikan: an officer asks an owner to answer some questions again; after a reminder silence is shown to staff.

The rule. An application has one open correction at most. Its owner is asked in the chat they used last, reminded once
after `office.correction_days`, and as many days later it stands in the queue as unanswered; it may be answered all the
same, from any chat of theirs. What comes of the answer: services.corrected.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import (
    Application,
    Assessment,
    Business,
    Channel,
    Conversation,
    Correction,
    CorrectionState,
    Language,
    Session,
)
from services import audit, chats, eligibility, in_hand
from services.answers_in_words import called
from services.codes import next_code
from services.inserting import insert_unless_there
from services.office import Office
from services.staff import Actor, Right, demand, demand_for
from services.stages import about
from texts import Marked
from texts.bubble import Bubble, Button, Shape
from texts.filling import shown

if TYPE_CHECKING:
    from texts import Catalogue

LETTER = "C"
TEXT, REMINDER = "correction.ask", "correction.remind"
REGISTERED = ("owner_name", "business_name", "village", "address", "phone", "nib_number", "products")
PHOTO = "photo"
NEVER = frozenset({"for_whom", "helper"})  # who somebody is to the business is not an officer's to ask anew
MOST = 6  # fields at once: more is a talk on the telephone
UNANSWERED = (CorrectionState.OPEN, CorrectionState.LAPSED)


class Why(StrEnum):
    """Why nobody is asked."""

    NO_FIELD = "no_field"
    TOO_MANY = "too_many"
    NO_REASON = "no_reason"
    ENDED = "ended"  # issued, withdrawn, lapsed: nothing is corrected any more
    OPEN = "open"  # something else is being asked already
    NOT_REACHED = "not_reached"  # no chat, or no consent


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody was asked; nothing is changed."""

    why: Why


@dataclass(frozen=True, slots=True)
class Asked:
    """A correction that is asked for. `told` None: it was asked before, in the same words."""

    correction_id: int
    number: str
    told: Bubble | None


# --- the rules


def askable(assessment: Assessment) -> tuple[str, ...]:
    """The questions that may be asked again: those of the registration, a photo, and what the check has asked."""
    rules = eligibility.get(assessment.rule_set, assessment.version)
    said = sorted(assessment.said, key=lambda key: int(assessment.said[key][0]))
    asked = {ask.key for ask in rules.script} | {"scale"}
    checked = [key for key in said if key in asked - NEVER]
    return (*REGISTERED, PHOTO, *checked)


def chosen(assessment: Assessment, wanted: Sequence[str]) -> tuple[str, ...]:
    """Of what was ticked, what there is, in the order in which it will be asked."""
    return tuple(key for key in askable(assessment) if key in wanted)


# --- asking


def ask(
    session: Session,
    actor: Actor,
    application_id: int,
    fields: Sequence[str],
    reason: str,
    *,
    office: Office,
    texts: "Catalogue",
    now: dt.datetime,
) -> Asked | Refused:
    """Ask an application's owner to answer `fields` again, and tell them why. Raises NoResultFound, Forbidden."""
    hand = in_hand.take(session, actor, application_id)
    application = hand.application
    wanted = chosen(session.get_one(Assessment, application.assessment_id), fields)
    against = _against(application, wanted, reason.strip())
    if against is not None or hand.chat is None:
        return Refused(against or Why.NOT_REACHED)
    known = open_of(session, application.id)
    if known is not None:
        same = (known.fields, known.reason) == (list(wanted), reason.strip())
        return Asked(known.id, application.number, None) if same else Refused(Why.OPEN)
    made = _keep(session, actor, application, hand.business.person_id, wanted, reason.strip(), office, now)
    told = _post(session, made, TEXT, hand.chat, texts, office, now)
    after = {"fields": list(wanted), "told": True}
    audit.note(session, actor, "correction.asked", f"application:{application.number}", after=after, now=now)
    return Asked(made.id, application.number, told)


def _against(application: Application, wanted: Sequence[str], reason: str) -> Why | None:
    if not wanted:
        return Why.NO_FIELD
    if len(wanted) > MOST:
        return Why.TOO_MANY
    if not reason:
        return Why.NO_REASON
    return Why.ENDED if about(application.stage).ends else None


def _keep(
    session: Session, actor: Actor, application: Application, person_id: int, wanted: Sequence[str], reason: str,
    office: Office, now: dt.datetime,
) -> Correction:  # fmt: skip
    values = {
        "application_id": application.id, "fields": list(wanted), "reason": reason[:500], "asked_by": actor.called,
        "code": _code(session, person_id), "asked_at": now, "due_at": _limit(office, now), "before": {}, "after": {},
        "judged_before": application.assessment_id,
    }  # fmt: skip
    new_id = insert_unless_there(session, Correction, values)
    if new_id is None:  # the business is locked, so nobody else can have asked
        raise LookupError("a correction is open")
    return session.get_one(Correction, new_id)


def _limit(office: Office, now: dt.datetime) -> dt.datetime:
    return office.morning(office.local_day(now, office.correction_days))


def _code(session: Session, person_id: int) -> str:
    """An owner of several businesses may be asked about each: their codes differ."""
    query = sa.select(Correction.code, Correction.state)
    query = query.join(Application, Application.id == Correction.application_id)
    query = query.join(Business, Business.id == Application.business_id).where(Business.person_id == person_id)
    rows = session.execute(query.order_by(Correction.id.desc()).limit(99)).all()
    return next_code(LETTER, {code for code, state in rows if state in UNANSWERED}, rows[0].code if rows else None)


def open_of(session: Session, application_id: int) -> Correction | None:
    """What is being asked about an application."""
    which = sa.and_(Correction.application_id == application_id, Correction.state.in_(UNANSWERED))
    return session.scalars(sa.select(Correction).where(which).execution_options(populate_existing=True)).one_or_none()


# --- the message


def words(
    session: Session, correction: Correction, texts: "Catalogue", language: Language, office: Office
) -> Mapping[str, Any]:
    """What fills the question to the owner."""
    application = session.get_one(Application, correction.application_id)
    business = session.get_one(Business, application.business_id)
    lines = [f"• {called(texts, key, language)}" for key in correction.fields]
    return {
        "name": business.owner_name, "business": business.name, "number": application.number, "code": correction.code,
        "items": Marked("\n".join(lines)), "reason": correction.reason, "count": len(lines),
        "due_date": office.local_day(correction.due_at),
    }  # fmt: skip


def _post(
    session: Session, correction: Correction, key: str, chat: Conversation, texts: "Catalogue", office: Office,
    now: dt.datetime,
) -> Bubble:  # fmt: skip
    language = chat.language or Language.ID
    values = words(session, correction, texts, language, office)
    buttons = tuple(
        Button(f"mend|{correction.id}|{option.id}", option.label) for option in texts.options(TEXT, language)
    )
    short = ", ".join(called(texts, key, language) for key in correction.fields)
    filled = (values["business"], values["number"], short, correction.code, shown(values["due_date"], language))
    bubble = Bubble(
        texts.text(key, language, **values), Shape.CHOICE, buttons, numbered=True,
        template="correction_wanted_v1" if chat.channel is Channel.WHATSAPP else None, template_values=filled,
    )  # fmt: skip
    in_hand.tell(session, chat, bubble, f"correction:{correction.id}", office, now)
    return bubble


# --- taking it back, having seen it


def cancel(session: Session, actor: Actor, application_id: int, *, now: dt.datetime) -> bool:
    """Ask for nothing any more; False if nothing was asked. The owner's button then says that it is settled."""
    return _closed(session, actor, application_id, UNANSWERED, "correction.cancelled", now, state=CorrectionState.VOID)


def seen(session: Session, actor: Actor, application_id: int, *, now: dt.datetime) -> bool:
    """An officer has looked at what was answered, or at the silence; False if that was done before."""
    ready = (CorrectionState.ANSWERED, CorrectionState.LAPSED)
    return _closed(session, actor, application_id, ready, "correction.seen", now, seen_at=now, seen_by=actor.called)


def _closed(
    session: Session, actor: Actor, application_id: int, states: Sequence[CorrectionState], act: str, now: dt.datetime,
    **values: Any,
) -> bool:  # fmt: skip
    demand(actor, Right.REVIEW)
    application = session.get_one(Application, application_id)
    demand_for(actor, Right.REVIEW, application.regency)
    which = sa.and_(
        Correction.application_id == application_id, Correction.state.in_(states), Correction.seen_at.is_(None)
    )
    done = session.execute(sa.update(Correction).where(which).values(**values).returning(Correction.id)).all()
    if done:
        audit.note(session, actor, act, f"application:{application.number}", now=now)
    return bool(done)


# --- silence


def sweep(session: Session, texts: "Catalogue", office: Office, now: dt.datetime, limit: int = 100) -> int:
    """Remind once, then leave it to the staff; how many were looked at. By night nothing is done."""
    if not office.may_write(now):
        return 0
    due = sa.and_(Correction.state == CorrectionState.OPEN, Correction.due_at <= now)
    query = sa.select(Correction).where(due).order_by(Correction.due_at, Correction.id).limit(limit)
    rows = session.scalars(query.with_for_update(skip_locked=True).execution_options(populate_existing=True)).all()
    for correction in rows:
        if correction.reminded_at is None and not _ended(session, correction):
            _remind(session, correction, texts, office, now)
        else:
            correction.state = CorrectionState.LAPSED
    session.flush()
    return len(rows)


def _ended(session: Session, correction: Correction) -> bool:
    return about(session.get_one(Application, correction.application_id).stage).ends


def _remind(session: Session, correction: Correction, texts: "Catalogue", office: Office, now: dt.datetime) -> None:
    correction.reminded_at, correction.due_at = now, _limit(office, now)
    query = sa.select(Business.person_id).join(Application, Application.business_id == Business.id)
    person_id = session.scalars(query.where(Application.id == correction.application_id)).one()
    chat = chats.last_used(session, person_id, lock=False)
    if chat is not None:
        _post(session, correction, REMINDER, chat, texts, office, now)
