"""Satu orang: everything the office has of somebody, for who looks after their kab/kota; looking is written down."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from models import (
    Application,
    Business,
    Consent,
    Conversation,
    DataRequest,
    Event,
    Person,
    Session,
    SignUp,
    Ticket,
)
from services import audit, requests, scope, trail
from services.requests import Asked
from services.staff import Actor, Right, covers
from services.tickets import code_of
from services.trail import Use

MOST = 50  # of each kind; who has more is a helper, whose businesses are found by their own names


@dataclass(frozen=True, slots=True)
class Asking:
    """A ticket of theirs."""

    id: int
    code: str
    topic: str
    opened_at: dt.datetime
    answer_by: dt.datetime
    answered: bool
    closed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Profile:
    """One person. Names and numbers as they are: whoever shows them masks them."""

    person: Person
    name: str | None
    businesses: tuple[Business, ...]  # their own and those they look after, where the actor works
    elsewhere: int  # in other kab/kota
    applications: tuple[tuple[Application, Business], ...]
    chats: tuple[Conversation, ...]
    events: tuple[tuple[SignUp, Event], ...]
    tickets: tuple[Asking, ...]
    consents: tuple[Consent, ...]  # every answer, the newest first
    withdrawn: frozenset[int]  # of these, the answers that took back an earlier yes
    standing: frozenset[int]  # and those that hold now: the last one for each purpose
    requests: tuple[Asked, ...]
    uses: tuple[Use, ...] | None  # who used their data; None: not for this account


def withdrawn(consents: Sequence[Consent]) -> frozenset[int]:
    """The answers, of these from the newest on, that took back a yes."""
    given: set[str] = set()
    found = set()
    for row in reversed(consents):
        if row.given:
            given.add(row.purpose)
        elif row.purpose in given:
            given.discard(row.purpose)
            found.add(row.id)
    return frozenset(found)


def open_(session: Session, actor: Actor, person_id: int, *, shown: bool, now: dt.datetime) -> Profile:
    """Everything about one person. `shown`: unmasked, and written down as such. Raises NoResultFound, Forbidden."""
    scope.demand_person(session, actor, Right.SEE, person_id)
    person = session.get_one(Person, person_id)
    audit.note(session, actor, "person.unmasked" if shown else "person.seen", f"person:{person_id}", now=now)
    firms = _businesses(session, person_id)
    mine = [firm for firm in firms if covers(actor, firm.regency)]
    consents = _consents(session, person_id)
    own = next((firm.owner_name for firm in firms if not firm.by_helper), None)
    return Profile(
        person=person,
        name=person.name or own or None,
        businesses=tuple(mine),
        elsewhere=len(firms) - len(mine),
        applications=_applications(session, mine),
        chats=_chats(session, person_id),
        events=_events(session, person_id),
        tickets=_tickets(session, person_id),
        consents=consents,
        withdrawn=withdrawn(consents),
        standing=frozenset({row.purpose: row.id for row in reversed(consents)}.values()),
        requests=_requests(session, person_id),
        uses=tuple(trail.of_person(session, person_id)) if Right.AUDIT in actor.rights else None,
    )


def _businesses(session: Session, person_id: int) -> list[Business]:
    theirs = sa.or_(Business.person_id == person_id, Business.helper_id == person_id)
    return list(session.scalars(sa.select(Business).where(theirs).order_by(Business.id).limit(MOST)))


def _applications(session: Session, firms: Sequence[Business]) -> tuple[tuple[Application, Business], ...]:
    by_id = {firm.id: firm for firm in firms}
    query = sa.select(Application).where(Application.business_id.in_(by_id)).order_by(Application.id.desc())
    return tuple((row, by_id[row.business_id]) for row in session.scalars(query.limit(MOST)))


def _chats(session: Session, person_id: int) -> tuple[Conversation, ...]:
    theirs = sa.select(Conversation).where(Conversation.person_id == person_id)
    return tuple(session.scalars(theirs.order_by(Conversation.last_in_at.desc()).limit(MOST)))


def _events(session: Session, person_id: int) -> tuple[tuple[SignUp, Event], ...]:
    query = sa.select(SignUp, Event).join(Event, Event.id == SignUp.event_id).where(SignUp.person_id == person_id)
    rows = session.execute(query.order_by(Event.starts_at.desc(), SignUp.id.desc()).limit(MOST))
    return tuple((row[0], row[1]) for row in rows)


def _tickets(session: Session, person_id: int) -> tuple[Asking, ...]:
    query = sa.select(Ticket).where(Ticket.person_id == person_id).order_by(Ticket.id.desc()).limit(MOST)
    return tuple(
        Asking(row.id, code_of(row.id), row.topic, row.opened_at, row.answer_by, row.answered_at is not None,
               row.closed_at)
        for row in session.scalars(query)
    )  # fmt: skip


def _consents(session: Session, person_id: int) -> tuple[Consent, ...]:
    query = sa.select(Consent).where(Consent.person_id == person_id).order_by(Consent.at.desc(), Consent.id.desc())
    return tuple(session.scalars(query.limit(MOST)))


def _requests(session: Session, person_id: int) -> tuple[Asked, ...]:
    query = sa.select(DataRequest).where(DataRequest.person_id == person_id).order_by(DataRequest.id.desc())
    return tuple(requests.of_row(row) for row in session.scalars(query.limit(MOST)))
