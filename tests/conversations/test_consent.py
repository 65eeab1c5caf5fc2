"""Consent: where it is needed, one at a time, with the page a tap away; and before it no word is kept anywhere."""

import json

import pytest

from conversation.said import Text
from models import Channel, Session
from services import consents
from services.retention import sweep
from tests.conversations import on_both, on_both_channels
from tests.conversations.conftest import Phone, Rows
from tests.support.chat import Chat
from tests.support.office import OFFICE
from tests.support.owner import reaches_number
from texts import digest

SECRETS = ("Zubaidah", "rahasiaku", "0813 7777 8888")


def everything(rows: Rows) -> str:
    """Every row of every table, as one text."""
    names = [
        "persons", "consents", "conversations", "inbounds", "deliveries", "delivery_events", "drafts", "media",
        "businesses", "assessments", "applications", "tickets", "dues",
    ]  # fmt: skip
    return "\n".join(json.dumps(rows(f"SELECT * FROM {name}"), default=str, ensure_ascii=False) for name in names)


def at_consent(chat: Chat) -> Chat:
    """At the first thing that needs consent."""
    return chat.says("halo").taps("journey")


@on_both_channels
def test_the_short_notice_comes_before_the_first_answer(phone: Phone, channel: str) -> None:
    chat = at_consent(phone(Channel(channel)))
    assert all(word in chat.text for word in ("18 tahun atau lebih", "DATA SAYA", "Disimpan"))
    assert chat.options == ["yes", "no", "page"]


@on_both
def test_a_yes_is_kept_with_what_was_shown(phone: Phone, rows: Rows) -> None:
    chat = at_consent(phone())
    shown = chat.text
    chat.taps("yes")
    kept = rows("SELECT * FROM consents")[0]
    assert (kept["purpose"], bool(kept["given"]), kept["channel"], kept["language"]) == (
        "service", True, "telegram", "id",
    )  # fmt: skip
    assert kept["text_hash"] == digest(shown)
    assert kept["text_version"] == "2026.1"
    assert rows("SELECT person_id FROM conversations")[0]["person_id"] is not None
    assert rows("SELECT purge_at FROM conversations") == [{"purge_at": None}]


@pytest.mark.parametrize("said", ["mau tanya dulu", "boleh tanya?", "iya tapi saya takut", "ya kenapa harus 18"])
def test_half_a_sentence_is_no_consent(phone: Phone, rows: Rows, said: str) -> None:
    """UU 27/2022 Ps 22: what looks like a yes is read back, and counts only once it is said in so many words."""
    chat = at_consent(phone()).says(said)
    assert "Maksud Bapak/Ibu *Ya, setuju*, betul?" in chat.text
    assert "betul?" in chat.says("mau tanya").text
    assert rows("SELECT * FROM consents") == []
    chat.says("iya")
    assert len(rows("SELECT * FROM consents")) == 1


@pytest.mark.parametrize("said", ["setuju banget", "ya boleh silakan", "saya setuju pak", "insyaallah", "oke", "1"])
def test_a_yes_in_everyday_words_needs_no_second_one(phone: Phone, rows: Rows, said: str) -> None:
    at_consent(phone()).says(said)
    assert len(rows("SELECT * FROM consents")) == 1


@pytest.mark.parametrize("said", ["iya tapi saya masih 17", "belum 18", "17 tahun"])
def test_who_is_too_young_is_told_who_may_register(phone: Phone, rows: Rows, said: str) -> None:
    assert "mohon orang tua atau pemilik usaha yang mendaftar" in at_consent(phone()).says(said).text
    assert rows("SELECT * FROM consents") == []


def test_a_no_keeps_nothing_and_closes_nothing(phone: Phone, rows: Rows) -> None:
    chat = at_consent(phone()).taps("no")
    assert "tidak ada yang kami simpan" in chat.text
    assert chat.form == "menu"
    assert rows("SELECT * FROM consents") == rows("SELECT * FROM persons") == []
    chat.taps("questions", "process")
    assert chat.form == "questions"
    assert at_consent(chat).options == ["yes", "no", "page"]  # one may think again


@pytest.mark.parametrize("word", ["tidak setuju", "belum", "jangan", "gak", "belum 18", "2"])
def test_a_negation_never_consents(phone: Phone, rows: Rows, word: str) -> None:
    at_consent(phone()).says(word)
    assert rows("SELECT * FROM persons") == []


@pytest.mark.parametrize("word", ["gpp", "tidak apa-apa", "hmm", "nanti", "setujuuu tidak"])
def test_what_is_unclear_never_consents(phone: Phone, rows: Rows, word: str) -> None:
    at_consent(phone()).says(word)
    assert rows("SELECT * FROM persons") == []


@pytest.mark.parametrize("word", ["1", "ya", "setuju", "iya bu", "muhun", "nggih", "yes", "ya setuju", "👍", "1️⃣"])
def test_a_clear_yes_in_any_words(phone: Phone, rows: Rows, word: str) -> None:
    at_consent(phone()).says(word)
    assert len(rows("SELECT * FROM persons")) == 1


@on_both_channels
def test_the_full_page_and_its_second(phone: Phone, rows: Rows, channel: str) -> None:
    chat = at_consent(phone(Channel(channel))).taps("page")
    assert "1 dari 2, versi 2026.1" in chat.text
    assert chat.options == ["yes", "more", "no"]
    chat.says("2")  # the second page, never a yes or a no
    assert "2 dari 2" in chat.text
    assert "3 × 24 jam" in chat.text
    assert rows("SELECT * FROM persons") == []
    chat.taps("yes")
    assert chat.asked == "for_whom"
    assert bool(rows("SELECT given FROM consents")[0]["given"])


def test_no_below_the_full_page_is_a_no(phone: Phone, rows: Rows) -> None:
    chat = at_consent(phone()).taps("page", "no")
    assert chat.form == "menu"
    assert rows("SELECT * FROM persons") == []
    at_consent(chat).taps("page", "more", "no")
    assert rows("SELECT * FROM persons") == []


def test_an_old_yes_below_a_refused_notice_does_not_count(phone: Phone, rows: Rows) -> None:
    chat = at_consent(phone())
    old = chat.button("yes")
    chat.taps("no").presses(old)
    assert rows("SELECT * FROM persons") == []


def test_consent_is_not_asked_twice(phone: Phone) -> None:
    chat = at_consent(phone()).taps("yes").says("MENU", "DAFTAR")
    assert chat.form == "check"


# --- before consent no word is kept: tables and queues alike ---


@on_both
@on_both_channels
def test_before_consent_no_word_is_kept_anywhere(phone: Phone, rows: Rows, channel: str) -> None:
    name, word, number = SECRETS
    chat = phone(Channel(channel)).says(
        f"saya {name}", f"{word} {word}", number, word
    )  # a welcome, then not understood thrice
    chat.taps("menu").says("biaya rahasiaku berapa", f"{name} {word}")
    chat.says("MENU").taps("journey").says(f"{name} setju", f"{number}", "rahasiaku", name).taps("menu")
    chat.says("bahasa", name, word, number, "MENU")
    chat.says("PETUGAS", name, word)
    chat.says("MENU", "BERHENTI", name, word).says("MULAI")
    chat.hears(Text(f"{name} ••••", had_nik=True))
    kept = everything(rows).casefold()
    for secret in SECRETS:
        assert secret.casefold() not in kept


def test_an_officer_is_asked_only_after_a_yes_to_that_alone(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo", "PETUGAS")
    assert "kami simpan pertanyaan dan nomor ini saja" in chat.text
    chat.says("kapan buka?")  # not yet a question: nothing is kept
    assert "kapan buka" not in everything(rows)
    chat.taps("yes").says("Kapan kantor buka?")
    assert rows("SELECT topic, words FROM tickets") == [{"topic": "question", "words": "Kapan kantor buka?"}]
    assert rows("SELECT * FROM persons") == []
    assert rows("SELECT words FROM inbounds WHERE words IS NOT NULL") == []


def test_without_that_yes_no_officer_is_troubled(phone: Phone, rows: Rows) -> None:
    phone().says("halo", "PETUGAS").taps("no")
    assert rows("SELECT * FROM tickets") == []


def test_after_seven_days_a_chat_without_consent_is_gone(phone: Phone, rows: Rows) -> None:
    chat = at_consent(phone()).taps("no")
    chat.waits(days=8)
    with chat.database.write() as connection, Session(connection) as session:
        sweep(session, OFFICE, chat.now)
        session.flush()
    assert (
        rows("SELECT * FROM conversations") == rows("SELECT * FROM deliveries") == rows("SELECT * FROM inbounds") == []
    )


def test_after_consent_the_words_are_kept_for_the_office(phone: Phone, rows: Rows) -> None:
    at_consent(phone()).taps("yes").says("usaha saya")
    assert {"words": "usaha saya"} in rows("SELECT words FROM inbounds")


# --- announcements: after the number, once, by the owner alone ---


def test_announcements_are_asked_once_after_the_number(phone: Phone, rows: Rows) -> None:
    chat = reaches_number(phone().says("halo")).taps("status")
    assert "boleh ditolak" in chat.text
    assert "Tahap" in chat.text  # what was asked for comes first
    chat.taps("no")
    kept = rows("SELECT purpose, given FROM consents ORDER BY id")
    assert [(c["purpose"], bool(c["given"])) for c in kept] == [("service", True), ("announcements", False)]
    assert chat.form == "after"


def test_the_page_of_announcements_and_a_yes(phone: Phone, rows: Rows) -> None:
    chat = reaches_number(phone().says("halo")).taps("menu")
    assert chat.form == "consent_announcements"
    chat.taps("page")
    assert "versi 2026.1" in chat.text
    chat.taps("yes")
    with Session(chat.database.read_engine) as session:
        standing = consents.standing(session, int(rows("SELECT id FROM persons")[0]["id"]))
    assert {purpose.value: yes for purpose, yes in standing.items()} == {"service": True, "announcements": True}


def test_a_helper_is_not_asked_for_the_owners_announcements(phone: Phone, rows: Rows) -> None:
    chat = reaches_number(phone().says("halo"), for_whom="2").taps("no")
    assert "boleh ditolak" not in chat.text
    assert rows("SELECT purpose FROM consents WHERE purpose = 'announcements'") == []
