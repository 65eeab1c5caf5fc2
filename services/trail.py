"""Siapa yang memakai data saya: what officers did with one person's data, as far as it is written down."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from models import Application, Business, DataRequest, Session, StageChange, Ticket, TicketAnswer
from services.requests import BOT

NOT_OFFICERS = ("bot", "owner", "helper")


@dataclass(frozen=True, slots=True)
class Use:
    """One use. `what` names a text: "answered", "moved", "requested"."""

    at: dt.datetime
    who: str
    what: str


def of_person(session: Session, person_id: int, most: int = 20) -> list[Use]:
    """The newest uses, the newest first."""
    tickets = sa.select(Ticket.id).where(Ticket.person_id == person_id)
    applied = sa.select(Application.id).join(Business, Business.id == Application.business_id)
    applied = applied.where(Business.person_id == person_id)
    answered = sa.select(TicketAnswer.at, TicketAnswer.officer).where(TicketAnswer.ticket_id.in_(tickets))
    moved = sa.select(StageChange.at, StageChange.by).where(
        StageChange.application_id.in_(applied), StageChange.by.not_in(NOT_OFFICERS)
    )
    requested = sa.select(DataRequest.done_at, DataRequest.done_by).where(
        DataRequest.person_id == person_id, DataRequest.done_by != BOT
    )
    uses = [
        Use(at, who, what)
        for what, query in (("answered", answered), ("moved", moved), ("requested", requested))
        for at, who in session.execute(query).all()
        if at is not None and who
    ]
    return sorted(uses, key=lambda use: use.at, reverse=True)[:most]
