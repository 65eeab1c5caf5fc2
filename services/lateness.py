"""Janji yang terlewat: whoever was promised an answer and has none is told so, and the office is alerted."""

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Conversation, Lane, Language, Session, Ticket
from services import alerts, deliveries
from services.office import Office
from services.tickets import TALKS, code_of
from texts.bubble import Bubble
from texts.filling import shown

if TYPE_CHECKING:
    from texts import Catalogue

TEMPLATE = "officer_late_v1"
MAKES_SENSE = dt.timedelta(days=1)


def sweep(session: Session, texts: "Catalogue", office: Office, now: dt.datetime, limit: int = 100) -> int:
    """Own up to every broken promise once, by day, and make a new one; how many tickets.

    A ticket is claimed by its promise, which moves on in the same transaction: two sweeps at once, or one cut short,
    tell nobody twice. The chat is held before its ticket, as everywhere; chats that are just being answered come next
    time.
    """
    if not office.may_write(now):
        return 0
    chats = _free_chats(session, now, limit)
    rows = _claim(session, now, list(chats), limit)
    for ticket in rows:
        chat = chats.get(ticket.conversation_id) if ticket.conversation_id is not None else None
        _own_up(session, ticket, chat, texts, office, now)
    session.flush()
    if rows:
        alerts.late(session, [ticket.id for ticket in rows], texts, office, now)
    return len(rows)


def _late(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Ticket.closed_at.is_(None), Ticket.answered_at.is_(None), Ticket.answer_by <= now)


def _free_chats(session: Session, now: dt.datetime, limit: int) -> dict[int, Conversation]:
    late = sa.select(Ticket.conversation_id).where(_late(now)).order_by(Ticket.answer_by).limit(limit)
    query = sa.select(Conversation).where(Conversation.id.in_(late)).order_by(Conversation.id)
    held = query.with_for_update(skip_locked=True, key_share=True).execution_options(populate_existing=True)
    return {chat.id: chat for chat in session.scalars(held)}


def _claim(session: Session, now: dt.datetime, chats: list[int], limit: int) -> list[Ticket]:
    where = sa.and_(_late(now), sa.or_(Ticket.conversation_id.is_(None), Ticket.conversation_id.in_(chats)))
    query = sa.select(Ticket).where(where).order_by(Ticket.answer_by, Ticket.id).limit(limit)
    held = query.with_for_update(skip_locked=True, key_share=True).execution_options(populate_existing=True)
    return list(session.scalars(held))


def _own_up(
    session: Session, ticket: Ticket, chat: Conversation | None, texts: "Catalogue", office: Office, now: dt.datetime
) -> None:
    was_due = ticket.answer_by
    ticket.late_told_at, ticket.answer_by = now, office.promise(now, office.answer_days)
    if chat is None or ticket.topic not in TALKS:
        return  # nobody was told of a promise by this number
    if chat.quiet_until is not None:
        chat.quiet_until = ticket.answer_by
    deliveries.post(
        session,
        conversation_id=chat.id,
        bubble=_bubble(ticket, was_due, chat.language or Language.ID, texts, office),
        lane=Lane.NOTICE,
        because=f"ticket_late:{ticket.id}",
        now=now,
        expires_at=now + MAKES_SENSE,
    )


def _bubble(ticket: Ticket, was_due: dt.datetime, language: Language, texts: "Catalogue", office: Office) -> Bubble:
    code = code_of(ticket.id)
    values = {
        "ticket": code,
        "due_date": office.local_day(was_due),
        "answer_by": ticket.answer_by,
        "office_phone": office.phone,
    }
    return Bubble(
        text=texts.text("officer.late", language, **values),
        template=TEMPLATE,
        template_values=(code, shown(ticket.answer_by, language), office.phone or "-"),
    )
