"""Catatan audit: what is written says nothing of anybody, and cannot be rewritten."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import AuditEntry, AuditHead, Session, Stage
from services import audit, auditing, staff
from services.auditing import Anchor, Broken, Fault

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


# --- a chain that somebody broke by hand, past the triggers


def by_hand(database: Database, *statements: str) -> None:
    """What somebody with the database's own password does."""
    lite = database.is_sqlite
    with database.write() as connection:
        for trigger, table in (
            ("audit_no_update", "audit"), ("audit_no_delete", "audit"), ("audit_heads_forward", "audit_heads"),
        ):  # fmt: skip
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}" + ("" if lite else f" ON {table}"))
        for statement in statements:
            connection.exec_driver_sql(statement)


def verified(database: Database, anchor: Anchor | None = None) -> Broken | None:
    with Session(database.write_engine) as session:
        found = auditing.verify(session, KEYBOARD, anchor, now=NOW)
        session.commit()
    return found.broken


def vouched(database: Database) -> Anchor:
    with Session(database.read_engine) as session:
        return Anchor.of(*auditing.head(session), b"secret")


LAST_GONE = (
    "DELETE FROM audit WHERE id > 2",
    "UPDATE audit_heads SET count = 2, hash = (SELECT hash FROM audit WHERE id = 2)",
)


@pytest.mark.parametrize(
    ("statements", "broken"),
    [
        (("UPDATE audit SET actor = 'orang lain' WHERE id = 2",), Broken(Fault.CHANGED, 2)),
        (("DELETE FROM audit WHERE id = 2",), Broken(Fault.MISSING, 2)),
        (("DELETE FROM audit WHERE id > 2",), Broken(Fault.CUT, 3)),
        (LAST_GONE, Broken(Fault.CUT, 3)),
        (("DELETE FROM audit",), Broken(Fault.CUT, 1)),
        (("UPDATE audit_heads SET hash = 'x'",), Broken(Fault.BROKEN, 4)),
    ],
)
def test_what_was_broken_by_hand_is_found(database: Database, statements: tuple[str, ...], broken: Broken) -> None:
    for _ in range(3):
        noted(database)
    assert verified(database) is None  # and that is link 4
    anchor = vouched(database)
    assert anchor.is_ours(b"secret")
    assert not anchor.is_ours(b"another")
    by_hand(database, *statements)
    assert verified(database, anchor) == broken


def test_a_chain_written_anew_is_not_the_one_that_was_vouched_for(database: Database) -> None:
    for _ in range(2):
        noted(database)
    anchor = vouched(database)
    beginning = f"UPDATE audit_heads SET count = 0, hash = '{audit.BEGINNING}'"
    by_hand(database, "DELETE FROM audit", beginning)
    for _ in range(3):
        noted(database, after={"taken": 1})
    assert verified(database) is None  # the database alone cannot tell
    by_hand_again = verified(database, anchor)
    assert by_hand_again == Broken(Fault.ANCHOR, 2)


def test_links_that_had_their_time_go_and_the_chain_still_holds(database: Database) -> None:
    for days in (0, 20, 40, 70, 71, 72):
        with Session(database.write_engine) as session:
            audit.note(session, KEYBOARD, "ticket.seen", "ticket:T-1", now=NOW + dt.timedelta(days=days))
            session.commit()

    def trimmed(days: int, chunk: int = 500) -> int:
        with Session(database.write_engine) as session:
            at = NOW + dt.timedelta(days=days)
            count = auditing.trim(session, at, at, chunk)
            session.commit()
        return count

    assert trimmed(6) == 0  # November is not over
    assert [trimmed(50, 2), trimmed(50, 2)] == [2, 0]  # of 24 November and 14 December; and January stays
    assert verified(database, vouched(database)) is None
    assert [trimmed(80, 1), trimmed(80, 1)] == [1, 0]  # 3 January; February stays
    with Session(database.read_engine) as session:
        head = session.get_one(AuditHead, 1)
        assert (head.first, head.count) == (4, 9)
        assert list(session.scalars(sa.select(AuditEntry.id).order_by(AuditEntry.id))) == list(range(4, 10))
    assert verified(database, vouched(database)) is None
    by_hand(database, "UPDATE audit_heads SET first = 5, before_first = (SELECT hash FROM audit WHERE id = 4)",
            "DELETE FROM audit WHERE id = 4")  # fmt: skip
    assert verified(database, vouched(database)) == Broken(Fault.FRONT, 5)


def test_two_at_once_make_one_chain(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: noted(database), range(12)))
    assert verified(database) is None
    with Session(database.read_engine) as session:
        assert auditing.head(session)[0] == 13


def test_the_trail_is_read_by_whom_it_is_for(database: Database) -> None:
    noted(database)
    with Session(database.write_engine) as session:
        audit.note(session, KEYBOARD, "ticket.seen", "ticket:T-12", now=NOW)
        found = auditing.shown(session, KEYBOARD, act="ticket", who="operator:root", since=NOW, now=NOW)
        assert [entry.subject for entry in found] == ["ticket:T-12"]
        assert auditing.shown(session, KEYBOARD, subject="ticket:T-13", now=NOW) == []
