"""The staff are told that something stands still, once, and that it is over: by the program itself, into their chat."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web

import bot.database
from bot.broadcasting import UNWELL
from bot.clock import Clock
from bot.database import Database
from bot.metrics import REGISTRY
from bot.watching import Watch
from models import Channel, Conversation, Delivery, DeliveryState, Lane, Reachable, Session
from services.broadcasts import running
from services.deliveries import post
from tests.services import announced
from tests.services.people import DEWI
from tests.support.engine import NOON
from tests.support.server import Served, served
from tests.withstand.away import away
from tests.withstand.people import Door, Person, http
from tests.withstand.platforms import Platforms, platforms
from tests.withstand.program import AT_ONCE, pointed_at
from texts.bubble import Bubble

STAFF = -1007


def test_what_stands_still_is_told_once_and_its_end(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.database, "BUSY_MS", 100)
    clock = Clock(lambda: NOON)

    async def story() -> None:
        with away(database_url) as it:
            async with platforms() as them, http() as session:
                settings = pointed_at(them.environment(), it.url, tmp_path)
                office = settings.office.model_copy(update={"alert_chat": STAFF})
                with served(settings.model_copy(update={"office": office}), clock=clock, burst=AT_ONCE) as program:
                    staff = Staff(program, them, clock)
                    await _whatsapp_is_away(staff, Door(program.url, them, session))
                    await _a_heartbeat_fails(staff)
                    await _an_announcement_stands_still(staff, database)
                    await _a_message_waits(staff, database)
                    await _the_database_is_gone(staff, it.stop, it.start)
                assert them.wrong == []

    asyncio.run(story())


class Staff:
    """Their chat, and the watch that writes into it."""

    def __init__(self, program: Served, them: Platforms, clock: Clock) -> None:
        self.program, self.them, self.clock = program, them, clock
        self.heart: Any = program.program._heart
        self.watch: Watch = self.heart._watch
        self.read = 0

    async def look(self, minutes: int = 0) -> None:
        """Time passes, more than the second between two messages to one chat, and the program looks about."""
        self.clock.shift(dt.timedelta(minutes=minutes, seconds=2))
        await self.on_loop(self.watch.look())

    async def on_loop(self, work: Any) -> Any:
        """On the program's own loop; what it gives."""
        return await asyncio.to_thread(self.program.call, work)

    async def hear(self, *words: str) -> None:
        """The next message says this."""
        seen = await self.them.boxes.after(str(STAFF), self.read, 30)
        self.read += 1
        assert all(word in seen.text for word in words), seen.text
        telegram = self.program.program.outbox.lines[Channel.TELEGRAM]
        await _until(lambda: not telegram.in_flight)  # sent at this time of the clock, not at one it is moved to

    def heard_nothing_else(self) -> None:
        """Nothing is told twice."""
        assert len(self.them.boxes.seen[str(STAFF)]) == self.read


async def _whatsapp_is_away(staff: Staff, door: Door) -> None:
    owner = Person(2, Channel.WHATSAPP, door)
    line = staff.program.program.outbox.lines[Channel.WHATSAPP]

    async def broken(request: web.Request) -> web.StreamResponse:
        return web.Response(status=503)

    staff.them.twilio.breakage = broken
    await owner.says("halo")
    await _until(lambda: line.away)
    await staff.look()
    await staff.look(4)
    staff.heard_nothing_else()
    await staff.look(2)
    await staff.hear("WhatsApp tidak menjawab", "12.00 WIB")
    assert _shown("platform", "whatsapp") == 1
    await staff.look(60)
    staff.heard_nothing_else()
    staff.them.twilio.breakage = None
    await staff.them.boxes.after(owner.address, 0, 30)
    await _until(lambda: not line.away)
    await staff.look()
    await staff.hear("pulih", "WhatsApp")
    assert _shown("platform", "whatsapp") == 0


async def _a_heartbeat_fails(staff: Staff) -> None:
    async def fails() -> None:
        raise ValueError

    async def beats() -> None:
        pass

    for work in (fails, fails, fails, fails):
        await _beat(staff, work)
        await staff.look()
    await staff.hear("dues", "gagal terus")
    await _beat(staff, beats)
    await staff.look()
    await staff.hear("pulih", "dues")


async def _beat(staff: Staff, work: Callable[[], Awaitable[None]]) -> None:
    await staff.on_loop(staff.heart.careful("dues", work))


async def _an_announcement_stands_still(staff: Staff, database: Database) -> None:
    broadcaster: Any = staff.program.program._broadcaster
    with Session(database.write_engine) as session, session.begin():
        announced.owner(session, business=False, address="55")
        number = announced.approved(session, texts={}).id
    for _ in range(3):
        assert await staff.on_loop(broadcaster.look()) == UNWELL
    await staff.look()
    await staff.hear("broadcasting", "gagal terus")
    with Session(database.write_engine) as session, session.begin():
        running.cancel(session, DEWI, number, NOON)
    assert await staff.on_loop(broadcaster.look()) < UNWELL
    await staff.look()
    await staff.hear("pulih", "broadcasting")


async def _a_message_waits(staff: Staff, database: Database) -> None:
    """What goes before it in the same chat hangs."""
    now = staff.clock.now()
    with Session(database.write_engine) as session, session.begin():
        chat = session.scalars(sa.select(Conversation).where(Conversation.channel == Channel.WHATSAPP)).one()
        chat.reachable = Reachable.YES
        told = {"conversation_id": chat.id, "bubble": Bubble("x"), "lane": Lane.NOTICE, "now": now}
        first, second = post(session, **told, because="news:1"), post(session, **told, because="news:2")
        held = {"state": DeliveryState.SENDING, "lease_until": now + dt.timedelta(days=1), "worker": "another"}
        session.execute(sa.update(Delivery).where(Delivery.id == first).values(held))
    await staff.look(11)
    await staff.hear("WhatsApp tertahan")
    await staff.look(1)
    with Session(database.write_engine) as session, session.begin():
        session.execute(sa.delete(Delivery).where(Delivery.id.in_((first, second))))
    await staff.look()
    await staff.hear("pulih", "WhatsApp")


async def _the_database_is_gone(staff: Staff, stop: Callable[[], None], start: Callable[[], None]) -> None:
    """No row can be written, so they are told without one."""
    await asyncio.to_thread(stop)
    writer = staff.program.program.writer
    await staff.look()
    await _beat(staff, lambda: writer.run(_asks))
    await staff.look()
    await _beat(staff, lambda: writer.run(_asks))
    await staff.look(6)
    await staff.hear("Tidak bisa menulis", "basis data (all)")
    await _beat(staff, lambda: writer.run(_asks))
    await staff.look(6)
    staff.heard_nothing_else()
    await asyncio.to_thread(start)
    await _beat(staff, lambda: writer.run(_asks))
    await staff.look()
    await staff.hear("pulih", "basis data")


def _shown(kind: str, name: str) -> float | None:
    """What Prometheus is told."""
    return REGISTRY.get_sample_value("naikkelas_outage", {"kind": kind, "name": name})


def _asks(connection: sa.Connection) -> None:
    connection.execute(sa.text("SELECT 1"))


async def _until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)
