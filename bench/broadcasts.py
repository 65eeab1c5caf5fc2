"""Announcements: (b) messages per second and CPU with every row's fate kept, beside bare loops that keep nothing."""

import asyncio
import multiprocessing
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench import announcers, freezing
from bench.contenders import Databases
from bench.platform import Platform
from bot.database import open_database
from migrations import upgrade
from models import Session
from tests.services import announced

SENT = 5_000
EVERYBODY = 103_828
ROUNDS = 3

Told = Callable[[int, Any, float], None]


@dataclass
class Counted:
    """What the platform saw."""

    moments: list[float] = field(default_factory=list)

    def told(self, chat: int, keyboard: Any, at: float) -> None:
        """One more message."""
        self.moments.append(at)

    @property
    def seconds(self) -> float:
        """From the first to the last."""
        return max(self.moments) - min(self.moments)


def run(rounds: int, databases: Databases) -> list[str]:
    """Interleaved rounds, medians; the lines to print."""
    rates: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}
    for _ in range(min(rounds, ROUNDS)):
        for name, measure in _contenders(databases):
            per_second, cpu = measure()
            rates.setdefault(name, []).append(per_second)
            costs.setdefault(name, []).append(cpu)
    ptb = statistics.median(rates["PTB, bare"])
    said = [
        f"(b) {SENT:,} messages, limits lifted: messages/s, CPU seconds per 1,000 (the worker's), ÷ PTB's bare loop"
    ]
    for name, found in rates.items():
        rate, cpu = statistics.median(found), statistics.median(costs[name])
        said.append(f"    {name:<24} {rate:6.0f}/s  {cpu:5.2f} s  {rate / ptb:5.2f}")
    return [*said, *freezing.run(databases)]


def _contenders(databases: Databases) -> Iterator[tuple[str, Callable[[], tuple[float, float]]]]:
    yield "PTB, bare", lambda: _loop(announcers.loop_ptb, 4)
    yield "aiohttp, bare", lambda: _loop(announcers.loop_aiohttp, 60)
    yield "ours, SQLite", lambda: _ours(databases, 0)
    yield "ours, PostgreSQL", lambda: _ours(databases, 1)
    yield "ours, PostgreSQL, two", lambda: _ours(databases, 2)


def _loop(target: Callable[..., None], at_once: int) -> tuple[float, float]:
    with platform() as (seen, them):
        ((used, _),) = processes(1, target, (them.port, SENT, at_once))
        return SENT / seen.seconds, used / SENT * 1_000


def _ours(databases: Databases, workers: int) -> tuple[float, float]:
    with platform() as (seen, them):
        used = sent(databases, workers, SENT, them.port, announcers.UNLIMITED)
        assert len(seen.moments) == SENT, "somebody got nothing, or something twice"
        return SENT / seen.seconds, sum(cpu for cpu, _ in used) / SENT * 1_000


def sent(databases: Databases, workers: int, people: int, api: int, rate: float) -> list[tuple[float, float]]:
    """An announcement to so many, by so many workers on PostgreSQL or (0) one on SQLite: CPU seconds and MB of each."""
    with tempfile.TemporaryDirectory(prefix="nk-bench-") as folder:
        url = f"sqlite:///{folder}/b.db" if not workers else databases.postgres_server().create()
        database = open_database(url)
        upgrade(database.write_engine)
        announced.many(database, people)
        with Session(database.write_engine) as session, session.begin():
            announced.approved(session)
        used = processes(max(1, workers), announcers.work, (url, folder, api, rate))
        database.close()
        return used


def processes(count: int, target: Callable[..., None], arguments: tuple[Any, ...]) -> list[tuple[float, float]]:
    """So many at once, each with what it tells at its end."""
    context = multiprocessing.get_context("spawn")
    said = context.Queue()
    made = [context.Process(target=target, args=(*arguments, said)) for _ in range(count)]
    for process in made:
        process.start()
    found = [said.get(timeout=1_800) for _ in made]
    for process in made:
        process.join(20)
    return found


@contextmanager
def platform(make: Callable[[Told], Platform] = Platform) -> Iterator[tuple[Counted, Any]]:
    """A stand-in on a loop of its own, in a thread of this process: what it saw, and itself with its `port`."""
    seen, ready = Counted(), threading.Event()
    loop, made = asyncio.new_event_loop(), make(seen.told)

    def live() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(made.start())
        ready.set()
        loop.run_forever()

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield seen, made
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
