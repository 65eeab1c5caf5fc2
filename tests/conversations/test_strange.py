"""Numbers that must never be sent, old buttons, pictures, noise, forms laid aside for weeks: answered, and harmless."""

import pytest

from conversation.said import Contact, Location, Other, Photo, Said, Tap, Text
from models import Channel, Draft, Session
from tests.conversations import on_both, on_both_channels
from tests.conversations.conftest import Phone, Rows
from tests.support.owner import at, reaches_number, reaches_result, until

SERVICES = ["journey", "status", "events", "questions", "officer", "my_data", "language"]


# --- numbers that must never be sent ---


def test_a_nik_is_warned_of_wherever_it_comes(phone: Phone) -> None:
    chat = phone()
    for question in ("regency", "avoid", "product_count", "owner_name", "address", "phone", "nib_number"):
        at(chat, question, papers="nib")
        chat.hears(Text("ini •••• ya", had_nik=True))
        assert "*NIK*" in chat.text
        assert chat.asked == question
        assert question not in chat.row.answers


def test_a_nik_outside_of_any_form_and_before_consent(phone: Phone) -> None:
    chat = phone()
    chat.hears(Text("••••", had_nik=True))
    assert "*NIK*" in chat.text
    assert chat.options == SERVICES


def test_a_secret_is_warned_of(phone: Phone) -> None:
    chat = at(phone(), "address")
    chat.hears(Text("password saya ••••", had_secret=True))
    assert "kode rahasia atau kata sandi" in chat.text
    assert chat.asked == "address"


# --- buttons, old and twice ---


def test_an_old_button_changes_its_own_answer(phone: Phone) -> None:
    chat = at(phone(), "product")
    bakery = chat.button("bakery")
    chat.taps("snack").presses(bakery)
    assert "Sudah diubah" in chat.text
    assert chat.asked == "avoid"
    assert chat.row.answers["product"][1] == "bakery"


def test_the_same_button_twice_is_one_answer(phone: Phone) -> None:
    chat = at(phone(), "product")
    snack = chat.button("snack")
    chat.presses(snack, snack, snack)
    assert chat.asked == "avoid"
    assert "Sudah diubah" not in chat.text


def test_a_button_of_another_run_is_answered_and_never_applied(phone: Phone) -> None:
    chat = at(phone(), "product")
    old = chat.button("bakery")
    chat.says("BATAL").taps("discard").taps("journey")
    at(chat, "avoid").presses(old)
    assert "dari isian yang lama" in chat.text
    assert chat.row.answers["product"][1] == "snack"
    assert chat.asked == "avoid"


def test_a_button_of_a_finished_form_is_answered(phone: Phone) -> None:
    chat = phone().says("halo")
    journey = chat.button("journey")
    reaches_number(chat).says("STOP").taps("everything")
    chat.presses(journey)
    assert "sudah dijawab" in chat.text
    assert chat.form == "menu"


def test_an_old_list_paged_and_then_typed_in(phone: Phone) -> None:
    chat = at(phone(), "district", regency="kab serang")
    assert chat.options[-1] == ">"
    onwards = chat.button(">")
    chat.says("baros")
    assert chat.asked == "product"
    chat.presses(onwards).says("12")
    assert chat.row.answers["district"][1] != "36.04.12" or chat.asked == "product"
    assert chat.asked == "product"
    assert "product" not in chat.row.answers


def test_all_districts_are_within_reach_by_pages(phone: Phone) -> None:
    chat = at(phone(), "district", regency="kab. tangerang")
    seen = [o for o in chat.options if o[0].isdigit()]
    while ">" in chat.options:
        chat.taps(">")
        assert len(chat.options) <= 10
        seen += [o for o in chat.options if o[0].isdigit()]
    assert len(seen) == len(set(seen)) == 29
    chat.says("29")
    assert chat.row.answers["district"][1] == seen[28]


def test_ticking_by_tapping(phone: Phone) -> None:
    chat = at(phone(), "avoid").taps("alcohol", "hazard")
    assert (
        [b.label for b in chat.bubble.buttons if b.ticked] == ["Rum, angciu, mirin", "Formalin atau boraks"]
        if chat.bubble
        else False
    )
    assert chat.bubble is not None
    assert chat.bubble.redraw == "1"
    chat.taps("hazard", "!done")
    assert "Dicatat: Rum, angciu, mirin." in chat.text
    assert chat.asked == "replaceable"


# --- things that are no answer ---

THINGS: list[tuple[Said, str]] = [
    (Photo("x"), "belum diperlukan"),
    (Contact("+6281211112222", True), "belum diperlukan"),
    (Contact("", False), "nomor orang lain"),
    (Location(-6.1, 106.1), "Lokasi belum diperlukan"),
    (Other("voice"), "pesan suara"),
    (Other("sticker"), "ketik angka"),
    (Other("file"), "Berkas"),
    (Other("edited"), "tidak mengubah jawaban"),
    (Other("empty"), "kosong"),
    (Other("unknown"), "Berkas"),
]


@pytest.mark.parametrize("question", ["product", "avoid", "owner_name"])
def test_what_is_no_answer_is_answered_and_the_question_put_again(phone: Phone, question: str) -> None:
    chat = at(phone(), question)
    before = chat.options
    for thing, words in THINGS:
        chat.hears(thing)
        assert words in chat.text
        assert (chat.asked, chat.options) == (question, before)


STRANGE = (
    "", "x" * 10_000, "مرحبا بالعالم", "<b>Ibu</b> & <script>", "{name} {curly} {0}", "🙏🙏🙏", "*tebal*", "%(x)s",
    "\u202eabc", "1" * 50, "0", "-", "...",
)  # fmt: skip


@pytest.mark.parametrize("question", ["district", "avoid", "product_count", "owner_name", "address", "products"])
def test_anything_can_be_typed_anywhere(phone: Phone, question: str) -> None:
    chat = at(phone(), question)
    for words in STRANGE:
        for _ in range(2):
            chat.hears(Text(words))
            assert not chat.received.failed
            assert chat.text
    reaches_number(chat)


@on_both
def test_strange_words_are_kept_on_either_database(phone: Phone) -> None:
    chat = at(phone(), "address")
    for words in STRANGE:
        chat.hears(Text(words))
        assert not chat.received.failed
    reaches_number(chat)


def test_a_name_with_marks_of_its_own_breaks_nothing(phone: Phone) -> None:
    chat = at(phone(), "business_name").says("Dapur *Bu* {Siti} <3 & `co`")
    until(chat, lambda: chat.asked == "review")
    assert "＊Bu＊" in chat.text
    assert "{Siti}" in chat.text
    chat.says("benar").taps("status")
    assert "<3 &" in chat.text


# --- a form laid aside ---


@on_both
def test_a_form_laid_aside_waits_and_the_rules_it_began_with_stay(phone: Phone, rows: Rows) -> None:
    chat = at(phone(), "sites").says("MENU")
    chat.waits(days=40)
    chat.says("LANJUT")
    assert chat.asked == "sites"
    reaches_result(chat)
    kept = rows("SELECT rule_set, version FROM assessments")[0]
    assert (kept["rule_set"], kept["version"]) == ("banten-halal", "2026.1")


def test_the_second_part_is_laid_aside_and_gone_on_with_too(phone: Phone) -> None:
    chat = at(phone(), "address").says("MENU")
    assert "kami simpan" in chat.text
    chat.says("LANJUT")
    assert (chat.form, chat.asked) == ("registration", "address")
    reaches_number(chat)


def test_a_draft_of_a_form_that_is_gone_does_not_stop_anybody(phone: Phone) -> None:
    chat = at(phone(), "product").says("MENU")
    with chat.database.write() as connection, Session(connection, join_transaction_mode="create_savepoint") as session:
        draft = session.query(Draft).one()
        draft.form = "form_of_old"
        session.commit()
    chat.says("LANJUT")
    assert not chat.received.failed
    reaches_number(chat)


def test_an_open_run_of_a_form_that_is_gone_does_not_stop_anybody(phone: Phone) -> None:
    chat = at(phone(), "product")
    with chat.database.write() as connection:
        connection.exec_driver_sql("UPDATE conversations SET form = 'form_of_old'")
    chat.says("keripik")
    assert not chat.received.failed
    reaches_number(chat)


@on_both_channels
def test_a_tap_that_makes_no_sense(phone: Phone, channel: str) -> None:
    chat = at(phone(Channel(channel)), "product")
    for made_up in (
        Tap("", "", ""),
        Tap("due", "99", "done"),
        Tap("due", "x", "y"),
        Tap(str(chat.row.run_id), "nope", "1"),
    ):
        chat.hears(made_up)
        assert not chat.received.failed
        assert chat.text
    reaches_number(chat)
