"""Jawaban petugas: an officer's words on their way to the person, at once or as soon as the person writes."""

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import (
    Channel,
    Conversation,
    Delivery,
    DeliveryState,
    Lane,
    Language,
    Session,
    Stopped,
    Ticket,
    TicketAnswer,
)
from services import audit, deliveries, persons, scope, tickets
from services.deliveries import NO_TEMPLATE
from services.inserting import quietly
from services.masking import Plain
from services.staff import Actor, Right, demand
from services.tickets import REPLY_TIME, code_of
from texts.bubble import Bubble, Button, Shape

if TYPE_CHECKING:
    from texts import Catalogue

# WhatsApp's 24 hours, less an hour: what is written now may wait in the outbox for a while.
WINDOW = dt.timedelta(hours=23)
LOST = (DeliveryState.SKIPPED, DeliveryState.FAILED, DeliveryState.EXPIRED, DeliveryState.CANCELLED)
MAKES_SENSE = dt.timedelta(days=3)
JUST_NOW = dt.timedelta(minutes=10)
TEMPLATE = "officer_answer_v1"


class Way(StrEnum):
    """How an answer goes to the person."""

    SENT = "sent"  # into the outbox
    HELD = "held"  # kept until the person writes; a template tells them that it is there
    SILENT = "silent"  # kept until the person writes: they want no message from us


class NobodyToTell(LookupError):
    """The ticket belongs to no chat: it was written without consent, or its chat has been forgotten."""


def answer(session: Session, actor: Actor, ticket_id: int, *, words: str, texts: "Catalogue", now: dt.datetime) -> Way:
    """Answer a ticket. Raises NoTicket and NobodyToTell.

    The bot's silence ends a day after the answer went out: until then what is written goes to the ticket. A ticket that
    was closed is open again.
    """
    demand(actor, Right.REVIEW)
    ticket, chat = tickets.locked(session, ticket_id)
    scope.demand_person(session, actor, Right.REVIEW, ticket.person_id)
    if chat is None:
        raise NobodyToTell(ticket_id)
    row = TicketAnswer(ticket_id=ticket_id, officer=actor.called, words=words, at=now)
    session.add(row)
    session.flush()
    ticket.answered_at, ticket.closed_at, ticket.closed_by = now, None, None
    way = _way(ticket, chat, now)
    chat.answer_waits = True  # looked at once more when the person writes: did it go out?
    if way is Way.SENT:
        row.delivery_id = _post(session, row, chat, texts, now)
        chat.quiet_until = now + REPLY_TIME
    elif way is Way.HELD:
        _tell(session, ticket, chat, texts, now)
    session.flush()
    audit.note(
        session, actor, "ticket.answered", f"ticket:{code_of(ticket_id)}", after={"way": Plain(way), "words": words},
        now=now,
    )  # fmt: skip
    return way


def answer_once(
    session: Session, actor: Actor, ticket_id: int, *, words: str, texts: "Catalogue", now: dt.datetime
) -> Way | None:
    """The same, but None where this officer has just given exactly this answer: a form that was sent twice."""
    demand(actor, Right.REVIEW)
    tickets.locked(session, ticket_id)
    same = sa.and_(TicketAnswer.ticket_id == ticket_id, TicketAnswer.officer == actor.called)
    query = sa.select(TicketAnswer.id).where(same, TicketAnswer.words == words, TicketAnswer.at > now - JUST_NOW)
    if session.scalars(query.limit(1)).first() is not None:
        return None
    return answer(session, actor, ticket_id, words=words, texts=texts, now=now)


def _way(ticket: Ticket, chat: Conversation, now: dt.datetime) -> Way:
    if chat.stopped is Stopped.EVERYTHING and not ticket.context.get("while_stopped"):
        return Way.SILENT
    open_still = chat.channel is not Channel.WHATSAPP or now - chat.last_in_at < WINDOW
    return Way.SENT if open_still else Way.HELD


def _post(session: Session, row: TicketAnswer, chat: Conversation, texts: "Catalogue", now: dt.datetime) -> int:
    values = {"officer": row.officer, "ticket": code_of(row.ticket_id), "text": row.words}
    bubble = Bubble(texts.text("officer.answered", chat.language or Language.ID, **values))
    return deliveries.post(
        session,
        conversation_id=chat.id,
        bubble=bubble,
        lane=Lane.NOTICE,
        because=f"ticket:{row.ticket_id}",
        now=now,
    )


def _tell(session: Session, ticket: Ticket, chat: Conversation, texts: "Catalogue", now: dt.datetime) -> None:
    """Outside WhatsApp's window only the template goes out; it says that there is an answer, not what it is."""
    language, code = chat.language or Language.ID, code_of(ticket.id)
    name = persons.name_of(session, ticket.person_id) if ticket.person_id is not None else None
    bubble = Bubble(
        text=texts.text("officer.answer_ready", language, ticket=code),
        template=TEMPLATE,
        template_values=(name or texts.text("officer.nameless", language), code),
    )
    deliveries.post(
        session,
        conversation_id=chat.id,
        bubble=bubble,
        lane=Lane.NOTICE,
        because=f"ticket:{ticket.id}",
        now=now,
        expires_at=now + MAKES_SENSE,
    )


def release(session: Session, conversation_id: int, texts: "Catalogue", now: dt.datetime) -> int:
    """The person has written: what was held, and what never went out, goes out now. How many answers."""
    chat = session.get_one(Conversation, conversation_id, populate_existing=True)
    query = (
        sa.select(TicketAnswer, Delivery.state)
        .join(Ticket, Ticket.id == TicketAnswer.ticket_id)
        .outerjoin(Delivery, Delivery.id == TicketAnswer.delivery_id)
        .where(Ticket.conversation_id == conversation_id, TicketAnswer.told_at.is_(None))
        .order_by(TicketAnswer.id)
    )
    count, asked = 0, set[str]()
    for row, state in session.execute(query.execution_options(populate_existing=True)).all():
        if state is None or state in LOST:
            row.delivery_id = _post(session, row, chat, texts, now)
            count += 1
        row.told_at = now
        asked.add(f"ticket:{row.ticket_id}")
    session.flush()
    _call_back(session, conversation_id, asked, now)
    return count


def _call_back(session: Session, conversation_id: int, because: set[str], now: dt.datetime) -> None:
    """That there is an answer need not be said any more, where even that waits for a template."""
    theirs = sa.and_(Delivery.conversation_id == conversation_id, Delivery.because.in_(because))
    notice = sa.and_(Delivery.state == DeliveryState.HELD, Delivery.reason.startswith(f"{NO_TEMPLATE}{TEMPLATE}"))
    change = sa.update(Delivery).where(theirs, notice)
    session.execute(quietly(change.values(state=DeliveryState.CANCELLED, reason="superseded", changed_at=now)))


def close(session: Session, actor: Actor, ticket_id: int, *, texts: "Catalogue", now: dt.datetime) -> bool:
    """Close a ticket and ask whether it helped; the bot speaks again. False if it was closed. Raises NoTicket."""
    demand(actor, Right.REVIEW)
    ticket, chat = tickets.locked(session, ticket_id)
    scope.demand_person(session, actor, Right.REVIEW, ticket.person_id)
    if ticket.closed_at is not None:
        return False
    ticket.closed_at, ticket.closed_by = now, actor.called
    if chat is not None and ticket.topic in tickets.TALKS:
        chat.quiet_until = None
        _ask_whether_it_helped(session, ticket, chat, texts, now)
    session.flush()
    audit.note(session, actor, "ticket.closed", f"ticket:{code_of(ticket_id)}", now=now)
    return True


def _ask_whether_it_helped(
    session: Session, ticket: Ticket, chat: Conversation, texts: "Catalogue", now: dt.datetime
) -> None:
    """A question of ours: its buttons carry the ticket's id, and typed it is answered with the ticket's number."""
    language = chat.language or Language.ID
    options = texts.options("officer.closed", language)
    bubble = Bubble(
        text=texts.text("officer.closed", language, ticket=code_of(ticket.id)),
        shape=Shape.CHOICE,
        buttons=tuple(Button(data=f"ticket|{ticket.id}|{o.id}", label=o.label) for o in options),
        numbered=True,  # a bare "1" belongs to the form that is open
    )
    deliveries.post(
        session,
        conversation_id=chat.id,
        bubble=bubble,
        lane=Lane.NOTICE,
        because=f"ticket_closed:{ticket.id}",
        now=now,
        expires_at=now + MAKES_SENSE,
    )
