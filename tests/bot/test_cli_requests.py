"""`naikkelas requests`: what is owed to people, and how an officer meets it."""

import datetime as dt
import json

import pytest
import sqlalchemy as sa

from bot.clock import Clock
from bot.database import Database
from models import Application, Channel, Stage
from services import requests
from tests.services import people
from tests.services.people import transaction
from tests.support.chat import Chat
from tests.support.commands import command
from tests.support.office import OFFICE, open_programme
from tests.support.owner import reaches_number


@pytest.fixture
def chat(database: Database, keyboard: None) -> Chat:
    """An owner whose application was handed in, and who asked for another address."""
    open_programme(database)
    chat = Chat(database, OFFICE, Channel.WHATSAPP, now=Clock().now())
    reaches_number(chat.says("halo").taps("journey"), papers="nib", nib_number="1234567890123")
    with transaction(database) as session:
        session.execute(sa.update(Application).values(stage=Stage.SUBMITTED))
        people.account(session, "dewi")
    chat.says("DATA SAYA").taps("correct", "address").says("Kp. Baru RT 05/RW 06")
    return chat


def run(*words: str) -> tuple[int, str]:
    """One command."""
    return command("requests", *words)


def last(chat: Chat, columns: str, table: str) -> tuple[object, ...]:
    """The newest row."""
    with chat.database.read() as connection:
        return tuple(connection.execute(sa.text(f"SELECT {columns} FROM {table} ORDER BY id DESC")).first() or ())


def test_open_requests_are_listed_with_their_time_and_no_value(chat: Chat) -> None:
    code, said = run("list")
    assert code == 0
    assert "D-1" in said
    assert "perbaiki" in said
    assert "address" in said
    assert "terbuka" in said
    assert "Kp. Baru" not in said
    rows = json.loads(run("list", "--json")[1])
    assert [(r["code"], r["state"]) for r in rows] == [("D-1", "terbuka")]
    with transaction(chat.database) as session:
        session.execute(sa.text("UPDATE data_requests SET due_at = asked_at"))
    assert "terlambat" in run("list")[1]


def test_an_officer_puts_the_value_in_and_the_person_is_told(chat: Chat) -> None:
    code, said = run("close", "D-1", "--apply", "--as", "dewi")
    assert (code, said) == (0, "Permintaan D-1 selesai; orangnya dikabari.\n")
    assert last(chat, "address", "businesses") == ("Kp. Baru RT 05/RW 06",)
    assert last(chat, "done_by", "data_requests") == ("Ibu Dewi",)
    assert last(chat, "topic, closed_by", "tickets") == ("data", "Ibu Dewi")
    because, bubble = last(chat, "because, bubble", "deliveries")
    told = json.loads(bubble) if isinstance(bubble, str) else bubble
    assert because == "request:1"
    assert "Permintaan data *D-1* (Perbaiki) selesai" in told["text"]
    assert told["template"] == "data_request_done_v1"
    assert told["template_values"][:2] == ["D-1", "Perbaiki"]
    assert run("close", "D-1")[0] == 1
    assert run("list")[1] == "Tidak ada permintaan data yang terbuka.\n"
    assert "Ibu Dewi" in run("list", "--all", "--json")[1]
    chat.says("DATA SAYA").taps("trail")
    assert "Ibu Dewi menyelesaikan permintaan data" in chat.text


def test_what_is_not_met_is_said_with_its_reason(chat: Chat) -> None:
    assert run("close", "1", "--because", "alamat di SIHALAL hanya bisa diubah BPJPH", "--as", "dewi")[0] == 0
    assert "hanya bisa diubah BPJPH" in str(last(chat, "bubble", "deliveries")[0])
    assert last(chat, "address", "businesses") == ("Kp. Cikulur RT 02/RW 03",)


def test_what_cannot_be_closed_is_said_plainly(chat: Chat) -> None:
    assert run("close", "D-99") == (1, "Tidak ada permintaan D-99.\n")
    assert run("close", "apa")[0] == 2
    chat.says("DATA SAYA").taps("see").says("hapus data").taps("yes")
    with chat.database.read() as connection:
        number = connection.execute(sa.text("SELECT id FROM data_requests WHERE kind='delete'")).scalar_one()
    assert "selesai sendiri" in run("close", f"D-{number}")[1]


def test_a_number_is_read_however_it_is_written() -> None:
    assert [requests.number_of(c) for c in ("D-31", "d31", "31", " D-31 ", "T-31", "")] == [31, 31, 31, 31, None, None]
    assert dt.timedelta(hours=72) == requests.TIME
