"""Every right × every function that staff can call: refused without it, past its gate with it, only where one works."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from bot.database import Database
from models import Session
from services import staff
from services.staff import Actor, Forbidden, Right, Via
from tests.services import rights_table, rights_world
from tests.services.people import transaction
from tests.services.rights_table import ELSEWHERE, TABLE, Line, Where
from tests.services.rights_world import HERE

CALLS = dict(rights_table.callable_by_staff())
GATED = {name: line for name, line in TABLE.items() if isinstance(line, Line)}


def actor(rights: frozenset[Right], *regencies: str) -> Actor:
    return Actor("rina", rights, frozenset(regencies) or None, Via.CONSOLE, 1)


class Office:
    """The world, and one call after the other in it, each undone again."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.world = rights_world.world(session)

    def refusal(self, name: str, who: Actor) -> Forbidden | None:
        """Why the call is refused; None where it reaches past the gate, whatever comes of it there."""
        try:
            self.outcome(name, who)
        except Forbidden as forbidden:
            return forbidden
        except Exception:  # noqa: BLE001 -- past the gate; what the call needs besides is tried elsewhere
            return None
        return None

    def outcome(self, name: str, who: Actor) -> Any:
        """What the call gives."""
        call, line = CALLS[name], GATED[name]
        given = rights_table.arguments(name, call, self.world, line.given)
        takes = inspect.signature(call).parameters
        if "session" in takes:
            given["session"] = self.session
        point = self.session.begin_nested()
        try:
            made = call(actor=who, **given)
            return list(made) if inspect.isgenerator(made) else made
        finally:
            point.rollback()
            self.session.expire_all()


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    with transaction(database) as session:
        yield Office(session)
        session.rollback()


def test_every_function_that_takes_an_actor_is_in_the_table() -> None:
    assert sorted(CALLS.keys() - TABLE.keys()) == [], "say in tests/services/rights_table.py which right it asks for"
    assert sorted(TABLE.keys() - CALLS.keys()) == [], "this is no function any more"
    assert {line.right for line in GATED.values()} >= {Right.SEE, Right.REVIEW, Right.EVENTS, Right.USERS, Right.AUDIT}


def test_without_its_right_a_call_is_refused_and_with_it_alone_it_is_not(office: Office) -> None:
    for name, line in GATED.items():
        enough = {line.right, *line.instead}
        refused = office.refusal(name, actor(frozenset(Right) - enough))
        assert refused is not None, f"{name} asks for nothing"
        assert refused.right in enough, name
        assert not refused.outside, name
        for way in line.ways:
            assert office.refusal(name, actor(way)) is None, f"{name} asks for more than {way}"


def test_each_role_may_what_its_rights_say_and_nothing_else(office: Office) -> None:
    for role, rights in staff.roles().items():
        may = {name for name in GATED if office.refusal(name, actor(rights)) is None}
        assert may == {name for name, line in GATED.items() if line.allows(rights)}, role


def test_who_works_for_another_kabupaten_is_refused_or_sees_nothing(office: Office) -> None:
    for name, line in GATED.items():
        there, here = (actor(line.ways[0], code) for code in (ELSEWHERE, HERE))
        refused = office.refusal(name, there)
        if line.where is Where.SUBJECT:
            assert getattr(refused, "outside", False), f"{name} does not look where it is"
            assert office.refusal(name, here) is None, name
        elif line.where is Where.LIST:
            assert refused is None, name
            assert len(office.outcome(name, here)) > 0, f"{name}: the world has nothing to show"
            assert len(office.outcome(name, there)) == 0, f"{name} shows what is not theirs"
