"""The outbox: every message is a row before it is sent, and its fate is written in it."""

import datetime as dt
from enum import IntEnum, StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, enum
from models.conversation import Channel


class Lane(IntEnum):
    """Who goes first. A reply never waits behind a broadcast."""

    REPLY = 0
    NOTICE = 1
    BULK = 2


class DeliveryState(StrEnum):
    """A delivery's life. It only moves forward; `sending` means "may have gone out"."""

    QUEUED = "queued"
    LEASED = "leased"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    SKIPPED = "skipped"  # not sent, for a reason found at the moment of sending
    CANCELLED = "cancelled"  # superseded by a newer reply, or called back by staff
    EXPIRED = "expired"
    HELD = "held"  # WhatsApp's window is closed and no template is approved: until one is, or the person writes
    UNKNOWN = "unknown"  # accepted or not: nobody can tell (a time-out after the request was written)


class Delivery(Base):
    """One message to one chat: what, why, until when, and what became of it."""

    __tablename__ = "deliveries"
    __table_args__ = (
        sa.Index(
            "ix_deliveries_waiting",
            "channel",
            "lane",
            "not_before",
            "id",
            sqlite_where=sa.text("state IN ('queued')"),
            postgresql_where=sa.text("state IN ('queued')"),
        ),
        sa.Index(
            "ix_deliveries_leased",
            "lease_until",
            sqlite_where=sa.text("state IN ('leased','sending')"),
            postgresql_where=sa.text("state IN ('leased','sending')"),
        ),
        sa.Index(
            "ix_deliveries_held",
            "id",
            sqlite_where=sa.text("state IN ('held')"),
            postgresql_where=sa.text("state IN ('held')"),
        ),
        sa.Index("ix_deliveries_conversation_id", "conversation_id", "id"),
        sa.Index(
            "ix_deliveries_failed",
            "changed_at",
            sqlite_where=sa.text("state IN ('failed')"),
            postgresql_where=sa.text("state IN ('failed')"),
        ),
        sa.Index("ix_deliveries_platform_id", "platform_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(sa.ForeignKey("conversations.id", ondelete="CASCADE"))
    channel: Mapped[Channel] = mapped_column(enum(Channel))
    address: Mapped[str] = mapped_column(sa.String(200))  # where it went; a chat's address may change later
    lane: Mapped[int] = mapped_column(sa.SmallInteger())
    because: Mapped[str] = mapped_column(sa.String(100))  # "turn:41", "due:7": the answer to "why did I get this?"
    bubble: Mapped[dict[str, Any]] = mapped_column()  # texts.bubble.Bubble as JSON
    state: Mapped[DeliveryState] = mapped_column(enum(DeliveryState, 16))
    reason: Mapped[str | None] = mapped_column(sa.String(200))  # a code or short phrase; never words of a person
    created_at: Mapped[dt.datetime] = mapped_column(Moment())
    not_before: Mapped[dt.datetime] = mapped_column(Moment())
    expires_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    attempts: Mapped[int] = mapped_column(sa.SmallInteger(), default=0, server_default="0")
    worker: Mapped[str | None] = mapped_column(sa.String(64))
    token: Mapped[str | None] = mapped_column(sa.String(32))  # fences a result: only the lease that sent may report
    lease_until: Mapped[dt.datetime | None] = mapped_column(Moment())
    platform_id: Mapped[str | None] = mapped_column(sa.String(64))  # Telegram's message id, Twilio's SID
    sent_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    changed_at: Mapped[dt.datetime] = mapped_column(Moment())


class DeliveryEvent(Base):
    """What a platform told us about a delivery, as it came: append-only, one row per (message, status, error)."""

    __tablename__ = "delivery_events"
    __table_args__ = (sa.UniqueConstraint("platform_id", "status", "error"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    delivery_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deliveries.id", ondelete="CASCADE"))
    platform_id: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[str] = mapped_column(sa.String(32))
    error: Mapped[str] = mapped_column(sa.String(16), default="", server_default="")
    at: Mapped[dt.datetime] = mapped_column(Moment())


class Gate(Base):
    """The pace of one sender: GCRA's theoretical arrival time, and until when a platform told us to be silent."""

    __tablename__ = "gates"

    sender: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # "telegram", "whatsapp"
    tat: Mapped[float] = mapped_column(sa.Double(), default=0.0, server_default="0")  # seconds, the database's clock
    closed_until: Mapped[float] = mapped_column(sa.Double(), default=0.0, server_default="0")


class ContentTemplate(Base):
    """One of WhatsApp's generic interactive templates, by the platform's id; made once per sender."""

    __tablename__ = "content_templates"

    sender: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # "qr_2x7": two buttons below seven lines
    sid: Mapped[str] = mapped_column(sa.String(64))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))  # of what was submitted, so that a change makes a new one


class Approval(StrEnum):
    """How WhatsApp looks at a template (Twilio's words, but for the last)."""

    UNSUBMITTED = "unsubmitted"
    RECEIVED = "received"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"
    GONE = "gone"  # our word: it was there, and Twilio knows it no more


class MessageTemplate(Base):
    """One version of a template with words of its own, as it stands at WhatsApp for one sender. None is removed."""

    __tablename__ = "message_templates"

    sender: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(
        sa.String(64), primary_key=True
    )  # of the words: another one, another version
    category: Mapped[str] = mapped_column(sa.String(32))
    body: Mapped[str] = mapped_column(sa.String(1024))
    samples: Mapped[list[Any]] = mapped_column()
    buttons: Mapped[list[Any]] = mapped_column()  # [label, the option it stands for or ""]
    sid: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[Approval] = mapped_column(enum(Approval), default=Approval.UNSUBMITTED)
    reason: Mapped[str | None] = mapped_column(sa.String(300))
    made_at: Mapped[dt.datetime] = mapped_column()
    checked_at: Mapped[dt.datetime | None] = mapped_column()


class Cursor(Base):
    """How far something outside has been read: the offset of Telegram's updates, Twilio's reconciled messages."""

    __tablename__ = "cursors"

    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(64))
