"""Several processes, killed or asked to end in the middle of their work: the others, or the next one, go on with it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp import web

from bot.clock import Clock
from bot.database import Database
from bot.tables import deliveries
from models import Channel, Conversation, DeliveryState, Lane, Session
from services.deliveries import post
from tests.withstand.people import Door, Person, crowd, http
from tests.withstand.platforms import Breakage, Platforms, platforms
from tests.withstand.program import Child, child
from tests.withstand.test_killed import QUOTA, _kept
from texts.bubble import Bubble

PEOPLE = 4
ROLES = ("web", "worker", "scheduler")


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_another_worker_goes_on_where_one_was_killed(database: Database, database_url: str, tmp_path: Path) -> None:
    async def story() -> list[Person]:
        async with platforms() as them, http() as session:
            environment = _environment(database, them)
            with ExitStack() as all_of_them:
                roles = [all_of_them.enter_context(child(tmp_path, database_url, environment, role)) for role in ROLES]
                await _ready(roles)
                everybody = crowd(PEOPLE, Door(roles[0].url, them, session))
                await asyncio.gather(*(person.walks() for person in everybody))
                await _killed_with_everything_on_its_way(database, them, roles[:2], everybody)
                roles[1] = all_of_them.enter_context(child(tmp_path, database_url, environment, "worker"))
                await _ready(roles[1:2])
                await _all_hear_what_nobody_had_begun(database, them, everybody)
                for role in roles[1:]:
                    code, took = await asyncio.to_thread(role.end)
                    assert (code, took < 10) == (0, True), role.said[-2000:]
            assert them.wrong == []
            return everybody

    _kept(database, asyncio.run(story()))


def _environment(database: Database, them: Platforms) -> dict[str, str]:
    with Session(database.write_engine) as made, made.begin():
        them.with_templates(made)
    return {**them.environment(), **QUOTA}


async def _ready(children: Sequence[Child]) -> None:
    for each in children:
        each.start()
    await asyncio.gather(*(each.ready() for each in children))


async def _killed_with_everything_on_its_way(
    database: Database, them: Platforms, roles: Sequence[Child], everybody: list[Person]
) -> None:
    """The platforms keep silent: a reply to one is on its way, to each of the others a notice, and another waits."""
    over = asyncio.Event()
    them.telegram.breakage = them.twilio.breakage = held(over, answers=False)
    _two_notices_each(database, [person.address for person in everybody[1:]])
    await until(lambda: count(database, DeliveryState.SENDING) == PEOPLE - 1)
    await everybody[0].says("MENU")
    await until(lambda: count(database, DeliveryState.SENDING) == PEOPLE)
    for role in roles:
        await asyncio.to_thread(role.kill)
    them.telegram.breakage = them.twilio.breakage = None
    over.set()


def _two_notices_each(database: Database, addresses: list[str]) -> None:
    with Session(database.write_engine) as session, session.begin():
        for chat in session.scalars(sa.select(Conversation.id).where(Conversation.address.in_(addresses))).all():
            for number in ("satu", "dua"):
                because, text = f"news:{number}", Bubble(f"Kabar {number}")
                post(session, conversation_id=chat, bubble=text, lane=Lane.NOTICE, because=because, now=Clock().now())


async def _all_hear_what_nobody_had_begun(database: Database, them: Platforms, everybody: list[Person]) -> None:
    """Nobody can tell whether the first notices arrived, so they are not sent again; the reply is, by the worker."""
    asked, *others = everybody
    await them.boxes.after(asked.address, asked.read, 60)
    await until(lambda: all(_heard(them, person, "Kabar dua") == 1 for person in others))
    await until(lambda: count(database, DeliveryState.SENDING, DeliveryState.QUEUED) == 0)
    assert {_heard(them, person, "Kabar satu") for person in others} == {0}
    assert count(database, DeliveryState.UNKNOWN) == len(others)
    assert len(them.boxes.seen[asked.address]) == asked.read + 1


def _heard(them: Platforms, person: Person, text: str) -> int:
    return [seen.text for seen in them.boxes.seen[person.address]].count(text)


def test_asked_to_end_it_finishes_what_can_be_finished(database: Database, database_url: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with platforms() as them, http() as session:
            with child(tmp_path, database_url, _environment(database, them)) as program:
                await program.start().ready()
                everybody = crowd(PEOPLE, Door(program.url, them, session))
                await _asked_in_the_middle(database, them, program, everybody)
                await program.start().ready()
                for person in everybody:
                    await them.boxes.after(person.address, 0, 30)
                await until(lambda: count(database, DeliveryState.SENT) == PEOPLE)
                assert {len(them.boxes.seen[person.address]) for person in everybody} == {1}
            assert them.wrong == []

    asyncio.run(story())


async def _asked_in_the_middle(database: Database, them: Platforms, program: Child, everybody: list[Person]) -> None:
    """WhatsApp takes its time, Telegram never answers: one is waited for, the other only so long."""
    over, never = asyncio.Event(), asyncio.Event()
    them.twilio.breakage, them.telegram.breakage = held(over, answers=True), held(never, answers=False)
    for person in everybody:
        await person.says("halo")
    await until(lambda: count(database, DeliveryState.SENDING) == PEOPLE)
    ending = asyncio.create_task(asyncio.to_thread(program.end))
    await until(lambda: not program._up())
    over.set()
    code, took = await ending
    assert (code, took < 10) == (0, True), program.said[-2000:]
    assert count(database, DeliveryState.SENT, channel=Channel.WHATSAPP) == PEOPLE // 2
    assert count(database, DeliveryState.SENDING, channel=Channel.TELEGRAM) == PEOPLE // 2
    them.twilio.breakage = them.telegram.breakage = None
    never.set()


def held(over: asyncio.Event, answers: bool) -> Breakage:
    """Silence until it is over; then an answer, or none."""

    async def wait(request: web.Request) -> web.StreamResponse | None:
        await request.read()
        await over.wait()
        if answers:
            return None
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    return wait


def count(database: Database, *states: DeliveryState, channel: Channel | None = None) -> int:
    """Messages in these states."""
    query = sa.select(sa.func.count()).select_from(deliveries).where(deliveries.c.state.in_(states))
    query = query if channel is None else query.where(deliveries.c.channel == channel)
    with database.read() as connection:
        return int(connection.execute(query).scalar_one())


async def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for it."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)
