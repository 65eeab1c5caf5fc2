"""How the program fares, for whoever watches it: alive, ready, in figures. Roles without webhooks say so too."""

import asyncio
import logging
from typing import TYPE_CHECKING

import sqlalchemy as sa
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

import migrations
from bot import metrics, pace
from bot.tables import deliveries
from models import Channel, DeliveryState, Session
from services import certificates, tickets

if TYPE_CHECKING:
    from bot.app import Program

log = logging.getLogger(__name__)

OPEN = (
    DeliveryState.QUEUED,
    DeliveryState.LEASED,
    DeliveryState.SENDING,
    DeliveryState.HELD,
    DeliveryState.UNKNOWN,
)


def routes(program: "Program") -> list[BaseRoute]:
    """`/healthz` (the process answers), `/readyz` (it can do its work), `/metrics` (for Prometheus)."""
    health = Health(program)
    return [Route("/healthz", _alive), Route("/readyz", health.ready), Route("/metrics", health.metrics)]


async def _alive(request: Request) -> Response:
    return PlainTextResponse("ok\n")


class Health:
    """What one process can say of itself and of the database."""

    def __init__(self, program: "Program") -> None:
        self._program = program

    async def ready(self, request: Request) -> Response:
        """200 while its work can be done; 503 and why, while not."""
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
        query = (
            sa.select(deliveries.c.channel, deliveries.c.state, sa.func.count(), sa.func.min(deliveries.c.not_before))
            .where(deliveries.c.state.in_(OPEN))
            .group_by(deliveries.c.channel, deliveries.c.state)
        )
        with Session(self._program.database.read_engine) as session:
            metrics.tickets_overdue.set(tickets.overdue(session, now))
            metrics.certificates.set(certificates.unacknowledged(session))
        with self._program.database.read() as connection:
            found = {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(query)}
            for sender, (booked, closed) in pace.standing(connection).items():
                metrics.pace_booked.labels(sender).set(booked)
                metrics.pace_closed.labels(sender).set(closed)
        for channel in Channel:
            for state in OPEN:
                metrics.outbox.labels(channel.value, state.value).set(found.get((channel, state), (0, None))[0])
            oldest = found.get((channel, DeliveryState.QUEUED), (0, None))[1]
            metrics.oldest_seconds.labels(channel.value).set(max(0.0, (now - oldest).total_seconds()) if oldest else 0)
