"""What the program does by itself: ask what is due, forget what has had its time, fetch pictures, mind the outbox."""

import asyncio
import datetime as dt
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.orm import Session

from bot import anchoring, approvals, metrics, missed, outbox_held, watching
from bot.channels.base import OutcomeKind
from bot.channels.errors import PlatformError
from bot.database import is_gone
from bot.writer import DatabaseGone
from handlers import counted
from models import Channel, Conversation
from services import (
    alerts,
    certificates,
    confirmations,
    correcting,
    dues,
    erasure,
    lateness,
    media,
    nudges,
    offering,
    requests,
    retention,
    waiting_news,
)
from services.broadcasts import approving, fates
from services.calendar import allowed
from services.events import after, giving, reminding, tending

if TYPE_CHECKING:
    from bot.app import Program

log = logging.getLogger(__name__)

T = TypeVar("T")

CHUNK = 100
REMINDED = reminding.CHUNK
FEW = 25  # offers in one transaction: whoever registers meanwhile waits for the programme


class Heart:
    """A few fixed heartbeats. Each does its work in transactions of the writer; missed ones are made up for once."""

    def __init__(self, program: "Program") -> None:
        self._program = program
        self._under_way: set[asyncio.Future[Any]] = set()
        self._failed: Counter[str] = Counter()  # how often in a row each heartbeat has failed
        self._watch = watching.Watch(program, self._failed, self._in_session)
        self._scheduler = AsyncIOScheduler(
            timezone=dt.UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Begin to beat."""
        for name, seconds, work in self._beats():
            self._scheduler.add_job(self.careful, "interval", (name, work), seconds=seconds, id=name)
            if name == "catch_up":
                self._scheduler.add_job(self.careful, args=(name, work))  # and at once: we were away until now
        self._scheduler.start()

    async def close(self, seconds: float) -> None:
        """Beat no more, and let those under way end: they hold connections."""
        self._scheduler.shutdown(wait=False)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    async def beat(self) -> None:
        """All of them now: the clock was moved."""
        for name, _, work in self._beats():
            if name not in ("reconcile", "catch_up", "watch"):
                await self.careful(name, work)

    def _beats(self) -> list[tuple[str, int, Callable[[], Awaitable[object]]]]:
        program = self._program
        beats: list[tuple[str, int, Callable[[], Awaitable[object]]]] = [("calendar", 30, self._calendar)]
        beats += [("watch", 30, self._watch.look)]
        if program.role in ("all", "scheduler"):
            beats += [("offers", 60, self._offers), ("people", 60, self._people), ("late", 60, self._late)]
            beats += [("events", 60, self._events), ("broadcasts", 60, self._broadcasts)]
            beats += [("dues", 60, self._dues), ("retention", 600, self._retention), ("rights", 60, self._rights)]
            beats += [("anchor", 300, self._anchor)]
        if program.role in ("all", "worker"):
            beats += [("held", 5, self._held)]
            beats += [("leases", 15, program.outbox.sweep), ("media", 20, self._media)]
        if program.role in ("all", "scheduler") and program.channels.whatsapp:
            beats += [("approvals", 60, self._approvals)]
        if program.takes_messages and program.channels.whatsapp and not program.settings.simulated:
            beats += [("reconcile", 300, self._reconcile), ("catch_up", 3, self._catch_up)]
        return beats

    async def careful(self, name: str, work: Callable[[], Awaitable[object]]) -> bool:
        """One beat; whether it was done. One that fails is noted, and told to the staff when it goes on failing."""
        done, beat = False, asyncio.ensure_future(work())
        self._under_way.add(beat)
        beat.add_done_callback(self._ended)
        try:
            await asyncio.shield(beat)  # the scheduler's end cancels its jobs, not the threads they wait for
            done = True
            self._failed[name] = 0
        except DatabaseGone:
            log.warning("heartbeat %s: the database cannot be reached", name)
        except PlatformError as error:
            log.warning("heartbeat %s: %s", name, error.outcome.reason or error.kind.value)
        except Exception as error:
            if is_gone(error):
                log.warning("heartbeat %s: the database cannot be read", name)
            else:
                log.exception("heartbeat %s failed", name)
                self._failed[name] += 1
        metrics.heartbeats.labels(name, "done" if done else "failed").inc()
        return done

    def _ended(self, beat: asyncio.Future[Any]) -> None:
        self._under_way.discard(beat)
        if not beat.cancelled():
            beat.exception()  # told above, unless the program was ending

    async def _in_session(self, work: Callable[[Session], T]) -> T:
        """A service's work as the writer's: a session behind a savepoint of its own."""

        def within(connection: sa.Connection) -> T:
            with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
                done = work(session)
                session.commit()
            return done

        return await self._program.writer.run(within)

    async def _calendar(self) -> None:
        await asyncio.to_thread(self._program.read_office)

    async def _anchor(self) -> None:
        await self._in_session(lambda session: anchoring.drop(self._program.settings, session))

    async def _dues(self) -> None:
        program = self._program
        while await self._in_session(
            lambda session: dues.sweep(session, program.texts, program.office, program.clock.now(), CHUNK)
        ):
            program.outbox.wake()
        while await self._in_session(
            lambda session: certificates.sweep(session, program.texts, program.office, program.clock.now(), CHUNK)
        ):
            program.outbox.wake()

    async def _late(self) -> None:
        """Broken promises to those who asked an officer, and faults of ours, told to the staff."""
        program = self._program
        told = program.texts, program.office
        count = CHUNK
        while count == CHUNK:
            count = await self._in_session(lambda s: lateness.sweep(s, *told, program.clock.now(), CHUNK))
            faults = await self._in_session(lambda s: alerts.trouble(s, *told, program.clock.now()))
            if count or faults:
                program.outbox.wake()

    async def _offers(self) -> None:
        """Places that are free, to whose turn it is; then where those stand who still wait."""
        program = self._program
        told = program.texts, program.office
        for sweep in (offering.sweep, waiting_news.sweep):
            while await self._in_session(lambda s: sweep(s, *told, program.clock.now(), FEW)):  # noqa: B023
                program.outbox.wake()

    async def _events(self) -> None:
        """Freed places of events, to whose turn it is; the reminders that are due; what people thought of it."""
        program = self._program
        told = program.texts, program.office
        for sweep, some in (
            (tending.sweep, FEW),
            (reminding.sweep, REMINDED),
            (after.sweep, CHUNK),
            (after.start_sweep, CHUNK),
        ):
            while await self._in_session(lambda s: sweep(s, *told, program.clock.now(), some)):  # noqa: B023
                program.outbox.wake()
        while await self._in_session(lambda s: giving.sweep(s, *told, _chance, program.clock.now(), FEW)):
            program.outbox.wake()

    async def _broadcasts(self) -> None:
        """Approvals nobody has given yet, replies, and the books of what is over."""
        program = self._program
        told = program.texts, program.office
        if await self._in_session(lambda s: approving.remind(s, *told, program.clock.now())):
            program.outbox.wake()
        await self._in_session(lambda s: fates.count_replies(s, program.clock.now()))
        while await self._in_session(lambda s: fates.close(s, program.clock.now())):
            await asyncio.sleep(0)  # messages that wait come in between

    async def _people(self) -> None:
        """Forms left half-way, owners whose word for a helper's entry is still wanted, and corrections not answered."""
        program = self._program

        def once(session: Session) -> int:
            told = program.texts, program.office, program.clock.now(), CHUNK
            return (
                nudges.sweep(session, *told, counted=counted)
                + confirmations.sweep(session, *told)
                + correcting.sweep(session, *told)
            )

        while await self._in_session(once):
            program.outbox.wake()

    async def _approvals(self) -> None:
        """How our templates stand with WhatsApp; a template that is lost is told to the staff."""
        program = self._program
        if program.channels.whatsapp is None:
            return
        sender, asked_at = program.channels.whatsapp.name, program.clock.now()
        told = await program.channels.whatsapp.approvals()
        await self._in_session(lambda s: approvals.heard(s, sender, told, program.texts, program.office, asked_at))
        program.outbox.wake()

    async def _held(self) -> None:
        """What waits for a template or for the person; the register is read anew."""
        program = self._program
        await asyncio.to_thread(program.read_templates)
        now = program.clock.now()
        found = await asyncio.to_thread(self._found, now)
        if not found:
            return
        calendar = program.office.calendar
        await program.writer.run(
            lambda c: outbox_held.release(c, found, now, lambda purpose: allowed(purpose, now, calendar).at)
        )
        program.outbox.wake()

    def _found(self, now: dt.datetime) -> outbox_held.Found:
        whatsapp = self._program.channels.whatsapp
        with self._program.database.read() as connection:
            return outbox_held.find(connection, whatsapp.approved if whatsapp else (), now)

    async def _retention(self) -> None:
        program = self._program
        while await self._in_session(
            lambda session: sum(retention.sweep(session, program.office, program.clock.now()).values())
        ):
            await asyncio.sleep(0)  # messages that wait come in between

    async def _rights(self) -> None:
        """Finish deletions whose farewell has left; a request past its time is a breach of the law, so it is loud."""
        now = self._program.clock.now()
        while await self._in_session(lambda session: erasure.farewell(session, now, CHUNK)):
            await asyncio.sleep(0)
        late = await self._in_session(lambda session: requests.overdue(session, now))
        metrics.requests_overdue.set(late)
        if late:
            told = self._program.texts, self._program.office, now
            await self._in_session(lambda session: alerts.requests_late(session, late, *told))
            self._program.outbox.wake()

    # --- pictures: first a row, then its bytes, fetched outside any transaction

    async def _media(self) -> None:
        for media_id, channel, ref in await asyncio.to_thread(self._unfetched):
            await self._fetch(media_id, channel, ref)
        for media_id, channel, ref in await asyncio.to_thread(self._uncleared):
            await self._clear(media_id, channel, ref)

    def _unfetched(self) -> list[tuple[int, Channel, str]]:
        with Session(self._program.database.read_engine) as session:
            rows = media.unfetched(session)
            chats = sa.select(Conversation.id, Conversation.channel).where(
                Conversation.id.in_([row.conversation_id for row in rows])
            )
            channels = {chat.id: chat.channel for chat in session.execute(chats)}
            return [(row.id, channels[row.conversation_id], row.ref) for row in rows]

    async def _fetch(self, media_id: int, name: Channel, ref: str) -> None:
        telegram, whatsapp = self._program.channels.telegram, self._program.channels.whatsapp
        channel = telegram if name is Channel.TELEGRAM else whatsapp
        if channel is None:
            return
        try:
            picture = await channel.fetch_photo(ref)
        except PlatformError as error:
            log.warning("a picture could not be fetched: %s", error.outcome.reason or error.kind.value)
            if error.kind is not OutcomeKind.MISCONFIGURED:
                await self._in_session(lambda session: media.failed(session, media_id))
            return
        now = self._program.clock.now()
        await self._in_session(lambda session: media.fetched(session, media_id, picture.content, picture.mime, now))

    def _uncleared(self) -> list[tuple[int, Channel, str]]:
        with Session(self._program.database.read_engine) as session:
            return media.uncleared(session)

    async def _clear(self, media_id: int, name: Channel, ref: str) -> None:
        """Twilio keeps everything until told; told in vain, it is told again. Telegram knows no such thing."""
        whatsapp = self._program.channels.whatsapp
        if name is Channel.WHATSAPP and whatsapp is None:
            return
        if name is Channel.WHATSAPP and whatsapp is not None:
            try:
                await whatsapp.delete_media(ref)
            except PlatformError as error:
                log.warning("a picture could not be deleted: %s", error.outcome.reason or error.kind.value)
                if error.kind is not OutcomeKind.FAILED:
                    return  # FAILED: refused for good, an address that is not Twilio's
        now = self._program.clock.now()
        await self._in_session(lambda session: media.cleared(session, media_id, now))

    async def _reconcile(self) -> None:
        await missed.reconcile(self._program)

    async def _catch_up(self) -> None:
        if self._program.missed:
            await missed.reconcile(self._program)


def _chance() -> str:
    """The address of a certificate: nobody can guess another's."""
    return secrets.token_urlsafe(24)
