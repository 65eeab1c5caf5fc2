"""(c) What a day weighs: memory at the start and after 20,000 turns, and how soon the first answer comes."""

import asyncio
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from bench import contenders, machine, script
from bench.contenders import SECRET, Databases, Running
from bench.people import Crowd, Line, Say, chats
from bench.platform import Platform
from bot.app import prepare
from bot.config import Settings

TURNS, AT_ONCE = 20_000, 50
MEMORY_GOAL, START_GOAL = 150, 2.0  # MB, seconds

Lend = Callable[[Databases], AbstractContextManager[str]]


@asynccontextmanager
async def served(manager: AbstractContextManager[Running], crowd: Crowd, platform: Platform) -> Any:
    """A server, and the crowd told where it listens."""
    running = await asyncio.to_thread(manager.__enter__)
    try:
        crowd.port = running.port
        yield running
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)
        await platform.close()


@contextmanager
def sqlite(databases: Databases) -> Iterator[str]:
    """The address of a new SQLite file."""
    with tempfile.TemporaryDirectory(prefix="nk-day-") as folder:
        yield f"sqlite:///{folder}/day.db"


@contextmanager
def on_postgres(databases: Databases) -> Iterator[str]:
    """The address of a new PostgreSQL database."""
    server = databases.postgres_server()
    url = server.create()
    try:
        yield url
    finally:
        server.drop(url)


def at_newest_step(url: str) -> str:
    """As every start but the first finds it."""
    prepare(Settings.model_validate(contenders.settings(url, 1, 1, Path(tempfile.gettempdir()))))
    return url


async def long_day(url: str, databases: Databases) -> tuple[float, int, float]:
    """MB at the start, how many turns, MB after them."""
    steps = script.journey()
    people = script.ours(TURNS // len(steps) + 1, steps)
    crowd = Crowd(0, SECRET)
    platform = Platform(crowd.told)
    api = await platform.start()
    async with served(contenders.ours(url, api, databases), crowd, platform) as running:
        begun = machine.memory_mb(running.process)
        await crowd.walk(people, AT_ONCE)
        return begun, len(crowd.times), machine.memory_mb(running.process)


async def first_answer(url: str, databases: Databases) -> float:
    """Seconds from the start of the process to the first answer on somebody's phone, the doors tried every 10 ms."""
    crowd = Crowd(0, SECRET)
    platform = Platform(crowd.told)
    api = await platform.start()
    async with served(contenders.ours(url, api, databases), crowd, platform) as running:
        line = await Line.opened(crowd.port, SECRET)
        await crowd.one(line, next(chats), [Say("/start")])
        line.close()
        return float(running.seconds) + crowd.times[0]


def run(rounds: int, databases: Databases) -> list[str]:
    """On both databases; what was found, in Markdown."""
    said = ["### Memory, and from the start to the first answer\n"]
    for name, lend in (("SQLite", sqlite), ("PostgreSQL", on_postgres)):
        try:
            said += [_day(name, lend, databases), _beginning(name, lend, rounds, databases)]
        except LookupError as missing:
            print(f"  (c) {name} skipped: {missing}")
            continue
        print("\n".join(said[-2:]), flush=True)
    return said


def _day(name: str, lend: Lend, databases: Databases) -> str:
    with lend(databases) as url:
        begun, turns, after = asyncio.run(long_day(at_newest_step(url), databases))
    return f"- {name}: {begun:.0f} MB at the start, {after:.0f} MB after {turns:,} turns (goal ≤ {MEMORY_GOAL})."


def _beginning(name: str, lend: Lend, rounds: int, databases: Databases) -> str:
    new, again = [], []
    for _ in range(rounds):
        with lend(databases) as url:
            new.append(asyncio.run(first_answer(url, databases)))
            again.append(asyncio.run(first_answer(url, databases)))
    return (
        f"- {name}: from the start to the first answer {_spread(again)} (goal ≤ {START_GOAL} s); the very first time, "
        f"all tables made on the way, {_spread(new)}."
    )


def _spread(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f})"
