"""A day of the office (sosialisasi, pelatihan, pendampingan, pameran): when, where, for how many, and what is told."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, enum


class EventKind(StrEnum):
    """What sort of day it is."""

    INFORMATION = "sosialisasi"
    TRAINING = "pelatihan"
    GUIDANCE = "pendampingan"
    FAIR = "pameran"


class EventState(StrEnum):
    """Where an event stands. An open one whose end has passed is over, whatever its state."""

    DRAFT = "draft"
    OPEN = "open"
    CANCELLED = "cancelled"
    DONE = "done"


class Event(Base):
    """One event. `taken` can never pass `capacity`: the database refuses."""

    __tablename__ = "events"
    __table_args__ = (
        sa.CheckConstraint("taken <= capacity", name="taken_within_capacity"),
        sa.CheckConstraint("taken >= 0", name="taken_not_negative"),
        sa.CheckConstraint("taken_invited >= 0 AND taken_invited <= taken", name="invited_within_taken"),
        sa.CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.Index("ix_events_starts_at", "state", "starts_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)  # "SOS12": on the poster, in links
    kind: Mapped[EventKind] = mapped_column(enum(EventKind))
    title: Mapped[str] = mapped_column(sa.String(200))
    starts_at: Mapped[dt.datetime] = mapped_column(Moment())
    ends_at: Mapped[dt.datetime] = mapped_column(Moment())
    zone: Mapped[str] = mapped_column(sa.String(40))  # IANA: "Asia/Jakarta"
    place: Mapped[str] = mapped_column(sa.String(200))
    map_url: Mapped[str | None] = mapped_column(sa.String(300))
    audience: Mapped[str | None] = mapped_column(sa.String(200))  # "pelaku usaha makanan dan minuman"
    bring: Mapped[str | None] = mapped_column(sa.String(200))  # what to bring along
    regency: Mapped[str | None] = mapped_column(
        sa.String(5)
    )  # where it is, for the order of the list and staff's scope
    capacity: Mapped[int] = mapped_column()
    taken: Mapped[int] = mapped_column(default=0, server_default="0")  # held by sign-ups, offers included
    taken_invited: Mapped[int] = mapped_column(default=0, server_default="0")  # of these, by invited people
    reserved: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # kept for invited people until `invited_until`
    invited_until: Mapped[dt.datetime | None] = mapped_column(Moment())
    regions_until: Mapped[dt.datetime | None] = mapped_column(Moment())  # from then on the shares of regions are open
    letter_number: Mapped[str | None] = mapped_column(sa.String(64))
    letter_date: Mapped[dt.date | None] = mapped_column()
    version: Mapped[int] = mapped_column(default=1, server_default="1")  # grows when time or place change
    state: Mapped[EventState] = mapped_column(enum(EventState), default=EventState.DRAFT, server_default="draft")
    conditions: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")  # codes: "halal", "nib" …
    reason: Mapped[str | None] = mapped_column(sa.String(300))  # why it was cancelled, as told to everybody
    certificates_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # from then on who came is given one
    materials_url: Mapped[str | None] = mapped_column(sa.String(300))  # told to who came
    materials_file: Mapped[int | None] = mapped_column(sa.BigInteger())  # the same as a file of ours (`files`)
    created_at: Mapped[dt.datetime] = mapped_column(Moment())
    created_by: Mapped[str] = mapped_column(sa.String(64))


class EventShare(Base):
    """The places of one kabupaten/kota, or of all others together ("*"). Once `released`, its limit binds no more."""

    __tablename__ = "event_shares"
    __table_args__ = (
        sa.CheckConstraint("released OR taken <= capacity", name="taken_within_capacity"),
        sa.CheckConstraint("taken >= 0", name="taken_not_negative"),
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    regency: Mapped[str] = mapped_column(sa.String(5), primary_key=True)  # "36.02", or "*"
    capacity: Mapped[int] = mapped_column()
    taken: Mapped[int] = mapped_column(default=0, server_default="0")
    released: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class Audience(StrEnum):
    """To whom an entry of the plan is told."""

    REGISTERED = "registered"
    WAITING = "waiting"
    INVITED = "invited"  # invited, and not signed up


class PlanEntry(Base):
    """One reminder of an event's plan: how long before, to whom, in which words. `due_at` is worked out from it."""

    __tablename__ = "event_plans"
    __table_args__ = (
        sa.CheckConstraint("(clock IS NULL) <> (minutes IS NULL)", name="clock_or_minutes"),
        sa.CheckConstraint("days >= 0", name="days_not_negative"),
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16), primary_key=True)  # "h7": unique within the event
    audience: Mapped[Audience] = mapped_column(enum(Audience))
    days: Mapped[int] = mapped_column(default=0, server_default="0")  # with `clock`: so many days before, at that hour
    clock: Mapped[str | None] = mapped_column(sa.String(5))  # "09:00", in the event's zone
    minutes: Mapped[int | None] = mapped_column()  # or so many minutes before the start
    text: Mapped[str] = mapped_column(sa.String(64))  # a key of the texts: "events.h7"
    due_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # None: no time before the event is allowed
    shifted: Mapped[str | None] = mapped_column(sa.String(32))  # why it is not at the time wished for


class EventSource(Base):
    """One way people come to an event: the link and QR given to a dinas, a kecamatan or a group."""

    __tablename__ = "event_sources"
    __table_args__ = (sa.UniqueConstraint("event_id", "code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(sa.String(8))  # "A1": the last part of its link
    kind: Mapped[str] = mapped_column(sa.String(16))  # dinas, kecamatan, group
    name: Mapped[str] = mapped_column(sa.String(100))
    regency: Mapped[str | None] = mapped_column(sa.String(5))
    created_at: Mapped[dt.datetime] = mapped_column(Moment())


class EventArrival(Base):
    """A chat that came by a link; counted once."""

    __tablename__ = "event_arrivals"
    __table_args__ = (
        sa.UniqueConstraint("source_id", "conversation_id"),
        sa.Index("ix_event_arrivals_conversation_id", "conversation_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("event_sources.id", ondelete="CASCADE"))
    conversation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("conversations.id", ondelete="SET NULL"))
    at: Mapped[dt.datetime] = mapped_column(Moment())
