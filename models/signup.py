"""Who comes to an event: signed up, waiting, offered a place, invited."""

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, enum


class SignUpState(StrEnum):
    """Where a sign-up stands."""

    REGISTERED = "registered"
    WAITING = "waiting"
    OFFERED = "offered"  # a place is held for them until `offer_until`
    CANCELLED = "cancelled"
    ATTENDED = "attended"


ACTIVE = (SignUpState.REGISTERED, SignUpState.WAITING, SignUpState.OFFERED, SignUpState.ATTENDED)
_LIVE = "state <> 'cancelled'"


def _live(name: str, *columns: str, also: str = "") -> sa.Index:
    where = sa.text(f"{_LIVE}{also}")
    return sa.Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


class SignUp(Base):
    """One business at one event. Cancelled and signed up again, it is a new row, at the end of the list."""

    __tablename__ = "sign_ups"
    __table_args__ = (
        _live("uq_sign_ups_business", "event_id", "business_id"),
        _live("uq_sign_ups_person", "event_id", "person_id", also=" AND business_id IS NULL"),
        _live("uq_sign_ups_digits", "event_id", "digits"),
        _live("uq_sign_ups_code", "person_id", "code"),
        sa.CheckConstraint("NOT (holds AND state IN ('waiting', 'cancelled'))", name="holds_when_in"),
        sa.Index("ix_sign_ups_queue", "event_id", "state", "rounds", "id"),
        sa.Index("ix_sign_ups_person_id", "person_id"),
        sa.Index(
            "uq_sign_ups_door_key",
            "event_id",
            "door_key",
            unique=True,
            sqlite_where=sa.text("door_key IS NOT NULL"),
            postgresql_where=sa.text("door_key IS NOT NULL"),
        ),
        sa.Index("ix_sign_ups_conversation_id", "conversation_id"),
        sa.Index(
            "ix_sign_ups_offered",
            "offer_until",
            sqlite_where=sa.text("state = 'offered'"),
            postgresql_where=sa.text("state = 'offered'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)  # also the order of the waiting list
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"))  # None: noted at the door, on paper
    conversation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("conversations.id", ondelete="SET NULL"))
    business_id: Mapped[int | None] = mapped_column(sa.ForeignKey("businesses.id"))
    source_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event_sources.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(sa.String(200))  # of the owner
    business: Mapped[str] = mapped_column(sa.String(200))  # what it is called
    stand_in: Mapped[str | None] = mapped_column(sa.String(200))  # who comes in the owner's place
    regency: Mapped[str | None] = mapped_column(sa.String(5))
    product_kind: Mapped[str | None] = mapped_column(sa.String(32))
    invited: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    state: Mapped[SignUpState] = mapped_column(enum(SignUpState))
    holds: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # counted in the event's `taken`
    share: Mapped[str | None] = mapped_column(sa.String(5))  # the share its place is counted in, if any
    rounds: Mapped[int] = mapped_column(default=0, server_default="0")  # offers it did not answer: it then waits longer
    code: Mapped[str] = mapped_column(sa.String(8))  # "E3": what a typed answer names
    digits: Mapped[str] = mapped_column(sa.String(8))  # said at the door
    token: Mapped[str] = mapped_column(sa.String(40), unique=True)  # in the QR of the ticket
    offer_until: Mapped[dt.datetime | None] = mapped_column(Moment())
    told_starts_at: Mapped[dt.datetime] = mapped_column(Moment())  # the time they last heard of
    told_place: Mapped[str] = mapped_column(sa.String(200))
    answer: Mapped[str | None] = mapped_column(sa.String(16))  # come, late
    answered_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    created_at: Mapped[dt.datetime] = mapped_column(Moment())
    changed_at: Mapped[dt.datetime] = mapped_column(Moment())
    attended_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    attended_by: Mapped[str | None] = mapped_column(sa.String(64))
    door_key: Mapped[str | None] = mapped_column(
        sa.String(40)
    )  # the one tap at the door that noted it: sent twice, once
    materials_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # when they were told of the materials
    walk_in: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    paper_consent: Mapped[str | None] = mapped_column(sa.String(100))  # the reference of a paper, signed at the door


class Invitation(Base):
    """Somebody on the office's list, with a place kept until the event's `invited_until`."""

    __tablename__ = "invitations"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "business_id"),
        sa.UniqueConstraint("event_id", "phone"),
        sa.Index("ix_invitations_person_id", "person_id"),
        sa.Index("ix_invitations_phone", "phone"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"))
    business_id: Mapped[int | None] = mapped_column(sa.ForeignKey("businesses.id"))
    phone: Mapped[str | None] = mapped_column(sa.String(20))  # E.164, where we know no more
    name: Mapped[str | None] = mapped_column(sa.String(200))
    source_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event_sources.id", ondelete="SET NULL"))
    declined_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    at: Mapped[dt.datetime] = mapped_column(Moment())
