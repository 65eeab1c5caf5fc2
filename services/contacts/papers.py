"""Izin tertulis: what a list claims is confirmed by a second person with the paper in hand, else it does not count."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from models import Contact, ContactList, PaperConsent, Session
from services import audit, staff
from services.inserting import quietly
from services.masking import Plain
from services.staff import Actor, Right


class Why(StrEnum):
    """Why nothing was decided."""

    NOBODY = "nobody"  # no open claim on this document
    NO_ACCOUNT = "no_account"  # the keyboard of the server is nobody in particular
    OWN = "own"  # whoever brought the list does not confirm it


@dataclass(frozen=True, slots=True)
class Claim:
    """Open claims on one document, as one person brought them."""

    reference: str
    file: str
    brought_by: str
    count: int
    since: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One of them, to be held against the paper."""

    id: int
    name: str
    business: str | None
    phone: str | None


def may_be_written_to() -> sa.ColumnElement[bool]:
    """Which contacts a message may be sent to: confirmed on paper, with a number, and not speaking for themselves yet.

    Everybody else is counted and never written to. Who has written to us is reached by their own consents.
    """
    alone = sa.and_(Contact.person_id.is_(None), Contact.erased_at.is_(None))
    return sa.and_(alone, Contact.consent == PaperConsent.CONFIRMED, Contact.phone.is_not(None))


def claims(session: Session, actor: Actor) -> list[Claim]:
    """The open claims, the oldest first. Raises Forbidden."""
    staff.demand(actor, Right.REVIEW)
    since = sa.func.min(Contact.claimed_at)
    query = sa.select(Contact.reference, ContactList.file, Contact.claimed_by, sa.func.count(), since)
    query = query.join(ContactList, ContactList.id == Contact.list_id).where(_open(actor))
    query = query.group_by(Contact.reference, ContactList.file, Contact.claimed_by).order_by(since)
    return [Claim(str(ref), file, str(by), count, at) for ref, file, by, count, at in session.execute(query).all()]


def lines(session: Session, actor: Actor, reference: str, now: dt.datetime) -> list[Line]:
    """Everybody who is said to stand on a document; that they were looked at is written down. Raises Forbidden."""
    staff.demand(actor, Right.REVIEW)
    query = sa.select(Contact.id, Contact.name, Contact.business, Contact.phone)
    query = query.where(_open(actor), Contact.reference == reference).order_by(Contact.id)
    found = [Line(*row) for row in session.execute(query).all()]
    audit.note(session, actor, "contacts.claims_read", "contacts", after={"count": len(found)}, now=now)
    return found


def decide(
    session: Session, actor: Actor, reference: str, now: dt.datetime, *, confirmed: bool, contact_id: int | None = None
) -> int | Why:
    """Confirm or refuse the open claims on a document, or one contact's; how many. Raises Forbidden.

    Of two who decide at once one finds nothing left. Nobody decides what they brought themselves.
    """
    staff.demand(actor, Right.REVIEW)
    if actor.staff_id is None:
        return Why.NO_ACCOUNT
    wanted = sa.and_(_open(actor), Contact.reference == reference)
    if contact_id is not None:
        wanted = sa.and_(wanted, Contact.id == contact_id)
    state = PaperConsent.CONFIRMED if confirmed else PaperConsent.REFUSED
    foreign = Contact.claimed_staff.is_distinct_from(actor.staff_id)
    change = sa.update(Contact).where(wanted, foreign)
    change = change.values(consent=state, decided_by=actor.name, decided_at=now).returning(Contact.id)
    done = len(session.execute(quietly(change)).all())
    if not done:
        left = session.scalar(sa.select(sa.func.count()).select_from(Contact).where(wanted))
        return Why.OWN if left else Why.NOBODY
    act = "contacts.consent_confirmed" if confirmed else "contacts.consent_refused"
    said = {"count": done, "reference": Plain(reference)}
    audit.note(session, actor, act, "contacts" if contact_id is None else f"contact:{contact_id}", after=said, now=now)
    return done


def _open(actor: Actor) -> sa.ColumnElement[bool]:
    claimed = sa.and_(Contact.consent == PaperConsent.CLAIMED, Contact.person_id.is_(None), Contact.erased_at.is_(None))
    return sa.and_(claimed, staff.within(actor, Contact.regency))
