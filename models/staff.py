"""Petugas: who works here, in which roles, for which kabupaten and kota; and the codes that are theirs for minutes."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, enum


class Staff(Base):
    """One account. It is disabled, never removed: what was done in its name stays readable."""

    __tablename__ = "staff"
    __table_args__ = (sa.UniqueConstraint("name"), sa.UniqueConstraint("telegram"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(32))  # what is typed to sign in: "rina"
    display_name: Mapped[str] = mapped_column(sa.String(100))  # what owners read: "Rina Marlina"
    roles: Mapped[list[Any]] = mapped_column()  # names of services/roles.yaml
    regencies: Mapped[list[Any] | None] = mapped_column(sa.JSON(none_as_null=True))  # codes "36.04"; None: all of them
    telegram: Mapped[str | None] = mapped_column(sa.String(64))  # the private chat that was linked with a code
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))  # Argon2id
    totp_secret: Mapped[str | None] = mapped_column(sa.String(200))  # a seed: worth nothing without the office's secret
    totp_step: Mapped[int | None] = mapped_column(sa.BigInteger())  # the last half minute whose code was used
    created_at: Mapped[dt.datetime] = mapped_column(Moment())
    disabled_at: Mapped[dt.datetime | None] = mapped_column(Moment())


class CodePurpose(StrEnum):
    """What a one-time code is good for; it opens no other door."""

    LINK = "link"  # joins a Telegram chat to an account
    CONFIRM = "confirm"  # says yes to one thing with exactly one content
    PASSWORD = "password"  # noqa: S105 -- lets the account choose a password for the console


class StaffCode(Base):
    """A code that is good for minutes, once, for one account and one purpose. Only its hash is kept."""

    __tablename__ = "staff_codes"
    __table_args__ = (
        sa.Index("ix_staff_codes_code_hash", "code_hash"),
        sa.Index("ix_staff_codes_actor", "actor", "purpose"),
        sa.Index("ix_staff_codes_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    purpose: Mapped[CodePurpose] = mapped_column(enum(CodePurpose))
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    actor: Mapped[str] = mapped_column(sa.String(64))
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    act: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    subject: Mapped[str] = mapped_column(sa.String(100), default="", server_default="")  # "ticket:12"
    content: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))  # what is said yes to
    tries: Mapped[int] = mapped_column(default=0, server_default="0")  # wrong codes while this one waited
    made_at: Mapped[dt.datetime] = mapped_column(Moment())
    expires_at: Mapped[dt.datetime] = mapped_column(Moment())
    used_at: Mapped[dt.datetime | None] = mapped_column(Moment())


class StaffSession(Base):
    """One browser in which an account is signed in to the console. The row ends it, wherever the browser is."""

    __tablename__ = "staff_sessions"
    __table_args__ = (
        sa.UniqueConstraint("token_hash"),
        sa.Index("ix_staff_sessions_staff_id", "staff_id"),
        sa.Index("ix_staff_sessions_ends_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    with_code: Mapped[bool] = mapped_column()  # signed in with a code of the phone, too
    device: Mapped[str] = mapped_column(sa.String(40))  # "Chrome, Windows"
    made_at: Mapped[dt.datetime] = mapped_column(Moment())
    seen_at: Mapped[dt.datetime] = mapped_column(Moment())
    ends_at: Mapped[dt.datetime] = mapped_column(Moment())  # whatever is done in it
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment())


class StaffTries(Base):
    """How often somebody tried to sign in, for one account, one address, or both; under a sum, not in the clear."""

    __tablename__ = "staff_tries"
    __table_args__ = (sa.Index("ix_staff_tries_until", "until"),)

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    count: Mapped[int] = mapped_column()
    until: Mapped[dt.datetime] = mapped_column(Moment())  # then it is forgotten
