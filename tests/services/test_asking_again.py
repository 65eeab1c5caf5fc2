"""Asking twice: the same business, one that may be the same, one that had gone."""

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import LikelyDouble, Stage
from services import applications, businesses
from services.applications import Kind, WrongAssessment
from tests.services import people
from tests.services.asking import HOUR, history, register, settle, withdraw
from tests.services.people import CATERING, NO_NIB, NOON, OFFICE, READY, REGULER, transaction


def test_the_same_business_again_has_its_number_already(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=5)
        owner = people.person(session)
        told = {"owner": owner, "name": "Keripik Bu Siti", "owner_name": "Siti Aminah", "nib": "1234567890123"}
        first = register(session, **told)
        again = register(session, **told | {"name": "KERIPIK  bu siti."})
        assert (again.kind, again.number, again.business_id) == (Kind.ALREADY, first.number, first.business_id)
        by_id = applications.register(
            session,
            business=first.business_id,
            assessment_id=people.assessment(session, owner),
            programme=people.CODE,
            office=OFFICE,
            now=NOON,
        )
        assert (by_id.kind, by_id.left) == (Kind.ALREADY, 4)
        assert register(session, **told | {"name": "Warung Bu Siti", "nib": "9876543210123"}).kind is Kind.PLACED
        assert len(businesses.of_person(session, owner)) == 2


def test_asking_again_with_a_nib_goes_on_by_the_old_queue_time(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=1)
        owner = people.person(session)
        told = {"owner": owner, "name": "Keripik Bu Siti", "owner_name": "Siti Aminah"}
        first = register(session, NO_NIB, **told, nib=None)
        same = register(session, NO_NIB, **told, nib=None, now=NOON + HOUR)
        assert (same.kind, same.promised_at) == (Kind.ALREADY, first.promised_at)
        again = register(session, **told, nib="1234567890123", now=NOON + HOUR)
        assert (again.kind, again.number, again.queued_at) == (Kind.PLACED, first.number, NOON)


def test_what_an_officer_looks_at_is_not_let_go_by_asking_again(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=1)
        owner = people.person(session)
        told = {"owner": owner, "name": "Katering Bu Yati", "owner_name": "Yati", "nib": "1234567890123"}
        first = register(session, CATERING, **told)
        again = register(session, READY, **told)
        assert (again.kind, again.stage, again.number) == (Kind.ALREADY, Stage.REVIEW, first.number)


def test_a_helper_registers_five_makers_from_one_phone(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=5)
        helper = people.person(session)
        outcomes = [register(session, owner=helper, by_helper=True, phone="+628123456789") for _ in range(5)]
        assert {each.kind for each in outcomes} == {Kind.PLACED}
        assert len({each.business_id for each in outcomes}) == 5
        assert session.scalars(sa.select(LikelyDouble)).all() == []
        lines = applications.of_person(session, helper)
        assert [line.number for line in lines] == [each.number for each in outcomes]


def test_a_nib_that_holds_a_place_is_for_an_officer_to_look_at(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=5)
        first = register(session, nib="1234567890123")
        second = register(session, nib="1234567890123")
        assert (second.kind, second.because, second.left) == (Kind.REVIEW, "nib", 4)
        double = session.scalars(sa.select(LikelyDouble)).one()
        assert (double.business_id, double.other_id, double.because) == (second.business_id, first.business_id, "nib")
        assert settle(session, second).kind is Kind.REVIEW
        withdraw(session, first)
        assert settle(session, second).kind is Kind.PLACED


def test_likely_doubles_are_noted_and_never_stop_anybody(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=9)
        same = {
            "name": "CV. Rasa Banten",
            "phone": "+628111111111",
            "village": "Baros",
            "address": "Kp. Cikulur RT 02/03",
        }
        first = register(session, **same)
        by_name = register(session, name="rasa  banten")
        by_phone = register(session, phone="+628111111111")
        by_address = register(session, village="baros", address="kp cikulur rt 02 / 03")
        far = register(session, **same | {"district": "36.02.15", "phone": None})
        assert {each.kind for each in (first, by_name, by_phone, by_address, far)} == {Kind.PLACED}
        found = {(row.business_id, row.because) for row in session.scalars(sa.select(LikelyDouble))}
        assert found == {
            (by_name.business_id, "name"),
            (by_phone.business_id, "phone"),
            (by_address.business_id, "address"),
        }


def test_a_stall_is_set_beside_all_of_its_market_hall_at_once(database: Database) -> None:
    said: list[str] = []
    sa.event.listen(database.write_engine, "before_cursor_execute", lambda *of: said.append(of[2]))
    costs = []
    with transaction(database) as session:
        people.programme(session, quota=20)
        for number in range(12):
            said.clear()
            register(session, name=f"Kios {number}", village="Baros", address="Pasar Baros")
            costs.append(len(said))
        pairs = session.scalars(sa.select(LikelyDouble)).all()
        assert len({frozenset((pair.business_id, pair.other_id)) for pair in pairs}) == len(pairs) == 12 * 11 // 2
    assert costs[11] == costs[2], "as many statements, however many neighbours"


def test_a_pair_known_for_its_name_is_opened_again_by_its_nib(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=9)
        register(session, name="Rasa Banten", nib="1234567890123")
        second = register(session, NO_NIB, name="Rasa Banten", nib=None)
        noted = session.scalars(sa.select(LikelyDouble)).one()
        assert noted.because == "name"
        noted.settled_at = NOON
        assert settle(session, second, nib="1234567890123").kind is Kind.REVIEW
        assert (noted.because, noted.settled_at) == ("nib", None)


def test_an_assessment_gives_a_place_to_its_own_business_only(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        owner = people.person(session)
        assessment_id = people.assessment(session, owner)
        ask = {"assessment_id": assessment_id, "programme": people.CODE, "office": OFFICE, "now": NOON}
        applications.register(session, business=people.new_business(owner), **ask)
        with pytest.raises(WrongAssessment):
            applications.register(session, business=people.new_business(owner), **ask)


def test_who_withdrew_may_come_back_as_a_newcomer(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=1)
        owner = people.person(session)
        told = {"owner": owner, "name": "Keripik", "owner_name": "Siti", "nib": "1234567890123"}
        first = register(session, **told)
        waiter = register(session, now=NOON + HOUR)
        assert withdraw(session, first)
        assert not withdraw(session, first)
        assert settle(session, first).kind is Kind.ALREADY
        back = register(session, **told, now=NOON + HOUR * 2)
        assert (back.kind, back.position, back.number) == (Kind.WAITING, 2, first.number)
        assert settle(session, waiter).kind is Kind.PLACED
        assert [stage for stage, _ in history(session, first)] == [Stage.PLACED, Stage.WITHDRAWN, Stage.WAITING]


def test_a_place_once_given_stays(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        placed = register(session)
        assert settle(session, placed, REGULER).kind is Kind.PLACED
        assert history(session, placed) == [(Stage.PLACED, None)]
