"""What is said to the database: every statement as the driver gets it, and how the database would go about it."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

from bot.database import Database

FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
FEW = frozenset({"programmes", "allocations", "gates", "content_templates", "cursors"})  # these do not grow with people
Said = tuple[str, Any]


@contextmanager
def noted(database: Database) -> Iterator[list[Said]]:
    """The statements said on new connections of the writer, without what begins and ends a transaction."""
    said: list[Said] = []

    def note(sql: str, values: Any = None) -> None:
        if not sql.lstrip().startswith(FRAME):
            said.append((sql, values))

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
            note(str(query), params)
            return super().execute(query, params, **more)

    def connected(connection: Any, entry: Any) -> None:
        if database.is_sqlite:
            connection.set_trace_callback(note)
        else:
            connection.cursor_factory = Noting

    database.write_engine.dispose()
    sa.event.listen(database.write_engine, "connect", connected)
    try:
        yield said
    finally:
        sa.event.remove(database.write_engine, "connect", connected)
        database.write_engine.dispose()


def scans(database: Database, said: Said) -> list[str]:
    """The growing tables that this statement reads from end to end, for want of an index."""
    sql, values = said
    if database.is_sqlite:  # without foreign keys: their checks are planned, and not made while no key changes
        with closing(sqlite3.connect(str(database.file))) as plain:
            plan = [str(row[-1]) for row in plain.execute(f"EXPLAIN QUERY PLAN {sql}")]
        found = [m[1] for line in plan if "USING" not in line and (m := re.match(r"SCAN (\w+)", line))]
    else:
        with database.read() as connection:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # a small table is read whole otherwise
            plan = [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {sql}", values)]
        found = [m[1] for line in plan if (m := re.search(r"Seq Scan on (\w+)", line))]
    tables = set(sa.inspect(database.read_engine).get_table_names()) - FEW
    return [name for name in found if name in tables]
