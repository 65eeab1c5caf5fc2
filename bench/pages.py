"""(e) How long the console's pages take, with the whole province in the database: every page that is only looked at."""

import asyncio
import datetime as dt
import http.client
import re
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

import sqlalchemy as sa

from bench import contenders, size
from bench.contenders import Databases
from bench.memory import served
from bench.people import Crowd
from bench.platform import Platform
from bot.clock import Clock
from bot.database import open_database
from console.desk import Open
from console.pages import PAGES
from models import BroadcastState, Business, Programme, Session, StaffSession
from services import applications, signing_in, staff
from tests.console.town import agree, asks
from tests.services import announced, eventful, people
from tests.support.office import OFFICE

PEOPLE = size.EVERYBODY
TIMES = 20
GOAL = 200  # ms within which 95 of 100 pages come, on SQLite
TOKEN = "bench" * 8
PLACE = re.compile(r"{(\w+)(?::int)?}")
GUESTS = 40
# Asked for as well: what somebody types into a page's fields.
SEARCHES = ("/orang?cari=nomor+5", "/pendaftaran?cari=dapur", "/pendaftaran?kab=36.02", "/orang?kab=36.02")


def run(databases: Databases) -> list[str]:
    """On both databases; the lines to print: the slowest pages, and all."""
    said = [
        f"(e) pages of the console with {PEOPLE:,} people, {TIMES} times each, in ms (goal: p95 ≤ {GOAL} on SQLite)"
    ]
    for name in ("SQLite", "PostgreSQL"):
        with ExitStack() as stack:
            made = size.sqlite(PEOPLE) if name == "SQLite" else size.on_postgres(PEOPLE, databases)
            url = stack.enter_context(made)
            paths = _addresses(_opened(url))
            took = asyncio.run(_looked_at(url, paths, databases))
        said += _told(name, took)
    return said


def _told(name: str, took: dict[str, list[float]]) -> list[str]:
    slowest = sorted(took, key=lambda path: -_p95(took[path]))[:6]
    everything = [one for times in took.values() for one in times]
    return [
        f"    {name}: {len(took)} pages, p95 {_p95(everything):.0f}, of the slowest {_p95(took[slowest[0]]):.0f}",
        *(f"        {_p95(took[path]):6.0f}  {path}" for path in slowest),
    ]


def _opened(url: str) -> dict[str, str]:
    """Somebody with every right is signed in, an event has guests, an owner asks; what stands for what in a path."""
    now = Clock().now()
    database = open_database(url)
    with Session(database.write_engine) as session, session.begin():
        _signed_in(session, now)
        day = eventful.event(session, now, starts_at=now + dt.timedelta(days=9), capacity=GUESTS)
        for _ in range(GUESTS):
            eventful.signs_up(session, day.id, eventful.owner(session), now)
        programme = session.scalars(sa.select(Programme.code)).one()
        known = {
            "event": day.code,
            "broadcast": announced.approved(session, now=now, state=BroadcastState.PAUSED).id,
            "programme": programme,
        }
        known |= _somebody(session, programme, now)
    database.close()
    return {name: str(value) for name, value in known.items()}


def _signed_in(session: Session, now: dt.datetime) -> None:
    account = people.account(session, "bench", *staff.roles(), created_at=now)
    told = {"staff_id": account.id, "token_hash": signing_in.hashed(TOKEN), "with_code": True, "device": ""}
    session.add(StaffSession(**told, made_at=now, seen_at=now, ends_at=now + dt.timedelta(days=1)))


def _somebody(session: Session, programme: str, now: dt.datetime) -> dict[str, object]:
    """An owner with all that a page can show of one."""
    person_id = people.person(session, "Siti Aminah")
    chat = people.chat(session, person_id)
    agree(session, chat)
    business = people.new_business(person_id, name="Emping Menes", regency="36.04", district="36.04.01")
    outcome = applications.register(
        session, business=business, assessment_id=people.assessment(session, person_id, people.READY),
        programme=programme, office=OFFICE, now=now,
    )  # fmt: skip
    found = session.scalars(sa.select(Business.id).where(Business.name == business.name)).one()
    told = {"person": person_id, "conversation": chat.id, "business": found, "number": outcome.number}
    return {**told, "ticket": asks(session)}


def _addresses(known: dict[str, str]) -> list[str]:
    """Every page that can be looked at and that something stands for."""
    pages = [page.path for page in PAGES if page.method == "GET" and page.right is not Open.EVERYBODY]
    found = [PLACE.sub(partial(_stands_for, path, known), path) for path in pages]
    return [*(path for path in found if "?" not in path), *SEARCHES]


def _stands_for(path: str, known: dict[str, str], name: re.Match[str]) -> str:
    kind = {"acara": "event", "siaran": "broadcast", "program": "programme"}.get(path.split("/")[1], name[1])
    return known.get(kind, "?")


async def _looked_at(url: str, paths: Sequence[str], databases: Databases) -> dict[str, list[float]]:
    crowd = Crowd(0, contenders.SECRET)
    platform = Platform(crowd.told)
    api = await platform.start()
    async with served(contenders.ours(url, api, databases), crowd, platform):
        return await asyncio.to_thread(_times, crowd.port, paths)


def _times(port: int, paths: Sequence[str]) -> dict[str, list[float]]:
    """Round after round, so that what else the machine does falls on all alike; the first round is not counted."""
    took: dict[str, list[float]] = {path: [] for path in paths}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Host": "bench.invalid", "Cookie": f"__Host-sesi={TOKEN}"}
    for number in range(TIMES + 1):
        for path in paths:
            begun = time.perf_counter()
            line.request("GET", f"/console{path}", headers=headers)
            answer = line.getresponse()
            answer.read()
            assert answer.status in (200, 303), f"{path}: {answer.status}"
            if number:
                took[path].append((time.perf_counter() - begun) * 1000)
    line.close()
    return took


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]
