"""Pindah tahap: an officer moves an application, and its owner hears of it in the stage's own words, once."""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy.exc import NoResultFound

from models import Application, Business, Place, Programme, Session, Stage
from services import audit, certificates, dues, history, in_hand, places, programmes, waiting
from services.in_hand import InHand
from services.office import Office
from services.staff import Actor, Right, demand
from services.stages import About, Effect, Need, about
from services.telling import News, bubble
from texts.bubble import Bubble

if TYPE_CHECKING:
    from texts import Catalogue


class Why(StrEnum):
    """Why a move is refused."""

    UNKNOWN = "unknown"  # no such application
    NOT_NEXT = "not_next"  # this stage cannot follow the one it stands at
    NEEDS_REASON = "needs_reason"
    NEEDS_CERTIFICATE = "needs_certificate"
    NEEDS_DATE = "needs_date"
    NEEDS_WAY = "needs_way"  # nothing was chosen
    NO_PLACE = "no_place"  # the quota is given out, or what is free is for those ahead
    SAME_NIB = "same_nib"  # this NIB holds a place already
    ELSEWHERE = "elsewhere"  # not the actor's kab/kota


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of a move. `change_id` None: it stood there already, and nothing was said twice."""

    application_id: int
    number: str
    before: Stage
    after: Stage
    change_id: int | None
    told: Bubble | None = None  # None: nobody could be told (no chat, no consent)


@dataclass(frozen=True, slots=True)
class Refused:
    """A move that was not made; nothing is changed."""

    why: Why
    before: Stage | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What an officer tells with a move."""

    note: str | None = None
    certificate: str | None = None
    audit_date: dt.date | None = None
    double: bool = False  # the business has another application, which is gone on with


# --- the rules


def reason_against(before: Stage, to: Stage, told: Told) -> Why | None:
    """Why an application may not be moved there, as far as that can be said without looking at the quota."""
    if to not in about(before).then:
        return Why.NOT_NEXT
    needs = about(to).needs
    if Need.REASON in needs and not told.note:
        return Why.NEEDS_REASON
    if Need.CERTIFICATE in needs and not told.certificate:
        return Why.NEEDS_CERTIFICATE
    if Need.DATE in needs and told.audit_date is None:
        return Why.NEEDS_DATE
    return None


def touches_queue(before: Stage, to: Stage) -> bool:
    """Whether a move changes who stands before whom, or what is free: then the programme is locked."""
    return bool({before, to} & {*waiting.AHEAD}) or about(to).place is not Effect.NONE


# --- the move


def move(
    session: Session,
    actor: Actor,
    application_id: int,
    to: Stage,
    *,
    now: dt.datetime,
    office: Office,
    texts: "Catalogue",
    note: str | None = None,
    certificate: str | None = None,
    audit_date: dt.date | None = None,
) -> Moved | Refused:
    """Move one application and tell its owner on the chat they used last.

    The locks are taken in the written order, the chat first: chat, person, business, programme, allocation. Two moves
    at once take turns, and the second is judged by what the first has done.
    """
    demand(actor, Right.REVIEW)
    moved = moved_unnoted(session, actor, application_id, to, Told(note, certificate, audit_date), texts, office, now)
    if isinstance(moved, Moved):
        write_down(session, actor, moved, now)
    return moved


def write_down(session: Session, actor: Actor, moved: Moved, now: dt.datetime) -> None:
    """Note a move that was made, after every other lock was had."""
    if moved.change_id is not None:
        before, after = {"stage": moved.before}, {"stage": moved.after, "told": moved.told is not None}
        about = f"application:{moved.number}"
        audit.note(session, actor, "application.moved", about, before=before, after=after, now=now)


def moved_unnoted(
    session: Session,
    actor: Actor,
    application_id: int,
    to: Stage,
    told: Told,
    texts: "Catalogue",
    office: Office,
    now: dt.datetime,
) -> Moved | Refused:
    """One of many moves of one transaction: whoever calls has the rest of them made, and then `write_down`."""
    told = replace(told, note=_plain(told.note), certificate=_plain(told.certificate))
    try:
        hand = in_hand.take(session, actor, application_id)
    except NoResultFound:
        return Refused(Why.UNKNOWN)
    application, before = hand.application, hand.application.stage
    if before is to:
        return Moved(application.id, application.number, before, to, None)
    against = reason_against(before, to, told) or _quota(session, application, hand.business, to, now)
    if against is not None:
        return Refused(against, before)
    change_id = _enter(session, application, to, told, actor.called, now, office)
    if change_id is None:
        return Moved(application.id, application.number, before, to, None)
    shown = _tell(
        session, hand, change_id, News(to, told.note, told.audit_date, double=told.double), texts, office, now
    )
    return Moved(application.id, application.number, before, to, change_id, shown)


def _plain(words: str | None) -> str | None:
    return (words.strip() or None) if words else None


def _quota(session: Session, application: Application, business: Business, to: Stage, now: dt.datetime) -> Why | None:
    """Take or give back a place, where the stage does; why it cannot be taken."""
    if not touches_queue(application.stage, to):
        return None
    programme = programmes.lock(session, application.programme_id)
    if about(to).place is Effect.TAKES:
        return _take(session, programme, application, business, now)
    if _frees(about(to), programme):
        place = places.held_by(session, application.id)
        if place is not None:
            places.release(session, place, now)
    return None


def _frees(stage: About, programme: Programme) -> bool:
    return stage.place is Effect.FREES or (stage.place is Effect.FREES_QUOTA and "reguler" not in programme.accepts)


def _take(
    session: Session, programme: Programme, application: Application, business: Business, now: dt.datetime
) -> Why | None:
    """An officer gives a place by the same rule as the bot: nobody who waits is passed over."""
    if waiting.bound_by(session, programme, application) is not None:
        return Why.NO_PLACE
    claimed = places.held_by(session, application.id) or places.claim(
        session,
        programme_id=programme.id,
        application_id=application.id,
        regency=application.regency,
        nib=business.nib,
        now=now,
    )
    if isinstance(claimed, Place):
        return None
    return Why.SAME_NIB if isinstance(claimed, places.Taken) else Why.NO_PLACE


def _enter(
    session: Session, application: Application, to: Stage, told: Told, by: str, now: dt.datetime, office: Office
) -> int | None:
    promise = about(to).promise
    application.promised_at = office.promise(now, promise) if promise else None
    application.certificate, application.received_at = (told.certificate if to is Stage.ISSUED else None), None
    if to is Stage.TO_REGULAR:
        application.scheme = "reguler"
    dated = told.audit_date.isoformat() if told.audit_date else None
    return history.enter(session, application, to, now, by, told.note or dated)


def _tell(
    session: Session, hand: InHand, change_id: int, news: News, texts: "Catalogue", office: Office, now: dt.datetime
) -> Bubble | None:
    application, chat = hand.application, hand.chat
    if chat is None:
        return None
    if news.stage is Stage.ISSUED:
        due = certificates.first_asked(session, application, chat, office, now)
        news = News(news.stage, news.note, news.audit_date, due)
    elif application.promised_at is not None:
        dues.promise(
            session, conversation_id=chat.id, person_id=chat.person_id, application_id=application.id,
            due_at=application.promised_at,
        )  # fmt: skip
    shown = bubble(session, application, news, chat=chat, texts=texts, office=office, now=now)
    in_hand.tell(session, chat, shown, f"stage:{change_id}", office, now)
    return shown
