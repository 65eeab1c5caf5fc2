"""Surat-menyurat: every message that was sent to somebody, why, and what became of it, the newest first."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from models import (
    Application,
    Assessment,
    Channel,
    Conversation,
    Correction,
    Delivery,
    DeliveryState,
    Event,
    Person,
    Reminder,
    Session,
    StageChange,
)
from services import scope
from services.staff import Actor, Right

PAGE = 20


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. `kind` and `subject`: why it was written ("stage", "41"); `about`: an application's number, an
    event's code, where there is one; `reason`: why it did not arrive, a code or a short phrase of the program's."""

    id: int
    channel: Channel
    kind: str
    subject: str
    about: str | None
    state: DeliveryState
    reason: str | None
    created_at: dt.datetime
    not_before: dt.datetime
    sent_at: dt.datetime | None
    text: str | None  # None: a chat is not this account's to read; empty: forgotten in its time


@dataclass(frozen=True, slots=True)
class Letters:
    """One page of them. `older`: where the next page begins, None: this was the last."""

    lines: tuple[Letter, ...]
    older: int | None


def sent(session: Session, actor: Actor, person_id: int, *, before: int | None = None) -> Letters:
    """What was sent to a person, older than the message `before`. Raises NoResultFound, Forbidden."""
    scope.demand_person(session, actor, Right.SEE, person_id)
    session.get_one(Person, person_id)
    chats = list(session.scalars(sa.select(Conversation.id).where(Conversation.person_id == person_id)))
    query = sa.select(Delivery).where(Delivery.conversation_id.in_(chats))
    if before is not None:
        query = query.where(Delivery.id < before)
    rows = list(session.scalars(query.order_by(Delivery.id.desc()).limit(PAGE + 1)))
    about = _about(session, rows)
    may_read = Right.REVIEW in actor.rights
    lines = tuple(_letter(row, about, may_read) for row in rows[:PAGE])
    return Letters(lines, lines[-1].id if len(rows) > PAGE else None)


def _letter(row: Delivery, about: Mapping[str, str], may_read: bool) -> Letter:
    kind, _, subject = row.because.partition(":")
    return Letter(
        row.id, row.channel, kind, subject, about.get(row.because), row.state, row.reason, row.created_at,
        row.not_before, row.sent_at, str(row.bubble.get("text", "")) if may_read else None,
    )  # fmt: skip


def _about(session: Session, rows: Iterable[Delivery]) -> dict[str, str]:
    """What each reason is about, in as many statements as there are kinds of subject."""
    asked: dict[str, list[int]] = {}
    for row in rows:
        kind, _, subject = row.because.partition(":")
        if subject.isdecimal():
            asked.setdefault(kind, []).append(int(subject))
    found = {}
    for kind, query in _SUBJECTS.items():
        for it, name in session.execute(query, {"ids": asked[kind]}).all() if kind in asked else ():
            found[f"{kind}:{it}"] = name
    return found


_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_SUBJECTS: Mapping[str, sa.Select[int, str]] = {
    "stage": sa.select(StageChange.id, Application.number)
    .join(Application, Application.id == StageChange.application_id)
    .where(StageChange.id.in_(_IDS)),
    "waiting": sa.select(Application.id, Application.number).where(Application.id.in_(_IDS)),
    "assignment": sa.select(Application.id, Application.number).where(Application.id.in_(_IDS)),
    "decision": sa.select(Assessment.id, Application.number)
    .join(Application, Application.business_id == Assessment.business_id)
    .where(Application.assessment_id == Assessment.id, Assessment.id.in_(_IDS)),
    "correction": sa.select(Correction.id, Application.number)
    .join(Application, Application.id == Correction.application_id)
    .where(Correction.id.in_(_IDS)),
    "event": sa.select(Event.id, Event.code).where(Event.id.in_(_IDS)),
    "reminder": sa.select(Reminder.id, Event.code)
    .join(Event, Event.id == Reminder.event_id)
    .where(Reminder.id.in_(_IDS)),
}
