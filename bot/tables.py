"""The tables as plain tables: on the way of a message the rows are read and written without the object layer."""

from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from models import Conversation, Delivery, DeliveryEvent, Gate, Inbound, Person, StoredFile, Ticket

conversations = cast("sa.Table", Conversation.__table__)
deliveries = cast("sa.Table", Delivery.__table__)
delivery_events = cast("sa.Table", DeliveryEvent.__table__)
files = cast("sa.Table", StoredFile.__table__)
gates = cast("sa.Table", Gate.__table__)
inbounds = cast("sa.Table", Inbound.__table__)
persons = cast("sa.Table", Person.__table__)
tickets = cast("sa.Table", Ticket.__table__)


def insert_once(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert a row unless one with the same key is there already; whether it was new."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    new: Any = insert(table).on_conflict_do_nothing().returning(sa.literal_column("1"))
    return connection.execute(new, row).first() is not None
