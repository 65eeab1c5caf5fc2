"""Statements that change rows: one that gives way to what is there already, and changes that read nothing anew."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from models import Base, Session


def insert_into(session: Session, model: type[Base]) -> Any:
    """`INSERT … ON CONFLICT` of whichever database it is; SQLAlchemy words it apart for each."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(model)


def insert_all(
    session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]], unique: Sequence[str] = ()
) -> None:
    """Insert many rows with the same columns; with `unique`, one whose columns of those names are taken gives way.

    PostgreSQL takes them as one value and one statement: a statement for each would cost it three times as long.
    """
    insert = insert_into(session, model)
    if session.get_bind().dialect.name != "postgresql":
        session.connection().execute(_giving_way(insert, unique), list(rows))
        return
    names = list(rows[0])
    columns = [sa.column(name, sa.inspect(model).columns[name].type) for name in names]
    told = sa.func.json_to_recordset(sa.bindparam("told", type_=sa.JSON())).table_valued(*columns, name="told")
    chosen = sa.select(told.render_derived(with_types=True))
    statement = insert.from_select(names, chosen, include_defaults=False)
    session.connection().execute(_giving_way(statement, unique), {"told": list(rows)})


def _giving_way(insert: Any, unique: Sequence[str]) -> Any:
    return insert.on_conflict_do_nothing(index_elements=unique) if unique else insert


def among(session: Session, column: Any, values: Sequence[Any]) -> Any:
    """`column IN values`; as one array where the database has them, hundreds in one parameter."""
    if session.get_bind().dialect.name == "postgresql":
        return column == sa.any_(sa.literal(list(values), postgresql.ARRAY(column.type)))
    return column.in_(values)


def quietly(change: sa.UpdateBase) -> Any:
    """A change of many rows. Those loaded already are not brought up to date one by one: they are read anew where they
    matter."""
    return change.execution_options(synchronize_session=False)


def insert_unless_there(
    session: Session, model: type[Base], values: Mapping[str, Any], unique: str | None = None
) -> int | None:
    """Insert a row and return its id; None where a unique key is taken already (`unique`: only that column's).

    Other refusals (a CHECK, a foreign key) are errors as ever. Unlike a caught IntegrityError this needs no savepoint:
    on PostgreSQL a refused statement would lose the whole transaction. There the statement waits until the other
    transaction has decided, so None is final.
    """
    new_id = sa.inspect(model).primary_key[0]
    target = None if unique is None else [unique]
    statement = (
        insert_into(session, model).values(values).on_conflict_do_nothing(index_elements=target).returning(new_id)
    )
    found: int | None = session.execute(statement).scalar_one_or_none()
    return found
