"""What the program does by itself: reminders, forgetting, pictures, and an end that loses nothing."""

import asyncio
import datetime as dt
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import handlers
from bot.channels.pictures import Picture
from bot.clock import Clock
from bot.database import Database
from models import Due, DueKind, Media, Person, Purpose
from services import consents, dues, media, tickets
from tests.support.engine import NOON, FakeChannel, echo, engine, message
from tests.support.server import Served, served, settings_for


def _write(it: Served, work: Callable[[Session], Any]) -> Any:
    with Session(it.program.database.write_engine) as session, session.begin():
        return work(session)


def _rows(it: Served, statement: str) -> list[Any]:
    with it.program.database.read() as connection:
        return list(connection.execute(sa.text(statement)).all())


def _eventually(true: Callable[[], Any], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.05)


def _say(it: Served, text: str) -> int:
    """A message on Telegram; the chat's row."""
    it.call(it.program.receive(message(text, address="7101")))
    return _rows(it, "SELECT id FROM conversations WHERE address = '7101'")[0][0]


def _agree(session: Session, chat: int) -> int:
    return consents.record(
        session,
        conversation_id=chat,
        purpose=Purpose.SERVICE,
        given=True,
        text_version="1",
        text_hash="0" * 64,
        language="id",
        channel="telegram",
        now=NOON,
    )


def test_moved_forward_what_was_kept_before_consent_is_forgotten(database_url: str, tmp_path: Path) -> None:
    clock = Clock(lambda: NOON)
    with served(settings_for(database_url, tmp_path), answer=echo, clock=clock) as it:
        _say(it, "halo")
        clock.shift(dt.timedelta(days=6))
        it.call(it.program.forwarded())
        assert _rows(it, "SELECT count(*) FROM conversations")[0][0] == 1
        clock.shift(dt.timedelta(days=1, minutes=1))
        it.call(it.program.forwarded())
        for table in ("conversations", "inbounds", "deliveries"):
            assert _rows(it, f"SELECT count(*) FROM {table}")[0][0] == 0


def test_moved_forward_what_is_due_is_asked_and_sent(database_url: str, tmp_path: Path) -> None:
    clock = Clock(lambda: NOON)
    with served(settings_for(database_url, tmp_path), answer=echo, clock=clock) as it:
        chat = _say(it, "halo")

        def remind(session: Session) -> None:
            person = _agree(session, chat)
            about = {"reason": "BUTUH_NIB", "values": {}, "business_id": None}
            due_at = NOON + dt.timedelta(days=14)
            dues.plan(
                session, conversation_id=chat, person_id=person, kind=DueKind.FOLLOW_UP, about=about, due_at=due_at
            )

        _write(it, remind)
        clock.shift(dt.timedelta(days=14, minutes=1))
        it.call(it.program.forwarded())
        assert _write(it, lambda s: s.scalars(sa.select(Due)).one().state.value) != "planned"
        _eventually(lambda: not _rows(it, "SELECT 1 FROM deliveries WHERE state IN ('queued','sending')"))


def test_moved_forward_a_broken_promise_is_owned_up_to_and_counted(database_url: str, tmp_path: Path) -> None:
    clock = Clock(lambda: NOON)
    with served(settings_for(database_url, tmp_path), answer=echo, clock=clock) as it:
        chat, office = _say(it, "halo"), it.program.office
        told = {"topic": "question", "words": "?", "context": {}, "office": office, "now": NOON}
        _write(it, lambda s: tickets.open_ticket(s, conversation_id=chat, person_id=_agree(s, chat), **told))
        clock.shift(dt.timedelta(days=1, hours=4, minutes=1))
        it.call(it.program.forwarded())
        it.call(it.program.forwarded())
        assert _rows(it, "SELECT because FROM deliveries WHERE because LIKE 'ticket%'") == [("ticket_late:1",)]
        with urllib.request.urlopen(f"{it.url}/metrics") as page:
            assert "naikkelas_tickets_overdue 1.0" in page.read().decode()


def test_a_picture_is_fetched_outside_any_transaction(database_url: str, tmp_path: Path) -> None:
    with served(settings_for(database_url, tmp_path), answer=echo) as it:
        chat = _say(it, "halo")

        async def fetch(ref: str) -> Picture:
            assert ref == "file-1"
            return Picture(b"\xff\xd8\xff...", "image/jpeg")

        it.program.channels.telegram.fetch_photo = fetch
        _write(
            it,
            lambda s: media.want(s, conversation_id=chat, business_id=None, ref="file-1", mime="image/png", now=NOON),
        )
        it.call(it.program.forwarded())
        found = _write(it, lambda s: [(m.content, m.mime) for m in s.scalars(sa.select(Media)).all()])
        assert found == [(b"\xff\xd8\xff...", "image/jpeg")]


def test_the_end_finishes_what_is_under_way(database: Database) -> None:
    async def story() -> None:
        channel = FakeChannel(delay=0.6)
        async with engine(database, channel=channel) as it:
            await it.hear(message("halo"))
            await it.until(lambda: len(channel.sent) == 1)
        with database.read() as connection:
            state, sid = connection.execute(sa.text("SELECT state, platform_id FROM deliveries")).one()
        assert (state, sid) == ("sent", "m1")

    asyncio.run(story())


def test_a_person_without_words_is_still_a_person(database: Database) -> None:
    """A heartbeat's session lives behind a savepoint: what it raises undoes only itself."""
    with database.write() as connection, Session(connection, join_transaction_mode="create_savepoint") as session:
        session.add(Person(created_at=NOON))
        session.rollback()
        assert connection.execute(sa.text("SELECT count(*) FROM persons")).scalar_one() == 0


def test_moved_forward_a_form_left_half_way_is_spoken_of(database_url: str, tmp_path: Path) -> None:
    clock = Clock(lambda: NOON)
    with served(settings_for(database_url, tmp_path), answer=handlers.answer, clock=clock) as it:
        for said in ("halo", "daftar", "setuju", "1"):
            _say(it, said)
        # The phone of this test does not exist, and that is found out first.
        _eventually(lambda: _rows(it, "SELECT 1 FROM conversations WHERE reachable = 'gone'"))
        _eventually(lambda: not _rows(it, "SELECT 1 FROM deliveries WHERE state IN ('queued', 'leased', 'sending')"))
        _write(it, lambda session: session.execute(sa.text("UPDATE conversations SET reachable = 'yes'")))
        clock.shift(dt.timedelta(hours=23, minutes=46))
        it.call(it.program.forwarded())
        it.call(it.program.forwarded())
        assert _rows(it, "SELECT count(*) FROM deliveries WHERE because LIKE 'nudge:%'")[0][0] == 1
