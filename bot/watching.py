"""Penjaga: notices when something stands still that nobody is told of otherwise, and has the staff told. Once."""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import metrics
from bot.tables import deliveries
from bot.writer import DatabaseGone
from models import DeliveryState, Lane
from services import outages
from services.outages import Kind, Outage
from texts.bubble import Bubble

if TYPE_CHECKING:
    from bot.app import Program

log = logging.getLogger(__name__)

PATIENCE = 30.0  # seconds for writing the message down; then it is sent without a row


@dataclass(slots=True)
class Seen:
    """What one look found: what stands still, with since when where that is known, and what certainly does not."""

    ill: dict[Outage, dt.datetime] = field(default_factory=dict)
    well: set[Outage] = field(default_factory=set)


class Watch:
    """What one process notices of its platforms, of its writer, of its heartbeats, and of the outbox."""

    def __init__(
        self, program: "Program", failed: Mapping[str, int], in_session: Callable[..., Awaitable[Any]]
    ) -> None:
        self._program = program
        self._failed = failed  # how often in a row each heartbeat has failed
        self._in_session = in_session
        self._since: dict[Outage, dt.datetime] = {}
        self._told: set[Outage] | None = None  # None: not looked up yet
        self._directly: set[Outage] = set()  # told without a row
        self._answers: dict[Outage, int] = {}  # clear answers of each platform, at the last look
        self._written = self._given_up = 0  # the writer's, at the last look

    async def look(self) -> None:
        """Once: note what has begun and what is over, and have it told when it has lasted."""
        now = self._program.clock.now()
        seen = await self._seen(now)
        for outage in seen.well:
            self._since.pop(outage, None)
        for outage, since in seen.ill.items():
            self._since.setdefault(outage, since)
        lasting = {outage: since for outage, since in self._since.items() if self._lasts(outage, since, now)}
        for outage in seen.well | self._since.keys():
            metrics.outages.labels(outage.kind.value, outage.name).set(outage in lasting)
        await self._tell(lasting, seen.well, now)

    def _lasts(self, outage: Outage, since: dt.datetime, now: dt.datetime) -> bool:
        if outage.kind in (Kind.OUTBOX, Kind.HEARTBEAT):
            return True  # these are seen only when they have lasted
        return now - since >= dt.timedelta(minutes=self._program.settings.watch.away_minutes)

    # --- what there is to see

    async def _seen(self, now: dt.datetime) -> Seen:
        seen = Seen()
        self._platforms(seen, now)
        self._writer(seen, now)
        for name, times in self._failed.items():
            outage = Outage(Kind.HEARTBEAT, name)
            if times >= self._program.settings.watch.failures:
                seen.ill[outage] = now
            elif not times:
                seen.well.add(outage)
        if self._program.role in ("all", "worker"):
            await self._outbox(seen, now)
        return seen

    def _platforms(self, seen: Seen, now: dt.datetime) -> None:
        for name, line in self._program.outbox.lines.items():
            outage = Outage(Kind.PLATFORM, name.value)
            before, self._answers[outage] = self._answers.get(outage, 0), line.answers
            if line.answers > before:
                self._since.pop(outage, None)  # it answered in between
            if line.away:
                seen.ill[outage] = now
            elif line.answers > before:
                seen.well.add(outage)
            elif outage in (self._told or ()):
                line.in_doubt = True  # told by a process that is gone, and nothing was sent since: ask
                line.wake.set()

    def _writer(self, seen: Seen, now: dt.datetime) -> None:
        """Nothing was written down since the last look, though something waits or was given up."""
        writer, outage = self._program.writer, Outage(Kind.DATABASE, self._program.role)
        moved, lost = writer.written > self._written, writer.given_up > self._given_up
        self._written, self._given_up = writer.written, writer.given_up
        if moved:
            seen.well.add(outage)
        elif lost or writer.waiting:
            seen.ill[outage] = now

    async def _outbox(self, seen: Seen, now: dt.datetime) -> None:
        try:
            oldest = await asyncio.to_thread(self._oldest, now)
        except sa.exc.SQLAlchemyError:
            return  # the database: seen by the writer
        limit = dt.timedelta(minutes=self._program.settings.watch.waiting_minutes)
        for name in self._program.outbox.lines:
            outage, since = Outage(Kind.OUTBOX, name.value), oldest.get(name)
            if since is None or now - since < limit:
                seen.well.add(outage)
            elif Outage(Kind.PLATFORM, name.value) not in seen.ill:
                seen.ill[outage] = since

    def _oldest(self, now: dt.datetime) -> dict[object, dt.datetime]:
        """By channel. What goes to very many may take an hour; everything else may not."""
        waits = sa.and_(deliveries.c.not_before <= now, deliveries.c.lane != Lane.BULK)
        query = sa.select(deliveries.c.channel, sa.func.min(deliveries.c.not_before)).where(
            deliveries.c.state == DeliveryState.QUEUED, waits
        )
        with self._program.database.read() as connection:
            rows = connection.execute(query.group_by(deliveries.c.channel)).all()
        return {row[0]: row[1] for row in rows}

    # --- telling

    async def _tell(self, lasting: dict[Outage, dt.datetime], well: set[Outage], now: dt.datetime) -> None:
        told = await self._known()
        begun = {outage: since for outage, since in lasting.items() if outage not in told}
        over = told & well
        for outage, since in begun.items():
            log.error("%s %s stands still since %s", outage.kind.value, outage.name, since.isoformat())
        for outage in over:
            log.warning("%s %s works again", outage.kind.value, outage.name)
        if not (begun or over):
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._in_rows(begun, over, now)
        except (DatabaseGone, TimeoutError):
            await self._without_rows(begun)
        else:
            told.update(begun)
            told.difference_update(over)
            self._directly.difference_update(over)

    async def _known(self) -> set[Outage]:
        if self._told is None and self._program.office.alert_chat is not None:
            try:
                self._told = await asyncio.to_thread(self._standing)
            except sa.exc.SQLAlchemyError:
                return set()
        elif self._told is None:
            self._told = set()
        return self._told

    def _standing(self) -> set[Outage]:
        with Session(self._program.database.read_engine) as session:
            return set(outages.standing(session, self._program.office))

    async def _in_rows(self, begun: dict[Outage, dt.datetime], over: set[Outage], now: dt.datetime) -> None:
        program, directly = self._program, self._directly & over

        def tell(session: Session) -> int:
            texts, office = program.texts, program.office
            return outages.tell(session, begun, over, directly, texts=texts, office=office, now=now)

        if await self._in_session(tell):
            program.outbox.wake()

    async def _without_rows(self, begun: dict[Outage, dt.datetime]) -> None:
        """No row can be written, which is what must be told. What else has begun is told when the database is back."""
        program = self._program
        chat, telegram = program.office.alert_chat, program.channels.telegram
        for outage in [outage for outage in begun if outage.kind is Kind.DATABASE]:
            self._directly.add(outage)
            if self._told is None:
                self._told = set()
            self._told.add(outage)
            if chat is not None and telegram is not None:
                text = outages.text_of(outage, begun[outage], program.texts)
                outcome = await telegram.send(0, str(chat), Bubble(text))
                log.warning("the staff's chat was told directly: %s", outcome.kind.value)
