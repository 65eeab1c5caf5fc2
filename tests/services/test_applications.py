"""Asking for a programme: every answer has a number and a date, nobody is overtaken, nobody gets two places."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from bot.database import Database, open_database
from models import Allocation, Application, Place, Stage
from services import applications, eligibility, programmes, waiting
from services.applications import Kind, Outcome
from services.outcomes import lacking
from services.places import Limit
from services.waiting import Room, stands_in_the_way
from tests.services import people
from tests.services.asking import HOUR, history, register, settle, withdraw
from tests.services.people import CATERING, NO_NIB, NOON, OFFICE, OUTSIDE, READY, REGULER, Judged, transaction

AT_ONCE = 8  # more would only wait for the same row, some of them longer than the database lets anybody wait


def test_a_ready_business_gets_a_place_and_a_number(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=2)
        outcome = register(session)
        assert outcome.kind is Kind.PLACED
        assert outcome.number == "BTN-2026-000001"
        assert (outcome.stage, outcome.left, outcome.quota) == (Stage.PLACED, 1, 2)
        assert outcome.promised_at == OFFICE.promise(NOON, OFFICE.contact_days)
        assert history(session, outcome) == [(Stage.PLACED, None)]
        assert register(session).number == "BTN-2026-000002"


def test_without_nib_the_queue_time_is_kept_and_used_later(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=2)
        early = register(session, NO_NIB, nib=None)
        assert (early.kind, early.lacking, early.position) == (Kind.INCOMPLETE, ("nib",), None)
        assert early.promised_at == NOON + dt.timedelta(days=14)
        for minutes in (1, 2, 3):
            late = register(session, now=NOON + dt.timedelta(minutes=minutes))
        assert (late.kind, late.position, late.because) == (Kind.WAITING, 1, "programme")
        now_ready = settle(session, early, nib="1234567890123")
        assert (now_ready.kind, now_ready.position, now_ready.length) == (Kind.WAITING, 1, 2)
        assert now_ready.number == early.number
        assert now_ready.queued_at == NOON
        assert waiting.position(session, session.get_one(Application, late.application_id)) == 2
        assert history(session, early) == [(Stage.INCOMPLETE, None), (Stage.WAITING, "programme")]


def test_the_nib_brings_the_place_while_there_is_one(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        early = register(session, NO_NIB, nib=None)
        # The check of then is enough: a number that is there settles "buat NIB".
        assert settle(session, early, NO_NIB, nib="1234567890123").kind is Kind.PLACED
        assert session.scalars(sa.select(Place.nib)).one() == "1234567890123"


def test_a_nib_ticked_but_not_given_is_looked_for(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        assert register(session, READY, nib=None).lacking == ("nib",)
        assert register(session, READY, regency=None, district=None).lacking == ("regency",)
        haram = Judged(todos=("GANTI_BAHAN_HARAM", "BAHAN_DICEK", "WILAYAH_DICEK"))
        assert register(session, haram).lacking == ("GANTI_BAHAN_HARAM",)


def test_what_is_lacking_agrees_with_the_rule_set() -> None:
    rules = eligibility.get("banten-halal", "2026.1")
    before = {code for code, line in rules.todos.items() if line.before is eligibility.Before.PLACE}
    found = lacking({"todos": sorted(before)}, rules, None, None)
    assert {"nib", "regency"} < set(found)
    assert set(found) - {"nib", "regency"} == before - {"BUTUH_NIB", "NIB_DICEK", "WILAYAH_DICEK"}


def test_catering_is_looked_at_first_and_nobody_overtakes_it_meanwhile(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=2)
        caterer = register(session, CATERING)
        assert (caterer.kind, caterer.because) == (Kind.REVIEW, "officer")
        assert caterer.promised_at == OFFICE.promise(NOON, OFFICE.review_days)
        assert register(session, now=NOON + HOUR).kind is Kind.PLACED
        newcomer = register(session, now=NOON + HOUR)
        assert (newcomer.kind, newcomer.left, newcomer.position) == (Kind.WAITING, 1, 1)
        assert settle(session, caterer, now=NOON + HOUR * 2, by="officer:7").kind is Kind.PLACED


def test_an_old_certificate_is_looked_at_in_the_regular_way_too(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=3, accepts=("self_declare", "reguler"))
        assert register(session, REGULER).kind is Kind.PLACED
        old = Judged("reguler", officer=("SERTIFIKAT_LAMA", "DIMINTA"), todos=("CEK_SERTIFIKAT",))
        assert register(session, old).kind is Kind.REVIEW
        assert register(session, Judged("reguler", officer=("DIMINTA",))).kind is Kind.PLACED


def test_what_the_programme_does_not_take_is_counted_as_interest(database: Database) -> None:
    with transaction(database) as session:
        programme_id = people.programme(session)
        first = register(session, REGULER)
        other = register(session, REGULER, regency="36.71", district=None)
        second = register(session, OUTSIDE, now=NOON + HOUR)
        assert [each.kind for each in (first, other, second)] == [Kind.INTEREST] * 3
        assert [each.position for each in (first, other, second)] == [1, 1, 2]
        assert second.promised_at == OFFICE.promise(NOON + HOUR, OFFICE.review_days)
        found = programmes.numbers(session, programme_id)
        assert (found.total.interested, found.regencies["36.02"].interested, found.total.taken) == (3, 2, 0)
        assert first.number != second.number
        assert settle(session, first).kind is Kind.PLACED  # the regular reason fell away at a re-check


def test_before_the_first_day_the_queue_time_counts(database: Database) -> None:
    with transaction(database) as session:
        opens = NOON + dt.timedelta(days=2)
        people.programme(session, quota=1, opens_at=opens)
        early = register(session)
        assert (early.kind, early.stage, early.position) == (Kind.NOT_YET_OPEN, Stage.WAITING, 1)
        assert early.promised_at == opens
        assert register(session, now=opens).kind is Kind.WAITING
        assert settle(session, early, now=opens).kind is Kind.PLACED


def test_after_the_last_day_it_is_kept_for_the_next_programme(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, opens_at=NOON - HOUR, closes_at=NOON)
        outcome = register(session, CATERING)
        assert (outcome.kind, outcome.stage) == (Kind.CLOSED, Stage.INTEREST)
        assert outcome.promised_at is not None


def test_a_regency_may_be_full_while_others_are_not(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=4, allocations={"36.02": 1, "36.01": 2})
        assert register(session).kind is Kind.PLACED
        full = register(session)
        assert (full.kind, full.because, full.position) == (Kind.WAITING, "regency", 1)
        assert register(session, regency="36.71", district=None).kind is Kind.PLACED
        elsewhere = register(session, regency="36.01", district=None)
        assert (elsewhere.kind, elsewhere.left) == (Kind.PLACED, 1)
        again = register(session)
        assert (again.kind, again.position, again.length) == (Kind.WAITING, 2, 2)


def test_a_newcomer_does_not_take_what_somebody_waits_for(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=2)
        placed, _ = register(session), register(session)
        waiter = register(session, now=NOON + HOUR)
        assert withdraw(session, placed)
        newcomer = register(session, now=NOON + HOUR * 2)
        assert (newcomer.kind, newcomer.left, newcomer.position) == (Kind.WAITING, 1, 2)
        assert settle(session, newcomer, now=NOON + HOUR * 3).kind is Kind.WAITING
        assert settle(session, waiter, now=NOON + HOUR * 3).kind is Kind.PLACED


def test_nor_what_somebody_of_the_same_regency_waits_for(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=9, allocations={"36.02": 1})
        placed = register(session)
        waiter = register(session, now=NOON + HOUR)
        assert withdraw(session, placed)
        newcomer = register(session, now=NOON + HOUR * 2)
        assert (newcomer.kind, newcomer.because, newcomer.position) == (Kind.WAITING, "regency", 2)
        assert register(session, regency="36.71", district=None, now=NOON + HOUR * 2).kind is Kind.PLACED
        assert settle(session, waiter).kind is Kind.PLACED


@pytest.mark.parametrize(
    ("left", "regencies", "ahead", "regency", "limit"),
    [
        (0, {}, {}, "36.01", Limit.PROGRAMME),
        (1, {}, {}, "36.01", None),
        (1, {}, {"36.02": 1}, "36.01", Limit.PROGRAMME),
        (1, {"36.02": 0}, {"36.02": 9}, "36.01", None),  # those ahead cannot be served here
        (2, {"36.02": 1}, {"36.02": 9}, "36.01", None),
        (1, {"36.02": 1}, {"36.02": 9}, "36.01", Limit.PROGRAMME),
        (5, {"36.01": 2}, {"36.01": 2}, "36.01", Limit.REGENCY),
        (5, {"36.01": 0}, {}, "36.01", Limit.REGENCY),
        (5, {"36.01": 3}, {"36.01": 2, None: 2}, "36.01", None),
        (4, {"36.01": 3}, {"36.01": 2, None: 2}, "36.01", Limit.PROGRAMME),
    ],
)
def test_the_rule_of_the_queue(
    left: int, regencies: dict[str | None, int], ahead: dict[str | None, int], regency: str, limit: Limit | None
) -> None:
    assert stands_in_the_way(Room(left, regencies), ahead, regency) is limit


def test_numbers_are_one_series_over_all_programmes(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        people.programme(session, code="other")
        codes = [people.CODE, "other", "other", people.CODE]
        assert [register(session, code=code).number[-6:] for code in codes] == ["000001", "000002", "000003", "000004"]


def test_two_hundred_register_at_once_for_thirty_places(database: Database, database_url: str) -> None:
    with transaction(database) as session:
        programme_id = people.programme(session, quota=30, allocations={"36.02": 10})
        owners = [people.person(session) for _ in range(200)]
    wide = open_database(database_url, writers=AT_ONCE)

    def run(n: int) -> Outcome:
        with transaction(wide.write_engine) as session:
            regency = "36.02" if n % 2 else "36.71"
            return register(session, owner=owners[n], regency=regency, district=None)

    with closing(wide), ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(run, range(200)))
    assert Counter(each.kind for each in outcomes) == {Kind.PLACED: 30, Kind.WAITING: 170}
    assert sorted(each.number for each in outcomes) == [f"BTN-2026-{n:06d}" for n in range(1, 201)]
    with transaction(database) as session:
        found = programmes.numbers(session, programme_id)
        assert (found.left, found.total.waiting, found.regencies["36.02"].taken) == (0, 170, 10)
        assert session.scalars(sa.select(Allocation.taken)).one() == 10
        for regency, waiters in (("36.02", 90), ("36.71", 80)):
            query = sa.select(Application).where(Application.stage == Stage.WAITING, Application.regency == regency)
            places = sorted(waiting.position(session, each) or 0 for each in session.scalars(query))
            assert places == list(range(1, waiters + 1))


def test_two_programmes_at_once_never_give_one_number_twice(database: Database, database_url: str) -> None:
    with transaction(database) as session:
        people.programme(session, quota=40)
        people.programme(session, code="other", quota=40)
        owners = [people.person(session) for _ in range(40)]
    wide = open_database(database_url, writers=AT_ONCE)

    def run(n: int) -> str:
        with transaction(wide.write_engine) as session:
            return register(session, owner=owners[n], code="other" if n % 2 else people.CODE).number

    with closing(wide), ThreadPoolExecutor(AT_ONCE) as pool:
        assert len(set(pool.map(run, range(40)))) == 40


@pytest.mark.parametrize(
    ("changes", "expected", "missing"),
    [
        ({}, Kind.PLACED, ()),
        ({"nib": "not_yet"}, Kind.INCOMPLETE, ("nib",)),
        ({"certified": "in_progress"}, Kind.INCOMPLETE, ("CEK_SERTIFIKAT",)),
        ({"ingredients": "unknown"}, Kind.PLACED, ()),  # may be mended while the place is held
        ({"certified": "old"}, Kind.REVIEW, ()),
        ({"outlets": "several"}, Kind.INTEREST, ()),
        ({"natural": "all"}, Kind.INTEREST, ()),
    ],
)
def test_what_the_rule_set_says_is_understood(
    database: Database, changes: dict[str, Any], expected: Kind, missing: tuple[str, ...]
) -> None:
    answers = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text("utf-8"))["bases"]["P"] | changes
    with transaction(database) as session:
        people.programme(session)
        owner = people.person(session)
        kept = eligibility.record(
            session,
            person_id=owner,
            business_id=None,
            rules=eligibility.get("banten-halal", "2026.1"),
            said=answers,
            answers=answers,
            facts={},
            asked_by="owner",
            now=NOON,
        )
        outcome = applications.register(
            session,
            business=people.new_business(owner, nib=None if "nib" in changes else "1234567890123"),
            assessment_id=kept.id,
            programme=people.CODE,
            office=OFFICE,
            now=NOON,
        )
        assert (outcome.kind, outcome.lacking) == (expected, missing)
        assert kept.business_id == outcome.business_id
        assert outcome.promised_at is not None
