"""What an officer asked an owner to correct, what stood there before, and what the owner answered."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, enum


class CorrectionState(StrEnum):
    """Where a correction stands."""

    OPEN = "open"
    ANSWERED = "answered"
    LAPSED = "lapsed"  # silence, after one reminder; it may be answered all the same
    VOID = "void"  # an officer took it back


class Correction(Base):
    """ "Mohon perbaiki alamatnya": at most one open question of an application, answered in the chat."""

    __tablename__ = "corrections"
    __table_args__ = (
        sa.Index("ix_corrections_application_id", "application_id", "id"),
        sa.Index(
            "uq_corrections_open",
            "application_id",
            unique=True,
            sqlite_where=sa.text("state IN ('open', 'lapsed')"),
            postgresql_where=sa.text("state IN ('open', 'lapsed')"),
        ),
        sa.Index(
            "ix_corrections_due",
            "due_at",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index(
            "ix_corrections_full",
            "answered_at",
            sqlite_where=sa.text("state = 'answered' AND NOT emptied"),
            postgresql_where=sa.text("state = 'answered' AND NOT emptied"),
        ),
        sa.Index(
            "ix_corrections_unseen",
            "application_id",
            sqlite_where=sa.text("state IN ('answered', 'lapsed') AND seen_at IS NULL"),
            postgresql_where=sa.text("state IN ('answered', 'lapsed') AND seen_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    fields: Mapped[list[Any]] = mapped_column()  # keys of questions of the registration and the check
    reason: Mapped[str] = mapped_column(sa.String(500))  # as its owner reads it
    code: Mapped[str] = mapped_column(sa.String(8))  # "C7": what a typed answer names
    asked_by: Mapped[str] = mapped_column(sa.String(64))
    asked_at: Mapped[dt.datetime] = mapped_column(Moment())
    due_at: Mapped[dt.datetime] = mapped_column(Moment())  # the reminder; after it, the end of waiting
    reminded_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    state: Mapped[CorrectionState] = mapped_column(
        enum(CorrectionState), default=CorrectionState.OPEN, server_default="open"
    )
    answered_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    before: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # question → what stood there
    after: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    emptied: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # of before and after
    judged_before: Mapped[int | None] = mapped_column(sa.ForeignKey("assessments.id"))
    judged_after: Mapped[int | None] = mapped_column(sa.ForeignKey("assessments.id"))
    seen_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # an officer has looked at the answer
    seen_by: Mapped[str | None] = mapped_column(sa.String(64))
