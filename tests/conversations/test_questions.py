"""Tanya jawab: by number, in one's own words, with typing errors; and being interested."""

import pytest

from models import Channel
from tests.conversations import on_both_channels
from tests.conversations.conftest import Phone, Rows
from tests.support.chat import Chat
from tests.support.office import OFFICE

EVERYDAY = [
    ("gimana prosesnya bu", "process"),
    ("cara daftar halal gimana", "process"),
    ("alurnya bagaimana ya", "process"),
    ("mau urus halal mulai dari mana", "process"),
    ("prosedurr halal seperti apa", "process"),
    ("syaratnya apa saja", "documents"),
    ("dokumen yang harus disiapkan", "documents"),
    ("persyaratn nya apa aja min", "documents"),
    ("perlu bawa ktp tidak", "documents"),
    ("berapa biayanya", "cost"),
    ("biyaya bikin halal berapa ya", "cost"),
    ("apakah gratis?", "cost"),
    ("bayar berapa untuk sertifikat", "cost"),
    ("berapa lama jadinya", "how_long"),
    ("kapan terbit sertifikatnya", "how_long"),
    ("berapa hari selesai pak", "how_long"),
    ("ada yang minta uang katanya petugas", "scams"),
    ("saya ditipu calo", "scams"),
    ("penipuaan lapor ke mana", "scams"),
    ("disuruh transfer 500 ribu", "scams"),
    ("apakah nomor ini asli", "genuine"),
    ("ini akun resmi bukan", "genuine"),
    ("ini beneran dari dinas?", "genuine"),
    ("cara bikin nib", "nib"),
    ("lupa nomor induk berusaha", "nib"),
    ("biaya nib berapa", "nib"),
    ("izin pirt untuk keripik", "pirt"),
    ("sppirt itu apa", "pirt"),
    ("makanan beku perlu bpom", "md"),
    ("izin edar frozen food gimana", "md"),
    ("laik higiene buat katering", "slhs"),
    ("daftar merk dagang gimana", "brand"),
    ("mau urus haki", "brand"),
    ("apa itu sni bina umk", "sni"),
    ("kpn jadi ya", "how_long"),
    ("diminta KTP dan OTP", "scams"),
    ("how much does it cost", "cost"),
]
TITLES = {
    "process": "Proses halal", "documents": "Yang perlu disiapkan", "cost": "*Biaya*", "how_long": "Berapa lama?",
    "scams": "Hati-hati penipuan", "genuine": "Apakah chat ini asli?", "nib": "*NIB (", "pirt": "*SPP-IRT (",
    "md": "*BPOM MD (", "slhs": "*SLHS (", "brand": "*Merek*", "sni": "*SNI (",
}  # fmt: skip


def listed(chat: Chat) -> Chat:
    """The list of questions is open; nobody has agreed to anything."""
    return chat.says("halo").taps("questions")


@pytest.mark.parametrize(("words", "page"), EVERYDAY)
def test_everyday_questions_find_their_page(phone: Phone, rows: Rows, words: str, page: str) -> None:
    chat = listed(phone(Channel.WHATSAPP)).says(words)
    assert TITLES[page] in chat.text
    assert chat.form == "questions"
    assert rows("SELECT * FROM unanswered") == []


@pytest.mark.parametrize("number", range(1, 7))
def test_by_number(phone: Phone, number: int) -> None:
    chat = listed(phone()).says(str(number))
    assert list(TITLES.values())[number - 1] in chat.text


def test_a_question_is_answered_at_the_menu_and_with_nothing_open(phone: Phone) -> None:
    chat = phone().says("halo", "berapa lama prosesnya sampai jadi?")
    assert chat.form in ("questions", "faq_maybe")
    chat.says("MENU", "biayanya berapa bu?")
    assert TITLES["cost"] in chat.text
    assert TITLES["scams"] in chat.says("MENU", "saya ditipu calo").text
    assert "acara" in chat.says("MENU", "kapan ada pelatihan lagi?").text
    assert TITLES["how_long"] not in chat.text
    chat.says("MENU", "status")
    assert "belum punya nomor" in chat.text  # a service by its name is no question


def test_several_pages_fit(phone: Phone) -> None:
    chat = listed(phone()).says("bedanya merek sama sni")
    assert "Mungkin ini yang dimaksud" in chat.text
    assert chat.options == ["brand", "sni"]
    chat.says("2")
    assert TITLES["sni"] in chat.text


def test_words_alike_are_no_slip_of_the_finger(phone: Phone, rows: Rows) -> None:
    listed(phone()).says("warga mereka ramai sekali")
    assert len(rows("SELECT * FROM unanswered")) == 1


def test_what_has_no_answer_is_kept_without_the_person(phone: Phone, rows: Rows) -> None:
    chat = listed(phone()).says("boleh pakai pewarna ungu ubi 0812 3456 7890 tidak")
    assert "belum ada" in chat.text
    assert chat.options == ["officer", "list"]
    [row] = rows("SELECT person_id, words FROM unanswered")
    assert row == {"person_id": None, "words": "boleh pakai pewarna ungu ubi # tidak"}
    assert "pewarna" not in str(rows("SELECT answers, view, facts FROM conversations"))
    assert "pewarna" not in str(rows("SELECT bubble FROM deliveries"))
    assert rows("SELECT words FROM inbounds WHERE words IS NOT NULL") == []
    chat.taps("officer")
    assert chat.asked == "agree"
    assert rows("SELECT * FROM persons") == []


def test_with_consent_the_officer_gets_the_question_as_it_was_typed(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo").taps("journey", "yes").says("MENU").taps("questions")
    chat.says("boleh pakai pewarna ungu ubi").taps("officer")
    assert "T-1" in chat.text
    assert rows("SELECT words FROM tickets") == [{"words": "boleh pakai pewarna ungu ubi"}]
    assert rows("SELECT person_id FROM unanswered") == [{"person_id": 1}]


def test_a_very_long_question_is_cut(phone: Phone, rows: Rows) -> None:
    listed(phone()).says("zzz " * 200)
    assert len(rows("SELECT words FROM unanswered")[0]["words"]) <= 300


def test_the_proof_of_a_number_is_the_offices_own_page(phone: Phone) -> None:
    chat = listed(phone()).says("apakah 081299998888 asli?")
    assert OFFICE.verify_url in chat.text
    assert ".go.id" in chat.text
    assert "Jangan percaya begitu saja pada chat" in chat.text
    assert "tidak memastikan keaslian nomor lain" in chat.text


# --- saya berminat ---


@on_both_channels
def test_interest_needs_consent_then_is_noted_and_counted(phone: Phone, rows: Rows, channel: str) -> None:
    chat = listed(phone(Channel(channel))).says("sni itu apa")
    chat.taps("interest")
    assert "izin menyimpan nomor" in chat.text
    assert rows("SELECT * FROM interests") == []
    chat.taps("yes")
    assert chat.asked == "regency"
    chat.says("kab. serang")
    assert "Minat pada *SNI* dicatat" in chat.text
    assert "Sudah 1 usaha di Kabupaten Serang" in chat.text
    assert rows("SELECT step, regency FROM interests") == [{"step": "sni", "regency": "36.04"}]


def test_interest_by_word_and_twice_is_one(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo").taps("journey", "yes").says("MENU", "MINAT 4")
    assert chat.asked == "regency"
    chat.says("lebak", "MENU", "minat merek").says("lebak")
    assert "Merek" in chat.text
    assert "Sudah 1 usaha di Kabupaten Lebak" in chat.text
    assert rows("SELECT step FROM interests") == [{"step": "brand"}]
    chat.says("MINAT")
    assert chat.asked == "step"
    chat.says("pameran").says("di luar banten")
    assert "Minat pada *Pameran* dicatat" in chat.text


def test_interest_of_somebody_who_does_not_agree_is_not_noted(phone: Phone, rows: Rows) -> None:
    chat = listed(phone()).says("sni itu apa", "minat").taps("no")
    assert chat.form == "menu"
    assert rows("SELECT * FROM interests") == []
    assert rows("SELECT * FROM persons") == []
