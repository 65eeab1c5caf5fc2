"""Gangguan besar: what the staff are told when something stands still that all depend on; once, and when it is over."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Channel, Conversation, Delivery, Language, Session
from services import alerts
from services.office import Office

if TYPE_CHECKING:
    from texts import Catalogue

BECAUSE = "alert_outage_"


class Kind(StrEnum):
    """What stands still; the texts are called so too."""

    PLATFORM = "platform"
    DATABASE = "database"
    OUTBOX = "outbox"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True, order=True)
class Outage:
    """One thing that may stand still. `name`: a channel, a role of the program, or a heartbeat."""

    kind: Kind
    name: str

    @property
    def key(self) -> str:
        """What the rows call it: "platform_whatsapp"."""
        return f"{self.kind.value}_{self.name}"


def text_of(outage: Outage, since: dt.datetime, texts: "Catalogue") -> str:
    """What the staff read when it begins."""
    return texts.text(f"staff.outage.{outage.kind.value}", Language.ID, item=_called(outage), since=since)


def tell(
    session: Session,
    begun: Mapping[Outage, dt.datetime],
    over: Collection[Outage],
    told_otherwise: Collection[Outage],
    *,
    texts: "Catalogue",
    office: Office,
    now: dt.datetime,
) -> int:
    """Tell what has begun, with since when, and what is over; how many messages.

    The staff's chat is held meanwhile, so of several processes that notice the same, one tells it. `told_otherwise`:
    begun where no row could be written.
    """
    chat_id = alerts.staff_chat(session, office, now)
    if chat_id is None:
        return 0
    known = _told(session, chat_id)
    count = 0
    for outage in sorted(begun):
        if not known.get(outage.key):
            alerts.post(session, chat_id, text_of(outage, begun[outage], texts), _because(outage, True), now)
            count += 1
    for outage in sorted(over):
        if known.get(outage.key) or outage in told_otherwise:
            text = texts.text("staff.outage.over", Language.ID, item=_called(outage))
            alerts.post(session, chat_id, text, _because(outage, False), now)
            count += 1
    return count


def standing(session: Session, office: Office) -> frozenset[Outage]:
    """What the staff were told of and not yet that it is over."""
    address = str(office.alert_chat)
    where = sa.and_(Conversation.channel == Channel.TELEGRAM, Conversation.address == address)
    chat_id = session.scalars(sa.select(Conversation.id).where(where)).one_or_none()
    if chat_id is None:
        return frozenset()
    keys = [key.split("_", 1) for key, last in _told(session, chat_id).items() if last]
    return frozenset(Outage(Kind(kind), name) for kind, name in keys)


def _told(session: Session, chat_id: int) -> dict[str, bool]:
    """By key, whether the last that was said is that it stands still."""
    mine = sa.and_(Delivery.conversation_id == chat_id, Delivery.because.startswith(BECAUSE, autoescape=True))
    rows = session.scalars(sa.select(Delivery.because).where(mine).order_by(Delivery.id))
    parts = (because.removeprefix(BECAUSE).partition(":") for because in rows)
    return {key: last == "begun" for key, _, last in parts}


def _because(outage: Outage, begun: bool) -> str:
    return f"{BECAUSE}{outage.key}:{'begun' if begun else 'over'}"


def _called(outage: Outage) -> str:
    named = {Channel.TELEGRAM.value: "Telegram", Channel.WHATSAPP.value: "WhatsApp"}
    if outage.kind is Kind.DATABASE:
        return f"basis data ({outage.name})"
    return named.get(outage.name, outage.name)
