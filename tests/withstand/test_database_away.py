"""The database is gone while people write, and comes back: nothing they were told is lost, and nobody lends a hand.

`NAIKKELAS_TEST_OUTAGE=60` takes it away for a minute from a hundred people, with SQLite's real patience.
"""

import asyncio
import os
import random
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

import bot.database
from bot.database import Database
from models import Session
from tests.support.server import Served, served
from tests.withstand.away import away
from tests.withstand.people import Door, Person, crowd, http
from tests.withstand.platforms import platforms
from tests.withstand.program import AT_ONCE, pointed_at
from tests.withstand.test_killed import _at_most_doubled, _kept

GONE = float(os.environ.get("NAIKKELAS_TEST_OUTAGE", "1"))  # seconds
PEOPLE = 12 if GONE <= 1 else 100


def test_the_database_stops_under_load(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if GONE <= 1:
        monkeypatch.setattr(bot.database, "BUSY_MS", 300)  # SQLite's patience: fifteen seconds are long for a test

    async def story() -> list[Person]:
        with away(database_url) as it:
            async with platforms() as them, http() as session:
                with Session(database.write_engine) as made, made.begin():
                    them.with_templates(made)
                settings = pointed_at(them.environment(), it.url, tmp_path)
                with served(settings, burst=AT_ONCE) as program:
                    door = Door(program.url, them, session, patience=150 + 2 * GONE)  # a lease cut short ends in 60 s
                    everybody = crowd(PEOPLE, door)
                    walks = [asyncio.create_task(person.walks(pause=random.uniform(0, 0.15))) for person in everybody]
                    await _until(lambda: len(door.acknowledged) > PEOPLE * 3)
                    await asyncio.to_thread(it.stop)
                    await _until(lambda: bool(door.statuses.get(503)))
                    assert await asyncio.to_thread(_status, program, "/healthz") == 200
                    await asyncio.sleep(GONE)
                    assert not any(walk.done() for walk in walks), "nobody was left to notice"
                    await asyncio.to_thread(it.start)
                    await asyncio.gather(*walks)
                    assert set(door.statuses) == {200, 503}
                    assert await asyncio.to_thread(_status, program, "/readyz") == 200
                    print(f"{GONE:g} s away: {door.statuses}, doubled {sum(person.doubled for person in everybody)}")
                assert them.wrong == []
                return everybody

    everybody = asyncio.run(story())
    _kept(database, everybody)
    _at_most_doubled(database, everybody, everybody[0].door.platforms)


async def _until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


def _status(program: Served, path: str) -> int:
    try:
        with urllib.request.urlopen(program.url + path, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
