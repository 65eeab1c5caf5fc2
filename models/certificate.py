"""The certificate of somebody who came to an event: its number, and the address at which anybody may check it."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment


class EventCertificate(Base):
    """One certificate. Whose it is stands in the sign-up alone: forgotten there, it is forgotten here."""

    __tablename__ = "event_certificates"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "n"),
        sa.UniqueConstraint("sign_up_id"),
        sa.UniqueConstraint("token"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    sign_up_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_ups.id"))
    n: Mapped[int] = mapped_column()  # counts within the event
    number: Mapped[str] = mapped_column(sa.String(80))
    token: Mapped[str] = mapped_column(sa.String(40))  # in its QR: leads to the page that confirms it
    issued_at: Mapped[dt.datetime] = mapped_column(Moment())
