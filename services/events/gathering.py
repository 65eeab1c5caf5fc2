"""Yang perlu diketahui sebelum mengingatkan: all about hundreds of reminders, fetched at once."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import (
    ACTIVE,
    Audience,
    Base,
    Channel,
    Consent,
    Conversation,
    Event,
    Invitation,
    Language,
    Person,
    Purpose,
    Reachable,
    Reminder,
    ReminderState,
    Session,
    SignUp,
    SignUpState,
    Stopped,
)
from services.events import rules
from services.inserting import among

# Plain values, not objects of the session: of a hundred thousand nothing is kept, and reading them costs a third.


@dataclass(frozen=True, slots=True)
class Claimed:
    """A reminder that is due."""

    id: int
    event_id: int
    person_id: int
    version: int
    kind: str
    audience: Audience
    text: str
    starts_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Signed:
    """A sign-up that stands."""

    id: int
    event_id: int
    person_id: int
    state: SignUpState
    name: str
    business: str
    code: str
    digits: str
    told_starts_at: dt.datetime
    told_place: str


@dataclass(frozen=True, slots=True)
class Chat:
    """Where somebody is reached."""

    id: int
    person_id: int
    channel: Channel
    address: str
    language: Language | None
    reachable: Reachable
    stopped: Stopped
    last_in_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Known:
    """About all of them."""

    events: Mapping[int, Event]
    chats: Mapping[int, Chat]  # by person: the one last used that can be written to
    names: Mapping[int, str | None]
    consents: Mapping[tuple[int, Purpose], bool]
    sign_ups: Mapping[tuple[int, int], Sequence[Signed]]  # by event and person
    invited: Collection[tuple[int, int]]
    later: Collection[int]  # reminders after which another of the same event is due by then


def gather(session: Session, rows: Sequence[Claimed], soon: dt.datetime) -> Known:
    """What is known of these reminders' people and events. `later` looks at what is due until `soon`."""
    events, people = list({row.event_id for row in rows}), list({row.person_id for row in rows})
    found = session.scalars(sa.select(Event).where(Event.id.in_(events)).execution_options(populate_existing=True))
    names = session.execute(sa.select(Person.id, Person.name).where(among(session, Person.id, people)))
    silent = any(row.audience is Audience.INVITED for row in rows)
    return Known(
        events={event.id: event for event in found},
        chats=_chats(session, people),
        names=dict(names.all()),
        consents=_consents(session, people),
        sign_ups=_sign_ups(session, events, people),
        invited=_invited(session, events, people) if silent else (),
        later=_later(session, rows, soon),
    )


def sets_out(session: Session, rows: Sequence[Claimed], now: dt.datetime) -> dict[tuple[int, int], dt.datetime]:
    """The earliest time to come that each of these people was told of, by event and person."""
    here = (SignUp.event_id + 0).in_({row.event_id for row in rows})
    query = sa.select(SignUp.event_id, SignUp.person_id, sa.func.min(SignUp.told_starts_at))
    query = query.where(among(session, SignUp.person_id, [row.person_id for row in rows]), here)
    query = query.where(SignUp.state.in_(ACTIVE), SignUp.told_starts_at > now)
    told = session.execute(query.group_by(SignUp.event_id, SignUp.person_id))
    return {(event_id, person_id or 0): first for event_id, person_id, first in told}


def columns(model: type[Base], names: Iterable[str]) -> list[sa.ColumnElement[Any]]:
    """The columns of these names."""
    return [getattr(model, name) for name in names]


def _chats(session: Session, people: Sequence[int]) -> dict[int, Chat]:
    query = sa.select(*columns(Conversation, Chat.__slots__)).where(among(session, Conversation.person_id, people))
    best: dict[int, Chat] = {}
    for row in session.execute(query):
        chat = Chat(*row)
        known = best.get(chat.person_id)
        if known is None or _rank(chat) > _rank(known):
            best[chat.person_id] = chat
    return best


def _rank(chat: Chat) -> tuple[bool, dt.datetime, int]:
    return chat.reachable is Reachable.YES, chat.last_in_at, chat.id


def _consents(session: Session, people: Sequence[int]) -> dict[tuple[int, Purpose], bool]:
    """As they stand: the last word counts."""
    query = sa.select(Consent.person_id, Consent.purpose, Consent.given).where(
        among(session, Consent.person_id, people)
    )
    said = session.execute(query.order_by(Consent.at, Consent.id))
    return {(person_id, purpose): given for person_id, purpose, given in said}


def _sign_ups(session: Session, events: Sequence[int], people: Sequence[int]) -> dict[tuple[int, int], list[Signed]]:
    # By the people, never by the event: before PostgreSQL has counted a new event's crowd it takes the event for the
    # smaller set, and read all of it for every few hundred. What is computed cannot be looked up in an index.
    here = (SignUp.event_id + 0).in_(events)
    query = sa.select(*columns(SignUp, Signed.__slots__)).where(among(session, SignUp.person_id, people), here)
    found: dict[tuple[int, int], list[Signed]] = {}
    for row in session.execute(query.where(SignUp.state.in_(ACTIVE)).order_by(SignUp.id)):
        one = Signed(*row)
        found.setdefault((one.event_id, one.person_id), []).append(one)
    return found


def _invited(session: Session, events: Sequence[int], people: Sequence[int]) -> set[tuple[int, int]]:
    query = sa.select(Invitation.event_id, Invitation.person_id).where(Invitation.declined_at.is_(None))
    query = query.where(Invitation.event_id.in_(events), Invitation.person_id.in_(people))
    return {(event_id, person_id or 0) for event_id, person_id in session.execute(query)}


def _later(session: Session, rows: Sequence[Claimed], soon: dt.datetime) -> set[int]:
    """Reminders after which another of the same event is due by now, or very soon."""
    one, two = aliased(Reminder), aliased(Reminder)
    same = sa.and_(two.event_id == one.event_id, two.person_id == one.person_id, two.version == one.version)
    after = sa.or_(two.due_at > one.due_at, sa.and_(two.due_at == one.due_at, two.id > one.id))
    waits = sa.and_(two.state == ReminderState.PLANNED, two.due_at <= soon)
    entry = two.kind.not_in(rules.TOLD_AT_ONCE)
    query = sa.select(one.id).where(among(session, one.id, [row.id for row in rows]))
    return set(session.scalars(query.where(sa.exists(sa.select(two.id).where(same, after, waits, entry)))))
