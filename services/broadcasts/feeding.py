"""Ke antrean: some of those who wait are looked at once more and handed to the outbox, never many ahead.

A recipient gets its delivery in the transaction that writes the delivery, and only while it waits: so there is never a
second one. The lane is kept shallow, so a pause has little to take back, and two broadcasts that fill it in equal parts
share the pace.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import (
    Broadcast,
    Business,
    Channel,
    Conversation,
    Delivery,
    Lane,
    Language,
    Person,
    Reachable,
    Recipient,
    RecipientState,
    Session,
    Stopped,
    StoredFile,
)
from services import deliveries
from services.announcing import Announcing
from services.broadcasts import templates
from services.broadcasts.selecting import WINDOW, agreed, had_enough
from services.broadcasts.wording import Addressee, Words, bubble, words_of
from services.inserting import quietly
from services.office import Office

if TYPE_CHECKING:
    from texts import Catalogue

BUSY = dt.timedelta(minutes=30)  # who wrote that lately is in the middle of a form, if one is open
DAY = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one recipient at this moment."""

    ours: bool  # the chat is still this person's
    agreed: bool
    stopped: bool
    reachable: bool
    enough: bool  # has had as many announcements as were promised at most
    needs_template: bool
    has_template: bool


def reason_against(facts: Facts) -> str | None:
    """Why somebody who was meant gets nothing."""
    if not facts.ours:
        return "moved"
    if facts.stopped:
        return "stopped"
    if not facts.agreed:
        return "no_consent"
    if not facts.reachable:
        return "unreachable"
    if facts.enough:
        return "cap"
    return "no_template" if facts.needs_template and not facts.has_template else None


def waiting_in_lane(session: Session, channel: Channel, soon: dt.datetime) -> dict[int, int]:
    """How many messages of each broadcast wait in the outbox."""
    mine = sa.and_(sa.text("deliveries.state IN ('queued')"), Delivery.channel == channel, Delivery.lane == Lane.BULK)
    query = sa.select(Delivery.because, sa.func.count()).where(mine, Delivery.not_before <= soon)
    rows = session.execute(query.group_by(Delivery.because)).all()
    return {int(because.partition(":")[2]): many for because, many in rows if because.startswith("broadcast:")}


def under_way(session: Session, broadcast_id: int, soon: dt.datetime) -> bool:
    """Whether a message of it goes out about now; each state by its own index."""
    mine = Delivery.because == because(broadcast_id)
    queued = sa.and_(sa.text("deliveries.state IN ('queued')"), Delivery.not_before <= soon)
    for state in (queued, sa.text("deliveries.state IN ('leased','sending')")):
        if session.execute(sa.select(Delivery.id).where(state, mine).limit(1)).first() is not None:
            return True
    return False


def waits_for_first(session: Session, row: Broadcast, channel: Channel) -> bool:
    """Whether Telegram does not have the file yet: then one goes out alone, and all others name what it was given."""
    if row.file_id is None or channel is not Channel.TELEGRAM:
        return False
    query = sa.select(StoredFile.id).where(StoredFile.id == row.file_id, StoredFile.telegram_ref.is_(None))
    return session.execute(query).first() is not None


def left_today(session: Session, announcing: Announcing, now: dt.datetime) -> int | None:
    """How many more people broadcasts may open a WhatsApp conversation with now; None: as many as there are."""
    most = announcing.for_broadcasts
    if most is None:
        return None
    # Said literally, so that the index of those conversations is used.
    opened = sa.text("broadcast_recipients.delivery_id IS NOT NULL AND broadcast_recipients.opens")
    lately = sa.and_(opened, Recipient.given_at > now - DAY)
    reached = session.execute(sa.select(sa.func.count()).where(lately)).scalar_one()
    return max(0, most - reached)


def feed(
    session: Session,
    broadcast: Broadcast,
    channel: Channel,
    room: int,
    texts: "Catalogue",
    office: Office,
    now: dt.datetime,
) -> int:
    """Settle or hand over up to `room` of those who wait on a channel; how many. The broadcast is locked by the caller.

    Outside WhatsApp's window no more are taken than may be reached today.
    """
    left = left_today(session, office.announcing, now) if channel is Channel.WHATSAPP else None
    rows = _waiting(session, broadcast.id, channel, room, left, now)
    if not rows:
        return 0
    people = [row.person_id for row in rows if row.person_id is not None]
    enough = set(
        session.scalars(had_enough(office.announcements_per_month, now).where(Recipient.person_id.in_(people)))
    )
    written = templates.languages(session, office.announcing.sender, texts, broadcast.template)
    words = words_of(broadcast)
    fates: dict[str, list[int]] = {}
    out: dict[int, tuple[sa.Row[Any], dict[str, Any]]] = {}
    for row in rows:
        why = reason_against(_facts(row, enough, written, now))
        if why:
            fates.setdefault(why, []).append(row.id)
        else:
            out[row.conversation_id] = row, _delivery(row, broadcast, words, texts, now)
    _settle(session, fates)
    _hand_over(session, out, now)
    return len(rows)


def _waiting(
    session: Session, broadcast_id: int, channel: Channel, room: int, left: int | None, now: dt.datetime
) -> Sequence[Any]:
    other = aliased(Conversation)
    elsewhere = sa.exists().where(other.person_id == Recipient.person_id, other.stopped != Stopped.NOTHING)
    chat = (Conversation.person_id.label("owner"), Conversation.address, Conversation.reachable)
    more = (Conversation.last_in_at, Conversation.form, Conversation.language.label("speaks"))
    about = (Person.name, Business.name.label("business"), Business.owner_name, Business.regency, Business.district)
    own = (Recipient.id, Recipient.person_id, Recipient.conversation_id, Recipient.channel, Recipient.language)
    query = (
        sa.select(*own, *chat, *more, *about, elsewhere.label("stopped"), agreed(Recipient.person_id).label("agreed"))
        .outerjoin(Conversation, Conversation.id == Recipient.conversation_id)
        .outerjoin(Person, Person.id == Recipient.person_id)
        .outerjoin(Business, Business.id == Recipient.business_id)
        # Said literally, so that the index of those who wait is used.
        .where(sa.text("broadcast_recipients.state = 'waiting'"))
        .where(Recipient.broadcast_id == broadcast_id, Recipient.channel == channel)
        .order_by(Recipient.id)
    )
    if channel is Channel.WHATSAPP and left is not None and left < room:
        inside = query.where(Conversation.last_in_at > now - WINDOW).limit(room)
        outside = query.where(sa.or_(Conversation.id.is_(None), Conversation.last_in_at <= now - WINDOW)).limit(left)
        found: list[sa.Row[Any]] = list(session.execute(inside))
        if left:
            found += session.execute(outside)
        return found[:room]
    return session.execute(query.limit(room)).all()


def _opens(row: sa.Row[Any], now: dt.datetime) -> bool:
    return bool(row.channel is Channel.WHATSAPP and row.last_in_at is not None and row.last_in_at <= now - WINDOW)


def _facts(row: sa.Row[Any], enough: set[int | None], written: frozenset[Language], now: dt.datetime) -> Facts:
    return Facts(
        ours=row.owner is not None and row.owner == row.person_id,
        agreed=bool(row.agreed),
        stopped=bool(row.stopped),
        reachable=row.reachable is Reachable.YES,
        enough=row.person_id in enough,
        needs_template=_opens(row, now),
        has_template=(row.speaks or row.language) in written,
    )


def _delivery(
    row: sa.Row[Any], broadcast: Broadcast, words: Words, texts: "Catalogue", now: dt.datetime
) -> dict[str, Any]:
    to = Addressee(row.speaks or row.language, row.name or row.owner_name, row.business, row.regency, row.district)
    busy = row.form is not None and row.last_in_at > now - BUSY
    return deliveries.row(
        deliveries.Where(row.conversation_id, row.channel, row.address, to.language),
        bubble=bubble(words, to, texts),
        lane=Lane.BULK,
        because=because(broadcast.id),
        now=now,
        expires_at=broadcast.expires_at,
        not_before=row.last_in_at + BUSY if busy else None,
    )


def because(broadcast_id: int) -> str:
    """What a delivery of a broadcast carries as its reason."""
    return f"broadcast:{broadcast_id}"


def _settle(session: Session, fates: Mapping[str, list[int]]) -> None:
    for why, ids in fates.items():
        change = sa.update(Recipient).where(Recipient.id.in_(ids), Recipient.state == RecipientState.WAITING)
        session.execute(quietly(change.values(state=RecipientState.SKIPPED, reason=why)))


_ROWS = cast("sa.Table", Recipient.__table__)
_GIVE = (
    sa.update(_ROWS)
    .where(_ROWS.c.id == sa.bindparam("it"), sa.text("state = 'waiting'"), _ROWS.c.delivery_id.is_(None))
    .values(
        state=RecipientState.GIVEN,
        delivery_id=sa.bindparam("delivery"),
        given_at=sa.bindparam("now"),
        opens=sa.bindparam("opening"),
    )
)


def _hand_over(session: Session, out: Mapping[int, tuple[sa.Row[Any], dict[str, Any]]], now: dt.datetime) -> None:
    if not out:
        return
    made = sa.insert(Delivery).returning(Delivery.id, Delivery.conversation_id)
    pairs = session.execute(made, [values for _, values in out.values()]).all()
    given = [
        {
            "it": out[conversation_id][0].id,
            "delivery": number,
            "now": now,
            "opening": _opens(out[conversation_id][0], now),
        }
        for number, conversation_id in pairs
    ]
    session.connection().execute(_GIVE, given)
