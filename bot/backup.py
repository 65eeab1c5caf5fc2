"""Cadangan: everything the office knows in one file, taken in one moment while people go on writing."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import migrations
from bot import backup_file
from bot.backup_file import Index, Table
from bot.database import Database

AT_ONCE = 1000  # rows in memory
STEPS = "alembic_version"  # the tables' own step: it stands in the index


class Unsound(Exception):
    """SQLite's file is damaged, so a copy of it would be worth nothing. Its text is SQLite's first complaint."""


class NoTables(Exception):
    """There is nothing to keep: the database has no tables of ours."""


def take(database: Database, path: Path, now: dt.datetime) -> Index:
    """Write everything into a new file and read it once to its end. The program may run on meanwhile.

    Raises NoTables, Unsound, FileExistsError, OSError, backup_file.Damaged, or SQLAlchemy's errors.
    """
    with database.read_engine.connect().execution_options(**_one_moment(database)) as connection:
        step = _look(connection)
        with backup_file.written(path) as file:
            tables: dict[str, Table] = {}
            for name, columns in described(connection).items():
                count = file.rows(name, _rows(connection, name, columns))
                tables[name] = Table(tuple(columns), count, _next_id(connection, name, columns))
            file.index(Index(step, now, tables))
    return backup_file.check(path)


def _one_moment(database: Database) -> dict[str, Any]:
    """What is read belongs to one moment: SQLite does so within a transaction, PostgreSQL is asked to."""
    return {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _look(connection: sa.Connection) -> str:
    """The tables' step, if the database is fit to be kept."""
    step = migrations.current(connection)
    if step is None:
        raise NoTables
    if connection.dialect.name == "sqlite":
        for pragma in ("integrity_check(1)", "foreign_key_check"):
            for found in connection.exec_driver_sql(f"PRAGMA {pragma}"):
                if found[0] != "ok":
                    raise Unsound(str(found[0]))
    return step


def described(connection: sa.Connection) -> dict[str, dict[str, sa.types.TypeEngine[Any]]]:
    """Every table of ours with its columns and their types, those others point to first."""
    inspector = sa.inspect(connection)
    ordered = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name and name != STEPS]
    return {name: {c["name"]: c["type"] for c in inspector.get_columns(name)} for name in ordered}


def _rows(
    connection: sa.Connection, name: str, columns: dict[str, sa.types.TypeEngine[Any]]
) -> Iterator[Sequence[Any]]:
    wanted = [_as_kept(sa.column(column, kind)) for column, kind in columns.items()]
    query = sa.select(*wanted).select_from(sa.table(name)).execution_options(yield_per=AT_ONCE)
    yield from connection.execute(query)


def _as_kept(column: sa.ColumnClause[Any]) -> sa.ColumnElement[Any]:
    """JSON as the very text it is, so that nothing about it changes on the way."""
    return sa.cast(column, sa.Text()) if isinstance(column.type, sa.JSON) else column


def _next_id(connection: sa.Connection, name: str, columns: dict[str, sa.types.TypeEngine[Any]]) -> int | None:
    """Numbers are not given twice: a button of a row that is gone must not mean another."""
    if "id" not in columns or not isinstance(columns["id"], sa.Integer):
        return None
    number = connection.execute(sa.select(sa.func.max(sa.column("id"))).select_from(sa.table(name))).scalar() or 0
    numbering = sequence_of(connection, name)
    if numbering is None:
        return int(number) + 1
    last, called = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {numbering}").one()  # noqa: S608
    return max(int(number) + 1, int(last) + bool(called))


def sequence_of(connection: sa.Connection, name: str) -> str | None:
    """PostgreSQL's counter behind a table's `id`, quoted."""
    if connection.dialect.name != "postgresql":
        return None
    found: str | None = connection.execute(sa.select(sa.func.pg_get_serial_sequence(name, "id"))).scalar()
    return found
