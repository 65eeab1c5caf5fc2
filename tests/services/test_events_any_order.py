"""An event under everything that may happen, in any order, cut short anywhere; what must hold is in `event_laws`."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

import texts
from bot.database import Database
from models import (
    Consent,
    Conversation,
    EventState,
    Language,
    Person,
    PlanEntry,
    Purpose,
    Reminder,
    ReminderState,
    Session,
    SignUp,
)
from services.events import arranging, inviting, reminding, rules, signing, tending
from services.events.arranging import Over
from services.events.inviting import Invitee
from services.events.rules import EventRefused
from services.events.signing import Signed, What
from services.office import Office
from tests.services.event_laws import Lawful
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


class Crash(Exception):
    """The process dies: what it had not committed was never done."""


class AnyDay(Lawful):
    """One event and its copy, and whoever comes by. A savepoint stands for a transaction."""

    def __init__(self) -> None:
        super().__init__()
        self.left = -1
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

    # --- who comes by

    def _sign_up(self, one: int) -> int | None:
        rows = self._rows()
        return rows[one % len(rows)].id if rows else None

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
