"""Siaran berjalan: while an announcement goes out, the worker keeps a little of it waiting in the outbox."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import Broadcast, BroadcastState, Channel
from services import alerts
from services.broadcasts import approving, running
from services.broadcasts.running import Tended

if TYPE_CHECKING:
    from bot.app import Program

log = logging.getLogger(__name__)

IDLE = 1.0  # seconds between two looks while nothing goes out
BUSY = 0.25
UNWELL = 5.0  # after a round that failed
SECONDS_AHEAD = 2.0  # of the pace: so much of a broadcast waits in the outbox
SHALLOWEST, DEEPEST = 20, 600


class Broadcaster:
    """One loop in every process that sends."""

    def __init__(
        self, program: "Program", careful: Callable[[str, Callable[[], Awaitable[object]]], Awaitable[bool]]
    ) -> None:
        self._program = program
        self._careful = careful  # as every heartbeat (`Heart.careful`): what goes on failing is told
        self._busy = False  # there is more to do at once
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Look no more; what waits in the outbox is taken up by whoever comes next."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(await self.look())

    async def look(self) -> float:
        """One round; the seconds until the next."""
        if not await self._careful("broadcasting", self.round):
            return UNWELL
        return BUSY if self._busy else IDLE

    async def round(self) -> None:
        """Tend what runs, if anything does."""
        program, self._busy = self._program, False
        if not await asyncio.to_thread(self._anything):
            return
        # Freezing a hundred thousand takes seconds: not where messages are answered, but on a connection of its own.
        while await asyncio.to_thread(self._settle) is not None:
            program.outbox.wake()
        tended = await program.writer.run(self._tend)
        self._busy = tended.busy
        if tended.given:
            program.outbox.wake()

    def _anything(self) -> bool:
        running_now = Broadcast.state.in_((BroadcastState.FREEZING, BroadcastState.SCHEDULED, BroadcastState.SENDING))
        with self._program.database.read() as connection:
            return connection.execute(sa.select(Broadcast.id).where(running_now).limit(1)).first() is not None

    def _settle(self) -> int | None:
        program, database = self._program, self._program.database
        waits = sa.select(Broadcast.id).where(Broadcast.state == BroadcastState.FREEZING).limit(1)
        with database.read() as connection:
            if connection.execute(waits).first() is None:
                return None
        with Session(database.write_engine) as session, session.begin():
            return approving.settle(session, program.texts, program.office, program.clock.now())

    def _tend(self, connection: sa.Connection) -> Tended:
        program, now = self._program, self._program.clock.now()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            done = running.tend(session, program.texts, program.office, self._depth(), now)
            for number in done.paused:
                log.error("broadcast %d stopped by itself: naikkelas broadcast status %d", number, number)
                alerts.broadcast_stopped(session, number, program.texts, program.office, now)
            session.commit()
        return done

    def _depth(self) -> dict[Channel, int]:
        rates, named = self._program.office.announcing.rates, self._program.channels.named()
        return {name: int(min(max(SHALLOWEST, rates[name] * SECONDS_AHEAD), DEEPEST)) for name in named}
