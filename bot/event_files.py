"""Berkas acara: the picture of an entry card and the calendar entry, drawn when somebody asks for them; never kept."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.database import Database
from services.events import certifying, lists, tickets
from services.letterhead import Letterhead
from texts import Catalogue

PICTURE = "image/png"
PAPER = "application/pdf"
ENTRY = "text/calendar; charset=utf-8"
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True, slots=True)
class Made:
    """A file as it is sent."""

    name: str
    media_type: str
    content: bytes


def picture_url(base: str, token: str) -> str:
    """Where WhatsApp fetches the picture of a card."""
    return f"{base}/kartu/{token}.png"


def entry_url(base: str, token: str) -> str:
    """Where a phone fetches its calendar entry, with the digits of this card."""
    return f"{base}/kartu/{token}.ics"


def certificate_url(base: str, token: str) -> str:
    """Where the holder of an entry card fetches the certificate."""
    return f"{base}/kartu/{token}.pdf"


def event_url(base: str, code: str) -> str:
    """The public page of an event."""
    return f"{base}/acara/{code}"


def card(database: Database, texts: Catalogue, base: str, token: str, now: dt.datetime) -> tuple[Made, Made] | None:
    """The picture and the calendar entry of a card; None once its place was given back."""
    with Session(database.read_engine) as session:
        found = lists.by_token(session, token)
        if found is None:
            return None
        row, event, language = found
        note = texts.text("events.calendar_note", language, code4=row.digits)
        entry = tickets.calendar(event, event_url(base, event.code), now, note)
        code = event.code.lower()
    return Made(f"{code}.png", PICTURE, tickets.picture(base, token)), Made(f"{code}.ics", ENTRY, entry)


def certificate(database: Database, texts: Catalogue, letterhead: Letterhead, base: str, token: str) -> Made | None:
    """The certificate of whoever holds a card; None where there is none."""
    with Session(database.read_engine) as session:
        found = certifying.of_card(session, token)
        if found is None:
            return None
        content = certifying.paper([found], letterhead, texts, base)
        return Made(f"sertifikat-{found[1].code.lower()}.pdf", PAPER, content)


def _entry(database: Database, base: str, code: str, now: dt.datetime) -> Made | None:
    with Session(database.read_engine) as session:
        event = lists.find(session, code)
        if event is None:
            return None
        return Made(f"{code.lower()}.ics", ENTRY, tickets.calendar(event, event_url(base, event.code), now))


def routes(
    database: Database, texts: Catalogue, letterhead: Letterhead, base: str | None, now: Callable[[], dt.datetime]
) -> list[Route]:
    """`GET /kartu/<token>.png`, `.ics` and `.pdf`, and `/acara/<code>.ics`. Run in a thread."""

    def hand_over(make: Callable[[], Made | None]) -> Response:
        try:
            made = make()
        except sa.exc.SQLAlchemyError:
            return Response(status_code=503, headers={"Retry-After": "5"})
        if made is None:
            return Response(status_code=404, headers=HEADERS)
        shown = {**HEADERS, "Content-Disposition": f'inline; filename="{made.name}"'}
        return Response(made.content, media_type=made.media_type, headers=shown)

    def of_card(request: Request) -> Response:
        token, kind = request.path_params["token"], request.path_params["kind"]
        if kind == "pdf":
            return hand_over(lambda: certificate(database, texts, letterhead, base or "", token))
        part = {"png": 0, "ics": 1}.get(kind)

        def make() -> Made | None:
            both = card(database, texts, base or "", token, now()) if part is not None else None
            return both[part] if both and part is not None else None

        return hand_over(make)

    def of_event(request: Request) -> Response:
        return hand_over(lambda: _entry(database, base or "", request.path_params["code"], now()))

    return [Route("/kartu/{token}.{kind}", of_card), Route("/acara/{code}.ics", of_event)]
