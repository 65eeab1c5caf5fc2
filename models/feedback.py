"""What somebody who came to an event thought of it: asked once, three answers, none of them needed."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment


class EventFeedback(Base):
    """One person, asked about one event."""

    __tablename__ = "event_feedback"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "person_id"),
        sa.Index("ix_event_feedback_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"))
    sign_up_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_ups.id"))  # whose code the question names
    asked_at: Mapped[dt.datetime] = mapped_column(Moment())
    reached: Mapped[bool] = mapped_column(default=True, server_default=sa.true())  # the question could be sent
    start_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # when the way into the programme was shown, once
    answered_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    useful: Mapped[str | None] = mapped_column(sa.String(16))  # very, ok, not
    clear: Mapped[str | None] = mapped_column(sa.String(16))  # yes, partly, no
    words: Mapped[str | None] = mapped_column(sa.String(500))  # their own
