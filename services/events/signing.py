"""Mendaftar acara: a place or a number on the waiting list, one per business; leaving it; saying that one comes."""

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from models import ACTIVE, Audience, Event, EventState, Session, SignUp, SignUpState
from services import businesses, codes
from services.calendar import Calendar
from services.events import inviting, plans, queue, rules, seating

LETTER = "E"
FEW = 4_000  # so many sign-ups still find four free digits at once
TRIES = 50
SAID = re.compile(r"[0-9]{1,18}|[A-Z][0-9]{1,2}")  # a sign-up's number, or its code


class What(StrEnum):
    """What came of it."""

    REGISTERED = "registered"
    WAITING = "waiting"
    ALREADY = "already"
    CLOSED = "closed"  # not open, cancelled, or it has begun
    COMES = "comes"
    LATE = "late"
    LEFT = "left"
    TAKEN = "taken"  # an offered place is theirs now
    OVER = "over"  # what was asked of them is over: left before, or the event is
    NOTHING = "nothing"  # there was nothing to take


@dataclass(frozen=True, slots=True)
class Guest:
    """Who signs up. `business_id` None: a business we do not know yet, by its name alone."""

    person_id: int
    conversation_id: int | None
    business_id: int | None
    name: str
    business: str
    regency: str | None
    product_kind: str | None = None
    stand_in: str | None = None
    source_id: int | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """What a sign-up or an answer led to."""

    what: What
    event: Event
    sign_up: SignUp | None = None
    position: int | None = None
    waited: bool = False  # who left had only stood on the waiting list


def open_now(event: Event, now: dt.datetime) -> bool:
    """Whether people may still sign up: until it begins."""
    return event.state is EventState.OPEN and now < event.starts_at


def sign_up(
    session: Session, event_id: int, guest: Guest, *, token: str, calendar: Calendar, now: dt.datetime
) -> Signed:
    """Take a place, or stand on the waiting list; a business that is in already is told so.

    Nobody overtakes: a place is taken only if, were everybody who waits served first, it would still be free. `token`
    is chance, for the QR of the ticket (16 characters or more).
    """
    _lock_owner(session, guest.person_id, guest.business_id)
    event = seating.lock(session, event_id)
    if not open_now(event, now):
        return Signed(What.CLOSED, event)
    known = of_business(session, event_id, guest.person_id, guest.business_id)
    if known is not None and not _moves_up(session, event, known, calendar, now):
        return Signed(What.ALREADY, event, known, queue.position(session, event, known))
    if known is not None:
        return Signed(What.TAKEN, event, known)
    invited = inviting.is_invited(session, event_id, guest.person_id, guest.business_id)
    held = None
    if queue.may_take(session, event, guest.regency, invited=invited, calendar=calendar, now=now):
        held = seating.take(session, event, guest.regency, invited=invited, now=now)
    state = SignUpState.REGISTERED if held else SignUpState.WAITING
    share = held.share(guest.regency) if held else None
    row = _new(session, event, guest, state, share, invited, token, now)
    plans.void_lost(session, event, guest.person_id, "signed_up", now)
    _plan(session, event, row, now)
    return Signed(What(state.value), event, row, queue.position(session, event, row))


def _lock_owner(session: Session, person_id: int | None, business_id: int | None) -> None:
    if person_id is not None:
        businesses.lock_person(session, person_id)
    if business_id is not None:
        businesses.lock(session, business_id)


def _moves_up(session: Session, event: Event, row: SignUp, calendar: Calendar, now: dt.datetime) -> bool:
    """Near the start nothing is offered any more: whoever waits and asks again may have what is free."""
    if row.state is not SignUpState.WAITING or rules.offer_deadline(now, event.starts_at, calendar) is not None:
        return False
    held = seating.take(session, event, row.regency, invited=row.invited, now=now)
    if held is None:
        return False
    row.state, row.holds, row.share, row.changed_at = SignUpState.REGISTERED, True, held.share(row.regency), now
    row.told_starts_at, row.told_place = event.starts_at, event.place
    session.flush()
    plans.void_lost(session, event, row.person_id, "placed", now)
    _plan(session, event, row, now)
    return True


def of_business(session: Session, event_id: int, person_id: int, business_id: int | None) -> SignUp | None:
    """The sign-up of a business that stands; of a person without a business of ours, theirs."""
    mine = SignUp.business_id == business_id
    if business_id is None:
        mine = sa.and_(SignUp.person_id == person_id, SignUp.business_id.is_(None))
    query = sa.select(SignUp).where(SignUp.event_id == event_id, mine, SignUp.state.in_(ACTIVE))
    return session.scalars(query.execution_options(populate_existing=True)).first()


def _new(
    session: Session,
    event: Event,
    guest: Guest,
    state: SignUpState,
    share: str | None,
    invited: bool,
    token: str,
    now: dt.datetime,
) -> SignUp:
    row = SignUp(
        event_id=event.id, person_id=guest.person_id, conversation_id=guest.conversation_id,
        business_id=guest.business_id, source_id=guest.source_id, name=guest.name, business=guest.business,
        stand_in=guest.stand_in, regency=guest.regency, product_kind=guest.product_kind, invited=invited, state=state,
        holds=state is SignUpState.REGISTERED, share=share, code=code_for(session, guest.person_id),
        digits=free_digits(session, event.id, token), token=token, told_starts_at=event.starts_at,
        told_place=event.place, created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def code_for(session: Session, person_id: int) -> str:
    """A code that none of this person's sign-ups has; the person is locked, so no other chat takes it meanwhile."""
    mine = sa.select(SignUp.code).where(SignUp.person_id == person_id)
    last = session.scalars(mine.order_by(SignUp.id.desc()).limit(1)).first()
    return codes.next_code(LETTER, set(session.scalars(mine.where(SignUp.state.in_(ACTIVE)))), last)


def free_digits(session: Session, event_id: int, chance: str) -> str:
    """Digits to say at the door that nobody else at this event has: four, or six where very many come."""
    count = session.scalar(
        sa.select(sa.func.max(SignUp.id) - sa.func.min(SignUp.id)).where(SignUp.event_id == event_id)
    )
    length = 4 if (count or 0) < FEW else 6
    for attempt in range(TRIES):
        number = int(hashlib.sha256(f"{chance}.{attempt}".encode()).hexdigest(), 16) % 10**length
        digits = f"{number:0{length}d}"
        same = sa.and_(SignUp.event_id == event_id, SignUp.digits == digits, SignUp.state.in_(ACTIVE))
        if session.scalars(sa.select(SignUp.id).where(same).limit(1)).first() is None:
            return digits
    raise codes.NoCodeLeft


def _plan(session: Session, event: Event, row: SignUp, now: dt.datetime) -> None:
    audience = Audience.REGISTERED if row.state is SignUpState.REGISTERED else Audience.WAITING
    plans.plan_for(session, event, row.person_id, audience, now)


# --- afterwards


def mine(session: Session, person_id: int, which: str) -> SignUp | None:
    """A person's sign-up by its number (from a button) or its code ("E3"); one that stands before older ones."""
    which = which.strip().upper()
    if not SAID.fullmatch(which):
        return None
    named = SignUp.id == int(which) if which.isdecimal() else SignUp.code == which
    stands = sa.case((SignUp.state.in_(ACTIVE), 0), else_=1)
    query = sa.select(SignUp).where(SignUp.person_id == person_id, named).order_by(stands, SignUp.id.desc()).limit(1)
    return session.scalars(query.execution_options(populate_existing=True)).first()


def locked(session: Session, sign_up_id: int) -> tuple[Event, SignUp]:
    """A sign-up with its event, locked in the one order."""
    query = sa.select(SignUp.event_id, SignUp.business_id, SignUp.person_id).where(SignUp.id == sign_up_id)
    ids = session.execute(query).one()
    _lock_owner(session, ids.person_id, ids.business_id)
    event = seating.lock(session, ids.event_id)
    return event, session.get_one(SignUp, sign_up_id, populate_existing=True)


def leave(session: Session, sign_up_id: int, now: dt.datetime) -> Signed:
    """ "Batal": the place is free at once, and nothing more is told of the event."""
    event, row = locked(session, sign_up_id)
    if row.state is SignUpState.CANCELLED:
        return Signed(What.OVER, event, row)
    if row.state is SignUpState.ATTENDED or now >= event.ends_at:
        return Signed(What.CLOSED, event, row)
    waited = not seating.free(session, event, row, SignUpState.CANCELLED, now)
    void = plans.void_lost if _others(session, event.id, row.person_id) else plans.void_for
    void(session, event, row.person_id, "left", now)
    return Signed(What.LEFT, event, row, waited=waited)


def _others(session: Session, event_id: int, person_id: int | None) -> bool:
    """Another business of the same person is still in."""
    same = sa.and_(SignUp.event_id == event_id, SignUp.person_id == person_id, SignUp.state.in_(ACTIVE))
    return session.scalars(sa.select(SignUp.id).where(same).limit(1)).first() is not None


def confirm(session: Session, sign_up_id: int, *, late: bool, now: dt.datetime) -> Signed:
    """ "Hadir" (or later than the beginning): noted; who only waits is told where they stand."""
    event, row = locked(session, sign_up_id)
    if row.state is SignUpState.OFFERED:
        return take_offer(session, sign_up_id, now)
    if row.state is SignUpState.WAITING:
        return Signed(What.WAITING, event, row, queue.position(session, event, row))
    if row.state is SignUpState.CANCELLED or event.state is not EventState.OPEN or now >= event.ends_at:
        return Signed(What.OVER, event, row)
    row.answer, row.answered_at = ("late" if late else "come"), now
    session.flush()
    return Signed(What.LATE if late else What.COMES, event, row)


def comes_instead(session: Session, sign_up_id: int, name: str, now: dt.datetime) -> SignUp:
    """Somebody else comes in the owner's place ("diwakili")."""
    _, row = locked(session, sign_up_id)
    row.stand_in, row.changed_at = name, now
    session.flush()
    return row


def last_of(session: Session, person_id: int) -> SignUp | None:
    """What a person told when they last signed up for anything."""
    query = sa.select(SignUp).where(SignUp.person_id == person_id, SignUp.name != "").order_by(SignUp.id.desc())
    return session.scalars(query.limit(1)).first()


def take_offer(session: Session, sign_up_id: int, now: dt.datetime) -> Signed:
    """ "Ambil": the place that was held is theirs. An offer nobody has ended yet counts a little past its time."""
    event, row = locked(session, sign_up_id)
    if row.state is SignUpState.REGISTERED:
        return Signed(What.ALREADY, event, row)
    if row.state is SignUpState.CANCELLED or not open_now(event, now):
        return Signed(What.OVER, event, row)
    if row.state is not SignUpState.OFFERED:
        return Signed(What.NOTHING, event, row, queue.position(session, event, row))
    row.state, row.offer_until, row.changed_at = SignUpState.REGISTERED, None, now
    row.told_starts_at, row.told_place = event.starts_at, event.place
    session.flush()
    plans.void_lost(session, event, row.person_id, "placed", now)
    _plan(session, event, row, now)
    return Signed(What.TAKEN, event, row)
