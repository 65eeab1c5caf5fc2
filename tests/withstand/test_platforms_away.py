"""Both platforms fail in every way there is, while people register: it mends itself, and what was said is kept."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web

from bot import line, outbox_results
from bot.channels.http import READ
from bot.database import Database
from bot.tables import conversations, deliveries
from models import DeliveryState, Reachable, Session
from tests.standins import telegram, twilio
from tests.standins.served import drop
from tests.support.server import Served, served
from tests.withstand.journey import Step
from tests.withstand.people import Door, Person, crowd, http
from tests.withstand.platforms import Breakage, Platforms, Seen, platforms
from tests.withstand.program import AT_ONCE, pointed_at
from tests.withstand.test_killed import _kept

PEOPLE = 8
STEPS = 2  # everybody's, in each trouble
ENOUGH = 3  # calls that fail on each platform
LOST = 3  # messages on each platform that arrive though the line breaks before we hear of it
SETTLED = {DeliveryState.SENT, DeliveryState.CANCELLED, DeliveryState.UNKNOWN}

# What Telegram and Twilio answer in each trouble. Codes: core.telegram.org/bots/api, twilio.com/docs/api/errors.
TROUBLES: dict[str, tuple[Any, Any]] = {
    "out of order": (telegram.Answer(502, b"<html>Bad Gateway</html>"), twilio.refusal(500, 20500)),
    "too many": (
        telegram.refusal(429, "Too Many Requests: retry after 1", retry_after=1),
        twilio.refusal(429, 20429),
    ),
    "silent": (None, None),
    "hangs up": (telegram.Answer(drops=True), twilio.Answer(drops=True)),
    "refuses us": (telegram.refusal(401, "Unauthorized"), twilio.refusal(403, 20005)),
}


@dataclass
class Walk:
    """How far everybody may go."""

    limit: int = 0


@dataclass
class Patient(Person):
    """Somebody who writes when it is their time."""

    walk: Walk | None = None

    async def does(self, step: Step, seen: Seen | None) -> None:
        """As far as it goes today."""
        assert self.walk is not None
        await _until(lambda: self.walk is None or self.at < self.walk.limit)
        await super().does(step, seen)


def test_whatever_the_platforms_do_everybody_arrives(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hurry(monkeypatch)

    async def story() -> list[Patient]:
        async with platforms() as them, http() as session:
            with Session(database.write_engine) as made, made.begin():
                them.with_templates(made)
            with served(pointed_at(them.environment(), database_url, tmp_path), burst=AT_ONCE) as it:
                everybody = await _through_all(it, them, Door(it.url, them, session))
                await _until(lambda: _states(database) <= SETTLED)
                await _blocked_and_back(database, them, everybody[1])
            assert them.wrong == []
            return everybody

    everybody = asyncio.run(story())
    _kept(database, everybody)


def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses are long for a test: a minute for a refused token, three seconds for what is uncertain."""
    monkeypatch.setattr(line, "PAUSE_WHEN_WRONG", 0.5)
    monkeypatch.setattr(line, "SHORTEST", 0.05)
    monkeypatch.setattr(outbox_results, "PAUSE_WHEN_WRONG", 0.5)
    monkeypatch.setattr(outbox_results, "UNSURE", outbox_results.UNSURE / 10)


async def _through_all(it: Served, them: Platforms, door: Door) -> list[Patient]:
    walk = Walk()
    everybody = [Patient(p.number, p.channel, door, walk=walk) for p in crowd(PEOPLE, door)]
    walks = [asyncio.create_task(person.walks()) for person in everybody]
    for trouble in TROUBLES.values():
        await _in(trouble, it, walk, everybody)
    assert {person.doubled for person in everybody} == {0}, "nothing had arrived, so nothing came twice"
    again = await _heard_though_we_do_not_know(it, them, walk, everybody)
    walk.limit = 1000
    await asyncio.gather(*walks)
    assert sum(person.doubled for person in everybody) == again
    assert set(door.statuses) == {200}, "no trouble of theirs keeps anybody from writing to us"
    return everybody


async def _in(trouble: tuple[Any, Any], it: Served, walk: Walk, everybody: list[Patient]) -> None:
    """Everybody writes into the trouble; it ends, and everybody has what they waited for."""
    them, over = everybody[0].door.platforms, asyncio.Event()
    if trouble == TROUBLES["silent"]:
        _wait_at_most(it, 0.5)
    for platform, answer in zip((them.telegram, them.twilio), trouble, strict=True):
        platform.requests, platform.breakage = 0, _answering(platform, answer) if answer else _silent(over)
    walk.limit += STEPS
    await _until(lambda: min(them.telegram.requests, them.twilio.requests) >= ENOUGH)
    _wait_at_most(it, READ)
    them.telegram.breakage = them.twilio.breakage = None
    over.set()
    await _until(lambda: all(person.at == walk.limit for person in everybody))


def _wait_at_most(it: Served, seconds: float) -> None:
    """For an answer: twenty seconds of silence are long for a test."""
    for channel in it.program.channels.named().values():
        channel._wire.read = seconds


def _answering(platform: Any, answer: Any) -> Breakage:
    async def give(request: web.Request) -> web.StreamResponse:
        await request.read()
        return await platform._scripted(answer, request)  # type: ignore[no-any-return]

    return give


def _silent(over: asyncio.Event) -> Breakage:
    async def give(request: web.Request) -> web.StreamResponse:
        await request.read()
        await over.wait()
        drop(request)
        return web.Response()

    return give


async def _heard_though_we_do_not_know(it: Served, them: Platforms, walk: Walk, everybody: list[Patient]) -> int:
    """What may have arrived is said once more, and no more than once; gives how often that was."""
    await _until(lambda: _states(it.program.database) <= SETTLED)
    come = sum(map(len, them.boxes.seen.values()))
    them.telegram.loses_answer = them.twilio.loses_answer = LOST
    walk.limit += 1
    await _until(lambda: them.telegram.loses_answer == them.twilio.loses_answer == 0)
    await _until(lambda: all(person.at == walk.limit for person in everybody))
    await _until(lambda: _states(it.program.database) <= SETTLED)
    again = sum(map(len, them.boxes.seen.values())) - come - PEOPLE
    assert 2 <= again <= 2 * LOST
    return again


def _states(database: Database) -> set[DeliveryState]:
    with database.read() as connection:
        return set(connection.execute(sa.select(deliveries.c.state)).scalars())


async def _blocked_and_back(database: Database, them: Platforms, person: Patient) -> None:
    """403 is one person's: they have blocked us. When they write again they are answered."""
    no = _answering(them.telegram, telegram.refusal(403, "Forbidden: bot was blocked by the user"))
    them.telegram.breakage = no
    await person.says("MENU")
    await _until(lambda: _reachable(database, person) is Reachable.BLOCKED)
    them.telegram.breakage = None
    came = len(them.boxes.seen[person.address])
    await person.says("MENU")
    await them.boxes.after(person.address, came, 30)
    assert _reachable(database, person) is Reachable.YES


def _reachable(database: Database, person: Person) -> Reachable:
    with database.read() as connection:
        query = sa.select(conversations.c.reachable).where(conversations.c.address == person.address)
        return Reachable(connection.execute(query).scalar_one())


async def _until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)
