"""Catatan audit: who did what, when, from where; rows are added, never changed; each vouches for the one before."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment


class AuditEntry(Base):
    """One link of the chain. The database itself refuses to change or remove it (triggers; decision 15)."""

    __tablename__ = "audit"
    __table_args__ = (
        sa.Index("ix_audit_subject", "subject"),
        sa.Index("ix_audit_actor", "actor", "id"),
        sa.Index("ix_audit_act", "act", "id"),
        sa.Index("ix_audit_at", "at"),
    )

    # 1, 2, 3 … without a gap: its place in the chain
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(Moment())
    actor: Mapped[str] = mapped_column(sa.String(64))
    staff_id: Mapped[int | None] = mapped_column(sa.BigInteger())
    via: Mapped[str] = mapped_column(sa.String(16))
    request: Mapped[str] = mapped_column(sa.String(64))
    act: Mapped[str] = mapped_column(sa.String(64))  # "application.moved"
    subject: Mapped[str] = mapped_column(sa.String(100))  # "application:BTN-2026-000123"; never a name or a number
    before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))  # masked
    after: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))  # masked
    previous: Mapped[str] = mapped_column(sa.String(64))  # the hash of the link before
    hash: Mapped[str] = mapped_column(sa.String(64))  # SHA-256, hex, of all of the above


class AuditHead(Base):
    """The end of the chain: one row, locked while a link is added, so that the chain cannot fork.

    `first` and `before_first` move on only when links have had their time (`retention.audit`).
    """

    __tablename__ = "audit_heads"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)  # always 1
    count: Mapped[int] = mapped_column(sa.BigInteger())  # the id of the newest link
    hash: Mapped[str] = mapped_column(sa.String(64))
    first: Mapped[int] = mapped_column(sa.BigInteger())  # the id of the oldest link that is kept
    before_first: Mapped[str] = mapped_column(sa.String(64))  # the hash of the one before it
