"""From hello to a number: five makers of Banten, how many answers it takes them, and what comes of it."""

import json

import pytest

from models import Channel
from services import eligibility
from tests.conversations import on_both, on_both_channels
from tests.conversations.conftest import Phone, Rows
from tests.support.chat import Chat
from tests.support.owner import goes_on, reaches_number, reaches_result

MOST = 25  # answers from hello to number in the commonest case
PACKAGED = {"product": "keripik"}
CATERER = {
    "product": "masakan",
    "papers": "nib",
    "form": "katering",
    "meat": "1",
    "meat_source": "semua bersertifikat",
    "nib_number": "1234 5678 90123",
    "scale": "mikro",
}
BAKERY = {
    "product": "roti",
    "papers": "nib",
    "sites": "2",
    "ingredients": "ada yang belum",
    "ingredients_which": "mentega curah",
    "nib_number": "1234 5678 90123",
}
NUGGETS = {
    "product": "nugget",
    "papers": "nib",
    "meat_source": "belum",
    "minced": "1",
    "nib_number": "1234 5678 90123",
}
DRINK = {"product": "kopi", "papers": "nib", "nib_number": "1234.5678.90123"}


def hello(phone: Phone, channel: str) -> Chat:
    """Somebody who has just written for the first time, and chose the first of the menu."""
    return phone(Channel(channel)).says("halo").taps("journey")


def since_hello(chat: Chat) -> int:
    """Every tap and message after the first."""
    return chat.answers - 1


def result_of(rows: Rows) -> dict[str, object]:
    """The last assessment's result."""
    kept = rows("SELECT result FROM assessments ORDER BY id DESC LIMIT 1")[0]["result"]
    return dict(json.loads(kept) if isinstance(kept, str) else kept)


def stage_of(rows: Rows) -> str:
    """Where the application stands."""
    return str(rows("SELECT stage FROM applications")[0]["stage"])


JOURNEYS = [
    # who, what they say, Telegram's answers, the scheme, the to-do list, the stage, words of the last bubble
    ("keripik without NIB", PACKAGED, 23, "self_declare", ["BUTUH_NIB"], "DATA_KURANG", "begitu *NIB*"),
    ("caterer", CATERER, 26, "officer", [], "SKRINING", "Petugas melihat dulu"),
    ("bakery", BAKERY, 26, "reguler", ["BAHAN_TANPA_LOGO"], "MINAT", "peminat nomor"),
    ("nuggets", NUGGETS, 26, "self_declare", ["DAGING_BERSERTIFIKAT"], "KUOTA_DIBERIKAN", "sudah dapat tempat"),
    ("drink", DRINK, 25, "self_declare", [], "KUOTA_DIBERIKAN", "sudah dapat tempat"),
]


@on_both_channels
@pytest.mark.parametrize(
    ("says", "answers", "scheme", "todos", "stage", "words"), [j[1:] for j in JOURNEYS], ids=[j[0] for j in JOURNEYS]
)
def test_a_maker_reaches_a_number(
    phone: Phone,
    rows: Rows,
    channel: str,
    says: dict[str, str],
    answers: int,
    scheme: str,
    todos: list[str],
    stage: str,
    words: str,
) -> None:
    chat = reaches_number(hello(phone, channel), **says)
    # The scale on the NIB sheet is one tap more than the script's count; WhatsApp knows the number already.
    assert since_hello(chat) == answers - (channel == "whatsapp")
    result = result_of(rows)
    assert (result["scheme"], result["todos"], stage_of(rows)) == (scheme, todos, stage)
    assert words in chat.text
    assert "BTN-2026-000001" in chat.text
    assert "pendampingan BPTSI" in chat.text or stage == "MINAT"


@on_both_channels
def test_the_commonest_maker_needs_no_more_than_25_answers(phone: Phone, channel: str) -> None:
    assert since_hello(reaches_number(hello(phone, channel), **PACKAGED)) <= MOST
    # With NIB as well, whatever the phone.
    other = phone(Channel(channel), address="whatsapp:+6281299999999" if channel == "whatsapp" else "700000002")
    with_nib = {**PACKAGED, "papers": "nib", "nib_number": "1234567890123"}
    assert since_hello(reaches_number(other.says("halo").taps("journey"), **with_nib)) <= MOST


def test_a_link_saves_the_menu(phone: Phone) -> None:
    assert since_hello(reaches_number(phone().starts("daftar"), **PACKAGED)) == 22
    on_whatsapp = phone(Channel.WHATSAPP).says("DAFTAR")
    assert since_hello(reaches_number(on_whatsapp, **PACKAGED)) == 21


@on_both
@on_both_channels
def test_a_packaged_drink_gets_its_place_on_either_database(phone: Phone, rows: Rows, channel: str) -> None:
    reaches_number(hello(phone, channel), **DRINK)
    assert rows("SELECT count(*) AS n FROM places")[0]["n"] == 1
    programme = rows("SELECT taken, taken_before, numbered FROM programmes")[0]
    assert (programme["taken"], programme["taken_before"], programme["numbered"]) == (7001, 7000, 1)
    business = rows("SELECT * FROM businesses")[0]
    assert business["owner_name"] == "Siti Aminah"
    assert business["nib"] == "1234567890123"
    assert business["phone"] == ("+6281234567890" if channel == "telegram" else "+6281200000001")
    assert business["village"] == "Sawah Luhur"
    assert not business["by_helper"]


def test_registering_goes_on_from_the_check_and_asks_nothing_twice(phone: Phone) -> None:
    chat = reaches_result(hello(phone, "telegram"))
    before = chat.answers
    chat.taps("register")
    assert "Yang sudah dijawab tidak ditanya lagi" in chat.text
    assert chat.asked == "owner_name"
    assert "Bagian 2: 1 dari 6" in chat.text
    reaches_number(chat)
    assert chat.answers - before == 8  # one tap, six answers, "benar"


def test_where_one_is_is_said_above_every_question(phone: Phone) -> None:
    chat = hello(phone, "telegram").taps("yes")
    for n in range(1, 14):
        assert f"Bagian 1: {n} dari 13" in chat.text
        goes_on(chat)
    assert chat.form == "result"


BRANCHING = {
    "avoid": "rum", "papers": "nib, halal", "turnover": "1", "meat": "daging giling", "ingredients": "2",
    "process": "3",
}  # fmt: skip


def test_the_total_grows_by_a_branch_and_never_shrinks(phone: Phone) -> None:
    chat = hello(phone, "telegram").taps("yes")
    totals = []
    while chat.form == "check":
        totals.append(int(chat.text.split(" dari ")[1].split("\n")[0]))
        goes_on(chat, **BRANCHING)
    assert totals == sorted(totals)
    assert totals[-1] > 13


# --- what ends the check: five things, each with a next step ---

ENDS = {
    "RUJUK_LUAR_WILAYAH": {"regency": "di luar banten"},
    "LAYANAN_LAIN": {"product": "sabun"},
    "TIDAK_BISA_HALAL": {"avoid": "babi", "replaceable": "tidak bisa"},
    "MUNGKIN_DIKECUALIKAN": {"product": "bahan segar", "natural": "ya"},
    "SUDAH_BERSERTIFIKAT": {"papers": "3", "certified_changed": "tidak"},
    "PENGEMBANGAN": {"papers": "3", "certified_changed": "ya"},
}


@pytest.mark.parametrize("code", ENDS)
def test_an_end_has_a_next_step_with_a_date_and_an_officer(phone: Phone, rows: Rows, code: str) -> None:
    chat = reaches_result(hello(phone, "telegram").taps("yes"), **ENDS[code])
    assert result_of(rows)["ended"] == code
    assert "Hasil awal, bukan keputusan" in chat.text
    assert chat.options == ["next", "another", "interest", "officer"]
    chat.taps("next")
    assert "*Berikutnya*" in chat.text
    assert rows("SELECT kind, state FROM dues") == [{"kind": "follow_up", "state": "planned"}]
    chat.taps("interest")
    assert rows("SELECT topic FROM tickets") == [{"topic": "interest"}]
    chat.taps("officer")
    assert rows("SELECT topic FROM tickets ORDER BY id DESC")[0] == {"topic": "check"}
    assert "diteruskan" in chat.text or "teruskan" in chat.text
    chat.taps("another")
    assert (chat.form, chat.asked) == ("check", "for_whom")


def test_at_a_result_an_officer_checks_by_the_button_and_answers_by_the_word(phone: Phone, rows: Rows) -> None:
    chat = reaches_result(hello(phone, "telegram").taps("yes"), **next(iter(ENDS.values())))
    assert "Minta diperiksa" in chat.labels
    chat.says("diperiksa petugas")
    assert (chat.form, rows("SELECT topic FROM tickets")) == ("result", [{"topic": "check"}])
    assert "Ketik *PETUGAS*" in chat.text
    chat.says("PETUGAS", "Apakah saya boleh datang ke kantor?")
    assert [row["topic"] for row in rows("SELECT topic FROM tickets ORDER BY id")] == ["check", "question"]


def test_each_end_of_the_rules_has_a_story(phone: Phone) -> None:
    assert set(ENDS) == set(eligibility.shelf()[-1].ends)


def test_nobody_is_refused_everybody_reaches_a_number_or_a_next_step(phone: Phone, rows: Rows) -> None:
    doubtful = {
        "avoid": "tidak tahu", "papers": "tidak yakin soal nib", "turnover": "tidak tahu", "sites": "tidak tahu",
        "meat": "tidak tahu", "ingredients": "belum dicek", "process": "tidak tahu", "product_count": "belum tahu",
    }  # fmt: skip
    chat = reaches_number(hello(phone, "telegram"), **doubtful)
    result = result_of(rows)
    assert result["scheme"] == "self_declare"  # "tidak tahu" never ends, moves or calls an officer
    assert len(result["todos"]) >= 9  # type: ignore[arg-type]
    assert "BTN-2026-000001" in chat.text


# --- the same in English ---


def test_the_whole_way_in_english(phone: Phone, rows: Rows) -> None:
    chat = phone(hint="en").says("hello")
    assert "Type *ENGLISH*" in chat.text
    assert "Selamat datang" in chat.text  # the phone's language only suggests
    chat.says("english").taps("journey")
    english = {
        "for_whom": "my own business",
        "regency": "kota serang",
        "product": "crisps",
        "avoid": "none",
        "papers": "1",
        "turnover": "2",
        "form": "packaged",
        "meat": "none",
        "ingredients": "1",
        "process": "none of these",
        "nib_number": "1234567890123",
        "review": "right",
    }
    reaches_number(chat, **english)
    assert stage_of(rows) == "KUOTA_DIBERIKAN"
    assert "has a place" in chat.text.lower() or "place" in chat.text.lower()
    indonesian = [b.text for b in chat.bubbles[2:] if " yang " in f" {b.text} " or "Bapak/Ibu" in b.text]
    assert indonesian == []


def test_both_languages_are_understood_in_either(phone: Phone) -> None:
    chat = hello(phone, "telegram").says("yes", "my own business", "kota serang", "kasemen", "crisps")
    assert chat.asked == "avoid"
    chat.says("no", "NIB")
    assert chat.asked == "turnover"
