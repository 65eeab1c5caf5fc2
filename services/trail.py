"""Siapa yang memakai data saya: what officers did with one person's data, read from the audit."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa

from models import (
    Application,
    AuditEntry,
    Business,
    Conversation,
    DataRequest,
    Session,
    SignUp,
    Staff,
    StageChange,
    Ticket,
    TicketAnswer,
)
from services.calendar import JAKARTA
from services.requests import BOT
from services.staff import Via

NOT_OFFICERS = ("bot", "owner", "helper")
# What is told of an act, by its name in the audit: a name of a text (my_data.trail_what).
TOLD = MappingProxyType(
    {
        "ticket.seen": "read",
        "ticket.answered": "answered",
        "ticket.closed": "closed",
        "application.seen": "looked",
        "photo.seen": "looked",
        "application.moved": "moved",
        "application.decided": "moved",
        "application.assigned": "assigned",
        "correction.asked": "asked",
        "offer.called": "called",
        "request.closed": "requested",
        "chat.seen": "looked",
        "person.seen": "looked",
        "person.unmasked": "looked",
        "business.seen": "looked",
        "business.unmasked": "looked",
        "chat.looked_into": "looked",
        "chat.guided": "guided",
        "chat.linked": "linked",
        "business.confirmed_on_paper": "on_paper",
        "event.attended": "attended",
        "event.attendance_undone": "attended",
    }
)


@dataclass(frozen=True, slots=True)
class Use:
    """One use. `what` names a text: "answered", "moved", "requested", …"""

    at: dt.datetime
    who: str
    what: str


def of_person(session: Session, person_id: int, most: int = 20) -> list[Use]:
    """The newest uses, the newest first; the same by the same on one day once.

    Lists of many people (`applications.seen`, an export) name nobody, so they are not in it. What was done before there
    was an audit is read where it was done.
    """
    found: dict[tuple[dt.date, str, str], Use] = {}
    for use in (*_audited(session, person_id), *_before(session, person_id)):
        key = (use.at.astimezone(JAKARTA).date(), use.who, use.what)
        if key not in found or found[key].at < use.at:
            found[key] = use
    return sorted(found.values(), key=lambda use: use.at, reverse=True)[:most]


def _audited(session: Session, person_id: int) -> Iterator[Use]:
    who = sa.func.coalesce(Staff.display_name, "kantor")
    query = (
        sa.select(AuditEntry.at, who.label("who"), AuditEntry.act)
        .outerjoin(Staff, Staff.id == AuditEntry.staff_id)
        .where(
            AuditEntry.subject.in_(_subjects(session, person_id)),
            AuditEntry.act.in_(TOLD),
            AuditEntry.via != Via.PROGRAM,
        )
        .order_by(AuditEntry.id)
    )
    yield from (Use(row.at, row.who, TOLD[row.act]) for row in session.execute(query))


def _subjects(session: Session, person_id: int) -> list[str]:
    """What the audit calls everything of a person's."""
    businesses = sa.select(Business.id).where(Business.person_id == person_id)
    kinds: tuple[tuple[str, sa.Select[int] | sa.Select[str]], ...] = (
        ("ticket:T-", sa.select(Ticket.id).where(Ticket.person_id == person_id)),
        ("business:", businesses),
        ("application:", sa.select(Application.number).where(Application.business_id.in_(businesses))),
        ("request:D-", sa.select(DataRequest.id).where(DataRequest.person_id == person_id)),
        ("chat:", sa.select(Conversation.id).where(Conversation.person_id == person_id)),
        ("sign_up:", sa.select(SignUp.id).where(SignUp.person_id == person_id)),
    )
    theirs = [f"{kind}{one}" for kind, query in kinds for one in session.execute(query).scalars()]
    return [f"person:{person_id}", *theirs]


def _before(session: Session, person_id: int) -> Iterator[Use]:
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
    for what, query in (("answered", answered), ("moved", moved), ("requested", requested)):
        for at, who in session.execute(query).all():
            if at is not None and who:
                yield Use(at, who, what)
