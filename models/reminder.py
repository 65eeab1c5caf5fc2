"""What one person is told of one event by itself: planned in the transaction that makes it true, sent once."""

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, enum
from models.event import Audience


class ReminderState(StrEnum):
    """What became of it."""

    PLANNED = "planned"
    SENT = "sent"  # its message is in the outbox
    VOID = "void"  # it lost its reason: moved, cancelled, left, no consent
    MISSED = "missed"  # it was too late for it


class Reminder(Base):
    """At most one of each kind per person and version of the event."""

    __tablename__ = "reminders"
    __table_args__ = (
        sa.Index("uq_reminders_person", "event_id", "person_id", "kind", "version", unique=True),
        sa.Index(
            "ix_reminders_due",
            "due_at",
            "id",
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column()  # of the event, when it was planned
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"))
    kind: Mapped[str] = mapped_column(sa.String(16))  # an entry of the plan, or "moved", "cancelled"
    audience: Mapped[Audience] = mapped_column(enum(Audience))
    text: Mapped[str] = mapped_column(sa.String(64))
    due_at: Mapped[dt.datetime] = mapped_column(Moment())
    starts_at: Mapped[dt.datetime] = mapped_column(Moment())  # the start it speaks of
    state: Mapped[ReminderState] = mapped_column(
        enum(ReminderState), default=ReminderState.PLANNED, server_default="planned"
    )
    reason: Mapped[str | None] = mapped_column(sa.String(32))  # why void or missed
    changed_at: Mapped[dt.datetime] = mapped_column(Moment())
