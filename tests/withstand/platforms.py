"""Both platforms on loopback, strict, with a letter box for every person; and everybody's phone can be broken."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from bot.channels import templates
from bot.clock import Clock
from models import Session
from tests.standins import telegram_rules, twilio_rules
from tests.standins.served import drop, served
from tests.standins.telegram import Telegram
from tests.standins.twilio import SENDER, SID, Twilio
from tests.withstand.journey import plain

WEBHOOK_SECRET = "secret-of-the-webhook-0123456789"
PUBLIC = "https://bot.contoh.go.id"

Breakage = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


@dataclass(frozen=True)
class Seen:
    """What appears on a phone."""

    text: str
    buttons: dict[str, tuple[str, str]]  # option → (data, label)
    kind: str = "text"  # on WhatsApp: text, picture, quick-reply or list-picker
    message_id: int = 0
    redrawn: bool = False
    delivery: str = ""  # on WhatsApp the callback names it

    @property
    def plain(self) -> str:
        """To compare."""
        return plain(self.text)


class Boxes:
    """Letter boxes by address."""

    def __init__(self) -> None:
        self.seen: dict[str, list[Seen]] = defaultdict(list)
        self._wake: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def put(self, address: str, seen: Seen) -> None:
        """A message arrives."""
        self.seen[address].append(seen)
        self._wake[address].set()

    async def after(self, address: str, count: int, seconds: float) -> Seen:
        """The message after the first `count`, or TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.seen[address]) <= count:
                self._wake[address].clear()
                await self._wake[address].wait()
        return self.seen[address][count]


class Spoilt:
    """A platform in trouble: `breakage` answers in its place while it is set."""

    breakage: Breakage | None = None
    requests: int = 0

    async def spoil(self, request: web.Request) -> web.StreamResponse | None:
        """The answer in place of the platform's own."""
        self.requests += 1
        return await self.breakage(request) if self.breakage else None


@dataclass
class TelegramPhones(Telegram, Spoilt):
    """Telegram, delivering."""

    boxes: Boxes = field(default_factory=Boxes)
    loses_answer: int = 0  # so many sends arrive although nobody is told

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        broken = await self.spoil(request)
        if broken is not None:
            return broken
        answer = await super().handle(request)
        if self.loses_answer and request.path.endswith("/sendMessage"):
            self.loses_answer -= 1
            drop(request)
        return answer

    def _result(self, method: str, parameters: dict[str, Any]) -> Any:
        result = super()._result(method, parameters)
        if method in ("sendMessage", "sendPhoto", "editMessageReplyMarkup"):
            number = parameters["message_id"] if method == "editMessageReplyMarkup" else result["message_id"]
            markup = parameters.get("reply_markup") or {}
            keys = [key for row in markup.get("inline_keyboard", []) for key in row]
            buttons = {key["callback_data"].split("|")[2]: (key["callback_data"], key["text"]) for key in keys}
            said = parameters.get("text") or parameters.get("caption") or ""
            text = telegram_rules.words(said, parameters.get("parse_mode"))
            seen = Seen(text, buttons, message_id=number, redrawn=method == "editMessageReplyMarkup")
            self.boxes.put(str(parameters["chat_id"]), seen)
        return result


@dataclass
class TwilioPhones(Twilio, Spoilt):
    """WhatsApp through Twilio, delivering."""

    boxes: Boxes = field(default_factory=Boxes)
    loses_answer: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        broken = await self.spoil(request)
        if broken is not None:
            return broken
        answer = await super().handle(request)
        if self.loses_answer and request.method == "POST" and request.path.endswith("/Messages.json"):
            self.loses_answer -= 1
            drop(request)
        return answer

    async def _send(self, request: web.Request) -> dict[str, Any]:
        made = await super()._send(request)
        form, whole = self.sent[-1], self.shown[-1]
        delivery = form.get("StatusCallback", "").partition("?d=")[2]
        self.boxes.put(form["To"], _on_whatsapp(form, whole, delivery))
        return made

    def note(self, form: dict[str, str]) -> None:
        """Twilio lists every message it was given, whatever became of its webhook."""
        listed = {"sid": form["MessageSid"], "from": form["From"], "to": SENDER, "body": form.get("Body", "")}
        sent = format_datetime(Clock().now())
        self.messages.insert(0, {**listed, "direction": "inbound", "date_sent": sent, "num_media": "0"})


def _on_whatsapp(form: dict[str, str], whole: dict[str, Any] | None, delivery: str) -> Seen:
    if whole is None:
        return Seen(form.get("Body", ""), {}, kind="text" if "Body" in form else "picture", delivery=delivery)
    rows = whole.get("actions") or whole.get("items") or []
    buttons = {row["id"].split("|")[2]: (row["id"], row.get("title") or row["item"]) for row in rows}
    return Seen(whole["body"], buttons, kind=whole["type"].partition("/")[2], delivery=delivery)


@dataclass
class Platforms:
    """Both of them."""

    telegram: TelegramPhones
    twilio: TwilioPhones
    boxes: Boxes

    @property
    def wrong(self) -> list[str]:
        """What the platforms' rules refused: nothing, ever."""
        return self.telegram.wrong + self.twilio.wrong

    def with_templates(self, session: Session) -> None:
        """The generic templates, as if they had been made; the caller commits."""
        made = {}
        for number, layout in enumerate(templates.layouts(), 1):
            wanted = templates.definition(layout)
            sid = f"HX{number:032x}"
            self.twilio.contents[sid] = {**twilio_rules.content(json.loads(json.dumps(wanted))), "sid": sid}
            made[layout.name] = templates.Template(layout.name, sid, templates.fingerprint(layout))
        templates.keep(session, SENDER, made)

    def environment(self) -> dict[str, str]:
        """Settings that point a program here."""
        return {
            "TELEGRAM__TOKEN": "123456:TEST-token-of-nobody",
            "TELEGRAM__MODE": "webhook",
            "TELEGRAM__WEBHOOK_SECRET": WEBHOOK_SECRET,
            "TELEGRAM__BASE_URL": self.telegram.base_url,
            "TELEGRAM__BASE_FILE_URL": self.telegram.base_file_url,
            "TELEGRAM__RATE_PER_SECOND": "1000",
            "WHATSAPP__ACCOUNT_SID": SID,
            "WHATSAPP__AUTH_TOKEN": "token-of-nobody",
            "WHATSAPP__SENDER": SENDER,
            "WHATSAPP__BASE_URL": self.twilio.address,
            "WHATSAPP__RATE_PER_SECOND": "1000",
            "WEB__PUBLIC_URL": PUBLIC,
        }


@asynccontextmanager
async def platforms() -> AsyncIterator[Platforms]:
    """Both, served in the test's own loop."""
    boxes = Boxes()
    telegram, twilio = TelegramPhones(boxes=boxes), TwilioPhones(boxes=boxes)
    async with served(telegram.handle) as one, served(twilio.handle) as other:
        telegram.base_url, telegram.base_file_url = f"{one}/bot", f"{one}/file/bot"
        twilio.address = other
        yield Platforms(telegram, twilio, boxes)
