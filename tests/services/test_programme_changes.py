"""A programme as staff change it: never below what is taken, and what becomes free goes to who waits."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.database import Database
from models import AuditEntry, Place
from services import programme_changes, programmes
from services.programme_rules import NotChanged, Short, Wanted, Why, moved, offered, reason_against, short_of
from services.target import Target
from tests.services import offered as queue
from tests.services import people
from tests.services.people import CODE, DEWI, NOON, transaction
from tests.services.test_places import applicants, claim

TOWNS = ["36.01", "36.02", "36.71"]
COUNTS = st.integers(0, 40)
SHARES = st.dictionaries(st.sampled_from(TOWNS), COUNTS)
FOLK = st.dictionaries(st.sampled_from([*TOWNS, None]), COUNTS)


def wanted(quota: int = 40, shares: dict[str, int] | None = None) -> Wanted:
    ends = NOON + dt.timedelta(days=30)
    return Wanted("Halal", NOON, ends, ("self_declare",), quota, shares or {}, "SK 1/2026", NOON.date())


@given(COUNTS, SHARES, st.sampled_from(TOWNS), st.sampled_from(TOWNS), st.integers(-2, 50))
def test_moved_places_are_neither_lost_nor_made(quota: int, shares: dict, origin: str, to: str, count: int) -> None:
    before = wanted(quota, shares)
    try:
        after = moved(before, origin, to, count)
    except NotChanged:
        assert origin == to or not {origin, to} <= shares.keys() or not 0 < count <= shares[origin]
    else:
        assert sum(after.allocations.values()) == sum(shares.values())
        assert after.allocations[origin] == shares[origin] - count >= 0
        assert replace(after, allocations=shares) == before


@given(COUNTS, SHARES, FOLK, FOLK, st.integers(0, 20))
def test_no_more_are_offered_a_place_than_are_free(
    quota: int, shares: dict, held: dict, waiting: dict, elsewhere: int
) -> None:
    it = wanted(quota, shares)
    found = offered(it, held, elsewhere, waiting)
    assert 0 <= found <= sum(waiting.values())
    assert found == 0 or found + elsewhere + sum(held.values()) <= quota
    for town in set(waiting) - {None}:
        alone = offered(it, held, elsewhere, {town: waiting[town]})
        assert town not in shares or alone <= max(0, shares[town] - held.get(town, 0))
    assert all(one.quota < one.taken for one in short_of(it, held, elsewhere))


def test_what_makes_no_sense_is_refused_with_its_reason() -> None:
    good, target = wanted(), Target(2500, NOON.date(), 100, "SK 2")
    assert reason_against(replace(good, target=target)) is None
    for changes, why in (
        ({"name": " "}, Why.NAME), ({"closes_at": NOON}, Why.ORDER), ({"accepts": ()}, Why.SCHEMES),
        ({"accepts": ("gratis",)}, Why.SCHEMES), ({"quota": -1}, Why.NUMBER), ({"source": ""}, Why.SOURCE),
        ({"allocations": {"99.99": 1}}, Why.REGENCY), ({"allocations": {"36.01": 10**9}}, Why.NUMBER),
        ({"target": replace(target, days=0)}, Why.TARGET), ({"target": replace(target, source="")}, Why.TARGET),
    ):  # fmt: skip
        assert reason_against(replace(good, **changes)) is why, changes


def test_a_raised_quota_is_offered_and_a_lower_one_stops_at_what_is_taken(database: Database) -> None:
    with transaction(database) as session:
        queue.line_of(session, 3)  # one has the place, two wait
        assert queue.open_offers(session) == []
        seen = programme_changes.seen(session, DEWI, CODE, NOON)
        more = replace(seen.now, quota=2, target=Target(9, NOON.date(), 10, "SK 2"))
        foreseen = programme_changes.foreseen(session, DEWI, CODE, more, NOON)
        assert (foreseen.offers, foreseen.short, foreseen.opens, foreseen.closes) == (1, (), False, False)
        programme_changes.change(session, DEWI, CODE, more, 0, now=NOON)
        assert queue.sweep(session, NOON) > 0
        assert len(queue.open_offers(session)) == 1

        for again, why in ((0, Why.CHANGED), (1, Why.SAME)):
            with pytest.raises(NotChanged) as refused:
                programme_changes.change(session, DEWI, CODE, more, again, now=NOON)
            assert refused.value.why is why
        less = replace(more, quota=1, allocations={"36.04": 1})
        with pytest.raises(NotChanged) as refused:
            programme_changes.change(session, DEWI, CODE, less, 1, now=NOON)
        assert refused.value.why is Why.BELOW
        assert refused.value.short[0] == Short(None, 1, 2)
        assert programme_changes.seen(session, DEWI, CODE, NOON).now == more  # nothing of it was done
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "programme.changed")).one()
        assert entry.before["quota"] == 1
        assert entry.after["quota"] == 2
        assert "name" not in entry.after


def test_the_settings_say_nothing_once_staff_have_changed_it(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=5)
        as_it_is = programme_changes.seen(session, DEWI, CODE, NOON).now
        shut = replace(as_it_is, closes_at=NOON, allocations={"36.02": 3})
        foreseen = programme_changes.foreseen(session, DEWI, CODE, shut, NOON)
        assert (foreseen.closes, foreseen.offers, foreseen.reopens) == (True, 0, False)
        programme_changes.change(session, DEWI, CODE, shut, 0, now=NOON)
        people.programme(session, quota=99)  # as every start does
        seen = programme_changes.seen(session, DEWI, CODE, NOON)
        assert (seen.now, seen.open, seen.version, seen.changed_by) == (shut, False, 1, "dewi")
        assert [one.code for one in programme_changes.listed(session, DEWI)] == [CODE]
        with pytest.raises(NotChanged) as refused:
            programme_changes.seen(session, DEWI, "TIDAK-ADA", NOON)
        assert refused.value.why is Why.UNKNOWN


def test_of_two_at_the_same_moment_one_is_told_and_no_place_is_lost(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=9, allocations={"36.01": 3, "36.02": 3})

    def moves(origin: str, to: str) -> Why | None:
        with transaction(database) as session:
            as_it_is = programme_changes.seen(session, DEWI, CODE, NOON).now
            try:
                programme_changes.change(session, DEWI, CODE, moved(as_it_is, origin, to, 1), 0, now=NOON)
            except NotChanged as refused:
                return refused.why
            return None

    ways = [("36.01", "36.02"), ("36.02", "36.01")]
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda way: moves(*way), ways))
    assert sorted(told, key=str) == [None, Why.CHANGED]
    with transaction(database) as session:
        programme_id = programmes.id_of(session, CODE)
        assert sum(row.quota for row in programmes.allocations(session, programme_id).values()) == 6


def test_while_places_are_taken_a_quota_never_ends_below_them(database: Database) -> None:
    with transaction(database) as session:
        programme_id = people.programme(session, quota=9, allocations={"36.02": 9})
        asking = applicants(session, programme_id, 6)
        as_it_is = programme_changes.seen(session, DEWI, CODE, NOON).now
    less = replace(as_it_is, quota=4, allocations={"36.02": 3})

    def lowers() -> Why | None:
        with transaction(database) as session:
            try:
                programme_changes.change(session, DEWI, CODE, less, 0, now=NOON)
            except NotChanged as refused:
                return refused.why
            return None

    def takes(application_id: int) -> bool:
        with transaction(database) as session:
            return isinstance(claim(session, programme_id, application_id, "36.02"), Place)

    with ThreadPoolExecutor(4) as pool:
        given = [pool.submit(takes, one) for one in asking[:3]]
        lowered = pool.submit(lowers)
        given += [pool.submit(takes, one) for one in asking[3:]]
    assert lowered.result() in (None, Why.BELOW)
    done = lowered.result() is None
    with transaction(database) as session:
        seen = programme_changes.seen(session, DEWI, CODE, NOON)
    assert seen.now.quota == (4 if done else 9)
    assert seen.held["36.02"] == seen.taken <= seen.now.allocations["36.02"]
    assert seen.taken == sum(one.result() for one in given) == (3 if done else 6)
