"""Kalender kantor: the days and periods that staff have set themselves."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment


class CalendarEntry(Base):
    """One day, closed or open though it would not be, or a period with other hours. Taken back, never removed."""

    __tablename__ = "calendar_entries"
    __table_args__ = (
        sa.Index(
            "uq_calendar_entries_day",
            "first",
            unique=True,
            sqlite_where=sa.text("closed IS NOT NULL AND removed_at IS NULL"),
            postgresql_where=sa.text("closed IS NOT NULL AND removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    first: Mapped[dt.date] = mapped_column(sa.Date())
    last: Mapped[dt.date] = mapped_column(sa.Date())  # included; of a day the same
    closed: Mapped[bool | None] = mapped_column()  # a day: closed or open; None: a period
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    opens: Mapped[dt.time | None] = mapped_column(sa.Time())  # None: the usual hours
    closes: Mapped[dt.time | None] = mapped_column(sa.Time())
    pauses: Mapped[list[Any]] = mapped_column()  # of a period: [name, "17:30", "19:00"]
    source: Mapped[str] = mapped_column(sa.String(300))
    as_of: Mapped[dt.date] = mapped_column(sa.Date())
    estimated: Mapped[bool] = mapped_column()
    made_by: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[dt.datetime] = mapped_column(Moment())
    removed_by: Mapped[str | None] = mapped_column(sa.String(64))
    removed_at: Mapped[dt.datetime | None] = mapped_column(Moment())
