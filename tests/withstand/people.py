"""People who walk the whole way over real webhooks: each looks at what is asked before answering."""

import asyncio
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.channels.signature import sign
from models import Channel
from tests.standins.twilio import TOKEN
from tests.withstand.journey import BUSINESS, HOME, NAME, NIB, PHONE, Step, recorded
from tests.withstand.platforms import PUBLIC, WEBHOOK_SECRET, Platforms, Seen

_events = itertools.count(1)
HEADERS = {"x-telegram-bot-api-secret-token": WEBHOOK_SECRET, "content-type": "application/json"}


class WrongQuestion(AssertionError):
    """Somebody was asked what they should not be asked."""


@dataclass
class Door:
    """The program's webhooks, as the platforms call them."""

    url: str
    platforms: Platforms
    http: aiohttp.ClientSession
    patience: float = 60.0  # seconds a platform repeats what is not taken, and a person waits for an answer
    acknowledged: list[tuple[Channel, str]] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    async def telegram(self, update: dict[str, Any]) -> dict[str, Any] | None:
        """Telegram repeats an update until it is answered with 2xx."""
        body = json.dumps({"update_id": next(_events), **update}).encode()
        number = str(json.loads(body)["update_id"])
        end = asyncio.get_running_loop().time() + self.patience
        while True:
            status, said = await self._post("/webhooks/telegram", body, HEADERS)
            if status == 200:
                self.acknowledged.append((Channel.TELEGRAM, number))
                return json.loads(said) if said else None
            assert asyncio.get_running_loop().time() < end, f"an update is refused with {status}"
            await asyncio.sleep(0.15)

    async def whatsapp(self, form: dict[str, str]) -> int:
        """Twilio posts once; what is lost stands in its list."""
        form = {"MessageSid": f"SM{next(_events):032x}", "NumMedia": "0", "Empty": "", **form}
        self.platforms.twilio.note(form)
        path = "/webhooks/whatsapp"
        headers = {
            "X-Twilio-Signature": sign(PUBLIC + path, form, TOKEN),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        status, _ = await self._post(path, urlencode(form).encode(), headers)
        if status == 200:
            self.acknowledged.append((Channel.WHATSAPP, form["MessageSid"]))
        return status

    async def _post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        try:
            async with self.http.post(self.url + path, data=body, headers=headers) as answer:
                status, said = answer.status, await answer.read()
        except (aiohttp.ClientError, OSError, TimeoutError):
            status, said = 0, b""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        return status, said


@dataclass
class Person:
    """Somebody with a business, and the way they have come."""

    number: int
    channel: Channel
    door: Door
    read: int = 0  # messages looked at
    doubled: int = 0  # messages that came a second time
    at: int = 0  # the step they are at

    @property
    def address(self) -> str:
        """Where they are written to."""
        return str(700_000 + self.number) if self.channel is Channel.TELEGRAM else f"whatsapp:{self.phone}"

    @property
    def phone(self) -> str:
        """Their own number."""
        return f"+62812{10_000_000 + self.number}"

    @property
    def name(self) -> str:
        """Letters only."""
        return "Siti " + "".join(chr(97 + int(digit)) for digit in f"{self.number:05d}")

    @property
    def nib(self) -> str:
        """Nobody else's."""
        return f"{9_120_000_000_000 + self.number}"

    async def walks(self, steps: Sequence[Step] | None = None, pause: float = 0.0) -> Seen:
        """Every step; gives what they see at the end. Raises WrongQuestion, or AssertionError if nobody answers."""
        steps = recorded(self.channel) if steps is None else steps
        await self.does(steps[0], None)
        for before, step in itertools.pairwise(steps):
            self.at += 1
            seen = await self.sees(step, before)
            if step is not steps[-1]:
                await asyncio.sleep(pause)
                await self.does(step, seen)
        return seen

    async def sees(self, step: Step, before: Step | None) -> Seen:
        """What comes next; the message before may come once more."""
        while True:
            try:
                seen = await self.door.platforms.boxes.after(self.address, self.read, self.door.patience)
            except TimeoutError:
                raise AssertionError(f"{self.address} waits in vain for step {self.at}: {step.expects[:60]}") from None
            self.read += 1
            if step.redrawn and seen.redrawn:
                return seen
            if not step.redrawn and self._own(step.expects) in seen.plain:
                return seen
            if before is not None and before.expects and self._own(before.expects) in seen.plain:
                self.doubled += 1
                continue
            raise WrongQuestion(f"step {self.at}: {seen.plain[:90]} / {step.expects[:90]}")

    async def does(self, step: Step, seen: Seen | None) -> None:
        """Types or taps."""
        if step.taps:
            assert seen is not None
            assert step.taps in seen.buttons or self.channel is Channel.WHATSAPP, (step, seen)
        if step.taps and seen and step.taps in seen.buttons:
            await self._taps(seen, *seen.buttons[step.taps])
        else:
            await self.says(self._own(step.says or step.taps))

    async def says(self, text: str) -> None:
        """Type something."""
        if self.channel is Channel.TELEGRAM:
            await self.door.telegram({"message": {**self._chat(1), "text": text}})
        else:
            await self.door.whatsapp({"From": self.address, "Body": text, "MessageType": "text"})

    async def _taps(self, seen: Seen, data: str, label: str) -> None:
        if self.channel is Channel.TELEGRAM:
            sender = self._chat(1)["from"]
            tap = {"id": "1", "from": sender, "data": data, "message": self._chat(seen.message_id)}
            answer = await self.door.telegram({"callback_query": tap})
            assert answer is not None
            assert answer["method"] == "answerCallbackQuery"
            return
        form = {"From": self.address, "Body": label}
        if seen.kind == "list-picker":
            form |= {"MessageType": "interactive", "ListId": data, "ListTitle": label}
        else:
            form |= {"MessageType": "button", "ButtonPayload": data, "ButtonText": label}
        await self.door.whatsapp(form)

    def _chat(self, message_id: int) -> dict[str, Any]:
        me = {"id": int(self.address), "is_bot": False, "first_name": "Siti", "language_code": "id"}
        return {
            "message_id": message_id or 1,
            "date": 1,
            "chat": {"id": int(self.address), "type": "private"},
            "from": me,
        }

    def _own(self, recorded_words: str) -> str:
        """The recording in this person's words."""
        own = {NAME: self.name, HOME: self.name, BUSINESS: f"Keripik {self.name}"}
        own |= {NIB: self.nib, PHONE: f"0{self.phone[3:]}"}
        for theirs, mine in own.items():
            recorded_words = recorded_words.replace(theirs, mine)
        return recorded_words


def crowd(count: int, door: Door) -> list[Person]:
    """Half on each channel."""
    return [Person(n, Channel.TELEGRAM if n % 2 else Channel.WHATSAPP, door) for n in range(count)]


def http() -> aiohttp.ClientSession:
    """As many connections as there are people."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=60, sock_connect=20)
    )
