"""What holds for an event whatever happened to it: places, the list, and what is told, counted from the people."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from hypothesis.stateful import RuleBasedStateMachine, invariant

from bot.database import Database
from models import (
    ACTIVE,
    Audience,
    Delivery,
    Event,
    EventShare,
    EventState,
    PlanEntry,
    Reminder,
    ReminderState,
    Session,
    SignUp,
    SignUpState,
)
from services import calendar
from services.events import queue, rules, seating
from tests.services.eventful import CALENDAR, NOW


def _share(regency: str | None) -> str:
    return "36.02" if regency == "36.02" else seating.OTHERS


class Lawful(RuleBasedStateMachine):
    """Some events on a database, and the laws they keep. What may happen to them is said elsewhere."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(self.database.write_engine)
        self.now = NOW
        self.lowered: set[int] = set()  # events whose places were made fewer: fewer are kept for invited people then
        self.knows: dict[tuple[int, int], tuple[dt.datetime, str]] = {}  # the last they heard of an event's time, place
        self.told: set[int] = set()  # messages looked at
        self.carried: set[int] = set()  # reminders they carried
        self.agreed: set[int | None] = set()  # people who may be reminded

    # --- the laws

    @invariant()
    def the_laws_hold(self) -> None:
        """Whatever happened last."""
        reminders = list(self.session.scalars(sa.select(Reminder).execution_options(populate_existing=True)))
        for day in self._events():
            held = [row for row in self._rows(day) if row.holds]
            self._nobody_is_one_too_many(day, held)
            self._told_once(day, [one for one in reminders if one.event_id == day.id])

    def _nobody_is_one_too_many(self, day: Event, held: list[SignUp]) -> None:
        """In all, of each kab/kota, and of those who were not invited."""
        assert len(held) == day.taken <= day.capacity
        assert sum(row.invited for row in held) == day.taken_invited
        for share in self._shares(day):
            inside = sum(row.share == share.regency for row in held)
            assert inside == share.taken
            assert share.released or inside <= share.capacity
        if day.id not in self.lowered:
            assert day.taken + seating.kept(day, self.now) <= day.capacity, "places are kept for invited people"

    def _told_once(self, day: Event, reminders: list[Reminder]) -> None:
        """One of each kind per person and version; planned for the event as it is, and for all who are in."""
        assert len({(r.person_id, r.kind, r.version) for r in reminders}) == len(reminders)
        sent = [r for r in reminders if r.state is ReminderState.SENT and r.kind not in rules.TOLD_AT_ONCE]
        assert len({(r.person_id, r.kind, r.starts_at) for r in sent}) == len(sent), "not twice for one time"
        planned = [r for r in reminders if r.state is ReminderState.PLANNED]
        assert all(r.version == day.version for r in planned)
        if day.state is EventState.CANCELLED:
            assert {r.kind for r in planned} <= {"cancelled"}
        if day.state is EventState.OPEN:
            there = {(r.person_id, r.kind) for r in planned + sent}
            kinds = self._kinds(day)
            ins = [row for row in self._rows(day) if row.state is SignUpState.REGISTERED]
            assert {(row.person_id, kind) for row in ins for kind in kinds} <= there, "nobody is forgotten"

    def _kinds(self, day: Event) -> list[str]:
        """The reminders still to come."""
        later = sa.and_(PlanEntry.event_id == day.id, PlanEntry.due_at > self.now + rules.SOON)
        return list(self.session.scalars(sa.select(PlanEntry.kind).where(later, PlanEntry.audience == "registered")))

    def _offers_were_fair(self, before: dict[int, SignUpState]) -> None:
        """Whoever was passed over could not have had the place; nobody waits for one that stands free."""
        for day in self._events():
            rows = self._rows(day)
            waiting = [row for row in rows if row.state is SignUpState.WAITING]
            assert [queue.position(self.session, day, row) for row in waiting] == list(range(1, len(waiting) + 1))
            for row in rows:
                offered = row.state is SignUpState.OFFERED and before.get(row.id) is not SignUpState.OFFERED
                for other in waiting if offered else ():
                    if (other.rounds, other.id) < (row.rounds, row.id):
                        assert self._left(day, other.regency, other.invited, without=row.id) <= 0, "passed over"
            if day.state is EventState.OPEN and self._by_day() and self._offers(day):
                assert all(self._left(day, row.regency, row.invited) <= 0 for row in waiting), "a place stands free"

    def _messages_were_right(self) -> None:
        """What has just gone out was true, in time, agreed to, and no news twice."""
        query = sa.select(Delivery.id, Delivery.because, Delivery.expires_at).order_by(Delivery.id)
        query = query.where(Delivery.because.startswith("reminder:"), Delivery.id.not_in(self.told))
        for number, because, until in self.session.execute(query).all():
            self.told.add(number)
            row = self.session.get_one(Reminder, int(because.removeprefix("reminder:")), populate_existing=True)
            day = next(day for day in self._events() if day.id == row.event_id)
            assert row.id not in self.carried, "one message each"
            self.carried.add(row.id)
            assert (row.state, row.version) == (ReminderState.SENT, day.version)
            assert self.now < day.starts_at, "nothing after it began"
            assert until <= day.starts_at
            assert (day.state is EventState.CANCELLED) is (row.kind == "cancelled")
            self._spoke_to_the_right_one(day, row)

    def _spoke_to_the_right_one(self, day: Event, row: Reminder) -> None:
        is_in = any(one.person_id == row.person_id and one.state in ACTIVE for one in self._rows(day))
        news, known = (day.starts_at, day.place), self.knows.get((day.id, row.person_id))
        if row.kind in rules.TOLD_AT_ONCE:
            assert is_in
            assert row.kind == "cancelled" or known != news, "they know that already"
        else:
            assert self._by_day()
            assert is_in is (row.audience is not Audience.INVITED)
            assert row.person_id in self.agreed
            same = sa.and_(Reminder.event_id == day.id, Reminder.person_id == row.person_id)
            later = sa.and_(same, Reminder.version == row.version, Reminder.due_at > row.due_at)
            entry = sa.and_(later, Reminder.due_at <= self.now, Reminder.kind.not_in(rules.TOLD_AT_ONCE))
            assert not self._count(Reminder, entry), "late: another was due by then"
        self.knows[(day.id, row.person_id)] = news

    # --- looking

    def _events(self) -> list[Event]:
        query = sa.select(Event).order_by(Event.id).execution_options(populate_existing=True)
        days = list(self.session.scalars(query))
        self.session.flush()
        for day in days:
            self.session.expunge(day)  # as it is now, whatever happens next
        return days

    def _event(self, which: int) -> Event:
        days = self._events()
        return days[which % len(days)]

    def _rows(self, day: Event | None = None) -> list[SignUp]:
        query = sa.select(SignUp).order_by(SignUp.rounds, SignUp.id).execution_options(populate_existing=True)
        return list(self.session.scalars(query if day is None else query.where(SignUp.event_id == day.id)))

    def _shares(self, day: Event) -> list[EventShare]:
        query = sa.select(EventShare).where(EventShare.event_id == day.id)
        return list(self.session.scalars(query.execution_options(populate_existing=True)))

    def _count(self, model: Any, *which: sa.ColumnElement[bool]) -> int:
        return self.session.scalar(sa.select(sa.func.count()).select_from(model).where(*which)) or 0

    def _by_day(self) -> bool:
        return calendar.may_send(calendar.Purpose.REMINDER, self.now, CALENDAR)

    def _offers(self, day: Event) -> bool:
        """Whether there is still time to offer anything."""
        return rules.offer_deadline(self.now, day.starts_at, CALENDAR) is not None

    def _bound(self, day: Event) -> bool:
        """Whether the places of a kab/kota are still its own."""
        return bool(self._shares(day)) and (day.regions_until is None or self.now < day.regions_until)

    def _room(self, day: Event, invited: bool, without: int = 0) -> tuple[int, dict[str, int]]:
        """Free in all, and of each share: counted from the people themselves."""
        held = [row for row in self._rows(day) if row.holds and row.id != without]
        kept = 0
        if day.invited_until and self.now < day.invited_until and not invited:
            kept = max(0, day.reserved - sum(row.invited for row in held))
        shares = self._shares(day) if self._bound(day) else []
        own = {one.regency: one.capacity - sum(row.share == one.regency for row in held) for one in shares}
        return day.capacity - len(held) - kept, own

    def _left(self, day: Event, regency: str | None, invited: bool, without: int = 0) -> int:
        left, own = self._room(day, invited, without)
        return min(left, own.get(_share(regency), left))

    def _fits(self, day: Event, regency: str, invited: bool) -> bool:
        """Those who wait served first, in their order, is there still one for a newcomer?"""
        if self._left(day, regency, invited) <= 0:
            return False
        kept = day.invited_until and self.now < day.invited_until and day.taken_invited < day.reserved
        if (invited and kept) or not self._offers(day):
            return True  # it is kept for them; or nothing is offered any more, and it is whoever's asks
        free, own = self._room(day, invited=False)
        waiting = [row for row in self._rows(day) if row.state is SignUpState.WAITING]
        for share in [_share(row.regency) for row in waiting]:
            if free > 0 and own.get(share, 1) > 0:
                free -= 1
                own[share] = own.get(share, 1_000) - 1
        return free > 0 and own.get(_share(regency), 1) > 0
