"""The heartbeat offers what became free, once, and ends what was not answered."""

import datetime as dt
from pathlib import Path

from bot.clock import Clock
from models import Session, Stage
from services import applications
from tests.bot.test_heart import _agree, _rows, _say, _write
from tests.services import people
from tests.support.engine import NOON, echo
from tests.support.server import served, settings_for


def test_moved_forward_a_freed_place_is_offered_once_and_ends(database_url: str, tmp_path: Path) -> None:
    clock = Clock(lambda: NOON)
    with served(settings_for(database_url, tmp_path), answer=echo, clock=clock) as it:
        chat = _say(it, "halo")

        def waits(session: Session) -> None:
            programme_id, owner = people.programme(session, quota=1), _agree(session, chat)
            for _ in range(2):
                outcome = applications.register(
                    session,
                    business=people.new_business(owner),
                    assessment_id=people.assessment(session, owner),
                    programme=people.CODE,
                    office=it.program.office,
                    now=NOON,
                )
            assert outcome.stage is Stage.WAITING
            people.programme(session, quota=2)
            assert programme_id

        _write(it, waits)
        clock.shift(dt.timedelta(minutes=1))
        for _ in range(3):
            it.call(it.program.forwarded())
        assert [row.state for row in _rows(it, "SELECT state FROM offers")] == ["open"]
        clock.shift(dt.timedelta(hours=74))  # Friday noon is the prayer's: it ends after it
        it.call(it.program.forwarded())
        assert [row.state for row in _rows(it, "SELECT state FROM offers")] == ["expired"]
