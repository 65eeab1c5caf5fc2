"""Everything the stand-ins hold in memory: the phones, what is under way, what the program has set at the platforms."""

import asyncio
import json
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from models import Channel
from simulator.settings import SimulatorSettings
from simulator.state import FIRST_TELEGRAM, MOST_PEOPLE, Key, Phone, Turn


@dataclass(frozen=True)
class Tapped:
    """An inline key that was tapped and waits to be acknowledged."""

    phone: Phone
    turn: Turn
    key: Key


@dataclass
class Sms:
    """A message as Twilio keeps it, whichever way it went."""

    sid: str
    fields: dict[str, Any]  # as Twilio's Messages resource shows them
    media: list[str] = field(default_factory=list)


class World:
    """The platforms on this computer. It lives as long as the program; only templates are kept on disk."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.phones: dict[tuple[Channel, int], Phone] = {}
        # Numbers go on from the clock, so that after a restart no event looks like one the program has seen.
        self._number = int(settings.clock.now().timestamp())
        self.tasks: set[asyncio.Task[None]] = set()
        # Telegram
        self.webhook = ""
        self.secret = settings.telegram_secret
        self.polled = False  # the program asks for its updates itself
        self.updates: list[dict[str, Any]] = []
        self.taps: dict[str, Tapped] = {}
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.description = ""
        # Twilio
        self.messages: dict[str, Sms] = {}
        self.media: dict[str, str] = {}  # sid → name of the asset
        self.contents: dict[str, dict[str, Any]] = self._kept()

    def number(self) -> int:
        """A number no message or event has had."""
        self._number += 1
        return self._number

    def sid(self, kind: str) -> str:
        """A name as Twilio gives them: two letters and 32 hexadecimal digits."""
        return kind + secrets.token_hex(16)

    # --- phones -----------------------------------------------------------------------------------------------------

    def phone(self, channel: Channel, person: int) -> Phone:
        """One person's phone, taken out of the drawer when it is first used. KeyError for a person who cannot be."""
        if not 0 < person <= MOST_PEOPLE:
            raise KeyError(person)
        return self.phones.setdefault((channel, person), Phone(channel, person))

    def people(self, channel: Channel) -> list[int]:
        """Who holds a phone with this app open."""
        return sorted(person for c, person in self.phones if c is channel)

    def new(self, channel: Channel, after: int = 0) -> Phone:
        """The phone of somebody new: nobody with a higher number has written, here or before (`after`)."""
        return self.phone(channel, max([after, *(person for _, person in self.phones)]) + 1)

    def by_chat_id(self, chat_id: int) -> Phone | None:
        """The Telegram phone of a chat, or None. One the program knew before a restart has been started already."""
        person = chat_id - FIRST_TELEGRAM
        known = (Channel.TELEGRAM, person) in self.phones
        if not 0 < person <= MOST_PEOPLE:
            return None
        phone = self.phone(Channel.TELEGRAM, person)
        phone.started = phone.started or not known
        return phone

    def by_number(self, address: str) -> Phone | None:
        """The WhatsApp phone behind "whatsapp:+62812…", or None when nobody has it."""
        head, tail = address[: len("whatsapp:+62812")], address[len("whatsapp:+62812") :]
        if head != "whatsapp:+62812" or len(tail) != 8 or not tail.isdigit() or not 0 < int(tail) <= MOST_PEOPLE:
            return None
        return self.phone(Channel.WHATSAPP, int(tail))

    # --- work under way ---------------------------------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something happen by itself, as messages do."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def close(self) -> None:
        """Put the phones away."""
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    # --- what outlives a restart ------------------------------------------------------------------------------------

    def _kept(self) -> dict[str, dict[str, Any]]:
        keep = self.settings.keep
        if keep is None or not keep.exists():
            return {}
        kept: dict[str, dict[str, Any]] = json.loads(keep.read_text(encoding="utf-8"))
        return kept

    def approval(self, sid: str) -> dict[str, Any]:
        """How a template stands with WhatsApp, with the name and category it was handed in under."""
        nothing = {"name": "", "category": "", "status": "unsubmitted", "rejection_reason": ""}
        return {**nothing, **self.contents[sid].get("approval", {})}

    def keep_content(self, content: dict[str, Any]) -> None:
        """Remember a content template."""
        self.contents[content["sid"]] = content
        keep = self.settings.keep
        if keep is not None:
            keep.parent.mkdir(parents=True, exist_ok=True)
            keep.write_text(json.dumps(self.contents, ensure_ascii=False), encoding="utf-8")
