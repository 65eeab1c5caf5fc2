"""Many to one commit: one bad job spoils nobody else's, and a database that is gone comes back."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

import bot.database
from bot.database import Database
from bot.writer import FEWEST, LONGEST, DatabaseGone, Job, Writer, worked
from tests.withstand.away import away


def _add(name: str):
    return lambda c: c.execute(sa.text("INSERT INTO cursors (name, value) VALUES (:n, '1')"), {"n": name}).rowcount


def _names(database: Database) -> list[str]:
    with database.read() as connection:
        return sorted(connection.execute(sa.text("SELECT name FROM cursors")).scalars())


def _bad(connection: sa.Connection) -> None:
    connection.execute(sa.text("INSERT INTO cursors (name, value) VALUES (NULL, '1')"))


def test_only_the_poisoned_job_fails(database: Database) -> None:
    async def story() -> None:
        writer = Writer(database)
        jobs = [writer.run(_add(f"n{n}"), "same") for n in range(5)]
        jobs.insert(2, writer.run(_bad, "same"))
        done = await asyncio.gather(*jobs, return_exceptions=True)
        await writer.close()
        assert [isinstance(d, sa.exc.IntegrityError) for d in done] == [False, False, True, False, False, False]
        assert _names(database) == [f"n{n}" for n in range(5)]

    asyncio.run(story())


def test_results_go_before_new_messages(database: Database) -> None:
    async def story() -> None:
        order: list[str] = []
        hold = threading.Event()
        writer = Writer(database)
        first = asyncio.create_task(writer.run(lambda c: hold.wait(5), "a"))
        await asyncio.sleep(0.1)
        later = [asyncio.create_task(writer.run(lambda c, n=n: order.append(f"message {n}"), "a")) for n in range(3)]
        await asyncio.sleep(0)
        result = asyncio.create_task(writer.run(lambda c: order.append("result"), "a", first=True))
        await asyncio.sleep(0)
        hold.set()
        await asyncio.gather(first, *later, result)
        await writer.close()
        assert order == ["result", "message 0", "message 1", "message 2"]

    asyncio.run(story())


def test_what_may_wait_rides_along_or_goes_by_itself(database: Database) -> None:
    async def story() -> None:
        groups: list[list[str]] = []

        def finish(connection: sa.Connection, results: Sequence[str]) -> list[str]:
            groups.append(list(results))
            return []

        writer = Writer(database, finish)
        rides = asyncio.create_task(writer.run(lambda c: "rides", "a", first=True, within=60))
        await asyncio.sleep(0.05)
        assert not groups
        assert await writer.run(lambda c: "new", "a") == "new"
        assert (await rides, groups) == ("rides", [["rides", "new"]])
        assert await writer.run(lambda c: "alone", "a", within=0.01) == "alone"
        assert groups[1:] == [["alone"]]
        left = asyncio.create_task(writer.run(lambda c: "at the end", "a", within=60))
        await asyncio.sleep(0)
        await writer.close()
        assert await left == "at the end"

    asyncio.run(story())


@pytest.mark.parametrize("why", ["it took long", "it is the last"])
def test_what_others_wait_for_is_committed_before_more_is_begun(database: Database, why: str) -> None:
    async def story() -> None:
        hold = threading.Event()
        writer = Writer(database)
        first = asyncio.create_task(writer.run(lambda c: hold.wait(5), "a", last=True))
        await asyncio.sleep(0.1)

        def long(connection: sa.Connection) -> None:
            _add("long")(connection)
            time.sleep(2 * LONGEST if why == "it took long" else 0)

        held = asyncio.create_task(writer.run(long, "a", last=why == "it is the last"))
        await asyncio.sleep(0)
        others = [asyncio.create_task(writer.run(lambda c: _names(database), "a")) for _ in range(2)]
        await asyncio.sleep(0)
        hold.set()
        await asyncio.gather(first, held)
        assert await asyncio.gather(*others) == [["long"], ["long"]]
        await writer.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("seconds", "done"),
    [
        ([0.0] * 40, 40),
        ([LONGEST / 4] * 40, FEWEST),  # a busy machine: together they take long, and small groups would take longer
        ([0.0] * 3 + [2 * LONGEST] + [0.0] * 40, 4),  # what one of them holds, others have waited for long enough
        ([LONGEST / 19.5] * 40, 20),
    ],
)
def test_how_many_jobs_are_done_before_the_commit(seconds: list[float], done: int) -> None:
    now = [0.0]

    def taking(time: float) -> Callable[[sa.Connection], None]:
        return lambda connection: now.append(now[-1] + time)

    batch: list[Any] = [Job(taking(each), None) for each in seconds]  # type: ignore[arg-type]
    assert len(worked(None, batch, lambda: now[-1])) == done  # type: ignore[arg-type]


def test_what_finish_leaves_comes_after_the_commit(database: Database) -> None:
    seen: list[tuple[list[int], list[str]]] = []

    async def story() -> None:
        writer = Writer(database, lambda c, results: list(results), lambda left: seen.append((left, _names(database))))
        await writer.run(_add("a"))
        await writer.close()

    asyncio.run(story())
    assert seen == [([1], ["a"])]


def test_gone_is_said_and_coming_back_needs_no_restart(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        writer = Writer(database)
        await writer.run(_add("before"))
        with monkeypatch.context() as patch:
            _cut_off(database, patch)
            with pytest.raises(DatabaseGone):
                await writer.run(_add("while"))
        await writer.run(_add("after"))
        await writer.close()
        assert _names(database) == ["after", "before"]

    asyncio.run(story())


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_while_another_holds_the_file_nobody_waits_twice(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.database, "BUSY_MS", 100)
    tried: list[str] = []

    def try_it(connection: sa.Connection, cursor: object, statement: str, *more: object) -> None:
        tried.append(statement)

    async def story() -> None:
        with away(database_url) as it:
            writer = Writer(database)
            await writer.run(_add("before"))
            it.stop()
            sa.event.listen(database.write_engine, "before_cursor_execute", try_it)
            with pytest.raises(DatabaseGone):
                await writer.run(_add("while"))
            sa.event.remove(database.write_engine, "before_cursor_execute", try_it)
            it.start()
            await writer.run(_add("after"))
            await writer.close()

    asyncio.run(story())
    assert tried == ["BEGIN IMMEDIATE"]
    assert _names(database) == ["after", "before"]


def _cut_off(database: Database, patch: pytest.MonkeyPatch) -> None:
    """No connection can be made; the one that is open is lost."""

    def refuse(*args: object, **more: object) -> None:
        raise sa.exc.OperationalError("connect", {}, Exception("gone"))

    database.write_engine.dispose()
    patch.setattr(database.write_engine.pool, "connect", refuse)


def test_a_lost_connection_is_replaced_without_a_word(postgres_server, kind: str, database: Database) -> None:
    if kind == "sqlite":
        return  # a file has no connection to lose

    async def story() -> None:
        writer = Writer(database)
        await writer.run(_add("a"))
        with sa.create_engine(database.url, poolclass=sa.NullPool).connect() as other:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            other.exec_driver_sql(f"{others} AND pid <> pg_backend_pid()")
        await writer.run(_add("b"))
        await writer.close()
        assert _names(database) == ["a", "b"]

    asyncio.run(story())
