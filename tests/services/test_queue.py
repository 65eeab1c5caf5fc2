"""The queue under everything people may do, in any order: nobody is overtaken, no place is given twice or lost."""

import datetime as dt
from collections import Counter, defaultdict

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from bot.database import Database
from models import Allocation, Application, Business, LikelyDouble, Place, Programme, Session, Stage
from services import applications, businesses, waiting
from services.applications import Kind, Outcome
from tests.services import people
from tests.services.people import CATERING, NO_NIB, NOON, OFFICE, READY, REGULER, Judged

ALLOCATED = {"36.01": 2, "36.02": 1}
QUOTA = 4
REGENCIES = ["36.01", "36.02", "36.71", "36.72"]  # the last two are bound by the total alone
JUDGED = st.sampled_from([READY, READY, READY, NO_NIB, CATERING, REGULER])

Key = tuple[dt.datetime, int]


def served(queue: list[tuple[Key, str | None]], left: int, own: dict[str, int]) -> set[Key]:
    """The plainest way to serve a queue: one after the other, whoever can be served."""
    left, own, lucky = left, dict(own), set()
    for key, regency in sorted(queue):
        if left > 0 and own.get(regency or "", 1) > 0:
            left -= 1
            lucky.add(key)
            if regency in own:
                own[regency] -= 1
    return lucky


class PeopleInAQueue(RuleBasedStateMachine):
    """One programme, many people. Everything happens in one transaction that is never committed."""

    database: Database
    asked = Bundle("asked")

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(self.database.write_engine)
        self.programme_id = people.programme(self.session, quota=QUOTA, allocations=ALLOCATED)
        self.now = NOON

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()

    @initialize(target=asked, regencies=st.lists(st.sampled_from(REGENCIES), min_size=3, max_size=6))
    def a_crowd_on_the_first_day(self, regencies: list[str]) -> MultipleResults[int]:
        """Most of what is interesting happens when the programme is full, or nearly so."""
        return multiple(*(self.register(READY, regency, False, 0) for regency in regencies))

    @rule(
        target=asked, judged=JUDGED, regency=st.sampled_from(REGENCIES), double=st.booleans(), minutes=st.integers(0, 2)
    )
    def somebody_new(self, judged: Judged, regency: str, double: bool, minutes: int) -> int:
        """Perhaps with a NIB that somebody else has."""
        return self.register(judged, regency, double, minutes)

    def register(self, judged: Judged, regency: str, double: bool, minutes: int) -> int:
        """Ask, and see that the answer is fair."""
        self.now += dt.timedelta(minutes=minutes)
        owner = people.person(self.session)
        nib = "1234567890123" if double else people.new_business(owner).nib
        new = people.new_business(owner, regency=regency, district=None, nib=None if judged is NO_NIB else nib)
        waits = self._queue()
        room = self._room()
        outcome = self._ask(new, owner, judged)
        self._fair(outcome, waits, *room)
        return outcome.application_id

    @rule(application_id=asked, judged=JUDGED, with_nib=st.booleans())
    def settle(self, application_id: int, judged: Judged, with_nib: bool) -> None:
        """A re-check, in any stage."""
        row = self.session.get_one(Application, application_id)
        before, queued_at = row.stage, row.queued_at
        owner = people.person(self.session)
        nib = people.new_business(owner).nib if with_nib else None
        waits, room = self._queue(), self._room()
        outcome = applications.settle(
            self.session,
            application_id,
            people.assessment(self.session, owner, judged, row.business_id),
            nib,
            office=OFFICE,
            now=self.now,
        )
        assert outcome.queued_at == queued_at
        if before in (Stage.PLACED, Stage.WITHDRAWN):
            assert outcome.stage is before
        else:
            self._fair(outcome, waits, *room)
        self.session.expire_all()

    @rule(application_id=asked)
    def ask_again(self, application_id: int) -> None:
        """The same business once more."""
        row = self.session.get_one(Application, application_id)
        number, before = row.number, row.stage
        business = self.session.get_one(Business, row.business_id)
        waits, room = self._queue(), self._room()
        outcome = self._ask(business.id, business.person_id, READY)
        assert (outcome.number, outcome.application_id) == (number, application_id)
        if before not in (Stage.PLACED, Stage.REVIEW) and outcome.kind is not Kind.ALREADY:
            self._fair(outcome, waits, *room)

    @rule(application_id=consumes(asked))
    def withdraw(self, application_id: int) -> None:
        """Gives the place back, if there is one."""
        applications.withdraw(self.session, application_id, now=self.now, by="owner")
        self.session.expire_all()

    @invariant()
    def the_counters_are_the_places(self) -> None:
        held = Counter(place.regency for place in self._places())
        programme = self.session.get_one(Programme, self.programme_id, populate_existing=True)
        assert programme.taken == held.total() <= QUOTA
        for row in self.session.scalars(sa.select(Allocation).execution_options(populate_existing=True)):
            assert row.taken == held[row.regency] <= ALLOCATED[row.regency]

    @invariant()
    def one_place_each(self) -> None:
        places = self._places()
        placed = self.session.scalars(sa.select(Application.id).where(Application.stage == Stage.PLACED))
        assert sorted(place.application_id for place in places) == sorted(placed)
        assert len({place.nib for place in places}) == len(places)

    @invariant()
    def every_number_is_given_once(self) -> None:
        numbers = self.session.scalars(sa.select(Application.number)).all()
        assert sorted(numbers) == [f"BTN-2026-{n:06d}" for n in range(1, len(numbers) + 1)]

    @invariant()
    def positions_have_no_gaps(self) -> None:
        lists: dict[str, list[Application]] = defaultdict(list)
        query = sa.select(Application).where(Application.stage.in_([Stage.WAITING, Stage.INTEREST]))
        for row in self.session.scalars(query.order_by(Application.queued_at, Application.id)):
            own = row.regency if row.stage is Stage.INTEREST or row.regency in ALLOCATED else "total"
            lists[f"{row.stage} {own}"].append(row)
        for rows in lists.values():
            assert [waiting.position(self.session, row) for row in rows] == list(range(1, len(rows) + 1))
            assert {waiting.length(self.session, row) for row in rows} == {len(rows)}

    @invariant()
    def two_of_one_nib_are_known_to_the_office(self) -> None:
        rows = self.session.scalars(sa.select(Business).where(Business.nib == "1234567890123")).all()
        noted = {frozenset((pair.business_id, pair.other_id)) for pair in self.session.scalars(sa.select(LikelyDouble))}
        assert all(frozenset((one.id, two.id)) in noted for one in rows for two in rows if one.id < two.id)

    def _ask(self, business: businesses.NewBusiness | int, owner: int, judged: Judged) -> Outcome:
        outcome = applications.register(
            self.session,
            business=business,
            assessment_id=people.assessment(self.session, owner, judged),
            programme=people.CODE,
            office=OFFICE,
            now=self.now,
        )
        self.session.expire_all()
        return outcome

    def _places(self) -> list[Place]:
        query = sa.select(Place).where(Place.released_at.is_(None))
        return list(self.session.scalars(query.execution_options(populate_existing=True)))

    def _room(self) -> tuple[int, dict[str, int]]:
        held = Counter(place.regency for place in self._places())
        return QUOTA - held.total(), {regency: quota - held[regency] for regency, quota in ALLOCATED.items()}

    def _queue(self) -> list[tuple[Key, str | None]]:
        query = sa.select(Application).where(Application.stage.in_([Stage.WAITING, Stage.REVIEW]))
        return [((row.queued_at, row.id), row.regency) for row in self.session.scalars(query)]

    def _fair(self, outcome: Outcome, waits: list[tuple[Key, str | None]], left: int, own: dict[str, int]) -> None:
        """A place was given exactly if the plainest service of the whole queue comes to this one."""
        if outcome.kind not in (Kind.PLACED, Kind.WAITING) and outcome.because != "nib":
            return
        key = (outcome.queued_at, outcome.application_id)
        others = [each for each in waits if each[0] != key]
        may = key in served([*others, (key, outcome.regency)], left, own)
        assert may is (outcome.kind is Kind.PLACED or outcome.because == "nib")


def test_whatever_people_do_nobody_is_overtaken(database: Database) -> None:
    machine = type("Machine", (PeopleInAQueue,), {"database": database})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=checks),
    )
