"""A phone for stories: what an owner types and taps goes through the real inbox into a real database."""

import datetime as dt
import itertools
from collections.abc import Iterator

import sqlalchemy as sa

import handlers
from bot.database import Database
from bot.inbound import Inbound
from bot.inbox import Inbox, Received
from conversation.form import walk
from conversation.run import Run
from conversation.said import Contact, Location, Other, Photo, Said, Start, Tap, Text
from handlers import HANDLERS
from models import Channel, Conversation, Session
from services.office import Office
from texts import Catalogue, load
from texts.bubble import Bubble, Button, Shape

NOON = dt.datetime(2026, 11, 24, 5, tzinfo=dt.UTC)  # Tuesday, noon in Banten
ADDRESSES = {Channel.TELEGRAM: "700000001", Channel.WHATSAPP: "whatsapp:+6281200000001"}


class Chat:
    """One person's chat. Every turn is one transaction, as in the program; time stands still until it is moved."""

    _events = itertools.count(1)

    def __init__(
        self,
        database: Database,
        office: Office,
        channel: Channel = Channel.TELEGRAM,
        address: str | None = None,
        now: dt.datetime = NOON,
        hint: str | None = None,
    ) -> None:
        self.database = database
        self.channel = channel
        self.address = address or ADDRESSES[channel]
        self.now = now
        self.hint = hint
        self.texts: Catalogue = load()
        self.office = office
        self.inbox = Inbox(handlers.answer, office, self.texts)
        self.bubble: Bubble | None = None
        self.log: list[tuple[str, str]] = []

    # --- what a person does ---

    def hears(self, said: Said, event: str | None = None) -> Received:
        """One message of any kind."""
        inbound = Inbound(
            channel=self.channel,
            address=self.address,
            event_id=event or str(next(self._events)),
            said=said,
            at=self.now,
            language_hint=self.hint,
        )
        with self.database.write() as connection:
            received = self.inbox.receive(connection, inbound, self.now)
        if received.reply is not None:
            self.bubble = received.reply.bubble
            self.log.append(("bot", _shown(self.bubble)))
        return received

    def says(self, *texts: str) -> "Chat":
        """Type, one message after the other."""
        for text in texts:
            self.log.append(("me", text))
            self.hears(Text(text))
        return self

    def taps(self, *names: str) -> "Chat":
        """Tap buttons by what they say, or by the option they stand for."""
        for name in names:
            button = self.button(name)
            self.log.append(("me", f"[{button.label}]"))
            self.hears(tap(button))
        return self

    def starts(self, payload: str = "") -> "Chat":
        """Press Start, perhaps through a link."""
        self.log.append(("me", f"/start {payload}".strip()))
        self.hears(Start(payload))
        return self

    def shares(self, thing: Photo | Contact | Location | Other) -> "Chat":
        """Send something that is not text."""
        self.log.append(("me", f"({type(thing).__name__})"))
        self.hears(thing)
        return self

    # --- what they see ---

    @property
    def text(self) -> str:
        """What the last message says."""
        return self.bubble.text if self.bubble else ""

    @property
    def options(self) -> list[str]:
        """The options that can be tapped below the last message."""
        return [b.data.split("|")[2] for b in self.bubble.buttons] if self.bubble else []

    def button(self, name: str) -> Button:
        """A button of the last message by its label or its option."""
        for button in self.bubble.buttons if self.bubble else ():
            if name in (button.label, button.data.split("|")[2]):
                return button
        raise AssertionError(f"no button {name!r} below:\n{_shown(self.bubble)}")

    # --- what the program knows ---

    @property
    def row(self) -> Conversation:
        """The conversation's row as it stands."""
        with Session(self.database.read_engine) as session:
            query = sa.select(Conversation).where(
                Conversation.channel == self.channel, Conversation.address == self.address
            )
            return session.scalars(query).one()

    @property
    def form(self) -> str | None:
        """The form that is open."""
        return self.row.form

    @property
    def asked(self) -> str | None:
        """The key of the question that is open, or None."""
        row = self.row
        if row.form is None:
            return None
        run = Run(str(row.run_id), row.form, row.answers, row.view, row.facts)
        current = walk(HANDLERS[row.form].form(run.facts), run).current
        return current.key if current else None

    def transcript(self) -> Iterator[str]:
        """Everything said so far, as prose."""
        for who, words in self.log:
            yield from (f"{'  ' if who == 'bot' else '> '}{line}".rstrip() for line in words.split("\n"))
            yield ""


def tap(button: Button) -> Tap:
    """What a channel hears when a button is tapped."""
    run, question, option = button.data.split("|")
    return Tap(run, question, option, button.label, message_id="1")


def _shown(bubble: Bubble | None) -> str:
    if bubble is None:
        return ""
    rows = []
    for b in bubble.buttons:
        number = f"{b.number} " if b.number else ""
        ticked = "✅ " if b.ticked else ""
        about = f" ({b.description})" if b.description else ""
        rows.append(f"[{ticked}{number}{b.label}{about}]")
    kind = " (tick several)" if bubble.shape is Shape.TICKS else ""
    return "\n".join([bubble.text, *([kind.strip()] if kind and rows else []), *rows])
