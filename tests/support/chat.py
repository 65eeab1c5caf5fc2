"""A phone for stories: what an owner types and taps goes through the real inbox into a real database."""

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

import handlers
from bot.database import Database
from bot.inbound import Inbound
from bot.inbox import Inbox, Received
from bot.tables import conversations
from conversation.form import walk
from conversation.run import Run
from conversation.said import Contact, Location, Other, Photo, Said, Start, Tap, Text
from conversation.turn import on_the_table
from handlers import HANDLERS
from models import Channel, Conversation, Session
from models.prepared import Prepared
from services.office import Office
from texts import Catalogue, load
from texts.bubble import Bubble, Button, Shape
from texts.checking import LONGEST

NOON = dt.datetime(2026, 11, 24, 5, tzinfo=dt.UTC)  # Tuesday, noon in Banten
ADDRESSES = {Channel.TELEGRAM: "700000001", Channel.WHATSAPP: "whatsapp:+6281200000001"}
PLACEHOLDER = re.compile(r"\{[a-z_0-9]+\}")
_OPEN = ("run_id", "form", "answers", "view", "facts")
_READ = Prepared(  # stories look at it after every message
    sa.select(*(conversations.c[name] for name in _OPEN)).where(
        conversations.c.channel == sa.bindparam("channel"), conversations.c.address == sa.bindparam("address")
    )
)
BUTTON_ROOM = 64  # bytes of a button's data
LIST_ROOM = 24  # characters of a list row's label


class Noting(Catalogue):
    """The real texts, noting which of them were said."""

    told: set[str]

    def text(self, key: str, language: str, /, **values: Any) -> str:
        """As the catalogue does, and remembered."""
        self.told.add(key)
        return super().text(key, language, **values)


@lru_cache(maxsize=1)
def noting() -> Noting:
    """The texts of all stories: cut once."""
    real = load()
    made = Noting(real.books, real.tables)
    made.told = set()
    return made


class Chat:
    """One person's chat. Every turn is one transaction, as in the program; time stands still until it is moved.

    Every bubble is looked at on the way: short enough, every placeholder filled, every button fit to be carried.
    """

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
        self.texts = noting()
        self.office = office
        self.inbox = Inbox(handlers.answer, office, self.texts)
        self.bubble: Bubble | None = None
        self.received = Received()
        self.told: frozenset[str] = frozenset()  # the keys of everything the last message says
        self.bubbles: list[Bubble] = []
        self.curly = False  # something typed looked like a placeholder
        self.answers = 0  # messages and taps so far
        self.log: list[tuple[str, str]] = []

    # --- what a person does ---

    def hears(self, said: Said, event: str | None = None) -> Received:
        """One message of any kind."""
        inbound = Inbound(
            channel=self.channel,
            address=self.address,
            event_id=event or f"chat-{next(self._events)}",
            said=said,
            at=self.now,
            language_hint=self.hint,
        )
        self.texts.told.clear()
        with self.database.write() as connection:
            self.received = self.inbox.receive(connection, inbound, self.now)
        self.told = frozenset(self.texts.told)
        self.answers += 1
        if self.received.reply is not None:
            self.bubble = self.received.reply.bubble
            self.bubbles.append(self.bubble)
            self.log.append(("bot", shown(self.bubble)))
            self.curly = self.curly or (isinstance(said, Text) and "{" in said.text)
            fit_to_be_sent(self.bubble, self.told, self.curly)
        return self.received

    def says(self, *texts: str) -> "Chat":
        """Type, one message after the other."""
        for text in texts:
            self.log.append(("me", text))
            self.hears(Text(text))
        return self

    def taps(self, *names: str) -> "Chat":
        """Tap buttons by what they say, or by the option they stand for."""
        for name in names:
            self.presses(self.button(name))
        return self

    def presses(self, *buttons: Button) -> "Chat":
        """Tap buttons, perhaps of an older message."""
        for button in buttons:
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
        what = thing.kind if isinstance(thing, Other) else type(thing).__name__.lower()
        self.log.append(("me", f"({what})"))
        self.hears(thing)
        return self

    def waits(self, **time: float) -> "Chat":
        """Let time pass: `waits(days=14)`."""
        self.now += dt.timedelta(**time)
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

    @property
    def labels(self) -> list[str]:
        """What the buttons below the last message say."""
        return [b.label for b in self.bubble.buttons] if self.bubble else []

    def button(self, name: str) -> Button:
        """A button of the last message by its label or its option."""
        for button in self.bubble.buttons if self.bubble else ():
            if name in (button.label, button.data.split("|")[2]):
                return button
        raise AssertionError(f"no button {name!r} below:\n{shown(self.bubble)}")

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
    def run(self) -> Run | None:
        """The run that is open."""
        run_id, form, answers, view, facts = self._open
        return Run(str(run_id), form, answers, view, facts) if form else None

    @property
    def form(self) -> str | None:
        """The form that is open."""
        return None if (form := self._open[1]) is None else str(form)

    @property
    def asked(self) -> str | None:
        """The key of the question that is open, or None."""
        run = self.run
        if run is None:
            return None
        current = on_the_table(walk(HANDLERS[run.form].form(run.facts), run), run)
        return current.key if current else None

    @property
    def over(self) -> str | None:
        """The kind of prompt that lies over the question, or None."""
        over = self._open[3].get("over")
        return str(over["kind"]) if over else None

    @property
    def _open(self) -> list[Any]:
        with self.database.read() as connection:
            (row,) = _READ.rows(connection, {"channel": self.channel, "address": self.address})
            return row

    def transcript(self) -> Iterator[str]:
        """Everything said so far, as prose."""
        for who, words in self.log:
            yield from (f"{'  ' if who == 'bot' else '> '}{line}".rstrip() for line in words.split("\n"))
            yield ""


def tap(button: Button) -> Tap:
    """What a channel hears when a button is tapped."""
    run, question, option = button.data.split("|")
    return Tap(run, question, option, button.label, message_id="1")


def fit_to_be_sent(bubble: Bubble, told: frozenset[str], curly: bool = False) -> None:
    """What is true of every bubble, whatever was said before it. Raises AssertionError with the bubble."""
    about = shown(bubble)
    assert bubble.text.strip(), "an empty bubble"
    may_be_long = told & noting().tables["long"].keys()
    assert len(bubble.text) <= LONGEST or may_be_long, f"{len(bubble.text)} characters, of {sorted(told)}:\n{about}"
    assert curly or not PLACEHOLDER.search(bubble.text), about
    assert len({b.data for b in bubble.buttons}) == len(bubble.buttons), about
    for button in bubble.buttons:
        assert len(button.data.encode()) <= BUTTON_ROOM, button
        assert button.data.count("|") == 2, button
        assert button.label.strip(), button
        assert len(button.label) <= LIST_ROOM or button.data.split("|")[1].startswith("~"), button


def shown(bubble: Bubble | None) -> str:
    """A bubble in plain lines."""
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
