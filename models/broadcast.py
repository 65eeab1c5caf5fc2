"""Siaran: an announcement to many, with one row and one outcome for each person it is meant for."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, enum
from models.conversation import Channel, Language


class BroadcastState(StrEnum):
    """Where a broadcast stands."""

    DRAFT = "draft"
    ASKED = "asked"  # somebody else is to approve it
    FREEZING = "freezing"  # somebody said yes in a chat: a worker is about to freeze audience and texts
    SCHEDULED = "scheduled"  # approved: audience and texts are frozen
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class FileKind(StrEnum):
    """What goes along with a broadcast."""

    PICTURE = "picture"
    DOCUMENT = "document"


class RecipientState(StrEnum):
    """What became of one person of a broadcast. While it is `given`, the delivery's own state is the outcome."""

    WAITING = "waiting"  # not in the outbox yet (or taken out of it by a pause)
    GIVEN = "given"  # to the outbox
    SKIPPED = "skipped"  # for a reason found at the moment of sending
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    # Written down when the books are closed:
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Broadcast(Base):
    """One announcement: what, to whom, who wrote it and who approved it. `version` grows with every change."""

    __tablename__ = "broadcasts"
    __table_args__ = (sa.Index("ix_broadcasts_state", "state", "send_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)  # shown as "S-12"
    title: Mapped[str] = mapped_column(sa.String(100))  # for staff
    texts: Mapped[dict[str, Any]] = mapped_column()  # by language, with {placeholders}
    template: Mapped[str | None] = mapped_column(sa.String(64))  # WhatsApp's, outside its 24 hours
    template_values: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")  # with {placeholders}
    file_id: Mapped[int | None] = mapped_column(sa.BigInteger())  # of `files`: at most one, frozen with the approval
    file_kind: Mapped[FileKind | None] = mapped_column(enum(FileKind))
    audience: Mapped[dict[str, Any]] = mapped_column()  # services.broadcasts.audience.Audience as JSON
    state: Mapped[BroadcastState] = mapped_column(
        enum(BroadcastState), default=BroadcastState.DRAFT, server_default="draft"
    )
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    send_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # None: as soon as it is approved
    expires_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # afterwards it makes no sense any more
    created_at: Mapped[dt.datetime] = mapped_column(Moment())
    created_by: Mapped[str] = mapped_column(sa.String(64))
    created_staff: Mapped[int | None] = mapped_column(sa.BigInteger())  # None: at the keyboard of the server
    approver: Mapped[str | None] = mapped_column(sa.String(64))  # who is asked first
    asked_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    reminded_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    approved_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    approved_by: Mapped[str | None] = mapped_column(sa.String(64))
    approved_staff: Mapped[int | None] = mapped_column(sa.BigInteger())
    started_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    resumed_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    finished_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    paused_by: Mapped[str | None] = mapped_column(sa.String(64))
    pause_reason: Mapped[str | None] = mapped_column(sa.String(200))  # a code, never words of a person
    total: Mapped[int] = mapped_column(default=0, server_default="0")  # recipients, once frozen
    left_out: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # at the freeze: reason → count
    replies_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # how far replies have been counted
    closed_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # outcomes are written into the recipients


_WAITS = sa.text("state = 'waiting'")
_GIVEN = sa.text("delivery_id IS NOT NULL")
_OPENED = sa.text("delivery_id IS NOT NULL AND opens")


class Recipient(Base):
    """One person of one broadcast: never two rows, so never two messages.

    `person_id`, `conversation_id` and `delivery_id` are looked up, not enforced: a hundred thousand rows are made by
    one statement, and each foreign key would cost a search for each of them.
    """

    __tablename__ = "broadcast_recipients"
    __table_args__ = (
        sa.UniqueConstraint("broadcast_id", "person_id"),
        sa.Index(
            "ix_broadcast_recipients_waiting",
            "broadcast_id",
            "channel",
            "id",
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
        sa.Index(
            "uq_broadcast_recipients_delivery",
            "delivery_id",
            unique=True,
            sqlite_where=_GIVEN,
            postgresql_where=_GIVEN,
        ),
        sa.Index(
            "ix_broadcast_recipients_conversation", "conversation_id", sqlite_where=_GIVEN, postgresql_where=_GIVEN
        ),
        sa.Index(
            "ix_broadcast_recipients_person", "person_id", "given_at", sqlite_where=_GIVEN, postgresql_where=_GIVEN
        ),
        sa.Index("ix_broadcast_recipients_opened", "given_at", sqlite_where=_OPENED, postgresql_where=_OPENED),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(sa.ForeignKey("broadcasts.id"))
    person_id: Mapped[int | None] = mapped_column(sa.BigInteger())  # None: erased
    conversation_id: Mapped[int | None] = mapped_column(sa.BigInteger())
    business_id: Mapped[int | None] = mapped_column(sa.BigInteger())  # which of theirs it speaks of
    channel: Mapped[Channel] = mapped_column(enum(Channel))
    language: Mapped[Language] = mapped_column(enum(Language))
    state: Mapped[RecipientState] = mapped_column(
        enum(RecipientState, 16), default=RecipientState.WAITING, server_default="waiting"
    )
    reason: Mapped[str | None] = mapped_column(sa.String(200))
    delivery_id: Mapped[int | None] = mapped_column(sa.BigInteger())
    given_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    opens: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # counts for WhatsApp's people a day
    replied_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    reply_id: Mapped[int | None] = mapped_column(sa.BigInteger())  # their first message within 72 hours


class KeptAudience(Base):
    """A filter under a name, so that nobody has to put it together twice. Nobody's name is in it."""

    __tablename__ = "audiences"
    __table_args__ = (sa.UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    filter: Mapped[dict[str, Any]] = mapped_column()  # services.broadcasts.audience.Audience as JSON
    created_at: Mapped[dt.datetime] = mapped_column(Moment())
    created_by: Mapped[str] = mapped_column(sa.String(64))
