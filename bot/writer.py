"""Everything the office is told is written down here, many messages to one commit, before it says "received"."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from bot.database import Database, is_gone, is_held

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[sa.Connection], T]
Settled = tuple["asyncio.Future[Any]", Any, BaseException | None]

GROUP = 64  # jobs in one transaction at most
LONGEST = 0.05  # seconds a transaction works before it is committed: others wait for the rows it holds (a programme's)
FEWEST = 16  # jobs it does for all that, unless one takes so long alone: small groups make a busy machine busier


class DatabaseGone(Exception):
    """The database cannot be written to just now; whoever asked should ask again later (HTTP 503)."""


@dataclass(slots=True)
class Job:
    """Work, and who waits for it. It may run twice: its transaction may be rolled back for another's sake."""

    work: Work[Any]
    future: "asyncio.Future[Any]"
    last: bool = False  # nothing may follow it in its transaction


def nothing_left(connection: sa.Connection, results: Sequence[Any]) -> list[Any]:
    """The default last step of a transaction."""
    return []


class Writer:
    """The threads that write. SQLite has one; on PostgreSQL an address always goes to the same one, so order is kept.

    `finish` runs at the end of every transaction with the jobs' results, still inside it; what it returns is handed
    to `after` on the event loop once the transaction is committed. Both serve the outbox: one reservation of send
    slots for a whole group of replies.
    """

    def __init__(
        self,
        database: Database,
        finish: Callable[[sa.Connection, Sequence[Any]], list[Any]] = nothing_left,
        after: Callable[[list[Any]], None] | None = None,
    ) -> None:
        self._database = database
        self._finish = finish
        self._after = after
        self.written = 0  # jobs committed so far
        self.given_up = 0  # jobs that found no database
        self._loop = asyncio.get_running_loop()
        self._queues = [_Queue() for _ in range(database.shards)]
        self._threads = [
            threading.Thread(target=self._serve, args=(queue,), name=f"writer-{number}", daemon=True)
            for number, queue in enumerate(self._queues)
        ]
        for thread in self._threads:
            thread.start()

    async def run(
        self, work: Work[T], address: str = "", first: bool = False, last: bool = False, within: float = 0.0
    ) -> T:
        """Do `work` in a transaction and give its result after the commit.

        `first`: results of sends go before new messages, or a busy hour would leave many sends uncertain.
        `last`: it locks what `finish` locks, the pace of a sender; locked before somebody's message is worked on, two
        transactions would wait for each other.
        `within`: it rides along with whatever comes next, and goes by itself if nothing has come in so many seconds.
        Raises DatabaseGone when it could not be written, else whatever `work` raises.
        """
        future: asyncio.Future[Any] = self._loop.create_future()
        queue = self._queues[self._database.shard(address)]
        queue.put(Job(work, future, last), first, at_once=not within)
        if within:
            self._loop.call_later(within, queue.stir)
        return cast("T", await future)

    @property
    def waiting(self) -> int:
        """Jobs not yet taken, for the metrics."""
        return sum(len(queue) for queue in self._queues)

    async def close(self) -> None:
        """Finish what is queued, then end the threads."""
        for queue in self._queues:
            queue.close()
        await asyncio.gather(*(asyncio.to_thread(thread.join) for thread in self._threads))

    def _serve(self, queue: "_Queue") -> None:
        while batch := queue.take(GROUP):
            settled, left = self._write(batch)
            queue.put_back(batch[len(settled) :])
            self._loop.call_soon_threadsafe(self._settle, settled, left)  # one wake-up for the group

    def _write(self, batch: Sequence[Job]) -> tuple[list[Settled], list[Any]]:
        try:
            results, left = self._together(batch)
        except Exception as error:  # noqa: BLE001 -- it is given to whoever waits, or tried again
            if is_held(error):  # each alone would wait as long again, and whoever posted would have hung up meanwhile
                gone = DatabaseGone(type(error).__name__)
                return [(job.future, None, gone) for job in batch], []
            if len(batch) == 1 and not is_gone(error):
                return [(batch[0].future, None, error)], []
            log.warning("a group of %d was rolled back (%s): each alone", len(batch), type(error).__name__)
            return self._each_alone(batch)
        return [(job.future, result, None) for job, result in zip(batch, results, strict=False)], left

    def _together(self, batch: Sequence[Job]) -> tuple[list[Any], list[Any]]:
        with self._database.write_engine.begin() as connection:
            results = worked(connection, batch)
            return results, self._finish(connection, results)

    def _each_alone(self, batch: Sequence[Job]) -> tuple[list[Settled], list[Any]]:
        """One bad value spoils a group's transaction on PostgreSQL: alone, only the bad one fails."""
        settled: list[Settled] = []
        left: list[Any] = []
        gone: DatabaseGone | None = None
        for job in batch:
            if gone:
                settled.append((job.future, None, gone))
                continue
            try:
                results, more = self._together([job])
                settled.append((job.future, results[0], None))
                left += more
            except Exception as error:  # noqa: BLE001 -- it is given to whoever waits for this job
                gone = DatabaseGone(type(error).__name__) if is_gone(error) else None
                settled.append((job.future, None, gone or error))
        return settled, left

    def _settle(self, settled: list[Settled], left: list[Any]) -> None:
        lost = sum(isinstance(error, DatabaseGone) for _, _, error in settled)
        self.given_up, self.written = self.given_up + lost, self.written + len(settled) - lost
        for future, result, error in settled:
            if future.done():
                continue
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)
        if left and self._after:
            self._after(left)


def worked(connection: sa.Connection, batch: Sequence[Job], clock: Callable[[], float] = time.monotonic) -> list[Any]:
    """The results of as many jobs, from the first, as the time allows (`clock`: seconds); a few short ones always."""
    begun = clock()
    results: list[Any] = []
    for number, job in enumerate(batch, 1):
        before = clock()
        results.append(job.work(connection))
        if clock() - (before if number < FEWEST else begun) > LONGEST:
            break
    return results


class _Queue:
    """Jobs of one thread: results of sends before everything else, each in the order it came."""

    def __init__(self) -> None:
        self._first: deque[Job] = deque()
        self._rest: deque[Job] = deque()
        self._ready = threading.Condition()
        self._stirred = False  # whether something is there that does not wait for others to ride along with
        self._closed = False

    def __len__(self) -> int:
        return len(self._first) + len(self._rest)

    def put(self, job: Job, first: bool, at_once: bool = True) -> None:
        with self._ready:
            if self._closed:
                raise DatabaseGone("closing")
            (self._first if first else self._rest).append(job)
            if at_once:
                self._wake()

    def stir(self) -> None:
        """What rode along with nothing goes by itself."""
        with self._ready:
            if self._first or self._rest:
                self._wake()

    def _wake(self) -> None:
        self._stirred = True
        self._ready.notify()

    def take(self, most: int) -> list[Job]:
        """Wait for work; an empty list means: closed and nothing left."""
        with self._ready:
            while not (self._stirred or self._closed):
                self._ready.wait()
            taken: list[Job] = []
            while len(taken) < most and (self._first or self._rest) and not (taken and taken[-1].last):
                taken.append(self._first.popleft() if self._first else self._rest.popleft())
            self._stirred = bool(self._first or self._rest)
            return taken

    def put_back(self, jobs: Sequence[Job]) -> None:
        """What was taken and not done stays at the front."""
        with self._ready:
            self._rest.extendleft(reversed(jobs))
            self._stirred = self._stirred or bool(jobs)

    def close(self) -> None:
        with self._ready:
            self._closed = True
            self._ready.notify_all()
