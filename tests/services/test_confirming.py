"""Ya, benar: a code says yes to exactly what was shown, soon, once, and to nobody else's question."""

import datetime as dt
from typing import Any

import pytest

from bot.database import Database
from models import Session
from services import confirming, staff
from services.confirming import NotConfirmed, Why
from services.staff import Actor, Right, Via

NOW = dt.datetime(2026, 11, 24, 5, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
RINA = Actor("rina", frozenset(Right), None, Via.CHAT)
CONTENT = {"ticket": 12, "words": "Kamis pagi, Bu."}


def asks(session: Session, who: Actor = RINA, now: dt.datetime = NOW, chance: int = 4711) -> str:
    return confirming.ask(session, who, "ticket.answered", "ticket:T-12", CONTENT, chance=lambda: chance, now=now)


def refused(session: Session, code: str, who: Actor = RINA, now: dt.datetime = NOW, **more: Any) -> Why:
    with pytest.raises(NotConfirmed) as caught:
        confirming.confirm(session, who, code, now=now, **more)
    return caught.value.why


def test_a_code_is_good_once_for_what_was_shown(database: Database) -> None:
    with Session(database.write_engine) as session:
        code = asks(session)
        assert refused(session, "0000") is Why.WRONG
        assert refused(session, code, staff.operator("root")) is Why.WRONG
        assert refused(session, code, content={**CONTENT, "words": "Jumat"}) is Why.CHANGED
        yes = confirming.confirm(session, RINA, f" {code} ", now=NOW + MINUTE, content=CONTENT)
        assert (yes.act, yes.subject, yes.content) == ("ticket.answered", "ticket:T-12", CONTENT)
        assert refused(session, code) is Why.USED


def test_a_code_ends_by_time_by_a_newer_one_and_by_guessing(database: Database) -> None:
    with Session(database.write_engine) as session:
        assert refused(session, asks(session), now=NOW + 5 * MINUTE) is Why.EXPIRED
        first, _ = asks(session, chance=1), asks(session, chance=2)
        assert refused(session, first) is Why.WRONG
        for _ in range(confirming.TRIES - 1):
            why = refused(session, "9999")
        assert (why, refused(session, "0002")) == (Why.WRONG, Why.EXPIRED)


def test_nobody_asks_without_end(database: Database) -> None:
    with Session(database.write_engine) as session:
        for _ in range(confirming.MOST):
            asks(session)
        with pytest.raises(NotConfirmed):
            asks(session)
        assert asks(session, now=NOW + 61 * MINUTE) == "4711"
