"""`naikkelas tickets` and `naikkelas questions`: what officers see, answer and close."""

import json

import pytest
import sqlalchemy as sa

from bot.clock import Clock
from bot.database import Database
from models import Channel, Delivery, Session, Ticket
from services import interests
from tests.services import people
from tests.services.people import transaction
from tests.support.chat import Chat
from tests.support.commands import command
from tests.support.kinds import kind
from tests.support.office import OFFICE, open_programme

__all__ = ["kind"]

ASKED = "Kapan pendamping datang?"


@pytest.fixture
def owner(database: Database, keyboard: None) -> Chat:
    """An owner who has agreed and asked an officer."""
    open_programme(database)
    chat = Chat(database, OFFICE, Channel.WHATSAPP, now=Clock().now()).says("halo").taps("journey", "yes")
    with transaction(database) as session:
        people.account(session, "dewi")
    return chat.says("MENU", "petugas", ASKED)


def run(*words: str, typed: str = "") -> tuple[int, str]:
    """One command, with what is typed at its questions."""
    return command(*words, typed=typed)


def sent(database: Database) -> list[str]:
    """The officers' messages in the outbox."""
    with Session(database.read_engine) as session:
        rows = session.scalars(sa.select(Delivery.bubble).where(Delivery.because.startswith("ticket")))
        return [bubble["text"] for bubble in rows]


def test_the_list_says_who_waits_and_who_waits_too_long(owner: Chat) -> None:
    code, said = run("tickets", "list", "--json")
    assert code == 0
    [row] = json.loads(said)
    assert (row["code"], row["topic"], row["state"], row["channel"]) == ("T-1", "pertanyaan", "menunggu", "whatsapp")
    with transaction(owner.database) as session:
        session.execute(sa.update(Ticket).values(answer_by=owner.now))
    assert "TERLAMBAT" in run("tickets", "list")[1]


def test_a_ticket_is_shown_with_its_words_and_answers(owner: Chat) -> None:
    assert ASKED in run("tickets", "show", "T-1")[1]
    run("tickets", "answer", "t-1", "Kamis pagi.", "--as", "dewi", "--yes")
    code, said = run("tickets", "show", "1")
    assert code == 0
    assert "Ibu Dewi:\nKamis pagi." in said
    assert json.loads(run("tickets", "show", "1", "--json")[1])["answers"][0]["held"] is False


def test_an_answer_is_read_back_before_it_goes(owner: Chat) -> None:
    code, said = run("tickets", "answer", "T-1", "Kamis pagi.", typed="n\n")
    assert (code, sent(owner.database)) == (1, [])
    assert "Kamis pagi." in said
    code, said = run("tickets", "answer", "T-1", "Kamis pagi.", "--as", "dewi", typed="y\n")
    assert code == 0
    assert "antrean kirim" in said
    assert "Jawaban petugas (Ibu Dewi)" in sent(owner.database)[0]


def test_an_answer_may_come_from_a_file(owner: Chat) -> None:
    assert run("tickets", "answer", "T-1", typed="Kamis pagi.\nBawa NIB, ya.\n")[0] == 0
    assert "Kamis pagi.\nBawa NIB, ya." in sent(owner.database)[0]
    assert run("tickets", "answer", "T-1", typed=" \n")[0] == 2


def test_closing_asks_whether_it_helped(owner: Chat) -> None:
    assert run("tickets", "close", "T-1", "--yes") == (0, "T-1 ditutup.\n")
    assert "Sudah terbantu" in sent(owner.database)[0]
    assert "memang sudah ditutup" in run("tickets", "close", "T-1", "--yes")[1]
    assert "Tidak ada tiket" in run("tickets", "list")[1]
    assert "ditutup" in run("tickets", "list", "--all")[1]


@pytest.mark.parametrize("command", [("show",), ("answer", "halo", "--yes"), ("close", "--yes")])
def test_a_ticket_nobody_knows(owner: Chat, command: tuple[str, ...]) -> None:
    name, *rest = command
    assert run("tickets", name, "T-99", *rest) == (1, "Tidak ada tiket T-99.\n")
    assert run("tickets", name, "D-1", *rest)[0] == 2


def test_a_report_without_consent_cannot_be_answered(owner: Chat) -> None:
    Chat(owner.database, OFFICE, now=owner.now).says("halo", "LAPOR", "ada calo minta uang di Baros")
    code, said = run("tickets", "answer", "T-2", "Terima kasih.", "--yes")
    assert code == 1
    assert "tanpa izin simpan" in said


def test_what_has_no_answer_and_what_is_wanted(owner: Chat) -> None:
    assert "ada jawabannya" in run("questions", "unanswered")[1]
    stranger = Chat(owner.database, OFFICE, now=owner.now).says("halo").taps("questions")
    stranger.says("boleh pakai pewarna ungu ubi")
    assert "pewarna ungu ubi" in run("questions", "unanswered")[1]
    with transaction(owner.database) as session:
        interests.note(session, person_id=1, step="sni", regency="36.04", now=owner.now)
    assert json.loads(run("questions", "interests", "--json")[1]) == [
        {"step": "sni", "regency": "Kabupaten Serang", "count": 1}
    ]
