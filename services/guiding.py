"""Membantu yang macet: an officer takes a chat over, hands it back, has the question asked again or goes back one."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from models import Channel, Conversation, Delivery, Lane, Language, Session, Stopped, Ticket, Topic
from services import answers, audit, deliveries, tickets, transcript
from services.masking import Plain
from services.office import Office
from services.refusing import Refusal
from services.staff import Actor, Right, demand
from services.tickets import TALKS, code_of
from texts.bubble import Bubble

if TYPE_CHECKING:
    from texts import Catalogue

MAKES_SENSE = dt.timedelta(hours=12)  # a question that was to be asked again and could not be sent for so long


class Act(StrEnum):
    """What an officer does in somebody's chat."""

    AGAIN = "ulang"  # the open question once more
    BACK = "mundur"  # as if they had written KEMBALI
    TAKE = "ambil"  # the bot is quiet, the officer speaks
    GIVE = "serah"  # the bot speaks again, and says where they are


class Why(StrEnum):
    """Why nothing was done."""

    NO_CONSENT = "no_consent"  # their words may not be kept: they would have to be, in a ticket
    STOPPED = "stopped"  # they want no message from us
    WINDOW = "window"  # WhatsApp's 24 hours are over
    NOTHING_OPEN = "nothing_open"
    FIRST = "first"  # there is no question before this one
    QUIET = "quiet"  # an officer is answering in this chat
    NOT_QUIET = "not_quiet"
    CHANGED = "changed"  # they wrote, or somebody else did something, since it was looked at


class GuidingRefused(Refusal[Why]):
    """Nothing was done, for one reason."""


@dataclass(frozen=True, slots=True)
class Next:
    """What the conversation comes to: a message for the person, and the columns of their chat that change with it."""

    bubble: Bubble | None
    changes: Mapping[str, Any]


class Engine(Protocol):
    """The conversation itself, which the office does not know from the inside. None: there is nothing to do it with."""

    def again(self, session: Session, chat: Conversation, officer: str, now: dt.datetime) -> Next | None:
        """Ask the open question once more."""
        ...

    def back(self, session: Session, chat: Conversation, officer: str, now: dt.datetime) -> Next | None:
        """Forget the newest answer and ask that question."""
        ...

    def lay_aside(self, session: Session, chat: Conversation, now: dt.datetime) -> Next:
        """Close what is open; a form worth keeping is laid aside."""
        ...

    def go_on(self, session: Session, chat: Conversation, officer: str, now: dt.datetime) -> Next:
        """The bot speaks again: the form laid aside, or the menu."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """What was done. `bubble`: what the person reads of it; None: they could not be told. `twice`: it had been done."""

    bubble: Bubble | None = None
    ticket_id: int | None = None
    twice: bool = False


def do(
    session: Session, actor: Actor, conversation_id: int, act: Act, looked_at: str, *, engine: Engine,
    texts: "Catalogue", office: Office, now: dt.datetime,
) -> Done:  # fmt: skip
    """Do it, and write it down. Raises NoChat, GuidingRefused.

    `looked_at` is `transcript.seen` of the chat as it was when the officer decided; from one look it is done once.
    """
    demand(actor, Right.REVIEW)
    chat = transcript.demand_chat(session, actor, conversation_id, lock=True)
    because = f"guided:{act.value}:{looked_at}"[:100]
    if _done_before(session, chat.id, because):
        ticket = _open_ticket(session, chat.id)
        return Done(ticket_id=ticket.id if ticket else None, twice=True)
    if transcript.seen(chat) != looked_at:
        raise GuidingRefused(Why.CHANGED)
    scene = _Scene(session, actor, chat, because, engine, texts, office, now)
    done = {Act.AGAIN: scene.again, Act.BACK: scene.back, Act.TAKE: scene.take, Act.GIVE: scene.give}[act]()
    after = {"act": Plain(act), **({"ticket": Plain(code_of(done.ticket_id))} if done.ticket_id else {})}
    audit.note(session, actor, "chat.guided", f"chat:{chat.id}", after=after, now=now)
    return done


def _done_before(session: Session, conversation_id: int, because: str) -> bool:
    mine = sa.and_(Delivery.conversation_id == conversation_id, Delivery.because == because)
    return session.scalars(sa.select(Delivery.id).where(mine).limit(1)).first() is not None


def _open_ticket(session: Session, conversation_id: int) -> Ticket | None:
    mine = sa.and_(Ticket.conversation_id == conversation_id, Ticket.topic.in_(TALKS), Ticket.closed_at.is_(None))
    query = sa.select(Ticket).where(mine).order_by(Ticket.id.desc()).limit(1)
    return session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)).first()


def may_speak(chat: Conversation, now: dt.datetime) -> Why | None:
    """Why a message of the bot cannot reach them now; None: it can."""
    if chat.stopped is Stopped.EVERYTHING:
        return Why.STOPPED
    closed = chat.channel is Channel.WHATSAPP and now - chat.last_in_at >= answers.WINDOW
    return Why.WINDOW if closed else None


def is_quiet(chat: Conversation, now: dt.datetime) -> bool:
    """Whether an officer is answering in this chat."""
    return chat.quiet_until is not None and now < chat.quiet_until


@dataclass(frozen=True, slots=True)
class _Scene:
    """One chat, held, and an officer in it."""

    session: Session
    actor: Actor
    chat: Conversation
    because: str
    engine: Engine
    texts: "Catalogue"
    office: Office
    now: dt.datetime

    def again(self) -> Done:
        """The open question once more."""
        self._speaks()
        return self._say(self.engine.again(self.session, self.chat, self.actor.called, self.now), Why.NOTHING_OPEN)

    def back(self) -> Done:
        """One question back."""
        self._speaks()
        return self._say(self.engine.back(self.session, self.chat, self.actor.called, self.now), Why.FIRST)

    def take(self) -> Done:
        """The bot is quiet; what is written goes to a ticket, and what was open is laid aside."""
        if self.chat.person_id is None:
            raise GuidingRefused(Why.NO_CONSENT)
        if self.chat.stopped is Stopped.EVERYTHING:
            raise GuidingRefused(Why.STOPPED)
        if is_quiet(self.chat, self.now):
            raise GuidingRefused(Why.QUIET)
        known = _open_ticket(self.session, self.chat.id)
        ticket_id, until = (known.id, known.answer_by) if known else self._opened()
        self._keep(self.engine.lay_aside(self.session, self.chat, self.now).changes)
        self.chat.quiet_until = max(until, self.now + tickets.REPLY_TIME)
        values = {"officer": self.actor.called, "ticket": code_of(ticket_id), "answer_by": self.chat.quiet_until}
        bubble = Bubble(self.texts.text("officer.taken_over", self.chat.language or Language.ID, **values))
        told = self._post(bubble) if may_speak(self.chat, self.now) is None else None
        self.session.flush()
        return Done(told, ticket_id)

    def give(self) -> Done:
        """The bot speaks again and says where they are. What was opened only to take the chat over is closed."""
        ticket = _open_ticket(self.session, self.chat.id)
        if not is_quiet(self.chat, self.now) and (ticket is None or ticket.topic != Topic.TAKEN):
            raise GuidingRefused(Why.NOT_QUIET)
        if ticket is not None and ticket.topic == Topic.TAKEN:
            ticket.closed_at, ticket.closed_by = self.now, self.actor.called
        self.chat.quiet_until = None
        self.session.flush()
        if may_speak(self.chat, self.now) is not None:  # what they cannot read is not asked; LANJUT goes on with it
            return Done(None, ticket.id if ticket else None)
        follow = self.engine.go_on(self.session, self.chat, self.actor.called, self.now)
        self._keep(follow.changes)
        told = self._post(follow.bubble) if follow.bubble else None
        return Done(told, ticket.id if ticket else None)

    def _opened(self) -> tuple[int, dt.datetime]:
        context = {"form": self.chat.form, "question": self.chat.view.get("at"), "by": self.actor.name}
        opened = tickets.open_ticket(
            self.session, conversation_id=self.chat.id, person_id=self.chat.person_id, topic=Topic.TAKEN, words=None,
            context=context, office=self.office, now=self.now,
        )  # fmt: skip
        return opened.id, opened.answer_by

    def _speaks(self) -> None:
        if is_quiet(self.chat, self.now):
            raise GuidingRefused(Why.QUIET)
        if why := may_speak(self.chat, self.now):
            raise GuidingRefused(why)

    def _say(self, follow: Next | None, otherwise: Why) -> Done:
        if follow is None or follow.bubble is None:
            raise GuidingRefused(otherwise if self.chat.run_id else Why.NOTHING_OPEN)
        self._keep(follow.changes)
        return Done(self._post(follow.bubble))

    def _keep(self, changes: Mapping[str, Any]) -> None:
        for name, value in changes.items():
            setattr(self.chat, name, value)
        self.session.flush()

    def _post(self, bubble: Bubble) -> Bubble:
        deliveries.post(
            self.session, conversation_id=self.chat.id, bubble=bubble, lane=Lane.NOTICE, because=self.because,
            now=self.now, expires_at=self.now + MAKES_SENSE,
        )  # fmt: skip
        return bubble
