"""The statements that run for every message and every registration: put into SQL once, then handed to the driver.

SQLAlchemy looks a statement up in its cache and builds a context around it each time it runs: several times what the
statement itself takes. Here it still words the SQL and still knows how each value is kept; that work is done once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import Session

from models.base import Moment

Convert = Callable[[Any], Any]
Make = Callable[[str], Any]  # a dialect's name → the statement
On = sa.Connection | Session


@dataclass(slots=True)
class _Worded:
    """A statement in one database's SQL."""

    sql: str
    plan: tuple[
        tuple[str, str | None, Convert | None, Any], ...
    ]  # name, key of the value, how it is kept, or a fixed value
    by_name: bool  # the driver takes parameters by name, else in order
    dialect: Dialect
    columns: tuple[sa.ColumnElement[Any], ...]  # that are given back
    names: tuple[str, ...]
    error: type[Exception]  # the driver's own
    read: tuple[tuple[int, Convert], ...] | None = None  # which of the columns must be read, and how

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        if self.by_name:
            return {
                n: fixed if k is None else keep(values[k]) if keep else values[k] for n, k, keep, fixed in self.plan
            }
        return tuple(
            [fixed if k is None else keep(values[k]) if keep else values[k] for _, k, keep, fixed in self.plan]
        )

    def rows(self, cursor: Any) -> list[list[Any]]:
        """What the driver gave, as Python's own values. It describes its columns anew each time: asked once."""
        if self.read is None:
            self.read = tuple(self._readers(cursor.description))
        rows = [list(row) for row in cursor.fetchall()]
        for row in rows:
            for at, read in self.read:
                row[at] = read(row[at])
        return rows

    def _readers(self, description: Any) -> Iterator[tuple[int, Convert]]:
        """How a column is read may depend on the type the driver reports."""
        for at, (column, told) in enumerate(zip(self.columns, description, strict=True)):
            read = column.type.dialect_impl(self.dialect).result_processor(self.dialect, told[1])
            if read is not None:
                yield at, read


class Prepared:
    """A statement of SQLAlchemy's Core, worded once per database. `keys`: the columns an insert is given.

    It runs on the connection's own driver, within its transaction. Given a session, it sees what was flushed, and the
    session is not told what it changed. An insert is given every column that has a default.
    """

    def __init__(self, make: Make | sa.sql.expression.Executable, keys: Sequence[str] = ()) -> None:
        self._make: Make = make if not isinstance(make, sa.sql.expression.Executable) else lambda name: make
        self._keys = list(keys)
        self._worded: dict[str, _Worded] = {}

    def rows(self, on: On, values: Mapping[str, Any]) -> list[list[Any]]:
        """Run it; what it gives back, in the order of its columns. Raises as SQLAlchemy does."""
        connection, worded = self._on(on)
        return _run(connection, worded, worded.parameters(values))

    def named(self, on: On, values: Mapping[str, Any]) -> dict[str, Any]:
        """Run it; the one row it gives, by the names of its columns."""
        connection, worded = self._on(on)
        (row,) = _run(connection, worded, worded.parameters(values))
        return dict(zip(worded.names, row, strict=True))

    def run(self, on: On, values: Mapping[str, Any]) -> None:
        """Run it for its effect."""
        connection, worded = self._on(on)
        _run(connection, worded, worded.parameters(values))

    def many(self, on: On, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it once for each row, in one go."""
        connection, worded = self._on(on)
        _run(connection, worded, [worded.parameters(values) for values in rows], many=True)

    def _on(self, on: On) -> tuple[sa.Connection, _Worded]:
        connection = on.connection() if isinstance(on, Session) else on
        return connection, self._in(connection.dialect)

    def _in(self, dialect: Dialect) -> _Worded:
        found = self._worded.get(dialect.name)
        if found is None:
            found = self._worded[dialect.name] = _word(self._make(dialect.name), dialect, self._keys)
        return found


def _word(statement: Any, dialect: Dialect, keys: list[str]) -> _Worded:
    compiled = statement.compile(dialect=dialect, column_keys=keys or None)
    if getattr(compiled, "prefetch", ()):
        raise TypeError(f"columns with defaults are left out: {compiled.prefetch}")
    by_name = compiled.positiontup is None
    names = list(compiled.params) if by_name else compiled.positiontup
    columns = _returned(statement)
    sql = str(compiled)
    if by_name:
        for name, said in _constants(compiled, dialect):
            sql = sql.replace(f"%({name})s", said)
            names.remove(name)
    return _Worded(
        sql=sql,
        plan=tuple(_planned(name, compiled.binds[name], dialect) for name in names),
        by_name=by_name,
        dialect=dialect,
        columns=columns,
        names=tuple(str(column.key) for column in columns),
        error=dialect.loaded_dbapi.Error,
    )


def _constants(compiled: Any, dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Values that are the same each time, as SQL: not sent and read again and again, and known to who plans it."""
    for name in compiled.params:
        bind = compiled.binds[name]
        if bind.required or bind.expanding or bind.effective_value is None:
            continue
        if said := bind.type.dialect_impl(dialect).literal_processor(dialect):
            yield name, said(bind.effective_value)


def _planned(name: str, bind: sa.BindParameter[Any], dialect: Dialect) -> tuple[str, str | None, Convert | None, Any]:
    if bind.expanding:
        raise TypeError("an IN list has no SQL of its own: spell it out with OR")
    keep = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if keep and isinstance(bind.type, Moment | sa.Enum):
        keep = lru_cache(maxsize=256)(keep)  # the same moment stands in a dozen columns of one turn
    if bind.required:
        return name, bind.key, keep, None
    value = bind.effective_value
    return name, None, None, keep(value) if keep else value


def _returned(statement: Any) -> tuple[Any, ...]:
    gives = isinstance(statement, sa.SelectBase) or bool(getattr(statement, "_returning", False))
    return tuple(statement.exported_columns) if gives else ()


def _run(connection: sa.Connection, worded: _Worded, parameters: Any, *, many: bool = False) -> list[list[Any]]:
    cursor = connection.connection.cursor()
    try:
        if many:
            cursor.executemany(worded.sql, parameters)
        else:
            cursor.execute(worded.sql, parameters)
        return worded.rows(cursor) if worded.columns else []
    except worded.error as error:
        raise _as_sqlalchemys(connection, worded, error, cursor) from error
    finally:
        cursor.close()


def _as_sqlalchemys(connection: sa.Connection, worded: _Worded, error: Exception, cursor: Any) -> BaseException:
    """The error everybody else expects, without a value in it. A connection that broke is given up."""
    dialect = connection.dialect
    broken = dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor)  # type: ignore[arg-type]
    told = sa.exc.DBAPIError.instance(
        worded.sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=broken,
        dialect=dialect,
    )
    if broken:
        connection.invalidate(error)
    return told
