"""Menjaga acara: each minute freed places are offered to whose turn it is, silence ends, and past events are over."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from models import Conversation, Event, Lane, Language, Person, Session, SignUp
from services import chats, deliveries
from services.calendar import Purpose, allowed
from services.events import arranging, queue, seating, words
from services.office import Office
from texts.bubble import Bubble

if TYPE_CHECKING:
    from texts import Catalogue


def sweep(session: Session, texts: "Catalogue", office: Office, now: dt.datetime, limit: int = 100) -> int:
    """End and make offers, at most about `limit`; how many. Call again until it answers 0.

    Everything about an event happens behind its lock: two sweeps at once offer no place twice.
    """
    done = arranging.finish(session, now)
    for event_id in queue.events_to_look_at(session, now):
        if done >= limit:
            break
        done += _tend(session, seating.lock(session, event_id), texts, office, now, limit - done)
    return done


def _tend(session: Session, event: Event, texts: "Catalogue", office: Office, now: dt.datetime, limit: int) -> int:
    released = seating.release_shares(session, event, now)
    lapsed = queue.lapse(session, event, now, limit)
    for row in lapsed:
        number, at = queue.position(session, event, row), office.writes(now).at
        _post(session, event, row, "events.seat_expired", texts, now, {"position": number or 0}, not_before=at)
    offered = queue.offer(session, event, office.calendar, now, limit)
    for row in offered:
        until = row.offer_until
        if until is None:
            raise LookupError("an offer without its end")
        _post(session, event, row, "events.seat_offer", texts, now, {"deadline": until}, until)
    return len(lapsed) + len(offered) + int(released)


def tell_bumped(session: Session, rows: list[SignUp], texts: "Catalogue", office: Office, now: dt.datetime) -> None:
    """Those who lost their place because there are fewer are told, and their number on the waiting list."""
    for row in rows:
        event = session.get_one(Event, row.event_id)
        number = queue.position(session, event, row)
        at = allowed(Purpose.REMINDER, now, office.calendar).at
        _post(session, event, row, "events.bumped", texts, now, {"position": number or 0}, not_before=at)


def tell_removed(
    session: Session, row: SignUp, because: str, texts: "Catalogue", office: Office, now: dt.datetime
) -> Bubble | None:
    """Whom the office took off the event is told so, by day, with the reason; None where they have no chat."""
    event, at = session.get_one(Event, row.event_id), allowed(Purpose.REMINDER, now, office.calendar).at
    return _post(session, event, row, "events.removed", texts, now, {"reason": because}, not_before=at)


def _post(
    session: Session,
    event: Event,
    row: SignUp,
    key: str,
    texts: "Catalogue",
    now: dt.datetime,
    more: dict[str, Any],
    until: dt.datetime | None = None,
    not_before: dt.datetime | None = None,
) -> Bubble | None:
    chat = _chat(session, row)
    if chat is None:
        return None
    language = chat.language or Language.ID
    person = session.get(Person, row.person_id)
    told = words.Told(event, row, (person and person.name) or row.name, language)
    shown = words.bubble(told, key, texts, {**words.values(event, texts, language), **more})
    deliveries.post(
        session,
        conversation_id=chat.id,
        bubble=shown,
        lane=Lane.NOTICE,
        because=f"event:{event.id}",
        now=now,
        expires_at=until or event.starts_at,
        not_before=not_before,
    )
    return shown


def _chat(session: Session, row: SignUp) -> Conversation | None:
    """Where the person is reached. It is not locked: whoever writes there holds it, and waits for the event."""
    return chats.last_used(session, row.person_id, lock=False) if row.person_id is not None else None
