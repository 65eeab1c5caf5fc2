"""What we keep and for how long: nothing of somebody who gave no consent, and no words longer than promised."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from models import Base, Conversation, Delivery, DeliveryEvent, Draft, Due, Inbound, Media, Session, Ticket
from services.office import Office

WORDS_DAYS = 30  # incoming words, as the notice says
CHUNK = 500  # rows of one table in one transaction: SQLite's lock is not held for longer than that takes


def sweep(session: Session, office: Office, now: dt.datetime, chunk: int = CHUNK) -> dict[str, int]:
    """Take away what has had its time; how many rows of each kind.

    One call takes at most `chunk` rows of a kind: whoever commits calls again until `sum(counts.values()) == 0`. Kinds:
    "conversations" (no consent by their `purge_at`) with "deliveries", "delivery_events", "inbounds",
    "drafts_unconsented", "media", "dues" and "tickets" (emptied, not removed) of theirs; "drafts"; "forms" (open, and
    left alone for `office.draft_days`); "words" of incoming messages.
    """
    counts = _without_consent(session, now, chunk)
    counts["drafts"] = _remove(session, Draft, Draft.purge_at <= now, chunk)
    counts["forms"] = _close_forms(session, now - dt.timedelta(days=office.draft_days), chunk)
    counts["words"] = _forget_words(session, now - dt.timedelta(days=WORDS_DAYS), chunk)
    return counts


def _without_consent(session: Session, now: dt.datetime, chunk: int) -> dict[str, int]:
    """Conversations go last, when nothing of theirs is left, so that a chunk cut short is only taken up again.

    They are locked first: whoever agrees at this very moment either comes before us and is passed over, or comes after
    us and begins anew.
    """
    due = sa.and_(Conversation.person_id.is_(None), Conversation.purge_at <= now)
    query = sa.select(Conversation.id).where(due).order_by(Conversation.purge_at).limit(chunk)
    ids = list(session.scalars(query.with_for_update(skip_locked=True)))
    theirs = sa.select(Delivery.id).where(Delivery.conversation_id.in_(ids))
    counts = {
        "delivery_events": _remove(session, DeliveryEvent, DeliveryEvent.delivery_id.in_(theirs), chunk),
        "deliveries": 0,
        "inbounds": _remove(session, Inbound, Inbound.conversation_id.in_(ids), chunk),
        "drafts_unconsented": _remove(session, Draft, Draft.conversation_id.in_(ids), chunk),
        "media": _remove(session, Media, Media.conversation_id.in_(ids), chunk),
        "dues": _remove(session, Due, Due.conversation_id.in_(ids), chunk),
        "tickets": _empty_tickets(session, ids, chunk),
        "conversations": 0,
    }
    if counts["delivery_events"] < chunk:
        counts["deliveries"] = _remove(session, Delivery, Delivery.conversation_id.in_(ids), chunk)
    if all(count < chunk for count in counts.values()):
        counts["conversations"] = _remove(session, Conversation, Conversation.id.in_(ids), chunk)
    return counts


def _remove(session: Session, model: type[Base], condition: sa.ColumnElement[bool], chunk: int) -> int:
    key = sa.inspect(model).primary_key[0]
    some = sa.select(key).where(condition).limit(chunk)
    return _count(session, sa.delete(model).where(key.in_(some)).returning(key))


def _empty_tickets(session: Session, conversation_ids: list[int], chunk: int) -> int:
    """The office still sees that there was a question, and when; not whose, and not what."""
    some = sa.select(Ticket.id).where(Ticket.conversation_id.in_(conversation_ids)).limit(chunk)
    change = sa.update(Ticket).where(Ticket.id.in_(some)).values(words=None, context={}, conversation_id=None)
    return _count(session, change.returning(Ticket.id))


def _close_forms(session: Session, before: dt.datetime, chunk: int) -> int:
    idle = sa.and_(Conversation.run_id.is_not(None), Conversation.changed_at <= before)
    some = sa.select(Conversation.id).where(idle).limit(chunk).with_for_update(skip_locked=True)
    ids = list(session.scalars(some))
    empty: dict[str, Any] = {"run_id": None, "form": None, "answers": {}, "view": {}, "facts": {}, "changed_at": None}
    change = sa.update(Conversation).where(Conversation.id.in_(ids)).values(empty)
    return _count(session, change.returning(Conversation.id))


def _forget_words(session: Session, before: dt.datetime, chunk: int) -> int:
    old = sa.select(Inbound.id).where(Inbound.at <= before, Inbound.words.is_not(None)).limit(chunk)
    return _count(session, sa.update(Inbound).where(Inbound.id.in_(old)).values(words=None).returning(Inbound.id))


def _count(session: Session, change: sa.UpdateBase) -> int:
    return len(session.execute(change.execution_options(synchronize_session=False)).all())
