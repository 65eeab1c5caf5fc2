"""(c) How long somebody who writes waits while an announcement goes out, and in the wave of replies it brings."""

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import Sequence

from bench import contenders, machine
from bench.contenders import SECRET, Databases
from bench.memory import served
from bench.people import Crowd, Line, Say
from bench.platform import Platform
from bench.waiting import probed, within
from bot.clock import Clock
from bot.database import Database, open_database
from migrations import upgrade
from models import Session
from tests.services import announced
from tests.services.people import NOON

PEOPLE = 20_000  # enough for as long as is measured
PACE = 29.5  # Telegram's, per second
LATENCY = 0.05
WAVE, PER_SECOND = 600, 20  # replies, and how quickly they come
GOAL = 2  # p99 while it goes out, of the p99 when nothing does

Kept = tuple[list[float], list[float], list[float], int]


def run(rounds: int, databases: Databases) -> list[str]:
    """The lines to print: medians of the rounds."""
    said = [
        f"(c) an answer while an announcement goes out at {PACE}/s, {rounds} rounds; a wave of {PER_SECOND} replies/s"
    ]
    for name in ("SQLite", "PostgreSQL"):
        done = [_round(name, databases) for _ in range(rounds)]
        ratio = statistics.median(_p99(busy) / _p99(idle) for idle, busy, _, _ in done)
        idle, busy, wave, overtaken = sorted(done, key=lambda one: _p99(one[1]))[len(done) // 2]
        said.append(f"    {name:<12} idle {within(idle)}; meanwhile {within(busy)}: {ratio:.2f} × (goal ≤ {GOAL})")
        said.append(f"    {'':<12} the wave {within(wave)}; {overtaken} of {len(wave)} answered before an earlier one")
    return said


def _round(name: str, databases: Databases) -> Kept:
    with tempfile.TemporaryDirectory(prefix="nk-bench-") as folder:
        url = f"sqlite:///{folder}/b.db" if name == "SQLite" else databases.postgres_server().create()
        database = open_database(url)
        upgrade(database.write_engine)
        announced.many(database, PEOPLE)
        with contextlib.closing(database):
            return asyncio.run(_answered(url, database, databases))


async def _answered(url: str, database: Database, databases: Databases) -> Kept:
    crowd, sent = Crowd(0, SECRET), 0

    def told(chat: int, keyboard: object, at: float) -> None:
        nonlocal sent
        sent += announced.FIRST < chat <= announced.FIRST + PEOPLE
        crowd.told(chat, keyboard, at)

    platform = Platform(told, LATENCY)
    api = await platform.start()
    ahead = (NOON - Clock().now()).total_seconds()
    machine.pin(machine.DRIVER)
    async with served(contenders.ours(url, api, databases, rate=PACE, ahead=ahead), crowd, platform):
        idle = await probed(crowd)
        with Session(database.write_engine) as session, session.begin():
            announced.approved(session)
        while sent < WAVE:  # these have it, and answer below
            await asyncio.sleep(0.1)
        busy = await probed(crowd)
        times = await _wave(crowd)
        assert sent < PEOPLE, "the announcement was over before all was measured"
    return idle, busy, [took for _, took in times], _overtaken(times)


async def _wave(crowd: Crowd) -> list[tuple[float, float]]:
    """Those who have it answer, so many a second; when each wrote, and how many seconds each waited."""
    begun, times = time.perf_counter(), list[tuple[float, float]]()

    async def one(number: int) -> None:
        await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.perf_counter()))
        line = await Line.opened(crowd.port, SECRET)
        mine = Crowd(crowd.port, SECRET, waiting=crowd.waiting, keyboards=crowd.keyboards)
        wrote = time.perf_counter()
        await mine.one(line, announced.FIRST + 1 + number, [Say("Mau ikut, Bu")])
        times.append((wrote, mine.times[0]))
        line.close()

    async with asyncio.TaskGroup() as group:
        for number in range(WAVE):
            group.create_task(one(number))
    return times


def _overtaken(times: Sequence[tuple[float, float]]) -> int:
    """How many were answered before somebody who wrote earlier."""
    count, latest = 0, 0.0
    for wrote, took in sorted(times):
        count += wrote + took < latest
        latest = max(latest, wrote + took)
    return count


def _p99(kept: Sequence[float]) -> float:
    return sorted(kept)[int(len(kept) * 0.99)]
