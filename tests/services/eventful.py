"""An event, and people who want to come: for the tests of places, lists and reminders."""

import datetime as dt
import itertools
from typing import Any

from models import Channel, Conversation, Event, EventKind, Person, Session
from services import staff
from services.calendar import Calendar
from services.events import arranging, signing
from services.events.arranging import EventSpec
from services.events.signing import Guest, Signed
from services.staff import Actor
from tests.services import people

NOW = dt.datetime(2026, 11, 24, 5, tzinfo=dt.UTC)  # a Tuesday, 12.00 WIB
CALENDAR = Calendar()
DEWI: Actor = staff.operator("dewi")
THURSDAY = dt.datetime(2026, 12, 10, 2, tzinfo=dt.UTC)  # 09.00 WIB
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)

_counter = itertools.count(1)


def event(session: Session, now: dt.datetime = NOW, **changes: Any) -> Event:
    """The day of the article: open, for two people unless told otherwise."""
    starts_at = changes.pop("starts_at", THURSDAY)
    told: dict[str, Any] = {
        "kind": EventKind.INFORMATION,
        "title": "Sosialisasi Standardisasi dan Fasilitasi Halal",
        "starts_at": starts_at,
        "ends_at": changes.pop("ends_at", starts_at + 6 * HOUR),
        "place": "Aula UPTD BPTSI, Kota Serang",
        "capacity": 2,
    }
    opened = changes.pop("opened", True)
    spec = EventSpec(**told | changes)
    return arranging.create(session, DEWI, spec, calendar=CALENDAR, now=now, opened=opened)


def owner(session: Session, name: str | None = None, channel: Channel = Channel.TELEGRAM) -> Conversation:
    """Somebody with consent and a chat."""
    person_id = people.person(session, name or f"Siti {next(_counter)}")
    return people.chat(session, person_id, channel=channel)


def signs_up(session: Session, event_id: int, chat: Conversation, now: dt.datetime = NOW, **changes: Any) -> Signed:
    """This chat's person signs up."""
    person = session.get_one(Person, chat.person_id)
    told: dict[str, Any] = {
        "person_id": person.id,
        "conversation_id": chat.id,
        "business_id": None,
        "name": person.name or "",
        "business": f"Keripik {person.name}",
        "regency": "36.04",
    }
    token = f"token-{next(_counter):012d}"
    return signing.sign_up(session, event_id, Guest(**told | changes), token=token, calendar=CALENDAR, now=now)
