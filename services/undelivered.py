"""Kiriman: messages that failed or are held, each with its person, why, and what may be done about it.

Trying again queues the same row: whether the person still wants it and can be reached is looked at at the moment of
sending, as ever. What would come too late, an old reply of the bot, and a broadcast (its people are counted elsewhere)
are not tried again.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from models import Channel, Conversation, Delivery, DeliveryState, Lane, Person, Session
from services import audit, paging, scope
from services.held import HELD
from services.inserting import quietly
from services.office import Office
from services.paging import PAGE, Turned
from services.refusing import Refusal
from services.staff import Actor, Right, demand

FAILED_WITHIN = dt.timedelta(hours=24)  # older failures are history: each stands on its person's page
FAILED = sa.text("deliveries.state IN ('failed')")  # literally, so that its index is used


class Kind(StrEnum):
    """Which messages."""

    FAILED = "gagal"
    HELD = "ditahan"


class Why(StrEnum):
    """Why nothing was done."""

    UNKNOWN = "unknown"
    OVER = "over"  # it is not held or failed any more
    LATE = "late"  # it would come too late to make sense
    NOT_THIS = "not_this"  # a reply of the bot, or part of a broadcast


class NotDone(Refusal[Why]):
    """The message stays as it is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `kind`: why it was written ("due", "stage"); `again`: it may be tried again."""

    id: int
    channel: Channel
    kind: str
    reason: str | None
    since: dt.datetime
    ends: dt.datetime | None
    person_id: int | None
    name: str | None
    again: bool


@dataclass(frozen=True, slots=True)
class Found(Turned):
    """One page of them."""

    lines: tuple[Line, ...]
    total: int
    page: int


def which(kind: Kind, now: dt.datetime) -> sa.ColumnElement[bool]:
    """The condition that both the number and the list are made with."""
    if kind is Kind.HELD:
        return sa.and_(HELD)
    return sa.and_(FAILED, Delivery.changed_at > now - FAILED_WITHIN)


def counts(session: Session, actor: Actor, now: dt.datetime) -> Mapping[Kind, int]:
    """How many of each the actor may see. Raises Forbidden."""
    demand(actor, Right.SEE)
    return {kind: _count(session, actor, which(kind, now)) for kind in Kind}


def find(session: Session, actor: Actor, kind: Kind, page: int, now: dt.datetime) -> Found:
    """A page of them, those that failed last or are held longest first. Raises Forbidden."""
    demand(actor, Right.SEE)
    total = _count(session, actor, which(kind, now))
    page = paging.nearest(page, total)
    order = Delivery.id if kind is Kind.HELD else Delivery.changed_at.desc()
    query = sa.select(Delivery, Conversation.person_id, Person.name).where(which(kind, now))
    query = query.join(Conversation, Conversation.id == Delivery.conversation_id)
    query = query.outerjoin(Person, Person.id == Conversation.person_id)
    query = query.where(scope.of_person(actor, Conversation.person_id)).order_by(order, Delivery.id)
    rows = session.execute(query.limit(PAGE).offset(paging.before(page))).all()
    return Found(tuple(_line(row, person, name, now) for row, person, name in rows), total, page)


def try_again(session: Session, actor: Actor, delivery_id: int, *, office: Office, now: dt.datetime) -> None:
    """Send a message that failed once more, at the next decent hour. Raises Forbidden, NotDone."""
    row = _theirs(session, actor, delivery_id)
    if row.state is not DeliveryState.FAILED:
        raise NotDone(Why.OVER)
    why = _against(row, now)
    if why is not None:
        raise NotDone(why)
    queued = {"state": DeliveryState.QUEUED, "reason": None, "attempts": 0, "not_before": office.writes(now).at}
    _change(session, actor, row, queued, "delivery.again", now)


def let_go(session: Session, actor: Actor, delivery_id: int, *, now: dt.datetime) -> None:
    """A message that is held is not sent any more. Raises Forbidden, NotDone."""
    row = _theirs(session, actor, delivery_id)
    if row.state is not DeliveryState.HELD:
        raise NotDone(Why.OVER)
    cancelled = {"state": DeliveryState.CANCELLED, "reason": "let go by staff"}
    _change(session, actor, row, cancelled, "delivery.let_go", now)


def _theirs(session: Session, actor: Actor, delivery_id: int) -> Delivery:
    demand(actor, Right.REVIEW)
    row = session.get(Delivery, delivery_id, populate_existing=True)
    if row is None:
        raise NotDone(Why.UNKNOWN)
    chat = session.get_one(Conversation, row.conversation_id)
    scope.demand_person(session, actor, Right.REVIEW, chat.person_id)
    return row


def _against(row: Delivery, now: dt.datetime) -> Why | None:
    if row.lane == Lane.BULK or row.because.startswith("turn:"):
        return Why.NOT_THIS
    late = row.expires_at is not None and row.expires_at <= now
    return Why.LATE if late or row.changed_at <= now - FAILED_WITHIN else None


def _change(
    session: Session, actor: Actor, row: Delivery, values: Mapping[str, object], act: str, now: dt.datetime
) -> None:
    """Only what it was when it was looked at: the outbox may have moved it on, or somebody pressed twice."""
    before = row.state
    still = sa.and_(Delivery.id == row.id, Delivery.state == before)
    change = sa.update(Delivery).where(still).values(**values, changed_at=now).returning(Delivery.id)
    if session.execute(quietly(change)).first() is None:
        raise NotDone(Why.OVER)
    audit.note(
        session, actor, act, f"delivery:{row.id}", before={"state": before}, after={"state": values["state"]}, now=now
    )


def _count(session: Session, actor: Actor, condition: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(Delivery).where(condition)
    if actor.regencies is not None:
        query = query.join(Conversation, Conversation.id == Delivery.conversation_id)
        query = query.where(scope.of_person(actor, Conversation.person_id))
    return session.execute(query).scalar_one()


def _line(row: Delivery, person_id: int | None, name: str | None, now: dt.datetime) -> Line:
    again = row.state is DeliveryState.FAILED and _against(row, now) is None
    kind = row.because.partition(":")[0]
    return Line(row.id, row.channel, kind, row.reason, row.changed_at, row.expires_at, person_id, name, again)
