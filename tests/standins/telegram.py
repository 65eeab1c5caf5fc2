"""Telegram's Bot API on loopback: checks every request, keeps it, and answers as scripted."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.standins import telegram_rules
from tests.standins.served import drop, served

TOKEN = "123456:TEST-token-of-nobody"


@dataclass(frozen=True)
class Answer:
    """What the stand-in is to answer instead of accepting."""

    status: int = 200
    body: Any = None  # JSON, or bytes as they are
    drops: bool = False  # reads the request and breaks the connection
    hangs: bool = False  # reads the request and never answers


def refusal(status: int, description: str, **parameters: Any) -> Answer:
    """Telegram's way of saying no."""
    body = {"ok": False, "error_code": status, "description": description}
    return Answer(status, {**body, "parameters": parameters} if parameters else body)


@dataclass
class Telegram:
    """The stand-in. `calls` holds every method with its parameters, `next` what is answered next, whatever is asked."""

    base_url: str = ""
    base_file_url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    next: deque[Answer] = field(default_factory=deque)
    waiting: list[Any] = field(default_factory=list)  # updates
    files: dict[str, bytes] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)  # what files are called that were sent
    wrong: list[str] = field(default_factory=list)  # what the rules refused
    message_id: int = 100

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        _, kind, *rest = request.path.split("/", 2)
        if kind == "file":
            return self._file(request.path)
        if kind != f"bot{TOKEN}":
            return web.json_response({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401)
        parameters = await self._parameters(request)
        self.calls.append((rest[0], parameters))
        if self.next:
            return await self._scripted(self.next.popleft(), request)
        try:
            telegram_rules.check(rest[0], parameters)
            self._known(parameters)
        except telegram_rules.Refused as refused:
            self.wrong.append(str(refused))
            return web.json_response({"ok": False, "error_code": 400, "description": str(refused)}, status=400)
        return web.json_response({"ok": True, "result": self._result(rest[0], parameters)})

    async def _parameters(self, request: web.Request) -> dict[str, Any]:
        if request.content_type == "multipart/form-data":
            form = await request.post()
            return {k: _part(k, v) for k, v in form.items()}
        return dict(json.loads(await request.read() or b"{}"))

    async def _scripted(self, answer: Answer, request: web.Request) -> web.StreamResponse:
        if answer.hangs:
            await asyncio.sleep(30)
        if answer.drops:
            drop(request)
        if isinstance(answer.body, bytes):
            return web.Response(status=answer.status, body=answer.body)
        return web.json_response(answer.body, status=answer.status)

    def _file(self, path: str) -> web.StreamResponse:
        content = self.files.get(path.removeprefix(f"/file/bot{TOKEN}/"))
        return web.Response(body=content) if content is not None else web.Response(status=404)

    def _known(self, parameters: dict[str, Any]) -> None:
        """A file that is only named must have been sent to this bot before."""
        for name in ("photo", "document"):
            if isinstance(parameters.get(name), str) and parameters[name] not in self.kept:
                raise telegram_rules.Refused("Bad Request: wrong file identifier/HTTP URL specified")

    def _kept(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """What it is called from now on; of a picture there are sizes, the largest last."""
        name = next((name for name in ("photo", "document") if name in parameters), None)
        if name is None:
            return {}
        ref = parameters[name] if isinstance(parameters[name], str) else f"F-{self.message_id}"
        self.kept.add(ref)
        return {name: [{"file_id": f"{ref}-small"}, {"file_id": ref}] if name == "photo" else {"file_id": ref}}

    def _result(self, method: str, parameters: dict[str, Any]) -> Any:
        if method in ("sendMessage", "sendDocument", "sendPhoto"):
            self.message_id += 1
            chat = {"id": parameters["chat_id"], "type": "private"}
            return {"message_id": self.message_id, "date": 1, "chat": chat, **self._kept(parameters)}
        if method == "getUpdates":
            return [u for u in self.waiting if u.get("update_id", 0) >= parameters.get("offset", 0)]
        if method == "getFile":
            return {"file_id": parameters["file_id"], "file_path": f"photos/{parameters['file_id']}.jpg"}
        if method == "getMe":
            return {"id": 123456, "is_bot": True, "first_name": "Naik Kelas", "username": "NaikKelasBot"}
        return {"url": ""} if method == "getWebhookInfo" else True


def _part(name: str, value: Any) -> Any:
    """A part of a form with a file in it; there, objects are words of JSON."""
    if isinstance(value, web.FileField):
        return value.filename, value.file.read()
    return json.loads(value) if name == "reply_markup" else value


@asynccontextmanager
async def telegram() -> AsyncIterator[Telegram]:
    """The stand-in, served."""
    standin = Telegram()
    async with served(standin.handle) as address:
        standin.base_url, standin.base_file_url = f"{address}/bot", f"{address}/file/bot"
        yield standin
