"""Catatan audit: what is written says nothing of anybody, and cannot be rewritten."""

import datetime as dt

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import AuditEntry, AuditHead, Session, Stage
from services import audit, staff

NOW = dt.datetime(2026, 11, 24, 5, 0, 0, 123456, tzinfo=dt.UTC)
KEYBOARD = staff.operator("root", "r1")


def noted(database: Database, **values: object) -> None:
    with Session(database.write_engine) as session:
        audit.note(session, KEYBOARD, "application.moved", "application:BTN-2026-000123", **values, now=NOW)  # type: ignore[arg-type]
        session.commit()


def test_a_change_is_written_masked_and_chained(database: Database) -> None:
    noted(database, before={"stage": Stage.REVIEW}, after={"stage": Stage.READY, "name": "Siti Aminah", "taken": 3})
    noted(database, after={"phone": "0812-0000-1234", "words": "Pak, ini NIB saya", "title": audit.Plain("Pelatihan")})
    with Session(database.read_engine) as session:
        first, second = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
        head = session.get_one(AuditHead, 1)
    assert (first.id, second.id, head.count, head.hash) == (1, 2, 2, second.hash)
    assert (first.previous, second.previous) == (audit.BEGINNING, first.hash)
    assert first.before == {"stage": Stage.REVIEW.value}
    assert first.after == {"stage": Stage.READY.value, "name": "S. A.", "taken": 3}
    assert second.after == {"phone": "…34", "words": "(17 huruf)", "title": "Pelatihan"}
    for entry in (first, second):
        kept = {c.key: getattr(entry, c.key) for c in sa.inspect(AuditEntry).columns}
        assert audit.hashed(kept) == entry.hash
    assert (first.actor, first.via, first.request) == ("operator:root", "command", "r1")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'x' WHERE id = 1",
        "DELETE FROM audit WHERE id = 1",
        "UPDATE audit_heads SET count = 0",
        "DELETE FROM audit_heads",
    ],
)
def test_the_database_refuses_to_rewrite(database: Database, statement: str) -> None:
    noted(database)
    with pytest.raises(sa.exc.DBAPIError, match="append only"), database.write() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize("subject", ["application:+628120000", "person:Siti Aminah", "chat:08120000123"])
def test_a_subject_carries_nobodys_data(database: Database, subject: str) -> None:
    with Session(database.write_engine) as session, pytest.raises(ValueError):
        audit.note(session, KEYBOARD, "person.seen", subject, now=NOW)
