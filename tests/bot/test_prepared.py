"""Statements worded once say what SQLAlchemy would have said."""

import datetime as dt

import sqlalchemy as sa

from bot.database import Database
from models import DeliveryState, Moment
from models.base import enum
from models.prepared import Prepared

NOON = dt.datetime(2026, 11, 24, 5, tzinfo=dt.UTC)
UGLY = "50 % 'asli' \\ %(it)s :it ?"
CONSTANTS = (UGLY, True, -7, 1.5, {"a": UGLY, "b": None}, DeliveryState.SENT, NOON)
TYPES = (sa.String(), sa.Boolean(), sa.SmallInteger(), sa.Double(), sa.JSON(), enum(DeliveryState), Moment())


def test_what_is_the_same_each_time_comes_back_as_it_was_said(database: Database) -> None:
    said = [
        sa.literal(value, kind).label(f"c{at}") for at, (value, kind) in enumerate(zip(CONSTANTS, TYPES, strict=True))
    ]
    statement = Prepared(sa.select(*said, sa.bindparam("it", type_=sa.Integer()).label("it")))
    with database.read() as connection:
        assert [tuple(row) for row in statement.rows(connection, {"it": 3})] == [(*CONSTANTS, 3)]
        assert statement.named(connection, {"it": 4})["it"] == 4
