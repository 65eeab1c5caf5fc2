"""Mengenali kontak: a line of a list becomes a person's when they write from its number, and goes when they say so.

Only a number that a platform vouches for counts: the one a WhatsApp chat comes from, or the contact card a Telegram
user shares of themselves. A number may have had another owner: before a person is known by name, only a contact whose
consent on paper was confirmed is taken to be them; afterwards the names must fit.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from models import Channel, Contact, Conversation, PaperConsent, PastAttendance, Person, Session
from models.prepared import Prepared
from services.contacts.judging import OWNER, same_name
from services.inserting import quietly

EMPTY: dict[str, Any] = {
    "name": "", "business": None, "phone": None, "district": None, "village": None, "address": None, "nib": None,
    "product": None, "email": None, "doubts": [], "reference": None, "claimed_by": None,
}  # fmt: skip


_VOUCHED = Prepared(sa.select(Person.phone, Person.name).where(Person.id == sa.bindparam("it"), Person.phone_vouched))


def meet(session: Session, person_id: int, now: dt.datetime) -> int | None:
    """Join a person to the one contact that carries their verified number; its id, or None.

    Two contacts with one number are left to an officer. A row that a list is just changing is passed over: the list
    joins it itself.
    """
    session.flush()
    found = _VOUCHED.rows(session, {"it": person_id})
    if not found or found[0][0] is None:
        return None
    ((phone, name),) = found
    free = sa.and_(Contact.phone == phone, Contact.person_id.is_(None), Contact.erased_at.is_(None))
    rows = session.execute(
        sa.select(Contact.id, Contact.name, Contact.consent).where(free).limit(2).with_for_update(skip_locked=True)
    ).all()
    if len(rows) != 1 or not _fits(name, rows[0].name, rows[0].consent):
        return None
    change = sa.update(Contact).where(Contact.id == rows[0].id)
    session.execute(quietly(change.values(person_id=person_id, linked_at=now)))
    return int(rows[0].id)


def _fits(person: str | None, contact: str, consent: PaperConsent) -> bool:
    return same_name(person, contact) if person else consent is PaperConsent.CONFIRMED


def refuse(session: Session, conversation_id: int, now: dt.datetime) -> int:
    """Who writes BERHENTI says no for the number they write from; no paper says otherwise. How many contacts."""
    person = sa.select(Person.phone).join(Conversation, Conversation.person_id == Person.id).where(Person.phone_vouched)
    person = person.where(Conversation.id == conversation_id)
    address = sa.select(Conversation.address).where(
        Conversation.id == conversation_id, Conversation.channel == Channel.WHATSAPP
    )
    said = [*session.scalars(person), *(one.removeprefix("whatsapp:") for one in session.scalars(address))]
    theirs = sa.and_(Contact.phone.in_([one for one in said if one]), Contact.erased_at.is_(None))
    change = sa.update(Contact).where(theirs).values(consent=PaperConsent.REFUSED, decided_by=OWNER, decided_at=now)
    return len(session.execute(quietly(change.returning(Contact.id))).all())


def forget(session: Session, person_id: int, now: dt.datetime) -> None:
    """Take a person out of the lists. What stays is the sum of a line, so that a list does not bring them back."""
    mine = sa.select(Contact.id).where(Contact.person_id == person_id)
    vouched = sa.select(Person.phone).where(Person.id == person_id, Person.phone_vouched).scalar_subquery()
    session.execute(quietly(sa.delete(PastAttendance).where(PastAttendance.contact_id.in_(mine))))
    session.execute(quietly(sa.update(Contact).where(Contact.phone == vouched).values(phone=None)))
    session.execute(
        quietly(sa.update(Contact).where(Contact.person_id == person_id).values(**EMPTY, person_id=None, erased_at=now))
    )
