"""The next programme: made by staff from a copy of the last one, and receiving registrations from its first day on."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.database import Database
from models import AuditEntry, Stage
from services import applications, programme_changes, programme_making, programmes, succession
from services.office import Office
from services.outcomes import Kind
from services.programme_rules import NotChanged, Wanted, Why
from services.programmes import ProgrammeSpec
from services.succession import Term, receiver, takes_over
from services.target import Target
from tests.services import asking, people
from tests.services.people import CODE, DEWI, NOON, transaction

DAY = dt.timedelta(days=1)
OFFICE = Office(programme=CODE)
OPENS = NOON + 40 * DAY  # ten days after the programme of these tests has closed
NEXT = Wanted(
    "Halal 2027", OPENS, OPENS + 300 * DAY, ("self_declare", "reguler"), 5, {"36.02": 3}, "SK 7/2027", NOON.date(),
    Target(9, OPENS.date(), 100, "SK 8"),
)  # fmt: skip
NEW = "HALAL-2027"
SPANS = st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 9)), max_size=5)


def terms(spans: list[tuple[int, int]]) -> list[Term]:
    return [Term(n, str(n), NOON + a * DAY, NOON + (a + b) * DAY) for n, (a, b) in enumerate(spans)]


@given(SPANS, st.integers(-20, 20))
def test_a_registration_goes_to_an_open_programme_wherever_there_is_one(spans: list, later: int) -> None:
    known, day = terms(spans), NOON + later * DAY
    found = receiver(known, day)
    opened = [one for one in known if one.opens_at <= day < one.closes_at]
    coming = [one for one in known if day < one.opens_at]
    assert (found is None) == (not known)
    if opened:
        assert found in opened
        assert found.opens_at == max(one.opens_at for one in opened)
    elif coming:
        assert found in coming
        assert found.opens_at == min(one.opens_at for one in coming)


@given(SPANS, st.integers(-9, 9), st.integers(1, 9))
def test_when_a_new_one_takes_over_is_the_first_moment_it_does(spans: list, begins: int, days: int) -> None:
    known, new = terms(spans), Term(99, "new", NOON + begins * DAY, NOON + (begins + days) * DAY)
    found = takes_over(known, new, NOON)
    every = [NOON + hour * DAY / 2 for hour in range(60)]
    taken = [day for day in every if receiver([*known, new], day) == new]
    assert (found is None) == (not taken)
    assert found is None or found == taken[0]


def test_a_new_programme_takes_over_and_nobody_gets_a_second_place(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=1)
        people.programme(session, code="sisa", opens_at=NOON - DAY)  # left over from other settings
        placed, waits = (asking.register(session) for _ in range(2))
        assert (placed.kind, waits.kind) == (Kind.PLACED, Kind.WAITING)
        assert programme_making.last(session, DEWI, NOON) is not None
        it = programme_making.foreseen(session, DEWI, NEW, NEXT, office=OFFICE, now=NOON)
        assert it.before is not None
        assert (it.before.code, it.before.waiting, it.before.interested) == (CODE, 1, 0)
        assert it.from_when == NOON + 30 * DAY  # as soon as the other has closed: who comes early keeps their turn
        programme_making.create(session, DEWI, NEW, NEXT, it.seen, now=NOON)
        seen = programme_changes.seen(session, DEWI, NEW, NOON)
        assert (seen.now, seen.taken, seen.version, seen.changed_by) == (NEXT, 0, 1, "dewi")
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "programme.created")).one()
        assert (entry.after["quota"], entry.after["allocations"]) == (5, {"36.02": 3})

        def to(now: dt.datetime) -> str:
            return succession.receiving(session, OFFICE, now)

        assert [to(NOON), to(it.from_when), to(OPENS), to(NEXT.closes_at)] == [CODE, NEW, NEW, NEW]
        programmes.ensure(session, ProgrammeSpec(NEW, "X", NOON, OPENS, ("reguler",), 1, "config", NOON.date()))
        assert programme_changes.seen(session, DEWI, NEW, NOON).now == NEXT  # the settings do not undo it

        def again(business: int) -> applications.Outcome:
            told = {"business": business, "programme": to(OPENS), "office": OFFICE, "now": OPENS}
            assessment = people.assessment(session, people.person(session), people.READY, business)
            return applications.register(session, assessment_id=assessment, **told)

        kept = again(placed.business_id)
        assert (kept.kind, kept.number, kept.programme) == (Kind.ALREADY, placed.number, placed.programme)
        new = again(waits.business_id)
        assert (new.kind, new.stage, new.programme) == (Kind.PLACED, Stage.PLACED, "Halal 2027")
        assert new.number != waits.number


def test_what_makes_no_sense_is_not_made_and_of_two_the_second_is_told(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        it = programme_making.foreseen(session, DEWI, NEW, NEXT, office=OFFICE, now=NOON)
        for code, changes, why in (
            ("baru", {}, Why.CODE), ("../X", {}, Why.CODE), ("A" * 33, {}, Why.CODE), (NEW, {"quota": -1}, Why.NUMBER),
            (NEW, {"closes_at": OPENS}, Why.ORDER), (NEW, {"accepts": ()}, Why.SCHEMES),
        ):  # fmt: skip
            with pytest.raises(NotChanged) as refused:
                programme_making.create(session, DEWI, code, replace(NEXT, **changes), it.seen, now=NOON)
            assert refused.value.why is why
        never = replace(NEXT, opens_at=NOON - 90 * DAY, closes_at=NOON - DAY)
        assert programme_making.foreseen(session, DEWI, NEW, never, office=OFFICE, now=NOON).from_when is None

    def makes(code: str) -> Why | None:
        with transaction(database) as session:
            try:
                programme_making.create(session, DEWI, code, NEXT, it.seen, now=NOON)
            except NotChanged as refused:
                return refused.why
            return None

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(makes, (NEW, "HALAL-2028")))
    assert set(told) == {None, Why.CHANGED}
    assert makes(NEW if told[0] is None else "HALAL-2028") is Why.EXISTS
