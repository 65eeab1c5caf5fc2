"""Hadir: who came, noted once however often it is said; guests nobody expected; and taking back what was a mistake."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from models import ACTIVE, Event, EventState, Person, Session, SignUp, SignUpState
from services import audit, chats
from services.events import plans, rules, seating, signing
from services.inserting import insert_unless_there, quietly
from services.staff import Actor, Forbidden, Right, demand, demand_for

GUEST = "E0"  # the code of a guest without a chat: nobody ever answers by it
CAME = sa.and_(SignUp.state == SignUpState.ATTENDED, SignUp.name != "")  # whoever came, and is not forgotten since
FORGIVEN = dt.timedelta(hours=24)  # a tap kept on a phone without signal counts from when it was made, so far back


class Came(StrEnum):
    """What came of it."""

    NOTED = "noted"
    ALREADY = "already"  # noted before: `sign_up.attended_at` says when
    UNDONE = "undone"  # what is not noted (any more)
    CANCELLED = "cancelled"  # this sign-up was cancelled, and nobody signed up again
    OTHER_EVENT = "other_event"  # a card for another day: `Answer.other`
    UNKNOWN = "unknown"  # no card of ours, or nobody at this event
    TOO_EARLY = "too_early"  # the day has not come
    CALLED_OFF = "called_off"  # the event is cancelled, or a draft


@dataclass(frozen=True, slots=True)
class Tap:
    """One tap at the door. `key`: chance made where it was tapped, so that sent twice it counts once."""

    at: dt.datetime
    key: str | None = None
    stand_in: str | None = None  # who came in the owner's place


@dataclass(frozen=True, slots=True)
class Visitor:
    """A guest who is not on the list. `paper`: the reference of the consent they signed."""

    name: str
    business: str
    regency: str | None
    paper: str
    phone: str | None = None  # E.164; kept only as the link to somebody who already speaks with us


@dataclass(frozen=True, slots=True)
class Answer:
    """What whoever stands at the door reads. `full`: they are in although no place was left."""

    what: Came
    event: Event
    sign_up: SignUp | None = None
    other: Event | None = None
    full: bool = False


# --- the rules


def tapped_at(now: dt.datetime, ago: float) -> dt.datetime:
    """When somebody was noted: so many seconds before now, within a day; a phone's own clock is never asked."""
    return now - dt.timedelta(seconds=min(max(ago, 0), FORGIVEN.total_seconds()))


def begins(event: Event) -> dt.datetime:
    """From when people are noted: midnight of the event's first day, on its own clock."""
    zone = rules.zone_of(event.zone)
    return dt.datetime.combine(event.starts_at.astimezone(zone).date(), dt.time(), zone)


def ends(event: Event) -> dt.datetime:
    """The midnight after the event's last day, on its own clock."""
    zone = rules.zone_of(event.zone)
    return dt.datetime.combine(event.ends_at.astimezone(zone).date() + dt.timedelta(days=1), dt.time(), zone)


def _closed(event: Event, at: dt.datetime) -> Came | None:
    if event.state in (EventState.CANCELLED, EventState.DRAFT):
        return Came.CALLED_OFF
    return Came.TOO_EARLY if at < begins(event) else None


def may_note(actor: Actor, event: Event) -> None:
    """Raises Forbidden unless the actor may note who comes to this event."""
    if actor.event_id is not None and actor.event_id != event.id:
        raise Forbidden(Right.DOOR, event.regency, outside=True)
    if actor.event_id is None:
        demand_for(actor, Right.DOOR, event.regency)
    else:
        demand(actor, Right.DOOR)


# --- noting


def check_in(session: Session, actor: Actor, event_id: int, sign_up_id: int, tap: Tap, now: dt.datetime) -> Answer:
    """Note that somebody came. Two doors at once: one notes it, the other is told since when. Raises Forbidden."""
    event = session.get_one(Event, event_id, populate_existing=True)
    may_note(actor, event)
    closed = _closed(event, tap.at)
    known = session.get(SignUp, sign_up_id)
    if closed or known is None or known.event_id != event_id or not known.name:
        return Answer(closed or Came.UNKNOWN, event)
    event, row = signing.locked(session, sign_up_id)
    if row.state is SignUpState.CANCELLED:
        again = _signed_again(session, row)
        return check_in(session, actor, event_id, again, tap, now) if again else Answer(Came.CANCELLED, event, row)
    if tap.key is not None and row.door_key == tap.key and row.attended_at is None:
        return Answer(Came.UNDONE, event, row)
    return _note(session, actor, event, row, tap, now)


def check_in_card(session: Session, actor: Actor, event_id: int, token: str, tap: Tap, now: dt.datetime) -> Answer:
    """The same by the QR of an entry card. A card of another day, or none of ours, is said to be that."""
    event = session.get_one(Event, event_id, populate_existing=True)
    may_note(actor, event)
    found = session.scalars(sa.select(SignUp).where(SignUp.token == token)).one_or_none()
    if found is None:
        return Answer(Came.UNKNOWN, event)
    if found.event_id != event_id:
        return Answer(Came.OTHER_EVENT, event, other=session.get_one(Event, found.event_id))
    return check_in(session, actor, event_id, found.id, tap, now)


def _signed_again(session: Session, row: SignUp) -> int | None:
    """An old card of somebody who cancelled and signed up once more."""
    if row.person_id is None:
        return None
    same = signing.of_business(session, row.event_id, row.person_id, row.business_id)
    return same.id if same else None


def _note(session: Session, actor: Actor, event: Event, row: SignUp, tap: Tap, now: dt.datetime) -> Answer:
    held = row.holds
    values: dict[str, Any] = {
        "state": SignUpState.ATTENDED, "attended_at": tap.at, "attended_by": actor.name, "changed_at": now,
        "offer_until": None, "door_key": tap.key,
    }  # fmt: skip
    if tap.stand_in:
        values["stand_in"] = tap.stand_in
    change = sa.update(SignUp).where(SignUp.id == row.id, SignUp.attended_at.is_(None), SignUp.state.in_(ACTIVE))
    done = session.execute(quietly(change.values(values).returning(SignUp.id))).first()
    session.refresh(row)
    if done is None:
        return Answer(Came.ALREADY if tap.key is None or row.door_key != tap.key else Came.NOTED, event, row)
    if not held:
        held = _seated(session, event, row, now)
        plans.void_lost(session, event, row.person_id, "came", now)
    after = {"stand_in": bool(row.stand_in), "walk_in": row.walk_in}
    audit.note(session, actor, "event.attended", f"sign_up:{row.id}", after=after, now=now)
    return Answer(Came.NOTED, event, row, full=not held)


def _seated(session: Session, event: Event, row: SignUp, now: dt.datetime) -> bool:
    """Give somebody who had no place one that is free; whoever is in the hall is noted all the same."""
    held = seating.take(session, event, row.regency, invited=row.invited, now=now)
    if held is None:
        return False
    row.holds, row.share = True, held.share(row.regency)
    session.flush()
    return True


def walk_in(
    session: Session, actor: Actor, event_id: int, visitor: Visitor, tap: Tap, *, token: str, now: dt.datetime
) -> Answer:
    """Note a guest who is not on the list; one whom we know by the number and who signed up is checked in instead.

    `token` is chance (16 characters or more). Raises Forbidden, ValueError without name or paper.
    """
    event = session.get_one(Event, event_id, populate_existing=True)
    may_note(actor, event)
    if not visitor.name.strip() or not visitor.paper.strip():
        raise ValueError("a guest is noted by name, with consent on paper")
    if closed := _closed(event, tap.at):
        return Answer(closed, event)
    person_id = _known(session, visitor.phone)
    if person_id is not None:
        same = signing.of_business(session, event_id, person_id, None) or _any_of(session, event_id, person_id)
        if same is not None:
            return check_in(session, actor, event_id, same.id, tap, now)
    event = seating.lock(session, event_id)
    made = insert_unless_there(session, SignUp, _guest(session, event, visitor, person_id, tap, actor, token, now))
    if made is None:
        return _said_before(session, event, tap)
    row = session.get_one(SignUp, made)
    held = _seated(session, event, row, now)
    after = {"stand_in": False, "walk_in": True, "paper": bool(row.paper_consent)}
    audit.note(session, actor, "event.attended", f"sign_up:{row.id}", after=after, now=now)
    return Answer(Came.NOTED, event, row, full=not held)


def _known(session: Session, phone: str | None) -> int | None:
    """Whose number it is, where the platform vouched for it; locked, as every sign-up of theirs is."""
    if phone is None:
        return None
    mine = sa.select(Person.id).where(Person.phone == phone, Person.phone_vouched, ~Person.demo).with_for_update()
    return session.scalars(mine.order_by(Person.id).limit(1)).first()


def _any_of(session: Session, event_id: int, person_id: int) -> SignUp | None:
    theirs = sa.and_(SignUp.event_id == event_id, SignUp.person_id == person_id, SignUp.state.in_(ACTIVE))
    return session.scalars(sa.select(SignUp).where(theirs).order_by(SignUp.id).limit(1)).first()


def _guest(
    session: Session,
    event: Event,
    visitor: Visitor,
    person_id: int | None,
    tap: Tap,
    actor: Actor,
    token: str,
    now: dt.datetime,
) -> dict[str, Any]:
    chat = chats.last_used(session, person_id, lock=False) if person_id is not None else None
    return {
        "event_id": event.id, "person_id": person_id, "conversation_id": chat.id if chat else None,
        "name": visitor.name.strip()[:200], "business": visitor.business.strip()[:200], "regency": visitor.regency,
        "state": SignUpState.ATTENDED, "code": signing.code_for(session, person_id) if person_id else GUEST,
        "digits": signing.free_digits(session, event.id, token), "token": token, "told_starts_at": event.starts_at,
        "told_place": event.place, "created_at": now, "changed_at": now, "attended_at": tap.at,
        "attended_by": actor.name, "door_key": tap.key, "walk_in": True, "paper_consent": visitor.paper.strip()[:100],
    }  # fmt: skip


def _said_before(session: Session, event: Event, tap: Tap) -> Answer:
    """The same tap, sent again because its answer was lost."""
    same = sa.and_(SignUp.event_id == event.id, SignUp.door_key == tap.key)
    row = session.scalars(sa.select(SignUp).where(same)).one()
    return Answer(Came.NOTED if row.state is SignUpState.ATTENDED else Came.UNDONE, event, row)


# --- taking it back


def undo(session: Session, actor: Actor, event_id: int, sign_up_id: int, now: dt.datetime) -> Answer:
    """ "Urungkan": it was somebody else. A guest noted by mistake is forgotten. Raises Forbidden."""
    event = session.get_one(Event, event_id, populate_existing=True)
    may_note(actor, event)
    known = session.get(SignUp, sign_up_id)
    if known is None or known.event_id != event_id:
        return Answer(Came.UNKNOWN, event)
    event, row = signing.locked(session, sign_up_id)
    if row.state is not SignUpState.ATTENDED:
        return Answer(Came.UNDONE, event, row)
    row.attended_at = row.attended_by = None
    session.flush()
    if row.walk_in:
        seating.free(session, event, row, SignUpState.CANCELLED, now)
        row.name = row.business = ""
        row.paper_consent = None
    else:
        row.state, row.changed_at = (SignUpState.REGISTERED if row.holds else SignUpState.WAITING), now
    session.flush()
    audit.note(session, actor, "event.attendance_undone", f"sign_up:{row.id}", now=now)
    return Answer(Came.UNDONE, event, row)
