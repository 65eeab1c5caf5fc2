"""Two hundred people want thirty places at once, over both webhooks: thirty get in, the others have their turn."""

import asyncio
import re
from pathlib import Path

import sqlalchemy as sa

from bot.database import Database
from models import Application, Business, Place, Programme, Session, Stage
from tests.withstand.people import Door, Person, crowd, http
from tests.withstand.platforms import platforms
from tests.withstand.program import child

PEOPLE, PLACES = 200, 30
POSITION = re.compile(r"daftar tunggu nomor \*?(\d+)")
QUOTA = {"PROGRAMME__QUOTA": str(PLACES), "PROGRAMME__TAKEN_BEFORE": "0"}


def test_two_hundred_race_for_thirty_places(database: Database, database_url: str, tmp_path: Path) -> None:
    async def story() -> list[Person]:
        async with platforms() as them, http() as session:
            with Session(database.write_engine) as made, made.begin():
                them.with_templates(made)
            with child(tmp_path, database_url, {**them.environment(), **QUOTA}) as program:
                await program.start().ready()
                everybody = crowd(PEOPLE, Door(program.url, them, session))
                ends = await asyncio.gather(*(person.walks() for person in everybody))
                code, took = await asyncio.to_thread(program.end)
                assert (code, took < 10) == (0, True), program.said[-2000:]
                assert them.wrong == []
                assert {person.doubled for person in everybody} == {0}
                assert set(everybody[0].door.statuses) == {200}
                told = sorted(int(found[1]) for end in ends if (found := POSITION.search(end.text)))
                assert told == list(range(1, PEOPLE - PLACES + 1))
            return everybody

    everybody = asyncio.run(story())
    _thirty_got_in(database, everybody)


def _thirty_got_in(database: Database, everybody: list[Person]) -> None:
    with Session(database.read_engine) as session:
        programme = session.scalars(sa.select(Programme)).one()
        assert (programme.taken, programme.quota) == (PLACES, PLACES)
        held = session.scalars(sa.select(Place)).all()
        assert len({place.application_id for place in held}) == len(held) == PLACES
        rows = session.execute(
            sa.select(Application, Business).join(Business, Business.id == Application.business_id)
        ).all()
    stages = [application.stage for application, _ in rows]
    assert (len(rows), stages.count(Stage.PLACED), stages.count(Stage.WAITING)) == (PEOPLE, PLACES, PEOPLE - PLACES)
    assert {business.nib for _, business in rows} == {person.nib for person in everybody}
    assert len({application.number for application, _ in rows}) == PEOPLE
