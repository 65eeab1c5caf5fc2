"""Two hundred owners want the thirty places of one day, at once, over both webhooks: thirty get in."""

import asyncio
import datetime as dt
import re
from pathlib import Path

import sqlalchemy as sa

from bot.clock import Clock
from bot.database import Database
from models import (
    Business,
    Channel,
    Consent,
    Conversation,
    EventKind,
    Language,
    Person,
    Purpose,
    Session,
    SignUp,
    SignUpState,
)
from services import staff
from services.events import arranging, seating
from services.events.arranging import EventSpec
from services.office import Office
from tests.withstand import people
from tests.withstand.journey import Step
from tests.withstand.people import Door, crowd, http
from tests.withstand.platforms import Seen, platforms
from tests.withstand.program import child

PEOPLE, PLACES = 200, 30
POSITION = re.compile(r"daftar tunggu nomor \*?(\d+)")
DAY = dt.timedelta(days=1)


def test_two_hundred_race_for_thirty_places_of_an_event(database: Database, database_url: str, tmp_path: Path) -> None:
    async def story() -> list[Seen]:
        async with platforms() as them, http() as session:
            everybody = [Owner(one.number, one.channel, one.door) for one in crowd(PEOPLE, Door("", them, session))]
            with Session(database.write_engine) as made, made.begin():
                them.with_templates(made)
                code = _announced(made, everybody)
            with child(tmp_path, database_url, them.environment()) as program:
                await program.start().ready()
                everybody[0].door.url = program.url
                ends = await asyncio.gather(*(owner.signs_up(code) for owner in everybody))
                ended, _ = await asyncio.to_thread(program.end)
            assert (ended, them.wrong) == (0, []), program.said[-2000:]
            assert set(everybody[0].door.statuses) == {200}
            return ends

    ends = asyncio.run(story())
    told = [int(found[1]) if (found := POSITION.search(end.text)) else 0 for end in ends]
    assert sorted(told) == [0] * PLACES + list(range(1, PEOPLE - PLACES + 1)), "each number once"
    with Session(database.read_engine) as session:
        day = seating.find(session, "SOS01")
        rows = session.execute(
            sa.select(SignUp, Person.name).join(Person, Person.id == SignUp.person_id).order_by(SignUp.id)
        ).all()
        assert (day.taken, len(rows), len({row.business_id for row, _ in rows})) == (PLACES, PEOPLE, PEOPLE)
        waiting = [name for row, name in rows if row.state is SignUpState.WAITING]
        assert sum(row.holds and row.state is SignUpState.REGISTERED for row, _ in rows) == PLACES
    in_order = sorted((number, owner) for owner, number in enumerate(told) if number)
    assert [people.Person(owner, Channel.TELEGRAM, None).name for _, owner in in_order] == waiting  # type: ignore[arg-type]


class Owner(people.Person):
    """Somebody we know already, with a business."""

    async def signs_up(self, code: str) -> Seen:
        """By the poster's link, through the event and what is known, to a place or a number."""
        hello = f"/start acara_{code}" if self.channel is Channel.TELEGRAM else f"ACARA {code}"
        await self.says(hello)
        seen = await self._next()
        await self.does(Step("", None, taps="wait" if "wait" in seen.buttons else "join"), seen)
        seen = await self._next()
        assert self.name in seen.text
        await self.does(Step("", None, taps="yes"), seen)
        return await self._next()

    async def _next(self) -> Seen:
        """The next words; the picture of a card may stand before them."""
        while True:
            seen = await self.door.platforms.boxes.after(self.address, self.read, self.door.patience)
            self.read += 1
            if seen.text:
                return seen


def _announced(session: Session, everybody: list[Owner]) -> str:
    """An event in three weeks; and everybody who will come, with a chat, both consents and a business."""
    now = Clock().now()
    starts = now + 21 * DAY
    spec = EventSpec(EventKind.INFORMATION, "Sosialisasi Halal", starts, starts + DAY / 4, "Aula UPTD", PLACES)
    code = arranging.create(session, staff.operator("dewi"), spec, calendar=Office().calendar, now=now).code
    session.execute(sa.insert(Person), [{"id": p.number + 1, "created_at": now, "name": p.name} for p in everybody])
    chat = {"first_at": now, "last_in_at": now, "language": Language.ID}
    chats = [{"channel": p.channel, "address": p.address, "person_id": p.number + 1} for p in everybody]
    session.execute(sa.insert(Conversation), [chat | one for one in chats])
    proof = {"given": True, "text_version": "1", "text_hash": "x", "language": Language.ID, "at": now}
    both = [(p, purpose) for p in everybody for purpose in (Purpose.SERVICE, Purpose.REMINDERS)]
    given = [{"person_id": p.number + 1, "purpose": purpose, "channel": p.channel} for p, purpose in both]
    session.execute(sa.insert(Consent), [proof | one for one in given])
    known = [{"person_id": p.number + 1, "owner_name": p.name, "name": f"Keripik {p.name}"} for p in everybody]
    session.execute(sa.insert(Business), [one | {"created_at": now, "regency": "36.04"} for one in known])
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT setval(pg_get_serial_sequence('persons', 'id'), 1000)"))
    return code
