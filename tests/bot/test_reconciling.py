"""Nobody could tell whether it went out: Twilio's list does, and nothing is sent again."""

import asyncio
import datetime as dt
from email.utils import format_datetime
from typing import Any

import sqlalchemy as sa

from bot import reconciling
from bot.channels.whatsapp import WhatsAppChannel
from bot.database import Database
from bot.reconciling import Reconciled
from models import Channel, Delivery, DeliveryState, Session
from services.broadcasts import running
from tests.services import announced
from tests.services.people import NOON, OFFICE, transaction
from tests.standins.twilio import SENDER, SID, TOKEN, twilio
from texts import load


def _listed(sid: int, to: str, status: str = "delivered", error: str | None = None) -> dict[str, Any]:
    sent = format_datetime(NOON)
    told = {"sid": f"SM{sid:032x}", "from": SENDER, "to": to, "direction": "outbound-api", "status": status}
    return {**told, "date_sent": sent, "error_code": error, "num_media": "0", "body": ""}


def test_the_list_of_twilio_settles_what_was_uncertain(database: Database) -> None:
    with transaction(database) as session:
        for n in range(5):
            announced.owner(session, channel=Channel.WHATSAPP, address=f"whatsapp:+62812000000{n}", business=False)
        number = announced.approved(session).id
        running.tend(session, load(), OFFICE, {Channel.WHATSAPP: 10}, NOON)
        session.execute(sa.update(Delivery).values(state=DeliveryState.UNKNOWN, reason="time_out", changed_at=NOON))
        first = session.scalars(sa.select(Delivery).order_by(Delivery.id)).all()
        first[4].state, first[4].platform_id = DeliveryState.SENT, f"SM{9:032x}"
    addresses = [f"whatsapp:+62812000000{n}" for n in range(5)]

    async def story() -> Reconciled:
        async with twilio() as them:
            them.messages = [
                _listed(1, addresses[0]), _listed(2, addresses[1], "undelivered", "63024"),
                _listed(3, addresses[2]), _listed(4, addresses[2]), _listed(9, addresses[4]),
            ]  # fmt: skip
            channel = WhatsAppChannel(SID, TOKEN, SENDER, base_url=them.address)
            try:
                return await reconciling.reconcile(channel, database, number, NOON + dt.timedelta(hours=1))
            finally:
                await channel.close()

    assert asyncio.run(story()) == Reconciled(uncertain=4, found=2, never=1, left=1)
    with Session(database.read_engine) as session:
        states = list(session.scalars(sa.select(Delivery.state).order_by(Delivery.id)))
    assert states == [
        DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.SENT,
    ]  # fmt: skip
