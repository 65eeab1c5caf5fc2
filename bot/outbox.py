"""Every message is a row first; here the rows go out, replies before everything else, never faster than allowed."""

import asyncio
import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from bot import metrics, outbox_results, outbox_rows, pace
from bot.channels.base import Channel, Outcome, OutcomeKind
from bot.database import Database
from bot.documents import Documents, FileGone
from bot.inbox import Received
from bot.inbox_rows import NewReply
from bot.line import Line
from bot.outbox_results import GATE_CLOSED, Report, Result
from bot.outbox_rows import Ready, Sender
from bot.outcomes import Outcomes, Written
from bot.writer import DatabaseGone, Writer
from models import Channel as ChannelName
from models import Lane
from texts.bubble import Bubble

log = logging.getLogger(__name__)

T = TypeVar("T")

IDLE = 1.0  # seconds between two looks for what other processes and heartbeats wrote
TIMEOUT = 45.0  # seconds: longer than any channel's own; then the outcome is unknown


@dataclass(frozen=True, slots=True)
class Waiting:
    """Replies were written that could not go out at once."""

    channel: ChannelName


class Outbox:
    """The sending half of the program. `finish` and `after` are the writer's hooks."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[ChannelName, Channel],
        rates: Mapping[ChannelName, float],
        now: Callable[[], dt.datetime],
        worker: str,
        replies_only: bool = False,
        documents: Documents | None = None,
        invented: bool = False,
    ) -> None:
        self._database = database
        self._documents = documents
        self._now = now
        self._worker = worker
        self._replies_only = replies_only
        self.lines = {n: Line(c, Sender(n, rates[n], worker, invented)) for n, c in channels.items()}
        self._writer: Writer | None = None
        self._outcomes: Outcomes | None = None
        self._held: dict[int, NewReply] = {}  # by chat: replies behind a message that is still on its way
        self._sending: set[asyncio.Task[None]] = set()
        self._pumps: list[asyncio.Task[None]] = []
        self._closing = False

    async def start(self, writer: Writer) -> None:
        """Begin to send what waits. On SQLite everything still marked as being sent is a dead process's."""
        self._writer = writer
        self._outcomes = Outcomes(writer, self._database.shard, self._written)
        await writer.run(self._prepare)
        self._pumps = [asyncio.create_task(self._pump(line)) for line in self.lines.values()]

    def _prepare(self, connection: sa.Connection) -> None:
        for line in self.lines.values():
            pace.open_gate(connection, line.sender.gate)
        outbox_rows.recover(connection, self._now(), everything=self._database.is_sqlite, mine=self._worker)

    # --- the way of a reply: born, promoted in the same transaction, sent after its commit

    def finish(self, connection: sa.Connection, results: Sequence[Any]) -> list[Any]:
        """At the end of a transaction: the replies written in it go out at once if the pace allows, and so do those
        that were behind a message whose result was written in it."""
        newest: dict[int, NewReply] = {}
        later: dict[int, NewReply] = {}
        arrived: set[int] = set()
        for done in results:
            if isinstance(done, Written):
                arrived.update(done.chats)
            elif isinstance(done, Received) and done.reply:
                (later if done.reply.behind else newest)[done.reply.conversation_id] = done.reply
        superseded = newest.keys() | later.keys()
        behind = [self._held.pop(chat) for chat in arrived | superseded if chat in self._held]
        behind = [reply for reply in behind if reply.conversation_id not in superseded]
        self._held |= later
        left: list[Any] = []
        for name, line in self.lines.items():
            mine = [reply for reply in newest.values() if reply.channel is name]
            left += self._promoted(connection, line, mine, [reply for reply in behind if reply.channel is name])
            if late := line.behind.taken():
                pace.put_off(connection, line.sender.gate, late)
        return left

    def _promoted(
        self, connection: sa.Connection, line: Line, mine: list[NewReply], behind: list[NewReply]
    ) -> list[Any]:
        fit = [reply for reply in mine if reply.prompt] + outbox_rows.freed(connection, behind)
        fit = fit[: line.free]
        ready = outbox_rows.promote(connection, line.sender, fit, self._now()) if fit else []
        return [*ready, *([Waiting(line.sender.channel)] if len(ready) < len(mine) + len(behind) else [])]

    def after(self, left: Sequence[Any]) -> None:
        """After the commit, on the event loop."""
        for item in left:
            if isinstance(item, Ready):
                self._launch(item)
            elif isinstance(item, Waiting):
                self.lines[item.channel].short = True
                self.lines[item.channel].wake.set()

    def wake(self) -> None:
        """Something was written for the outbox elsewhere, or the clock was moved."""
        for line in self.lines.values():
            line.wake.set()

    # --- the pump: what could not go out at once, what heartbeats wrote, what is tried again

    async def _pump(self, line: Line) -> None:
        while not self._closing:
            line.wake.clear()
            try:
                again = await self._round(line)
            except DatabaseGone:
                again = IDLE
            except Exception:  # a round that fails must not end the pump
                log.exception("a round of the outbox failed")
                again = IDLE
            await self._rest(line, again)

    async def _round(self, line: Line) -> float:
        """One look at what waits; gives the seconds until the next."""
        name = line.sender.channel
        await line.ask()
        line.short = not line.free
        if line.short or not await asyncio.to_thread(self._any_due, name):
            return IDLE
        ready, more = await self._run(lambda c: self._claim(c, line), last=True)
        line.short = more or not ready
        for item in ready:
            self._launch(item)
        if ready:
            return max(0.0, ready[-1].at - time.monotonic())
        return 1 / line.sender.rate + 0.02 if more else IDLE

    def _any_due(self, name: ChannelName) -> bool:
        try:
            with self._database.read() as connection:
                return outbox_rows.any_due(connection, name, self._now())
        except sa.exc.DBAPIError as error:
            raise DatabaseGone(type(error).__name__) from None

    def _claim(self, connection: sa.Connection, line: Line) -> tuple[list[Ready], bool]:
        return outbox_rows.claim(connection, line.sender, min(line.free, 20), self._now(), self._replies_only)

    async def _rest(self, line: Line, seconds: float) -> None:
        """Wait for the next round; a wake-up ends the wait, but for the pace's own."""
        if seconds < IDLE:
            await asyncio.sleep(seconds)
            return
        closed_for = max(0.0, line.closed_until - time.monotonic())
        try:
            await asyncio.wait_for(line.wake.wait(), max(IDLE, closed_for))
        except TimeoutError:
            return
        if closed_for:
            await asyncio.sleep(min(closed_for, IDLE))

    # --- one message

    def _launch(self, ready: Ready) -> None:
        line = self.lines[ready.channel]
        line.in_flight += 1
        task = asyncio.create_task(self._send(line, ready))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, line: Line, ready: Ready) -> None:
        try:
            outcome = await self._outcome(line, ready)
        finally:
            line.in_flight -= 1
        line.learn(outcome)
        metrics.sends.labels(ready.channel.value, outcome.kind.value).inc()
        if self._outcomes is not None:
            self._outcomes.add(Result(ready, outcome, self._now()))

    async def _outcome(self, line: Line, ready: Ready) -> Outcome:
        if not await self._on_time(line, ready):
            return Outcome(OutcomeKind.RETRY, reason=GATE_CLOSED, retry_after=0.2)
        begun = time.monotonic()
        try:
            async with asyncio.timeout(TIMEOUT):
                bubble = await self._whole(line, ready)
                return await line.channel.send(ready.id, ready.address, bubble, ready.window_open)
        except FileGone:
            return Outcome(OutcomeKind.FAILED, reason="file_gone")
        except sa.exc.SQLAlchemyError:  # of a file that could not be read: nothing was written to anybody
            return Outcome(OutcomeKind.RETRY, reason="file_unread")
        except TimeoutError:
            return Outcome(OutcomeKind.UNKNOWN, reason="time_out")
        except Exception as error:
            log.exception("a channel failed")
            return Outcome(OutcomeKind.UNKNOWN, reason=f"program:{type(error).__name__}")
        finally:
            metrics.send_seconds.labels(ready.channel.value).observe(time.monotonic() - begun)

    async def _whole(self, line: Line, ready: Ready) -> Bubble:
        """The message with its file, if it carries one."""
        if self._documents is None or "document" not in ready.bubble.extra:
            return ready.bubble
        return await self._documents.ready(line.sender.channel, ready.bubble)

    async def _on_time(self, line: Line, ready: Ready) -> bool:
        """Wait for the slot. A slot missed is forfeited, once: another is booked. False: the gate has been closed."""
        wait = ready.at - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        if time.monotonic() < line.closed_until:
            return False
        if line.sender.rate >= pace.UNBOUND:
            return True
        if (late := time.monotonic() - ready.at) <= pace.LATE:
            line.behind.note(late)
            return True
        # A notice books no further ahead than anybody, or goes back: many late ones would push replies behind them.
        ahead = pace.AHEAD_LATE if ready.lane == Lane.REPLY else pace.AHEAD
        try:
            at = await self._run(lambda c: self._booked(c, line, ahead), last=True)
        except DatabaseGone:
            return False
        if at is None:
            return False
        await asyncio.sleep(at - time.monotonic())
        line.behind.note(time.monotonic() - at)
        return time.monotonic() >= line.closed_until

    def _booked(self, connection: sa.Connection, line: Line, ahead: float) -> float | None:
        """Another slot, on this machine's clock; None: there is none so near."""
        sender = line.sender
        waits = pace.reserve(connection, sender.gate, 1, sender.rate, ahead, clocks=sender.clocks)
        return time.monotonic() + waits[0] if waits else None

    # --- results

    def _written(self, results: Sequence[Result]) -> None:
        """What waited for a call to come back, or must be tried again, is looked for."""
        again = any(result.outcome.kind is not OutcomeKind.SENT for result in results)
        for line in self.lines.values():
            if again or line.short:
                line.wake.set()

    async def report(self, told: Report) -> bool:
        """A status webhook. False if it is about no message of ours."""
        return await self._run(lambda c: outbox_results.report(c, told, self._now()), first=True)

    async def sweep(self) -> int:
        """Take back what dead processes held. Not while results of our own could not be written down, after an outage
        longer than a lease: what has arrived would pass for uncertain and be sent again."""
        if self._outcomes is not None and self._outcomes.behind:
            return 0
        return await self._run(lambda c: outbox_rows.recover(c, self._now(), mine=self._worker))

    async def _run(self, work: Callable[[sa.Connection], T], first: bool = False, last: bool = False) -> T:
        if self._writer is None:
            raise DatabaseGone("not started")
        return await self._writer.run(work, first=first, last=last)

    async def close(self, seconds: float = 8.0) -> None:
        """Begin nothing more, finish the calls that are out, write down what became of them."""
        self._closing = True
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        begun = time.monotonic()
        while (out := self._unfinished()) and time.monotonic() - begun < seconds:
            await asyncio.wait(out, timeout=0.1)
        for task in self._sending:
            task.cancel()

    def _unfinished(self) -> list["asyncio.Task[None]"]:
        return [*self._sending, *(self._outcomes.tasks if self._outcomes else [])]
