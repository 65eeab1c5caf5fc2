"""What could not be heard is looked up afterwards, and a process that died is known at once."""

import os
import subprocess
import sys

import pytest
import sqlalchemy as sa

from bot import outbox_rows, workers
from bot.database import Database
from bot.missed import missed
from bot.tables import conversations, deliveries
from models import Channel, DeliveryState, Lane
from tests.support.engine import NOON, message


def _listed(*said: str) -> list:
    """`who:event` each, oldest first."""
    pairs = [one.split(":") for one in said]
    return [message(address=who, event=event, channel=Channel.WHATSAPP) for who, event in pairs]


@pytest.mark.parametrize(
    ("listed", "seen", "taken"),
    [
        (["a:1", "b:2"], set(), ["1", "2"]),
        (["a:1", "a:2"], {"1"}, ["2"]),
        (["a:1", "a:2", "a:3"], {"2"}, ["3"]),  # 1 was overtaken: its question has been answered since
        (["a:1", "b:2", "a:3"], {"3"}, ["2"]),
        (["a:1"], {"1"}, []),
    ],
)
def test_only_what_nothing_came_after_is_taken_in(listed: list[str], seen: set[str], taken: list[str]) -> None:
    assert [inbound.event_id for inbound in missed(_listed(*listed), seen)] == taken


def test_a_process_is_dead_only_where_that_is_certain() -> None:
    mine = workers.named()
    assert len(mine) <= 64
    host, place, number, _ = mine.split(":")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    cases = {
        mine: False,
        f"{host}:{place}:{number}:other": True,  # our own number, so it is an earlier process
        f"{host}:{place}:{gone.pid}:abc": True,
        f"{host}:{place}:{os.getppid()}:abc": False,
        f"{host}:00000000:{gone.pid}:abc": False,  # another machine or container: nobody can tell from here
        f"{host}:{place}:x:abc": False,
        f"{host}:{place}:99999999999999999999:abc": False,
        "w1": False,
        "": False,
    }
    assert {name: workers.is_dead(name, mine) for name in cases} == cases


def test_what_a_dead_neighbour_held_need_not_wait_for_its_lease(database: Database) -> None:
    mine = workers.named()
    dead = mine.replace(mine[-6:], "before")
    with database.write() as connection:
        chat = {"channel": Channel.TELEGRAM, "first_at": NOON, "last_in_at": NOON}
        for number, worker in enumerate((dead, mine, "elsewhere:00000000:1:abc"), 1):
            connection.execute(sa.insert(conversations).values(address=str(number), **chat))
            connection.execute(
                sa.insert(deliveries).values(
                    conversation_id=number,
                    channel=Channel.TELEGRAM,
                    address=str(number),
                    lane=int(Lane.REPLY),
                    because="turn:1",
                    bubble={"text": "x"},
                    state=DeliveryState.SENDING,
                    attempts=1,
                    worker=worker,
                    created_at=NOON,
                    not_before=NOON,
                    changed_at=NOON,
                    lease_until=NOON + outbox_rows.LEASE,
                )
            )
        assert outbox_rows.recover(connection, NOON) == 0  # nobody asked about the dead
        assert outbox_rows.recover(connection, NOON, mine=mine) == 1
        states = connection.execute(sa.select(deliveries.c.state).order_by(deliveries.c.id)).scalars().all()
    assert [state.value for state in states] == ["queued", "sending", "sending"]
