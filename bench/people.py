"""People on their phones: each writes, waits for the answer, and goes on, as many at once as are wanted."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

PATIENCE = 60.0  # seconds until an answer is given up; the run is void then
updates = itertools.count(1)
chats = itertools.count(7_000_001)


@dataclass(frozen=True, slots=True)
class Say:
    """Type something."""

    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """Tap the button below the last message whose data ends so."""

    ending: str


Step = Say | Press


@dataclass(slots=True)
class Crowd:
    """Everybody who writes, and how long each answer took in seconds."""

    port: int
    secret: str
    times: list[float] = field(default_factory=list)
    keyboards: dict[int, Any] = field(default_factory=dict)
    waiting: dict[int, "asyncio.Future[float]"] = field(default_factory=dict)

    def told(self, chat: int, keyboard: Any, at: float) -> None:
        """The stand-in has a message for a chat."""
        self.keyboards[chat] = keyboard
        future = self.waiting.pop(chat, None)
        if future and not future.done():
            future.set_result(at)

    async def walk(self, people: Sequence[Sequence[Step]], at_once: int) -> float:
        """Everybody goes through their steps, `at_once` of them at a time; gives the seconds it took."""
        left = iter(people)
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(people))):
                group.create_task(self._phones(left))
        return time.perf_counter() - begun

    async def _phones(self, left: Iterable[Sequence[Step]]) -> None:
        line = await Line.opened(self.port, self.secret)
        for steps in left:
            await self.one(line, next(chats), steps)
        line.close()

    async def one(self, line: "Line", chat: int, steps: Iterable[Step]) -> None:
        """One person from the first step to the last."""
        for step in steps:
            update = self._update(chat, step)
            answered = self.waiting[chat] = asyncio.get_running_loop().create_future()
            begun = time.perf_counter()
            try:
                async with asyncio.timeout(PATIENCE):
                    at, _ = await asyncio.gather(answered, line.post(update))
            except TimeoutError:
                raise RuntimeError(f"no answer to {step}, {'' if answered.done() else 'not even'} a message") from None
            self.times.append(at - begun)
        self.keyboards.pop(chat, None)

    def _update(self, chat: int, step: Step) -> bytes:
        person = {"id": chat, "is_bot": False, "first_name": "Siti", "language_code": "id"}
        at = {"id": chat, "type": "private", "first_name": "Siti"}
        number = next(updates)
        message: dict[str, Any] = {"message_id": number, "date": 1_790_000_000, "chat": at}
        if isinstance(step, Say):
            message |= {"from": person, "text": step.text}
            if step.text.startswith("/"):
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(step.text)}]
            return orjson.dumps({"update_id": number, "message": message})
        keyboard = self.keyboards.get(chat)
        message |= {"from": {"id": 1, "is_bot": True, "first_name": "bench"}, "text": "?", "reply_markup": keyboard}
        query = {"id": str(number), "from": person, "chat_instance": "1", "message": message}
        return orjson.dumps({"update_id": number, "callback_query": {**query, "data": _button(keyboard, step)}})


def _button(keyboard: Any, step: Press) -> str:
    rows = keyboard.get("inline_keyboard", []) if isinstance(keyboard, dict) else []
    for button in itertools.chain(*rows):
        if button["callback_data"].endswith(step.ending):
            return str(button["callback_data"])
    raise LookupError(f"no button {step.ending!r} below the last message: another question than expected")


class Line(asyncio.Protocol):
    """One kept connection to the webhook."""

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._kept = b""
        self._answer: asyncio.Future[int] | None = None
        self._transport: Any = None
        self._open: Callable[[], Any] = lambda: None

    @classmethod
    async def opened(cls, port: int, secret: str) -> "Line":
        """Connect."""
        head = (
            f"POST /webhooks/telegram HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: "
        )
        line = cls(head.encode())
        line._open = lambda: asyncio.get_running_loop().create_connection(lambda: line, "127.0.0.1", port)
        await line._open()
        return line

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionError("the webhook hung up"))

    def data_received(self, data: bytes) -> None:
        self._kept += data
        end = self._kept.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        head = self._kept[:end].lower()
        size = int(head.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in head else 0
        if len(self._kept) >= end + 4 + size:
            self._kept = self._kept[end + 4 + size :]
            answer, self._answer = self._answer, None
            if not answer.done():  # given up meanwhile: another one's failure ended the run
                answer.set_result(int(head.split(b" ", 2)[1]))

    async def post(self, body: bytes) -> None:
        """Post one update. Raises ConnectionError for anything but 200."""
        if self._transport is None or self._transport.is_closing():
            await self._open()  # the server closes what was quiet for a while
        answer = self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(self._head + b"%d\r\n\r\n" % len(body) + body)
        status = await answer
        if status != 200:
            raise ConnectionError(f"the webhook answered {status}")

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()
