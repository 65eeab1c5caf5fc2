"""Tautan pintu: a link for one event and its day, made by staff, opened on any phone, without a password."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from models import Event, EventDoor, EventState, Session
from services import audit
from services.events import attending, seating
from services.events.rules import EventRefused, Wrong
from services.inserting import quietly
from services.masking import Plain
from services.staff import Actor, Right, Via, demand_for

MARK = "p"  # what a door's token begins with; an entry card's begins with another letter
STILL_SENT = dt.timedelta(hours=12)  # what was noted by day on a phone without signal is taken for so long afterwards
LOOKED = dt.timedelta(hours=1)  # that a door reads its list is written down once in so long
LONGEST_NAME = 40


class Shut(StrEnum):
    """Why a link does not open."""

    UNKNOWN = "unknown"  # we never made it
    REVOKED = "revoked"
    OVER = "over"  # its day has passed
    CALLED_OFF = "called_off"  # the event was cancelled


@dataclass(frozen=True, slots=True)
class Open:
    """A link that opens: its door and event, and who acts through it."""

    door: EventDoor
    event: Event
    actor: Actor


def hashed(token: str) -> str:
    """All that we keep of a link. It is chance of 24 bytes: a plain hash is as good as a slow one."""
    return hashlib.sha256(token.encode()).hexdigest()


def make(session: Session, actor: Actor, code: str, name: str, *, token: str, now: dt.datetime) -> EventDoor:
    """A new link for an event that is not over. `token` is chance, shown once; said again, it is the same link.

    Raises EventRefused, Forbidden.
    """
    event = seating.find(session, code)
    demand_for(actor, Right.EVENTS, event.regency)
    if event.state is EventState.CANCELLED or now >= attending.ends(event):
        raise EventRefused(Wrong.OVER)
    same = sa.select(EventDoor).where(EventDoor.event_id == event.id, EventDoor.token_hash == hashed(token))
    if (made := session.scalars(same).one_or_none()) is not None:
        return made
    row = EventDoor(
        event_id=event.id, name=name.strip()[:LONGEST_NAME] or "Pintu", token_hash=hashed(token), made_at=now,
        made_by=actor.name,
    )  # fmt: skip
    session.add(row)
    session.flush()
    after = {"event": Plain(event.code), "until": attending.ends(event)}
    audit.note(session, actor, "event.door_made", f"door:{row.id}", after=after, now=now)
    return row


def of_event(session: Session, actor: Actor, code: str) -> tuple[Event, list[EventDoor]]:
    """An event's links, the oldest first. Raises EventRefused, Forbidden."""
    event = seating.find(session, code)
    demand_for(actor, Right.EVENTS, event.regency)
    query = sa.select(EventDoor).where(EventDoor.event_id == event.id).order_by(EventDoor.id)
    return event, list(session.scalars(query))


def revoke(session: Session, actor: Actor, code: str, door_id: int | None, now: dt.datetime) -> int:
    """End one link of an event, or all; how many were still open. Raises EventRefused, Forbidden."""
    event, _ = of_event(session, actor, code)
    which = sa.and_(EventDoor.event_id == event.id, EventDoor.revoked_at.is_(None))
    if door_id is not None:
        which = sa.and_(which, EventDoor.id == door_id)
    change = sa.update(EventDoor).where(which).values(revoked_at=now, revoked_by=actor.name).returning(EventDoor.id)
    gone = sorted(session.scalars(quietly(change)))
    for number in gone:
        audit.note(session, actor, "event.door_revoked", f"door:{number}", now=now)
    return len(gone)


def find(session: Session, token: str, now: dt.datetime, *, tapped: dt.datetime | None = None) -> Open | Shut:
    """What a link opens. `tapped`: when something was noted on the phone that only now has signal again.

    It follows its event: moved to another day, it opens on that one.
    """
    query = sa.select(EventDoor, Event).join(Event, Event.id == EventDoor.event_id)
    query = query.where(EventDoor.token_hash == hashed(token)).execution_options(populate_existing=True)
    found = session.execute(query).one_or_none()
    if found is None:
        return Shut.UNKNOWN
    door, event = found
    if door.revoked_at is not None:
        return Shut.REVOKED
    if event.state in (EventState.CANCELLED, EventState.DRAFT):
        return Shut.CALLED_OFF
    ends = attending.ends(event)
    in_time = now < ends or (tapped is not None and tapped < ends and now < ends + STILL_SENT)
    return Open(door, event, _actor(door, event)) if in_time else Shut.OVER


def _actor(door: EventDoor, event: Event) -> Actor:
    """Whoever holds the phone: may note who comes to this event, and nothing else."""
    return Actor(f"door:{door.id}", frozenset({Right.DOOR}), None, Via.DOOR, event_id=event.id)


def note_look(session: Session, opened: Open, now: dt.datetime) -> bool:
    """Write down that a door reads the list of names, once an hour; whether it was written just now."""
    due = sa.or_(EventDoor.looked_at.is_(None), EventDoor.looked_at <= now - LOOKED)
    change = sa.update(EventDoor).where(EventDoor.id == opened.door.id, due).values(looked_at=now)
    if session.execute(quietly(change.returning(EventDoor.id))).first() is None:
        return False
    audit.note(session, opened.actor, "event.door_read", f"door:{opened.door.id}", now=now)
    return True
