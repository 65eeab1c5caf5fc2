"""The engine without its edges: an inbox with a stand-in for the handlers, an outbox with a stand-in channel."""

import asyncio
import datetime as dt
import itertools
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

import texts
from bot.channels.base import Outcome, OutcomeKind
from bot.channels.errors import PlatformError
from bot.clock import Clock
from bot.database import Database
from bot.inbound import Inbound
from bot.inbox import Inbox, Received
from bot.outbox import Outbox
from bot.writer import Writer
from conversation.said import Said, Text
from handlers.desk import Desk, Reply
from models import Channel
from services.office import Office
from texts.bubble import Bubble

NOON = dt.datetime(2026, 11, 24, 5, 0, tzinfo=dt.UTC)  # Tuesday, noon in Banten
_numbers = itertools.count(1)


def message(text: str = "halo", address: str = "100", event: str | None = None, **more: Any) -> Inbound:
    """A typed message on Telegram, unless told otherwise."""
    made = {"channel": Channel.TELEGRAM, "said": Text(text), "at": NOON} | more
    return Inbound(address=address, event_id=event or f"e{next(_numbers)}", **made)


def echo(desk: Desk, said: Said) -> Reply:
    """Answers with what was typed, and counts the answers in the chat's row."""
    heard = said.text if isinstance(said, Text) else type(said).__name__
    run = desk.chat.run
    answers = dict(run.answers) if run else {}
    answers[str(len(answers) + 1)] = heard
    changes = {"run_id": "r1", "form": "echo", "answers": answers}
    return Reply(Bubble(f"{len(answers)}: {heard}"), changes)


@dataclass
class FakeChannel:
    """Notes what it is told to send and answers as scripted, else that it was sent."""

    channel: Channel = Channel.TELEGRAM
    script: list[Outcome] = field(default_factory=list)
    delay: float = 0.0
    sent: list[tuple[float, str, str, bool]] = field(default_factory=list)  # when (monotonic), address, text, window
    ids: list[int] = field(default_factory=list)
    away: int = 0
    asked: int = 0

    async def send(self, delivery_id: int, address: str, bubble: Bubble, window_open: bool) -> Outcome:
        self.sent.append((time.monotonic(), address, bubble.text, window_open))
        self.ids.append(delivery_id)
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.script:
            return self.script.pop(0)
        return Outcome(OutcomeKind.SENT, platform_id=f"m{len(self.sent)}")

    async def me(self) -> Mapping[str, Any]:
        """Asked when in doubt; `away` is how often it gets no answer."""
        self.asked += 1
        if self.away:
            self.away -= 1
            raise PlatformError(Outcome(OutcomeKind.UNKNOWN, reason="away"))
        return {}

    async def close(self) -> None:
        """Nothing to give back."""

    @property
    def words(self) -> list[str]:
        """The texts, in the order they were sent."""
        return [text for _, _, text, _ in self.sent]


@dataclass
class Engine:
    """The parts, running."""

    database: Database
    clock: Clock
    writer: Writer
    outbox: Outbox
    inbox: Inbox
    channel: FakeChannel

    async def hear(self, inbound: Inbound) -> Received:
        """One message in, in a group with whatever else waits."""
        return await self.writer.run(lambda c: self.inbox.receive(c, inbound, self.clock.now()), inbound.address)

    def rows(self, statement: str) -> list[Mapping[str, Any]]:
        """What the database says."""
        with self.database.read() as connection:
            return [dict(row) for row in connection.execute(sa.text(statement)).mappings()]

    async def until(self, true: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait for something to become true."""
        end = time.monotonic() + seconds
        while not await asyncio.to_thread(true):
            assert time.monotonic() < end, "it did not become true"
            await asyncio.sleep(0.01)

    async def settled(self, seconds: float = 10.0) -> None:
        """Wait until nothing is on its way."""
        waiting = "SELECT id FROM deliveries WHERE state IN ('queued','leased','sending')"
        await self.until(lambda: not self.rows(waiting), seconds)


@asynccontextmanager
async def engine(
    database: Database,
    answer: Callable[[Desk, Said], Reply] = echo,
    channel: FakeChannel | None = None,
    rate: float = 1000.0,
    clock: Clock | None = None,
    sending: bool = True,
    worker: str = "w1",
) -> AsyncIterator[Engine]:
    """An engine over a database. `sending=False`: nothing goes out, replies stay queued."""
    clock = clock or Clock(lambda: NOON + dt.timedelta(seconds=time.monotonic() % 1000))
    channel = channel or FakeChannel()
    lines = {channel.channel: channel} if sending else {}
    outbox = Outbox(database, lines, {channel.channel: rate}, clock.now, worker)
    writer = Writer(database, outbox.finish, outbox.after)
    await outbox.start(writer)
    try:
        yield Engine(database, clock, writer, outbox, Inbox(answer, Office(), texts.load()), channel)
    finally:
        await outbox.close()
        await writer.close()
