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
from models import Channel, FileKind
from services import files
from services.broadcasts import sample_files
from services.events import certifying
from services.letterhead import Letterhead
from texts import LANGUAGES, Catalogue
from texts.bubble import Bubble

LINK_DAYS = dt.timedelta(days=8)  # a link in an announcement: opened when there is time, a week later
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
    telegram_bot: str = ""  # its number: what one bot has sent before, another does not know

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
        if "as" in carried:
            return await self._with_attachment(channel, bubble, carried)
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

    async def _with_attachment(self, channel: Channel, bubble: Bubble, carried: Mapping[str, Any]) -> Bubble:
        """What goes along with an announcement: on Telegram by the name it has there, or once as it is; on WhatsApp by
        a link, from which WhatsApp fetches a picture, or the person a document."""
        number, picture = int(carried["file"]), carried["as"] == "photo"
        about = await asyncio.to_thread(self._about, number)
        if about is None:
            raise FileGone
        extra = {name: value for name, value in bubble.extra.items() if name != "document"}
        if channel is Channel.WHATSAPP:
            return self._by_link(replace(bubble, extra=extra), number, about.name, str(carried["linked"]), picture)
        given: dict[str, Any] = {"name": about.name, "media_type": about.media_type, "captioned": True}
        bot, _, ref = (about.telegram_ref or "").partition(":")
        if ref and bot == self.telegram_bot:
            given["ref"] = ref
        else:
            kept = await asyncio.to_thread(self.read, number)
            if kept is None:
                raise FileGone
            given["content"] = kept.content
        return replace(bubble, extra={**extra, str(carried["as"]): given})

    def _by_link(self, bubble: Bubble, number: int, name: str, words: str, picture: bool) -> Bubble:
        # The same link the whole day long: whoever fetches for many keeps what it has fetched.
        until = self.now().replace(hour=0, minute=0, second=0, microsecond=0) + LINK_DAYS
        signed = links.sign(self.key, number, until)
        url = f"{self.public_url or ''}{files.PATH}{signed}"
        said = words.replace("{url}", url)
        # For a template: WhatsApp knows the kind of a file by the end of its address, and shows a document's name.
        kind = FileKind.PICTURE if picture else FileKind.DOCUMENT
        extra = {**bubble.extra, "carried": {"file": kind.value, "path": f"{signed}/{name}", "linked": said}}
        if picture:
            return replace(bubble, extra={**extra, "picture_url": url, "captioned": True})
        return replace(bubble, text=f"{bubble.text}\n\n{said}", extra=extra)

    def _about(self, number: int) -> files.About | None:
        with Session(self.database.read_engine) as session:
            return files.about(session, number, self.now())

    def _linked(self, bubble: Bubble, number: int, kept: files.Kept, words: str) -> Bubble:
        signed = links.sign(self.key, number, kept.expires_at)
        url = f"{self.public_url or ''}{files.PATH}{signed}"
        text = f"{bubble.text}\n\n{words.replace('{url}', url)}"
        extra = {name: value for name, value in bubble.extra.items() if name != "document"}
        return replace(bubble, text=text, extra=extra)

    def read(self, number: int) -> files.Kept | None:
        """A file by its row."""
        with Session(self.database.read_engine) as session:
            return files.read(session, number, self.now())


def door(documents: Documents) -> Callable[[Request], Response]:
    """`GET /files/<signed>`, and the same with a name behind it: the file, never shown in the browser, never kept by
    it. And the samples that WhatsApp is shown. Runs in a thread."""

    def hand_over(request: Request) -> Response:
        sample = sample_files.sample(request.path_params["signed"], documents.letterhead, documents.texts)
        if sample is not None:
            return Response(sample[0], media_type=sample[1], headers=HEADERS)
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
        shown = {**HEADERS, "Content-Disposition": name}
        if kept.everybodys:  # WhatsApp fetches what goes along with an announcement for each who gets it
            shown["Cache-Control"] = "public, max-age=3600"
        return Response(kept.content, media_type=kept.media_type, headers=shown)

    return hand_over


def _over(texts: Catalogue) -> Response:
    said = "\n\n".join(texts.text("my_data.link_over", language) for language in LANGUAGES)
    return PlainTextResponse(said + "\n", 410, headers=HEADERS)
