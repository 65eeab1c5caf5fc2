"""A programme with its quota, and the places given in it."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, enum


class Programme(Base):
    """A facilitation programme. `taken` can never pass `quota`: the database refuses."""

    __tablename__ = "programmes"
    __table_args__ = (
        sa.CheckConstraint("taken <= quota", name="taken_within_quota"),
        sa.CheckConstraint("taken >= 0", name="taken_not_negative"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    opens_at: Mapped[dt.datetime] = mapped_column(Moment())
    closes_at: Mapped[dt.datetime] = mapped_column(Moment())
    accepts: Mapped[list[Any]] = mapped_column()  # schemes: self_declare, reguler
    quota: Mapped[int] = mapped_column()
    taken: Mapped[int] = mapped_column(default=0, server_default="0")  # includes `taken_before`
    taken_before: Mapped[int] = mapped_column(default=0, server_default="0")  # given before this program kept count
    numbered: Mapped[int] = mapped_column(default=0, server_default="0")  # the last number given out
    queued_last: Mapped[dt.datetime | None] = mapped_column(Moment())  # the last queue time given out
    freed: Mapped[int] = mapped_column(default=0, server_default="0")  # how often a place became free; only grows
    opened_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # whoever asked before it opened was served
    source: Mapped[str] = mapped_column(sa.String(300))
    as_of: Mapped[dt.date] = mapped_column()
    version: Mapped[int] = mapped_column(default=0, server_default="0")  # changes by staff; from 1 on theirs counts
    changed_by: Mapped[str | None] = mapped_column(sa.String(64))
    changed_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    target: Mapped[int | None] = mapped_column()  # certificates within `target_days` days from `target_from` on
    target_from: Mapped[dt.date | None] = mapped_column()
    target_days: Mapped[int | None] = mapped_column()
    target_source: Mapped[str | None] = mapped_column(sa.String(300))


class Allocation(Base):
    """A programme's quota in one kabupaten/kota. A regency without a row is bound by the total alone."""

    __tablename__ = "allocations"
    __table_args__ = (
        sa.CheckConstraint("taken <= quota", name="taken_within_quota"),
        sa.CheckConstraint("taken >= 0", name="taken_not_negative"),
    )

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), primary_key=True)
    regency: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    quota: Mapped[int] = mapped_column()
    taken: Mapped[int] = mapped_column(default=0, server_default="0")


class Stage(StrEnum):
    """Where an application stands. What each is called, what comes next and what its owner is told are texts."""

    INTEREST = "MINAT"
    REVIEW = "SKRINING"  # queue time kept, an officer looks
    INCOMPLETE = "DATA_KURANG"  # queue time kept, something is needed before a place (NIB, …)
    READY = "SIAP_DAFTAR"
    WAITING = "DAFTAR_TUNGGU"
    PLACED = "KUOTA_DIBERIKAN"
    DRAFTED = "DRAF_SIHALAL"
    SUBMITTED = "DIAJUKAN"
    COMPANION = "VERIFIKASI_P3H"
    AGENCY = "VERIFIKASI_BPJPH"
    FATWA = "SIDANG_FATWA"
    ISSUED = "TERBIT"
    SENT_BACK = "DIKEMBALIKAN"
    REFUSED = "DITOLAK"
    TO_REGULAR = "DIALIHKAN_REGULER"
    BILLED = "TAGIHAN"
    AUDIT = "AUDIT_LPH"
    WITHDRAWN = "MENGUNDURKAN_DIRI"
    LAPSED = "KEDALUWARSA"


class Application(Base):
    """One business asking for one programme, by its number ("nomor pendampingan BPTSI")."""

    __tablename__ = "applications"
    __table_args__ = (
        sa.UniqueConstraint("programme_id", "business_id"),
        sa.Index("ix_applications_queue", "programme_id", "stage", "queued_at", "id"),
        sa.Index("ix_applications_business_id", "business_id"),
        sa.Index("ix_applications_promised_at", "promised_at", "id"),
        sa.Index("ix_applications_counts", "stage", "regency", "programme_id"),
        sa.Index(
            "ix_applications_waiting",
            "promised_at",
            sqlite_where=sa.text("stage = 'DAFTAR_TUNGGU'"),
            postgresql_where=sa.text("stage = 'DAFTAR_TUNGGU'"),
        ),
        sa.Index(
            "ix_applications_unknown",
            "since",
            sqlite_where=sa.text("stage = 'TERBIT' AND received_at IS NULL"),
            postgresql_where=sa.text("stage = 'TERBIT' AND received_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(32), unique=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    business_id: Mapped[int] = mapped_column(sa.ForeignKey("businesses.id"))
    assessment_id: Mapped[int] = mapped_column(sa.ForeignKey("assessments.id"))
    scheme: Mapped[str] = mapped_column(sa.String(16))
    regency: Mapped[str | None] = mapped_column(sa.String(5))
    stage: Mapped[Stage] = mapped_column(enum(Stage))
    since: Mapped[dt.datetime] = mapped_column(Moment())  # in this stage
    queued_at: Mapped[dt.datetime] = mapped_column(Moment())  # the queue time; never moved
    promised_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # news by then
    position_told: Mapped[int | None] = mapped_column()  # the number on the waiting list its owner heard last
    certificate: Mapped[str | None] = mapped_column(sa.String(64))  # its number, once issued
    received_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # the owner said they have the certificate
    created_at: Mapped[dt.datetime] = mapped_column(Moment())


class Place(Base):
    """One place of a programme's quota, held by one application. One per NIB and programme while held."""

    __tablename__ = "places"
    __table_args__ = (
        sa.Index(
            "uq_places_programme_nib",
            "programme_id",
            "nib",
            unique=True,
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        ),
        sa.Index(
            "uq_places_application",
            "application_id",
            unique=True,
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    regency: Mapped[str | None] = mapped_column(sa.String(5))
    nib: Mapped[str | None] = mapped_column(sa.String(13))
    claimed_at: Mapped[dt.datetime] = mapped_column(Moment())
    released_at: Mapped[dt.datetime | None] = mapped_column(Moment())


class StageChange(Base):
    """The history of an application: when it came to a stage, by whom, and why. Append-only."""

    __tablename__ = "stage_changes"
    __table_args__ = (sa.Index("ix_stage_changes_application_id", "application_id", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    stage: Mapped[Stage] = mapped_column(enum(Stage))
    at: Mapped[dt.datetime] = mapped_column(Moment())
    by: Mapped[str] = mapped_column(sa.String(64))
    note: Mapped[str | None] = mapped_column(sa.String(500))


class OfferState(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    TAKEN = "taken"
    SKIPPED = "skipped"  # "lewati dulu": the position is kept
    EXPIRED = "expired"  # silence: the position is kept, and an officer calls
    VOID = "void"  # withdrawn, or its programme closed


class Offer(Base):
    """A freed place, held for one application until its owner answers. At most one open offer per application."""

    __tablename__ = "offers"
    __table_args__ = (
        sa.Index(
            "uq_offers_open",
            "application_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index(
            "uq_offers_code",
            "conversation_id",
            "code",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ix_offers_application_id", "application_id", "id"),
        sa.Index("ix_offers_deadline", "state", "deadline"),
        sa.Index("ix_offers_conversation_id", "conversation_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    conversation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("conversations.id", ondelete="SET NULL"))
    regency: Mapped[str | None] = mapped_column(sa.String(5))
    code: Mapped[str] = mapped_column(sa.String(8))  # "K7": what a typed answer names
    offered_at: Mapped[dt.datetime] = mapped_column(Moment())
    deadline: Mapped[dt.datetime] = mapped_column(Moment())
    reminded_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    state: Mapped[OfferState] = mapped_column(enum(OfferState), default=OfferState.OPEN, server_default="open")
    answered_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    called_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # an officer has called after silence
    called_by: Mapped[str | None] = mapped_column(sa.String(64))
    # Skipped or silent, its application rests: how long, says services.waiting.
    freed: Mapped[int | None] = mapped_column()  # what its programme's `freed` was then
    skips: Mapped[int] = mapped_column(default=0, server_default="0")  # how many offers in a row were not taken
    still_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # "masih mau": it rests no longer


class Interest(Base):
    """ "Saya berminat": a step of the ladder or a service, counted per kab/kota."""

    __tablename__ = "interests"
    __table_args__ = (sa.UniqueConstraint("person_id", "step"), sa.Index("ix_interests_step", "step", "regency"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"))
    business_id: Mapped[int | None] = mapped_column(sa.ForeignKey("businesses.id"))
    step: Mapped[str] = mapped_column(sa.String(32))  # nib, permit, halal, brand, fair, sni …
    regency: Mapped[str | None] = mapped_column(sa.String(5))
    at: Mapped[dt.datetime] = mapped_column(Moment())


class Verdict(StrEnum):
    """What an officer said of two businesses that may be one."""

    SAME = "same"
    DIFFERENT = "different"


class LikelyDouble(Base):
    """Two businesses that may be one (same name, address or phone): for an officer, never a block."""

    __tablename__ = "likely_doubles"
    __table_args__ = (
        sa.UniqueConstraint("business_id", "other_id"),
        sa.Index("ix_likely_doubles_other_id", "other_id"),
        sa.Index(
            "ix_likely_doubles_open",
            "business_id",
            "other_id",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    business_id: Mapped[int] = mapped_column(sa.ForeignKey("businesses.id"))
    other_id: Mapped[int] = mapped_column(sa.ForeignKey("businesses.id"))
    because: Mapped[str] = mapped_column(sa.String(64))  # "nib", "phone", "name", "address"
    at: Mapped[dt.datetime] = mapped_column(Moment())
    settled_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    verdict: Mapped[Verdict | None] = mapped_column(enum(Verdict, 16))
    double_id: Mapped[int | None] = mapped_column(sa.BigInteger())  # of the two the one that is not gone on with
    settled_by: Mapped[str | None] = mapped_column(sa.String(64))
