"""Mengingatkan: each minute what is due goes out once, in the words of that day, or is marked missed with its reason.

What was planned is looked at again at the last moment. Void (it lost its reason): the event was moved or cancelled,
the person left, stopped or did not agree. Missed (it was too late for it): the event has begun, or a later reminder is
due by now and says all of it. By night nothing goes out but a change that cannot wait for the morning.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import (
    ACTIVE,
    Audience,
    Consent,
    Conversation,
    Delivery,
    Event,
    EventState,
    Invitation,
    Lane,
    Language,
    Person,
    Purpose,
    Reachable,
    Reminder,
    ReminderState,
    Session,
    SignUp,
    Stopped,
)
from services import calendar, deliveries
from services.events import plans, rules, words
from services.inserting import quietly
from services.office import Office
from texts.bubble import Bubble

if TYPE_CHECKING:
    from texts import Catalogue

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one reminder at the moment it would go out."""

    kind: str
    audience: Audience
    version: int
    starts_at: dt.datetime  # of the event now
    event_version: int
    event_state: EventState
    reached: bool  # there is a chat, and it can be written to
    stopped: bool
    agreed: bool
    wanted: bool  # they still are of its audience
    news: bool  # they have not heard the present time and place yet
    later_due: bool  # a later reminder is due by now, or very soon


def judge(facts: Facts, now: dt.datetime) -> tuple[ReminderState, str | None]:
    """What becomes of it: SENT, or VOID or MISSED with the reason."""
    over = facts.event_state is EventState.CANCELLED
    if facts.version != facts.event_version or over != (facts.kind == "cancelled"):
        return ReminderState.VOID, "changed"
    if not facts.wanted:
        return ReminderState.VOID, "left"
    if facts.kind == "moved" and not facts.news:
        return ReminderState.VOID, "nothing_new"
    if not facts.reached:
        return ReminderState.VOID, "unreachable"
    if facts.stopped:
        return ReminderState.VOID, "stopped"
    if not facts.agreed:
        return ReminderState.VOID, "no_consent"
    if now >= facts.starts_at:
        return ReminderState.MISSED, "begun"
    if facts.later_due and facts.kind not in rules.TOLD_AT_ONCE:
        return ReminderState.MISSED, "overtaken"
    return ReminderState.SENT, None


def sweep(session: Session, texts: "Catalogue", office: Office, now: dt.datetime, limit: int = CHUNK) -> int:
    """Send or settle what is due, at most `limit` reminders; how many. Call again until it answers 0.

    Rows are claimed and their messages written in one transaction, and rows another sweep is at are passed over.
    """
    by_day = calendar.may_send(calendar.Purpose.REMINDER, now, office.calendar)
    claimed = _claim(session, now, by_day, limit)
    if not claimed:
        return 0
    if not by_day:
        claimed = _wait_for_day(session, claimed, office, now)
    batch = _Batch(session, claimed, texts, now)
    batch.settle()
    return len(claimed)


def _claim(session: Session, now: dt.datetime, by_day: bool, limit: int) -> list[Reminder]:
    query = sa.select(Reminder).where(Reminder.state == ReminderState.PLANNED, Reminder.due_at <= now)
    if not by_day:
        query = query.where(Reminder.kind.in_(rules.TOLD_AT_ONCE))
    query = query.order_by(Reminder.due_at, Reminder.id).limit(limit)
    claimed = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return list(session.scalars(claimed))


def _wait_for_day(session: Session, rows: list[Reminder], office: Office, now: dt.datetime) -> list[Reminder]:
    """A change that was to be told by day, and was not, waits for the morning, if the morning is early enough."""
    now_or_later = []
    for row in rows:
        at = rules.notice_at(now, row.starts_at, office.calendar)
        if at > now:
            row.due_at = at
        else:
            now_or_later.append(row)
    session.flush()
    return now_or_later


@dataclass(frozen=True, slots=True)
class _Person:
    name: str | None
    chat: Conversation | None
    consents: Mapping[Purpose, bool] = field(default_factory=dict)


class _Batch:
    """The claimed rows with everything about them, fetched for all of them at once."""

    def __init__(self, session: Session, rows: list[Reminder], texts: "Catalogue", now: dt.datetime) -> None:
        self.session, self.rows, self.texts, self.now = session, rows, texts, now
        self.events = {event.id: event for event in self._all(Event, Event.id, {row.event_id for row in rows})}
        people = {row.person_id for row in rows}
        self.people = self._people(people)
        self.sign_ups = self._sign_ups(people)
        self.invited = self._invited(people)
        self.later = self._later()
        self.said: dict[tuple[int, Language], dict[str, Any]] = {}  # of an event, in one language
        self.fates: dict[tuple[ReminderState, str | None], list[int]] = {}
        self.out: list[dict[str, Any]] = []
        self.heard: dict[int, list[int]] = {}  # by event: sign-ups that now know its time and place

    def _all(self, model: Any, column: Any, ids: Iterable[int]) -> list[Any]:
        query = sa.select(model).where(column.in_(list(ids)))
        return list(self.session.scalars(query.execution_options(populate_existing=True)))

    def _people(self, ids: set[int]) -> dict[int, _Person]:
        chats: dict[int, Conversation] = {}
        for chat in self._all(Conversation, Conversation.person_id, ids):
            known = chats.get(chat.person_id)
            if known is None or _rank(chat) > _rank(known):
                chats[chat.person_id] = chat
        given: dict[int, dict[Purpose, bool]] = {}
        query = sa.select(Consent.person_id, Consent.purpose, Consent.given).where(Consent.person_id.in_(list(ids)))
        for person_id, purpose, yes in self.session.execute(query.order_by(Consent.at, Consent.id)):
            given.setdefault(person_id, {})[purpose] = yes
        names = self.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(list(ids)))).all()
        return {id: _Person(name, chats.get(id), given.get(id, {})) for id, name in names}

    def _sign_ups(self, people: set[int]) -> dict[tuple[int, int], list[SignUp]]:
        query = sa.select(SignUp).where(SignUp.person_id.in_(list(people)), SignUp.event_id.in_(list(self.events)))
        query = query.where(SignUp.state.in_(ACTIVE)).order_by(SignUp.id)
        found: dict[tuple[int, int], list[SignUp]] = {}
        for row in self.session.scalars(query.execution_options(populate_existing=True)):
            found.setdefault((row.event_id, row.person_id or 0), []).append(row)
        return found

    def _invited(self, people: set[int]) -> set[tuple[int, int]]:
        if not any(row.audience is Audience.INVITED for row in self.rows):
            return set()
        query = sa.select(Invitation.event_id, Invitation.person_id).where(Invitation.declined_at.is_(None))
        query = query.where(Invitation.event_id.in_(list(self.events)), Invitation.person_id.in_(list(people)))
        return {(event_id, person_id or 0) for event_id, person_id in self.session.execute(query)}

    def _later(self) -> set[int]:
        """Reminders after which another of the same event is due by now, or very soon."""
        one, two = aliased(Reminder), aliased(Reminder)
        same = sa.and_(two.event_id == one.event_id, two.person_id == one.person_id, two.version == one.version)
        after = sa.or_(two.due_at > one.due_at, sa.and_(two.due_at == one.due_at, two.id > one.id))
        waits = sa.and_(two.state == ReminderState.PLANNED, two.due_at <= self.now + rules.SOON)
        entry = two.kind.not_in(rules.TOLD_AT_ONCE)
        query = sa.select(one.id).where(one.id.in_([row.id for row in self.rows]))
        return set(self.session.scalars(query.where(sa.exists(sa.select(two.id).where(same, after, waits, entry)))))

    # --- one after the other

    def settle(self) -> None:
        """Judge each, write the messages, and write down what became of all."""
        for row in self.rows:
            signed = self._of(row)
            fate = judge(self._facts(row, signed), self.now)
            if fate[0] is ReminderState.SENT:
                self._write(row, signed)
            self.fates.setdefault(fate, []).append(row.id)
        if self.out:
            self.session.execute(sa.insert(Delivery), self.out)
        for (state, reason), ids in self.fates.items():
            change = sa.update(Reminder).where(Reminder.id.in_(ids), Reminder.state == ReminderState.PLANNED)
            self.session.execute(quietly(change.values(state=state, reason=reason, changed_at=self.now)))
        for event_id, ids in self.heard.items():
            event = self.events[event_id]
            told = {"told_starts_at": event.starts_at, "told_place": event.place}
            self.session.execute(quietly(sa.update(SignUp).where(SignUp.id.in_(ids)).values(told)))

    def _of(self, row: Reminder) -> list[SignUp]:
        """The sign-ups of this person it may speak of, the one to be asked about first."""
        signed = self.sign_ups.get((row.event_id, row.person_id), [])
        if row.kind in rules.TOLD_AT_ONCE:
            event = self.events[row.event_id]
            return sorted(signed, key=lambda one: (_knows(one, event), one.id))
        return [one for one in signed if one.state in plans.STATES.get(row.audience, ())]

    def _facts(self, row: Reminder, signed: list[SignUp]) -> Facts:
        event, person = self.events[row.event_id], self.people[row.person_id]
        chat, asked = person.chat, (row.event_id, row.person_id)
        silent = asked in self.invited and asked not in self.sign_ups
        return Facts(
            kind=row.kind,
            audience=row.audience,
            version=row.version,
            starts_at=event.starts_at,
            event_version=event.version,
            event_state=event.state,
            reached=chat is not None and chat.reachable is Reachable.YES,
            stopped=chat is not None and chat.stopped is Stopped.EVERYTHING,
            agreed=person.consents.get(_purpose(row), False),
            wanted=silent if row.audience is Audience.INVITED else bool(signed),
            news=any(not _knows(one, event) for one in signed),
            later_due=row.id in self.later,
        )

    def _write(self, row: Reminder, signed: list[SignUp]) -> None:
        event, person = self.events[row.event_id], self.people[row.person_id]
        chat = person.chat
        if chat is None:
            raise LookupError("judged to be reached, without a chat")
        language = chat.language or Language.ID
        row_of = signed[0] if signed else None
        told = words.Told(event, row_of, person.name or (row_of.name if row_of else ""), language)
        base = self.said.get((event.id, language)) or words.values(event, self.texts, language)
        self.said[(event.id, language)] = base
        self.heard.setdefault(event.id, []).extend(one.id for one in signed)
        self.out.append(
            deliveries.row(
                deliveries.Where(chat.id, chat.channel, chat.address, chat.language),
                bubble=self._bubble(row, told, base),
                lane=Lane.NOTICE,
                because=f"{plans.BECAUSE}{row.id}",
                now=self.now,
                expires_at=self._until(row, event),
            )
        )

    def _bubble(self, row: Reminder, told: words.Told, base: Mapping[str, Any]) -> Bubble:
        if row.kind == "moved":
            return words.moved(told, self.texts, base)
        if row.kind == "cancelled":
            return words.bubble(told, "events.cancelled", self.texts, base)
        return words.reminder(told, row.text, self.texts, self.now, base)

    def _until(self, row: Reminder, event: Event) -> dt.datetime:
        """ "Besok" is wrong at midnight, and nothing is said of an event that has begun."""
        if row.kind in rules.TOLD_AT_ONCE:
            return event.starts_at
        zone = rules.zone_of(event.zone)
        tomorrow = self.now.astimezone(zone).date() + dt.timedelta(days=1)
        return min(event.starts_at, dt.datetime.combine(tomorrow, dt.time(), zone))


def _knows(row: SignUp, event: Event) -> bool:
    return (row.told_starts_at, row.told_place) == (event.starts_at, event.place)


def _rank(chat: Conversation) -> tuple[bool, dt.datetime, int]:
    return chat.reachable is Reachable.YES, chat.last_in_at, chat.id


def _purpose(row: Reminder) -> Purpose:
    if row.kind in rules.TOLD_AT_ONCE:
        return Purpose.SERVICE
    return Purpose.ANNOUNCEMENTS if row.audience is Audience.INVITED else Purpose.REMINDERS
