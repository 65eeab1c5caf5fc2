"""(b) The same turn with a thousand, with 103,828 and with a million people in the database."""

import asyncio
import contextlib
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import contenders, script
from bench.contenders import Databases, Running
from bench.figures import Measured
from bench.turns import Start, measured
from bot.app import prepare
from bot.config import Settings
from bot.database import Database, open_database
from models import Programme, Session
from tests.support import crowded

SMALL, EVERYBODY, MILLION = 1_000, 103_828, 1_000_000  # 103,828: the small businesses the province counts
GOAL = 1.15  # CPU per turn of the larger, of the smallest


@contextmanager
def crowd(url: str, people: int) -> Iterator[str]:
    """A database at its newest step with so many people in it."""
    prepare(Settings.model_validate(contenders.settings(url, 1, 1, Path(tempfile.gettempdir()))))
    database = open_database(url)
    try:
        with Session(database.read_engine) as session:
            programme = session.query(Programme).one().id
        crowded.fill(database, people, programme)
        _tidied(database)
    finally:
        database.close()
    yield url


def _tidied(database: Database) -> None:
    """What PostgreSQL does by itself within minutes of so many new rows is done before anybody is measured."""
    if not database.is_sqlite:
        with database.write_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM (ANALYZE)")
            connection.exec_driver_sql("CHECKPOINT")


@contextmanager
def sqlite(people: int) -> Iterator[str]:
    """On SQLite."""
    with (
        tempfile.TemporaryDirectory(prefix="nk-size-") as folder,
        crowd(f"sqlite:///{folder}/{people}.db", people) as url,
    ):
        yield url


@contextmanager
def on_postgres(people: int, databases: Databases) -> Iterator[str]:
    """On PostgreSQL."""
    server = databases.postgres_server()
    url = server.create()
    try:
        with crowd(url, people) as made:
            yield made
    finally:
        server.drop(url)


def _start(url: str) -> Start:
    @contextlib.contextmanager
    def start(api: int, databases: Databases) -> Iterator[Running]:
        with contenders.ours(url, api, databases) as running:
            yield running

    return start


def run(rounds: int, people: int, million: bool, databases: Databases) -> list[str]:
    """All sizes in turn in every round; what was found, in Markdown."""
    sizes = [SMALL, EVERYBODY, *([MILLION] if million else [])]
    steps = script.journey()
    said = [f"### {people} people at once among many others, {rounds} rounds\n"]
    said += ["| database | people in it | CPU ms/turn | of the smallest | p99 ms |", "|---|---|---|---|---|"]
    for name in ("SQLite", "PostgreSQL"):
        with ExitStack() as stack:
            try:
                made = {
                    n: stack.enter_context(sqlite(n) if name == "SQLite" else on_postgres(n, databases)) for n in sizes
                }
            except LookupError as missing:
                print(f"  (b) {name} skipped: {missing}")
                continue
            done: list[dict[int, Measured]] = []
            for number in range(rounds):
                print(f"  (b) {name}, {number + 1}:")
                done.append({n: _one(made[n], n, databases, script.ours(people + 8, steps), people) for n in sizes})
            said += [_row(name, n, done, sizes[0]) for n in sizes]
    return said


def _one(url: str, size: int, databases: Databases, people: Sequence[Sequence[script.Step]], at_once: int) -> Measured:
    found = asyncio.run(measured(_start(url), databases, people, at_once, 0.0))
    print(found.line(f"{size:,} people"), flush=True)
    return found


def _row(name: str, size: int, done: Sequence[dict[int, Measured]], smallest: int) -> str:
    cpu = statistics.median(one[size].cpu_ms for one in done)
    ratio = statistics.median(one[size].cpu_ms / one[smallest].cpu_ms for one in done)
    late = statistics.median(one[size].at(0.99) for one in done)
    return f"| {name} | {size:,} | {cpu:.2f} | {ratio:.2f} (goal ≤ {GOAL}) | {late:.0f} |"
