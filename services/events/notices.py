"""Sebelum dikabarkan: how many would be told of a change, from when on, and in which words; before it is kept."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Conversation, Event, Language, Reachable, Reminder, ReminderState, Session, SignUp
from services.events import rules, words
from services.events.words import Told
from services.office import Office
from texts.bubble import Bubble

if TYPE_CHECKING:
    from texts import Catalogue


@dataclass(frozen=True, slots=True)
class Notice:
    """What a change sends. `reached`: of these people, who has a chat that can be written to. `at`: not before."""

    people: int
    reached: int
    at: dt.datetime | None
    words: Bubble


@dataclass(frozen=True, slots=True)
class Before:
    """What people were told so far."""

    starts_at: dt.datetime
    place: str


@dataclass(frozen=True, slots=True)
class _Somebody:
    """A sign-up with an invented owner: nobody's name is needed to show how a message reads."""

    told_starts_at: dt.datetime
    told_place: str
    business: str = "Keripik Bu Siti"
    code: str = "E1"
    digits: str = "4821"
    id: int = 0


SOMEBODY = "Siti Aminah"


def of_change(session: Session, event: Event, before: Before, texts: "Catalogue") -> Notice:
    """What moving or cancelling this event, done in this very transaction, tells; an invented owner stands for all."""
    mine = sa.and_(Reminder.event_id == event.id, Reminder.version == event.version)
    told = sa.and_(mine, Reminder.kind.in_(rules.TOLD_AT_ONCE), Reminder.state == ReminderState.PLANNED)
    chat = sa.select(Conversation.id).where(
        Conversation.person_id == Reminder.person_id, Conversation.reachable == Reachable.YES
    )
    reached = sa.func.coalesce(sa.func.sum(sa.case((sa.exists(chat.correlate(Reminder)), 1), else_=0)), 0)
    people, reach, at = session.execute(
        sa.select(sa.func.count(), reached, sa.func.min(Reminder.due_at)).where(told)
    ).one()
    one = Told(event, _Somebody(before.starts_at, before.place), SOMEBODY, Language.ID)
    base = words.values(event, texts, Language.ID)
    if event.reason is not None:
        return Notice(people, int(reach), at, words.bubble(one, "events.cancelled", texts, base))
    return Notice(people, int(reach), at, words.moved(one, texts, base))


def of_fewer(
    session: Session, event: Event, bumped: Sequence[SignUp], texts: "Catalogue", office: Office, now: dt.datetime
) -> Notice:
    """What those read who lost their place in this very transaction."""
    one = Told(event, _Somebody(event.starts_at, event.place), SOMEBODY, Language.ID)
    base = {**words.values(event, texts, Language.ID), "position": 1}
    chats = sa.select(sa.func.count(sa.distinct(Conversation.person_id))).where(
        Conversation.person_id.in_([row.person_id for row in bumped]), Conversation.reachable == Reachable.YES
    )
    at, reached = office.writes(now).at, session.execute(chats).scalar_one()
    return Notice(len(bumped), reached, at, words.bubble(one, "events.bumped", texts, base))
