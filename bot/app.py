"""The whole program wired together, in one place: read this first."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

import handlers
import migrations
import texts
from bot import demonstrating, metrics, workers
from bot.broadcasting import Broadcaster
from bot.channels import templates
from bot.channels.base import Channel
from bot.channels.telegram import TelegramChannel, number_of
from bot.clock import Clock
from bot.config import Settings
from bot.database import Database, open_database
from bot.documents import Documents
from bot.inbound import Inbound
from bot.inbox import Answer, Inbox, Received
from bot.inbox_rows import BURST
from bot.keys import derived, office_secret
from bot.outbox import Outbox
from bot.polling import Polling
from bot.scheduler import Heart
from bot.writer import DatabaseGone, Writer
from models import Channel as ChannelName
from services import calendar_entries, demo, facts, programmes
from services import templates as register
from services.office import Office
from texts import Catalogue

if TYPE_CHECKING:
    from bot.channels.whatsapp import WhatsAppChannel

log = logging.getLogger(__name__)

LAST_LOOK = 1.0  # seconds at the end, for threads that still read
UNLIMITED = 1_000_000
ROLES = ("all", "web", "worker", "scheduler")


@dataclass(slots=True)
class Channels:
    """The apps this program speaks on."""

    telegram: TelegramChannel | None = None
    whatsapp: "WhatsAppChannel | None" = None

    def named(self) -> dict[ChannelName, Channel]:
        """By name."""
        found: dict[ChannelName, Channel] = {}
        if self.telegram:
            found[ChannelName.TELEGRAM] = self.telegram
        if self.whatsapp:
            found[ChannelName.WHATSAPP] = self.whatsapp
        return found

    async def close(self) -> None:
        """Let their connections go."""
        for channel in self.named().values():
            await channel.close()


class Program:
    """One process. `role`: "all", or on PostgreSQL "web" (webhooks and their replies), "worker" (sends whatever
    waits), "scheduler" (heartbeats)."""

    def __init__(
        self,
        settings: Settings,
        *,
        role: str = "all",
        clock: Clock | None = None,
        answer: Answer | None = None,
        burst: int = BURST,
    ) -> None:
        self.settings = settings
        self.role = role
        self.clock = clock or Clock()
        self.office: Office = settings.office_now()  # of the settings; with what staff have set once it has started
        self.texts: Catalogue = texts.load()
        kept = settings.database
        self.database: Database = open_database(kept.url.get_secret_value(), kept.writers)
        key = derived(office_secret(settings), "files")
        public_url, letterhead = settings.web.public_url, self.office.letterhead
        bot = number_of(token.get_secret_value()) if (token := settings.telegram.token) else ""
        self.documents = Documents(self.database, key, self.clock.now, self.texts, public_url, letterhead, bot)
        self.inbox = Inbox(answer or handlers.answer, self.office, self.texts, max(burst, _burst(settings)))
        self.channels = Channels()
        self.ready = False
        self.missed = True  # WhatsApp messages may be waiting at Twilio that we could not take in
        self._polling: Polling | None = None
        self._heart: Heart | None = None
        self._broadcaster: Broadcaster | None = None

    @property
    def takes_messages(self) -> bool:
        """Whether people's messages come in here."""
        return self.role in ("all", "web")

    async def start(self) -> None:
        """Begin. The database must be at its newest step already (`prepare`)."""
        self.channels = channels(self.settings)
        await asyncio.to_thread(self.read_templates)
        await asyncio.to_thread(self.read_office)
        rates = {
            ChannelName.TELEGRAM: self.settings.telegram.rate_per_second,
            ChannelName.WHATSAPP: self.settings.whatsapp.rate_per_second,
        }
        sending = self.channels.named() if self.role != "scheduler" else {}
        self.outbox = Outbox(
            self.database,
            sending,
            rates,
            self.clock.now,
            workers.named(),
            replies_only=self.role == "web",
            documents=self.documents,
            invented=self.settings.simulator.enabled is True,
        )
        self.writer = Writer(self.database, self.outbox.finish, self.outbox.after)
        await self.outbox.start(self.writer)
        self._heart = Heart(self)
        self._heart.start()
        if self.role in ("all", "worker"):
            self._broadcaster = Broadcaster(self, self._heart.careful)
            self._broadcaster.start()
        if self.takes_messages and self.channels.telegram and self.settings.telegram.mode == "polling":
            self._polling = Polling(self.channels.telegram, self.receive, self.clock.now)
            self._polling.start()
        self.ready = True

    def read_templates(self) -> None:
        """What may be sent outside WhatsApp's 24 hours, and the generic templates, as they stand now. Blocking."""
        whatsapp = self.channels.whatsapp
        if whatsapp is None:
            return
        with Session(self.database.read_engine) as session:
            whatsapp.known = templates.known(session, whatsapp.name)
            whatsapp.approved = register.usable(session, whatsapp.name, self.texts, whatsapp.files_at)

    def read_office(self) -> None:
        """The office's calendar and facts with what staff have set, as they stand now. Blocking."""
        with Session(self.database.read_engine) as session:
            self.office = facts.joined(session, calendar_entries.joined(session, self.settings.office_now()))
        self.inbox = replace(self.inbox, office=self.office)

    async def receive(self, inbound: Inbound) -> Received:
        """One message in; returns after the commit. Raises DatabaseGone if it should come again later."""
        begun = time.monotonic()
        channel = inbound.channel.value
        result = "gone"
        try:
            received = await self.writer.run(
                lambda connection: self.inbox.receive(connection, inbound, self.clock.now()), inbound.address
            )
            result = "seen" if received.seen_before else "failed" if received.failed else "answered"
        except DatabaseGone:
            self.missed = True
            raise
        except Exception:  # this message alone cannot be kept: noted, and not asked for again and again
            result = "refused"
            log.exception("a message could not be kept")
            received = Received(failed=True)
        finally:
            metrics.turns.labels(channel, inbound.kind, result).inc()
            metrics.turn_seconds.labels(channel).observe(time.monotonic() - begun)
        return received

    async def forwarded(self) -> None:
        """The simulator moved the clock: do at once what became due."""
        if self._heart:
            await self._heart.beat()
        if self._broadcaster:
            await self._broadcaster.round()
        self.outbox.wake()

    async def close(self) -> None:
        """Take nothing new, finish what is under way, give everything back: at most some ten seconds."""
        self.ready = False
        if self._polling:
            await self._polling.close()
        if self._broadcaster:
            await self._broadcaster.close()
        if self._heart:
            await self._heart.close(2.0)
        await self.outbox.close(5.0)
        await self.writer.close()
        await self.channels.close()
        await self._last_look()
        self.database.close()

    async def _last_look(self) -> None:
        """A thread that still looks something up is waited for: its connection would stay open after the others."""
        end = time.monotonic() + LAST_LOOK
        while self.database.is_read and time.monotonic() < end:
            await asyncio.sleep(0.01)


def _burst(settings: Settings) -> int:
    """How many replies one chat may get within a few seconds: a share of what the platform allows to all of them.

    A platform minds many messages to one chat; the phone in the browser, or a server of one's own, does not.
    """
    telegram, whatsapp = settings.telegram, settings.whatsapp
    rates = [telegram.rate_per_second] if telegram.token else []
    rates += [whatsapp.rate_per_second] if whatsapp.begun else []
    return UNLIMITED if settings.simulated or not rates else int(min(rates) / 4)


def channels(settings: Settings) -> Channels:
    """The channels that are configured. Must be called on the running loop."""
    made = Channels()
    telegram, whatsapp = settings.telegram, settings.whatsapp
    if telegram.token:
        made.telegram = TelegramChannel(
            telegram.token.get_secret_value(), base_url=telegram.base_url, base_file_url=telegram.base_file_url
        )
    if whatsapp.account_sid and whatsapp.auth_token:
        from bot.channels.whatsapp import WhatsAppChannel  # who has no account at Twilio loads nothing of its client

        made.whatsapp = WhatsAppChannel(
            whatsapp.account_sid,
            whatsapp.auth_token.get_secret_value(),
            whatsapp.sender,
            messaging_service_sid=whatsapp.messaging_service_sid,
            base_url=whatsapp.base_url,
            public_url=settings.web.public_url,
            interactive=whatsapp.interactive,
        )
    return made


@asynccontextmanager
async def borrowed(settings: Settings) -> AsyncIterator[Channels]:
    """The channels for a while, for commands."""
    made = channels(settings)
    try:
        yield made
    finally:
        await made.close()


def prepare(settings: Settings) -> None:
    """Bring the database to its newest step and the programme to what the settings say.

    Raises `demonstrating.DemoRefused` for invented people beside real channels.
    """
    database = open_database(settings.database.url.get_secret_value())
    try:
        migrations.upgrade(database.write_engine)
        with Session(database.write_engine) as session, session.begin():
            demonstrating.refuse_beside_real_channels(session, settings)
            if settings.programme:
                programmes.ensure(session, demo.keep_quotas(session, demonstrating.spec(settings.programme)))
    finally:
        database.close()
