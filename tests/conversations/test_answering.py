"""While answering: the words that work anywhere, wrong answers, old buttons, strange messages, forms laid aside."""

import json

import pytest
import sqlalchemy as sa

from models import Session, Ticket
from tests.conversations.conftest import Phone, Rows
from tests.support.owner import at, goes_on, reaches_number, reaches_result

SERVICES = ["journey", "status", "events", "questions", "officer", "my_data", "language"]


# --- commands on a choice ---


def test_menu_lays_the_form_aside_and_the_menu_offers_it(phone: Phone) -> None:
    chat = at(phone(), "product").says("menu")
    assert "kami simpan di pertanyaan 4 dari 13" in chat.text
    assert chat.options == ["resume", *SERVICES]


@pytest.mark.parametrize("word", ["LANJUT", "lanjut", "lanjt", "lanjut daftar"])
def test_going_on_where_one_was_with_the_old_buttons_still_valid(phone: Phone, word: str) -> None:
    chat = at(phone(), "product")
    keripik = chat.button("snack")
    chat.says("MENU", word)
    assert chat.asked == "product"
    chat.presses(keripik)
    assert chat.asked == "avoid"


def test_the_menus_own_row_goes_on_too(phone: Phone) -> None:
    chat = at(phone(), "product").says("MENU").taps("resume")
    assert chat.asked == "product"


def test_starting_again_offers_the_old_form_first(phone: Phone) -> None:
    chat = at(phone(), "product").says("MENU", "DAFTAR")
    assert "belum selesai" in chat.text
    assert chat.options == ["resume", "later", "restart"]
    chat.taps("later")
    assert chat.options[0] == "resume"
    chat.says("DAFTAR").taps("restart", "no")
    assert chat.asked == "product"
    chat.says("MENU", "DAFTAR").taps("restart", "yes")
    assert chat.asked == "for_whom"


def test_back_forgets_one_answer_at_a_time(phone: Phone) -> None:
    chat = at(phone(), "product").says("kembali")
    assert chat.asked == "district"
    chat.says("KEMBALI", "/kembali", "back")
    assert chat.asked == "for_whom"
    chat.says("kembali")
    assert "sudah pertanyaan pertama" in chat.text


def test_back_from_the_first_question_of_the_second_part_is_the_last_of_the_first(phone: Phone) -> None:
    chat = at(phone(), "owner_name").says("KEMBALI")
    assert chat.asked == "product_count"
    chat.says("3")
    assert chat.asked == "owner_name"


def test_cancelling_asks_first_and_keeps_or_drops(phone: Phone, rows: Rows) -> None:
    chat = at(phone(), "product").says("batal")
    assert chat.options == ["keep", "discard", "resume"]
    chat.taps("resume")
    assert chat.asked == "product"
    chat.says("BATAL").taps("keep")
    assert "22 Februari 2027" in chat.text
    assert len(rows("SELECT * FROM drafts")) == 1
    chat.says("LANJUT", "batal").taps("discard")
    assert rows("SELECT * FROM drafts") == []
    chat.says("LANJUT")
    assert "Tidak ada isian" in chat.text


@pytest.mark.parametrize("question", ["regency", "product", "avoid", "sites", "product_count", "owner_name", "review"])
def test_help_explains_the_question_and_puts_it_again(phone: Phone, question: str) -> None:
    chat = at(phone(), question)
    before = chat.options
    chat.says("bantuan")
    assert chat.asked == question
    assert "*KEMBALI* = ke pertanyaan sebelumnya" in chat.text
    assert chat.options == before


def test_help_at_every_question_of_the_journey(phone: Phone) -> None:
    chat = phone().says("halo").taps("journey", "yes")
    asked = set()
    while chat.form in ("check", "registration", "result"):
        if chat.form == "result":
            chat.taps("register")
        question = chat.asked
        asked.add(question)
        chat.says("BANTUAN")
        assert chat.asked == question
        assert "*PETUGAS* = dibantu orang" in chat.text
        goes_on(chat, papers="nib, halal", certified_changed="3", avoid="rum", turnover="1", meat="giling, kaldu",
                ingredients="2", process="3", nib_number="1234567890123")  # fmt: skip
    assert chat.form == "placed"
    assert len(asked) > 25


def test_an_officer_from_within_a_form_lays_it_aside(phone: Phone, rows: Rows) -> None:
    chat = at(phone(), "product").says("PETUGAS")
    assert "kami simpan" in chat.text
    chat.says("Produk saya dua macam, bagaimana?")
    assert rows("SELECT topic, words FROM tickets") == [
        {"topic": "question", "words": "Produk saya dua macam, bagaimana?"}
    ]
    chat.says("keripik dan bolu")  # the bot keeps quiet: it goes to the officer
    assert "Ditambahkan ke T-1" in chat.text
    chat.says("LANJUT")
    assert chat.asked == "product"


@pytest.mark.parametrize("word", ["BERHENTI", "berhenti", "Stop", "STOP", "stop."])
def test_stop_always_wins(phone: Phone, rows: Rows, word: str) -> None:
    chat = phone()
    for where in ("product", "avoid", "owner_name", "address", "products", "review"):
        at(chat, where).says(word)
        assert "berhenti sekarang juga" in chat.text
        assert rows("SELECT stopped FROM conversations") == [{"stopped": "everything"}]
        with chat.database.write() as connection:
            connection.exec_driver_sql("UPDATE conversations SET stopped = 'nothing'")
        chat.says("LANJUT")
        assert chat.asked == where


@pytest.mark.parametrize("opening", ["PETUGAS", "LAPOR", "DAFTAR", "TANYA", "bahasa", "MENU"])
def test_stop_wins_before_consent_and_inside_officer_and_report(phone: Phone, rows: Rows, opening: str) -> None:
    chat = phone().says("halo", opening)
    if opening == "PETUGAS":
        chat.taps("yes")
    chat.says("BERHENTI")
    assert rows("SELECT stopped FROM conversations") == [{"stopped": "everything"}]
    assert rows("SELECT * FROM tickets") == []


def test_what_was_meant_by_stopping(phone: Phone, rows: Rows) -> None:
    chat = reaches_number(phone().says("halo")).says("STOP").taps("announcements")
    assert rows("SELECT stopped FROM conversations") == [{"stopped": "announcements"}]
    chat.says("STOP").taps("everything")
    assert rows("SELECT stopped FROM conversations") == [{"stopped": "everything"}]
    chat.says("STOP")
    assert "memang sudah berhenti" in chat.text
    chat.says("MULAI").taps("service")
    assert rows("SELECT stopped FROM conversations") != [{"stopped": "everything"}]
    chat.says("STOP").taps("delete")
    assert chat.form == "delete"


def test_not_saying_what_was_meant_never_deletes(phone: Phone, rows: Rows) -> None:
    chat = reaches_number(phone().says("halo")).says("STOP", "hmm", "eh", "apa ya", "hm")
    assert rows("SELECT * FROM tickets WHERE topic LIKE 'data%'") == []
    assert rows("SELECT stopped FROM conversations") == [{"stopped": "everything"}]
    chat.taps("menu")
    assert chat.form == "menu"


def test_words_like_stopping_are_asked_about(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo", "jangan kirim lagi")
    assert chat.form == "stop_like"
    chat.taps("no")
    assert rows("SELECT stopped FROM conversations") == [{"stopped": "nothing"}]
    chat.says("unsubscribe").says("ya")
    assert rows("SELECT stopped FROM conversations") == [{"stopped": "everything"}]


# --- choice or command? ---


@pytest.mark.parametrize(
    ("where", "word", "then"),
    [
        ("papers", "nib", "turnover"),  # a command elsewhere, an option here
        ("papers", "halal", "certified_changed"),
        ("turnover", "baru", "capital"),
        ("for_whom", "orang lain", "helper"),
        ("product", "kopi", "avoid"),
    ],
)
def test_on_a_choice_a_valid_option_wins_over_a_command(phone: Phone, where: str, word: str, then: str) -> None:
    assert at(phone(), where).says(word).asked == then


@pytest.mark.parametrize("word", ["status", "DATA SAYA", "tanya", "acara", "lapor", "bahasa"])
def test_a_command_that_is_no_option_is_a_command(phone: Phone, word: str) -> None:
    chat = at(phone(), "regency").says(word)
    assert "kami simpan" in chat.text
    assert chat.says("LANJUT").asked == "regency"


@pytest.mark.parametrize(
    "name", ["Admin Jaya", "Pagi Sore", "Dapur Nib", "Data Berkah", "Baru", "Orang Kampung", "Halal"]
)
def test_in_free_text_other_words_are_the_answer(phone: Phone, rows: Rows, name: str) -> None:
    chat = at(phone(), "business_name").says(name)
    assert chat.asked == "village"
    assert json.loads(json.dumps(chat.row.answers))["business_name"][1] == name


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("MENU", "menu"),
        ("/menu", "menu"),
        ("petugas", "officer"),
        ("BATAL", "registration"),
        ("lanjut", "registration"),
    ],
)
def test_in_free_text_a_whole_message_command_wins(phone: Phone, word: str, form: str) -> None:
    chat = at(phone(), "business_name").says(word)
    assert chat.form == form
    assert "business_name" not in chat.row.answers


# --- wrong answers ---


def test_three_wrong_answers_and_the_line_goes_to_the_list(phone: Phone, rows: Rows) -> None:
    chat = at(phone(), "district").says("atlantis")
    assert "'atlantis' belum saya temukan di Kota Serang" in chat.text
    chat.says("mu")
    assert "Contoh" in chat.text
    chat.says("lemuria")
    assert chat.options == ["skip", "officer", "again"]
    chat.taps("skip")
    assert "catat supaya tidak lupa" in chat.text
    reaches_result(chat)
    result = rows("SELECT result FROM assessments")[0]["result"]
    assert "KECAMATAN_DICEK" in str(result)


@pytest.mark.parametrize(
    "question",
    ["product", "avoid", "papers", "turnover", "form", "sites", "meat", "ingredients", "process", "product_count"],
)
def test_every_question_of_the_check_can_be_left_open(phone: Phone, rows: Rows, question: str) -> None:
    chat = at(phone(), question).says("qqq", "www", "zzz").taps("skip")
    assert chat.asked != question
    reaches_number(chat)
    assert len(rows("SELECT number FROM applications")) == 1


@pytest.mark.parametrize("question", ["for_whom", "regency", "owner_name", "business_name", "products", "review"])
def test_what_a_number_needs_cannot_be_left_open(phone: Phone, question: str) -> None:
    wrong = (
        "7" if question == "owner_name" else "1" if question == "products" else "9" if question == "review" else "zz"
    )
    chat = at(phone(), question).says(wrong, wrong, wrong)
    assert chat.options == ["officer", "again", "later"]
    chat.taps("again")
    assert chat.asked == question
    chat.says(wrong, wrong, wrong).taps("later")
    if question == "for_whom":  # nothing has been said yet that could be kept
        assert chat.form == "menu"
        return
    assert "Disimpan sampai" in chat.text
    assert chat.says("LANJUT").asked == question


def test_a_village_and_an_address_left_open_do_not_stop_the_number(phone: Phone) -> None:
    chat = at(phone(), "village").says("1", "2", "3").taps("skip")
    chat.says("a", "b", "c").taps("skip")
    chat.says("123", "456", "789").taps("skip")
    reaches_number(chat)
    assert "BTN-2026-000001" in chat.text


def test_an_officer_is_asked_about_the_question_one_is_stuck_at(phone: Phone) -> None:
    chat = at(phone(), "sites").says("qqq", "www", "zzz").taps("officer").says("Maksudnya gerai apa?")
    with Session(chat.database.read_engine) as session:
        assert session.scalars(sa.select(Ticket.context)).one() == {"form": "check", "question": "sites"}
    assert chat.says("LANJUT").asked == "sites"


# --- asked back ---


def test_serang_is_asked_about_and_a_kecamatan_elsewhere_is_pointed_out(phone: Phone) -> None:
    chat = at(phone(), "regency").says("serang")
    assert "mirip 'serang'" in chat.text
    assert chat.labels == ["Kab. Serang", "Kota Serang"]
    chat.says("2").says("ciruas")
    assert "Ciruas ada di Kabupaten Serang, bukan di Kota Serang" in chat.text
    chat.says("ya")
    assert chat.asked == "product"
    assert chat.row.answers["regency"][1] == "36.04"


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("2 M", "Sampai Rp2 miliar"),
        ("2 milyar", "Sampai Rp2 miliar"),
        ("500 jt sebulan", "Rp2 sampai 15 miliar"),
        ("500 jt/bln", "Rp2 sampai 15 miliar"),
        ("300rb sehari", "Sampai Rp2 miliar"),
        ("rp 3.000.000 per minggu", "Sampai Rp2 miliar"),
        ("20 miliar", "Rp15 sampai 50 miliar"),
    ],
)
def test_an_amount_is_read_as_a_class_and_read_back(phone: Phone, rows: Rows, said: str, label: str) -> None:
    chat = at(phone(), "turnover").says(said)
    assert f"*{label}*, betul?" in chat.text
    chat.says("ya")
    assert chat.asked == "form"
    assert said not in json.dumps(rows("SELECT answers FROM conversations"), default=str)


def test_a_list_typed_without_spaces_is_read_back(phone: Phone) -> None:
    chat = at(phone(), "avoid").says("13")
    assert "betul?" in chat.text
    chat.says("tidak")
    assert chat.asked == "avoid"
    chat.says("rum enggak, mirin iya", "ya")
    assert chat.asked == "replaceable"
    chat.says("KEMBALI").says("1 6")
    assert "Mana yang benar?" in chat.text
    chat.taps("none")
    assert chat.asked == "papers"
