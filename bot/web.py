"""The doors: what Telegram and Twilio post to us, checked before anything is kept, and how the program fares."""

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import orjson
import sqlalchemy as sa
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

import migrations
from bot import door as event_door
from bot import event_files, event_page, metrics, pace
from bot.app import Program
from bot.channels import reading, whatsapp_hear
from bot.channels.base import OutcomeKind
from bot.channels.telegram import TelegramChannel, acknowledgement
from bot.channels.whatsapp import WhatsAppChannel
from bot.documents import PATH, door
from bot.inbox import Received
from bot.outbox_results import Report
from bot.polling import callback_of
from bot.tables import deliveries
from bot.writer import DatabaseGone
from console import sertifikat
from models import Channel, DeliveryState, Reachable, Session
from services import certificates, tickets

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
            Route(f"{PATH}{{signed}}", door(program.documents)),
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
    routes += [
        Route("/healthz", _alive),
        Route("/readyz", doors.ready),
        Route("/metrics", doors.metrics),
    ]
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


async def _alive(request: Request) -> Response:
    return PlainTextResponse("ok\n")


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

    async def _signed(self, request: Request) -> tuple[WhatsAppChannel, Any]:
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

    # --- how it fares

    async def ready(self, request: Request) -> Response:
        """200 while messages can be taken in; 503 and why, while not."""
        faults = await asyncio.to_thread(self._faults)
        return PlainTextResponse("\n".join(faults or ["ready"]) + "\n", 503 if faults else 200)

    def _faults(self) -> list[str]:
        if not self._program.ready:
            return ["starting or ending"]
        try:
            with self._program.database.read() as connection:
                behind = migrations.current(connection) != migrations.head()
        except sa.exc.DBAPIError:
            return ["database gone"]
        except sa.exc.TimeoutError:
            return ["database busy"]
        return ["database not migrated"] if behind else []

    async def metrics(self, request: Request) -> Response:
        """For Prometheus."""
        try:
            await asyncio.to_thread(self._count)
            metrics.database_up.set(1)
        except sa.exc.SQLAlchemyError:
            metrics.database_up.set(0)
            log.warning("the outbox could not be counted")
        return Response(generate_latest(metrics.REGISTRY), media_type=CONTENT_TYPE_LATEST)

    def _count(self) -> None:
        now = self._program.clock.now()
        metrics.writer_waiting.set(self._program.writer.waiting)
        open_states = ("queued", "leased", "sending", "held", "unknown")
        query = (
            sa.select(deliveries.c.channel, deliveries.c.state, sa.func.count(), sa.func.min(deliveries.c.not_before))
            .where(deliveries.c.state.in_([DeliveryState(s) for s in open_states]))
            .group_by(deliveries.c.channel, deliveries.c.state)
        )
        with Session(self._program.database.read_engine) as session:
            metrics.tickets_overdue.set(tickets.overdue(session, now))
            metrics.certificates.set(certificates.unacknowledged(session))
        with self._program.database.read() as connection:
            found = {(row[0].value, row[1].value): (row[2], row[3]) for row in connection.execute(query)}
            for sender, (booked, closed) in pace.standing(connection).items():
                metrics.pace_booked.labels(sender).set(booked)
                metrics.pace_closed.labels(sender).set(closed)
        for channel in Channel:
            for state in open_states:
                metrics.outbox.labels(channel.value, state).set(found.get((channel.value, state), (0, None))[0])
            oldest = found.get((channel.value, "queued"), (0, None))[1]
            metrics.oldest_seconds.labels(channel.value).set(max(0.0, (now - oldest).total_seconds()) if oldest else 0)


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
