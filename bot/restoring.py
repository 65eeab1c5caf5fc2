"""Pemulihan: what a backup holds comes back into a database, whole or not at all, and people go on where they were."""

import base64
import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import migrations
from bot import backup_file
from bot.backup import AT_ONCE, STEPS, described, sequence_of
from bot.backup_file import Damaged, Index, Reading, TooNew
from bot.database import PROGRAM, Database
from bot.tables import deliveries
from models import DeliveryState

WAITING = (DeliveryState.QUEUED, DeliveryState.LEASED, DeliveryState.SENDING, DeliveryState.HELD)
Columns = dict[str, sa.types.TypeEngine[Any]]


class NotEmpty(Exception):
    """The database holds something already, and nobody said that it may be replaced."""


class InUse(Exception):
    """The program is connected to this database."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. `unsent`: messages that waited when the backup was taken, and may have gone out since."""

    index: Index
    unsent: int


def restore(
    database: Database, path: Path, now: dt.datetime, *, replace: bool = False, moved: bool = False
) -> Restored:
    """Bring everything back in one transaction and bring it to the newest step.

    `replace`: what the database holds may go. `moved`: nothing ran since the backup, so what waited still goes out;
    else it is uncertain whether it did, and uncertain messages are not sent again by a restore.
    Raises NotEmpty, InUse, TooNew, Damaged, OSError, or SQLAlchemy's errors.
    """
    with backup_file.opened(path) as backup, database.write() as connection:
        if not migrations.known(backup.index.step):
            raise TooNew(backup.index.step)
        _make_room(connection, replace)
        migrations.upgrade_within(connection, backup.index.step)
        _fill(connection, backup)
        migrations.upgrade_within(connection)
        unsent = 0 if moved else _uncertain(connection, now)
        return Restored(backup.index, unsent)


# --- room for it


def _make_room(connection: sa.Connection, replace: bool) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # until the commit, and there all must be right
    elif _others(connection):
        raise InUse
    tables = list(described(connection))
    if not replace and any(_holds_something(connection, name) for name in tables):
        raise NotEmpty
    for name in [*reversed(tables), STEPS]:
        cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{name}"{cascade}')
    if connection.dialect.name == "postgresql":  # triggers went with their tables; what they called is left
        for (left,) in connection.exec_driver_sql(_OUR_FUNCTIONS).all():
            connection.exec_driver_sql(f"DROP ROUTINE {left}")


_OUR_FUNCTIONS = (
    "SELECT p.oid::regprocedure::text FROM pg_proc p"
    " WHERE p.pronamespace = current_schema()::regnamespace AND p.proowner = current_user::regrole"
    " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
)


def _others(connection: sa.Connection) -> int:
    query = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = :name AND pid <> pg_backend_pid()"
    )
    return int(connection.execute(query, {"name": PROGRAM}).scalar_one())


def _holds_something(connection: sa.Connection, name: str) -> bool:
    return connection.execute(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)).first() is not None


# --- the rows


def _fill(connection: sa.Connection, backup: Reading) -> None:
    there = described(connection)
    if set(there) != set(backup.index.tables):
        raise Damaged("other tables than this step has")
    with _quiet(connection, list(there)):
        for name in reversed(there):  # what a step itself has written is in the backup, or was deleted
            connection.exec_driver_sql(f'DELETE FROM "{name}"')  # noqa: S608
        for name, columns in there.items():
            _one_table(connection, backup, name, columns)


def _one_table(connection: sa.Connection, backup: Reading, name: str, columns: Columns) -> None:
    table = backup.index.tables[name]
    if set(table.columns) != set(columns):
        raise Damaged(f"{name}: other columns than this step has")
    load = _copy if connection.dialect.name == "postgresql" else _insert
    load(connection, name, {column: columns[column] for column in table.columns}, backup.rows(name))
    _count_on(connection, name, table.next_id)


@contextmanager
def _quiet(connection: sa.Connection, tables: list[str]) -> Iterator[None]:
    """What watches over single changes must not watch a whole state coming back."""
    if connection.dialect.name == "postgresql":
        for name in tables:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        yield
        for name in tables:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
        return
    triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, worded in triggers:
        connection.exec_driver_sql(worded)


def _copy(connection: sa.Connection, name: str, columns: Columns, rows: Iterator[list[Any]]) -> None:
    """PostgreSQL reads every other kind from its text."""
    bytes_at = [at for at, kind in enumerate(columns.values()) if isinstance(kind, sa.LargeBinary)]
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY {_named(name, columns)} FROM STDIN") as copy:  # type: ignore[attr-defined]
        for row in rows:
            for at in bytes_at:
                row[at] = _bytes(row[at])
            copy.write_row(row)


def _insert(connection: sa.Connection, name: str, columns: Columns, rows: Iterator[list[Any]]) -> None:
    reading = [(at, read) for at, kind in enumerate(columns.values()) if (read := _reader(kind))]
    holes = ", ".join("?" * len(columns))
    cursor = connection.connection.cursor()
    while some := list(itertools.islice(rows, AT_ONCE)):
        for row, (at, read) in itertools.product(some, reading):
            row[at] = read(row[at])
        cursor.executemany(f"INSERT INTO {_named(name, columns)} VALUES ({holes})", some)  # noqa: S608
    cursor.close()


def _named(name: str, columns: Iterable[str]) -> str:
    listed = ", ".join(f'"{column}"' for column in columns)
    return f'"{name}" ({listed})'


def _reader(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any] | None:
    if isinstance(kind, sa.LargeBinary):
        return _bytes
    return _moment if isinstance(kind, sa.DateTime) else None


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else base64.b64decode(value, validate=True)


def _moment(value: str | None) -> str | None:
    """As the program itself writes it into SQLite."""
    if value is None:
        return None
    return dt.datetime.fromisoformat(value).astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _count_on(connection: sa.Connection, name: str, next_id: int | None) -> None:
    """PostgreSQL counts on by itself only where rows came one by one."""
    numbering = sequence_of(connection, name) if next_id is not None else None
    if numbering is not None:
        connection.execute(sa.select(sa.func.setval(numbering, next_id, False)))


def _uncertain(connection: sa.Connection, now: dt.datetime) -> int:
    """Hours may lie between backup and restore, in which all this went out; what was for later certainly did not."""
    out = sa.or_(deliveries.c.state != DeliveryState.QUEUED, deliveries.c.not_before <= now)
    done = connection.execute(
        sa.update(deliveries)
        .where(deliveries.c.state.in_(WAITING), out)
        .values(state=DeliveryState.UNKNOWN, reason="restored", lease_until=None, changed_at=now)
    )
    return int(done.rowcount)
