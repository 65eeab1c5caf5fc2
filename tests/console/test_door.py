"""The door of an event: used like a phone, over the real program, also when the signal is gone."""

import datetime as dt
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from bot.clock import Clock
from bot.database import Database
from models import AuditEntry, Event, SignUp, SignUpState
from services.events import doors
from tests.services import eventful
from tests.services.eventful import DAY, DEWI, NOW, THURSDAY
from tests.services.people import transaction
from tests.support.commands import command
from tests.support.engine import echo
from tests.support.server import Served, served, settings_for

TOKEN = "p" + "d" * 32
NAMES = ("Siti Aminah", "Ujang Suryana", "Surti", "Neng Rahma")


@pytest.fixture
def clock() -> Clock:
    """09.11 WIB on the event's day."""
    at = THURSDAY.replace(minute=11, second=30)
    return Clock(lambda: at)


@pytest.fixture
def running(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Served]:
    """The program."""
    with served(settings_for(database_url, tmp_path), answer=echo, clock=clock) as program:
        yield program


def the_day(database: Database, now: dt.datetime = NOW, **changes: Any) -> tuple[str, list[SignUp]]:
    """An event with four people, and a door."""
    with transaction(database) as session:
        session.expire_on_commit = False
        day = eventful.event(session, now, capacity=5, **changes)
        rows = [eventful.signs_up(session, day.id, eventful.owner(session, name), now).sign_up for name in NAMES]
        doors.make(session, DEWI, day.code, "Pintu A", token=TOKEN, now=now)
        code = day.code
    return code, [row for row in rows if row]


def came(database: Database) -> dict[str, str | None]:
    with transaction(database) as session:
        query = sa.select(SignUp.name, SignUp.stand_in).where(SignUp.state == SignUpState.ATTENDED)
        return dict(session.execute(query).all())


def ask(it: Served, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes, dict[str, str]]:
    """What a phone gets."""
    connection = http.client.HTTPConnection(urlsplit(it.url).netloc, timeout=20)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
    finally:
        connection.close()


def tap(it: Served, token: str = TOKEN, **body: Any) -> tuple[int, dict[str, Any]]:
    status, content, _ = ask(it, "POST", f"/hadir/{token}/catat", json.dumps(body).encode())
    return status, json.loads(content or b"{}")


def test_what_the_door_is_asked(running: Served, clock: Clock) -> None:
    """Over HTTP: the list, taps of every kind, nonsense, links that do not open, and whoever guesses."""
    database = running.program.database
    siti, ujang, surti, _ = the_day(database)[1]
    status, page, headers = ask(running, "GET", f"/hadir/{TOKEN}")
    assert (status, b"Pintu A" in page, b"Siti" in page) == (200, True, False), "names come after, to the phone alone"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "unsafe" not in headers["content-security-policy"]
    assert all(part not in page.decode() for part in ("style=", "onclick", "://")), (
        "nothing inline, nothing from elsewhere"
    )
    for name in ("door.js", "door.css"):
        assert ask(running, "GET", f"/hadir/berkas/{name}")[0] == 200

    listed = json.loads(ask(running, "GET", f"/hadir/{TOKEN}/daftar")[1])
    assert [one["name"] for one in listed["people"]] == sorted(NAMES)
    assert listed["tally"] == {"came": 0, "expected": 4, "free": 1}
    assert siti.token not in json.dumps(listed)

    status, told = tap(running, what="card", card=siti.token, key="key-0001", ago=60)
    assert (status, told["what"], told["said"]) == (200, "noted", "Siti Aminah. Hadir 09.10.")
    again = tap(running, what="in", id=siti.id, key="key-0002")[1]
    assert again["said"] == "Siti Aminah sudah tercatat hadir pukul 09.10. Tidak perlu lagi."
    instead = tap(running, what="in", id=ujang.id, key="key-0003", stand_in=" Asep\u0000 ")[1]
    assert instead["said"] == "Asep, mewakili Keripik Ujang Suryana. Hadir 09.11."
    guest = {"what": "guest", "name": "Tini", "regency": "36.02", "key": "key-0004", "paper": "lembar 1"}
    first, second = tap(running, **guest)[1], tap(running, **guest)[1]
    assert (first["what"], first["id"]) == ("noted", second["id"])
    assert tap(running, **guest | {"key": "key-0005", "phone": "12"}) == (
        400, {"what": "unread", "said": "Nomor HP belum benar. Boleh dikosongkan."},
    )  # fmt: skip
    assert tap(running, what="undo", id=ujang.id, key="key-0006")[1]["tally"]["came"] == 2
    assert tap(running, what="card", card="tidak-dikenal", key="key-0007")[1]["what"] == "unknown"
    nonsense: list[Any] = [
        {}, {"what": "in"}, {"what": "in", "id": True, "key": "key-0008"},
        {"what": "in", "id": 2**70, "key": "key-0008"},
        {"what": "in", "id": 1, "key": "'; --"}, {"what": "in", "id": 1, "key": "key-0008", "ago": float("nan")},
        {"what": "card", "card": ["x"], "key": "key-0008"}, {"what": "guest", "name": {}, "key": "key-0008"},
        {"what": "in", "id": 1, "key": "key-0008", "ago": 10**400},
    ]  # fmt: skip
    assert {tap(running, **body)[0] for body in nonsense} == {400}
    for content in (b"\xff" * 9_000, b"[" * 7_000):
        assert ask(running, "POST", f"/hadir/{TOKEN}/catat", content)[0] == 400
    assert tap(running, what="in", id=2**40, key="key-0008", ago=-1e300)[1]["what"] == "unknown"
    assert came(database) == {"Siti Aminah": None, "Tini": None}

    card = ask(running, "GET", f"/hadir/{surti.token}")
    assert (card[0], b"kode 4 angka" in card[1], b"Surti" in card[1]) == (200, True, False)
    clock.shift(DAY)
    assert ask(running, "GET", f"/hadir/{TOKEN}/daftar")[0] == 410
    late = tap(running, what="in", id=surti.id, key="key-0009", ago=13 * 3600)
    assert (late[0], late[1]["what"]) == (200, "noted"), "kept on a phone since the day itself"
    assert tap(running, what="in", id=ujang.id, key="key-0010")[0] == 410
    with transaction(database) as session:
        acts = session.scalars(sa.select(AuditEntry.act).where(AuditEntry.actor.startswith("door:"))).all()
        assert (acts.count("event.door_read"), acts.count("event.attended")) == (1, 4)
        event = session.scalars(sa.select(Event)).one()
        doors.revoke(session, DEWI, event.code, None, NOW)
    assert b"dicabut" in ask(running, "GET", f"/hadir/{TOKEN}")[1]
    guesses = [ask(running, "GET", f"/hadir/p{n:032d}")[0] for n in range(22)]
    assert guesses == [404] * 20 + [429] * 2
    assert ask(running, "GET", f"/hadir/{TOKEN}")[0] == 410, "a link that has opened here is none that is guessed"


def test_staff_make_a_link_and_note_by_hand(database: Database, database_url: str, monkeypatch: Any) -> None:
    """The command line reads a real clock: the event is always in three days."""
    now = Clock().now()
    starts_at = now + 3 * DAY
    code, _ = the_day(database, now, starts_at=starts_at)
    monkeypatch.setenv("NAIKKELAS_DATABASE__URL", database_url)
    assert command("events", "door", code)[0] == 1, "without a public address there is no link"
    monkeypatch.setenv("NAIKKELAS_WEB__PUBLIC_URL", "https://bot.contoh.go.id")
    status, said = command("events", "door", code, "--name", "Pintu B", "--json")
    made = json.loads(said)[0]
    assert (status, made["name"], made["until"].endswith("T00:00:00+07:00")) == (0, "Pintu B", True)
    with transaction(database) as session:
        opened = doors.find(session, made["url"].rpartition("/")[2], starts_at)
        assert isinstance(opened, doors.Open)
    assert "Pintu B" in command("events", "door", code, "--list")[1]
    assert command("events", "door", code, "--revoke-all") == (0, "Tautan dicabut: 2.\n")
    status, said = command("events", "checkin", code, "s")
    assert (status, "Siti Aminah" in said, "Surti" in said, "tepat satu" in said) == (1, True, True, True)
    status, said = command("events", "checkin", code, "siti")
    assert (status, "Belum harinya" in said) == (1, True)
    assert command("events", "checkin", code, "siti", "--undo")[0] == 0

    status, said = command("events", "certificates", code)
    assert (status, "yang hadir terbit mulai" in said) == (0, True)
    assert command("events", "certificates", code, "--pdf", "/tidak/ada.pdf")[0] == 1, "there are none yet"
    assert command("events", "materials", code, "--url", "https://contoh.go.id/materi")[0] == 0
    for wrong in (("--url", "ftp://x"), ("--file", "/tidak/ada.pdf"), ()):
        assert command("events", "materials", code, *wrong)[0] == 1
