"""What we keep and for how long: nothing of somebody who gave no consent, and no words longer than promised."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from models import (
    Base,
    Contact,
    Conversation,
    Correction,
    CorrectionState,
    Cursor,
    Delivery,
    DeliveryEvent,
    Draft,
    Due,
    Inbound,
    LinkCode,
    Media,
    Session,
    StaffCode,
    StaffSession,
    StaffTries,
    StoredFile,
    Ticket,
    TicketAnswer,
    Unanswered,
)
from services import accounts, auditing, drafts
from services.broadcasts import fates
from services.events import forgetting
from services.inserting import quietly
from services.office import Office

CHUNK = 500  # rows of one table in one transaction: SQLite's lock is not held for longer than that takes
BROWSERS = dt.timedelta(days=30)  # who was signed in where: long enough to ask after a stolen password
NOTHING_SAID = {"text": ""}  # what is left of a bubble
EMPTIED = "retention:bubbles"  # how far deliveries have been emptied, by their ids


def sweep(session: Session, office: Office, now: dt.datetime, chunk: int = CHUNK) -> dict[str, int]:
    """Take away what has had its time (`office.keeping`, `office.draft_days`); how many rows of each kind.

    One call takes at most `chunk` rows of a kind: whoever commits calls again until `sum(counts.values()) == 0`. Kinds:
    "conversations" (no consent by their `purge_at`) with "deliveries", "delivery_events", "inbounds",
    "drafts_unconsented", "media", "dues" and "tickets" (emptied, not removed) of theirs; "drafts"; "forms" (open, and
    left alone for `office.draft_days`); "words" of incoming messages; "bubbles" (what we wrote); "files"; "codes";
    "ticket_words" and "ticket_answers" of closed tickets; "corrections" (what stood there before); "sign_ups"
    (emptied), "reminders" and "invitations" of events; "announced" (who got an announcement, emptied); "unanswered";
    "browsers" staff signed in with, and "tries" to; "staff_codes"; "staff" who left; "audit" (whole months of it);
    "contacts" from lists who never wrote, with what is said of their attendance.
    """
    keeping = office.keeping
    counts = _without_consent(session, now, chunk)
    drafts.note_expired(session, now)
    counts["drafts"] = _remove(session, Draft, Draft.purge_at <= now, chunk)
    counts["forms"] = _close_forms(session, now, now - dt.timedelta(days=office.draft_days), chunk)
    counts["words"] = _forget_words(session, keeping.before("words", now), chunk)
    counts["bubbles"] = _empty_bubbles(session, keeping.before("bubbles", now), chunk)
    counts["files"] = _remove(session, StoredFile, StoredFile.expires_at <= now, chunk)
    # A code that joined two chats is how "BUKAN SAYA" undoes it: kept as long as the notice that says so.
    unused = sa.and_(LinkCode.used_at.is_(None), LinkCode.expires_at <= keeping.before("codes", now))
    used = LinkCode.used_at <= keeping.before("bubbles", now)
    counts["codes"] = _remove(session, LinkCode, sa.or_(unused, used), chunk)
    counts |= _empty_closed_tickets(session, keeping.before("tickets", now), chunk)
    counts["corrections"] = _empty_corrections(session, keeping.before("tickets", now), chunk)
    counts["announced"] = fates.forget(session, keeping.before("bubbles", now), chunk)
    counts |= forgetting.sweep(session, keeping.before("events", now), keeping.before("bubbles", now), chunk)
    old = sa.and_(Contact.person_id.is_(None), Contact.erased_at.is_(None))
    counts["contacts"] = _remove(
        session, Contact, sa.and_(old, Contact.seen_at <= keeping.before("contacts", now)), chunk
    )
    counts["browsers"] = _remove(session, StaffSession, StaffSession.ends_at <= now - BROWSERS, chunk)
    counts["tries"] = _remove(session, StaffTries, StaffTries.until <= now, chunk)
    counts["unanswered"] = _remove(session, Unanswered, Unanswered.at <= keeping.before("unanswered", now), chunk)
    counts["staff_codes"] = _remove(session, StaffCode, StaffCode.expires_at <= keeping.before("codes", now), chunk)
    counts["staff"] = accounts.forget(session, keeping.before("staff", now))
    counts["audit"] = auditing.trim(session, keeping.before("audit", now), now, chunk)  # the last: it locks the head
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


def _close_forms(session: Session, now: dt.datetime, before: dt.datetime, chunk: int) -> int:
    idle = sa.and_(Conversation.run_id.is_not(None), Conversation.changed_at <= before)
    some = sa.select(Conversation.id).where(idle).limit(chunk).with_for_update(skip_locked=True)
    ids = list(session.scalars(some))
    told_later = sa.case((Conversation.form.in_(drafts.KEPT), now), else_=Conversation.draft_expired_at)
    empty: dict[str, Any] = {"run_id": None, "form": None, "answers": {}, "view": {}, "facts": {}, "changed_at": None}
    empty["draft_expired_at"] = told_later
    change = sa.update(Conversation).where(Conversation.id.in_(ids)).values(empty)
    return _count(session, change.returning(Conversation.id))


def _forget_words(session: Session, before: dt.datetime, chunk: int) -> int:
    old = sa.select(Inbound.id).where(Inbound.at <= before, Inbound.words.is_not(None)).limit(chunk)
    return _count(session, sa.update(Inbound).where(Inbound.id.in_(old)).values(words=None).returning(Inbound.id))


def _empty_bubbles(session: Session, before: dt.datetime, chunk: int) -> int:
    """Rows were written in the order of their ids, so what was emptied last is all that need be remembered."""
    kept = session.execute(sa.select(Cursor.value).where(Cursor.name == EMPTIED)).scalar_one_or_none()
    next_ones = sa.select(Delivery.id, Delivery.created_at).where(Delivery.id > int(kept or 0)).order_by(Delivery.id)
    rows = session.execute(next_ones.limit(chunk)).all()
    old = [row.id for row in rows if row.created_at <= before]
    if not old:
        return 0
    if kept is None:
        session.add(Cursor(name=EMPTIED, value=str(old[-1])))
        session.flush()
    else:
        session.execute(sa.update(Cursor).where(Cursor.name == EMPTIED).values(value=str(max(old))))
    change = sa.update(Delivery).where(Delivery.id.in_(old)).values(bubble=NOTHING_SAID)
    return _count(session, change.returning(Delivery.id))


def _empty_closed_tickets(session: Session, before: dt.datetime, chunk: int) -> dict[str, int]:
    """That there was a question, and when it was answered, stays for the counts."""
    closed = sa.and_(Ticket.closed_at <= before, Ticket.words.is_not(None))
    ids = list(session.scalars(sa.select(Ticket.id).where(closed).limit(chunk)))
    said = sa.select(TicketAnswer.id).where(TicketAnswer.ticket_id.in_(ids), TicketAnswer.words != "").limit(chunk)
    answers = sa.update(TicketAnswer).where(TicketAnswer.id.in_(said)).values(words="").returning(TicketAnswer.id)
    counts = {"ticket_answers": _count(session, answers), "ticket_words": 0}
    if counts["ticket_answers"] < chunk:
        change = sa.update(Ticket).where(Ticket.id.in_(ids)).values(words=None, context={})
        counts["ticket_words"] = _count(session, change.returning(Ticket.id))
    return counts


def _empty_corrections(session: Session, before: dt.datetime, chunk: int) -> int:
    """What is true now stands in the business, what was in the assessments; that somebody was asked stays."""
    done = sa.and_(Correction.state == CorrectionState.ANSWERED, Correction.answered_at <= before)
    full = sa.select(Correction.id).where(done, ~Correction.emptied).limit(chunk)
    change = sa.update(Correction).where(Correction.id.in_(full)).values(before={}, after={}, emptied=True)
    return _count(session, change.returning(Correction.id))


def _count(session: Session, change: sa.UpdateBase) -> int:
    return len(session.execute(quietly(change)).all())
