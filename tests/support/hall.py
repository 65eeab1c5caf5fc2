"""The office's day in a hall: an event on the office's list, the heartbeat, and what arrives on people's phones."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bot.database import Database
from models import Delivery, DeliveryState, Event, EventKind, Session
from services import staff
from services.events import after, arranging, reminding, tending
from services.events.arranging import EventSpec
from tests.support.chat import NOON, Chat, fit_to_be_sent, noting
from tests.support.office import OFFICE
from texts.bubble import Bubble, Button

DEWI = staff.operator("dewi")
THURSDAY = dt.datetime(2026, 12, 10, 2, tzinfo=dt.UTC)  # 09.00 WIB
LONG = "Sosialisasi Standarisasi dan Fasilitasi Pangan Sertifikasi Halal"


class Hall:
    """An event and its people. The clock goes on for all of them at once."""

    def __init__(self, database: Database, now: dt.datetime = NOON, **changes: Any) -> None:
        self.database, self.now = database, now
        self.texts = noting()
        self.chats: list[Chat] = []
        self.read: dict[str, int] = {}
        told: dict[str, Any] = {
            "kind": EventKind.INFORMATION,
            "title": LONG,
            "starts_at": THURSDAY,
            "ends_at": THURSDAY + dt.timedelta(hours=6),
            "place": "Aula UPTD BPTSI, Kota Serang",
            "map_url": "https://maps.app.goo.gl/abc123",
            "capacity": 2,
            "letter_number": "500.3/123/BPTSI/2026",
            "letter_date": dt.date(2026, 11, 20),
        }
        spec = EventSpec(**told | changes)
        self.code = self.office(lambda s: arranging.create(s, DEWI, spec, calendar=OFFICE.calendar, now=now).code)

    def office(self, work: Callable[[Session], Any]) -> Any:
        """Something the staff does, in a transaction of its own."""
        with self.database.write() as connection, Session(connection, expire_on_commit=False) as session:
            done = work(session)
            session.commit()
            return done

    def moves(self, starts_at: dt.datetime, **more: Any) -> None:
        """Staff move it."""
        told = {"starts_at": starts_at, "calendar": OFFICE.calendar, "now": self.now, **more}
        self.office(lambda s: arranging.move(s, DEWI, self.code, **told))

    @property
    def event(self) -> Event:
        """The event as it stands."""
        with Session(self.database.read_engine) as session:
            return session.scalars(sa.select(Event).where(Event.code == self.code)).one()

    def joins(self, chat: Chat) -> Chat:
        """Somebody who is in the story from now on."""
        chat.now = self.now
        self.chats.append(chat)
        return chat

    def until(self, at: dt.datetime) -> None:
        """Time passes, with a beat of the heart at the end of it."""
        self.now = at
        for chat in self.chats:
            chat.now = at
        self.beats()

    def later(self, **time: float) -> None:
        """The same, by so much."""
        self.until(self.now + dt.timedelta(**time))

    def beats(self) -> None:
        """The heart beats until there is nothing left to do."""
        for sweep in (tending.sweep, reminding.sweep, after.sweep, after.start_sweep):
            while self.office(lambda s: sweep(s, self.texts, OFFICE, self.now)):  # noqa: B023
                pass

    def gets(self, chat: Chat) -> list[Bubble]:
        """What the bot wrote first since this was last asked, as far as it still goes out."""
        with Session(self.database.read_engine) as session:
            query = sa.select(Delivery).where(Delivery.address == chat.address, Delivery.lane == 1)
            rows = session.scalars(query.order_by(Delivery.id)).all()
        new, self.read[chat.address] = rows[self.read.get(chat.address, 0) :], len(rows)
        bubbles = [Bubble.from_json(row.bubble) for row in new if row.state is not DeliveryState.CANCELLED]
        for bubble in bubbles:
            fit_to_be_sent(bubble, frozenset())
            chat.log.append(("bot", bubble.text))
            chat.bubbles.append(bubble)
        return bubbles

    def gets_one(self, chat: Chat) -> Bubble:
        """Exactly one."""
        found = self.gets(chat)
        assert len(found) == 1, [bubble.text for bubble in found]
        return found[0]

    def sent(self) -> None:
        """The outbox has sent what waits."""
        change = sa.update(Delivery).where(Delivery.state == DeliveryState.QUEUED).values(state=DeliveryState.SENT)
        self.office(lambda s: s.execute(change))


def pressed(bubble: Bubble, option: str) -> Button:
    """A button of a message the bot wrote first."""
    return next(b for b in bubble.buttons if b.data.split("|")[2] == option)


def signs_up(chat: Chat, hall: Hall, name: str, remind: str = "yes", regency: str = "kota serang") -> Chat:
    """Somebody new comes by the poster's link and answers everything."""
    chat.starts(f"acara_{hall.code}") if chat.channel.value == "telegram" else chat.says(f"ACARA {hall.code}")
    chat.taps("wait" if "wait" in chat.options else "join").taps("yes")
    return chat.says(f"{name} Aminah", f"Keripik {name}", regency).taps(remind)
