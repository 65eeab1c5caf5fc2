"""Impor kontak: what was judged is written, a few hundred rows at a time, as often as one likes.

A list is taken in by pieces, each a transaction of its own, because the program goes on answering meanwhile. A row is
known by its key (services.contacts.reading), so what was stopped half-way is brought again and goes on where it was.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from models import Contact, ContactList, PaperConsent, PastAttendance, Session
from services import audit, staff
from services.contacts.judging import DETAILS, Judged, Tally, Verdict
from services.contacts.listing import Listing
from services.contacts.reading import Entry
from services.inserting import among, insert_all, insert_into, quietly
from services.staff import Actor, Right


def begin(session: Session, actor: Actor, listing: Listing, source: str, now: dt.datetime) -> int:
    """Write down that a list is being brought; its id. The same file, stopped half-way, goes on under its old one.

    Raises Forbidden.
    """
    staff.demand(actor, Right.REVIEW)
    same = sa.and_(ContactList.digest == listing.digest, ContactList.staff_id.is_not_distinct_from(actor.staff_id))
    query = sa.select(ContactList.id).where(same, ContactList.done_at.is_(None)).order_by(ContactList.id.desc())
    known = session.scalars(query).first()
    if known is not None:
        return known
    brought = ContactList(
        file=listing.file.name[:200], digest=listing.digest, source=source[:200], brought_by=actor.name, begun_at=now
    )
    brought.staff_id, brought.counts = actor.staff_id, {}
    session.add(brought)
    session.flush()
    audit.note(session, actor, "contacts.import_begun", f"contact_list:{brought.id}", now=now)
    return brought.id


def finish(session: Session, actor: Actor, list_id: int, tally: Tally, now: dt.datetime) -> None:
    """Write down what came of it."""
    staff.demand(actor, Right.REVIEW)
    change = sa.update(ContactList).where(ContactList.id == list_id)
    session.execute(change.values(done_at=now, counts=tally.as_json()))
    audit.note(session, actor, "contacts.imported", f"contact_list:{list_id}", after=tally.as_json(), now=now)


# --- the rows


def keep(session: Session, actor: Actor, list_id: int, judged: Sequence[Judged], now: dt.datetime) -> None:
    """Write what was judged, in the transaction it was judged in. What another one wrote meanwhile stands.

    Raises Forbidden.
    """
    staff.demand(actor, Right.REVIEW)
    new = [_row(one, actor, list_id, now) for one in judged if one.verdict is Verdict.NEW]
    if new:
        insert_all(session, Contact, new, ["key"])
    _change(session, actor, [one for one in judged if one.verdict is Verdict.CHANGED], now)
    seen = [one.contact_id for one in judged if one.contact_id is not None]
    if seen:
        session.execute(quietly(sa.update(Contact).where(among(session, Contact.id, seen)).values(seen_at=now)))
    _attended(session, list_id, [one.entry for one in judged if one.entry and one.entry.event])


def _row(one: Judged, actor: Actor, list_id: int, now: dt.datetime) -> dict[str, Any]:
    entry = one.entry
    assert entry is not None
    told = {name: getattr(entry, name) for name in ("key", "name", "business", "phone", *DETAILS)}
    linked = {"person_id": one.person_id, "linked_at": now if one.person_id else None}
    about = {"list_id": list_id, "created_at": now, "seen_at": now, "doubts": [doubt.value for doubt in one.doubts]}
    return told | linked | about | _claim(one, actor, now)


def _claim(one: Judged, actor: Actor, now: dt.datetime) -> dict[str, Any]:
    claims = one.changes.get("consent") is PaperConsent.CLAIMED and one.entry is not None
    return {
        "consent": PaperConsent.CLAIMED if claims else PaperConsent.NONE,
        "reference": one.entry.reference if claims and one.entry else None,
        "claimed_by": actor.name if claims else None,
        "claimed_staff": actor.staff_id if claims else None,
        "claimed_at": now if claims else None,
    }


def _change(session: Session, actor: Actor, judged: Sequence[Judged], now: dt.datetime) -> None:
    """Each change by itself: they are few, and a consent decided meanwhile is not claimed anew."""
    for one in judged:
        values = dict(one.changes)
        if "person_id" in values:
            values["linked_at"] = now
        if values.pop("consent", None):
            undecided = Contact.consent.in_((PaperConsent.NONE, PaperConsent.REFUSED))
            claim = sa.update(Contact).where(Contact.id == one.contact_id, undecided)
            session.execute(quietly(claim.values(**_claim(one, actor, now), decided_by=None, decided_at=None)))
        doubts = [doubt.value for doubt in one.doubts]
        change = sa.update(Contact).where(Contact.id == one.contact_id, Contact.erased_at.is_(None))
        session.execute(quietly(change.values(**values, doubts=doubts)))


def _attended(session: Session, list_id: int, entries: Sequence[Entry]) -> None:
    """Who was where, once for each event; what a later list says stands."""
    if not entries:
        return
    keys = sorted({one.key for one in entries})
    ids = dict(session.execute(sa.select(Contact.key, Contact.id).where(among(session, Contact.key, keys))).all())
    rows = [
        {"contact_id": ids[one.key], "event": one.event, "day": one.day, "attended": one.attended, "list_id": list_id}
        for one in entries
        if one.key in ids
    ]
    insert = insert_into(session, PastAttendance)
    told = {name: insert.excluded[name] for name in ("day", "attended")}
    both = insert.on_conflict_do_update(index_elements=["contact_id", "event"], set_=told)
    if rows:
        session.connection().execute(both, rows)
