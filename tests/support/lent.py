"""Databases that tests borrow, one after the other: a new one takes longer than most tests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import psycopg
import psycopg.sql
import sqlalchemy as sa

from bot.database import Database, open_database
from tests.support.postgres import Server

AS_IT_IS = """
SELECT md5(string_agg(it, ',' ORDER BY it)) FROM (
  SELECT format('%s %s %s', relname, relfilenode, xmin) AS it
  FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT format('%s %s %s', tgname, tgrelid, xmin) FROM pg_trigger
) AS everything
"""
END_THE_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL(%s)
"""
TABLES = "SELECT format('%I', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
SEQUENCES = "SELECT format('%I', sequencename), coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences"


class Lender(Protocol):
    """Lends empty databases of one kind, one at a time or several."""

    def borrow(self) -> Database:
        """A database at the newest migration, with nothing in it but what the migrations put there."""
        ...

    def take_back(self, database: Database) -> None:
        """Have it ready for the next."""
        ...


@contextmanager
def lent(lender: Lender) -> Iterator[Database]:
    """A database until the block ends. What SQLAlchemy has worded once for it, it does not word again."""
    database = lender.borrow()
    try:
        yield database
    finally:
        lender.take_back(database)


@dataclass
class Files:
    """SQLite files, copied from one that is migrated."""

    template: Path
    folder: Path
    free: list[Database] = field(default_factory=list)
    made: int = 0

    def borrow(self) -> Database:
        """A file nobody has written to."""
        if not self.free:
            self.made += 1
            self.free.append(_unhurried(open_database(f"sqlite:///{self.folder / str(self.made) / 'naikkelas.db'}")))
        database = self.free.pop()
        home = _home(database)
        home.mkdir(exist_ok=True)
        shutil.copy(self.template, home / "naikkelas.db")
        return database

    def take_back(self, database: Database) -> None:
        """Away with the file and what stands beside it."""
        database.close()
        shutil.rmtree(_home(database))
        self.free.append(database)


def _home(database: Database) -> Path:
    assert database.file is not None
    return database.file.parent


def _unhurried(database: Database) -> Database:
    """Does not wait for the disk: nobody pulls the plug on a test."""
    for engine in (database.write_engine, database.read_engine):
        sa.event.listen(engine, "connect", _do_not_wait)
    return database


def _do_not_wait(connection: Any, entry: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@dataclass(frozen=True)
class Birth:
    """What is known of a database since it was made."""

    was: str  # its tables and triggers
    emptying: str  # the statements that empty it
    own: set[int]  # connections that are kept from one test to the next


@dataclass
class Clones:
    """PostgreSQL databases, copied from one that is migrated."""

    server: Server
    free: list[Database] = field(default_factory=list)
    births: dict[str, Birth] = field(default_factory=dict)  # by address

    def borrow(self) -> Database:
        """An empty database."""
        if self.free:
            return self.free.pop()
        database = open_database(self.server.clone())
        own: set[int] = set()
        for engine in (database.write_engine, database.read_engine):
            sa.event.listen(engine, "connect", lambda driver, entry: own.add(driver.info.backend_pid))
        with database.write() as connection, _cursor(connection) as cursor:
            self.births[database.url] = Birth(_value(cursor, AS_IT_IS), _emptying(cursor), own)
        return database

    def take_back(self, database: Database) -> None:
        """Empty it. One that was left locked or with other tables, or that we may not empty, is thrown away."""
        try:
            self._empty(database)
            self.free.append(database)
        except (sa.exc.DBAPIError, psycopg.Error, NotAsItWas):
            database.close()
            self.server.drop(database.url)

    def close(self) -> None:
        """Give back every connection."""
        for database in self.free:
            database.close()

    def _empty(self, database: Database) -> None:
        if database.write_engine.pool.checkedout() or database.read_engine.pool.checkedout():
            raise NotAsItWas
        birth = self.births[database.url]
        with database.write() as connection, _cursor(connection) as cursor:
            cursor.execute(END_THE_OTHERS, (list(birth.own),))
            if _value(cursor, AS_IT_IS) != birth.was:
                raise NotAsItWas
            cursor.execute(birth.emptying)


class NotAsItWas(Exception):
    """A test left something that emptying does not mend."""


def _cursor(connection: sa.Connection) -> psycopg.Cursor[Any]:
    driver: psycopg.Connection[Any] = connection.connection.driver_connection
    return driver.cursor()


def _value(cursor: psycopg.Cursor[Any], statement: str) -> str:
    return str(cursor.execute(statement).fetchone()[0])


def _emptying(cursor: psycopg.Cursor[Any]) -> str:
    """Statements that leave a database as the migrations did: with their own rows, and numbers from the beginning."""
    script = ["SET LOCAL lock_timeout = '5s'", "SET LOCAL session_replication_role = replica"]  # no triggers, no order
    for (table,) in cursor.execute(TABLES).fetchall():
        script.append(f"DELETE FROM {table}")
        kept = cursor.execute(f"SELECT json_agg(t)::text FROM {table} t").fetchone()[0]
        if kept:
            again = f"SELECT * FROM json_populate_recordset(NULL::{table}, {_quoted(kept)})"
            script.append(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE {again}")
    for name, last, used in cursor.execute(SEQUENCES).fetchall():
        script.append(f"SELECT setval('{name}', {last}, {used})")
    return ";\n".join(script)


def _quoted(text: str) -> str:
    return psycopg.sql.Literal(text).as_string(None)
