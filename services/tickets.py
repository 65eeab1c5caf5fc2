"""What an officer must look at: a question, a doubt, something that failed, with the hour an answer is promised for."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from models import Channel, Conversation, Person, Session, Ticket, TicketAnswer, Topic
from services import audit, scope
from services.office import Office
from services.staff import Actor, Right, demand

# Tickets in which a person waits for an officer's own words.
TALKS = (Topic.QUESTION, Topic.CALL, Topic.REPORT, Topic.TAKEN)
REPLY_TIME = dt.timedelta(days=1)  # so long after an answer what is written goes to its ticket


class NoTicket(LookupError):
    """No ticket has this number."""


class Standing(StrEnum):
    """How a ticket stands, the most urgent first."""

    LATE = "late"
    WAITING = "waiting"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class OpenedTicket:
    """What the person is told about it."""

    id: int
    code: str  # "T-118"
    answer_by: dt.datetime
    again: bool = False  # it had been answered, and now an answer is owed once more


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket as it stands in the office's list."""

    id: int
    code: str
    topic: str
    name: str | None
    channel: Channel | None  # None: it was written without consent, or its chat is gone
    opened_at: dt.datetime
    answer_by: dt.datetime
    state: Standing


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of an officer."""

    officer: str
    words: str
    at: dt.datetime
    held: bool  # waits for the person to write


@dataclass(frozen=True, slots=True)
class Page:
    """A ticket with all that is known of it."""

    line: Line
    phone: str | None
    words: str | None
    context: Mapping[str, Any]
    answers: tuple[Said, ...]
    closed_by: str | None


def code_of(ticket_id: int) -> str:
    """What a ticket is called: "T-118"."""
    return f"T-{ticket_id}"


def open_ticket(
    session: Session,
    *,
    conversation_id: int | None,
    person_id: int | None,
    topic: Topic,
    words: str | None,
    context: Mapping[str, Any],
    office: Office,
    now: dt.datetime,
) -> OpenedTicket:
    """Put something before the office. `context` is JSON: the form, the question, reason codes; never a person's words.

    An answer is promised by the close of the working day `office.answer_days` from now.
    """
    answer_by = office.promise(now, office.answer_days)
    values = {
        "conversation_id": conversation_id,
        "person_id": person_id,
        "topic": topic,
        "words": words,
        "context": dict(context),
        "opened_at": now,
        "answer_by": answer_by,
    }
    ticket_id = session.execute(sa.insert(Ticket).values(values).returning(Ticket.id)).scalar_one()
    return OpenedTicket(ticket_id, code_of(ticket_id), answer_by)


# --- what the person adds ---


def newest(session: Session, conversation_id: int) -> OpenedTicket | None:
    """The chat's newest open question, or None."""
    ticket = _newest(session, conversation_id)
    return None if ticket is None else OpenedTicket(ticket.id, code_of(ticket.id), ticket.answer_by)


def _newest(session: Session, conversation_id: int, lock: bool = False) -> Ticket | None:
    query = sa.select(Ticket).where(
        Ticket.conversation_id == conversation_id, Ticket.topic.in_(TALKS), Ticket.closed_at.is_(None)
    )
    query = query.order_by(Ticket.id.desc()).limit(1).execution_options(populate_existing=True)
    return session.scalars(query.with_for_update() if lock else query).first()


def add_words(
    session: Session, conversation_id: int, words: str, office: Office, now: dt.datetime
) -> OpenedTicket | None:
    """Add what was written to the chat's newest open question; None when none is open.

    Where it had been answered already, an answer is owed again, by a new promise.
    """
    ticket = _newest(session, conversation_id, lock=True)
    if ticket is None:
        return None
    ticket.words = f"{ticket.words}\n{words}" if ticket.words else words
    return _owed_again(session, ticket, office, now)


def add_photo(
    session: Session, conversation_id: int, media_id: int, office: Office, now: dt.datetime
) -> OpenedTicket | None:
    """Note a picture with the chat's newest open question; None when none is open."""
    ticket = _newest(session, conversation_id, lock=True)
    if ticket is None:
        return None
    ticket.context = {**ticket.context, "media": [*ticket.context.get("media", ()), media_id]}
    return _owed_again(session, ticket, office, now)


def _owed_again(session: Session, ticket: Ticket, office: Office, now: dt.datetime) -> OpenedTicket:
    again = ticket.answered_at is not None
    if again:
        _promise(ticket, office, now)
    session.flush()
    return OpenedTicket(ticket.id, code_of(ticket.id), ticket.answer_by, again)


def _promise(ticket: Ticket, office: Office, now: dt.datetime) -> None:
    ticket.answered_at = ticket.late_told_at = None
    ticket.answer_by = office.promise(now, office.answer_days)


# --- what the office sees ---


def listing(session: Session, actor: Actor, now: dt.datetime, closed: bool = False) -> list[Line]:
    """The actor's open tickets, those whose promise is broken first; with `closed` the closed ones below them."""
    demand(actor, Right.SEE)
    query = with_owners().where(scope.of_person(actor, Ticket.person_id))
    query = query if closed else query.where(Ticket.closed_at.is_(None))
    rows = session.execute(query.order_by(Ticket.answer_by, Ticket.id)).all()
    lines = [line_of(ticket, person, channel, now) for ticket, person, channel in rows]
    audit.note(session, actor, "tickets.seen", "tickets", after={"rows": len(lines)}, now=now)
    return sorted(lines, key=lambda line: list(Standing).index(line.state))


def overdue(session: Session, now: dt.datetime) -> int:
    """How many tickets have a promise that was broken and not made good since."""
    return session.execute(sa.select(sa.func.count()).select_from(Ticket).where(broken(now))).scalar_one()


def broken(now: dt.datetime) -> sa.ColumnElement[bool]:
    """A ticket whose answer is owed and late: past its promise, or past an earlier one."""
    late = sa.or_(Ticket.answer_by <= now, Ticket.late_told_at.is_not(None))
    return sa.and_(Ticket.closed_at.is_(None), Ticket.answered_at.is_(None), late)


def page(session: Session, actor: Actor, ticket_id: int, now: dt.datetime) -> Page:
    """Everything about one ticket. Raises NoTicket."""
    demand(actor, Right.SEE)
    found = session.execute(with_owners().where(Ticket.id == ticket_id)).one_or_none()
    if found is None:
        raise NoTicket(ticket_id)
    ticket, person, channel = found
    scope.demand_person(session, actor, Right.SEE, ticket.person_id)
    audit.note(session, actor, "ticket.seen", f"ticket:{code_of(ticket.id)}", now=now)
    query = sa.select(TicketAnswer).where(TicketAnswer.ticket_id == ticket_id).order_by(TicketAnswer.id)
    answers = tuple(
        Said(a.officer, a.words, a.at, a.delivery_id is None and a.told_at is None) for a in session.scalars(query)
    )
    phone = person.phone if person else None
    line = line_of(ticket, person, channel, now)
    return Page(line, phone, ticket.words, ticket.context, answers, ticket.closed_by)


def with_owners() -> sa.Select[Ticket, Person, Channel]:
    """Tickets with who they are from and by which channel."""
    return (
        sa.select(Ticket, Person, Conversation.channel)
        .outerjoin(Person, Person.id == Ticket.person_id)
        .outerjoin(Conversation, Conversation.id == Ticket.conversation_id)
        .execution_options(populate_existing=True)
    )


def line_of(ticket: Ticket, person: Person | None, channel: Channel | None, now: dt.datetime) -> Line:
    """A ticket as it stands in lists."""
    name = person.name if person else None
    return Line(
        ticket.id,
        code_of(ticket.id),
        ticket.topic,
        name,
        channel,
        ticket.opened_at,
        ticket.answer_by,
        _state(ticket, now),
    )


def _state(ticket: Ticket, now: dt.datetime) -> Standing:
    if ticket.closed_at is not None:
        return Standing.CLOSED
    if ticket.answered_at is not None:
        return Standing.ANSWERED
    late = ticket.answer_by <= now or ticket.late_told_at is not None
    return Standing.LATE if late else Standing.WAITING


# --- closing and opening again ---


def locked(session: Session, ticket_id: int) -> tuple[Ticket, Conversation | None]:
    """A ticket and its chat, held for a change: the chat first, as everywhere. Raises NoTicket."""
    which = sa.select(Ticket.conversation_id).where(Ticket.id == ticket_id)
    chat_of = session.execute(which).one_or_none()
    if chat_of is None:
        raise NoTicket(ticket_id)
    chat = None
    if chat_of[0] is not None:
        hold = sa.select(Conversation).where(Conversation.id == chat_of[0]).with_for_update(key_share=True)
        chat = session.scalars(hold.execution_options(populate_existing=True)).one_or_none()
    query = sa.select(Ticket).where(Ticket.id == ticket_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one(), chat


def settle(session: Session, ticket_id: int, conversation_id: int, by: str, now: dt.datetime) -> bool:
    """The person says it is settled. False if the ticket is not this chat's."""
    ticket = _theirs(session, ticket_id, conversation_id)
    if ticket is None:
        return False
    if ticket.closed_at is None:
        ticket.closed_at, ticket.closed_by = now, by
        session.flush()
    return True


def reopen(
    session: Session, ticket_id: int, conversation_id: int, office: Office, now: dt.datetime
) -> OpenedTicket | None:
    """ "Belum": the ticket is open again, with a new promise. None if it is not this chat's.

    Said twice it is open once: a promise that is running is not moved.
    """
    ticket = _theirs(session, ticket_id, conversation_id)
    if ticket is None:
        return None
    if ticket.closed_at is not None or ticket.answered_at is not None:
        ticket.closed_at = ticket.closed_by = None
        _promise(ticket, office, now)
        session.flush()
    return OpenedTicket(ticket.id, code_of(ticket.id), ticket.answer_by)


def _theirs(session: Session, ticket_id: int, conversation_id: int) -> Ticket | None:
    mine = sa.and_(Ticket.id == ticket_id, Ticket.conversation_id == conversation_id)
    query = sa.select(Ticket).where(mine).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).first()
