"""What an officer must look at: a question, a doubt, something that failed, with the hour an answer is promised for."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models import Session, Ticket
from services.office import Office


@dataclass(frozen=True, slots=True)
class OpenedTicket:
    """What the person is told about it."""

    id: int
    code: str  # "T-118"
    answer_by: dt.datetime


def open_ticket(
    session: Session,
    *,
    conversation_id: int | None,
    person_id: int | None,
    topic: str,
    words: str | None,
    context: Mapping[str, Any],
    office: Office,
    now: dt.datetime,
) -> OpenedTicket:
    """Put something before the office. `context` is JSON: the form, the question, reason codes; never a person's words.

    `topic`: question, report, check, trouble, promise, interest. An answer is promised by the close of the working day
    `office.answer_days` from now.
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
    return OpenedTicket(ticket_id, f"T-{ticket_id}", answer_by)


def add_words(session: Session, conversation_id: int, words: str) -> str | None:
    """Add what was written to the chat's newest open question; its code, or None when none is open."""
    query = sa.select(Ticket).where(
        Ticket.conversation_id == conversation_id, Ticket.topic == "question", Ticket.closed_at.is_(None)
    )
    ticket = session.scalars(query.order_by(Ticket.id.desc()).limit(1).with_for_update()).first()
    if ticket is None:
        return None
    ticket.words = f"{ticket.words}\n{words}" if ticket.words else words
    session.flush()
    return f"T-{ticket.id}"
