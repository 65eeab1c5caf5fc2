"""Mengingatkan: each minute what is due goes out once, in the words of that day, or is marked missed with its reason.

What was planned is looked at again at the last moment. Void (it lost its reason): the event was moved or cancelled,
the person left, stopped or did not agree. Missed (it was too late for it): the event has begun, or a later reminder is
due by now and says all of it. By night nothing goes out but a change that cannot wait for the morning.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import (
    Audience,
    Delivery,
    Event,
    EventState,
    Lane,
    Language,
    Purpose,
    Reachable,
    Reminder,
    ReminderState,
    Session,
    SignUp,
    Stopped,
)
from services import calendar, deliveries
from services.events import gathering, plans, rules, words
from services.events.gathering import Claimed, Signed
from services.inserting import among, insert_all, quietly
from services.office import Office

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


def _claim(session: Session, now: dt.datetime, by_day: bool, limit: int) -> Sequence[Claimed]:
    query = sa.select(*gathering.columns(Reminder, Claimed.__slots__))
    query = query.where(Reminder.state == ReminderState.PLANNED, Reminder.due_at <= now)
    if not by_day:
        query = query.where(Reminder.kind.in_(rules.TOLD_AT_ONCE))
    query = query.order_by(Reminder.due_at, Reminder.id).limit(limit).with_for_update(skip_locked=True)
    return [Claimed(*row) for row in session.execute(query)]


def _wait_for_day(session: Session, rows: Sequence[Claimed], office: Office, now: dt.datetime) -> Sequence[Claimed]:
    """A change that was to be told by day, and was not, waits for the morning, if that is early enough for whoever
    would set out for the time they know."""
    later: dict[dt.datetime, list[int]] = {}
    known = gathering.sets_out(session, rows, now)
    urgent = []
    for row in rows:
        first = min(row.starts_at, known.get((row.event_id, row.person_id), row.starts_at))
        at = rules.notice_at(now, first, office.calendar)
        if at > now:
            later.setdefault(at, []).append(row.id)
        else:
            urgent.append(row)
    for at, ids in later.items():
        session.execute(quietly(sa.update(Reminder).where(Reminder.id.in_(ids)).values(due_at=at)))
    return urgent


class _Batch:
    """The claimed rows one after the other: judged, worded, and what became of them written down for all at once."""

    def __init__(self, session: Session, rows: Sequence[Claimed], texts: "Catalogue", now: dt.datetime) -> None:
        self.session, self.rows, self.now = session, rows, now
        self.known = gathering.gather(session, rows, now + rules.SOON)
        self.stencils = words.Stencils(texts, now)
        self.fates: dict[tuple[ReminderState, str | None], list[int]] = {}
        self.out: list[dict[str, Any]] = []
        self.heard: dict[int, list[int]] = {}  # by event: sign-ups that now know its time and place

    def settle(self) -> None:
        """Judge each, write the messages, and write down what became of all."""
        for row in self.rows:
            signed = self._of(row)
            fate = judge(self._facts(row, signed), self.now)
            if fate[0] is ReminderState.SENT:
                self._write(row, signed)
            self.fates.setdefault(fate, []).append(row.id)
        if self.out:  # no objects: they would be made of every row, and thrown away
            insert_all(self.session, Delivery, self.out)
        for (state, reason), ids in self.fates.items():
            mine = among(self.session, Reminder.id, ids)
            change = sa.update(Reminder).where(mine, Reminder.state == ReminderState.PLANNED)
            self.session.execute(quietly(change.values(state=state, reason=reason, changed_at=self.now)))
        for event_id, ids in self.heard.items():
            event = self.known.events[event_id]
            told = {"told_starts_at": event.starts_at, "told_place": event.place}
            change = sa.update(SignUp).where(among(self.session, SignUp.id, ids))
            self.session.execute(quietly(change.values(told)))

    def _of(self, row: Claimed) -> Sequence[Signed]:
        """The sign-ups of this person it may speak of, the one to be asked about first."""
        signed = self.known.sign_ups.get((row.event_id, row.person_id), [])
        if row.kind in rules.TOLD_AT_ONCE:
            event = self.known.events[row.event_id]
            return sorted(signed, key=lambda one: (_knows(one, event), one.id))
        return [one for one in signed if one.state in plans.STATES.get(row.audience, ())]

    def _facts(self, row: Claimed, signed: Sequence[Signed]) -> Facts:
        event, chat = self.known.events[row.event_id], self.known.chats.get(row.person_id)
        asked = (row.event_id, row.person_id)
        silent = asked in self.known.invited and asked not in self.known.sign_ups
        return Facts(
            kind=row.kind,
            audience=row.audience,
            version=row.version,
            starts_at=event.starts_at,
            event_version=event.version,
            event_state=event.state,
            reached=chat is not None and chat.reachable is Reachable.YES,
            stopped=chat is not None and chat.stopped is Stopped.EVERYTHING,
            agreed=self.known.consents.get((row.person_id, _purpose(row)), False),
            wanted=silent if row.audience is Audience.INVITED else bool(signed),
            news=any(not _knows(one, event) for one in signed),
            later_due=row.id in self.known.later,
        )

    def _write(self, row: Claimed, signed: Sequence[Signed]) -> None:
        event, chat = self.known.events[row.event_id], self.known.chats[row.person_id]
        row_of = signed[0] if signed else None
        called = self.known.names.get(row.person_id) or (row_of.name if row_of else "")
        told = words.Told(event, row_of, called, chat.language or Language.ID)
        self.heard.setdefault(event.id, []).extend(one.id for one in signed if not _knows(one, event))
        self.out.append(
            deliveries.row(
                deliveries.Where(chat.id, chat.channel, chat.address, chat.language),
                bubble=self.stencils.bubble(told, row.kind, row.text),
                lane=Lane.NOTICE,
                because=f"{plans.BECAUSE}{row.id}",
                now=self.now,
                expires_at=self._until(row, event),
            )
        )

    def _until(self, row: Claimed, event: Event) -> dt.datetime:
        """ "Besok" is wrong at midnight, and nothing is said of an event that has begun."""
        if row.kind in rules.TOLD_AT_ONCE:
            return event.starts_at
        zone = rules.zone_of(event.zone)
        tomorrow = self.now.astimezone(zone).date() + dt.timedelta(days=1)
        return min(event.starts_at, dt.datetime.combine(tomorrow, dt.time(), zone))


def _knows(row: Signed, event: Event) -> bool:
    return row.told_starts_at == event.starts_at and row.told_place == event.place


def _purpose(row: Claimed) -> Purpose:
    if row.kind in rules.TOLD_AT_ONCE:
        return Purpose.SERVICE
    return Purpose.ANNOUNCEMENTS if row.audience is Audience.INVITED else Purpose.REMINDERS
