"""What every table shares: the metadata, how a moment and a JSON value are kept, how an enum is spelled."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

# One spelling of constraint names, so that migrations can name what they drop on both databases.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite numbers rows by itself only in a column of exactly this type.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Moment(sa.types.TypeDecorator[dt.datetime]):
    """A moment, always aware, always UTC: PostgreSQL's `timestamptz`, SQLite's sortable text."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Refuse a naive moment: guessing its zone is how reminders come seven hours late."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Give SQLite's naive text its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def enum(kind: type[StrEnum], length: int = 32) -> sa.Enum:
    """An enum kept as its value in a plain text column, so that a new member needs no migration."""
    return sa.Enum(
        kind, native_enum=False, create_constraint=False, length=length, values_callable=lambda e: [m.value for m in e]
    )


class Base(DeclarativeBase):
    """The tables' common ancestor."""

    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map = {dict[str, Any]: sa.JSON(), list[Any]: sa.JSON(), dt.datetime: Moment()}
