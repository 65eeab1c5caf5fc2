"""The office's memory: an embedded SQLite file to begin with, PostgreSQL when that is outgrown, one code for both."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_MS = 10_000  # a guest (the command line) may hold SQLite's lock for a moment; a webhook waits twice that at most
POSTGRES_WRITERS = 2  # each more makes groups smaller and a turn dearer (docs/bench.md)
POSTGRES_READERS = 5
PROGRAM = "naikkelas"  # what PostgreSQL's list of connections calls us


@dataclass(frozen=True, slots=True)
class Database:
    """Two engines on one database: what is written goes through `write_engine`, by the writer's threads alone."""

    url: str
    write_engine: sa.Engine
    read_engine: sa.Engine
    shards: int  # writer threads; a person's messages all go to the same one

    @property
    def is_sqlite(self) -> bool:
        """The embedded database: one server process, one writer thread."""
        return self.write_engine.dialect.name == "sqlite"

    @property
    def file(self) -> Path | None:
        """SQLite's file."""
        name = make_url(self.url).database
        return Path(name) if self.is_sqlite and name else None

    @property
    def is_read(self) -> bool:
        """Whether somebody in this process is looking something up."""
        pool = self.read_engine.pool
        return isinstance(pool, sa.pool.QueuePool) and pool.checkedout() > 0

    def shard(self, address: str) -> int:
        """Which writer an address belongs to: the same for ever, so that one person's messages stay in order."""
        return zlib.crc32(address.encode("utf-8", "replace")) % self.shards

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection to look something up. Nothing written through it is kept."""
        with self.read_engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction outside the writer: migrations, the command line, tests."""
        with self.write_engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give back every connection."""
        self.write_engine.dispose()
        self.read_engine.dispose()


def open_database(url: str, writers: int = POSTGRES_WRITERS) -> Database:
    """Engines for a database address; nothing is connected yet. `writers` matters on PostgreSQL only."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _open_sqlite(address)
    return _open_postgres(address.set(drivername="postgresql+psycopg"), writers)


def is_gone(error: BaseException) -> bool:
    """Whether the database could not do it now, rather than would never do it: not reached, locked too long, full,
    or another transaction went first. Only then it makes sense to ask again."""
    if isinstance(error, sa.exc.TimeoutError):
        return True  # no connection was free in time
    if not isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError):
        return False
    # SQLite calls a mistake in a statement an operational error too; that one never gets better.
    return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR


def is_held(error: BaseException) -> bool:
    """Whether somebody else has the database for so long that waiting was given up: to ask at once is to wait again."""
    if isinstance(error, sa.exc.TimeoutError):
        return True
    orig = getattr(error, "orig", None)
    return isinstance(orig, sqlite3.Error) and getattr(orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _quicken(dialect: sa.Dialect) -> None:
    """SQLAlchemy words the statements around a savepoint anew each time; they need no wording."""
    told = {"do_savepoint": "SAVEPOINT", "do_release_savepoint": "RELEASE SAVEPOINT"}
    for name, words in {**told, "do_rollback_to_savepoint": "ROLLBACK TO SAVEPOINT"}.items():
        setattr(dialect, name, partial(_say, words))


def _say(words: str, connection: sa.Connection, name: str) -> None:
    connection.exec_driver_sql(f"{words} {name}")  # SQLAlchemy's own names: sa_savepoint_1


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


# Parameters are people's data: no error message and no log may carry them.
OPTIONS: dict[str, Any] = {"json_serializer": _dumps, "json_deserializer": orjson.loads, "hide_parameters": True}


def _open_sqlite(address: URL) -> Database:
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    connect: dict[str, Any] = {"check_same_thread": False, "timeout": BUSY_MS / 1000}
    write = sa.create_engine(address, connect_args=connect, pool_size=1, max_overflow=2, **OPTIONS)
    read = sa.create_engine(address, connect_args=connect, pool_size=3, max_overflow=5, **OPTIONS)
    for engine in (write, read):
        sa.event.listen(engine, "connect", _prepare_sqlite)
    _quicken(write.dialect)
    # A transaction that reads first and writes later cannot wait for another's lock: take the lock at the start.
    sa.event.listen(write, "begin", _begin_immediate)
    sa.event.listen(read, "begin", _begin_deferred)
    return Database(address.render_as_string(hide_password=False), write, read, 1)


def _prepare_sqlite(connection: Any, entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _open_postgres(address: URL, writers: int) -> Database:
    # A writer thread holds its connection only while it works; a few more are for heartbeats, the console, migrations.
    # A server whose machine fell silent is given up after some twenty seconds; the system itself would wait for hours.
    alive = {"keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3, "tcp_user_timeout": 20_000}
    # The server does the same for us: what a lost machine of ours had locked is free again as soon.
    told = " ".join(f"-c tcp_{name.removeprefix('tcp_')}={value}" for name, value in alive.items())
    connect = {"connect_timeout": 5, "application_name": PROGRAM, "options": told, **alive}
    shared: dict[str, Any] = {"connect_args": connect, "pool_timeout": 10, **OPTIONS}
    write = sa.create_engine(address, pool_size=writers, max_overflow=4, **shared)
    _quicken(write.dialect)
    read = sa.create_engine(address, pool_size=POSTGRES_READERS, max_overflow=5, pool_pre_ping=True, **shared)
    return Database(address.render_as_string(hide_password=False), write, read, writers)
