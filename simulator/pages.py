"""The pages: choose an app, use the phone, see beside it what the program knows."""

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import jinja2
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from models import Channel
from simulator import known, markup, wording
from simulator.hands import Hands
from simulator.settings import BASE
from simulator.state import Fault, Phone, Turn

HOLD = 0.8  # seconds a question for news is held open, so that a reply shows at once
SETTLE = 2.0  # seconds a page without JavaScript waits for the reply
SHOWN = 200  # bubbles drawn
Endpoint = Callable[[Request], Awaitable[Response]]

env = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
env.tests["contains_tick"] = lambda label: "✅" in label
env.globals.update(base=BASE, clock=wording.clock, paragraphs=markup.paragraphs, words=markup.words)


def routes(hands: Hands) -> list[Route]:
    """All pages and the parts of them that are fetched again."""
    view = Pages(hands)
    one = "/{channel}/{person:int}"
    return [
        Route("/", view.choose, methods=["GET"]),
        Route("/{channel}", _careful(view.newest), methods=["GET"]),
        Route("/{channel}/new", _careful(view.new), methods=["POST"]),
        Route(one, _careful(view.whole), methods=["GET"]),
        Route(one + "/chat", _careful(view.chat), methods=["GET"]),
        Route(one + "/known", _careful(view.known), methods=["GET"]),
        Route(one + "/sheet", _careful(view.sheet), methods=["GET"]),
        Route(one + "/do/{what}", _careful(view.do), methods=["POST"]),
        Route(one + "/hard/{what}", _careful(view.hard), methods=["POST"]),
    ]


def _careful(endpoint: Endpoint) -> Endpoint:
    async def careful(request: Request) -> Response:
        try:
            return await endpoint(request)
        except (KeyError, ValueError):
            return HTMLResponse(env.get_template("missing.html").render(), 404)

    return careful


def _page(name: str, **values: Any) -> HTMLResponse:
    return HTMLResponse(env.get_template(name).render(**values), headers={"cache-control": "no-store"})


def _fetched(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


class Pages:
    """The pages over one world."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.world = hands.world

    def _phone(self, request: Request) -> Phone:
        return self.world.phone(Channel(request.path_params["channel"]), request.path_params["person"])

    async def choose(self, request: Request) -> Response:
        """The first page: Telegram or WhatsApp?"""
        return _page("choose.html")

    async def newest(self, request: Request) -> Response:
        """The phone of the person who came last; somebody new when nobody has come yet."""
        channel = Channel(request.path_params["channel"])
        people = self.world.people(channel)
        phone = self.world.phone(channel, people[-1]) if people else await self._someone_new(channel)
        return await self._whole(request, phone)

    async def _someone_new(self, channel: Channel) -> Phone:
        met = await run_in_threadpool(known.highest_person, self.world.settings.read_engine)
        other = [p for c, p in self.world.phones if c is not channel]
        if other and (channel, max(other)) not in self.world.phones:
            return self.world.phone(channel, max(other))  # the same person, with the other app open
        return self.world.new(channel, met)

    async def new(self, request: Request) -> Response:
        """Somebody else takes the phone."""
        channel = Channel(request.path_params["channel"])
        met = await run_in_threadpool(known.highest_person, self.world.settings.read_engine)
        return RedirectResponse(_address(self.world.new(channel, met)), 303)

    async def whole(self, request: Request) -> Response:
        """One person's phone."""
        return await self._whole(request, self._phone(request))

    async def _whole(self, request: Request, phone: Phone) -> Response:
        payload = request.query_params.get("start") or request.query_params.get("text") or ""
        values = {**self._chat_values(phone), **await self._known_values(phone)}
        turn = phone.turn(int(request.query_params.get("list") or 0))
        people = self.world.people(phone.channel)
        return _page("phone.html", **values, people=people, payload=payload[:64], sheet=turn, fetched=False)

    def _chat_values(self, phone: Phone) -> dict[str, Any]:
        now = self.world.settings.clock.now()
        shown, before = [], ""
        for turn in phone.turns[-SHOWN:]:
            between = wording.separator(turn.at, now)
            shown.append((between if between != before else "", turn))
            before = between
        newest = _newest(phone)
        commands = self.world.commands.get(phone.language) or self.world.commands.get("") or []
        about = {"commands": commands, "description": self.world.description}
        return {"phone": phone, "shown": shown, "newest": newest, "at": _address(phone), "now": now, **about}

    async def _known_values(self, phone: Phone) -> dict[str, Any]:
        now = self.world.settings.clock.now()
        found = await run_in_threadpool(known.read, self.world.settings.read_engine, phone, now)
        today, time = wording.full_day(now), wording.clock(now)
        mark = hashlib.sha256(repr((found, today, time, bool(phone.turns))).encode()).hexdigest()[:12]
        return {"known": found, "today": today, "time": time, "mark": mark}

    async def chat(self, request: Request) -> Response:
        """The bubbles, once they differ from what the page shows; 204 while they do not."""
        phone = self._phone(request)
        if not await phone.change(int(request.query_params.get("v") or 0), HOLD):
            return Response(status_code=204)
        return _page("_chat.html", **self._chat_values(phone), fetched=True, close_sheet=False)

    async def known(self, request: Request) -> Response:
        """What the program knows and sends, once it differs from what the page shows."""
        phone = self._phone(request)
        values = await self._known_values(phone)
        if values["mark"] == request.query_params.get("v"):
            return Response(status_code=204)
        return _page("_known.html", **values, phone=phone, at=_address(phone), fetched=True)

    async def sheet(self, request: Request) -> Response:
        """A WhatsApp list, opened from below; without a number: closed."""
        phone = self._phone(request)
        turn = phone.turn(int(request.query_params.get("list") or 0))
        return _page("_sheet.html", phone=phone, sheet=turn, at=_address(phone))

    async def do(self, request: Request) -> Response:
        """Type, tap or send; the bubble stands there at once, the reply follows."""
        phone = self._phone(request)
        form = {k: str(v) for k, v in (await request.form()).items()}
        before = _newest(phone)
        self._act(phone, request.path_params["what"], form)
        if _fetched(request):
            return _page("_chat.html", **self._chat_values(phone), fetched=True, close_sheet=True)
        for _ in range(4):  # the ticks of the message come first, then the reply
            if _newest(phone) is not before:
                break
            await phone.change(phone.version, SETTLE / 4)
        return RedirectResponse(_address(phone), 303)

    def _act(self, phone: Phone, what: str, form: dict[str, str]) -> None:
        if what == "say":
            self.hands.say(phone, form.get("text", ""))
        elif what == "start":
            self.hands.start(phone, form.get("payload", ""))
        elif what == "tap":
            turn, _, key = form.get("key", "").partition("-")
            self.hands.tap(phone, int(turn), int(key))
        elif what == "tap_reply":
            self.hands.tap_reply(phone, int(form.get("key", "")))
        elif what == "attach":
            self.hands.attach(phone, form.get("what", ""))
        else:
            raise KeyError(what)

    async def hard(self, request: Request) -> Response:
        """Make it hard for the program."""
        phone = self._phone(request)
        await self._make_hard(phone, request.path_params["what"])
        if _fetched(request):
            values = await self._known_values(phone)
            return _page("_controls.html", **values, phone=phone, at=_address(phone), fetched=True)
        return RedirectResponse(_address(phone), 303)

    async def _make_hard(self, phone: Phone, what: str) -> None:
        if what == "twice":
            self.hands.twice(phone)
        elif what == "block":
            self.hands.block(phone, not phone.blocked)
        elif what == "fail":
            self.hands.fail(phone, None if phone.fault else Fault.BUSY)
        elif what == "forward":
            await self.hands.forward(24)
        else:
            raise KeyError(what)


def _newest(phone: Phone) -> Turn | None:
    """The bot's newest bubble."""
    return next((t for t in reversed(phone.turns) if not t.mine), None)


def _address(phone: Phone) -> str:
    return f"{BASE}/{phone.channel}/{phone.person}"
