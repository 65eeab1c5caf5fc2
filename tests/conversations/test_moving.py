"""One person on two phones: six digits carry everything over, once, and one word undoes it."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa

from models import Channel, Conversation, Session, Ticket
from services import chats, dues, links
from tests.conversations import on_both
from tests.conversations.conftest import Phone, Rows
from tests.services.people import DEWI
from tests.support.chat import Chat, noting
from tests.support.hall import Hall, signs_up
from tests.support.office import OFFICE
from tests.support.owner import reaches_number, until

NEW = "whatsapp:+6281299990000"


def until_question(chat: Chat, key: str) -> Chat:
    """Answer up to a question."""
    return until(chat, lambda: chat.asked == key)


def code_of(chat: Chat) -> str:
    """PINDAH, and the six digits it says."""
    chat.says("PINDAH")
    found = [w.strip("*. ") for w in chat.text.split() if w.strip("*. ").isdecimal() and len(w.strip("*. ")) == 6]
    assert len(found) == 1, chat.text
    return found[0]


def starts(phone: Phone, question: str = "avoid") -> Chat:
    """Half-way on Telegram."""
    return until_question(phone().says("halo").taps("journey", "yes"), question)


@on_both
def test_the_same_journey_goes_on_in_the_new_chat(phone: Phone, rows: Rows) -> None:
    old = starts(phone).says("MENU")
    code = code_of(old)
    new = phone(Channel.WHATSAPP, address=NEW).says(code)
    assert "Tersambung" in new.text
    assert (new.form, new.asked) == ("check", "avoid")
    assert new.row.person_id == old.row.person_id
    assert new.row.facts["phone"] == "+6281299990000"
    assert rows("SELECT count(*) AS n FROM drafts")[0]["n"] == 0
    reaches_number(new)
    assert rows("SELECT count(*) AS n FROM persons")[0]["n"] == 1
    told = rows("SELECT because, conversation_id, bubble FROM deliveries WHERE lane = 1")
    assert [(t["because"].split(":")[0], t["conversation_id"]) for t in told] == [("link", old.row.id)]
    # Either phone sees the number now.
    assert "BTN-2026-000001" in old.says("STATUS").text


def test_a_form_that_is_open_goes_over_as_it_stands(phone: Phone) -> None:
    old = starts(phone)
    code = code_of(old)
    new = phone(Channel.WHATSAPP, address=NEW).says(code)
    assert new.asked == "avoid"
    assert old.form is None
    assert "tidak ada isian" in old.says("LANJUT").text.lower()


def test_the_language_goes_over(phone: Phone) -> None:
    old = starts(phone)
    old.says("english")
    new = phone(Channel.WHATSAPP, address=NEW).says(code_of(old))
    assert "Linked" in new.text


def test_a_code_is_good_once(phone: Phone) -> None:
    code = code_of(starts(phone))
    assert "Tersambung" in phone(Channel.WHATSAPP, address=NEW).says(code).text
    third = phone(Channel.WHATSAPP, address="whatsapp:+6281299990001")
    third.says(code)
    assert third.row.person_id is None


def test_a_code_is_good_for_a_quarter_of_an_hour(phone: Phone) -> None:
    old = starts(phone)
    code = code_of(old)
    new = phone(Channel.WHATSAPP, address=NEW, now=old.now + dt.timedelta(minutes=15))
    new.says(code)
    assert new.row.person_id is None


def test_typed_where_it_was_asked_for_it_is_not_spent(phone: Phone) -> None:
    old = starts(phone)
    code = code_of(old)
    assert "baru" in old.says(code).text
    assert "Tersambung" in phone(Channel.WHATSAPP, address=NEW).says(code).text


def test_a_newer_code_voids_the_older(phone: Phone) -> None:
    old = starts(phone)
    first, second = code_of(old), code_of(old)
    new = phone(Channel.WHATSAPP, address=NEW)
    if first != second:
        assert "tidak cocok" in new.says(first).text
    assert "Tersambung" in new.says(second).text


def test_five_wrong_codes_close_the_door_for_an_hour(phone: Phone) -> None:
    old = starts(phone)
    right = code_of(old)
    wrong = [f"{n:06}" for n in range(6) if f"{n:06}" != right]
    new = phone(Channel.WHATSAPP, address=NEW)
    for code in wrong[:4]:
        assert "tidak cocok" in new.says(code).text
    assert "terlalu sering" in new.says(wrong[4]).text
    assert "terlalu sering" in new.says(right).text
    assert new.row.person_id is None
    old.waits(hours=1)
    new.waits(hours=1)
    assert "Tersambung" in new.says(code_of(old)).text


def test_six_digits_mean_nothing_while_nobody_waits_for_a_code(phone: Phone) -> None:
    new = phone(Channel.WHATSAPP, address=NEW).says("123456")
    assert "Selamat datang" in new.text
    assert new.row.link_tries == 0


def test_an_open_question_takes_its_own_digits(phone: Phone) -> None:
    old = starts(phone)
    code = code_of(old)
    other = until_question(phone(Channel.WHATSAPP, address=NEW).says("halo").taps("journey", "yes"), "turnover")
    before = other.row.person_id
    other.says(f"{code} sebulan")
    assert other.row.person_id == before


def test_a_code_before_consent_leaves_no_words(phone: Phone, rows: Rows) -> None:
    starts(phone)
    new = phone(Channel.WHATSAPP, address=NEW).says("111111")
    assert [r["words"] for r in rows(f"SELECT words FROM inbounds WHERE conversation_id = {new.row.id}")] == [None]


def test_who_has_businesses_on_both_phones_is_matched_by_an_officer(phone: Phone, rows: Rows) -> None:
    new = reaches_number(phone(Channel.WHATSAPP, address=NEW).says("halo").taps("journey"), business_name="Lain Sekali")
    before = new.row.person_id
    new.says(code_of(starts(phone)))
    assert "Petugas" in new.text
    assert new.row.person_id == before
    assert [t["topic"] for t in rows("SELECT topic FROM tickets WHERE topic = 'link'")] == ["link"]


@on_both
def test_not_me_cuts_the_other_phone_off(phone: Phone, rows: Rows) -> None:
    old = starts(phone)
    new = phone(Channel.WHATSAPP, address=NEW).says(code_of(old))
    new.says("1")
    old.says("BUKAN SAYA")
    assert "putus" in old.text
    assert (new.row.person_id, new.row.form, new.row.answers) == (None, None, {})
    assert new.row.purge_at is not None
    assert [t["topic"] for t in rows("SELECT topic FROM tickets")] == ["link"]
    old.says("LANJUT")
    assert old.form == "check"  # what was taken along came back
    assert "belum punya nomor" in new.says("STATUS").text
    assert "Tidak ada HP lain" in old.says("BUKAN SAYA").text


def test_not_me_reaches_phones_joined_through_the_other(phone: Phone) -> None:
    old = starts(phone)
    second = phone(Channel.WHATSAPP, address=NEW).says(code_of(old))
    third = phone(Channel.WHATSAPP, address="whatsapp:+6281299990001").says(code_of(second))
    assert third.row.person_id == old.row.person_id
    old.says("bukan saya")
    assert (second.row.person_id, third.row.person_id) == (None, None)


def test_the_button_below_the_notice_says_it_too(phone: Phone, rows: Rows) -> None:
    from conversation.said import Tap

    old = starts(phone)
    new = phone(Channel.WHATSAPP, address=NEW).says(code_of(old))
    link = rows("SELECT id FROM link_codes")[0]["id"]
    old.hears(Tap("link", str(link), "not_me", "Bukan saya"))
    assert new.row.person_id is None


def test_a_new_phone_without_the_old_goes_to_an_officer(phone: Phone, rows: Rows) -> None:
    new = phone(Channel.WHATSAPP, address=NEW).says("halo", "ganti hp")
    assert new.options == ["have", "lost"]
    new.taps("lost", "yes").says("Keripik Bu Siti, Kasemen")
    assert "petugas mencocokkan" in new.text.lower()
    assert [(t["topic"], t["words"]) for t in rows("SELECT topic, words FROM tickets")] == [
        ("link", "Keripik Bu Siti, Kasemen")
    ]
    assert "enam angka" in phone(Channel.WHATSAPP, address=NEW).says("PINDAH").taps("have").text


def test_the_same_typed_number_never_makes_one_person_of_two(phone: Phone, rows: Rows) -> None:
    for address in ("700000001", "700000002", "700000003"):
        reaches_number(phone(address=address).says("halo").taps("journey"), phone="0812 3456 7890")
    assert len({r["person_id"] for r in rows("SELECT person_id FROM conversations")}) == 3


@on_both
def test_an_officer_joins_two_chats(phone: Phone, rows: Rows) -> None:
    old = starts(phone)
    new = phone(Channel.WHATSAPP, address=NEW).says("halo")
    with Session(old.database.write_engine) as session, session.begin():
        used = links.by_officer(session, DEWI, old=old.row.id, new=new.row.id, texts=noting(), now=old.now)
        assert used.use is links.Use.LINKED
    assert new.row.person_id == old.row.person_id
    new.says("LANJUT")
    assert new.asked == "avoid"
    assert len(rows("SELECT id FROM deliveries WHERE because LIKE 'link:%'")) == 2


def test_notices_go_where_the_person_wrote_last(phone: Phone) -> None:
    old = starts(phone)
    new = phone(Channel.WHATSAPP, address=NEW).waits(minutes=5)
    new.says(code_of(old))

    def where() -> Channel:
        with Session(old.database.read_engine) as session:
            chat = chats.last_used(session, int(old.row.person_id or 0), lock=False)
            assert chat is not None
            return chat.channel

    assert where() is Channel.WHATSAPP
    old.waits(hours=1).says("MENU")
    assert where() is Channel.TELEGRAM


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_phones_at_once_with_one_code(phone: Phone) -> None:
    old = starts(phone)
    code = code_of(old)
    phones = [phone(Channel.WHATSAPP, address=f"whatsapp:+628129999000{n}").says("halo") for n in range(4)]
    threads = [threading.Thread(target=one.says, args=(code,)) for one in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(old.database.read_engine) as session:
        mine = sa.select(Conversation.address).where(Conversation.person_id == old.row.person_id)
        assert len(session.scalars(mine).all()) == 2  # the old chat, and one of the four


def test_a_reminder_goes_where_the_person_wrote_last_and_is_answered_there(phone: Phone, rows: Rows) -> None:
    old = reaches_number(phone().says("halo").taps("journey"))
    new = phone(Channel.WHATSAPP, address=NEW).waits(minutes=5)
    new.says(code_of(old))
    with Session(old.database.write_engine) as session, session.begin():
        assert dues.sweep(session, noting(), OFFICE, old.now + dt.timedelta(days=14, hours=2)) >= 1
    due = rows("SELECT id, code, conversation_id FROM dues WHERE state = 'asked'")[0]
    assert due["conversation_id"] == new.row.id
    assert rows(f"SELECT conversation_id AS c FROM deliveries WHERE because = 'due:{due['id']}'")[0]["c"] == new.row.id
    new.says(f"BELUM {due['code']}")
    assert rows(f"SELECT state FROM dues WHERE id = {due['id']}")[0]["state"] == "answered"


def test_an_open_question_to_an_officer_comes_along_and_goes_back(phone: Phone, rows: Rows) -> None:
    old = starts(phone).says("PETUGAS", "Kapan pendamping datang ke tempat saya?")
    new = phone(Channel.WHATSAPP, address=NEW).says(code_of(old))
    asked = "SELECT conversation_id AS chat, words FROM tickets WHERE topic = 'question'"
    assert [row["chat"] for row in rows(asked)] == [new.row.id]
    assert (old.row.quiet_until, new.row.quiet_until is not None) == (None, True)
    assert new.asked == "avoid", "the form goes on, though an officer is answering"
    with Session(new.database.write_engine) as session, session.begin():
        session.execute(sa.update(Ticket).values(closed_at=new.now))
    old.says("BUKAN SAYA")
    assert [row["chat"] for row in rows(asked)] == [old.row.id], "nobody reads a stranger's chat by an old question"
    assert (old.row.quiet_until is not None, new.row.quiet_until) == (True, None)


def test_what_somebody_without_a_business_signed_up_for_goes_along_and_comes_back(phone: Phone, rows: Rows) -> None:
    """One day from both phones: one place is enough. The other day goes along, with its reminders; no code twice."""
    old_hall = Hall(phone().database, capacity=3)
    hall = Hall(phone().database, capacity=3)
    old, new = phone(), phone(Channel.WHATSAPP, address=NEW)
    for chat, name in ((old, "Siti"), (new, "Siti")):
        signs_up(chat, old_hall, name)
    new.says(f"acara {hall.code}").taps("join", "yes")
    mine = new.row.person_id
    assert [r["code"] for r in rows("SELECT code FROM sign_ups ORDER BY id")] == ["E1", "E1", "E2"]

    new.says(code_of(old))
    person = old.row.person_id
    assert new.row.person_id == person
    stand = rows("SELECT event_id, state, code, person_id FROM sign_ups ORDER BY id")
    assert [(r["state"], r["code"]) for r in stand] == [("registered", "E1"), ("cancelled", "E1"), ("registered", "E2")]
    assert {r["person_id"] for r in stand} == {person}
    assert (old_hall.event.taken, hall.event.taken) == (1, 1)
    planned = f"SELECT kind FROM reminders WHERE event_id = {hall.event.id} AND state = 'planned' AND person_id = "
    assert {r["kind"] for r in rows(planned + str(person))} == {"h7", "h3", "h1", "soon"}

    old.says("BUKAN SAYA")
    theirs = rows(f"SELECT event_id, state FROM sign_ups WHERE person_id = {mine} ORDER BY id")
    assert [(r["event_id"], r["state"]) for r in theirs][-1] == (hall.event.id, "registered")
    assert len(rows(planned + str(mine))) == 4
    assert rows(f"SELECT state FROM sign_ups WHERE person_id = {person}") == [{"state": "registered"}]
