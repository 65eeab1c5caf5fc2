"""Somebody who helps several makers, the owners who are asked, and a phone that speaks of several businesses."""

import datetime as dt
import threading
from collections.abc import Callable

import sqlalchemy as sa

from bot.database import Database
from conversation.said import Tap
from models import Channel, Confirmation, ConfirmationState, Session
from services import confirmations
from tests.conversations import on_both
from tests.conversations.conftest import Phone, Rows
from tests.services.people import DEWI
from tests.support.chat import NOON, Chat, noting
from tests.support.office import OFFICE
from tests.support.owner import goes_on, reaches_number, until
from texts.bubble import Bubble

OWNER = "whatsapp:+6281234567890"
HELPING = {"for_whom": "2"}
SECOND = {
    "owner_name": "Ibu Yati", "business_name": "Opak Yati", "phone": "0812 9999 1111", "products": "Opak",
    "address": "Kp. Pasir RT 01/RW 01",
}  # fmt: skip


def helper(phone: Phone, **more: str) -> Chat:
    """A helper on Telegram who has just registered one maker."""
    return reaches_number(phone(address="700000009").says("halo").taps("journey"), **HELPING, **more)


def sweep(database: Database, now: dt.datetime = NOON) -> int:
    """One beat of the heart."""
    with Session(database.write_engine) as session, session.begin():
        return confirmations.sweep(session, noting(), OFFICE, now)


def asked(rows: Rows) -> list[Bubble]:
    """The questions that were posted to owners and helpers."""
    import json

    kept = [r["bubble"] for r in rows("SELECT bubble FROM deliveries WHERE because LIKE 'confirmation:%' ORDER BY id")]
    return [Bubble.from_json(json.loads(k) if isinstance(k, str) else k) for k in kept]


def state(database: Database) -> ConfirmationState:
    """Where the only confirmation stands."""
    with Session(database.read_engine) as session:
        return session.scalars(sa.select(Confirmation.state)).one()


# --- one maker after the other ---


def test_after_a_number_the_next_maker_is_one_tap_away(phone: Phone, rows: Rows) -> None:
    chat = helper(phone)
    assert chat.form == "helper_next"
    assert "BTN-2026-000001" in chat.text
    chat.taps("yes")
    assert (chat.form, chat.asked) == ("check", "helper")  # for whom is known; each owner's knowledge is asked anew
    reaches_number(chat, **HELPING, **SECOND)
    assert [r["name"] for r in rows("SELECT name FROM businesses ORDER BY id")] == ["Keripik Bu Siti", "Opak Yati"]
    assert len({r["assessment_id"] for r in rows("SELECT assessment_id FROM applications")}) == 2
    assert [r["state"] for r in rows("SELECT state FROM confirmations")] == ["wanted", "wanted"]


def test_the_list_says_what_each_still_lacks(phone: Phone) -> None:
    chat = helper(phone).taps("yes")
    reaches_number(chat, **HELPING, **SECOND, papers="nib", nib_number="1234567890123").taps("no")
    assert "Izin pengumuman hanya bisa diberikan pemiliknya sendiri" in chat.text
    assert chat.form == "helper_list"
    for name in ("Keripik Bu Siti", "Opak Yati", "NIB", "izin pemilik"):
        assert name in chat.text
    assert chat.says("BINAAN").form == "helper_list"
    chat.says("2")
    assert "Ibu Yati" in chat.text
    assert chat.row.business_id == 2


def test_the_list_opens_the_next_check_and_daftar_opens_the_list(phone: Phone) -> None:
    chat = helper(phone).taps("no")
    assert chat.says("DAFTAR").form == "helper_list"
    assert chat.taps("new").asked == "helper"
    chat.says("MENU").says("BARU")
    assert chat.asked == "helper"


def test_a_long_list_is_paged(phone: Phone) -> None:
    chat = helper(phone)
    with Session(chat.database.write_engine) as session, session.begin():
        from models import Business

        first = session.scalars(sa.select(Business)).one()
        for n in range(2, 14):
            session.add(
                Business(
                    person_id=first.person_id, helper_id=first.person_id, by_helper=True, created_at=NOON,
                    owner_name=f"Ibu {n}", name=f"Usaha {n}", products=[], papers=[],
                )
            )  # fmt: skip
    chat.says("BINAAN")
    assert "dan 5 lagi" in chat.text
    chat.taps(">")
    assert "halaman 2 dari 2" in chat.text
    chat.says("13")
    assert "Usaha 13" in chat.text


def test_nobody_helped_yet(phone: Phone) -> None:
    assert "Belum ada usaha" in phone().says("halo", "BINAAN").text


def test_a_helper_is_never_asked_for_announcements_of_others(phone: Phone, rows: Rows) -> None:
    chat = helper(phone)
    chat.taps("more")
    assert chat.form == "after"
    assert rows("SELECT purpose FROM consents WHERE purpose <> 'service'") == []


# --- the owner is asked ---


@on_both
def test_the_owner_who_writes_is_asked_and_says_yes(phone: Phone, rows: Rows) -> None:
    chat = helper(phone, papers="nib", nib_number="1234567890123")
    owner = phone(Channel.WHATSAPP, address=OWNER).says("halo")
    assert sweep(chat.database) == 1
    assert sweep(chat.database) == 0
    (bubble,) = asked(rows)
    assert "Keripik Bu Siti" in bubble.text
    assert "SETUJU U1" in bubble.text
    assert [b.data for b in bubble.buttons] == ["confirm|1|yes", "confirm|1|no", "confirm|1|page"]
    owner.says("SETUJU U1")
    assert "BTN-2026-000001" in owner.text
    business = rows("SELECT * FROM businesses")[0]
    assert business["person_id"] == owner.row.person_id
    assert business["helper_id"] == chat.row.person_id
    assert business["owner_confirmed_at"] is not None
    consent = rows(f"SELECT purpose, given, channel FROM consents WHERE person_id = {owner.row.person_id}")
    assert [(c["purpose"], bool(c["given"]), c["channel"]) for c in consent] == [("service", True, "whatsapp")]
    assert state(chat.database) is ConfirmationState.YES
    assert "Keripik Bu Siti" in owner.says("STATUS").text
    assert "membenarkan" not in owner.says("TUGAS").text
    chat.taps("no")
    assert "Keripik Bu Siti" in chat.text  # the helper still helps
    assert "izin pemilik" not in chat.text
    assert "sudah dijawab" in owner.presses(bubble.buttons[1]).text


@on_both
def test_the_owner_says_no_and_what_was_asked_for_is_taken_back(phone: Phone, rows: Rows) -> None:
    chat = helper(phone, papers="nib", nib_number="1234567890123")
    assert rows("SELECT taken FROM programmes")[0]["taken"] == 7001
    owner = phone(Channel.WHATSAPP, address=OWNER).says("halo")
    sweep(chat.database)
    owner.presses(asked(rows)[0].buttons[1])
    assert "hentikan" in owner.text
    assert rows("SELECT taken FROM programmes")[0]["taken"] == 7000
    assert rows("SELECT stage FROM applications")[0]["stage"] == "MENGUNDURKAN_DIRI"
    assert "confirmation" in {t["topic"] for t in rows("SELECT topic FROM tickets")}
    assert owner.row.person_id is None
    assert state(chat.database) is ConfirmationState.NO


def test_not_me_is_a_no_where_one_question_is_open(phone: Phone) -> None:
    chat = helper(phone)
    owner = phone(Channel.WHATSAPP, address=OWNER).says("halo")
    sweep(chat.database)
    owner.says("bukan saya")
    assert state(chat.database) is ConfirmationState.NO


def test_the_page_can_be_read_first_and_a_bare_number_belongs_to_the_open_form(phone: Phone, rows: Rows) -> None:
    chat = helper(phone)
    owner = until(phone(Channel.WHATSAPP, address=OWNER).says("halo").taps("journey", "yes"), lambda: True)
    while owner.asked != "avoid":
        goes_on(owner)
    sweep(chat.database)
    owner.presses(asked(rows)[0].buttons[2])
    assert "Yang disimpan" in owner.text
    assert owner.asked == "avoid"
    owner.says("1")
    assert owner.asked != "avoid"
    assert state(chat.database) is ConfirmationState.WANTED
    before = owner.row.person_id
    owner.says("setuju u1")
    assert owner.form == "check"  # what was open is put again
    assert owner.row.person_id == before


def test_only_the_owners_own_number_can_answer(phone: Phone, rows: Rows) -> None:
    chat = helper(phone)
    phone(Channel.WHATSAPP, address=OWNER).says("halo")
    sweep(chat.database)
    stranger = phone(Channel.WHATSAPP, address="whatsapp:+6281200007777").says("halo")
    stranger.says("SETUJU U1")
    stranger.hears(Tap("confirm", "1", "yes", "Ya"))
    assert state(chat.database) is ConfirmationState.WANTED


def test_a_helpers_own_number_confirms_nothing(phone: Phone, rows: Rows) -> None:
    chat = phone(Channel.WHATSAPP, address=OWNER).says("halo").taps("journey")
    reaches_number(chat, **HELPING)  # the owner's number given is the helper's own
    assert rows("SELECT phone FROM confirmations")[0]["phone"] is None
    assert sweep(chat.database) == 0
    assert "tanda tangan di kertas" in chat.text or "kertas" in chat.taps("no").text


def test_an_owner_who_never_wrote_gets_one_template_and_is_asked_when_they_write(phone: Phone, rows: Rows) -> None:
    chat = helper(phone)
    assert sweep(chat.database) == 1
    assert sweep(chat.database) == 0
    (bubble,) = asked(rows)
    assert bubble.template == "owner_confirm_v1"
    assert len(bubble.template_values) == 4
    assert rows("SELECT address FROM deliveries WHERE because LIKE 'confirmation:%'")[0]["address"] == OWNER
    owner = phone(Channel.WHATSAPP, address=OWNER).waits(days=2)
    owner.says("halo")
    assert "Selamat datang" in owner.text  # it is their first message all the same
    assert sweep(chat.database, owner.now) == 1
    owner.says("SETUJU U1")
    assert state(chat.database) is ConfirmationState.YES


def test_by_night_nobody_is_asked(phone: Phone) -> None:
    chat = helper(phone)
    assert sweep(chat.database, NOON + dt.timedelta(hours=10)) == 0


def test_a_helper_hears_once_of_an_owner_who_does_not_answer(phone: Phone, rows: Rows) -> None:
    chat = helper(phone)
    sweep(chat.database)
    later = NOON + dt.timedelta(days=OFFICE.confirm_days, hours=1)
    assert [sweep(chat.database, later), sweep(chat.database, later)] == [1, 0]
    assert "belum membenarkan" in asked(rows)[-1].text
    last = later + dt.timedelta(days=OFFICE.confirm_days, hours=1)
    assert sweep(chat.database, last) == 0
    assert state(chat.database) is ConfirmationState.LAPSED
    assert "confirmation" in {t["topic"] for t in rows("SELECT topic FROM tickets")}


@on_both
def test_two_processes_ask_an_owner_once(phone: Phone, rows: Rows) -> None:
    chat = helper(phone)
    phone(Channel.WHATSAPP, address=OWNER).says("halo")
    both: list[int] = []
    run: Callable[[], None] = lambda: both.append(sweep(chat.database))  # noqa: E731
    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(both) == len(asked(rows)) == 1


def test_on_paper_is_enough(phone: Phone, rows: Rows) -> None:
    chat = helper(phone)
    with Session(chat.database.write_engine) as session, session.begin():
        assert confirmations.on_paper(session, DEWI, 1, "PDP/2026/17", OFFICE, NOON)
        assert not confirmations.on_paper(session, DEWI, 1, "PDP/2026/18", OFFICE, NOON)
    assert state(chat.database) is ConfirmationState.ON_PAPER
    assert rows("SELECT owner_confirmed_at FROM businesses")[0]["owner_confirmed_at"] is not None
    assert sweep(chat.database) == 0
    assert "izin pemilik" not in chat.taps("no").text


# --- a shared phone ---


def two_businesses(phone: Phone) -> Chat:
    """One owner, two businesses of their own."""
    chat = reaches_number(phone().says("halo").taps("journey"))
    chat.says("DAFTAR")
    assert chat.form == "which_business"
    return reaches_number(chat.taps("new"), business_name="Opak Yati", products="Opak", address="Kp. Pasir RT 01/01")


def test_daftar_asks_for_which_business(phone: Phone) -> None:
    chat = reaches_number(phone().says("halo").taps("journey"))
    chat.says("DAFTAR")
    assert chat.labels == ["Keripik Bu Siti", "Usaha baru"]
    chat.says("1")
    assert (chat.form, "BTN-2026-000001" in chat.text) == ("status", True)
    assert chat.says("DAFTAR").says("usaha baru").form == "check"


def test_a_shared_phone_says_which_business_it_speaks_of(phone: Phone) -> None:
    chat = two_businesses(phone)
    assert chat.row.business_id == 2
    chat.says("TUGAS")
    assert "Kita sedang bicara tentang *Opak Yati*" in chat.text
    chat.says("GANTI USAHA")
    assert chat.labels == ["Keripik Bu Siti", "Opak Yati"]
    chat.says("keripik bu siti")
    assert "Sekarang kita bicara tentang *Keripik Bu Siti*" in chat.text
    assert chat.row.business_id == 1
    assert "*Keripik Bu Siti*. Ganti?" in chat.says("TUGAS").text
    chat.says("STATUS").says("2")
    assert "HP ini dipakai untuk 2 usaha" in chat.text


def test_one_business_needs_no_such_line(phone: Phone) -> None:
    chat = reaches_number(phone().says("halo").taps("journey"))
    assert "HP ini dipakai" not in chat.says("STATUS").text
    assert "HP ini dipakai" not in chat.says("TUGAS").text
    assert "satu usaha saja" in chat.says("GANTI USAHA").text
