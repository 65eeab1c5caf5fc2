"""What people wrote on WhatsApp while we could not listen: looked up at Twilio and answered, each once, in order."""

import asyncio
import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.channels.errors import PlatformError
from bot.database import Database
from bot.inbound import Inbound
from bot.tables import inbounds
from bot.writer import DatabaseGone
from models import Channel

if TYPE_CHECKING:
    from bot.app import Program

LOOK_BACK = dt.timedelta(minutes=30)  # a single webhook may be lost at any time
LONGEST = dt.timedelta(hours=24)  # an answer later than that could not be sent
AT_MOST = 10_000


async def reconcile(program: "Program") -> None:
    """Twilio does not repeat every webhook that was lost: what it lists and we never saw is taken in now.

    Raises DatabaseGone or PlatformError; then it is done again later.
    """
    program.missed = False  # before the look: what is lost from now on needs another
    try:
        await _take_in(program)
    except (DatabaseGone, PlatformError):
        program.missed = True
        raise


async def _take_in(program: "Program") -> None:
    if program.channels.whatsapp is None:
        return
    now = program.clock.now()
    since = await asyncio.to_thread(_since, program.database, now)
    listed = await program.channels.whatsapp.inbound_since(since, now, AT_MOST)
    seen = await asyncio.to_thread(_seen, program.database, [inbound.event_id for inbound in listed])
    for inbound in missed(listed, seen):
        await program.receive(inbound)


def missed(listed: Sequence[Inbound], seen: Collection[str]) -> list[Inbound]:
    """What was never seen, oldest first. Who wrote again and was heard has gone on meanwhile: an earlier message of
    theirs would now answer a question it was not meant for."""
    heard = {inbound.address: position for position, inbound in enumerate(listed) if inbound.event_id in seen}
    return [inbound for position, inbound in enumerate(listed) if position > heard.get(inbound.address, -1)]


def _since(database: Database, now: dt.datetime) -> dt.datetime:
    """From the last message that reached us, or a little earlier."""
    query = (
        sa.select(inbounds.c.at).where(inbounds.c.channel == Channel.WHATSAPP).order_by(inbounds.c.at.desc()).limit(1)
    )
    try:
        with database.read() as connection:
            last: dt.datetime | None = connection.execute(query).scalar()
    except sa.exc.SQLAlchemyError as error:
        raise DatabaseGone(type(error).__name__) from None
    return min(now - LOOK_BACK, max(last or now, now - LONGEST))


def _seen(database: Database, events: list[str]) -> set[str]:
    found: set[str] = set()
    try:
        with database.read() as connection:
            for start in range(0, len(events), 500):
                some = events[start : start + 500]
                query = sa.select(inbounds.c.event_id).where(
                    inbounds.c.channel == Channel.WHATSAPP, inbounds.c.event_id.in_(some)
                )
                found.update(connection.execute(query).scalars())
    except sa.exc.SQLAlchemyError as error:
        raise DatabaseGone(type(error).__name__) from None
    return found
