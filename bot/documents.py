"""Files on their way: a message that carries one names its row; here the file, or a link to it, is put in."""

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot import event_files, links
from bot.database import Database
from models import Channel
from services import files
from services.events import certifying
from services.letterhead import Letterhead
from texts import LANGUAGES, Catalogue
from texts.bubble import Bubble

PATH = "/files/"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


class FileGone(Exception):
    """The file of a message has had its time, or was deleted."""


@dataclass(frozen=True, slots=True)
class Documents:
    """What reads files for messages and for the door."""

    database: Database
    key: bytes
    now: Callable[[], dt.datetime]
    texts: Catalogue
    public_url: str | None = None
    letterhead: Letterhead = field(default_factory=Letterhead)

    async def ready(self, channel: Channel, bubble: Bubble) -> Bubble:
        """The message as its channel sends it: Telegram the file itself, WhatsApp a link in the words.

        Raises FileGone, and what the database raises.
        """
        carried = bubble.extra.get("document")
        if carried is None:
            return bubble
        if "ticket" in carried:
            return await self._with_card(channel, bubble, carried)
        if "certificate" in carried:
            return await self._with_certificate(channel, bubble, carried)
        kept = await asyncio.to_thread(self.read, int(carried["file"]))
        if kept is None:
            raise FileGone
        if channel is Channel.WHATSAPP:
            return self._linked(bubble, int(carried["file"]), kept, str(carried["linked"]))
        given = {"name": kept.name, "media_type": kept.media_type, "content": kept.content}
        return replace(bubble, extra={**bubble.extra, "document": given})

    async def _with_card(self, channel: Channel, bubble: Bubble, carried: Mapping[str, Any]) -> Bubble:
        """An entry card: its QR, and the entry for the phone's calendar. Drawn here, outside any transaction."""
        base, token = self.public_url or "", str(carried["ticket"])
        extra = {name: value for name, value in bubble.extra.items() if name != "document"}
        if channel is Channel.WHATSAPP:
            text = f"{bubble.text}\n\n{carried['linked'].replace('{url}', event_files.entry_url(base, token))}"
            return replace(bubble, text=text, extra={**extra, "picture_url": event_files.picture_url(base, token)})
        made = await asyncio.to_thread(event_files.card, self.database, self.texts, base, token, self.now())
        if made is None:
            return replace(bubble, extra=extra)
        picture, entry = ({"name": f.name, "media_type": f.media_type, "content": f.content} for f in made)
        return replace(bubble, extra={**extra, "photo": picture, "document": entry})

    async def _with_certificate(self, channel: Channel, bubble: Bubble, carried: Mapping[str, Any]) -> Bubble:
        """A certificate, drawn here; and where anybody may check it."""
        base, card = self.public_url or "", str(carried["certificate"])
        extra = {name: value for name, value in bubble.extra.items() if name != "document"}
        check = carried["check"].replace("{url}", certifying.address(base, str(carried["token"])))
        text = f"{bubble.text}\n\n{check}"
        if channel is Channel.WHATSAPP:
            linked = carried["linked"].replace("{url}", event_files.certificate_url(base, card))
            return replace(bubble, text=f"{text}\n{linked}", extra=extra)
        made = await asyncio.to_thread(event_files.certificate, self.database, self.texts, self.letterhead, base, card)
        if made is None:
            raise FileGone
        given = {"name": made.name, "media_type": made.media_type, "content": made.content}
        return replace(bubble, text=text, extra={**extra, "document": given})

    def _linked(self, bubble: Bubble, number: int, kept: files.Kept, words: str) -> Bubble:
        signed = links.sign(self.key, number, kept.expires_at)
        url = f"{self.public_url or ''}{PATH}{signed}"
        text = f"{bubble.text}\n\n{words.replace('{url}', url)}"
        extra = {name: value for name, value in bubble.extra.items() if name != "document"}
        return replace(bubble, text=text, extra=extra)

    def read(self, number: int) -> files.Kept | None:
        """A file by its row."""
        with Session(self.database.read_engine) as session:
            return files.read(session, number, self.now())


def door(documents: Documents) -> Callable[[Request], Response]:
    """`GET /files/<signed>`: the file, never shown in the browser, never kept by it. Runs in a thread."""

    def hand_over(request: Request) -> Response:
        try:
            number = links.read(documents.key, request.path_params["signed"], documents.now())
            kept = documents.read(number) if number is not None else None
        except links.LinkOver:
            return _over(documents.texts)
        except sa.exc.SQLAlchemyError:
            return Response(status_code=503, headers={"Retry-After": "5"})
        if number is not None and kept is None:
            return _over(documents.texts)
        if kept is None:
            return Response(status_code=404, headers=HEADERS)
        name = f"attachment; filename*=UTF-8''{quote(kept.name)}"
        return Response(kept.content, media_type=kept.media_type, headers={**HEADERS, "Content-Disposition": name})

    return hand_over


def _over(texts: Catalogue) -> Response:
    said = "\n\n".join(texts.text("my_data.link_over", language) for language in LANGUAGES)
    return PlainTextResponse(said + "\n", 410, headers=HEADERS)
