"""The first message: who we are, what we never ask for, and the menu, before anybody has agreed to anything."""

import pytest

from conversation.said import Contact, Location, Other, Photo, Reach, Tap, Text
from models import Channel
from tests.conversations import on_both_channels
from tests.conversations.conftest import Phone, Rows

SERVICES = ["journey", "status", "events", "questions", "officer", "my_data", "language"]
CORNERS = [
    "",
    " ",
    ".",
    "🙏",
    "👍👍👍",
    "x" * 10_000,
    "مرحبا بك",
    "<b>tebal</b> & <i>",
    "{name} {curly}",
    "*_~`",
    "%s %d",
    "\u202e abc",
]


@on_both_channels
@pytest.mark.parametrize("word", ["halo", "p", "assalamualaikum", "ass wr wb", "punten", "apa saja", "MENU", "tolong"])
def test_the_welcome_names_the_office_and_shows_the_menu_at_once(phone: Phone, channel: str, word: str) -> None:
    chat = phone(Channel(channel)).says(word)
    assert "UPTD BPTSI" in chat.text
    assert "Provinsi Banten" in chat.text
    assert all(never in chat.text for never in ("tidak pernah", "OTP", "kata sandi", "NIK", "uang"))
    assert chat.options == SERVICES


def test_pressing_start_is_a_first_message(phone: Phone) -> None:
    chat = phone().starts()
    assert "Selamat datang" in chat.text
    assert chat.options == SERVICES


@pytest.mark.parametrize(
    "thing", [Photo("x"), Contact("+62811", True), Location(-6, 106), Other("voice"), Other("sticker")]
)
def test_whatever_comes_first_is_welcomed(phone: Phone, thing: Photo) -> None:
    chat = phone().shares(thing)
    assert chat.options == SERVICES
    assert "UPTD BPTSI" in chat.text


@pytest.mark.parametrize("word", CORNERS)
def test_strange_first_words_are_welcomed(phone: Phone, word: str) -> None:
    chat = phone()
    chat.hears(Text(word))
    assert not chat.received.failed
    assert chat.options == SERVICES


def test_the_phones_language_only_suggests(phone: Phone) -> None:
    english = phone(hint="en-GB").says("hi")
    assert "Selamat datang" in english.text
    assert "Type *ENGLISH*" in english.text
    assert "ENGLISH" not in phone(address="700000002", hint="id").says("hi").text
    assert english.says("english").text.startswith("All right, English from now on")
    assert english.options == SERVICES


def test_the_language_changes_under_an_open_question(phone: Phone) -> None:
    chat = phone().starts("daftar")
    assert "Are you *18 or older*" in chat.says("English").text
    assert "umur *18 tahun" in chat.says("bahasa Indonesia").text
    chat.says("ya", "1", "kota serang", "english")
    assert "Which kecamatan" in chat.text
    assert "saved at question" not in chat.text


def test_what_is_typed_before_consent_is_not_said_back(phone: Phone) -> None:
    text = phone().starts("petugas").says("kapan jadinya").text
    assert "jawaban itu belum saya temukan" in text
    assert "…" not in text


@pytest.mark.parametrize(
    ("payload", "form"),
    [
        ("daftar", "consent_service"),
        ("DAFTAR", "consent_service"),
        ("register", "consent_service"),
        ("cek", "consent_service"),
        ("petugas", "officer"),
        ("lapor", "report"),
        ("tanya", "questions"),
        ("status", "menu"),
        ("acara", "menu"),
    ],
)
def test_a_deep_link_leads_where_it_says_and_still_says_who_we_are(phone: Phone, payload: str, form: str) -> None:
    chat = phone().starts(payload)
    assert chat.form == form
    assert "UPTD BPTSI" in chat.text
    assert "tidak pernah" in chat.text


@pytest.mark.parametrize("word", ["DAFTAR", "daftar halal", "STATUS", "PETUGAS", "LAPOR", "TANYA", "ACARA"])
def test_a_printed_word_opens_the_chat_where_it_says(phone: Phone, word: str) -> None:
    chat = phone(Channel.WHATSAPP).says(word)
    assert "UPTD BPTSI" in chat.text
    assert "Selamat datang" not in chat.text
    assert chat.form in ("consent_service", "menu", "officer", "report", "questions")


def test_an_unknown_link_is_said_to_be_stale_and_the_menu_comes(phone: Phone) -> None:
    chat = phone().starts("promo2019")
    assert "tidak berlaku" in chat.text
    assert "UPTD BPTSI" in chat.text
    assert chat.options == SERVICES
    again = chat.starts("promo2019")
    assert "tidak berlaku" in again.text
    assert again.options == SERVICES


def test_information_needs_no_consent(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo").taps("questions")
    for page in ("process", "documents", "cost", "how_long", "scams", "genuine"):
        chat.taps(page)
        assert chat.form == "questions"
    chat.taps("permits")
    assert chat.asked == "permits"
    chat.taps(chat.options[0])
    chat.says("MENU").taps("status")
    assert "belum punya nomor" in chat.text
    chat.taps("events")
    chat.taps("my_data")
    assert "belum menyimpan data" in chat.text
    assert rows("SELECT * FROM persons") == []
    assert rows("SELECT * FROM consents") == []


def test_fees_are_not_said_before_the_office_has_confirmed_them(phone: Phone) -> None:
    chat = phone().says("halo").taps("questions", "cost")
    assert "Rp" not in chat.text


def test_a_group_is_asked_to_write_alone(phone: Phone, rows: Rows) -> None:
    chat = phone(address="-100123").shares(Other("group"))
    assert "bukan di grup" in chat.text
    assert not chat.bubble.buttons if chat.bubble else False
    assert rows("SELECT form FROM conversations") == [{"form": None}]


def test_blocking_and_coming_back_are_noted_and_not_answered(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo")
    before = len(chat.bubbles)
    chat.hears(Reach(False))
    assert rows("SELECT reachable FROM conversations") == [{"reachable": "blocked"}]
    chat.hears(Reach(True))
    assert rows("SELECT reachable FROM conversations") == [{"reachable": "yes"}]
    assert len(chat.bubbles) == before


def test_a_button_of_a_chat_we_do_not_know(phone: Phone) -> None:
    chat = phone()
    chat.hears(Tap("gone", "district", "36.73.01", "Serang"))
    assert chat.options == SERVICES
    chat.says("MENU")
    chat.hears(Tap("gone", "district", "36.73.01", "Serang"))
    assert "isian yang lama" in chat.text or "sudah dijawab" in chat.text


def test_the_same_event_twice_is_answered_once(phone: Phone, rows: Rows) -> None:
    chat = phone()
    chat.hears(Text("halo"), "event-1")
    assert chat.hears(Text("halo"), "event-1").seen_before
    assert rows("SELECT count(*) AS n FROM deliveries")[0]["n"] == 1


def test_what_is_not_understood_three_times_is_offered_an_officer(phone: Phone) -> None:
    chat = phone().says("halo", "qwerty")
    assert "belum mengerti" in chat.text
    chat.says("zxcvb")
    assert "satu kata saja" in chat.text
    chat.says("poiuy")
    assert chat.options == ["officer", "menu"]
    chat.taps("menu")
    assert chat.options == SERVICES
    chat.says("qwerty", "zxcvb", "poiuy").taps("officer")
    assert chat.form == "officer"


def test_thanks_are_answered_when_nothing_is_open(phone: Phone) -> None:
    chat = phone().says("halo", "BERHENTI").taps("everything").says("terima kasih")
    assert "Sama-sama" in chat.text


@on_both_channels
def test_a_question_comes_first_and_is_answered_below_the_greeting(phone: Phone, channel: str, rows: Rows) -> None:
    chat = phone(Channel(channel)).says("berapa biaya sertifikat halal?")
    assert "UPTD BPTSI" in chat.text
    assert "biaya" in chat.text.lower()
    assert chat.told >= {"welcome.short", "faq.cost"}
    assert chat.options == SERVICES
    assert rows("SELECT words FROM inbounds") == [{"words": None}]
    assert rows("SELECT * FROM unanswered") == []
