"""Asking for a human: hours, silence, the answer on the person's channel, being late, closing, phoning."""

import datetime as dt
import json
from dataclasses import replace

import sqlalchemy as sa

from bot.database import Database
from conversation.said import Contact, Other, Photo, Tap, Text
from models import Channel, Conversation, Session
from services import answers, lateness, tickets
from services.answers import Way
from tests.conversations import on_both, on_both_channels
from tests.conversations.conftest import Phone, Rows
from tests.services.people import DEWI
from tests.support.chat import Chat
from tests.support.office import OFFICE, on_holiday
from texts.bubble import Bubble

ASKED = "Kapan pendamping datang ke tempat saya?"


def known(chat: Chat) -> Chat:
    """Somebody who has agreed to be kept, with a form laid aside; the menu is on the table."""
    return chat.says("halo").taps("journey", "yes").says("1", "MENU")


def asks(chat: Chat, words: str = ASKED) -> Chat:
    return chat.says("petugas", words)


def answered(chat: Chat, words: str = "Kamis pagi, Bu.", ticket: int = 1) -> Way:
    with chat.database.write() as connection, Session(connection, join_transaction_mode="create_savepoint") as session:
        way = answers.answer(session, DEWI, ticket, words=words, texts=chat.texts, now=chat.now)
        session.commit()
    return way


def closed(chat: Chat, ticket: int = 1) -> None:
    with chat.database.write() as connection, Session(connection, join_transaction_mode="create_savepoint") as session:
        answers.close(session, DEWI, ticket, texts=chat.texts, now=chat.now)
        session.commit()


def late(chat: Chat) -> int:
    with chat.database.write() as connection, Session(connection, join_transaction_mode="create_savepoint") as session:
        count = lateness.sweep(session, chat.texts, OFFICE, chat.now)
        session.commit()
    return count


def notices(rows: Rows, because: str) -> list[Bubble]:
    """What went into the outbox for a reason that begins so, oldest first."""
    found = rows(f"SELECT bubble FROM deliveries WHERE because LIKE '{because}%' ORDER BY id")
    return [Bubble.from_json(b if isinstance(b := row["bubble"], dict) else json.loads(b)) for row in found]


# --- asking ---


@on_both_channels
def test_a_question_is_a_ticket_with_its_hours_and_the_bot_is_quiet(phone: Phone, rows: Rows, channel: str) -> None:
    chat = asks(known(phone(Channel(channel))))
    assert "T-1" in chat.text
    assert "Rabu, 25 November 2026, 16.00 WIB" in chat.text
    assert "08.00–16.00" in chat.text
    assert "LANJUT" in chat.text  # the form that was laid aside
    assert chat.form is None
    chat.says("Saya di Baros")
    assert chat.text == "Ditambahkan ke T-1. ✅"
    chat.says("halo?")
    assert "Ditambahkan" in chat.text
    chat.shares(Other("voice"))
    assert chat.options == []  # no menu comes in between
    assert rows("SELECT words FROM tickets")[0]["words"] == f"{ASKED}\nSaya di Baros\nhalo?"


def test_menu_wakes_the_bot_and_the_question_stays(phone: Phone) -> None:
    chat = asks(known(phone())).says("MENU")
    assert "T-1 tetap dijawab petugas" in chat.text
    assert "status" in chat.options
    chat.says("xyzzy")
    assert "belum mengerti" in chat.text


def test_what_was_being_done_stands_in_the_ticket(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo").taps("journey", "yes")
    assert chat.asked == "for_whom"
    chat.says("xx", "yy", "zz").taps("officer").says(ASKED)
    context = rows("SELECT context FROM tickets")[0]["context"]
    assert "for_whom" in str(context)


def test_closed_now_is_said(phone: Phone) -> None:
    chat = known(phone()).waits(hours=8).says("petugas")  # 20.00 WIB
    assert "Kantor sedang tutup" in chat.text
    holiday = phone(address="7", office=replace(OFFICE, calendar=on_holiday(dt.date(2026, 11, 24))))
    known(holiday).says("petugas")
    assert "Kantor libur (Hari Jadi Kantor) dan buka lagi Rabu, 25 November 2026" in holiday.text


def test_photos_for_an_open_question_are_kept(phone: Phone, rows: Rows) -> None:
    chat = known(phone())
    chat.shares(Photo("ref-0"))
    assert rows("SELECT * FROM media WHERE mime <> ''") == []
    asks(chat).shares(Photo("ref-1", caption="ini NIB saya"))
    assert "Foto diterima untuk T-1" in chat.text
    assert [row["ref"] for row in rows("SELECT ref FROM media WHERE mime <> ''")] == ["ref-1"]
    assert "ini NIB saya" in rows("SELECT words FROM tickets")[0]["words"]


def test_without_consent_agreeing_comes_first_and_no_keeps_nothing(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo", "petugas")
    assert chat.asked == "agree"
    chat.taps("no")
    assert rows("SELECT * FROM tickets") == []
    chat.says("petugas").taps("yes").says(ASKED)
    assert rows("SELECT person_id, words FROM tickets") == [{"person_id": None, "words": ASKED}]
    assert answered(chat) is Way.SENT


# --- the answer ---


@on_both_channels
@on_both
def test_an_answer_goes_out_and_a_reply_goes_to_the_ticket(phone: Phone, rows: Rows, channel: str) -> None:
    chat = asks(known(phone(Channel(channel)))).waits(hours=2)
    assert answered(chat) is Way.SENT
    bubble = notices(rows, "ticket:1")[0]
    assert "Jawaban petugas (Ibu Dewi) untuk T-1:\n\nKamis pagi, Bu." in bubble.text
    assert bubble.template is None
    chat.waits(hours=1).says("Jam berapa ya bu")
    assert "Petugas menjawab lagi paling lambat *Rabu, 25 November 2026, 16.00 WIB*" in chat.text
    assert len(notices(rows, "ticket:1")) == 1  # it had gone out (or will): it is not sent again
    assert answered(chat, "Jam sembilan") is Way.SENT
    chat.says("terima kasih")
    assert "T-1" not in chat.text
    chat.waits(hours=25).says("jam sebelas")
    assert "Ditambahkan" not in chat.text  # after a day the bot speaks again


def test_a_reply_with_the_menu_open_goes_to_the_ticket_too(phone: Phone) -> None:
    chat = asks(known(phone())).says("MENU")
    answered(chat)
    chat.says("baik, di rumah saya ya?")
    assert "Ditambahkan ke T-1" in chat.text


def test_outside_the_window_the_template_goes_and_the_answer_waits(phone: Phone, rows: Rows) -> None:
    chat = asks(known(phone(Channel.WHATSAPP))).waits(hours=30)
    assert answered(chat) is Way.HELD
    bubble = notices(rows, "ticket:1")[0]
    assert (bubble.template, bubble.template_values) == ("officer_answer_v1", ("yang bertanya", "T-1"))
    assert "Kamis pagi" not in bubble.text
    chat.hears(Text("Baca jawaban"))
    assert chat.received.reply is None  # the answer itself is the reply
    assert "Kamis pagi, Bu." in notices(rows, "ticket:1")[1].text
    chat.says("baik bu, saya tunggu")
    assert "Ditambahkan ke T-1" in chat.text
    assert len(notices(rows, "ticket:1")) == 2


def test_an_answer_that_could_not_be_sent_goes_out_when_the_person_writes(
    phone: Phone, rows: Rows, database: Database
) -> None:
    chat = asks(known(phone()))
    answered(chat)
    with database.write() as connection:
        connection.execute(sa.text("UPDATE deliveries SET state = 'skipped' WHERE because = 'ticket:1'"))
    chat.says("STATUS")
    assert len(notices(rows, "ticket:1")) == 2
    chat.says("STATUS")
    assert len(notices(rows, "ticket:1")) == 2


def test_after_berhenti_an_answer_waits_unless_it_was_asked_for_afterwards(phone: Phone) -> None:
    chat = asks(known(phone())).says("BERHENTI").taps("everything")
    assert answered(chat) is Way.SILENT
    chat.says("petugas", "Satu lagi, bu: berapa lama?")
    assert answered(chat, ticket=2) is Way.SENT


def test_read_the_answer_with_nothing_to_read(phone: Phone) -> None:
    chat = known(phone()).says("baca jawaban")
    assert "Tidak ada pertanyaan" in chat.text
    asks(chat).says("masih menunggu")
    assert "Jawaban paling lambat" in chat.text
    chat.says("sudah selesai")
    assert "Terima kasih" in chat.text
    assert chat.row.quiet_until is None


# --- late ---


@on_both
def test_past_the_promise_the_person_is_told_once_and_promised_anew(phone: Phone, rows: Rows) -> None:
    chat = asks(known(phone(Channel.WHATSAPP))).waits(hours=24)
    assert late(chat) == 0
    chat.waits(hours=4, minutes=1)  # 16.01 the next day
    assert late(chat) == 1
    assert late(chat) == 0
    [told] = notices(rows, "ticket_late")
    assert "belum dijawab sesuai janji (Rabu, 25 November 2026)" in told.text
    assert "Janji baru: *Kamis, 26 November 2026, 16.00 WIB*" in told.text
    assert told.template == "officer_late_v1"
    assert told.template_values == ("T-1", "Kamis, 26 November 2026, 16.00 WIB", OFFICE.phone)
    with Session(chat.database.read_engine) as session:
        assert tickets.overdue(session, chat.now) == 1
    chat.says("Bagaimana bu?")
    assert "Ditambahkan" in chat.text  # the bot is still quiet
    chat.waits(hours=24)
    assert late(chat) == 1  # the new promise was broken as well
    assert answered(chat) is Way.HELD or answered(chat) is Way.SENT
    chat.waits(hours=24)
    assert late(chat) == 0


def test_nobody_is_told_by_night(phone: Phone) -> None:
    chat = asks(known(phone())).waits(hours=33)  # 21.00 the next day
    assert late(chat) == 0
    chat.waits(hours=11)
    assert late(chat) == 1


# --- closing ---


@on_both_channels
def test_a_closed_question_is_asked_about_and_no_opens_it(phone: Phone, rows: Rows, channel: str) -> None:
    chat = asks(known(phone(Channel(channel))))
    answered(chat)
    closed(chat)
    asked = notices(rows, "ticket_closed")[0]
    yes, no = asked.buttons
    assert (yes.data, no.data) == ("ticket|1|yes", "ticket|1|no")
    chat.presses(no)
    assert "T-1 dibuka lagi. Jawaban paling lambat Rabu" in chat.text
    assert rows("SELECT closed_at FROM tickets") == [{"closed_at": None}]
    closed(chat)
    chat.says("belum t-1")
    assert "dibuka lagi" in chat.text
    chat.says("SUDAH T-1")
    assert "Terima kasih" in chat.text
    assert rows("SELECT closed_by FROM tickets") == [{"closed_by": "owner"}]


def test_nobody_answers_for_anothers_ticket(phone: Phone, rows: Rows) -> None:
    asks(known(phone()))
    other = phone(address="700000002").says("halo")
    other.hears(Tap("ticket", "1", "yes"))
    other.says("SUDAH T-1")
    assert rows("SELECT closed_at FROM tickets") == [{"closed_at": None}]


# --- phoning ---


def test_call_me_on_whatsapp_uses_the_number_we_have(phone: Phone, rows: Rows) -> None:
    chat = known(phone(Channel.WHATSAPP)).says("telepon saya")
    assert "0812-0000-0001" in chat.text
    assert OFFICE.phone in chat.text
    assert rows("SELECT topic, words FROM tickets") == [{"topic": "call", "words": "+6281200000001"}]


def test_call_me_on_telegram_asks_for_a_number(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo", "telepon").taps("yes")
    assert chat.asked == "phone"
    chat.says("12").says("0812 3456 7890")
    assert "0812-3456-7890" in chat.text
    other = known(phone(address="8")).says("TELEPON")
    other.shares(Contact("+6281234567891", own=True))
    assert "0812-3456-7891" in other.text
    assert [row["topic"] for row in rows("SELECT topic FROM tickets")] == ["call", "call"]


def test_call_me_within_the_question_to_an_officer(phone: Phone) -> None:
    chat = known(phone(Channel.WHATSAPP)).says("petugas", "TELEPON")
    assert "petugas menelepon nomor 0812-0000-0001" in chat.text


def test_a_chat_without_silence_costs_nothing(database: Database, phone: Phone) -> None:
    chat = known(phone())
    with Session(database.read_engine) as session:
        row = session.scalars(sa.select(Conversation)).one()
    assert (row.answer_waits, row.quiet_until) == (False, None)
    assert chat.form == "menu"
