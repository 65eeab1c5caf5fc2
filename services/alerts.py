"""Kabar untuk staf: what is late and what failed is told in one Telegram chat of the office.

The chat is a row in `conversations` like any other, so that the outbox can send to it. It belongs to nobody, so it has
no person; and it is not forgotten after seven days as a stranger's would be, so its `purge_at` is None. Its id is a
setting (`office.alert_chat`), and no owner's words, names or numbers are ever sent there.
"""

import datetime as dt
import logging
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Channel, Conversation, Delivery, Lane, Language, Session, Ticket, Topic
from services import deliveries
from services.inserting import insert_unless_there
from services.office import Office
from services.tickets import code_of
from texts.bubble import Bubble

if TYPE_CHECKING:
    from texts import Catalogue

log = logging.getLogger(__name__)

NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # nobody has written from there
PAUSE = dt.timedelta(minutes=10)  # between two alerts about faults
MAKES_SENSE = dt.timedelta(days=1)
TROUBLE = "alert_trouble"
REQUESTS = "alert_requests"
DAILY = dt.timedelta(days=1)  # between two alerts about data requests


def staff_chat(session: Session, office: Office, now: dt.datetime) -> int | None:
    """The chat of the staff, held for what is told there now; None if the office has named none."""
    if office.alert_chat is None:
        return None
    address = str(office.alert_chat)
    where = sa.and_(Conversation.channel == Channel.TELEGRAM, Conversation.address == address)
    query = sa.select(Conversation).where(where).with_for_update(key_share=True)
    chat = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if chat is None:
        values = {"channel": Channel.TELEGRAM, "address": address, "first_at": now, "last_in_at": NEVER}
        insert_unless_there(session, Conversation, values | {"answers": {}, "view": {}, "facts": {}})
        chat = session.scalars(query).one()
    chat.purge_at = None
    session.flush()
    return chat.id


def late(session: Session, ticket_ids: list[int], texts: "Catalogue", office: Office, now: dt.datetime) -> None:
    """Promises of the office were broken: which, by their numbers alone."""
    log.warning("%d tickets were not answered as promised", len(ticket_ids))
    chat_id = staff_chat(session, office, now)
    if chat_id is not None:
        items = ", ".join(map(code_of, ticket_ids[:20]))
        text = texts.text("staff.late", Language.ID, count=len(ticket_ids), items=items)
        post(session, chat_id, text, f"alert_late:{ticket_ids[0]}", now)


def requests_late(session: Session, count: int, texts: "Catalogue", office: Office, now: dt.datetime) -> None:
    """Requests about data are past their 3 x 24 hours: told once a day while it lasts."""
    log.error("%d data requests are past their 3 x 24 hours: naikkelas requests list", count)
    chat_id = staff_chat(session, office, now)
    if chat_id is None:
        return
    _, at = _last_told(session, chat_id, REQUESTS)
    if at is not None and now - at < DAILY:
        return
    post(session, chat_id, texts.text("staff.requests", Language.ID, count=count), f"{REQUESTS}:{count}", now)


def templates(session: Session, names: list[str], texts: "Catalogue", office: Office, now: dt.datetime) -> None:
    """WhatsApp takes a template no more: which, and that what needs it is held."""
    log.error("WhatsApp templates cannot be used: %s", ", ".join(names))
    chat_id = staff_chat(session, office, now)
    if chat_id is not None:
        text = texts.text("staff.templates", Language.ID, items=", ".join(names[:20]))
        post(session, chat_id, text, f"alert_template:{int(now.timestamp())}", now)


def trouble(session: Session, texts: "Catalogue", office: Office, now: dt.datetime) -> int:
    """Tell of faults of the program since the last such alert, at most once in ten minutes; how many faults."""
    newest = sa.select(sa.func.max(Ticket.id)).where(Ticket.topic == Topic.TROUBLE, Ticket.closed_at.is_(None))
    if office.alert_chat is None or session.execute(newest).scalar() is None:
        return 0
    chat_id = staff_chat(session, office, now)
    if chat_id is None:
        return 0
    told, at = _last_told(session, chat_id, TROUBLE)
    if at is not None and now - at < PAUSE:
        return 0
    new = sa.and_(Ticket.topic == Topic.TROUBLE, Ticket.closed_at.is_(None), Ticket.id > told)
    count, last = session.execute(sa.select(sa.func.count(), sa.func.max(Ticket.id)).where(new)).one()
    if count:
        text = texts.text("staff.trouble", Language.ID, count=count, ticket=code_of(last))
        post(session, chat_id, text, f"{TROUBLE}:{last}", now)
    return int(count)


def broadcast_stopped(session: Session, number: int, texts: "Catalogue", office: Office, now: dt.datetime) -> None:
    """A broadcast stopped by itself: the staff decide whether it goes on."""
    chat_id = staff_chat(session, office, now)
    if chat_id is not None:
        text = texts.text("broadcast.stopped", Language.ID, number=f"S-{number}")
        post(session, chat_id, text, f"alert_broadcast:{number}", now)


def _last_told(session: Session, chat_id: int, about: str) -> tuple[int, dt.datetime | None]:
    mine = sa.and_(Delivery.conversation_id == chat_id, Delivery.because.startswith(about))
    query = sa.select(Delivery.because, Delivery.created_at).where(mine).order_by(Delivery.id.desc()).limit(1)
    row = session.execute(query).first()
    return (int(row.because.partition(":")[2]), row.created_at) if row else (0, None)


def post(session: Session, chat_id: int, text: str, because: str, now: dt.datetime) -> None:
    """A message into the staff's chat."""
    deliveries.post(
        session,
        conversation_id=chat_id,
        bubble=Bubble(text),
        lane=Lane.NOTICE,
        because=because,
        now=now,
        expires_at=now + MAKES_SENSE,
    )
