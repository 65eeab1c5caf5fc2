"""The phone for programs: a few JSON routes with which the terminal types, taps and reads."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models import Channel
from simulator import known, markup
from simulator.hands import Hands
from simulator.state import Fault, Key, Phone, Turn

WAIT_MOST = 30.0  # seconds a reader may wait for something new


def routes(hands: Hands) -> list[Route]:
    """New person, do something, read what is new."""
    world = hands.world

    def phone_of(request: Request) -> Phone:
        return world.phone(Channel(request.path_params["channel"]), request.path_params["person"])

    async def new(request: Request) -> Response:
        after = await run_in_threadpool(known.highest_person, world.settings.read_engine)
        phone = world.new(Channel(request.path_params["channel"]), after)
        phone.language = str((await _body(request)).get("language", "id"))
        return JSONResponse({"person": phone.person, "address": phone.address, "version": phone.version}, 201)

    async def do(request: Request) -> Response:
        phone = phone_of(request)
        for what, value in (await _body(request)).items():
            await _do(hands, phone, what, value)
        return JSONResponse({"version": phone.version})

    async def look(request: Request) -> Response:
        phone = phone_of(request)
        since = int(request.query_params.get("since", "0"))
        await phone.change(since, min(float(request.query_params.get("wait", "0")), WAIT_MOST))
        turns = [{**_turn(t), "drawn": t.drawn > since} for t in phone.turns if t.changed > since]
        about = {"version": phone.version, "toast": phone.toast, "keyboard": [_key(k) for k in phone.reply_keys]}
        return JSONResponse({**about, "turns": turns})

    return [
        Route("/api/{channel}/new", _careful(new), methods=["POST"]),
        Route("/api/{channel}/{person:int}", _careful(look), methods=["GET"]),
        Route("/api/{channel}/{person:int}", _careful(do), methods=["POST"]),
    ]


async def _do(hands: Hands, phone: Phone, what: str, value: Any) -> None:
    if what == "say":
        hands.say(phone, str(value))
    elif what == "start":
        hands.start(phone, str(value))
    elif what == "tap":
        hands.tap(phone, int(value["turn"]), int(value["key"]))
    elif what == "tap_reply":
        hands.tap_reply(phone, int(value))
    elif what == "attach":
        hands.attach(phone, str(value))
    elif what == "twice":
        hands.twice(phone)
    else:
        await _make_hard(hands, phone, what, value)


async def _make_hard(hands: Hands, phone: Phone, what: str, value: Any) -> None:
    if what == "block":
        hands.block(phone, bool(value))
    elif what == "fail":
        hands.fail(phone, Fault(value) if value else None)
    elif what == "forward":
        await hands.forward(float(value))
    else:
        raise KeyError(what)


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.id,
        "mine": turn.mine,
        "at": turn.at.isoformat(),
        "kind": turn.kind,
        "text": markup.marked(turn.pieces),
        "note": turn.note,
        "tick": turn.tick if turn.mine else "",
        "list_label": turn.list_label,
        "picked": turn.picked,
        "keys": [_key(k) for k in turn.keys],
    }


def _key(key: Key) -> dict[str, str]:
    return {"label": key.label, "data": key.data, "description": key.description, "url": key.url}


async def _body(request: Request) -> dict[str, Any]:
    said = json.loads(await request.body() or b"{}")
    if not isinstance(said, dict):
        raise ValueError("an object is expected")
    return said


def _careful(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """What is not there is 404, what makes no sense is 400."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handler(request)
        except KeyError as missing:
            return JSONResponse({"error": f"not found: {missing}"}, 404)
        except (ValueError, TypeError) as wrong:
            return JSONResponse({"error": str(wrong)}, 400)

    return endpoint
