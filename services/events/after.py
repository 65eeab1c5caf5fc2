"""Sesudah acara: whoever came is thanked, asked three things, and shown the way into the programme, each once."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import (
    Application,
    Business,
    Conversation,
    Event,
    EventFeedback,
    EventState,
    Lane,
    Language,
    Purpose,
    Reachable,
    Session,
    SignUp,
    Stopped,
)
from services import audit, calendar, chats, consents, deliveries
from services.events import giving, seating, signing, words
from services.events.attending import CAME
from services.inserting import insert_unless_there, quietly
from services.office import Office
from services.staff import Actor, Right, demand
from texts.bubble import Bubble, Button, Shape
from texts.filling import shown

if TYPE_CHECKING:
    from texts import Catalogue

SOON_AFTER = dt.timedelta(hours=1)  # people are on their way home
START_AFTER = dt.timedelta(days=1)  # who has not answered by then is shown the way into the programme all the same
START_LATEST = dt.timedelta(days=7)
LATEST = dt.timedelta(days=3)  # later nobody remembers the day
ANSWERED = dt.timedelta(days=7)  # a question that did not go out by then makes no sense any more
LONGEST = 500


def sweep(session: Session, texts: "Catalogue", office: Office, now: dt.datetime, limit: int = 100) -> int:
    """Ask whoever came to an event that is over, by day, at most `limit`; how many. Call again until it answers 0.

    Each person is asked once for each event, however many sweeps run. It belongs to the sign-up they asked for, so it
    goes by the consent to our service; BERHENTI ends that too.
    """
    if not calendar.may_send(calendar.Purpose.REMINDER, now, office.calendar):
        return 0
    asked = sa.and_(EventFeedback.event_id == SignUp.event_id, EventFeedback.person_id == SignUp.person_id)
    came = sa.and_(CAME, SignUp.person_id.is_not(None))
    over = sa.and_(Event.ends_at <= now - SOON_AFTER, Event.ends_at > now - LATEST)
    query = sa.select(SignUp, Event).join(Event, Event.id == SignUp.event_id)
    query = query.where(came, over, Event.state.in_((EventState.OPEN, EventState.DONE)))
    query = query.where(~sa.exists(sa.select(EventFeedback.id).where(asked))).order_by(SignUp.id).limit(limit)
    rows = session.execute(query.execution_options(populate_existing=True)).all()
    for row, event in rows:
        _ask(session, row, event, texts, now)
    return len(rows)


def _ask(session: Session, row: SignUp, event: Event, texts: "Catalogue", now: dt.datetime) -> None:
    chat = _chat(session, row.person_id)
    values = {"event_id": event.id, "person_id": row.person_id, "sign_up_id": row.id, "asked_at": now}
    made = insert_unless_there(session, EventFeedback, {**values, "reached": chat is not None})
    if made is None or chat is None:
        return
    deliveries.post(
        session,
        conversation_id=chat.id,
        bubble=_bubble(made, row, event, chat.language or Language.ID, texts),
        lane=Lane.NOTICE,
        because=f"feedback:{made}",
        now=now,
        expires_at=now + ANSWERED,
    )


def _chat(session: Session, person_id: int | None) -> Conversation | None:
    """Where they are reached, if they may be asked."""
    chat = chats.last_used(session, person_id, lock=False) if person_id is not None else None
    if chat is None or chat.reachable is not Reachable.YES or chat.stopped is Stopped.EVERYTHING:
        return None
    return chat if consents.agreed(session, person_id or 0, Purpose.SERVICE) else None


def _bubble(number: int, row: SignUp, event: Event, language: Language, texts: "Catalogue") -> Bubble:
    values = {**words.values(event, texts, language), "code": row.code}
    # With the materials they have been thanked already.
    thanks = "" if giving.materials_key(event) else texts.text("events.came", language, **values) + "\n"
    ask = texts.text("events.feedback_intro", language, **values)
    options = texts.options("events.feedback_intro", language)
    return Bubble(
        thanks + ask,
        Shape.CHOICE,
        tuple(Button(f"feedback|{number}|{one.id}", one.label) for one in options),
        numbered=True,  # a bare "1" belongs to the form that is open
        template="event_feedback_v1",
        template_values=(event.title, shown(words.day(event), language)),
    )


# --- into the programme


def start_sweep(session: Session, texts: "Catalogue", office: Office, now: dt.datetime, limit: int = 100) -> int:
    """Show the way into the programme to who came, is not in it and left our question unanswered for a day.

    By day, at most `limit`; how many. Call again until it answers 0. Once for each person and event, however many
    sweeps run: who answered has seen it then. It goes by the consent to our service; WhatsApp's template, which is an
    advertisement to Meta, only to who agreed to announcements: others read it when they next write.
    """
    if not calendar.may_send(calendar.Purpose.REMINDER, now, office.calendar):
        return 0
    silent = sa.and_(EventFeedback.reached, EventFeedback.answered_at.is_(None), EventFeedback.start_at.is_(None))
    when = sa.and_(EventFeedback.asked_at <= now - START_AFTER, EventFeedback.asked_at > now - START_LATEST)
    applied = sa.exists(_applied(EventFeedback.person_id).correlate(EventFeedback))
    due = sa.select(EventFeedback.id).where(silent, when, ~applied).order_by(EventFeedback.id).limit(limit)
    change = sa.update(EventFeedback).where(EventFeedback.id.in_(due), EventFeedback.start_at.is_(None))
    claimed = session.scalars(quietly(change.values(start_at=now).returning(EventFeedback.id))).all()
    query = sa.select(EventFeedback.id, SignUp, Event).join(SignUp, SignUp.id == EventFeedback.sign_up_id)
    query = query.join(Event, Event.id == EventFeedback.event_id)
    for number, row, event in session.execute(query.where(CAME, EventFeedback.id.in_(claimed))).all():
        _show_start(session, number, row, event, texts, now)
    return len(claimed)


def _show_start(session: Session, number: int, row: SignUp, event: Event, texts: "Catalogue", now: dt.datetime) -> None:
    chat = _chat(session, row.person_id)
    if chat is None:
        return
    language = chat.language or Language.ID
    options = texts.options("events.start_now", language)
    told = consents.agreed(session, row.person_id or 0, Purpose.ANNOUNCEMENTS)
    bubble = Bubble(
        texts.text("events.start_now", language, event=event.title, name=row.name),
        Shape.CHOICE,
        tuple(Button(f"start|{number}|{one.id}", one.label) for one in options),
        numbered=True,  # a bare "1" belongs to the form that is open
        template="start_journey_v1" if told else None,
        template_values=(row.name, event.title) if told else (),
    )
    deliveries.post(
        session, conversation_id=chat.id, bubble=bubble, lane=Lane.NOTICE, because=f"start:{number}", now=now,
        expires_at=now + START_LATEST,
    )  # fmt: skip


def started(session: Session, number: int, now: dt.datetime) -> None:
    """They were shown the way into the programme just now: it is not shown again."""
    change = sa.update(EventFeedback).where(EventFeedback.id == number, EventFeedback.start_at.is_(None))
    session.execute(quietly(change.values(start_at=now)))


# --- answers


def of_person(session: Session, person_id: int, which: str) -> tuple[EventFeedback, SignUp, Event] | None:
    """The question somebody was asked, by its id (a button's) or the code of their sign-up; None: none of theirs."""
    which = which.strip().upper()
    if not signing.SAID.fullmatch(which):
        return None
    named = EventFeedback.id == int(which) if which.isdecimal() else SignUp.code == which
    query = sa.select(EventFeedback, SignUp, Event).join(SignUp, SignUp.id == EventFeedback.sign_up_id)
    query = query.join(Event, Event.id == EventFeedback.event_id).where(EventFeedback.person_id == person_id, named)
    found = session.execute(query.order_by(EventFeedback.id.desc()).limit(1)).first()
    return (found[0], found[1], found[2]) if found else None


def keep(session: Session, number: int, *, useful: str, clear: str, words: str | None, now: dt.datetime) -> None:
    """Their answers; said again, the last ones count."""
    said = {"useful": useful, "clear": clear, "words": (words or "")[:LONGEST] or None, "answered_at": now}
    session.execute(quietly(sa.update(EventFeedback).where(EventFeedback.id == number).values(said)))


def in_programme(session: Session, person_id: int) -> bool:
    """Whether a business of theirs has registered."""
    return session.scalars(_applied(person_id).limit(1)).first() is not None


def _applied(person_id: Any) -> sa.Select[Any]:
    theirs = sa.or_(Business.person_id == person_id, Business.helper_id == person_id)
    return sa.select(Application.id).join(Business, Business.id == Application.business_id).where(theirs)


# --- the office


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one event was thought of. `asked`: whom the question could be sent. `words` without names, newest first."""

    asked: int
    answered: int
    useful: dict[str, int]
    clear: dict[str, int]
    words: list[str]


def opinion(session: Session, actor: Actor, code: str, now: dt.datetime) -> Opinion:
    """The answers of an event; that its words were read is noted. Raises EventRefused, Forbidden."""
    event = seating.find(session, code)
    demand(actor, Right.SEE, event.regency)
    of = EventFeedback.event_id == event.id
    rows = session.scalars(sa.select(EventFeedback).where(of).order_by(EventFeedback.answered_at.desc())).all()
    said = [row for row in rows if row.answered_at]
    audit.note(session, actor, "event.feedback_read", f"event:{event.code}", after={"count": len(said)}, now=now)
    return Opinion(
        asked=sum(1 for row in rows if row.reached or row.answered_at),
        answered=len(said),
        useful=_tally(row.useful for row in said),
        clear=_tally(row.clear for row in said),
        words=[row.words for row in said if row.words],
    )


def _tally(answers: Iterable[str | None]) -> dict[str, int]:
    return dict(Counter(one for one in answers if one))
