"""A stand-in for Telegram's Bot API that does as little as it can, so that what is measured is who calls it."""

import asyncio
import contextlib
import itertools
import time
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import orjson

ME = {"id": 1, "is_bot": True, "first_name": "bench", "username": "bench_bot"}
REFUSED = b'{"ok":false'
BY_FORM = b"application/x-www-form-urlencoded"


class Platform:
    """Takes calls on a port; `told(chat, keyboard, at)` hears of every message that arrives, at its moment."""

    def __init__(self, told: Callable[[int, Any, float], None], latency: float = 0.0) -> None:
        self.told = told
        self.latency = latency
        self.calls = 0
        self.port = 0
        self._ids = itertools.count(1)
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen; gives the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Call(self), "127.0.0.1", 0, backlog=1000)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    async def close(self) -> None:
        """Stop listening."""
        if self._server:
            self._server.close()

    def takes(self, method: str) -> bytes:
        """Whether a call that comes in now is taken; what is said to it if not."""
        return b""

    def answer(self, method: str, parameters: dict[str, Any]) -> bytes:
        """What the Bot API says to a call that was taken."""
        self.calls += 1
        if method == "getMe":
            return orjson.dumps({"ok": True, "result": ME})
        if method not in ("sendMessage", "editMessageReplyMarkup", "editMessageText"):
            return b'{"ok":true,"result":true}'
        chat = int(parameters["chat_id"])
        self.told(chat, parameters.get("reply_markup"), time.perf_counter())
        message = {"message_id": next(self._ids), "date": 1_790_000_000, "chat": {"id": chat, "type": "private"}}
        return orjson.dumps({"ok": True, "result": {**message, "text": parameters.get("text", "")}})


class Strict(Platform):
    """Refuses, as Telegram does, whatever is more than so many messages in any second."""

    def __init__(self, told: Callable[[int, Any, float], None], latency: float, most: int) -> None:
        super().__init__(told, latency)
        self.refused = 0
        self.came: list[float] = []  # when each that was taken came in
        self._last: deque[float] = deque([0.0] * most, most)

    def takes(self, method: str) -> bytes:
        """Counted when it comes in, not when it is answered: that would add this loop's own delays."""
        now = time.perf_counter()
        if method != "sendMessage":
            return b""
        if now - self._last[0] < 1.0:
            self.refused += 1
            told = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 1"}
            return orjson.dumps({**told, "parameters": {"retry_after": 1}})
        self._last.append(now)
        self.came.append(now)
        return b""


class _Call(asyncio.Protocol):
    """One connection; requests come one after the other on it."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._kept = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._kept += data
        while (end := self._kept.find(b"\r\n\r\n")) >= 0:
            head = self._kept[:end].lower()
            size = int(head.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in head else 0
            if len(self._kept) < end + 4 + size:
                return
            path = self._kept.split(b" ", 2)[1]
            body = self._kept[end + 4 : end + 4 + size]
            self._kept = self._kept[end + 4 + size :]
            self._take(path.rsplit(b"/", 1)[1].decode(), _parameters(head, body))

    def _take(self, method: str, parameters: dict[str, Any]) -> None:
        refused = self._platform.takes(method)
        if not self._platform.latency:
            self._answer(method, parameters, refused)
            return
        asyncio.get_running_loop().call_later(self._platform.latency, self._answer, method, parameters, refused)

    def _answer(self, method: str, parameters: dict[str, Any], refused: bytes) -> None:
        said = refused or self._platform.answer(method, parameters)
        status = b"429 Too Many Requests" if said.startswith(REFUSED) else b"200 OK"
        head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(said))
        if self._transport:
            self._transport.write(head + said)


def _parameters(head: bytes, body: bytes) -> dict[str, Any]:
    """JSON from ours, a form from the others."""
    if BY_FORM not in head:
        return dict(orjson.loads(body)) if body[:1] == b"{" else {}
    form: dict[str, Any] = dict(parse_qsl(body.decode()))
    if "reply_markup" in form:
        with contextlib.suppress(orjson.JSONDecodeError):
            form["reply_markup"] = orjson.loads(form["reply_markup"])
    return form
