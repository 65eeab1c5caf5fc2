"""The review, the number and what follows it: status, extra answers, several businesses, a full programme, phones."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from conversation.said import Contact, Photo, Text
from models import Channel
from services import programme_changes, programme_making
from tests.conversations import on_both, on_both_channels
from tests.conversations.conftest import Phone, Rows
from tests.services.people import DEWI, transaction
from tests.support.chat import Chat
from tests.support.office import OFFICE, open_programme
from tests.support.owner import reaches_number, reaches_result, until

UNMARKED = {"ingredients": "2", "ingredients_which": "mentega curah, bumbu balado"}
WITH_NIB = {"papers": "nib", "nib_number": "1234567890123"}


def hello(phone: Phone, channel: Channel = Channel.TELEGRAM, **more: str) -> Chat:
    """Somebody at the consent."""
    return phone(channel, **more).says("halo").taps("journey")


def result_of(rows: Rows) -> dict[str, list[str]]:
    """The newest assessment's result."""
    kept = rows("SELECT result FROM assessments ORDER BY id DESC LIMIT 1")[0]["result"]
    return dict(json.loads(kept) if isinstance(kept, str) else kept)


# --- the review ---


@pytest.mark.parametrize(
    ("line", "asked", "answer", "shown"),
    [
        (1, ["owner_name"], ["Ujang Suryana"], "1 Pemilik: Ujang Suryana"),
        (2, ["business_name"], ["Opak Ujang"], "2 Usaha: Opak Ujang"),
        (
            3,
            ["regency", "district", "village"],
            ["cilegon", "jombang", "Masigit"],
            "3 Tempat: Masigit, Jombang, Kota Cilegon",
        ),
        (4, ["address"], ["Jl. Merdeka 10"], "4 Alamat: Jl. Merdeka 10"),
        (5, ["phone"], ["081298765432"], "5 WhatsApp: 0812-9876-5432"),
        (6, ["nib_number", "scale"], ["9876543210987", "1"], "6 NIB: 9876543210987"),
        (7, ["products"], ["Opak"], "7 Produk: Opak"),
    ],
)
def test_a_number_changes_that_line_only(
    phone: Phone, line: int, asked: list[str], answer: list[str], shown: str
) -> None:
    chat = at_review(phone)
    before = chat.text.split("\n")
    chat.says(str(line))
    for question, said in zip(asked, answer, strict=True):
        assert chat.asked == question
        chat.says(said)
    assert chat.asked == "review"
    after = chat.text.split("\n")
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [shown]


def at_review(phone: Phone, **more: str) -> Chat:
    """Everything filled in, at the review."""
    chat = reaches_result(hello(phone), **WITH_NIB, **more).taps("register")
    return until(chat, lambda: chat.asked == "review", **WITH_NIB, **more)


def test_line_eight_changes_one_answer_of_the_check(phone: Phone, rows: Rows) -> None:
    chat = at_review(phone).says("8")
    assert "Jawaban cek awal" in chat.text
    assert "Ketik angka yang mau diubah" in chat.text
    chat.says("SELESAI")
    assert chat.asked == "review"
    chat.says("8").says("4")
    assert chat.asked == "product"
    chat.says("kopi")
    assert chat.asked == "review"
    chat.says("benar")
    assert rows("SELECT product_kind FROM businesses") == [{"product_kind": "drink"}]


def test_line_eight_may_open_a_branch_and_may_end_the_check(phone: Phone, rows: Rows) -> None:
    chat = at_review(phone).says("8").says("5")
    assert chat.asked == "avoid"
    chat.says("rum")
    assert chat.asked == "replaceable"
    chat.says("tidak bisa")
    assert chat.form == "result"
    assert result_of(rows)["ended"] == "TIDAK_BISA_HALAL"
    assert rows("SELECT * FROM applications") == []


def test_something_is_wrong_asks_which(phone: Phone) -> None:
    chat = at_review(phone).taps("edit")
    assert "Baris nomor berapa" in chat.text
    chat.says("4", "Jl. Merdeka 10", "salah")
    assert "Baris nomor berapa" in chat.text
    chat.says("KEMBALI")
    assert chat.asked == "address"


# --- status, the extra answers ---


def test_status_shows_number_stage_what_comes_and_by_when(phone: Phone) -> None:
    chat = reaches_number(hello(phone)).says("STATUS")
    for words in ("Keripik Bu Siti", "BTN-2026-000001", "pendampingan BPTSI", "Berikutnya", "Paling lambat", "2026"):
        assert words in chat.text
    again = chat.taps("no").says("MENU", "STATUS")
    assert "BTN-2026-000001" in again.text
    assert again.form == "status"


@on_both
def test_the_four_extra_answers_and_a_photo_that_becomes_a_row(phone: Phone, rows: Rows) -> None:
    chat = reaches_number(hello(phone)).taps("menu", "no", "yes").says("Renyah Banten", "3", "KeripikBuSiti@Gmail.com")
    assert chat.asked == "photo"
    chat.shares(Photo("file-1"))
    assert "Lengkap sudah" in chat.text
    kept = rows("SELECT brand, workers, email FROM businesses")[0]
    assert dict(kept) == {"brand": "Renyah Banten", "workers": 3, "email": "keripikbusiti@gmail.com"}
    assert [m["ref"] for m in rows("SELECT ref FROM media")] == ["file-1"]


def test_every_extra_answer_may_be_skipped(phone: Phone, rows: Rows) -> None:
    chat = reaches_number(hello(phone)).taps("menu", "no", "yes").says("lewati", "LEWATI", "nanti")
    chat.taps("!skip")
    assert "Lengkap sudah" in chat.text
    assert rows("SELECT brand, workers, email FROM businesses") == [{"brand": None, "workers": None, "email": None}]
    assert rows("SELECT * FROM media") == []


@pytest.mark.parametrize("thing", [Photo("big", size=50_000_000), Text("foto"), Contact("+62811", True)])
def test_what_is_no_photo_is_asked_for_again(phone: Phone, thing: Photo) -> None:
    chat = reaches_number(hello(phone)).taps("menu", "no", "yes").says("lewati", "lewati", "lewati")
    chat.hears(thing)
    assert chat.asked == "photo"
    assert not chat.received.failed


# --- several businesses, the same NIB, a full programme ---


@on_both
def test_a_second_business_on_the_same_phone_is_its_own_record(phone: Phone, rows: Rows) -> None:
    chat = reaches_number(hello(phone, Channel.WHATSAPP), **WITH_NIB)
    chat.says("DAFTAR")
    reaches_number(chat, papers="nib", nib_number="9876543210987", business_name="Bolu Bu Siti", products="Bolu Pisang")
    assert [b["name"] for b in rows("SELECT name FROM businesses ORDER BY id")] == ["Keripik Bu Siti", "Bolu Bu Siti"]
    assert len(rows("SELECT * FROM places")) == 2
    chat.says("STATUS")
    assert "Keripik Bu Siti" in chat.text
    assert "Bolu Bu Siti" in chat.text


@on_both
def test_the_same_nib_from_another_phone_is_for_an_officer_and_never_refused(phone: Phone, rows: Rows) -> None:
    reaches_number(hello(phone), **WITH_NIB)
    other = phone(address="700000002").says("halo").taps("journey")
    reaches_number(other, **WITH_NIB, business_name="Opak Jaya", owner_name="Neng", phone="081298765432",
                   address="Jl. Raya Pandeglang 12")  # fmt: skip
    assert "BTN-2026-000002" in other.text
    assert "NIB ini sudah tercatat pada usaha lain" in other.text
    assert [a["stage"] for a in rows("SELECT stage FROM applications ORDER BY id")] == ["KUOTA_DIBERIKAN", "SKRINING"]
    assert len(rows("SELECT * FROM places")) == 1
    assert "nib" in [d["because"] for d in rows("SELECT because FROM likely_doubles")]


def test_registering_the_same_business_again_gives_the_number_it_has(phone: Phone, rows: Rows) -> None:
    chat = reaches_number(hello(phone), **WITH_NIB).says("DAFTAR")
    reaches_number(chat, **WITH_NIB)
    assert "sudah punya nomor: *BTN-2026-000001*" in chat.text
    assert len(rows("SELECT * FROM applications")) == 1


@on_both
@on_both_channels
def test_a_full_programme_is_a_waiting_list_with_a_position(phone: Phone, rows: Rows, channel: str) -> None:
    chat = hello(phone, Channel(channel))
    open_programme(chat.database, quota=7_001)
    reaches_number(chat, **WITH_NIB)
    assert "sudah dapat tempat" in chat.text
    for n in (1, 2):
        address = f"whatsapp:+628139999000{n}" if channel == "whatsapp" else f"80000000{n}"
        other = phone(Channel(channel), address=address)
        open_programme(chat.database, quota=7_001)
        other.says("halo").taps("journey")
        reaches_number(other, papers="nib", nib_number=f"555555555555{n}", business_name=f"Opak {n}",
                       owner_name="Neng", phone=f"08139999000{n}", address=f"Jl. Raya Anyer {n}00")  # fmt: skip
        assert "sedang penuh" in other.text
        assert f"daftar tunggu nomor {n}" in other.text
        other.says("STATUS")
        assert f"nomor *{n}* dari" in other.text
    assert rows("SELECT taken FROM programmes") == [{"taken": 7001}]


def test_a_full_kabupaten_waits_while_another_goes_on(phone: Phone, rows: Rows) -> None:
    chat = hello(phone)
    open_programme(chat.database, {"36.73": 0})
    reaches_number(chat, **WITH_NIB)
    assert "untuk Kota Serang *sedang penuh*" in chat.text
    other = phone(address="700000002").says("halo").taps("journey")
    open_programme(chat.database, {"36.73": 0})
    cilegon = {"regency": "cilegon", "district": "jombang", "address": "Jl. Raya Anyer 100", "phone": "081399990001"}
    reaches_number(other, papers="nib", nib_number="5555555555555", business_name="Opak", owner_name="Neng", **cilegon)
    assert "sudah dapat tempat" in other.text


def test_a_programme_that_staff_have_made_receives_from_its_first_day(phone: Phone, rows: Rows) -> None:
    chat = hello(phone)
    with transaction(chat.database) as session:
        last = programme_changes.seen(session, DEWI, OFFICE.programme, chat.now).now
        wanted = replace(last, name="Halal 2027", opens_at=chat.now - dt.timedelta(days=1))
        told = {"office": OFFICE, "now": chat.now}
        seen = programme_making.foreseen(session, DEWI, "BANTEN-2027", wanted, **told).seen
        programme_making.create(session, DEWI, "BANTEN-2027", wanted, seen, now=chat.now)
    reaches_number(chat, **WITH_NIB)
    assert "Halal 2027" in chat.text
    assert rows("SELECT code, taken FROM programmes ORDER BY id")[1] == {"code": "BANTEN-2027", "taken": 1}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"closes_at": dt.datetime(2026, 11, 1, tzinfo=dt.UTC)}, "sudah ditutup"),
        ({"opens_at": dt.datetime(2026, 12, 1, tzinfo=dt.UTC)}, "dibuka"),
    ],
)
def test_a_programme_that_is_closed_or_not_open_yet(phone: Phone, changes: dict[str, dt.datetime], words: str) -> None:
    chat = hello(phone)
    open_programme(chat.database, **changes)
    reaches_number(chat, **WITH_NIB)
    assert words in chat.text
    assert chat.says("STATUS").text.count("BTN-2026-000001") == 1


# --- phones ---


def test_a_whatsapp_sender_without_a_phone_number_is_asked_for_one(phone: Phone, rows: Rows) -> None:
    chat = phone(Channel.WHATSAPP, address="whatsapp:ID.abcdef0123456789").says("halo").taps("journey")
    reaches_number(chat)
    assert rows("SELECT phone FROM businesses") == [{"phone": "+6281234567890"}]


def test_on_telegram_ones_own_card_is_the_number(phone: Phone, rows: Rows) -> None:
    chat = reaches_result(hello(phone)).taps("register")
    until(chat, lambda: chat.asked == "phone")
    chat.shares(Contact("+6281999990000", False))
    assert "nomor orang lain" in chat.text
    assert chat.asked == "phone"
    chat.shares(Contact("+6281999990000", True))
    reaches_number(chat)
    assert rows("SELECT phone FROM businesses") == [{"phone": "+6281999990000"}]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("(0254) 123456", "telepon rumah"),
        ("+1 415 555 0100", "nomor Indonesia"),
        ("12345", "belum pas"),
        ("abc", "belum pas"),
    ],
)
def test_a_number_that_cannot_be_used_says_why(phone: Phone, typed: str, words: str) -> None:
    chat = reaches_result(hello(phone)).taps("register")
    until(chat, lambda: chat.asked == "phone")
    chat.says(typed)
    assert words in chat.text
    assert chat.asked == "phone"


@pytest.mark.parametrize(
    ("typed", "words"),
    [("123", "yang tadi 3 angka"), ("3201 0123 4567 8901", "*NIK*"), ("tidak ada", "Ketik *LEWATI*")],
)
def test_a_nib_that_is_none(phone: Phone, typed: str, words: str) -> None:
    chat = reaches_result(hello(phone), **WITH_NIB).taps("register")
    until(chat, lambda: chat.asked == "nib_number")
    chat.says(typed)
    assert words in chat.text
    assert chat.asked == "nib_number"
    chat.says("LEWATI")
    assert chat.asked == "products"


# --- rights over one's data ---


def test_what_is_kept_can_be_seen_and_asked_to_be_changed(phone: Phone, rows: Rows) -> None:
    chat = reaches_number(hello(phone)).says("DATA SAYA")
    assert "3 × 24 jam" in chat.text
    chat.taps("see")
    assert "Siti Aminah" in chat.text
    assert "Izin yang berlaku" in chat.text
    for what, form in (("correct", "correct"), ("withdraw", "withdraw_consent"), ("delete", "delete")):
        chat.says("DATA SAYA").taps(what)
        assert chat.form == form
    chat.says("MENU", "DATA SAYA").taps("page")
    assert "Pemberitahuan data pribadi" in chat.text
    chat.says("hapus data saya")
    assert chat.form == "delete"  # asked before anything is lost: tests/conversations/test_my_data.py
    assert len(rows("SELECT * FROM businesses")) == 1


def test_reporting_needs_no_name_and_no_consent(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo", "LAPOR", "Ada yang minta uang di Baros")
    assert "Laporan *T-1*" in chat.text
    assert rows("SELECT topic, conversation_id, person_id FROM tickets") == [
        {"topic": "report", "conversation_id": None, "person_id": None}
    ]
