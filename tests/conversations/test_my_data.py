"""DATA SAYA: what is asked for is done at once, is a row with its 3 x 24 hours, and deletion leaves no trace."""

import datetime as dt
import json

import pytest
import sqlalchemy as sa

from bot.database import Database
from conversation.said import Photo
from models import Business, Channel, Person, Session, Stage, TicketAnswer
from services import media, requests
from tests.conversations import on_both_channels
from tests.conversations.conftest import Phone, Rows
from tests.conversations.data_owner import NIB, asked_for, goodbye_left, moved, placed
from tests.services.people import transaction
from tests.support.owner import reaches_number
from tests.support.traces import traces

# --- see


@on_both_channels
def test_everything_is_shown_and_goes_along_as_a_file(phone: Phone, rows: Rows, channel: str) -> None:
    chat = placed(phone, channel).says("DATA SAYA")
    assert chat.options == ["see", "correct", "withdraw", "delete", "trail", "page"]
    chat.taps("see")
    for words in ("Siti Aminah", "Keripik Bu Siti", "Sawah Luhur", "Cikulur", "1234567890123", "Keripik Balado"):
        assert words in chat.text
    assert chat.bubble is not None
    carried = chat.bubble.extra["document"]
    kept = rows(f"SELECT * FROM files WHERE id = {carried['file']}")[0]
    held = json.loads(kept["content"])
    assert held["businesses"][0]["address"] == "Kp. Cikulur RT 02/RW 03"
    assert held["assessments"][-1]["said"]["owner_name"][1] == "Siti Aminah"
    assert held["applications"][0]["number"] == "BTN-2026-000001"
    assert [c["purpose"] for c in held["consents"]] == ["service"]
    assert "Siti Aminah" in [m["words"] for m in held["messages"]]
    assert "{url}" in carried["linked"]
    assert "24 jam" in carried["linked"]
    assert asked_for(rows) == [("see", None, True)]


def test_the_file_names_every_table_that_holds_something_of_a_person(phone: Phone, database: Database) -> None:
    chat = placed(phone).says("DATA SAYA").taps("see")
    assert chat.bubble is not None
    with transaction(database) as session:
        person_id = session.scalars(sa.select(Person.id)).one()
        from services import portrait

        held = portrait.collect(session, person_id, chat.now)
        session.execute(sa.text("DELETE FROM files"))
    typed = [words for who, words in chat.log if who == "me" and len(words) > 6 and not words.startswith("[")]
    told = json.dumps(held, default=str, ensure_ascii=False).casefold()
    assert {t.split(": ")[1] for t in traces(database, typed)} <= {w for w in typed if w.casefold() in told} | {
        w for w in typed if w.replace(" ", "").lstrip("0") in told
    }


def test_without_consent_there_is_nothing_to_see(phone: Phone, rows: Rows) -> None:
    for word in ("DATA SAYA", "hapus data saya"):
        chat = phone().says("halo", word)
        assert "belum menyimpan data" in chat.text
        assert "7 hari" in chat.text
    assert rows("SELECT * FROM data_requests") == []


def test_the_notice_can_be_read_again(phone: Phone) -> None:
    chat = placed(phone).says("DATA SAYA").taps("page")
    assert "pesan masuk 30 hari" in chat.text


# --- who used it


def test_what_officers_did_is_told(phone: Phone, rows: Rows, database: Database) -> None:
    chat = placed(phone).says("DATA SAYA").taps("trail")
    assert "Belum ada pemakaian" in chat.text
    chat.says("PETUGAS").says("Boleh datang besok?")
    with transaction(database) as session:
        ticket = session.execute(sa.text("SELECT max(id) FROM tickets")).scalar_one()
        session.add(TicketAnswer(ticket_id=ticket, officer="Ibu Dewi", words="Boleh", at=chat.now))
    chat.says("MENU").says("DATA SAYA").taps("trail")
    assert "Ibu Dewi menjawab pertanyaan" in chat.text
    assert asked_for(rows) == [("trail", None, True)] * 2


# --- correct

CORRECTIONS = {
    "owner_name": ("siti maryam", "owner_name", "Siti Maryam"),
    "business_name": ("Keripik Maryam", "name", "Keripik Maryam"),
    "village": ("desa kasunyatan", "village", "kasunyatan"),
    "address": ("Kp. Baru RT 05/RW 06", "address", "Kp. Baru RT 05/RW 06"),
    "phone": ("0813 9999 8888", "phone", "+6281399998888"),
    "nib": ("9876 5432 10987", "nib", "9876543210987"),
    "products": ("Keripik Ubi, Keripik Talas", "products", ["keripik ubi", "keripik talas"]),
}


@pytest.mark.parametrize("field", CORRECTIONS)
def test_a_line_is_corrected_at_once(phone: Phone, rows: Rows, field: str) -> None:
    said, column, kept = CORRECTIONS[field]
    chat = placed(phone).says("DATA SAYA").taps("correct", field).says(said)
    assert "sudah diperbaiki" in chat.text
    with Session(chat.database.read_engine) as session:
        business = session.scalars(sa.select(Business)).one()
    assert str(getattr(business, column)).casefold() == str(kept).casefold()
    assert asked_for(rows) == [("correct", field, True)]
    if field == "nib":
        assert rows("SELECT nib FROM places")[0]["nib"] == kept
    if field in ("owner_name", "phone"):
        assert rows("SELECT name, phone FROM persons")[0]["name" if field == "owner_name" else "phone"] == kept


def test_a_wrong_value_is_refused_as_when_it_was_first_told(phone: Phone, rows: Rows) -> None:
    chat = placed(phone).says("DATA SAYA").taps("correct", "nib").says("123")
    assert "13 angka" in chat.text
    chat.says("lewati")
    assert chat.form == "menu"
    assert rows("SELECT nib FROM businesses")[0]["nib"] == "1234567890123"
    assert asked_for(rows) == []


def test_a_nib_that_was_lacking_brings_the_place(phone: Phone, rows: Rows) -> None:
    chat = reaches_number(phone().says("halo").taps("journey"))
    assert rows("SELECT stage FROM applications")[0]["stage"] == "DATA_KURANG"
    chat.says("DATA SAYA").taps("correct", "nib").says("1234567890123")
    assert rows("SELECT stage FROM applications")[0]["stage"] == "KUOTA_DIBERIKAN"


def test_what_was_handed_in_an_officer_corrects(phone: Phone, rows: Rows, database: Database) -> None:
    chat = placed(phone)
    moved(database, Stage.SUBMITTED)
    chat.says("DATA SAYA").taps("correct", "address").says("Kp. Baru RT 05/RW 06")
    assert "petugas yang mengubah" in chat.text
    assert "D-1" in chat.text
    assert "27 November 2026" in chat.text  # 3 x 24 hours
    assert rows("SELECT address FROM businesses")[0]["address"] == "Kp. Cikulur RT 02/RW 03"
    assert asked_for(rows) == [("correct", "address", False)]
    ticket = rows("SELECT topic, words FROM tickets ORDER BY id DESC")[0]
    assert ticket == {"topic": "data", "words": "Kp. Baru RT 05/RW 06"}


def test_a_nib_of_another_business_is_for_an_officer(phone: Phone, rows: Rows) -> None:
    placed(phone, nib_number="1111222233334")
    chat = phone(address="700000009").says("halo").taps("journey")
    reaches_number(chat, **NIB, owner_name="Yati", business_name="Dodol Bu Yati", phone="0813 1111 2222")
    chat.says("DATA SAYA").taps("correct", "nib").says("1111222233334")
    assert "tercatat pada usaha lain" in chat.text
    assert asked_for(rows) == [("correct", "nib", False)]
    assert {r["nib"] for r in rows("SELECT nib FROM places")} == {"1111222233334", "1234567890123"}


def test_of_several_businesses_one_is_chosen_first(phone: Phone, rows: Rows) -> None:
    chat = placed(phone)
    reaches_number(chat.says("MENU"), **{**NIB, "nib_number": "lewati"}, business_name="Dodol Bu Siti")
    chat.says("DATA SAYA").taps("correct")
    assert "Data usaha yang mana" in chat.text
    chat.says("dodol bu siti").taps("address").says("Kp. Lain RT 09/RW 01")
    assert [r["address"] for r in rows("SELECT address FROM businesses ORDER BY id")] == [
        "Kp. Cikulur RT 02/RW 03",
        "Kp. Lain RT 09/RW 01",
    ]


# --- withdraw


def test_announcements_are_withdrawn_with_proof(phone: Phone, rows: Rows) -> None:
    chat = placed(phone).taps("menu").taps("yes")
    assert rows("SELECT given FROM consents WHERE purpose='announcements'")[0]["given"]
    chat.says("DATA SAYA").taps("withdraw")
    assert chat.options == ["announcements", "service"]
    chat.taps("announcements")
    assert "pengumuman" in chat.text
    last = rows("SELECT * FROM consents ORDER BY id DESC")[0]
    assert (last["purpose"], bool(last["given"]), len(last["text_hash"])) == ("announcements", False, 64)
    assert asked_for(rows) == [("withdraw", "announcements", True)]
    chat.says("DATA SAYA").taps("withdraw")
    assert chat.options == ["service"]


def test_the_service_is_withdrawn_after_asking_once_more(phone: Phone, rows: Rows, database: Database) -> None:
    chat = placed(phone).says("DATA SAYA").taps("withdraw", "service")
    assert "dihapus" in chat.text
    chat.taps("no")
    assert asked_for(rows) == []
    chat.says("DATA SAYA").taps("withdraw", "service", "yes")
    assert "Pendampingan berhenti" in chat.text
    assert rows("SELECT stage FROM applications")[0]["stage"] == "MENGUNDURKAN_DIRI"
    assert rows("SELECT taken FROM programmes")[0]["taken"] == 7_000
    assert goodbye_left(database, chat) == 1
    assert asked_for(rows) == [("withdraw", "service", True)]


# --- the clock


def test_an_open_request_is_late_after_three_days_and_not_doubled(phone: Phone, rows: Rows, database: Database) -> None:
    chat = placed(phone)
    moved(database, Stage.SUBMITTED)
    for _ in range(2):
        chat.says("DATA SAYA").taps("correct", "address").says("Kp. Baru RT 05/RW 06")
    assert asked_for(rows) == [("correct", "address", False)]
    with transaction(database) as session:
        assert requests.overdue(session, chat.now + dt.timedelta(hours=72)) == 0
        assert requests.overdue(session, chat.now + dt.timedelta(hours=72, seconds=1)) == 1


def test_a_photo_nobody_asked_for_is_only_kept_until_its_platform_forgets_it(
    phone: Phone, rows: Rows, database: Database
) -> None:
    chat = placed(phone, "whatsapp").says("MENU").shares(Photo("https://api.twilio.com/Media/ME1"))
    assert "foto" in chat.text.lower()
    kept = rows("SELECT ref, content, tries, cleared_at FROM media")
    assert kept == [{"ref": "https://api.twilio.com/Media/ME1", "content": None, "tries": 5, "cleared_at": None}]
    with transaction(database) as session:
        assert media.unfetched(session) == []
        [(media_id, channel, _)] = media.uncleared(session)
        assert channel is Channel.WHATSAPP
        media.cleared(session, media_id, chat.now)
    assert rows("SELECT * FROM media") == []
