"""An event under everything that may happen, in any order, cut short anywhere; what must hold is in `event_laws` and
`event_told`."""

import datetime as dt
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

import texts
from bot.database import Database
from models import Audience, EventState, SignUpState
from services.events import arranging, attending, inviting, reminding, rules, signing, tending
from services.events.arranging import Over
from services.events.attending import Came, Tap
from services.events.inviting import Invitee
from services.events.rules import Entry
from services.events.signing import What
from services.office import Office
from tests.services import event_crowd
from tests.services.cut_short import DIES, SLOW, TWICE, CutShort
from tests.services.event_laws import Seated
from tests.services.event_seen import LEBAK, Known, Line
from tests.services.event_told import Told, news
from tests.services.eventful import CALENDAR, DAY, DEWI, HOUR, NOW, THURSDAY, event

OFFICE, TEXTS = Office(), texts.load()
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # making a failure shorter takes longer than reading it
REGENCIES = st.sampled_from([LEBAK, LEBAK, "36.04", "36.71"])  # the first has places of its own, the others share
BEATS = st.sampled_from([2, 2, 2, 1, 0, 0])  # how far a beat of the heart comes before anything else happens
WHO, NEW, BACK = st.integers(0, 11), 11, 10
SEVERAL = st.lists(st.tuples(st.sampled_from([NEW, NEW, NEW, 0]), REGENCIES, st.booleans()), min_size=3, max_size=6)
RARELY = st.sampled_from([False, False, False, True])
PLACE = st.sampled_from([None, None, "Aula B"])
STARTS = st.sampled_from([0, 0, 1, 1, -3, 9]).map(lambda days: THURSDAY + days * DAY)  # moved, and moved back
SHARES: Any = st.sampled_from([None, None, {}, {LEBAK: 1}])
INVITED_UNTIL, REGIONS_UNTIL = NOW + 6 * DAY, NOW + 9 * DAY
PAST = st.sampled_from([0, 0, 144, 216, 216, 312, 362, 384])  # hours: places open to all, a week before … on its day
WAITERS = Entry("wait", Audience.WAITING, "events.h3", days=4, clock="10:00")


class AnyDay(Seated, Told, CutShort):
    """One event and its copy, and whoever comes by."""

    def __init__(self) -> None:
        super().__init__()
        self.came: list[Known] = []

    # --- people

    @initialize(crowd=SEVERAL, shared=st.booleans(), hours=PAST)
    def a_day_is_announced(self, crowd: list[tuple[int, str, bool]], shared: bool, hours: int) -> None:
        """Three places, one of them for an invited person and perhaps one for Lebak; some come at once. Time passes."""
        told: dict[str, Any] = {"capacity": 3, "reserved": 1, "invited_until": INVITED_UNTIL}
        if shared:
            told |= {"shares": {LEBAK: 1}, "regions_until": REGIONS_UNTIL}
        self.codes = [event(self.session, **told).code]
        for who, regency, second in crowd:
            self.somebody_comes(0, who, regency, second, dies=0)
        self.time_passes(hours, 2, dies=0)

    @rule(
        which=WHO,
        who=st.sampled_from([NEW, NEW, NEW, BACK, BACK, 0, 1, 2]),
        regency=REGENCIES,
        second=st.booleans(),
        dies=DIES,
    )
    def somebody_comes(self, which: int, who: int, regency: str, second: bool, dies: int) -> None:
        """A newcomer, or whoever left, or somebody once more, or for a second business: a place exactly if one is left
        once all who wait were served."""
        day, one = self._event(which), self._somebody(who)
        business = one.businesses[second] if one.businesses else None
        stands = [row for row in self.seen.active(day, one.person_id) if row.business_id == business]
        left = stands and self.seen.left(day, stands[0].regency, stands[0].invited)
        invited, offers = (day.id, one.person_id) in self.seen.invited, self.seen.offers(day)
        fits, opened = self.seen.fits(day, regency, invited), self.seen.open(day)
        signed = self.does(lambda s: event_crowd.signs_up(s, day.id, one, business, regency, self.now), dies)
        row = signed.sign_up
        assert (row is None) is not opened
        if row is None:
            return
        if stands:
            moves_up = stands[0].state is SignUpState.WAITING and not offers and left > 0
            assert (signed.what is What.ALREADY) is not moves_up or dies == TWICE
            assert row.id == stands[0].id
            if not moves_up:
                return
        assert (row.state is SignUpState.REGISTERED) is (bool(stands) or fits)
        self.knows[row.id] = news(day)

    @rule(which=WHO, who=st.sampled_from([NEW, 0, 1, 2]), dies=DIES)
    def somebody_is_invited(self, which: int, who: int, dies: int) -> None:
        """Whether they come is another matter."""
        day, one = self._event(which), self._somebody(who)
        people = [Invitee(phone=one.phone)]
        self.does(lambda s: inviting.invite(s, DEWI, day.code, people, now=self.now), dies)

    @rule(one=WHO, quick=st.booleans(), dies=DIES, beats=BEATS)
    def somebody_leaves(self, one: int, quick: bool, dies: int, beats: int) -> None:
        """Or lets an offer go; twice is harmless. Somebody new may ask before anybody who waits was offered it."""
        if (row := self._sign_up(one)) is None:
            return
        day = self.seen.day(row.event_id)
        signed = self.does(lambda s: signing.leave(s, row.id, self.now), dies)
        stays = row.state is SignUpState.ATTENDED or self.now >= day.ends_at
        assert (signed.sign_up.state is SignUpState.CANCELLED) is not stays
        if quick:
            self.somebody_comes([one.id for one in self.seen.days].index(day.id), NEW, row.regency, False, dies=0)
        self.the_heart_beats(beats, dies)

    @rule(one=WHO, late=st.booleans(), dies=DIES)
    def somebody_answers(self, one: int, late: bool, dies: int) -> None:
        """HADIR, or TERLAMBAT, or AMBIL where a place is offered."""
        if (row := self._sign_up(one)) is None:
            return
        day = self.seen.day(row.event_id)
        signed = self.does(lambda s: signing.confirm(s, row.id, late=late, now=self.now), dies)
        if row.state is SignUpState.OFFERED and self.seen.open(day):
            assert signed.sign_up.state is SignUpState.REGISTERED
            self.knows[row.id] = news(day)

    @rule(one=WHO, mistake=st.booleans(), dies=DIES)
    def somebody_is_at_the_door(self, one: int, mistake: bool, dies: int) -> None:
        """Noted once; or taken back, because it was somebody else."""
        if (row := self._sign_up(one)) is None:
            return
        tap = Tap(self.now)
        said = self.does(lambda s: attending.check_in(s, DEWI, row.event_id, row.id, tap, self.now), dies)
        day = self.seen.day(row.event_id)
        comes = day.state is not EventState.CANCELLED and self.now >= attending.begins(day)
        assert comes is (said.what in (Came.NOTED, Came.ALREADY))
        if comes:
            again = self.does(
                lambda s: attending.check_in(s, DEWI, row.event_id, row.id, Tap(self.now + HOUR), self.now)
            )
            assert (again.what, again.sign_up.attended_at) == (Came.ALREADY, row.attended_at or self.now)
            if mistake:
                self.does(lambda s: attending.undo(s, DEWI, row.event_id, row.id, self.now), dies)

    # --- staff

    @rule(which=WHO, start=STARTS, place=PLACE, back=st.booleans(), eve=RARELY, dies=DIES, beats=BEATS)
    def staff_move_it(
        self, which: int, start: dt.datetime, place: str | None, back: bool, eve: bool, dies: int, beats: int
    ) -> None:
        """To another day or place, perhaps the night before; or back, as soon as they see that they erred."""
        if eve:
            self.now = max(self.now, self._event(which).starts_at - 10 * HOUR)
        day, before = self._event(which), self.seen
        old: dict[str, Any] = {"starts_at": day.starts_at, "place": day.place}
        new: dict[str, Any] = {"starts_at": start, "place": place}
        for told in (new, old) if back else (new,):
            told |= {"calendar": CALENDAR, "now": self.now}
            self.does(lambda s: arranging.move(s, DEWI, day.code, **told), dies)  # noqa: B023
            self.now += HOUR / 60
        assert self._event(which).version <= day.version + 1 + back
        if news(self._event(which)) == news(day):
            self.nothing_was_lost(before, day)
        self.now += HOUR / 4
        self.the_heart_beats(beats, dies)

    @rule(which=WHO, seconds=st.integers(1, 59))
    def staff_move_it_by_seconds(self, which: int, seconds: int) -> None:
        """That is no change: nothing is planned, nobody is told."""
        day, before = self._event(which), self.seen.reminders
        told: dict[str, Any] = {"starts_at": day.starts_at + dt.timedelta(seconds=seconds), "calendar": CALENDAR}
        assert not self.does(lambda s: arranging.move(s, DEWI, day.code, **told, now=self.now))
        assert (self._event(which), self.seen.reminders) == (day, before)

    @rule(which=WHO, capacity=st.integers(1, 5), shares=SHARES, dies=DIES, beats=BEATS)
    def staff_change_the_places(
        self, which: int, capacity: int, shares: dict[str, int] | None, dies: int, beats: int
    ) -> None:
        """More of them or fewer; who came last goes back to the head of the list."""
        day, held = self._event(which), {row.id for row in self.seen.held(self._event(which))}
        last = self.last_to_come(day, day.taken - capacity)
        self.lowered |= {day.id} if capacity < day.capacity else set()
        told: dict[str, Any] = {"over": Over.TELL_LAST, "now": self.now}
        done = self.does(lambda s: arranging.set_capacity(s, DEWI, day.code, capacity, **told), dies)
        lost = held - {row.id for row in self.seen.held(day)}
        assert lost == (last if done is not None else set())
        if shares is not None:
            self.does(lambda s: arranging.set_shares(s, DEWI, day.code, shares, now=self.now), dies)
        self.the_heart_beats(beats, dies)

    @rule(
        which=WHO,
        kind=st.sampled_from(["h7", "h7", "h3"]),
        nearer=st.sampled_from([1, 1, 2, -3]),
        more=st.booleans(),
        dies=DIES,
    )
    def staff_plan_it_anew(self, which: int, kind: str, nearer: int, more: bool, dies: int) -> None:
        """One of them is said on another day, perhaps once more; what those who wait are told comes or goes, and then
        the place changes. The rest stands."""
        day, before = self._event(which), self.seen
        days = max(1, (day.starts_at - self.now).days - nearer)
        entries = [replace(one, days=days) if one.kind == kind else one for one in (*rules.USUAL, rules.EVE)]
        entries += [WAITERS] if more else []
        told: dict[str, Any] = {"calendar": CALENDAR, "now": self.now}
        self.does(lambda s: arranging.set_plan(s, DEWI, day.code, entries, **told), dies)
        stays = before.entries(day) & self.seen.entries(day)
        planned = {one.id for one in before.planned_for(day) if (one.kind, one.due_at) in stays}
        assert planned <= {one.id for one in self.seen.planned_for(day)}, "what the plan still says stays planned"
        if more:
            self.staff_move_it(which, day.starts_at, "Aula C", back=False, eve=False, dies=dies, beats=2)

    @precondition(lambda self: len(self.codes) == 1)
    @rule(start=STARTS, dies=DIES.filter(lambda dies: dies != TWICE))
    def staff_copy_it(self, start: dt.datetime, dies: int) -> None:
        """The copy has nobody in it, nothing to tell, and no word of the old one."""
        told: dict[str, Any] = {"starts_at": start + 2 * DAY, "calendar": CALENDAR, "now": self.now}
        made = self.does(lambda s: arranging.copy(s, DEWI, self.codes[0], **told).code, dies)
        if made is None:
            return
        self.does(lambda s: arranging.open_up(s, DEWI, made, now=self.now), dies)
        self.codes.append(made)
        (old, day), seen = self.seen.days, self.seen
        later = day.starts_at - old.starts_at
        assert (day.ends_at - old.ends_at, day.invited_until - old.invited_until) == (later, later)
        assert (day.taken, day.version, day.state) == (0, 1, EventState.OPEN)
        assert not any(one.event_id == day.id for one in (*seen.reminders, *seen.rows))

    @precondition(lambda self: self.now > NOW + 7 * DAY)
    @rule(which=WHO, dies=DIES, beats=BEATS)
    def staff_cancel_it(self, which: int, dies: int, beats: int) -> None:
        """It will not take place."""
        day = self._event(which)
        told: dict[str, Any] = {"reason": "Hujan.", "calendar": CALENDAR, "now": self.now}
        self.does(lambda s: arranging.cancel(s, DEWI, day.code, **told), dies)
        self.the_heart_beats(beats, dies)

    # --- time

    @rule(hours=st.sampled_from([1, 1, 5, 10, 24, 72, 168]), beats=BEATS, dies=DIES)
    def time_passes(self, hours: int, beats: int, dies: int) -> None:
        """With the heart beating, or in silence: an hour, a day, a week."""
        self.now += hours * HOUR
        self.the_heart_beats(beats, dies)

    @rule(which=WHO, entry=st.integers(0, 6), late=st.sampled_from([0, 0, 1, 30]), beats=BEATS, dies=DIES)
    def its_hour_comes(self, which: int, entry: int, late: int, beats: int, dies: int) -> None:
        """Something of the plan is due, or the night before it, or it begins; what lay before may have passed in
        silence."""
        day = self._event(which)
        plan = (one.due_at for one in self.seen.plan if one.event_id == day.id and one.due_at)
        hours = [*sorted(at for at in plan if at > self.now), day.starts_at - 10 * HOUR, day.starts_at]
        self.now = max(self.now, hours[entry % len(hours)] + HOUR / 60 + late * HOUR)
        self.the_heart_beats(beats, dies)

    @rule(beats=st.just(2), dies=DIES)
    def the_heart_beats(self, beats: int, dies: int) -> None:
        """Each sweep in a transaction of its own, until there is nothing left to do; or the power goes between two."""
        self.the_laws_hold()
        self.what_waits_is_true()
        before = self.seen
        for sweep in (tending.sweep, reminding.sweep)[:beats]:
            while self.does(lambda s: sweep(s, TEXTS, OFFICE, self.now), max(dies, 0)):  # noqa: B023
                pass
        if not beats:
            return
        self.list_is_fair(before)
        if beats == 2 and self.seen.by_day():
            self.what_was_due_is_settled(before)
        self.messages_are_right()
        if dies != SLOW:
            self.the_outbox_sends()

    @invariant()
    def the_laws_hold(self) -> None:
        """Whatever happened last."""
        self.nobody_is_one_too_many()
        self.what_is_planned_is_right()
        self.nobody_is_forgotten()

    # --- who, and which

    def _event(self, which: int) -> Line:
        return self.seen.days[which % len(self.seen.days)]

    def _sign_up(self, one: int) -> Line | None:
        """Of what stands, what was offered first: there is most to go wrong."""
        rows = [row for day in self.seen.days for row in self.seen.of(day) if row.state is not SignUpState.CANCELLED]
        rows.sort(key=lambda row: row.state is not SignUpState.OFFERED)
        return rows[one % len(rows)] if rows else None

    def _somebody(self, who: int) -> Known:
        if (who == NEW or not self.came) and len(self.came) < len(self.crowd):
            self.came.append(self.crowd[len(self.came)])
            return self.came[-1]
        left = {row.person_id for row in self.seen.rows if row.state is SignUpState.CANCELLED}
        known = [one for one in self.came if who != BACK or one.person_id in left] or self.came
        return known[who % len(known)]


@pytest.fixture
def machine(database: Database) -> type[AnyDay]:
    """The story on this database, with its crowd."""
    return type("Machine", (AnyDay,), {"database": database, "crowd": event_crowd.crowd(database)})


def test_whatever_happens_to_an_event(machine: type[AnyDay]) -> None:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    few = settings(max_examples=8, phases=PHASES) if settings.default.max_examples <= 100 else settings()
    run_state_machine_as_test(
        machine, settings=settings(few, stateful_step_count=20, deadline=None, suppress_health_check=checks)
    )


def test_what_seldom_comes_by_chance(machine: type[AnyDay]) -> None:
    """Reminded a week before, then that is planned once more and the place changes; and on the eve somebody joins, it
    is moved and back, and by night to another week."""
    with closing(machine()) as story:
        story.a_day_is_announced([(NEW, "36.04", False)] * 3, shared=False, hours=9 * 24)
        story.staff_plan_it_anew(0, "h7", nearer=1, more=True, dies=0)
        story.the_laws_hold()
    with closing(machine()) as story:
        story.a_day_is_announced([(NEW, "36.04", False)], shared=False, hours=15 * 24 + 4)
        story.somebody_comes(0, NEW, "36.04", second=False, dies=0)
        story.the_laws_hold()
        story.staff_move_it(0, THURSDAY + DAY, None, back=True, eve=False, dies=0, beats=2)
        story.staff_plan_it_anew(0, "h7", nearer=-5, more=False, dies=0)
        story.staff_move_it(0, THURSDAY + 9 * DAY, None, back=False, eve=True, dies=0, beats=2)
        story.the_laws_hold()
