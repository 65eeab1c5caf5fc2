"""An officer meets a request about data: puts in the value that was asked for, says what was not met, and tells."""

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import Channel, Conversation, Lane, Language, RequestKind, Session, Ticket
from services import audit, deliveries, rectifying, requests, scope
from services.office import Office
from services.rectifying import Field
from services.refusing import Refusal
from services.requests import Asked
from services.staff import Actor, Right, demand
from texts.bubble import Bubble
from texts.filling import shown

if TYPE_CHECKING:
    from texts import Catalogue

TOPIC = "data"  # of the ticket that holds the new value
MAKES_SENSE = dt.timedelta(days=14)  # for the news to be delivered


class Why(StrEnum):
    """Why a request cannot be closed so."""

    UNKNOWN = "unknown"
    DONE = "done"
    BY_ITSELF = "by_itself"  # a deletion: done already, only the farewell is on its way
    NOTHING_TO_APPLY = "nothing_to_apply"
    SAME_NIB = "same_nib"


class CannotClose(Refusal[Why]):
    """The request stays as it is."""


def close(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    apply: bool,
    because: str,
    texts: "Catalogue",
    office: Office,
    now: dt.datetime,
) -> None:
    """Close a request and tell the person: done, or in part only and why. Raises CannotClose."""
    demand(actor, Right.REVIEW)
    asked = requests.find(session, request_id)
    if asked is None:
        raise CannotClose(Why.UNKNOWN)
    scope.demand_person(session, actor, Right.REVIEW, asked.person_id)
    if asked.done_at is not None:
        raise CannotClose(Why.DONE)
    if asked.kind is RequestKind.DELETE or asked.detail == "service":
        raise CannotClose(Why.BY_ITSELF)
    ticket, by = _ticket(session, asked), actor.called
    if apply:
        _apply(session, ticket, office, now, by)
    requests.close(session, asked.id, by=by, note="in part" if because else None, now=now)
    if ticket is not None and ticket.closed_at is None:
        ticket.closed_at, ticket.closed_by = now, by
        session.flush()
    _tell(session, asked, because, texts, office, now)
    after = {"kind": asked.kind, "applied": apply, "partly": bool(because)}
    audit.note(session, actor, "request.closed", f"request:{asked.code}", after=after, now=now)


def _ticket(session: Session, asked: Asked) -> Ticket | None:
    query = (
        sa.select(Ticket).where(Ticket.person_id == asked.person_id, Ticket.topic == TOPIC).order_by(Ticket.id.desc())
    )
    return next((t for t in session.scalars(query.limit(50)) if t.context.get("request") == asked.code), None)


def _apply(session: Session, ticket: Ticket | None, office: Office, now: dt.datetime, by: str) -> None:
    if ticket is None or not ticket.words:
        raise CannotClose(Why.NOTHING_TO_APPLY)
    field = Field(ticket.context["field"])
    value: Any = ticket.words.split(", ") if field is Field.PRODUCTS else ticket.words
    business_id = int(ticket.context["business_id"])
    if not rectifying.correct(session, business_id, field, value, office=office, now=now, by=f"officer:{by}"[:64]):
        raise CannotClose(Why.SAME_NIB)


def _tell(session: Session, asked: Asked, because: str, texts: "Catalogue", office: Office, now: dt.datetime) -> None:
    chat = session.get(Conversation, asked.conversation_id) if asked.conversation_id else None
    if chat is None or chat.person_id != asked.person_id:
        return  # gone, or somebody else's by now
    language = chat.language or Language.ID
    label = next(o.label for o in texts.options("my_data.ask", language) if o.id == asked.kind.value)
    values = {
        "ticket": asked.code,
        "label": label,
        "date": office.local_day(now),
        "reason": because,
        "dpo_contact": office.dpo_contact,
    }
    template = ("data_request_done_v1", ("ticket", "label", "date")) if chat.channel is Channel.WHATSAPP else (None, ())
    bubble = Bubble(
        text=texts.text("my_data.request_partly" if because else "my_data.request_done", language, **values),
        template=template[0],
        template_values=tuple(shown(values[name], language) for name in template[1]),
    )
    deliveries.post(
        session,
        conversation_id=chat.id,
        bubble=bubble,
        lane=Lane.NOTICE,
        because=f"request:{asked.id}",
        now=now,
        expires_at=now + MAKES_SENSE,
    )
