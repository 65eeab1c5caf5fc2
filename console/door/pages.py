"""The routes of the door: its page, its list, its taps; and what a phone sees that opens an entry card."""

import datetime as dt
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from console import templating
from console.door import said
from console.door.guard import Guard
from console.door.said import Unread, What
from models import Session
from services import regions
from services.events import attending, doors, roster, tickets, words
from services.events.attending import Answer
from services.events.doors import Open, Shut
from texts import LANGUAGES, Catalogue

BASE = "/hadir"
LARGEST = 8_000  # bytes of one tap
HEADERS = {
    **templating.headers("script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"),
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "X-Robots-Tag": "noindex, nofollow",
}
env = templating.environment(Path(__file__).parent / "templates")
STATUS = {Shut.UNKNOWN: 404, Shut.REVOKED: 410, Shut.OVER: 410, Shut.CALLED_OFF: 410}


class Away(Exception):
    """The database cannot be reached just now; the page keeps what it has and asks again."""


Work = Callable[[Session], Any]


@dataclass(frozen=True, slots=True)
class Ways:
    """What the door needs of the program: reading, writing (one transaction, Away if it cannot), the time."""

    read: sa.Engine
    write: Callable[[Work], Awaitable[Any]]
    now: Callable[[], dt.datetime]
    texts: Catalogue
    guard: Guard = field(default_factory=Guard)


def routes(ways: Ways) -> list[BaseRoute]:
    """All of it, to be mounted at the root."""
    door = Door(ways)
    return [
        Mount(f"{BASE}/berkas", Static(directory=Path(__file__).parent / "static")),
        Route(f"{BASE}/{{token}}", door.careful(door.page), methods=["GET"]),
        Route(f"{BASE}/{{token}}/daftar", door.careful(door.people), methods=["GET"]),
        Route(f"{BASE}/{{token}}/catat", door.careful(door.note), methods=["POST"]),
    ]


class Static(StaticFiles):
    """Our own files, taken for nothing else than they are."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """With the headers that keep a browser from guessing."""
        response = super().file_response(*args, **kwargs)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-cache"
        return response


def _page(name: str, status: int = 200, **values: Any) -> Response:
    return HTMLResponse(env.get_template(name).render(base=BASE, **values), status, headers=HEADERS)


def _told(values: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(values, status, headers=HEADERS)


Endpoint = Callable[[Request], Awaitable[Response]]


class Door:
    """The pages over one program."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways

    def careful(self, endpoint: Endpoint) -> Endpoint:
        """Who guesses waits; while the database is away, whoever asks is told to ask again."""

        async def enter(request: Request) -> Response:
            place, token = request.client.host if request.client else "", request.path_params["token"]
            if self.ways.guard.refuses(place, token, self.ways.now()):
                return Response(status_code=429, headers={**HEADERS, "Retry-After": "60"})
            try:
                response = await endpoint(request)
            except (Away, sa.exc.SQLAlchemyError):
                return templating.away()
            except ClientDisconnect:
                return Response(status_code=400)
            if response.status_code == STATUS[Shut.UNKNOWN]:
                self.ways.guard.wrong(place, self.ways.now())
            elif response.status_code == 200 and token.startswith(doors.MARK):
                self.ways.guard.right(token)
            return response

        return enter

    async def page(self, request: Request) -> Response:
        """The door, or why it does not open; for the address in an entry card, where to show that card."""
        token, now = request.path_params["token"], self.ways.now()
        if token.startswith(tickets.MARK):
            shown = [self.ways.texts.text("events.card_at_door", language) for language in LANGUAGES]
            return _page("card.html", card=token if said.CARD.fullmatch(token) else "", shown=shown)
        opened = await run_in_threadpool(self._read, lambda session: doors.find(session, token, now))
        if isinstance(opened, Shut):
            return _page("shut.html", STATUS[opened], why=opened.value)
        return _page("door.html", **_shown(opened, token, now))

    async def people(self, request: Request) -> Response:
        """Who is expected, and how many came. That the names were read is written down once an hour."""
        token, now = request.path_params["token"], self.ways.now()
        found = await run_in_threadpool(self._read, lambda session: _list(session, token, now))
        if isinstance(found, Shut):
            return _told({"shut": found.value}, STATUS[found])
        opened, told = found
        if opened.door.looked_at is None or opened.door.looked_at <= now - doors.LOOKED:
            await self.ways.write(lambda session: doors.note_look(session, opened, now))
        return _told(told)

    async def note(self, request: Request) -> Response:
        """One tap. Sent twice it acts once."""
        now = self.ways.now()
        try:
            asked = said.read(await _body(request), now)
        except Unread as unread:
            return _told({"what": "unread", "said": unread.said}, 400)
        token, chance = request.path_params["token"], tickets.MARK + secrets.token_urlsafe(24)
        done = await self.ways.write(lambda session: _note(session, token, asked, chance, now))
        if isinstance(done, Shut):
            return _told({"shut": done.value}, STATUS[done])
        return _told(done)

    def _read(self, work: Work) -> Any:
        with Session(self.ways.read) as session:
            return work(session)


async def _body(request: Request) -> Any:
    kept = bytearray()
    async for chunk in request.stream():
        kept += chunk
        if len(kept) > LARGEST:
            raise Unread
    try:
        return json.loads(kept)
    except (ValueError, RecursionError):  # or nested as no page of ours nests
        raise Unread from None


def _shown(opened: Open, token: str, now: dt.datetime) -> dict[str, Any]:
    event = opened.event
    early = now < attending.begins(event)
    return {
        "token": token, "door": opened.door.name, "event": event.code, "title": event.title,
        "hours": words.hours(event, "id"), "day": words.when(event, "id") if early else "",
        "regencies": [(one.code, one.name) for one in regions.REGENCIES.values()],
        "paper": f"daftar hadir {event.code}, lembar 1",
    }  # fmt: skip


def _list(session: Session, token: str, now: dt.datetime) -> tuple[Open, dict[str, Any]] | Shut:
    opened = doors.find(session, token, now)
    if isinstance(opened, Shut):
        return opened
    guests = roster.expected(session, opened.actor, opened.event.id)
    told = {"people": [said.line(guest, opened.event) for guest in guests]}
    return opened, told | {"tally": said.numbers(roster.tally(session, opened.event))}


def _note(session: Session, token: str, asked: said.Request, chance: str, now: dt.datetime) -> dict[str, Any] | Shut:
    opened = doors.find(session, token, now, tapped=asked.tap.at)
    if isinstance(opened, Shut):
        return opened
    given = _given(session, opened, asked, chance, now)
    return said.answer(given) | {"tally": said.numbers(roster.tally(session, given.event))}


def _given(session: Session, opened: Open, asked: said.Request, chance: str, now: dt.datetime) -> Answer:
    actor, event_id = opened.actor, opened.event.id
    if asked.what is What.UNDO:
        return attending.undo(session, actor, event_id, asked.id, now)
    if asked.what is What.CARD:
        return attending.check_in_card(session, actor, event_id, asked.card, asked.tap, now)
    if asked.visitor is not None:
        return attending.walk_in(session, actor, event_id, asked.visitor, asked.tap, token=chance, now=now)
    return attending.check_in(session, actor, event_id, asked.id, asked.tap, now)
