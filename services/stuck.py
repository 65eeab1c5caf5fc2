"""Mengapa macet: the question somebody is at, what was expected, which answers were not taken, what is sent next."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import sqlalchemy as sa

from models import (
    Channel,
    Conversation,
    Delivery,
    DeliveryState,
    Due,
    DueState,
    Inbound,
    Person,
    Reachable,
    Reminder,
    ReminderState,
    Session,
    SignUp,
    Stopped,
)
from services import audit, drafts, guiding, nudges, scope, tickets, transcript
from services.office import Office
from services.staff import Actor, Right, demand
from services.tickets import OpenedTicket

WAITING = (DeliveryState.QUEUED, DeliveryState.LEASED, DeliveryState.SENDING, DeliveryState.HELD)
LATELY = dt.timedelta(days=1)
MOST = 10  # things to come that are shown


class Expects(StrEnum):
    """What kind of answer a question waits for."""

    CHOICE = "choice"
    SEVERAL = "several"
    NUMBER = "number"
    WORDS = "words"
    LIST = "list"
    PHONE = "phone"
    PICTURE = "picture"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that was not taken. `text` is the key of the sentence that said why; no word of the person."""

    at: dt.datetime
    question: str
    text: str

    @classmethod
    def read(cls, kept: Sequence[str]) -> "Refusal":
        """As it is kept with the open form."""
        return cls(dt.datetime.fromisoformat(kept[0]), kept[1], kept[2])

    @property
    def understood(self) -> bool:
        """It was read, and could not be taken for a reason of its own; otherwise nothing was made of it."""
        return not self.text.rpartition(".")[2].startswith(("err", "not_understood"))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody is in a form. `asks`: the question as they read it; `over`: a prompt that lies over it."""

    form: str
    question: str
    asks: str
    expects: Expects
    options: tuple[str, ...]
    number: int
    total: int
    over: str
    laid_aside: bool
    refused: tuple[Refusal, ...]


class Engine(guiding.Engine, Protocol):
    """The conversation, as far as officers look into it."""

    def standing(self, session: Session, chat: Conversation, now: dt.datetime) -> Standing | None:
        """At which question they are; None where nothing is open or laid aside."""
        ...


@dataclass(frozen=True, slots=True)
class Try:
    """A refused answer: what was said (None: forgotten, or not kept), why it was refused, what the bot said to it."""

    refusal: Refusal
    words: str | None
    answered: str | None


@dataclass(frozen=True, slots=True)
class Coming:
    """Something that goes out by itself. `kind`: "due.todo", "nudge", "reminder", or what a waiting message is for."""

    kind: str
    at: dt.datetime
    held: bool = False  # waits until the person writes, or a template is approved


@dataclass(frozen=True, slots=True)
class Look:
    """Everything an officer needs to help. `ticket`: the open question of theirs, or of an officer's."""

    standing: Standing | None
    tries: tuple[Try, ...]
    coming: tuple[Coming, ...]
    quiet: bool
    mute: guiding.Why | None  # why the bot cannot speak now
    unreached: bool
    ticket: OpenedTicket | None


def look(
    session: Session, actor: Actor, conversation_id: int, *, engine: Engine, office: Office, now: dt.datetime
) -> Look:
    """Why somebody is stuck. Looking is written down. Raises NoChat."""
    chat = transcript.demand_chat(session, actor, conversation_id)
    standing = engine.standing(session, chat, now)
    found = Look(
        standing,
        tuple(_try(session, chat, one) for one in reversed(standing.refused if standing else ())),
        _coming(session, chat, standing, office, now),
        guiding.is_quiet(chat, now),
        guiding.may_speak(chat, now),
        chat.reachable is not Reachable.YES,
        tickets.newest(session, chat.id),
    )
    audit.note(session, actor, "chat.looked_into", f"chat:{chat.id}", now=now)
    return found


def _try(session: Session, chat: Conversation, refusal: Refusal) -> Try:
    """A message is refused at the moment it comes in: that is how it is found again, and with it what was answered."""
    mine = sa.and_(Inbound.conversation_id == chat.id, Inbound.at == refusal.at)
    row = session.scalars(sa.select(Inbound).where(mine).order_by(Inbound.id.desc()).limit(1)).first()
    if row is None:
        return Try(refusal, None, None)
    reply = sa.and_(Delivery.conversation_id == chat.id, Delivery.because == f"turn:{row.id}")
    bubble = session.scalars(sa.select(Delivery.bubble).where(reply).limit(1)).first()
    return Try(refusal, row.words, str(bubble.get("text", "")) if bubble else None)


# --- who is stuck and has not asked


@dataclass(frozen=True, slots=True)
class Stuck:
    """Somebody whose answers are not taken, and who has asked nobody."""

    conversation_id: int
    name: str | None
    channel: Channel
    form: str
    times: int  # answers to the question they are at that were not taken, of the last few
    last_in_at: dt.datetime


def people(session: Session, actor: Actor, now: dt.datetime, limit: int = 25) -> list[Stuck]:
    """Who is stuck, the newest first. Looking is written down.

    Stuck is whose answers to one question were refused twice or more, who wrote within the last day, and
    in whose chat no officer answers. They are found by the messages of that day, which have an index.
    """
    demand(actor, Right.REVIEW)
    wrote = sa.select(Inbound.conversation_id).where(Inbound.at > now - LATELY)
    query = (
        sa.select(Conversation, Person.name)
        .outerjoin(Person, Person.id == Conversation.person_id)
        .where(
            Conversation.id.in_(wrote),
            Conversation.view["refused"][1].as_string().is_not(None),
            sa.or_(Conversation.quiet_until.is_(None), Conversation.quiet_until <= now),
            scope.of_person(actor, Conversation.person_id),
        )
    )
    rows = session.execute(query.order_by(Conversation.last_in_at.desc(), Conversation.id).limit(limit)).all()
    audit.note(session, actor, "chats.seen", "chats", after={"rows": len(rows)}, now=now)
    return [
        Stuck(chat.id, name, chat.channel, chat.form or "", len(chat.view["refused"]), chat.last_in_at)
        for chat, name in rows
    ]


# --- what comes by itself


def _coming(
    session: Session, chat: Conversation, standing: Standing | None, office: Office, now: dt.datetime
) -> tuple[Coming, ...]:
    if chat.stopped is Stopped.EVERYTHING or chat.reachable is not Reachable.YES:
        return tuple(_waiting(session, chat))
    found = [*_waiting(session, chat), *_due(session, chat), *_reminders(session, chat)]
    if nudge := _nudge(chat, standing, office, now):
        found.append(nudge)
    return tuple(sorted(found, key=lambda one: one.at)[:MOST])


def _waiting(session: Session, chat: Conversation) -> list[Coming]:
    mine = sa.and_(Delivery.conversation_id == chat.id, Delivery.state.in_(WAITING))
    query = sa.select(Delivery.because, Delivery.not_before, Delivery.state).where(mine).order_by(Delivery.id)
    rows = session.execute(query.limit(MOST)).all()
    return [Coming(because.partition(":")[0], at, state is DeliveryState.HELD) for because, at, state in rows]


def _due(session: Session, chat: Conversation) -> list[Coming]:
    mine = sa.and_(Due.conversation_id == chat.id, Due.state == DueState.PLANNED)
    query = sa.select(Due.kind, Due.due_at).where(mine).order_by(Due.due_at).limit(MOST)
    return [Coming(f"due.{kind.value}", at) for kind, at in session.execute(query)]


def _reminders(session: Session, chat: Conversation) -> list[Coming]:
    if chat.person_id is None:
        return []
    theirs = sa.select(SignUp.event_id).where(SignUp.person_id == chat.person_id)  # so that their index is used
    planned = sa.and_(Reminder.person_id == chat.person_id, Reminder.state == ReminderState.PLANNED)
    mine = sa.and_(Reminder.event_id.in_(theirs), planned)
    query = sa.select(Reminder.due_at).where(mine).order_by(Reminder.due_at).limit(MOST)
    return [Coming("reminder", at) for at in session.scalars(query)]


def _nudge(chat: Conversation, standing: Standing | None, office: Office, now: dt.datetime) -> Coming | None:
    """One word about a form left half-way, once for each run, unless an officer is answering then."""
    if chat.person_id is None or standing is None or standing.form not in drafts.KEPT:
        return None
    at = nudges.nudge_at(chat.last_in_at, chat.channel, office)
    told = chat.run_id is not None and chat.nudged_run == chat.run_id
    if told or at is None or at <= now or guiding.is_quiet(chat, at):
        return None
    return Coming("nudge", at)
