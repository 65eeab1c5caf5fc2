"""Every check is kept whole, with the version of the rules, the answers and every reason, and never rewritten."""

import datetime as dt
from typing import Any

import pytest

from bot.database import Database
from models import Assessment, Person, Session
from services.eligibility import AnswersRefused, Result, latest, record, shelf, todo_lines
from tests.services.test_eligibility import CASES

RULES = shelf()[0]
NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
ANSWERS: dict[str, Any] = {**CASES["bases"]["P"], "nib": "not_yet", "form": ("packaged",)}


def kept(session: Session, person: Person, answers: dict[str, Any], at: dt.datetime = NOW) -> Assessment:
    return record(
        session,
        person_id=person.id,
        business_id=None,
        rules=RULES,
        said={"papers": [3, ["none"]]},
        answers=answers,
        facts={"officer_asked": True},
        asked_by="owner",
        now=at,
    )


def somebody(session: Session) -> Person:
    person = Person(created_at=NOW)
    session.add(person)
    session.flush()
    return person


def test_a_check_is_kept_with_answers_and_reasons(database: Database) -> None:
    with Session(database.write_engine) as session, session.begin():
        kept(session, person := somebody(session), ANSWERS)
        person_id = person.id
    with Session(database.write_engine) as session:
        row = latest(session, person_id)
        assert row is not None
        assert (row.rule_set, row.version, row.scheme, row.at) == ("banten-halal", "2026.1", "self_declare", NOW)
        assert row.answers == {**ANSWERS, "form": ["packaged"]}
        assert row.said == {"papers": [3, ["none"]]}
        assert (row.facts, row.asked_by) == ({"officer_asked": True}, "owner")
        result = Result.from_json(row.result)
        assert (result.todos, result.officer, result.place_waits) == (("BUTUH_NIB",), ("DIMINTA",), True)
        lines = todo_lines(result)
        assert [(line.code, line.ask, line.recheck) for line in lines] == [("BUTUH_NIB", "officer", ("nib", "scale"))]


def test_a_later_check_is_a_new_record(database: Database) -> None:
    with Session(database.write_engine) as session, session.begin():
        person = somebody(session)
        first = kept(session, person, ANSWERS)
        second = kept(session, person, {**ANSWERS, "nib": "micro_small"}, NOW + dt.timedelta(days=14))
        assert latest(session, person.id) is second
        assert (first.result["todos"], second.result["todos"]) == (["BUTUH_NIB"], [])
        assert latest(session, person.id, business_id=12) is None
        assert latest(session, person.id + 1) is None


def test_optional_lines_come_after_those_that_must_be_done(database: Database) -> None:
    with Session(database.write_engine) as session, session.begin():
        answers = {**ANSWERS, "preservation": ["cold", "vacuum"]}
        row = kept(session, somebody(session), answers)
        lines = todo_lines(Result.from_json(row.result))
        assert [(line.code, line.optional) for line in lines] == [("BUTUH_NIB", False), ("SATU_PENGAWETAN", True)]


def test_answers_the_rules_do_not_know_are_not_kept(database: Database) -> None:
    with Session(database.write_engine) as session, session.begin():
        with pytest.raises(AnswersRefused, match="'maybe' is no option of 'nib'"):
            kept(session, somebody(session), {**ANSWERS, "nib": "maybe"})
        assert session.query(Assessment).count() == 0
