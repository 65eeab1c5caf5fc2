"""Killed without a goodbye, again and again, while a hundred people register: nothing they were told is lost.

`NAIKKELAS_TEST_KILLS=15` kills so often on each database; by default it is fewer, to keep the suite short.
"""

import asyncio
import os
import random
from collections import Counter
from pathlib import Path

import sqlalchemy as sa

from bot.database import Database
from bot.tables import deliveries, inbounds
from models import Application, Business, DeliveryState, Place, Session
from tests.withstand.people import Door, Person, crowd, http
from tests.withstand.platforms import Platforms, platforms
from tests.withstand.program import Child, child

KILLS = int(os.environ.get("NAIKKELAS_TEST_KILLS", "4"))
PEOPLE = 100 if KILLS > 4 else 40
QUOTA = {"PROGRAMME__QUOTA": "1000", "PROGRAMME__TAKEN_BEFORE": "0"}


def test_killed_at_random_nothing_acknowledged_is_lost(database: Database, database_url: str, tmp_path: Path) -> None:
    async def story() -> tuple[list[Person], Platforms]:
        async with platforms() as them, http() as session:
            with Session(database.write_engine) as made, made.begin():
                them.with_templates(made)
            with child(tmp_path, database_url, {**them.environment(), **QUOTA}) as program:
                await program.start().ready()
                door = Door(program.url, them, session, patience=90)
                everybody = crowd(PEOPLE, door)
                walks = [asyncio.create_task(person.walks(pause=random.uniform(0, 0.4))) for person in everybody]
                await _kill_often(program, database, walks)
                await asyncio.gather(*walks)
                await asyncio.to_thread(program.end)
            assert them.wrong == []
            return everybody, them

    everybody, them = asyncio.run(story())
    _kept(database, everybody)
    _at_most_doubled(database, everybody, them)


async def _kill_often(program: Child, database: Database, walks: list["asyncio.Task[object]"]) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(random.uniform(0.3, 2.0))
        while await asyncio.to_thread(_tried_again, database):
            await asyncio.sleep(0.02)
        assert not all(walk.done() for walk in walks), "everybody had gone home before the last kill"
        await asyncio.to_thread(program.kill)
        await asyncio.sleep(random.uniform(0, 0.3))
        await program.start().ready()


def _tried_again(database: Database) -> int:
    """Replies said once more after the last kill and not arrived yet: hit a second time they would stay unsaid, for
    nothing is said three times; their owners would have to write again, and here nobody does."""
    on_its_way = deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING))
    query = sa.select(sa.func.count()).select_from(deliveries).where(on_its_way, deliveries.c.attempts >= 1)
    uncertain = query.where(sa.or_(deliveries.c.attempts >= 2, deliveries.c.state == DeliveryState.QUEUED))
    with database.read() as connection:
        return int(connection.execute(uncertain).scalar_one())


def _kept(database: Database, everybody: list[Person]) -> None:
    """Every acknowledged message, everybody's own answers, one place each."""
    with database.read() as connection:
        kept = {tuple(row) for row in connection.execute(sa.select(inbounds.c.channel, inbounds.c.event_id))}
        failed = connection.execute(sa.select(sa.func.count()).where(inbounds.c.failed)).scalar_one()
    assert set(everybody[0].door.acknowledged) <= kept
    assert failed == 0
    with Session(database.read_engine) as session:
        query = sa.select(Business, Place).join(Application, Application.business_id == Business.id)
        rows = session.execute(query.join(Place, Place.application_id == Application.id)).all()
    assert len(rows) == len(everybody) == len({place.application_id for _, place in rows})
    said = {(business.nib, business.owner_name, business.name, business.village) for business, _ in rows}
    assert said == {(p.nib, p.name, f"Keripik {p.name}", "Sawah Luhur") for p in everybody}


def _at_most_doubled(database: Database, everybody: list[Person], them: Platforms) -> None:
    """A reply came twice only where its row says that it was tried twice."""
    with database.read() as connection:
        rows = connection.execute(sa.select(deliveries.c.id, deliveries.c.address, deliveries.c.attempts)).all()
    assert max(row.attempts for row in rows) <= 2
    may_come: Counter[str] = Counter()
    for row in rows:
        may_come[row.address] += row.attempts
    tried = {str(row.id): row.attempts for row in rows}
    for person in everybody:
        seen = them.boxes.seen[person.address]
        assert len(seen) <= may_come[person.address]
        for number, times in Counter(one.delivery for one in seen if one.delivery).items():
            assert times <= tried[number] <= 2
