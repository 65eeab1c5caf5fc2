"""Who accompanies an application: an account of the office, told to the owner by name only."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment


class Assignment(Base):
    """The pendamping of one application, as it stands now; who was it before stands in the audit."""

    __tablename__ = "assignments"
    __table_args__ = (sa.UniqueConstraint("application_id"), sa.Index("ix_assignments_staff_id", "staff_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[dt.datetime] = mapped_column(Moment())
    by: Mapped[str] = mapped_column(sa.String(64))
