"""Lihat data saya: everything we hold of one person, as it stands in the tables (UU 27/2022 Ps 7, 32)."""

import datetime as dt
from collections.abc import Sequence
from enum import Enum
from typing import Any

import orjson
import sqlalchemy as sa

from models import (
    Application,
    Assessment,
    Assignment,
    Base,
    Business,
    Consent,
    Contact,
    Conversation,
    Correction,
    DataRequest,
    Draft,
    Due,
    EventCertificate,
    EventFeedback,
    Inbound,
    Interest,
    Invitation,
    Media,
    PastAttendance,
    Person,
    Recipient,
    Reminder,
    Session,
    SignUp,
    StageChange,
    Ticket,
    TicketAnswer,
    Unanswered,
)
from models.likeness import name_words, owner_words

# What is ours and says nothing more of the person: how rows hang together, how a message is kept from going out twice,
# and the name and place once more, as doubles and people are looked up by.
INNER = frozenset(
    {"person_id", "purge_at", "link_tries", "nudged_run", "event_id", "sign_up_id", "tries", "content", "ref"}
    | {"name_key", "place_key", "key", "list_id", "contact_id", "token", "door_key"}
    | {*name_words(None), *owner_words(None)}
)


def collect(session: Session, person_id: int, now: dt.datetime) -> dict[str, Any]:
    """Every row that is about a person, by table. Of a picture: that there is one, and how large it is."""
    chats = sa.select(Conversation.id).where(Conversation.person_id == person_id)
    owned = sa.select(Business.id).where(Business.person_id == person_id)
    applied = sa.select(Application.id).where(Application.business_id.in_(owned))
    asked = sa.select(Ticket.id).where(sa.or_(Ticket.person_id == person_id, Ticket.conversation_id.in_(chats)))
    came = sa.select(SignUp.id).where(SignUp.person_id == person_id)
    listed = sa.select(Contact.id).where(Contact.person_id == person_id)
    of: Sequence[tuple[str, type[Base], sa.ColumnElement[bool]]] = (
        ("person", Person, Person.id == person_id),
        ("consents", Consent, Consent.person_id == person_id),
        ("chats", Conversation, Conversation.person_id == person_id),
        ("businesses", Business, Business.person_id == person_id),
        ("assessments", Assessment, Assessment.person_id == person_id),
        ("applications", Application, Application.business_id.in_(owned)),
        ("history", StageChange, StageChange.application_id.in_(applied)),
        ("companions", Assignment, Assignment.application_id.in_(applied)),
        ("corrections", Correction, Correction.application_id.in_(applied)),
        ("reminders", Due, Due.conversation_id.in_(chats)),
        ("drafts", Draft, Draft.conversation_id.in_(chats)),
        ("messages", Inbound, sa.and_(Inbound.conversation_id.in_(chats), Inbound.words.is_not(None))),
        ("questions_to_officers", Ticket, Ticket.id.in_(asked)),
        ("answers_of_officers", TicketAnswer, TicketAnswer.ticket_id.in_(asked)),
        ("unanswered_questions", Unanswered, Unanswered.person_id == person_id),
        ("interests", Interest, Interest.person_id == person_id),
        ("pictures", Media, Media.conversation_id.in_(chats)),
        ("events", SignUp, SignUp.person_id == person_id),
        ("event_certificates", EventCertificate, EventCertificate.sign_up_id.in_(came)),
        ("event_reminders", Reminder, Reminder.person_id == person_id),
        ("event_feedback", EventFeedback, EventFeedback.person_id == person_id),
        ("event_invitations", Invitation, Invitation.person_id == person_id),
        ("announcements", Recipient, Recipient.person_id == person_id),
        ("requests", DataRequest, DataRequest.person_id == person_id),
        ("lists", Contact, Contact.person_id == person_id),
        ("past_attendance", PastAttendance, PastAttendance.contact_id.in_(listed)),
    )
    return {"as_of": now, **{name: _rows(session, model, which) for name, model, which in of}}


def as_file(portrait: dict[str, Any]) -> bytes:
    """The same as JSON that people and programs can read."""
    return orjson.dumps(portrait, default=_plain, option=orjson.OPT_INDENT_2)


def _rows(session: Session, model: type[Base], which: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    table = sa.inspect(model).local_table
    columns = [column for column in table.columns if column.name not in INNER]
    if model is Media:
        columns.append(sa.func.length(Media.content).label("bytes"))
    rows = session.execute(sa.select(*columns).where(which).order_by(table.c.id)).mappings()
    return [dict(row) for row in rows]


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else str(value)
