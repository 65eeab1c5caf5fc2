"""Fakta program yang ditetapkan petugas: fees, dates, caps, each with its source and who vouches for it."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment

LIVE = sa.text("replaced_at IS NULL")


class FactEntry(Base):
    """What somebody of the office said about one fact. A newer one replaces it, nothing is removed."""

    __tablename__ = "fact_entries"
    __table_args__ = (
        sa.Index("uq_fact_entries_live", "name", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        sa.Index("ix_fact_entries_name", "name", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(64))  # as the texts call it: "self_paid_cost"
    value: Mapped[str] = mapped_column(sa.String(500))
    source: Mapped[str] = mapped_column(sa.String(300))
    as_of: Mapped[dt.date] = mapped_column(sa.Date())
    confirmed: Mapped[bool] = mapped_column()
    by: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[dt.datetime] = mapped_column(Moment())
    replaced_at: Mapped[dt.datetime | None] = mapped_column(Moment())
