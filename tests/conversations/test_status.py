"""Status saya: number, stage, what comes and by when; history, ladder, withdrawing; the certificate received."""

import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import Application, Channel, Conversation, Delivery, Session, Stage
from services import certificates, dues, moves
from services.moves import Moved
from tests.conversations import on_both, on_both_channels
from tests.conversations.conftest import Phone, Rows
from tests.services.people import DEWI
from tests.support.chat import Chat, noting
from tests.support.office import OFFICE, open_programme
from tests.support.owner import reaches_number
from texts.bubble import Bubble

DRINK = {"product": "kopi", "papers": "nib", "nib_number": "1234567890123"}
CERTIFICATE = "ID36110000000000001"


def placed(phone: Phone, channel: str = "telegram", **more: Any) -> Chat:
    """Somebody with a place, back at the menu."""
    return to_menu(reaches_number(phone(Channel(channel), **more).says("halo"), **DRINK))


def to_menu(chat: Chat) -> Chat:
    """What is asked once after a number, declined."""
    chat.taps("menu") if "menu" in chat.options else chat.says("MENU")
    while chat.form != "menu":
        chat.taps("no" if "no" in chat.options else "later")
    return chat


def other_owner(phone: Phone) -> Chat:
    """Somebody else, on another phone."""
    with_nib = {**DRINK, "nib_number": "1234567890124"}
    return to_menu(reaches_number(phone(address="700000002").says("halo"), **with_nib))


def second(chat: Chat, name: str = "Kopi Bu Siti", **otherwise: str) -> Chat:
    """The same phone registers another business, without NIB."""
    says = {"product": "kopi", "nib_number": "lewati", "business_name": name, **otherwise}
    return to_menu(reaches_number(chat.says("MENU").taps("journey"), **says))


def officer_moves(database: Database, chat: Chat, to: Stage, number: int = 1, **told: Any) -> Bubble | None:
    """An officer moves an application; what its owner is told."""
    with database.write() as connection, Session(connection, join_transaction_mode="create_savepoint") as session:
        query = sa.select(Application.id).where(Application.number == f"BTN-2026-{number:06d}")
        application_id = session.scalars(query).one()
        texts = noting()
        result = moves.move(session, DEWI, application_id, to, now=chat.now, office=OFFICE, texts=texts, **told)
        assert isinstance(result, Moved), result
        session.commit()
        return result.told


def beat(database: Database, chat: Chat) -> list[str]:
    """The heartbeats beat; what was posted to this chat by them."""
    with database.write() as connection, Session(connection, join_transaction_mode="create_savepoint") as session:
        last = session.scalar(sa.select(sa.func.max(Delivery.id))) or 0
        for sweep in (dues.sweep, certificates.sweep):
            sweep(session, noting(), OFFICE, chat.now)
        mine = sa.and_(
            Delivery.id > last, Delivery.conversation_id == Conversation.id, Conversation.address == chat.address
        )
        texts = [row.bubble["text"] for row in session.scalars(sa.select(Delivery).where(mine).order_by(Delivery.id))]
        session.commit()
        return texts


# --- the page ---


@on_both
@on_both_channels
def test_a_page_says_number_stage_since_what_comes_and_by_when(phone: Phone, database: Database, channel: str) -> None:
    chat = placed(phone, channel)
    officer_moves(database, chat.waits(days=3), Stage.SUBMITTED)
    chat.says("STATUS")
    for words in (
        "*Keripik Bu Siti*",
        "BTN-2026-000001",
        "Tahap: *Sudah diajukan*, sejak Jumat, 27 November 2026",
        "Berikutnya: pendamping memeriksa ke tempat usaha",
        "Paling lambat: Jumat, 11 Desember 2026",
    ):
        assert words in chat.text
    assert chat.options == ["history", "ladder"]


def test_history_says_every_stage_with_its_day_and_the_officers_reason(phone: Phone, database: Database) -> None:
    chat = placed(phone)
    officer_moves(database, chat.waits(days=1), Stage.SUBMITTED)
    officer_moves(database, chat.waits(days=1), Stage.SENT_BACK, note="foto *produk* kurang jelas")
    chat.says("STATUS", "riwayat")
    assert chat.text.split("\n") == [
        "*Riwayat Keripik Bu Siti*",
        "• Selasa, 24 November 2026: Sudah dapat tempat",
        "• Rabu, 25 November 2026: Sudah diajukan",
        "• Kamis, 26 November 2026: Perlu diperbaiki (foto ＊produk＊ kurang jelas)",
    ]
    assert chat.form == "status"


def test_a_promise_that_passed_is_owned_to(phone: Phone, database: Database) -> None:
    chat = placed(phone)
    assert "terlambat dari kami" not in chat.says("STATUS").text
    chat.waits(days=9).says("STATUS")
    assert "⚠️ Kabar ini terlambat dari kami. Petugas sudah diingatkan." in chat.text
    told = beat(database, chat)
    assert any("BTN-2026-000001" in text for text in told)
    chat.says("STATUS")
    assert "terlambat dari kami" in chat.text  # another day is promised, and it is still late
    officer_moves(database, chat.waits(days=1), Stage.DRAFTED)
    assert "terlambat" not in chat.says("STATUS").text


def test_the_position_of_how_many_and_the_regular_route(phone: Phone, database: Database) -> None:
    open_programme(database, quota=7001, taken_before=7000)
    placed(phone)
    chat = other_owner(phone)
    assert "Daftar tunggu: nomor *1* dari 1" in chat.says("STATUS").text
    officer_moves(database, chat, Stage.TO_REGULAR, 2, note="daging giling")
    assert "Jalur: reguler" in chat.says("STATUS").text


def test_what_is_to_be_done_is_counted_and_one_tap_away(phone: Phone) -> None:
    chat = to_menu(reaches_number(phone().says("halo"), product="keripik")).says("STATUS")
    assert "Tugas belum selesai: 1" in chat.text
    chat.taps("todo")
    assert chat.form == "todo_list"
    assert "NIB" in chat.text


def test_without_a_number_one_is_told_how_to_begin(phone: Phone) -> None:
    assert "*DAFTAR*" in phone().says("halo", "status").text


# --- several businesses ---


@on_both_channels
def test_several_businesses_are_chosen_from_and_each_has_its_page(phone: Phone, channel: str) -> None:
    chat = second(placed(phone, channel)).says("STATUS")
    assert "Ada 2 usaha" in chat.text
    assert chat.labels == ["Kopi Bu Siti", "Keripik Bu Siti"]
    chat.says("2")
    assert "BTN-2026-000001" in chat.text
    chat.says("STATUS", "kopi bu siti")
    assert "BTN-2026-000002" in chat.text
    chat.says("STATUS", "btn-2026-000001")
    assert "*Keripik Bu Siti*" in chat.text


def test_two_of_one_name_are_told_apart(phone: Phone) -> None:
    chat = second(placed(phone), "Keripik Bu Siti", district="curug").says("STATUS")
    assert chat.labels == ["Keripik Bu Sit …000002", "Keripik Bu Sit …000001"]


def test_a_helper_sees_each_owner_they_help(phone: Phone) -> None:
    chat = reaches_number(phone().says("halo"), for_whom="2", **DRINK)
    second(chat, "Kopi Pak Amin", for_whom="2", owner_name="Amin").says("STATUS")
    assert "Ada 2 usaha" in chat.text


# --- a number that is typed ---


@pytest.mark.parametrize("typed", ["BTN-2026-000001", "btn 2026 1", "status BTN-2026-000001.", "nomor BTN-2026-1"])
def test_ones_own_number_opens_its_page(phone: Phone, typed: str) -> None:
    chat = placed(phone).says(typed)
    assert "Tahap: *Sudah dapat tempat*" in chat.text
    assert chat.form == "status"


def test_a_number_of_somebody_else_shows_nothing(phone: Phone) -> None:
    placed(phone)
    other = phone(address="700000002").says("halo", "BTN-2026-000001")
    assert "tidak ada di catatan HP ini" in other.text
    assert "Keripik" not in other.text
    other = reaches_number(other, **{**DRINK, "nib_number": "1234567890124"})
    assert "tidak ada di catatan HP ini" in other.says("BTN-2026-000001").text
    assert "BTN-2026-000001" in other.text
    assert "PINDAH" in other.text


def test_a_number_as_the_very_first_message_is_answered_with_who_we_are(phone: Phone) -> None:
    chat = phone().says("BTN-2026-000001")
    assert "tidak ada di catatan HP ini" in chat.text
    assert chat.form == "menu"


def test_half_way_through_a_form_a_number_leaves_the_form_where_it_is(phone: Phone) -> None:
    chat = phone().says("halo").taps("journey", "yes").says("1")
    question = chat.asked
    chat.says("BTN-2026-000009")
    assert "tidak ada di catatan HP ini" in chat.text
    assert (chat.form, chat.asked) == ("check", question)


# --- the ladder ---


@on_both_channels
def test_the_ladder_says_what_is_known_and_explains_by_number(phone: Phone, database: Database, channel: str) -> None:
    chat = reaches_number(phone(Channel(channel)).says("halo"), **{**DRINK, "papers": "nib, pirt"})
    officer_moves(database, chat, Stage.SUBMITTED)
    chat.says("TANGGA")
    for line in (
        "1 NIB (nomor usaha): sudah ✅",
        "2 Izin edar (P-IRT atau BPOM MD): sudah ✅",
        "3 Halal: Sudah diajukan",
        "4 Merek: belum",
        "5 Pameran: belum diketahui",
    ):
        assert line in chat.text
    chat.says("4")
    assert "*Merek*" in chat.text
    assert "interest" in chat.options


def test_interest_in_a_step_is_counted_once_a_person_in_their_kabupaten(phone: Phone, rows: Rows) -> None:
    chat = placed(phone)
    chat.says("STATUS").taps("ladder").says("MINAT 4")
    assert "Minat pada *Merek* dicatat. ✅ Sudah 1 usaha di Kota Serang" in chat.text
    assert "Sudah 1 usaha" in chat.says("minat 4").text
    other = other_owner(phone)
    assert "Sudah 2 usaha" in other.says("TANGGA", "4").taps("interest").text
    assert rows("SELECT step, count(*) AS n FROM interests GROUP BY step") == [{"step": "brand", "n": 2}]


def test_before_anything_is_told_the_ladder_says_how_to_begin(phone: Phone) -> None:
    assert "*DAFTAR*" in phone().says("halo", "tangga").text


# --- withdrawing ---


@on_both
@on_both_channels
def test_an_owner_withdraws_and_the_place_is_free(phone: Phone, rows: Rows, channel: str) -> None:
    chat = placed(phone, channel).says("MENU", "MUNDUR")
    assert "Yakin mundur dari Fasilitasi Halal Banten 2026?" in chat.text
    chat.taps("no")
    assert "tidak jadi mundur" in chat.text
    assert rows("SELECT taken FROM programmes") == [{"taken": 7001}]
    chat.says("STATUS", "mundur", "ya")
    assert "tercatat mundur" in chat.text
    assert rows("SELECT taken FROM programmes") == [{"taken": 7000}]
    assert rows("SELECT stage FROM applications") == [{"stage": "MENGUNDURKAN_DIRI"}]
    assert rows('SELECT stage_changes."by" AS who FROM stage_changes ORDER BY id DESC LIMIT 1') == [{"who": "owner"}]
    assert "Tidak ada pendaftaran" in chat.says("MUNDUR").text
    assert "Tahap: *Mundur*" in chat.says("STATUS").text


def test_which_of_several_withdraws_is_asked(phone: Phone, rows: Rows) -> None:
    chat = second(placed(phone)).says("MENU", "mengundurkan diri")
    assert "Usaha mana yang mundur?" in chat.text
    chat.taps("Keripik Bu Siti", "yes")
    stages = rows("SELECT number, stage FROM applications ORDER BY id")
    assert [row["stage"] for row in stages] == ["MENGUNDURKAN_DIRI", "DATA_KURANG"]


def test_in_the_middle_of_the_questions_mundur_is_one_step_back(phone: Phone) -> None:
    chat = phone().says("halo").taps("journey", "yes").says("1")
    second_question = chat.asked
    chat.says("mundur")
    assert chat.form == "check"
    assert chat.asked != second_question


# --- the certificate ---


@on_both
@on_both_channels
def test_issued_says_how_to_download_and_asks_until_it_is_received(
    phone: Phone, database: Database, rows: Rows, channel: str
) -> None:
    chat = placed(phone, channel)
    told = officer_moves(database, chat.waits(days=1), Stage.ISSUED, certificate=CERTIFICATE)
    assert told is not None
    for words in (CERTIFICATE, "ptsp.halal.go.id", "Label Halal Indonesia", "Sudah Bapak/Ibu terima?", "SUDAH H1"):
        assert words in told.text
    assert (told.template, told.template_values) == (
        (None, told.template_values)
        if channel == "telegram"
        else ("certificate_issued_v1", ("Keripik Bu Siti", CERTIFICATE, "H1"))
    )
    assert unacknowledged(database) == 1
    chat.says("BELUM H1")
    assert "Petugas membantu mengunduhkan" in chat.text
    assert [t["topic"] for t in rows("SELECT topic FROM tickets")] == ["certificate"]
    assert beat(database, chat.waits(days=13)) == []
    (again,) = beat(database, chat.waits(days=1))
    assert "sudah terbit sejak Rabu, 25 November 2026" in again
    assert "BELUM H1" in again
    chat.says("belum h1")
    assert len(rows("SELECT id FROM tickets")) == 1
    assert len(beat(database, chat.waits(days=15))) == 1
    chat.says("SUDAH H1")
    assert "Selamat, Bapak/Ibu Siti Aminah!" in chat.text
    assert "Label Halal Indonesia" in chat.text
    assert unacknowledged(database) == 0
    assert beat(database, chat.waits(days=30)) == []


def unacknowledged(database: Database) -> int:
    with Session(database.read_engine) as session:
        return certificates.unacknowledged(session)


@pytest.mark.parametrize("option", ["yes", "not_yet", "help"])
def test_each_button_is_answered_also_beside_an_open_form(phone: Phone, database: Database, option: str) -> None:
    chat = placed(phone)
    told = officer_moves(database, chat, Stage.ISSUED, certificate=CERTIFICATE)
    assert told is not None
    chat.says("MENU").taps("journey")
    button = next(b for b in told.buttons if b.data.endswith(option))
    chat.presses(button)
    assert {"yes": "Selamat", "not_yet": "Petugas membantu", "help": "Cara pasang label"}[option] in chat.text
    assert unacknowledged(database) == (0 if option == "yes" else 1)


def test_a_bare_number_is_never_an_answer_to_it(phone: Phone, database: Database) -> None:
    chat = placed(phone).says("MENU")
    officer_moves(database, chat, Stage.ISSUED, certificate=CERTIFICATE)
    chat.says("2")
    assert chat.form == "status"
    assert unacknowledged(database) == 1


def test_after_six_times_an_officer_calls_and_an_answer_still_counts(
    phone: Phone, database: Database, rows: Rows
) -> None:
    chat = placed(phone)
    officer_moves(database, chat, Stage.ISSUED, certificate=CERTIFICATE)
    asked = sum(len(beat(database, chat.waits(days=15))) for _ in range(10))
    assert asked == certificates.MOST - 1
    context = rows("SELECT context FROM tickets WHERE topic = 'certificate'")[0]["context"]
    assert "silent" in str(context)
    assert unacknowledged(database) == 1
    assert "Selamat" in chat.says("SUDAH H1").text
    assert unacknowledged(database) == 0


def test_who_stopped_everything_is_not_asked_and_stays_on_the_list(phone: Phone, database: Database) -> None:
    chat = placed(phone)
    officer_moves(database, chat, Stage.ISSUED, certificate=CERTIFICATE)
    chat.says("BERHENTI")
    assert beat(database, chat.waits(days=15)) == []
    assert unacknowledged(database) == 1
    chat.says("MULAI", "1")
    assert len(beat(database, chat.waits(days=15))) == 1


def test_a_certificate_called_back_is_asked_about_no_more(phone: Phone, database: Database) -> None:
    chat = placed(phone)
    told = officer_moves(database, chat, Stage.ISSUED, certificate=CERTIFICATE)
    officer_moves(database, chat, Stage.FATWA)
    assert told is not None
    chat.presses(told.buttons[0])
    assert "Selamat" not in chat.text
    assert not [text for text in beat(database, chat.waits(days=15)) if "Sudah Bapak/Ibu terima" in text]
    assert unacknowledged(database) == 0


def test_english_is_spoken_to_who_chose_it(phone: Phone, database: Database) -> None:
    chat = placed(phone).says("bahasa").taps("en")
    told = officer_moves(database, chat, Stage.SUBMITTED)
    assert told is not None
    assert "has been submitted to BPJPH" in told.text
    assert "Number: *BTN-2026-000001*" in chat.says("status").text
    assert re.search(r"By: \w+, \d+ December 2026", chat.text)
    assert chat.now < dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
