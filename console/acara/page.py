"""`/acara/<kode>`: whether an event is genuine, when and where it is, and the two ways into it."""

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from console import templating
from models import Event, EventState, Language, Session
from services.events import lists, words
from services.events.kit import Ways
from texts import Catalogue

SOURCE = re.compile(r"[A-Z]\d{1,2}")
env = templating.environment(Path(__file__).parent / "templates")
HASH = base64.b64encode(hashlib.sha256(env.get_template("acara.css").render().encode()).digest()).decode()
HEADERS = templating.headers(f"style-src 'sha256-{HASH}'")


@dataclass(frozen=True, slots=True)
class Public:
    """What the page needs of the program. `ways`: how people reach us now; `verify_url`: the office's own page."""

    read: sa.Engine
    texts: Catalogue
    now: Callable[[], dt.datetime]
    ways: Callable[[], Ways]
    verify_url: Callable[[], str]


def routes(public: Public) -> list[Route]:
    """`GET /acara/<kode>` and `/acara/<kode>/<tautan>`. Run in a thread; after the routes of `.ics`."""

    def page(request: Request) -> Response:
        code, source = request.path_params["code"].upper(), request.path_params.get("source", "").upper()
        shown = source if SOURCE.fullmatch(source) else ""
        return _page(public, code[:12], shown, templating.language(request))

    return [Route("/acara/{code}", page), Route("/acara/{code}/{source}", page)]


def _page(public: Public, code: str, source: str, language: Language) -> Response:
    try:
        with Session(public.read) as session:
            event = lists.find(session, code)
            line = lists.line(session, event, None, public.now()) if event else None
    except sa.exc.SQLAlchemyError:
        return templating.away()
    shown = _Shown(public, language, event, code, source)
    html = env.get_template("acara.html").render(shown.values(line.left if line else 0, line.waiting if line else 0))
    return HTMLResponse(html, 200 if event else 404, headers=HEADERS)


@dataclass(frozen=True, slots=True)
class _Shown:
    """One page for one reader."""

    public: Public
    language: Language
    event: Event | None
    code: str
    source: str

    def values(self, left: int, waiting: int) -> dict[str, Any]:
        """Everything the template fills in."""
        texts, language, event, ways = self.public.texts, self.language, self.event, self.public.ways()
        known = words.values(event, texts, language) if event else {}
        known |= {"left": left, "waiting": waiting, "typed": f"ACARA {self.code} {self.source}".strip()}

        def said(key: str) -> str:
            return texts.text(f"events.public.{key}", language, **known)

        apps = (
            ("whatsapp", ways.on_whatsapp(self.code, self.source)),
            ("telegram", ways.on_telegram(self.code, self.source)),
        )
        official = self.public.verify_url()
        return {
            **templating.languages(language), "said": said, "event": event, "code": self.code, "left": left,
            "title": event.title if event else self.code, "when": words.when(event, language) if event else "",
            "closed": said(closed) if event and (closed := _closed(event, self.public.now())) else "",
            "ways": [{"label": said(name), "url": url} for name, url in apps if url],
            "calendar": f"/acara/{self.code}.ics", "verify_url": official, "official": _address(official),
        }  # fmt: skip


def _closed(event: Event, now: dt.datetime) -> str | None:
    if event.state is EventState.CANCELLED:
        return "cancelled"
    if event.ends_at <= now:
        return "over"
    return "begun" if event.starts_at <= now else None


def _address(official: str) -> str | None:
    """The office's page as an address; None while it is not filled in."""
    if not official or official.startswith("("):
        return None
    return official if official.startswith("http") else f"https://{official}"
