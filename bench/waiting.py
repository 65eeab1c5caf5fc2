"""(c) How it stands up while 100,000 wait: at the platform, and in the outbox."""

import asyncio
import contextlib
import itertools
import statistics
import time
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from bench import contenders, size
from bench.contenders import SECRET, Databases
from bench.memory import served
from bench.people import Crowd, Line, Say, Step, chats
from bench.platform import Platform
from bot.database import open_database

WAITING = 100_000
CONNECTIONS = 40  # webhooks Telegram posts at once unless told otherwise: what waits, waits there
PROBES = 150  # people who write one message each while the others press on
PAUSE = 0.1  # seconds between two of them
PLATFORMS_PACE = 29.5  # per second: Telegram's


async def probed(crowd: Crowd) -> list[float]:
    """People who come in one after the other, each with a first message; how long each waited, in seconds."""
    line = await Line.opened(crowd.port, SECRET)
    kept: list[float] = []
    for _ in range(PROBES):
        probe = Crowd(crowd.port, SECRET, waiting=crowd.waiting, keyboards=crowd.keyboards)
        await probe.one(line, next(chats), [Say("/start")])
        kept += probe.times
        await asyncio.sleep(PAUSE)
    line.close()
    return kept


async def pressed(url: str, databases: Databases) -> tuple[list[float], float]:
    """100,000 messages wait at the platform, which posts as many at once as it does; somebody new writes meanwhile.

    Gives what the new ones waited, and how many of those waiting were taken in per second.
    """
    crowd = Crowd(0, SECRET)
    platform = Platform(crowd.told)
    api = await platform.start()
    async with served(contenders.ours(url, api, databases), crowd, platform):
        steps = itertools.cycle([Say("/start"), Say("menu")])
        left: Iterator[Sequence[Step]] = ([next(steps)] for _ in range(WAITING))
        begun, done = time.perf_counter(), asyncio.Event()

        async def press() -> None:
            line = await Line.opened(crowd.port, SECRET)
            for one in left:
                if done.is_set():
                    break
                await crowd.one(line, next(chats), one)
            line.close()

        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS - 1):
                group.create_task(press())
            await asyncio.sleep(1)
            kept = await probed(crowd)
            done.set()
        return kept, len(crowd.times) / (time.perf_counter() - begun)


async def behind_notices(url: str, databases: Databases) -> list[float]:
    """100,000 messages wait in the outbox, at the pace Telegram allows: an answer goes before them."""
    _queue(url)
    crowd = Crowd(0, SECRET)
    platform = Platform(crowd.told)
    api = await platform.start()
    async with served(contenders.ours(url, api, databases, rate=PLATFORMS_PACE), crowd, platform):
        await asyncio.sleep(1)
        return await probed(crowd)


def _queue(url: str) -> None:
    """Everybody in the database is to be written to."""
    database = open_database(url)
    columns = "conversation_id, channel, address, lane, because, bubble, state, created_at, not_before, changed_at"
    query = (
        f"INSERT INTO deliveries ({columns}) SELECT c.id, 'telegram', c.address, 2, 'bench:1', d.bubble, 'queued', "
        "d.created_at, d.created_at, d.created_at FROM conversations c JOIN (SELECT * FROM deliveries LIMIT 1) d ON "
        f"1 = 1 WHERE c.person_id IS NOT NULL LIMIT {WAITING}"
    )
    with database.write() as connection:
        connection.execute(sa.text(query))
    database.close()


def run(databases: Databases) -> list[str]:
    """All of it; what was found, in Markdown."""
    said = ["### While 100,000 wait\n"]
    for name in ("SQLite", "PostgreSQL"):
        with contextlib.ExitStack() as stack:
            try:
                made = size.sqlite(WAITING) if name == "SQLite" else size.on_postgres(WAITING, databases)
                url = stack.enter_context(made)
            except LookupError as missing:
                print(f"  (c) {name} skipped: {missing}")
                continue
            kept, pace = asyncio.run(pressed(url, databases))
            said.append(
                f"- {name}: 100,000 messages wait at the platform, {CONNECTIONS} posted at once, {pace:.0f} turns/s: "
                f"somebody new is answered within {within(kept)}."
            )
            kept = asyncio.run(behind_notices(url, databases))
            said.append(
                f"- {name}: 100,000 messages wait in the outbox at {PLATFORMS_PACE}/s: an answer takes {within(kept)}."
            )
            print("\n".join(said[-2:]), flush=True)
    return said


def within(kept: Sequence[float]) -> str:
    ordered = sorted(kept)
    return f"p50 {statistics.median(ordered) * 1000:.0f} ms, p99 {ordered[int(len(ordered) * 0.99)] * 1000:.0f} ms"
