"""Workers killed at random while an announcement goes out to thousands: everybody has one outcome, nobody two messages.

It begins with a yes from a chat, so that the workers write its recipients down, too.

`NAIKKELAS_TEST_ANNOUNCED=103828` makes it the whole province.
"""

import asyncio
import datetime as dt
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from aiohttp import web

from bot.database import Database
from bot.line import IN_FLIGHT
from models import Broadcast, BroadcastState, Delivery, DeliveryState, Recipient, RecipientState, Session
from tests.services import announced
from tests.services.people import NOON, transaction
from tests.standins.served import drop, served
from tests.standins.telegram import TOKEN, refusal
from tests.withstand.bare import Worker

PEOPLE = int(os.environ.get("NAIKKELAS_TEST_ANNOUNCED", "5000"))
KILLS = 20
# A kill leaves up to IN_FLIGHT in doubt whom nobody accepts any more, a few are refused: enough remain for the next.
BETWEEN_KILLS = PEOPLE // KILLS * 24 // 25 - IN_FLIGHT
FINAL = {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNKNOWN}
OK = orjson.dumps({"ok": True, "result": {"message_id": 1}})


@dataclass
class Moody:
    """Telegram on a bad day: refuses, breaks off before and after it has accepted, is too busy, does not answer."""

    chance: random.Random
    accepted: Counter[str] = field(default_factory=Counter)
    blocked: set[str] = field(default_factory=set)
    answered: Counter[int] = field(default_factory=Counter)
    hangs: bool = True
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    target: int = 0
    busy_at: list[int] = field(default_factory=list)  # after so many requests it answers 429 for a second
    busy_until: float = 0.0
    requests: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        if not request.path.endswith("/sendMessage"):
            return web.json_response({"ok": True, "result": {"id": 1, "is_bot": True, "username": "b"}})
        chat = str(orjson.loads(await request.read())["chat_id"])
        self.requests += 1
        if self._is_busy():
            return self._no(429, "Too Many Requests: retry after 1", retry_after=1)
        if int(chat) % 67 == 0:
            self.blocked.add(chat)
            return self._no(403, "Forbidden: bot was blocked by the user")
        return await self._dice(request, chat)

    async def _dice(self, request: web.Request, chat: str) -> web.StreamResponse:
        dice = self.chance.random()
        if dice < 0.004:
            return self._no(500, "Internal Server Error")
        self.accepted[chat] += 1
        if sum(self.accepted.values()) >= self.target:
            self.reached.set()
        if dice < 0.008:
            return self._no(502, "Bad Gateway")
        if dice < 0.012:
            self.answered[0] += 1
            if self.hangs:
                await asyncio.sleep(60)
            if request.transport is not None:  # or the worker has died meanwhile
                drop(request)
        self.answered[200] += 1
        return web.Response(body=OK, content_type="application/json")

    def _is_busy(self) -> bool:
        now = asyncio.get_running_loop().time()
        if self.busy_at and self.requests >= self.busy_at[0]:
            self.busy_at.pop(0)
            self.busy_until = now + 0.5
        return now < self.busy_until

    def _no(self, status: int, description: str, **parameters: Any) -> web.Response:
        self.answered[status] += 1
        answer = refusal(status, description, **parameters)
        return web.json_response(answer.body, status=answer.status)

    async def accepts_more(self, count: int) -> None:
        """Wait until it has accepted so many more."""
        self.reached.clear()
        self.target = sum(self.accepted.values()) + count
        await self.reached.wait()


def test_killed_at_random_everybody_has_one_outcome_and_nobody_two(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    announced.many(database, PEOPLE)
    with transaction(database) as session:
        number = announced.promised(session, expires_at=NOON + dt.timedelta(days=2)).id
    them = asyncio.run(_goes_out(database, database_url, tmp_path, number))
    with Session(database.read_engine) as session:
        rows = _ledger(session, number)
    outcomes = Counter(state for _, _, state in rows)
    assert len({address for address, _, _ in rows}) == len(rows) == PEOPLE
    assert set(outcomes) <= FINAL, outcomes
    assert max(them.accepted.values()) == 1, "somebody got it twice"
    by_state = {state: {address for address, _, one in rows if one is state} for state in FINAL}
    assert by_state[DeliveryState.SENT] <= set(them.accepted), "somebody is said to have it and has not"
    assert set(them.accepted) <= by_state[DeliveryState.SENT] | by_state[DeliveryState.UNKNOWN]
    assert (
        by_state[DeliveryState.FAILED]
        <= them.blocked
        <= by_state[DeliveryState.FAILED] | by_state[DeliveryState.UNKNOWN]
    )
    in_doubt = KILLS * IN_FLIGHT + sum(them.answered[status] for status in (0, 500, 502))
    assert len(by_state[DeliveryState.UNKNOWN]) <= in_doubt, "more than was on its way is left uncertain"
    assert {429, 403, 500, 502, 0} <= set(them.answered)


async def _goes_out(database: Database, url: str, folder: Path, number: int) -> Moody:
    chance = random.Random(7)
    them = Moody(chance, busy_at=[PEOPLE // 4, PEOPLE // 2])
    ahead = NOON - dt.datetime.now(dt.UTC)  # noqa: TID251 -- the worker's clock is to stand at noon
    async with served(them.handle) as address:
        telegram = {"token": TOKEN, "base_url": f"{address}/bot", "rate_per_second": 1_000_000}
        count = 1 if database.is_sqlite else 2
        workers = [Worker(url, _made(folder / str(n)), {"telegram": telegram}, ahead) for n in range(count)]
        try:
            for worker in workers:
                await asyncio.to_thread(worker.start)
            async with asyncio.timeout(300 + PEOPLE // 100):
                for _ in range(KILLS):
                    await them.accepts_more(chance.randrange(1, BETWEEN_KILLS))
                    await _again(chance.choice(workers))
                them.hangs = False
                await _done(database, number)
        finally:
            for worker in workers:
                await asyncio.to_thread(worker.kill)
    return them


async def _again(worker: Worker) -> None:
    await asyncio.to_thread(worker.kill)
    await asyncio.to_thread(worker.start)


async def _done(database: Database, number: int) -> None:
    query = sa.select(Broadcast.state).where(Broadcast.id == number)
    while True:
        with database.read() as connection:
            if connection.execute(query).scalar_one() is BroadcastState.DONE:
                return
        await asyncio.sleep(0.1)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _ledger(session: Session, number: int) -> list[tuple[str, RecipientState, DeliveryState]]:
    query = sa.select(Delivery.address, Recipient.state, Delivery.state)
    query = query.select_from(Recipient).outerjoin(Delivery, Delivery.id == Recipient.delivery_id)
    return [tuple(row) for row in session.execute(query.where(Recipient.broadcast_id == number))]
