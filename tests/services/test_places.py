"""A place is given once, and never one more than there are, however many ask at the same moment."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from bot.database import Database, open_database
from models import Allocation, Application, Business, Place, Programme, Session, Stage
from services import places, programmes
from services.places import Full, Limit, Taken
from services.programmes import QuotaBelowTaken
from tests.services import people
from tests.services.people import NOON, transaction

RACERS = 200
SEATS = 30
OF_LEBAK = 12  # of them


def applicants(session: Session, programme_id: int, count: int, **business: str | None) -> list[int]:
    """Applications that hold no place yet."""
    owner = people.person(session)
    found = []
    for n in range(count):
        new = people.new_business(owner, **business)
        row = Business(
            person_id=owner, created_at=NOON, owner_name=new.owner_name, name=new.name, products=[], papers=[]
        )
        session.add(row)
        session.flush()
        application = Application(
            number=f"BTN-{programme_id}-{row.id}-{n}",
            programme_id=programme_id,
            business_id=row.id,
            assessment_id=people.assessment(session, owner),
            scheme="self_declare",
            stage=Stage.INTEREST,
            since=NOON,
            queued_at=NOON,
            created_at=NOON,
        )
        session.add(application)
        session.flush()
        found.append(application.id)
    return found


def claim(
    session: Session, programme_id: int, application_id: int, regency: str | None = None, nib: str | None = None
) -> Place | Full | Taken:
    return places.claim(
        session, programme_id=programme_id, application_id=application_id, regency=regency, nib=nib, now=NOON
    )


def taken(session: Session, programme_id: int) -> tuple[int, dict[str, int]]:
    """The counters."""
    total = session.scalars(sa.select(Programme.taken).where(Programme.id == programme_id)).one()
    query = sa.select(Allocation.regency, Allocation.taken).where(Allocation.programme_id == programme_id)
    return total, dict(session.execute(query).all())


def held(session: Session, programme_id: int) -> Counter[str | None]:
    """The places themselves."""
    query = sa.select(Place.regency).where(Place.programme_id == programme_id, Place.released_at.is_(None))
    return Counter(session.scalars(query))


@pytest.fixture
def crowd(database: Database, database_url: str) -> sa.Engine:
    """As many connections as a crowd needs; SQLite lets one write at a time and the others wait."""
    wide = open_database(database_url, writers=24)
    yield wide.write_engine
    wide.close()


def race(engine: sa.Engine, programme_id: int, asking: list[tuple[int, str | None]]) -> Counter[str]:
    """Everybody at once: each claims in a transaction of their own."""
    start = threading.Barrier(len(asking))

    def run(each: tuple[int, str | None]) -> str:
        start.wait()
        with transaction(engine) as session:
            outcome = claim(session, programme_id, each[0], each[1], nib=f"{each[0]:013d}")
            return f"full:{outcome.limit}" if isinstance(outcome, Full) else type(outcome).__name__.lower()

    with ThreadPoolExecutor(len(asking)) as pool:
        return Counter(pool.map(run, asking))


def test_two_hundred_at_once_for_thirty_places(database: Database, crowd: sa.Engine) -> None:
    with transaction(database) as session:
        programme_id = people.programme(session, quota=SEATS)
        asking = applicants(session, programme_id, RACERS)
    outcomes = race(crowd, programme_id, [(each, None) for each in asking])
    assert outcomes == {"place": SEATS, "full:programme": RACERS - SEATS}
    with transaction(database) as session:
        assert taken(session, programme_id) == (SEATS, {})
        assert held(session, programme_id) == {None: SEATS}


def test_two_hundred_at_once_where_a_regency_has_fewer(database: Database, crowd: sa.Engine) -> None:
    with transaction(database) as session:
        programme_id = people.programme(session, quota=SEATS, allocations={"36.02": OF_LEBAK})
        asking = applicants(session, programme_id, RACERS)
    outcomes = race(crowd, programme_id, [(each, "36.02" if n % 2 else "36.01") for n, each in enumerate(asking)])
    assert outcomes["place"] == SEATS
    assert outcomes.total() == RACERS
    with transaction(database) as session:
        there = held(session, programme_id)
        assert taken(session, programme_id) == (SEATS, {"36.02": there["36.02"]})
        assert there.total() == SEATS
        assert there["36.02"] <= OF_LEBAK


def test_the_same_nib_twice_at_once_gets_one_place(database: Database, crowd: sa.Engine) -> None:
    with transaction(database) as session:
        programme_id = people.programme(session, quota=SEATS, allocations={"36.02": SEATS})
        asking = applicants(session, programme_id, 20)
    start = threading.Barrier(len(asking))

    def run(application_id: int) -> str:
        start.wait()
        with transaction(crowd) as session:
            return type(claim(session, programme_id, application_id, "36.02", nib="1234567890123")).__name__

    with ThreadPoolExecutor(len(asking)) as pool:
        assert Counter(pool.map(run, asking)) == {"Place": 1, "Taken": 19}
    with transaction(database) as session:
        assert taken(session, programme_id) == (1, {"36.02": 1})


def test_a_full_regency_leaves_the_total_as_it_was(database: Database) -> None:
    with transaction(database) as session:
        programme_id = people.programme(session, quota=5, allocations={"36.02": 1})
        first, second, third = applicants(session, programme_id, 3)
        assert isinstance(claim(session, programme_id, first, "36.02"), Place)
        assert claim(session, programme_id, second, "36.02") == Full(Limit.REGENCY)
        assert taken(session, programme_id) == (1, {"36.02": 1})
        assert isinstance(claim(session, programme_id, third, "36.71"), Place)  # bound by the total alone
        assert taken(session, programme_id) == (2, {"36.02": 1})


def test_a_nib_that_holds_a_place_gets_no_second_until_it_is_given_back(database: Database) -> None:
    with transaction(database) as session:
        programme_id = people.programme(session, quota=5, allocations={"36.02": 5})
        first, second = applicants(session, programme_id, 2)
        place = claim(session, programme_id, first, "36.02", nib="1234567890123")
        assert isinstance(place, Place)
        assert claim(session, programme_id, second, "36.02", nib="1234567890123") == Taken(first)
        assert claim(session, programme_id, first, "36.02", nib=None) == Taken(first)
        assert taken(session, programme_id) == (1, {"36.02": 1})
        assert places.release(session, place, NOON)
        assert not places.release(session, place, NOON)
        assert taken(session, programme_id) == (0, {"36.02": 0})
        assert isinstance(claim(session, programme_id, second, "36.02", nib="1234567890123"), Place)


def test_two_without_nib_do_not_stand_in_each_others_way(database: Database) -> None:
    with transaction(database) as session:
        programme_id = people.programme(session, quota=5)
        first, second = applicants(session, programme_id, 2)
        assert isinstance(claim(session, programme_id, first), Place)
        assert isinstance(claim(session, programme_id, second), Place)


def test_the_database_itself_refuses_one_too_many(database: Database) -> None:
    with transaction(database) as session:
        programme_id = people.programme(session, quota=1, allocations={"36.02": 1})
    for table in (Programme, Allocation):
        with pytest.raises(sa.exc.IntegrityError), transaction(database) as session:
            session.execute(sa.update(table).values(taken=2))
    with transaction(database) as session:
        assert taken(session, programme_id) == (0, {"36.02": 0})


def test_a_programme_is_set_up_once_and_changed_in_place(database: Database) -> None:
    with transaction(database) as session:
        first = people.programme(session, quota=14_000, taken_before=7_000, allocations={"36.01": 10, "36.02": 20})
        again = people.programme(session, quota=14_000, taken_before=7_000, allocations={"36.01": 10, "36.02": 20})
        assert first == again
        asking = applicants(session, first, 2)
        for application_id in asking:
            claim(session, first, application_id, "36.03")
        # 36.03 gets a quota of its own later: the places there are counted in; 36.01 loses its own.
        people.programme(session, quota=14_000, taken_before=6_000, allocations={"36.02": 20, "36.03": 5})
        assert taken(session, first) == (6_002, {"36.02": 0, "36.03": 2})
        found = programmes.numbers(session, first)
        assert (found.quota, found.left) == (14_000, 7_998)
        assert found.regencies["36.03"].left == 3
        assert programmes.by_code(session, people.CODE).quota == 14_000


def test_a_quota_is_never_set_below_what_is_given(database: Database) -> None:
    with transaction(database) as session:
        programme_id = people.programme(session, quota=5, allocations={"36.02": 3})
        for application_id in applicants(session, programme_id, 2):
            claim(session, programme_id, application_id, "36.02")
        with pytest.raises(QuotaBelowTaken, match="quota 1 is below the 2"):
            people.programme(session, quota=1)
        with pytest.raises(QuotaBelowTaken, match=r"in 36\.02: quota 1 is below the 2"):
            people.programme(session, quota=5, allocations={"36.02": 1})
        with pytest.raises(QuotaBelowTaken):
            people.programme(session, code="another", quota=5, taken_before=6)
        assert taken(session, programme_id) == (2, {"36.02": 2})


def test_a_programme_nobody_set_up_is_said_by_name(database: Database) -> None:
    with transaction(database) as session, pytest.raises(programmes.UnknownProgramme, match="nowhere"):
        programmes.by_code(session, "nowhere")
