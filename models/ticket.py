"""What waits for a person at the office: questions, doubts, failures; and what the bot must do later."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, enum


class Topic(StrEnum):
    """What an officer must look at."""

    QUESTION = "question"
    CALL = "call"  # would like to be called
    REPORT = "report"  # of somebody who asked for money, say
    TAKEN = "taken"  # an officer took the chat over: nobody had asked
    CHECK = "check"  # the check is in doubt
    TROUBLE = "trouble"  # something of ours failed
    PROMISE = "promise"  # a day passed without the news that was promised
    INTEREST = "interest"
    CERTIFICATE = "certificate"  # nobody says that it has come
    DATA = "data"  # to be put right by an officer
    LINK = "link"  # a lost phone: which chats are one person's
    CONFIRMATION = "confirmation"  # an owner said no to what a helper entered, or says nothing


class Ticket(Base):
    """Something an officer must look at, with what was being done, and when an answer was promised."""

    __tablename__ = "tickets"
    __table_args__ = (
        sa.Index("ix_tickets_open", "closed_at", "answer_by"),
        sa.Index("ix_tickets_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)  # shown as "T-118"
    conversation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("conversations.id", ondelete="SET NULL"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"))
    topic: Mapped[str] = mapped_column(sa.String(32))  # a Topic
    words: Mapped[str | None] = mapped_column(sa.Text())
    context: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # form, question, reason codes
    opened_at: Mapped[dt.datetime] = mapped_column(Moment())
    answer_by: Mapped[dt.datetime] = mapped_column(Moment())
    late_told_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # the person was told that the promise broke
    answered_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # None: an answer is owed (again)
    closed_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    closed_by: Mapped[str | None] = mapped_column(sa.String(64))


class TicketAnswer(Base):
    """One answer of an officer; the delivery that carries it has `because` = "ticket:<id>".

    Where it may not be sent (WhatsApp's window is closed, or nothing is to be sent at all) it is held here, without a
    delivery, until the person writes.
    """

    __tablename__ = "ticket_answers"
    __table_args__ = (sa.Index("ix_ticket_answers_ticket_id", "ticket_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("tickets.id", ondelete="CASCADE"))
    officer: Mapped[str] = mapped_column(sa.String(64))
    words: Mapped[str] = mapped_column(sa.Text())
    at: Mapped[dt.datetime] = mapped_column(Moment())
    delivery_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deliveries.id", ondelete="SET NULL"))
    told_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # the person has written since: they have read it


class Unanswered(Base):
    """A question the answers have no page for, so that staff see what is asked; without consent, without the person."""

    __tablename__ = "unanswered"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"))
    words: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[dt.datetime] = mapped_column(Moment())


class RequestKind(StrEnum):
    """What a person may ask of their data (UU 27/2022 Ps 5 to 13)."""

    SEE = "see"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    DELETE = "delete"
    TRAIL = "trail"


class DataRequest(Base):
    """A request about one's data, with its clock of 3 x 24 hours. It outlives the person's data as its proof."""

    __tablename__ = "data_requests"
    __table_args__ = (
        sa.Index("ix_data_requests_open", "done_at", "due_at"),
        sa.Index("ix_data_requests_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)  # shown as "D-31"
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"))
    conversation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("conversations.id", ondelete="SET NULL"))
    kind: Mapped[RequestKind] = mapped_column(enum(RequestKind))
    detail: Mapped[str | None] = mapped_column(sa.String(64))  # what exactly: a field, a purpose; never its value
    asked_at: Mapped[dt.datetime] = mapped_column(Moment())
    due_at: Mapped[dt.datetime] = mapped_column(Moment())
    done_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    done_by: Mapped[str | None] = mapped_column(sa.String(64))
    note: Mapped[str | None] = mapped_column(sa.String(300))


class DueKind(StrEnum):
    """What falls due."""

    TODO = "todo"  # "ingatkan saya 2 minggu lagi": ask whether a to-do line is settled
    FOLLOW_UP = "follow_up"  # the date given with a result or an end
    PROMISE = "promise"  # news was promised by a date
    RECEIVED = "received"  # "sertifikatnya sudah diterima?", until it is answered
    WAITING = "waiting"  # regular news of the position on a waiting list


class DueState(StrEnum):
    """Where a due row stands."""

    PLANNED = "planned"
    ASKED = "asked"  # its message is in the outbox
    ANSWERED = "answered"
    VOID = "void"  # it lost its reason
    MISSED = "missed"  # too late to make sense


class Due(Base):
    """A question the bot will start by itself: a row with an id, claimed by the heartbeat, answered by its code."""

    __tablename__ = "dues"
    __table_args__ = (
        sa.Index("ix_dues_planned", "state", "due_at"),
        sa.Index("ix_dues_conversation_id", "conversation_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(sa.ForeignKey("conversations.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"))
    kind: Mapped[DueKind] = mapped_column(enum(DueKind))
    code: Mapped[str] = mapped_column(sa.String(8))  # "T5": what a typed answer names; unique among a chat's open ones
    about: Mapped[dict[str, Any]] = mapped_column()  # assessment_id, business_id, reason code …
    due_at: Mapped[dt.datetime] = mapped_column(Moment())
    state: Mapped[DueState] = mapped_column(enum(DueState), default=DueState.PLANNED, server_default="planned")
    asked_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    answer: Mapped[str | None] = mapped_column(sa.String(32))
    answered_at: Mapped[dt.datetime | None] = mapped_column(Moment())
