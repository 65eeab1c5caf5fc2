"""What became of each message is written down with the next one that comes in, or a moment later by itself."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bot import outbox_results
from bot.outbox_results import Result
from bot.writer import DatabaseGone, Writer

log = logging.getLogger(__name__)

GROUPED = 0.01  # seconds: so long results wait for a transaction to ride along with
AGAIN = 1.0  # seconds between two attempts while there is no database


@dataclass(frozen=True, slots=True)
class Written:
    """Results were just written down; these are their chats."""

    chats: tuple[int, ...]


class Outcomes:
    """Results on their way into the database, each to the thread that writes its chat's messages: who answers at once
    finds the message before written down in the same transaction. `after` hears, on the loop, of what was written."""

    def __init__(self, writer: Writer, shard: Callable[[str], int], after: Callable[[Sequence[Result]], None]) -> None:
        self._writer = writer
        self._shard = shard
        self._after = after
        self._waiting: defaultdict[int, deque[Result]] = defaultdict(deque)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._behind: set[int] = set()

    @property
    def behind(self) -> bool:
        """Whether results could not be written: after an outage they may be older than their leases."""
        return bool(self._behind)

    @property
    def tasks(self) -> list["asyncio.Task[None]"]:
        """What is still being written."""
        return list(self._tasks.values())

    def add(self, result: Result) -> None:
        """One more; returns at once."""
        shard = self._shard(result.ready.address)
        self._waiting[shard].append(result)
        self._begin(shard, result.ready.address)

    def _begin(self, shard: int, address: str) -> None:
        if shard not in self._tasks:
            self._tasks[shard] = asyncio.create_task(self._write(shard, address))

    async def _write(self, shard: int, address: str) -> None:
        taken: list[Result] = []
        try:
            await self._writer.run(lambda c: self._settle(c, shard, taken), address, first=True, within=GROUPED)
            self._behind.discard(shard)
        except DatabaseGone:  # nobody else knows what became of these: keep them until it is back
            self._waiting[shard].extendleft(reversed(taken))
            self._behind.add(shard)
            await asyncio.sleep(AGAIN)
        except Exception:  # the rows stay `sending` until their lease is over: uncertain, but not lost
            log.exception("results of %d sends could not be written", len(taken))
        del self._tasks[shard]
        if self._waiting[shard]:
            self._begin(shard, address)
        self._after(taken)

    def _settle(self, connection: sa.Connection, shard: int, taken: list[Result]) -> Written:
        """In the writer's thread: all that have come in by now. `taken` keeps them, should it have to run again."""
        waiting = self._waiting[shard]
        while waiting:
            taken.append(waiting.popleft())
        outbox_results.settle(connection, taken)
        return Written(tuple(result.ready.conversation_id for result in taken))
