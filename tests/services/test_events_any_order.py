"""An event under everything that may happen, in any order, cut short anywhere: places, the list, and what is told."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import texts
from bot.database import Database
from models import (
    ACTIVE,
    Audience,
    Consent,
    Conversation,
    Delivery,
    Event,
    EventShare,
    EventState,
    Language,
    Person,
    PlanEntry,
    Purpose,
    Reminder,
    ReminderState,
    Session,
    SignUp,
    SignUpState,
)
from services import calendar
from services.events import arranging, inviting, queue, reminding, rules, seating, signing, tending
from services.events.arranging import Over
from services.events.inviting import Invitee
from services.events.rules import EventRefused
from services.events.signing import Signed, What
from services.office import Office
from tests.services.eventful import CALENDAR, DAY, DEWI, HOUR, NOW, THURSDAY, event, owner, signs_up

OFFICE, TEXTS = Office(), texts.load()
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # making a failure shorter takes longer than reading it
REGENCIES = ["36.02", "36.02", "36.04", "36.71"]  # the first has places of its own, the others share what is left
DIES = st.sampled_from([0, 0, 0, 1, 2, 4, 7, 12, 20, 35])  # after so many statements the power goes; 0: it does not
BEATS = st.sampled_from([True, True, True, False])  # the heart usually beats before anything else happens
WHO = st.integers(0, 11)
PLACE = st.sampled_from([None, None, "Aula B"])
STARTS = st.sampled_from([0, 0, 1, 1, -3, 9]).map(lambda days: THURSDAY + days * DAY)  # moved, and moved back
INVITED_UNTIL, REGIONS_UNTIL = NOW + 6 * DAY, NOW + 9 * DAY


def _share(regency: str | None) -> str:
    return "36.02" if regency == "36.02" else seating.OTHERS


class Crash(Exception):
    """The process dies: what it had not committed was never done."""


class AnyDay(RuleBasedStateMachine):
    """One event and its copy, and whoever comes by. A savepoint stands for a transaction."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(self.database.write_engine)
        self.now, self.left = NOW, -1
        self.lowered: set[int] = set()  # events whose places were made fewer: fewer are kept for invited people then
        self.knows: dict[tuple[int, int], tuple[dt.datetime, str]] = {}  # the last they heard of an event's time, place
        self.told: set[int] = set()  # messages looked at
        self.carried: set[int] = set()  # reminders they carried
        self.agreed: set[int | None] = set()  # people who may be reminded
        self.people: list[Conversation] = []
        sa.event.listen(self.database.write_engine, "before_cursor_execute", self._counts)

    def teardown(self) -> None:
        sa.event.remove(self.database.write_engine, "before_cursor_execute", self._counts)
        self.session.rollback()
        self.session.close()

    def _counts(self, *_: Any) -> None:
        if self.left == 0:
            self.left = -1
            raise Crash
        self.left -= self.left > 0

    @contextmanager
    def _dying(self, after: int) -> Iterator[None]:
        self.left = after or -1
        try:
            yield
        finally:
            self.left = -1

    def _does(self, work: Callable[[Session], Any], dies: int = 0) -> Any:
        """In a transaction; cut short, it is done once more from the beginning. None: refused."""
        for after in (dies, 0):
            try:
                with self.session.begin_nested(), self._dying(after):
                    return work(self.session)
            except Crash:
                self.session.expire_all()
            except EventRefused:
                return None
        raise AssertionError("cut short without dying")

    # --- what may happen

    @initialize(crowd=st.lists(st.sampled_from(REGENCIES), min_size=3, max_size=6), shared=st.booleans())
    def a_day_is_announced(self, crowd: list[str], shared: bool) -> None:
        """Three places, one of them for an invited person and perhaps one for Lebak; some come at once."""
        told: dict[str, Any] = {"capacity": 3, "reserved": 1, "invited_until": INVITED_UNTIL}
        if shared:
            told |= {"shares": {"36.02": 1}, "regions_until": REGIONS_UNTIL}
        self.codes = [event(self.session, **told).code]
        for regency in crowd:
            self.somebody_comes(0, regency, remind=True, invited=False, dies=0)

    @rule(which=WHO, regency=st.sampled_from(REGENCIES), remind=BEATS, invited=st.booleans(), dies=DIES)
    def somebody_comes(self, which: int, regency: str, remind: bool, invited: bool, dies: int) -> None:
        """A newcomer gets a place exactly if one is left once all who wait were served."""
        day, chat = self._event(which), self._somebody(remind)
        if invited:
            person = self.session.get_one(Person, chat.person_id)
            who = [Invitee(phone=person.phone)]
            self._does(lambda s: inviting.invite(s, DEWI, day.code, who, now=self.now), dies)
        fits = self._fits(day, regency, invited)
        signed = self._does(lambda s: signs_up(s, day.id, chat, self.now, regency=regency), dies)
        assert signed is not None
        if signed.what is What.CLOSED:
            return
        assert (signed.what is What.REGISTERED) is fits, (signed.what, fits)
        self._knows_now(signed)

    @rule(one=WHO, dies=DIES, beats=BEATS)
    def somebody_leaves(self, one: int, dies: int, beats: bool) -> None:
        """Or lets an offer go; twice is harmless."""
        if (row := self._sign_up(one)) is not None:
            self._does(lambda s: signing.leave(s, row, self.now), dies)
            self._does(lambda s: signing.leave(s, row, self.now))
        self.the_heart_beats(beats, dies)

    @rule(one=WHO, late=st.booleans(), dies=DIES)
    def somebody_answers(self, one: int, late: bool, dies: int) -> None:
        """HADIR, or TERLAMBAT, or AMBIL where a place is offered."""
        if (row := self._sign_up(one)) is None:
            return
        signed = self._does(lambda s: signing.confirm(s, row, late=late, now=self.now), dies)
        if signed is not None and signed.what is What.TAKEN:
            self._knows_now(signed)

    @rule(which=WHO, start=STARTS, place=PLACE, back=st.booleans(), dies=DIES, beats=BEATS)
    def staff_move_it(
        self, which: int, start: dt.datetime, place: str | None, back: bool, dies: int, beats: bool
    ) -> None:
        """To another day or place; or back, as soon as they see that they erred."""
        day = self._event(which)
        old: dict[str, Any] = {"starts_at": day.starts_at, "place": day.place}
        new: dict[str, Any] = {"starts_at": start, "place": place}
        for told in (new, old) if back else (new,):
            told |= {"calendar": CALENDAR, "now": self.now}
            self._does(lambda s: arranging.move(s, DEWI, day.code, **told), dies)  # noqa: B023
            self.now += HOUR / 60
        self.the_heart_beats(beats, dies)

    @rule(which=WHO, seconds=st.integers(1, 59))
    def staff_move_it_by_seconds(self, which: int, seconds: int) -> None:
        """That is no change: nothing is planned, nobody is told."""
        day, before = self._event(which), self._count(Reminder)
        told: dict[str, Any] = {"starts_at": day.starts_at + dt.timedelta(seconds=seconds), "calendar": CALENDAR}
        moved = self._does(lambda s: arranging.move(s, DEWI, day.code, **told, now=self.now))
        assert not moved
        assert (self._event(which).version, self._count(Reminder)) == (day.version, before)

    @rule(which=WHO, capacity=st.integers(2, 5), dies=DIES, beats=BEATS)
    def staff_change_the_places(self, which: int, capacity: int, dies: int, beats: bool) -> None:
        """More of them or fewer; who came last goes back to the head of the list."""
        day = self._event(which)
        if capacity < day.capacity:
            self.lowered.add(day.id)
        told: dict[str, Any] = {"over": Over.TELL_LAST, "now": self.now}
        self._does(lambda s: arranging.set_capacity(s, DEWI, day.code, capacity, **told), dies)
        self.the_heart_beats(beats, dies)

    @rule(which=WHO, days=st.integers(2, 9), dies=DIES)
    def staff_plan_it_anew(self, which: int, days: int, dies: int) -> None:
        """The week before is said on another day."""
        day = self._event(which)
        entries = [replace(one, days=days) if one.kind == "h7" else one for one in rules.USUAL]
        told: dict[str, Any] = {"calendar": CALENDAR, "now": self.now}
        self._does(lambda s: arranging.set_plan(s, DEWI, day.code, entries, **told), dies)

    @precondition(lambda self: len(self.codes) == 1)
    @rule(start=STARTS, dies=DIES)
    def staff_copy_it(self, start: dt.datetime, dies: int) -> None:
        """The copy has nobody in it, nothing to tell, and no word of the old one."""
        told: dict[str, Any] = {"starts_at": start + 2 * DAY, "calendar": CALENDAR, "now": self.now}
        made = self._does(lambda s: arranging.copy(s, DEWI, self.codes[0], **told).code, dies)
        if made is None:
            return
        self._does(lambda s: arranging.open_up(s, DEWI, made, now=self.now), dies)
        self.codes.append(made)
        day = self._event(1)
        assert (day.taken, day.version, day.state) == (0, 1, EventState.OPEN)
        for model in (Reminder, SignUp):
            assert self._count(model, model.event_id == day.id) == 0

    @precondition(lambda self: self.now > NOW + 7 * DAY)
    @rule(which=WHO, dies=DIES, beats=BEATS)
    def staff_cancel_it(self, which: int, dies: int, beats: bool) -> None:
        """It will not take place."""
        day = self._event(which)
        told: dict[str, Any] = {"reason": "Hujan.", "calendar": CALENDAR, "now": self.now}
        self._does(lambda s: arranging.cancel(s, DEWI, day.code, **told), dies)
        self.the_heart_beats(beats, dies)

    @rule(hours=st.sampled_from([1, 1, 5, 24, 24, 72, 168]), beats=BEATS, dies=DIES)
    def time_passes(self, hours: int, beats: bool, dies: int) -> None:
        """With the heart beating, or in silence: an hour, a day, a week."""
        self.now += hours * HOUR
        self.the_heart_beats(beats, dies)

    @rule(which=WHO, entry=st.integers(0, 5), late=st.sampled_from([0, 0, 1, 30]), beats=BEATS, dies=DIES)
    def its_hour_comes(self, which: int, entry: int, late: int, beats: bool, dies: int) -> None:
        """Something of the plan is due, or it begins; what lay before may have passed in silence."""
        day = self._event(which)
        due = sa.select(PlanEntry.due_at).where(PlanEntry.event_id == day.id, PlanEntry.due_at > self.now)
        hours = [*self.session.scalars(due.order_by(PlanEntry.due_at)), day.starts_at]
        self.now = max(self.now, hours[entry % len(hours)] + HOUR / 60 + late * HOUR)
        self.the_heart_beats(beats, dies)

    @rule(beats=st.just(True), dies=DIES)
    def the_heart_beats(self, beats: bool, dies: int) -> None:
        """Each sweep in a transaction of its own, until there is nothing left to do."""
        if not beats:
            return
        before = {row.id: row.state for row in self._rows()}
        for sweep in (tending.sweep, reminding.sweep):
            while self._does(lambda s: sweep(s, TEXTS, OFFICE, self.now), dies):  # noqa: B023
                pass
        self._offers_were_fair(before)
        self._messages_were_right()
        due = sa.and_(Reminder.state == ReminderState.PLANNED, Reminder.due_at <= self.now)
        assert not self._by_day() or not self._count(Reminder, due), "what was due is settled"

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

    def _sign_up(self, one: int) -> int | None:
        rows = self._rows()
        return rows[one % len(rows)].id if rows else None

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

    def _somebody(self, remind: bool) -> Conversation:
        chat = owner(self.session)
        self.people.append(chat)
        phone = {"phone": f"+62812{10_000_000 + len(self.people)}"}
        self.session.execute(sa.update(Person).where(Person.id == chat.person_id).values(phone))
        self.agreed |= {chat.person_id} if remind else set()
        for purpose in (Purpose.SERVICE, *((Purpose.REMINDERS, Purpose.ANNOUNCEMENTS) if remind else ())):
            proof = {"text_version": "1", "text_hash": "x", "language": Language.ID, "channel": chat.channel}
            self.session.add(Consent(person_id=chat.person_id, purpose=purpose, given=True, at=self.now, **proof))
        self.session.flush()
        return chat

    def _knows_now(self, signed: Signed) -> None:
        assert signed.sign_up is not None
        assert signed.sign_up.person_id is not None
        news = (signed.event.starts_at, signed.event.place)
        self.knows[(signed.event.id, signed.sign_up.person_id)] = news


def test_whatever_happens_to_an_event(database: Database) -> None:
    machine = type("Machine", (AnyDay,), {"database": database})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    few = settings(max_examples=6, phases=PHASES) if settings.default.max_examples <= 100 else settings()
    run_state_machine_as_test(
        machine, settings=settings(few, stateful_step_count=16, deadline=None, suppress_health_check=checks)
    )
