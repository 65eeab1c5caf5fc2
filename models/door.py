"""The door of an event: the link that whoever stands there opens on a phone, for one event and its day."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment


class EventDoor(Base):
    """One door link. Only the hash of its token is kept; when it ends follows from the event."""

    __tablename__ = "event_doors"
    __table_args__ = (sa.Index("ix_event_doors_event_id", "event_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(40))  # "Pintu A"
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[dt.datetime] = mapped_column(Moment())
    made_by: Mapped[str] = mapped_column(sa.String(64))
    revoked_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    revoked_by: Mapped[str | None] = mapped_column(sa.String(64))
    looked_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # when a look at its list was last noted
