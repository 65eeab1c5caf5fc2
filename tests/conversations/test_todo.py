"""The result, the to-do list, reminders that come by themselves, and re-checks of one line alone."""

import json

import pytest

from models import Channel, Lane, Session
from services import dues
from tests.conversations import on_both, on_both_channels
from tests.conversations.conftest import Phone, Rows
from tests.support.chat import Chat, tap
from tests.support.office import OFFICE, confirming
from tests.support.owner import reaches_number, reaches_result
from texts.bubble import Bubble, Button

UNMARKED = {"ingredients": "2", "ingredients_which": "mentega curah, bumbu balado"}
WITH_NIB = {"papers": "nib", "nib_number": "1234567890123"}


def hello(phone: Phone, channel: Channel = Channel.TELEGRAM, **more: str) -> Chat:
    """Somebody at the consent."""
    return phone(channel, **more).says("halo").taps("journey")


def swept(chat: Chat, rows: Rows, days: int = 14) -> Bubble:
    """Let days pass and the heartbeat go: the question that then comes."""
    chat.waits(days=days)
    with chat.database.write() as connection, Session(connection, join_transaction_mode="create_savepoint") as session:
        assert dues.sweep(session, chat.texts, chat.office, chat.now) >= 1
        session.commit()
    bubble = rows(f"SELECT bubble FROM deliveries WHERE lane = {int(Lane.NOTICE)} ORDER BY id DESC")[0]["bubble"]
    return Bubble.from_json(json.loads(bubble) if isinstance(bubble, str) else bubble)


def button(bubble: Bubble, option: str) -> Button:
    """A button of a question the bot started."""
    return next(b for b in bubble.buttons if b.data.endswith(f"|{option}"))


def result_of(rows: Rows) -> dict[str, list[str]]:
    """The newest assessment's result."""
    kept = rows("SELECT result FROM assessments ORDER BY id DESC LIMIT 1")[0]["result"]
    return dict(json.loads(kept) if isinstance(kept, str) else kept)


# --- the result ---


def test_the_result_says_what_it_is_and_offers_four_ways_on(phone: Phone) -> None:
    chat = reaches_result(hello(phone), **UNMARKED)
    assert "hampir siap" in chat.text
    assert "Masih ada 2 hal" in chat.text
    assert "Hasil awal, bukan keputusan." in chat.text
    assert "Selasa, 8 Desember 2026" in chat.text
    assert chat.options == ["register", "list", "why", "officer"]


def test_why_explains_and_comes_back(phone: Phone) -> None:
    chat = reaches_result(hello(phone), sites="3", turnover="20 miliar", **WITH_NIB).taps("why")
    assert chat.form == "why"
    assert len(chat.options) == 2
    chat.says("1")
    assert "*Caranya*" in chat.text
    assert "register" in chat.options
    one = reaches_result(phone(address="700000002").says("halo").taps("journey")).taps("why")
    assert "daftar tugas" in one.text  # nothing is called in order that was not asked yet
    ready = reaches_result(phone(address="700000003").says("halo").taps("journey"), **WITH_NIB)
    reaches_number(ready, **WITH_NIB)


def test_a_check_by_a_person_may_always_be_asked_for(phone: Phone, rows: Rows) -> None:
    chat = reaches_result(hello(phone), **WITH_NIB).taps("officer")
    assert "teruskan ke petugas" in chat.text
    assert rows("SELECT topic FROM tickets") == [{"topic": "check"}]
    assert "DIMINTA" in result_of(rows)["officer"]
    reaches_number(chat, **WITH_NIB)
    assert rows("SELECT stage FROM applications") == [{"stage": "KUOTA_DIBERIKAN"}]  # it holds nothing up
    assert "DIMINTA" in result_of(rows)["officer"]


def test_facts_are_shown_only_once_confirmed(phone: Phone) -> None:
    chat = reaches_number(hello(phone), **WITH_NIB)
    assert "Sisa tempat" not in chat.text
    known = phone(office=confirming(OFFICE, "quota_public"), address="700000002").says("halo").taps("journey")
    reaches_number(known, papers="nib", nib_number="1234567890124", business_name="Opak Teh Neng", owner_name="Neng",
                   phone="081298765432", address="Jl. Raya Pandeglang 12")  # fmt: skip
    assert "Sisa tempat" in known.text
    assert "14.000" in known.text


# --- the to-do list ---


def test_the_list_its_lines_and_a_message_to_send_on(phone: Phone) -> None:
    chat = reaches_result(hello(phone), **UNMARKED).taps("list")
    assert "Daftar tugas" in chat.text
    assert "(2 lagi)" in chat.text
    chat.says("2")
    assert "mentega curah" in chat.text
    assert "*Caranya*" in chat.text
    assert "*Tanya ke*" in chat.text
    assert chat.options == ["recheck", "forward", "remind", "list"]
    chat.taps("forward")
    assert "Permisi Pak/Bu" in chat.text
    assert "(nama saya)" in chat.text
    assert chat.options == ["recheck", "forward", "remind", "list"]
    chat.taps("list")
    assert chat.form == "todo_list"


def test_tugas_opens_the_list_from_anywhere(phone: Phone) -> None:
    chat = reaches_number(hello(phone), **UNMARKED).says("TUGAS")
    assert "Daftar tugas Keripik Bu Siti" in chat.text
    assert phone(address="700000009").says("halo", "TUGAS").form == "menu"


@on_both
@on_both_channels
def test_a_reminder_is_a_row_and_comes_by_itself(phone: Phone, rows: Rows, channel: str) -> None:
    chat = reaches_result(hello(phone, Channel(channel)), **UNMARKED).taps("list").says("2").taps("remind")
    assert "Selasa, 8 Desember 2026" in chat.text
    planned = [due for due in rows("SELECT kind, state, about FROM dues") if "TANPA_LOGO" in str(due["about"])]
    assert [(due["kind"], due["state"]) for due in planned] == [("todo", "planned")]
    asked = swept(chat, rows)
    assert "Balas *SUDAH T" in asked.text
    assert asked.template == "todo_reminder_v1"
    assert [b.label for b in asked.buttons] == ["Sudah beres", "Belum", "Saya kesulitan"]


def test_a_bare_number_never_answers_a_reminder(phone: Phone, rows: Rows) -> None:
    chat = reaches_result(hello(phone), **UNMARKED).taps("list").says("2").taps("remind")
    swept(chat, rows)
    chat.says("1")
    assert chat.form != "recheck"


@pytest.mark.parametrize("how", ["typed", "tapped"])
def test_done_asks_that_line_alone(phone: Phone, rows: Rows, how: str) -> None:
    chat = reaches_number(hello(phone), **UNMARKED).taps("list").says("2").taps("remind")
    bubbles = [swept(chat, rows)]
    with chat.database.read() as connection:
        kept = connection.exec_driver_sql("SELECT id, code, about FROM dues WHERE state = 'asked'").all()
    due, code, _ = next(k for k in kept if "BAHAN_TANPA_LOGO" in str(k[2]))
    if how == "typed":
        chat.says(f"sudah {code.lower()}")
    else:
        chat.hears(tap(Button(f"due|{due}|done", "Sudah beres")))
    assert (chat.form, chat.asked) == ("recheck", "ingredients")
    assert bubbles
    chat.says("semua")
    assert "satu selesai" in chat.text
    assert "Sisa 1 lagi" in chat.text
    assert result_of(rows)["todos"] == ["BUTUH_NIB"]


def test_not_yet_is_asked_about_again_and_who_is_stuck_gets_an_officer(phone: Phone, rows: Rows) -> None:
    chat = reaches_result(hello(phone), **UNMARKED).taps("list").says("2").taps("remind")
    asked = swept(chat, rows)
    chat.presses(button(asked, "not_yet"))
    assert "Selasa, 22 Desember 2026" in chat.text
    again = swept(chat, rows)
    chat.presses(button(again, "stuck"))
    assert chat.form == "officer"
    chat.says("Tidak ketemu mentega berlogo")
    assert rows("SELECT topic FROM tickets") == [{"topic": "question"}]


def test_the_same_answer_to_a_reminder_twice(phone: Phone, rows: Rows) -> None:
    chat = reaches_result(hello(phone), **UNMARKED).taps("list").says("2").taps("remind")
    not_yet = button(swept(chat, rows), "not_yet")
    chat.presses(not_yet, not_yet)
    assert "sudah dijawab" in chat.text


def test_a_reminder_in_the_middle_of_a_form_lays_nothing_flat(phone: Phone, rows: Rows) -> None:
    chat = reaches_result(hello(phone), **UNMARKED).taps("list").says("2").taps("remind")
    asked = swept(chat, rows)
    chat.says("DAFTAR", "1", "kota serang")
    chat.presses(button(asked, "not_yet"))
    chat.says("LANJUT")
    assert (chat.form, chat.asked) == ("check", "district")


# --- re-checks ---


def test_better_same_and_all(phone: Phone, rows: Rows) -> None:
    chat = reaches_result(hello(phone), product_count="belum tahu", **WITH_NIB, **UNMARKED)
    assert result_of(rows)["todos"] == ["NIB_SKALA_DICEK", "BAHAN_TANPA_LOGO", "JUMLAH_DICEK"]
    chat.taps("list").says("3").taps("recheck")
    assert chat.asked == "product_count"
    chat.says("belum tahu")
    assert "masih sama" in chat.text
    chat.says("3").taps("recheck").says("4")
    assert "satu selesai" in chat.text
    chat.says("2").taps("recheck").says("semua ada")
    chat.says("1").taps("recheck").says("mikro")
    assert "Semua tugas selesai" in chat.text
    assert result_of(rows)["todos"] == []
    assert len(rows("SELECT id FROM assessments")) == 5  # none is rewritten


@on_both
def test_the_place_that_waited_for_a_nib_is_given_when_it_comes(phone: Phone, rows: Rows) -> None:
    chat = reaches_number(hello(phone))
    assert rows("SELECT stage FROM applications") == [{"stage": "DATA_KURANG"}]
    queued = rows("SELECT queued_at FROM applications")
    chat.waits(days=3).says("NIB")
    assert chat.asked == "nib_number"
    chat.says("1234 5678 90123")
    assert chat.asked == "scale"
    chat.says("mikro")
    assert "sudah dipastikan" in chat.text
    assert rows("SELECT stage FROM applications") == [{"stage": "KUOTA_DIBERIKAN"}]
    assert rows("SELECT queued_at FROM applications") == queued
    assert rows("SELECT nib FROM places") == [{"nib": "1234567890123"}]
    assert rows("SELECT taken FROM programmes") == [{"taken": 7001}]


def test_a_nib_of_a_larger_scale_moves_the_scheme_and_says_so(phone: Phone, rows: Rows) -> None:
    chat = reaches_number(hello(phone), **WITH_NIB, scale="menengah")
    assert "jalurnya berubah" in chat.text
    assert rows("SELECT stage, scheme FROM applications") == [{"stage": "MINAT", "scheme": "reguler"}]


def test_a_recheck_can_be_broken_off(phone: Phone) -> None:
    chat = reaches_number(hello(phone), **UNMARKED).taps("list").says("2").taps("recheck").says("MENU")
    assert chat.form == "menu"
    chat.says("TUGAS")
    assert chat.form == "todo_list"


def test_a_long_list_is_shown_in_pages(phone: Phone) -> None:
    unsure = {
        "avoid": "tidak tahu", "papers": "tidak yakin soal nib", "turnover": "tidak tahu", "sites": "tidak tahu",
        "meat": "tidak tahu", "ingredients": "belum dicek", "process": "tidak tahu", "product_count": "belum tahu",
    }  # fmt: skip
    chat = reaches_result(hello(phone), **unsure).taps("list")
    assert chat.options[-1] == ">"
    chat.taps(">")
    assert chat.options[-1] == "<"
    chat.says("12")
    assert chat.form == "todo_line"
