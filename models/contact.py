"""Kontak: somebody who stands on a list the office was given; counted, and not written to without consent."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, enum


class PaperConsent(StrEnum):
    """What is known of a consent given on paper. Only a confirmed one counts."""

    NONE = "none"
    CLAIMED = "claimed"  # whoever brought the list says so, with the number of the document
    CONFIRMED = "confirmed"  # somebody else has held the list against the paper
    REFUSED = "refused"  # the paper says no, or there is none; or the person said no later


class ContactList(Base):
    """One file that was taken in: by whom, from where. Never what stood in it."""

    __tablename__ = "contact_lists"
    __table_args__ = (sa.Index("ix_contact_lists_digest", "digest"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)  # shown as "L-12"
    file: Mapped[str] = mapped_column(sa.String(200))
    digest: Mapped[str] = mapped_column(sa.String(64))  # SHA-256, hex, of the file: the same one goes on
    source: Mapped[str] = mapped_column(sa.String(200))
    brought_by: Mapped[str] = mapped_column(sa.String(64))
    staff_id: Mapped[int | None] = mapped_column(sa.BigInteger())  # None: at the keyboard of the server
    begun_at: Mapped[dt.datetime] = mapped_column(Moment())
    done_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # None: stopped half-way, and may be taken up again
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class Contact(Base):
    """One line of a list. It becomes a person's only when they write from this number themselves."""

    __tablename__ = "contacts"
    __table_args__ = (
        sa.UniqueConstraint("key"),
        sa.Index("ix_contacts_phone", "phone"),
        sa.Index("ix_contacts_person_id", "person_id"),
        sa.Index("ix_contacts_regency", "regency", "id"),
        sa.Index("ix_contacts_list_id", "list_id"),
        sa.Index(
            "ix_contacts_claimed",
            "reference",
            sqlite_where=sa.text("consent = 'claimed'"),
            postgresql_where=sa.text("consent = 'claimed'"),
        ),
        sa.Index("ix_contacts_seen_at", "seen_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64))  # who it is as the lists write it (services.contacts.reading)
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("contact_lists.id"))  # where it stood first
    created_at: Mapped[dt.datetime] = mapped_column(Moment())
    seen_at: Mapped[dt.datetime] = mapped_column(Moment())  # when a list last had it
    name: Mapped[str] = mapped_column(sa.String(200))
    business: Mapped[str | None] = mapped_column(sa.String(200))
    phone: Mapped[str | None] = mapped_column(sa.String(20))  # E.164; nobody vouches for it
    regency: Mapped[str | None] = mapped_column(sa.String(5))
    district: Mapped[str | None] = mapped_column(sa.String(8))
    village: Mapped[str | None] = mapped_column(sa.String(100))
    address: Mapped[str | None] = mapped_column(sa.String(300))
    nib: Mapped[str | None] = mapped_column(sa.String(13))
    product: Mapped[str | None] = mapped_column(sa.String(200))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    doubts: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")  # services.contacts.reading.Doubt
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"))  # wrote from this number themselves
    linked_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    erased_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # emptied; the same line is not taken in again
    demo: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    consent: Mapped[PaperConsent] = mapped_column(
        enum(PaperConsent, 16), default=PaperConsent.NONE, server_default="none"
    )
    reference: Mapped[str | None] = mapped_column(sa.String(100))  # of the document that is said to carry it
    claimed_by: Mapped[str | None] = mapped_column(sa.String(64))
    claimed_staff: Mapped[int | None] = mapped_column(sa.BigInteger())
    claimed_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    decided_by: Mapped[str | None] = mapped_column(sa.String(64))
    decided_at: Mapped[dt.datetime | None] = mapped_column(Moment())


class PastAttendance(Base):
    """Who is said to have been at an event before this program kept events; a plain record that events may take up."""

    __tablename__ = "past_attendances"
    __table_args__ = (sa.UniqueConstraint("contact_id", "event"), sa.Index("ix_past_attendances_day", "day"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contacts.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(sa.String(120))  # as the list calls it
    day: Mapped[dt.date | None] = mapped_column()
    attended: Mapped[bool] = mapped_column()
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("contact_lists.id"))
