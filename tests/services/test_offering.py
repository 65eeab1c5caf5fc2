"""Offers under everything that may happen, in any order, cut short anywhere: the written rule, and nobody forgotten."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

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

from bot.database import Database
from models import Allocation, Application, Conversation, Offer, OfferState, Place, Programme, Purpose, Session, Stage
from services import applications, consents, offering, offers
from services.offers import Answer
from tests.services import people
from tests.services.people import NOON, OFFICE
from tests.services.test_queue import Key, served
from texts import load

TEXTS = load()
HOUR = dt.timedelta(hours=1)
REGENCIES = ["36.01", "36.01", "36.02", "36.71"]  # the last is bound by the total alone
WEEKS = dt.timedelta(days=14)
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # making a failure shorter takes longer than reading it
BEATS = st.sampled_from([4, 4, 4, 0])  # the heart usually beats before anything else happens


@dataclass
class Rest:
    """What the rule says of one who did not take an offer, kept beside the program's own rows."""

    silent: bool
    freed: int
    skips: int
    since: dt.datetime

    def over(self, freed: int) -> bool:
        return not self.silent and freed >= self.freed + self.skips

    def may_be_asked(self, freed: int, now: dt.datetime) -> bool:
        return freed > self.freed or now >= self.since + WEEKS


class Crash(Exception):
    """The process dies: what it had not committed was never done."""


class Offering(RuleBasedStateMachine):
    """One programme, its queue and its offers. A savepoint stands for a transaction."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(self.database.write_engine)
        self.now, self.quota, self.own = NOON, 2, {"36.01": 1, "36.02": 1}
        self.freed = 0
        self.rests: dict[int, Rest] = {}
        self.programme_id = self._programme()

    def teardown(self) -> None:
        try:
            self.nobody_is_forgotten()
        finally:
            self.session.rollback()
            self.session.close()

    def _programme(self) -> int:
        closes = NOON + dt.timedelta(days=36_500)
        made = people.programme(self.session, quota=self.quota, allocations=self.own, closes_at=closes)
        self.session.expire_all()
        return made

    # --- what may happen

    @initialize(regencies=st.lists(st.sampled_from(REGENCIES), min_size=4, max_size=7))
    def a_crowd(self, regencies: list[str]) -> None:
        """More than there are places."""
        for regency in regencies:
            self.somebody_registers(regency)

    @rule(regency=st.sampled_from(REGENCIES))
    def somebody_registers(self, regency: str) -> None:
        """A newcomer gets a place exactly if, those ahead being served first, one is left."""
        ahead, room = self._queue(self._awake()), self._room()
        self.now += HOUR / 60
        person = self._owner()
        outcome = applications.register(
            self.session,
            business=people.new_business(person, regency=regency, district=None),
            assessment_id=people.assessment(self.session, person),
            programme=people.CODE,
            office=OFFICE,
            now=self.now,
        )
        self.session.expire_all()
        key = (outcome.queued_at, outcome.application_id)
        assert (key in served([*ahead, (key, regency)], *room)) is (outcome.stage is Stage.PLACED)

    @rule(data=st.data(), stages=st.sampled_from([(Stage.PLACED,), (Stage.PLACED,), (Stage.WAITING,)]), beats=BEATS)
    def somebody_withdraws(self, data: st.DataObject, stages: tuple[Stage, ...], beats: int) -> None:
        """Whoever it is: a place really given becomes free, one on offer goes on."""
        alive = self._applications(*stages)
        if alive:
            one = data.draw(st.sampled_from(alive))
            self.freed += one.stage is Stage.PLACED
            self.rests.pop(one.id, None)
            applications.withdraw(self.session, one.id, now=self.now, by="owner")
            self.session.expire_all()
        self.the_heart_beats(beats)

    @rule(total=st.integers(0, 2), regency=st.sampled_from(["36.01", "36.02"]), more=st.integers(0, 2), beats=BEATS)
    def the_quota_is_raised(self, total: int, regency: str, more: int, beats: int = 0) -> None:
        """In all, in a kab/kota, or both."""
        self.quota += total
        self.own = self.own | {regency: self.own[regency] + more}
        self.freed += total + more
        self._programme()
        self.the_heart_beats(beats)

    @rule(hours=st.sampled_from([1, 5, 13, 24, 49, 72, 72, 24 * 15]), beats=BEATS)
    def time_passes(self, hours: int, beats: int) -> None:
        """Also by night, also for long."""
        self.now += hours * HOUR
        self.the_heart_beats(beats)

    @rule(steps=st.integers(1, 6))
    def the_heart_beats(self, steps: int) -> None:
        """One thing at a time, each looked at. It may be a while until the next time."""
        for _ in range(steps):
            if not self._beat():
                return

    @precondition(lambda self: self._open())
    @rule(data=st.data(), said=st.sampled_from([Answer.TAKE, Answer.SKIP, Answer.SKIP, Answer.STILL]), beats=BEATS)
    def somebody_answers(self, data: st.DataObject, said: Answer, beats: int) -> None:
        """An open offer."""
        offer = data.draw(st.sampled_from(self._open()))
        self._answers(offer, said)
        if said is Answer.SKIP:
            self._rests(offer.application_id, silent=False)
        if said is Answer.TAKE:
            self.rests.pop(offer.application_id, None)
        self.the_heart_beats(beats)

    @precondition(lambda self: bool(self.rests))
    @rule(data=st.data(), said=st.sampled_from([Answer.STILL, Answer.TAKE]), beats=BEATS)
    def somebody_wants_one_still(self, data: st.DataObject, said: Answer, beats: int) -> None:
        """After skipping or silence, by any older code."""
        application_id = data.draw(st.sampled_from(sorted(self.rests)))
        if application_id in self._holders():
            return
        query = sa.select(Offer).where(Offer.application_id == application_id).order_by(Offer.id.desc()).limit(1)
        self._answers(self.session.scalars(query).one(), said)
        del self.rests[application_id]
        self.the_heart_beats(beats)

    @rule(data=st.data())
    def the_process_dies(self, data: st.DataObject) -> None:
        """In the middle of anything: as if nothing had been begun."""
        before = self._everything()

        def die(work: Callable[[], object]) -> None:
            try:
                with self.session.begin_nested():
                    work()
                    raise Crash
            except Crash:
                self.session.expire_all()

        die(lambda: offering.sweep(self.session, TEXTS, OFFICE, self.now, limit=data.draw(st.integers(1, 4))))
        for offer in self._open()[:1]:
            die(lambda: self._answers(offer, Answer.TAKE))  # noqa: B023
            die(lambda: self._answers(offer, Answer.SKIP))  # noqa: B023
        assert self._everything() == before

    # --- what is always true

    @invariant()
    def no_place_is_given_twice(self) -> None:
        held = Counter(place.regency for place in self._places())
        programme = self._fresh()
        assert programme.taken == held.total() <= programme.quota == self.quota
        for row in self.session.scalars(sa.select(Allocation).execution_options(populate_existing=True)):
            assert row.taken == held[row.regency] <= row.quota == self.own[row.regency]

    @invariant()
    def places_are_held_by_those_placed_and_those_asked(self) -> None:
        placed = [one.id for one in self._applications(Stage.PLACED)]
        asked = [offer.application_id for offer in self._open()]
        assert sorted(place.application_id for place in self._places()) == sorted(placed + asked)
        assert len(set(asked)) == len(asked)
        assert not set(asked) & set(placed)

    @invariant()
    def what_became_free_is_counted(self) -> None:
        assert self._fresh().freed == self.freed

    def nobody_is_forgotten(self) -> None:
        """In the end there are places enough, and everybody takes what they are offered: all have one."""
        self.the_quota_is_raised(50, "36.01", 50)
        self.the_quota_is_raised(0, "36.02", 50)
        for days in (0, 1, 15, 16):  # who was silent when there were places enough is asked again after two weeks
            self.now = NOON + dt.timedelta(days=(self.now - NOON).days + 1 + days)
            while offering.sweep(self.session, TEXTS, OFFICE, self.now):
                for offer in self._open():
                    self._answers(offer, Answer.TAKE)
        assert self._applications(Stage.WAITING) == []

    # --- the steps

    def _beat(self) -> int:
        """One step of the heart; if it offered a place, it was to whom the rule says."""
        before = {offer.id: offer for offer in self._open()}
        may, next_one = self._room(), self._whose_turn()
        silent = [o for o in before.values() if o.deadline <= self.now]
        with self.session.begin_nested():
            done = offering.sweep(self.session, TEXTS, OFFICE, self.now, limit=1)
        self.session.expire_all()
        now_open = {offer.id: offer for offer in self._open()}
        for gone in before.keys() - now_open.keys():
            assert OFFICE.may_write(self.now)
            self._rests(before[gone].application_id, silent=True)
        new = [now_open[each].application_id for each in now_open.keys() - before.keys()]
        assert len(new) <= 1
        if new:
            assert new == [next_one]
            assert may[0] > 0
            self.rests.get(new[0])
        elif OFFICE.may_write(self.now) and done == 0:
            assert next_one is None
            assert not silent
        return done

    def _whose_turn(self) -> int | None:
        """The plainest reading of the rule."""
        room = self._room()
        awake, queue = self._awake(), self._queue(self._awake())
        lucky = served(queue, *room)
        first = next((one for one in awake if (one.queued_at, one.id) in lucky), None)
        if first is not None:
            return first.id
        asked = [
            one
            for one in self._applications(Stage.WAITING)
            if one.id not in self._holders()
            and one not in awake
            and self.rests[one.id].may_be_asked(self.freed, self.now)
        ]
        lucky = served(self._queue(asked), *room)
        return next((one.id for one in asked if (one.queued_at, one.id) in lucky), None)

    def _awake(self) -> list[Application]:
        """Those who wait, hold nothing, and do not rest, in order."""
        holders = self._holders()
        waiting = [one for one in self._applications(Stage.WAITING) if one.id not in holders]
        return [one for one in waiting if one.id not in self.rests or self.rests[one.id].over(self.freed)]

    def _queue(self, those: list[Application]) -> list[tuple[Key, str | None]]:
        return [((one.queued_at, one.id), one.regency) for one in those]

    def _rests(self, application_id: int, silent: bool) -> None:
        before = self.rests.get(application_id)
        skips = before.skips + 1 if before else 1
        self.rests[application_id] = Rest(silent, self.freed, skips, self.now)
        if silent:
            query = sa.select(Offer.deadline).where(Offer.application_id == application_id).order_by(Offer.id.desc())
            self.rests[application_id].since = self.session.scalars(query.limit(1)).one()

    def _answers(self, offer: Offer, said: Answer) -> None:
        owner = self.session.get_one(Conversation, offer.conversation_id)
        done = offers.answer(
            self.session,
            conversation_id=owner.id,
            person_id=owner.person_id,
            which=str(offer.id),
            said=said,
            office=OFFICE,
            now=self.now,
        )
        assert done is not None
        self.session.expire_all()

    def _owner(self) -> int:
        chat = people.chat(self.session)
        made = consents.record(
            self.session,
            conversation_id=chat.id,
            purpose=Purpose.SERVICE,
            given=True,
            text_version="1",
            text_hash="0" * 64,
            language="id",
            channel=chat.channel,
            now=NOON,
        )
        assert made is not None
        return made

    # --- looking

    def _fresh(self) -> Programme:
        return self.session.get_one(Programme, self.programme_id, populate_existing=True)

    def _places(self) -> list[Place]:
        return list(self.session.scalars(sa.select(Place).where(Place.released_at.is_(None))))

    def _holders(self) -> set[int]:
        return {place.application_id for place in self._places()}

    def _open(self) -> list[Offer]:
        return list(self.session.scalars(sa.select(Offer).where(Offer.state == OfferState.OPEN).order_by(Offer.id)))

    def _applications(self, *stages: Stage) -> list[Application]:
        query = sa.select(Application).where(Application.stage.in_(stages))
        return list(self.session.scalars(query.order_by(Application.queued_at, Application.id)))

    def _room(self) -> tuple[int, dict[str, int]]:
        held = Counter(place.regency for place in self._places())
        return self.quota - held.total(), {regency: quota - held[regency] for regency, quota in self.own.items()}

    def _everything(self) -> list[object]:
        offers_now = self.session.execute(
            sa.select(Offer.id, Offer.state, Offer.freed, Offer.still_at).order_by(Offer.id)
        )
        stages = self.session.execute(sa.select(Application.id, Application.stage).order_by(Application.id))
        return [*offers_now.all(), *stages.all(), *sorted(self._holders())]


def test_whatever_happens_places_go_to_whose_turn_it_is(database: Database) -> None:
    machine = type("Machine", (Offering,), {"database": database})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=9, stateful_step_count=20, phases=PHASES, deadline=None, suppress_health_check=checks
        ),
    )
