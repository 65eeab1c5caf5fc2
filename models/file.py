"""A file we send, to one person or with a broadcast: kept as a row until it has been fetched or has had its time."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment


class StoredFile(Base):
    """One file for one person (their data, a letter), or for all of a broadcast. Swept after `expires_at`."""

    __tablename__ = "files"
    __table_args__ = (sa.Index("ix_files_expires_at", "expires_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"))
    name: Mapped[str] = mapped_column(sa.String(100))  # as it is called on the phone; no person's name in it
    media_type: Mapped[str] = mapped_column(sa.String(100))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary(), deferred=True)
    made_at: Mapped[dt.datetime] = mapped_column(Moment())
    expires_at: Mapped[dt.datetime] = mapped_column(Moment())
    telegram_ref: Mapped[str | None] = mapped_column(sa.String(300))  # "bot:file_id", once Telegram has it
