"""`naikkelas people`: a lost phone's chat joined to the new one, and an owner's signature on paper."""

import json

import pytest

from bot.clock import Clock
from bot.database import Database
from models import Channel
from services.links import undo
from tests.services import people
from tests.services.people import transaction
from tests.support.chat import Chat
from tests.support.commands import command
from tests.support.kinds import kind
from tests.support.office import OFFICE, open_programme
from tests.support.owner import reaches_number

__all__ = ["kind"]

NEW = "whatsapp:+6281299990000"


@pytest.fixture
def old(database: Database, keyboard: None) -> Chat:
    """An owner with a number, whose phone was lost."""
    open_programme(database)
    chat = reaches_number(Chat(database, OFFICE, now=Clock().now()).says("halo").taps("journey"))
    with transaction(database) as session:
        people.account(session, "dewi")
    return chat


def run(*words: str, answers: str = "") -> tuple[int, str]:
    """One command, with what is typed at its questions."""
    return command("people", *words, typed=answers)


def new_phone(old: Chat) -> Chat:
    """The same owner writes from another phone."""
    return Chat(old.database, OFFICE, Channel.WHATSAPP, address=NEW, now=old.now).says("halo")


def test_a_new_phone_takes_over_after_the_officer_says_yes(old: Chat) -> None:
    new = new_phone(old)
    asked = ("link", "--from", "BTN-2026-000001", "--to", "0812 9999 0000", "--as", "dewi")
    code, said = run(*asked, answers="n\n")
    assert code == 1
    assert "Telegram 700000001, Siti Aminah (Keripik Bu Siti)" in said
    assert "WhatsApp +6281299990000, tanpa nama (belum ada usaha)" in said
    assert new.row.person_id is None
    code, said = run(*asked, answers="y\n")
    assert (code, new.row.person_id) == (0, old.row.person_id)
    assert "Tersambung" in said
    assert "BTN-2026-000001" in new.says("STATUS").text
    with transaction(old.database) as session:
        assert undo(session, conversation_id=old.row.id, now=old.now)
    assert new.row.person_id is None
    with old.database.read() as connection:
        kept = connection.exec_driver_sql("SELECT topic, closed_by FROM tickets WHERE closed_at IS NOT NULL").all()
    assert [tuple(k) for k in kept] == [("link", "Ibu Dewi")]


def test_who_is_not_found_or_already_there_is_said_plainly(old: Chat) -> None:
    new_phone(old)
    assert "Tidak ada chat" in run("link", "--from", "BTN-2026-009999", "--to", NEW, "--yes")[1]
    assert "Tidak ada chat" in run("link", "--from", "telegram:700000001", "--to", "0812 1111 2222", "--yes")[1]
    same = ("--from", "BTN-2026-000001", "--to", "telegram:700000001")
    assert "chat yang sama" in run("link", *same, "--yes")[1]
    assert "belum ada izin" in run("link", "--from", NEW, "--to", "telegram:700000001", "--yes")[1]
    assert run("link", "--from", "telegram:700000001", "--to", NEW, "--yes")[0] == 0
    assert "Memang sudah" in run("link", "--from", "telegram:700000001", "--to", NEW, "--yes")[1]


def test_two_people_with_businesses_are_not_made_one(old: Chat) -> None:
    new = new_phone(old)
    reaches_number(new, business_name="Lain Sekali")
    before = new.row.person_id
    code, said = run("link", "--from", "BTN-2026-000001", "--to", NEW, "--yes")
    assert (code, new.row.person_id) == (1, before)
    assert "tidak digabung" in said


def test_an_owner_signs_on_paper(old: Chat) -> None:
    helper = Chat(old.database, OFFICE, address="700000009", now=old.now).says("halo").taps("journey")
    reaches_number(helper, for_whom="2", business_name="Opak Yati", owner_name="Yati", phone="0812 9999 1111")
    rows = json.loads(run("confirmations", "--json")[1])
    assert [(r["business"], r["state"]) for r in rows] == [("Opak Yati", "menunggu")]
    code, said = run("confirm", "BTN-2026-000002", "--paper", "PDP/2026/17", "--as", "dewi")
    assert (code, "Opak Yati: dibenarkan" in said) == (0, True)
    assert run("confirm", "BTN-2026-000002", "--paper", "PDP/2026/17")[0] == 1
    assert "Tidak ada usaha" in run("confirm", "BTN-2026-000099", "--paper", "x")[1]
    assert "sudah dibenarkan" in run("confirmations")[1]
