"""A very small bot behind real webhooks, the simulator before it, and a server on this computer: all over HTTP."""

import asyncio
import base64
import datetime as dt
import json
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from models import Base, Conversation, Delivery
from simulator import app as simulator
from simulator.door import signature

TOKEN, SECRET = "700:simulator-token", "a-secret-of-the-webhook"
SID, AUTH, SENDER = "AC" + "0" * 32, "twilio-auth-token", "whatsapp:+6281100000000"
PUBLIC = "https://bot.example.go.id/naik"
START = dt.datetime(2026, 11, 24, 3, 12, tzinfo=dt.UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> dt.datetime:
        return self.at

    def shift(self, by: dt.timedelta) -> None:
        self.at += by


@dataclass
class FakeBot:
    """Remembers what came in, and answers as it was told to."""

    url: str = ""
    telegram: list[dict[str, Any]] = field(default_factory=list)
    whatsapp: list[dict[str, str]] = field(default_factory=list)
    statuses: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)  # status codes to give before 200
    replies: bool = True
    contents: dict[str, str] = field(default_factory=dict)

    async def hear_telegram(self, request: Request) -> Response:
        self.headers.append(dict(request.headers))
        if request.headers.get("x-telegram-bot-api-secret-token") != SECRET:
            return Response(status_code=403)
        update = await request.json()
        self.telegram.append(update)
        if self.answers:
            return Response(status_code=self.answers.pop(0))
        if self.replies:
            await self.reply_telegram(update)
        if "callback_query" in update:  # answered in the webhook's own response
            id = update["callback_query"]["id"]
            return JSONResponse({"method": "answerCallbackQuery", "callback_query_id": id, "text": "Dicatat"})
        return Response()

    async def reply_telegram(self, update: dict[str, Any]) -> None:
        if "message" in update:
            chat, text = update["message"]["chat"]["id"], update["message"].get("text", "(lain)")
            if "foto" in text.lower():
                keys: Any = {"keyboard": [[{"text": "Bagikan nomor", "request_contact": True}], ["Lewati"]]}
            else:
                keys = {"inline_keyboard": [[_key("Kab. Serang"), _key("Kab. Lebak")], [_key("Di luar Banten")]]}
            await self.call("sendMessage", chat_id=chat, parse_mode="HTML", text=WORDS, reply_markup=keys)
        elif "callback_query" in update:
            chat = update["callback_query"]["message"]["chat"]["id"]
            said = update["callback_query"]["data"].split("|")[-1]
            await self.call("sendMessage", chat_id=chat, parse_mode="HTML", text=f"Baik: <b>{said}</b>.")

    async def call(self, method: str, token: str = TOKEN, **params: Any) -> tuple[int, dict[str, Any]]:
        url = f"{self.url}/simulator/telegram/bot{token}/{method}"
        async with aiohttp.ClientSession() as session, session.post(url, json=params) as answer:
            return answer.status, await answer.json()

    async def hear_whatsapp(self, request: Request) -> Response:
        fields = await self._signed(request)
        if fields is None:
            return Response(status_code=403)
        self.whatsapp.append(fields)
        if self.answers:
            return Response(status_code=self.answers.pop(0))
        if self.replies:
            await self.reply_whatsapp(fields)
        return Response("<Response/>", media_type="text/xml")

    async def reply_whatsapp(self, fields: dict[str, str]) -> None:
        to, count = fields["From"], len(self.whatsapp)
        if "ListId" in fields or "ButtonPayload" in fields:
            said = fields.get("ListId") or fields["ButtonPayload"]
            await self.send(to, Body=f"Baik: *{said}*.")
        elif count % 2:
            await self.send(to, **await self.a_list())
        else:
            await self.send(to, **await self.two_buttons())

    async def a_list(self) -> dict[str, str]:
        rows = [{"item": f"{{{{{i}}}}}", "id": f"r|regency|{i}", "description": ""} for i in (2, 3, 4)]
        body = {"body": "{{1}}", "button": "Lihat pilihan", "items": rows}
        sid = await self.content("list_3", {"twilio/list-picker": body})
        values = {"1": "Di mana *tempat membuat* produknya?", "2": "Kab. Serang", "3": "Kab. Lebak", "4": "Kota Serang"}
        return {"ContentSid": sid, "ContentVariables": json.dumps(values)}

    async def two_buttons(self) -> dict[str, str]:
        actions = [{"title": "{{2}}", "id": "r|own|yes"}, {"title": "{{3}}", "id": "r|own|no"}]
        sid = await self.content("qr_2", {"twilio/quick-reply": {"body": "{{1}}", "actions": actions}})
        values = {"1": "Usaha siapa?", "2": "Usaha saya sendiri", "3": "Bantu pemilik lain"}
        return {"ContentSid": sid, "ContentVariables": json.dumps(values)}

    async def content(self, name: str, types: dict[str, Any]) -> str:
        if name not in self.contents:
            said = {"friendly_name": name, "language": "id", "types": types, "variables": {"1": "contoh"}}
            status, body = await self.twilio("POST", "/v1/Content", json=said)
            assert status == 201, body
            self.contents[name] = body["sid"]
        return self.contents[name]

    async def send(self, to: str, **fields: str) -> tuple[int, dict[str, Any]]:
        form = {"From": SENDER, "To": to, "StatusCallback": f"{PUBLIC}/webhooks/whatsapp/status?d=7", **fields}
        return await self.twilio("POST", f"/2010-04-01/Accounts/{SID}/Messages.json", data=form)

    async def twilio(self, method: str, path: str, auth: str = AUTH, **how: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": "Basic " + base64.b64encode(f"{SID}:{auth}".encode()).decode()}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, self.url + path, **how) as answer,
        ):
            kind = answer.content_type
            return answer.status, await answer.json() if kind == "application/json" else {"bytes": await answer.read()}

    async def hear_status(self, request: Request) -> Response:
        fields = await self._signed(request)
        if fields is None:
            return Response(status_code=403)
        self.statuses.append(fields)
        return Response()

    async def _signed(self, request: Request) -> dict[str, str] | None:
        fields = {k: str(v) for k, v in (await request.form()).items()}
        url = PUBLIC + request.url.path + (f"?{request.url.query}" if request.url.query else "")
        self.headers.append(dict(request.headers))
        return fields if request.headers.get("x-twilio-signature") == signature(AUTH, url, fields) else None


WORDS = "Bagian 1: <b>2 dari 13</b>\n\nTempat membuat <i>produknya</i> ada di mana? 1 &lt; 2 &amp; 3"


def _key(label: str) -> dict[str, str]:
    return {"text": label, "callback_data": f"run7|regency|{label[-12:]}"}


@dataclass
class Stage:
    """A running server with everything in it."""

    url: str
    bot: FakeBot
    clock: Clock
    engine: sa.Engine
    world: Any
    shifted: list[dt.datetime]

    def wait(self, until: Any, seconds: float = 5) -> None:
        """Until something is true; fails when it is not in time."""
        for _ in range(round(seconds / 0.02)):
            if until():
                return
            threading.Event().wait(0.02)
        raise AssertionError("it did not happen in time")


@cache
def _empty_database() -> bytes:
    """The bytes of a database with all tables, made once: making them takes longer than most tests here."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        engine = sa.create_engine(f"sqlite:///{path}")
        Base.metadata.create_all(engine)
        engine.dispose()
        return path.read_bytes()


@contextmanager
def stage(folder: Path, pace: float = 0.01) -> Iterator[Stage]:
    """Start it all, and end it cleanly."""
    (folder / "phone.db").write_bytes(_empty_database())
    engine = sa.create_engine(f"sqlite:///{folder / 'phone.db'}")
    clock, bot, shifted = Clock(), FakeBot(), []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        bot.url = f"http://127.0.0.1:{listening.getsockname()[1]}"

        async def after_shift() -> None:
            shifted.append(clock.now())

        settings = simulator.SimulatorSettings(
            bot_url=bot.url,
            telegram_token=TOKEN,
            telegram_secret=SECRET,
            twilio_sid=SID,
            twilio_token=AUTH,
            whatsapp_sender=SENDER,
            public_url=PUBLIC,
            read_engine=engine,
            clock=clock,
            after_shift=after_shift,
            keep=folder / "contents.json",
            pace=pace,
        )
        phone = simulator.create(settings)
        with _served(_host(phone, bot), listening, lambda: simulator.close(phone)):
            yield Stage(bot.url, bot, clock, engine, phone.state.world, shifted)
    engine.dispose()


def _host(phone: Starlette, bot: FakeBot) -> Starlette:
    hooks = [
        Route("/webhooks/telegram", bot.hear_telegram, methods=["POST"]),
        Route("/webhooks/whatsapp", bot.hear_whatsapp, methods=["POST"]),
        Route("/webhooks/whatsapp/status", bot.hear_status, methods=["POST"]),
    ]
    return Starlette(routes=[*hooks, *simulator.root_routes(phone), Mount("/simulator", phone)])


@contextmanager
def _served(app: Starlette, listening: socket.socket, closing: Any) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=2))

    async def serve() -> None:
        await server.serve([listening])
        await closing()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def a_conversation(engine: sa.Engine, channel: str, address: str, **values: Any) -> int:
    """A row of the program's own, as it would stand there."""
    table = Conversation.__table__
    row = {"channel": channel, "address": address, "first_at": START, "last_in_at": START}
    with engine.begin() as connection:
        made = connection.execute(sa.insert(table).values(**row, **values).returning(table.c.id))
        return int(made.scalar_one())


def a_delivery(engine: sa.Engine, conversation_id: int, **values: Any) -> None:
    """One row of the outbox."""
    row = {
        "conversation_id": conversation_id,
        "channel": "telegram",
        "address": "700000001",
        "lane": 0,
        "because": "turn:41",
        "bubble": {"text": "Bagian 1: 2 dari 13\nTempat membuat *produknya* ada di mana?", "shape": "choice"},
        "state": "sent",
        "created_at": START,
        "not_before": START,
        "changed_at": START,
    }
    with engine.begin() as connection:
        connection.execute(sa.insert(Delivery.__table__).values(**{**row, **values}))
