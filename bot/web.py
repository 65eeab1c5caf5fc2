"""The doors: what Telegram and Twilio post to us, checked before anything is kept."""

import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson
from starlette.applications import Starlette
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot import door as event_door
from bot import event_files, event_page, health, metrics
from bot.app import Program
from bot.channels import reading, whatsapp_hear
from bot.channels.base import OutcomeKind
from bot.channels.telegram import TelegramChannel, acknowledgement
from bot.documents import door
from bot.inbox import Received
from bot.outbox_results import Report
from bot.polling import callback_of
from bot.writer import DatabaseGone
from console import sertifikat
from models import Channel, DeliveryState, Reachable
from services import files

if TYPE_CHECKING:
    from bot.channels.whatsapp import WhatsAppChannel

log = logging.getLogger(__name__)

LARGEST = 1_000_000  # bytes; Telegram's and Twilio's webhooks are a few thousand
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
MEANT = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
    "undelivered": DeliveryState.FAILED,
}
LOST = {
    OutcomeKind.BLOCKED: Reachable.BLOCKED,
    OutcomeKind.OPTED_OUT: Reachable.BLOCKED,
    OutcomeKind.GONE: Reachable.GONE,
}


class Refused(Exception):
    """A request that is not taken: its status, and why in one word for the metrics."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def create(
    program: Program,
    more: Sequence[BaseRoute] = (),
    home: str | None = None,
    ending: Callable[[], Awaitable[None]] | None = None,
) -> Starlette:
    """The web application; it starts and ends the program with itself.

    `home`: where `/` leads. `ending`: what must end before the program does.
    """
    doors = Doors(program)
    routes: list[BaseRoute] = []
    if program.takes_messages:  # first what is asked for most: routes are tried in their order
        routes += [
            Route("/webhooks/telegram", _door("telegram", doors.telegram), methods=["POST"]),
            Route("/webhooks/whatsapp", _door("whatsapp", doors.whatsapp), methods=["POST"]),
            Route("/webhooks/whatsapp/status", _door("whatsapp", doors.whatsapp_status), methods=["POST"]),
            *(Route(f"{files.PATH}{{signed}}{name}", door(program.documents)) for name in ("", "/{name}")),
            *event_files.routes(
                program.database,
                program.texts,
                program.office.letterhead,
                program.settings.web.public_url,
                program.clock.now,
            ),
            *event_page.routes(program),
            *event_door.routes(program),
            *sertifikat.routes(program.database.read_engine, program.texts),
        ]
    routes += health.routes(program)
    if home:
        routes.append(Route("/", lambda request: RedirectResponse(home)))

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        await program.start()
        try:
            yield
        finally:
            if ending:
                await ending()
            await program.close()

    return Starlette(routes=[*routes, *more], lifespan=life)


Handle = Callable[[Request], Awaitable[Response]]


def _door(channel: str, handle: Handle) -> Handle:
    """What every webhook shares: refusals in plain statuses, and 503 while the database is gone, so that it is
    posted again."""

    async def enter(request: Request) -> Response:
        try:
            return await handle(request)
        except Refused as refused:
            metrics.refused.labels(channel, refused.reason).inc()
            return Response(status_code=refused.status)
        except DatabaseGone:
            return Response(status_code=503, headers={"Retry-After": "5"})
        except ClientDisconnect:
            return Response(status_code=400)

    return enter


async def _body(request: Request) -> bytes:
    """The whole body, unless it is too long."""
    if int(request.headers.get("content-length", "0") or 0) > LARGEST:
        raise Refused(413, "too_long")
    kept = bytearray()
    async for chunk in request.stream():
        kept += chunk
        if len(kept) > LARGEST:
            raise Refused(413, "too_long")
    return bytes(kept)


class Doors:
    """The routes of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program

    # --- Telegram

    async def telegram(self, request: Request) -> Response:
        """One update. A tap is acknowledged in the answer itself: one call to Telegram less."""
        channel = self._telegram_channel(request)
        try:
            update = reading.parsed(await _body(request))
        except ValueError:
            raise Refused(400, "malformed") from None
        if not isinstance(update, dict):
            raise Refused(400, "malformed")
        inbound = self._heard(channel, update)
        received = await self._program.receive(inbound) if inbound else Received()
        callback = inbound.callback_id if inbound else callback_of(update)
        if callback is None:
            return Response(status_code=200)
        said = orjson.dumps(acknowledgement(callback, received.toast))
        return Response(said, media_type="application/json")

    def _telegram_channel(self, request: Request) -> TelegramChannel:
        """The channel, if the secret is the one we gave to Telegram."""
        channel, wanted = self._program.channels.telegram, self._program.settings.telegram.webhook_secret
        if channel is None or wanted is None:
            raise Refused(404, "off")
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(given.encode("latin-1", "replace"), wanted.get_secret_value().encode()):
            raise Refused(403, "secret")
        return channel

    def _heard(self, channel: TelegramChannel, update: dict[str, Any]) -> Any:
        try:
            return channel.hear(update, self._program.clock.now())
        except Exception:  # whatever is in it, it would come again and again
            log.exception("passed over an update that could not be read")
            return None

    # --- WhatsApp

    async def whatsapp(self, request: Request) -> Response:
        """One message. The reply is sent by the outbox, never in this answer: a repeat would send it again."""
        channel, form = await self._signed(request)
        inbound = channel.hear(form, self._program.clock.now())
        if inbound is not None:
            await self._program.receive(inbound)
        return Response(NOTHING_TO_SAY, media_type="text/xml")

    async def whatsapp_status(self, request: Request) -> Response:
        """What became of a message of ours."""
        channel, form = await self._signed(request)
        update = channel.hear_status(form, request.query_params.get("d"))
        if update is None:
            raise Refused(400, "malformed")
        await self._program.outbox.report(report_of(update))
        return Response(NOTHING_TO_SAY, media_type="text/xml")

    async def _signed(self, request: Request) -> "tuple[WhatsAppChannel, Any]":
        """The form, if Twilio signed it. Empty fields and unknown ones are part of what is signed."""
        channel = self._program.channels.whatsapp
        if channel is None:
            raise Refused(404, "off")
        given = request.headers.get("x-twilio-signature")
        if not given:
            raise Refused(403, "unsigned")
        body = await _body(request)
        try:
            pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=500)
        except (UnicodeDecodeError, ValueError):
            raise Refused(400, "malformed") from None
        form: ImmutableMultiDict[str, str] = ImmutableMultiDict(pairs)
        if not channel.signed(_path_and_query(request), form, given):
            raise Refused(403, "signature")
        return channel, form


def _path_and_query(request: Request) -> str:
    """Exactly as it was asked for: the signature is over the address as Twilio wrote it."""
    path = request.scope.get("raw_path") or request.scope["path"].encode()
    query = request.scope.get("query_string", b"")
    return str((path.split(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1"))


def report_of(update: whatsapp_hear.StatusUpdate) -> Report:
    """Twilio's word as the outbox understands it."""
    return Report(
        channel=Channel.WHATSAPP,
        platform_id=update.platform_id,
        status=update.status,
        state=DeliveryState.HELD if update.meaning is OutcomeKind.HELD else MEANT.get(update.status),
        delivery_id=update.delivery_id,
        error=update.error,
        lost=LOST.get(update.meaning) if update.meaning else None,
        opted_out=update.meaning is OutcomeKind.OPTED_OUT,
    )
