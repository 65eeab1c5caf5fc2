"""DATA SAYA: what is asked for is done at once, is a row with its 3 x 24 hours, and deletion leaves no trace."""

import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa

from bot.database import Database
from conversation.said import Photo
from models import Application, Channel, DeliveryState, Person, Session, Stage, TicketAnswer
from services import erasure, media, requests
from tests.conversations.conftest import Phone, Rows
from tests.services.people import transaction
from tests.support.chat import Chat
from tests.support.owner import reaches_number
from tests.support.traces import traces

on_both_channels = pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
on_both = pytest.mark.parametrize("kind", ["sqlite", "postgres"])
NIB = {"papers": "nib", "nib_number": "1234567890123"}


def placed(phone: Phone, channel: str = "telegram", **more: str) -> Chat:
    """An owner with a place."""
    return reaches_number(phone(Channel(channel)).says("halo").taps("journey"), **{**NIB, **more})


def moved(database: Database, stage: Stage) -> None:
    """An officer moved the application."""
    with transaction(database) as session:
        session.execute(sa.update(Application).values(stage=stage))


def goodbye_left(database: Database, chat: Chat) -> int:
    """The outbox has sent what waited; the heartbeat beats."""
    with transaction(database) as session:
        session.execute(sa.text("UPDATE deliveries SET state='sent', platform_id='m1' WHERE state='queued'"))
    with transaction(database) as session:
        return erasure.farewell(session, chat.now)


def asked_for(rows: Rows) -> list[tuple[Any, ...]]:
    """The requests: kind, detail, whether done."""
    return [(r["kind"], r["detail"], r["done_at"] is not None) for r in rows("SELECT * FROM data_requests ORDER BY id")]


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
    "products": ("Keripik Ubi, Keripik Talas", "products", '["Keripik Ubi","Keripik Talas"]'),
}


@pytest.mark.parametrize("field", CORRECTIONS)
def test_a_line_is_corrected_at_once(phone: Phone, rows: Rows, field: str) -> None:
    said, column, kept = CORRECTIONS[field]
    chat = placed(phone).says("DATA SAYA").taps("correct", field).says(said)
    assert "sudah diperbaiki" in chat.text
    assert str(rows("SELECT * FROM businesses")[0][column]).casefold() == kept.casefold()
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


# --- delete


def a_full_life(phone: Phone, database: Database, channel: str) -> Chat:
    """Somebody who has left something in every table one can leave something in."""
    chat = placed(phone, channel).taps("menu").taps("yes")  # announcements allowed
    if chat.form == "after":
        chat.taps(chat.options[0])
    chat.says("PETUGAS").says("Apakah warung saya di Cipanas Lama boleh ikut?").says("MENU")
    chat.says("lapor").says("Orang bernama Joko Penipu minta uang").says("MENU")
    chat.taps("journey")
    reaches_number(chat.says("MENU"), **{**NIB, "nib_number": "lewati"}, business_name="Kedai Rahasia Kedua")
    chat.says("MENU").says("DATA SAYA").taps("see")
    chat.says("kapan saja gajah terbang ke Merak")
    with transaction(database) as session:
        chat_id, person_id = session.execute(sa.text("SELECT id, person_id FROM conversations")).one()
        leave_the_rest(session, chat_id, person_id, chat.now)
    moved_half_way(chat)
    return chat


def moved_half_way(chat: Chat) -> None:
    """A third business, begun and laid aside."""
    chat.says("MENU").taps("journey")
    for _ in range(6):
        if chat.form == "check":
            break
        chat.taps(chat.options[0])
    chat.says("MENU")


def leave_the_rest(session: Session, chat_id: int, person_id: int, now: dt.datetime) -> None:
    """What comes by other ways than words: a picture, an officer's answer, an e-mail, a code, a due question."""
    from models import Business, Due, DueKind, LinkCode, Media, StageChange, Ticket

    for business in session.scalars(sa.select(Business)):
        business.brand, business.email, business.workers = "Merek Gajah", "siti@contoh.id", 3
    media = Media(conversation_id=chat_id, ref="https://api.twilio.com/Media/ME77", mime="image/jpeg", asked_at=now)
    media.content, media.fetched_at, media.cleared_at = b"\xff\xd8 Wajah Siti", now, now
    due = Due(conversation_id=chat_id, person_id=person_id, kind=DueKind.TODO, code="T9", due_at=now)
    due.about = {"reason": "BUTUH_NIB", "values": {"ingredient": "kaldu gajah"}}
    code = LinkCode(person_id=person_id, conversation_id=chat_id, code_hash="hash-of-siti", made_at=now)
    code.expires_at = now
    session.add_all([media, due, code])
    ticket = session.scalars(sa.select(Ticket).order_by(Ticket.id)).first()
    assert ticket is not None
    session.add(TicketAnswer(ticket_id=ticket.id, officer="dewi", words="Bu Siti Aminah, boleh", at=now))
    for change in session.scalars(sa.select(StageChange)):
        change.note = "ibu Siti datang ke kantor"


OTHER_WAYS = [
    "Merek Gajah", "siti@contoh.id", "Wajah Siti", "kaldu gajah", "hash-of-siti", "Bu Siti Aminah", "datang ke kantor",
    "Siti Aminah", "Keripik Bu Siti", "Sawah Luhur", "Cikulur", "1234567890123", "081234567890",
]  # fmt: skip


@on_both
@on_both_channels
def test_after_deletion_no_table_holds_anything_that_was_said(
    phone: Phone, rows: Rows, database: Database, channel: str
) -> None:
    chat = a_full_life(phone, database, channel)
    typed = [words for who, words in chat.log if who == "me" and len(words) >= 6 and not words.startswith("[")]
    values = [*typed, *OTHER_WAYS, chat.address]
    assert len({t.split(".")[0] for t in traces(database, values)}) >= 12
    before = {table: rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in COUNTED}
    consents = rows("SELECT purpose, given, text_version, text_hash, at FROM consents ORDER BY id")

    chat.says("hapus data saya")
    assert "tidak bisa dikembalikan" in chat.text
    chat.taps("yes")
    assert "Ini pesan terakhir" in chat.text
    left = traces(database, values)
    assert {t.split(":")[0] for t in left} <= {"conversations.address", "deliveries.address"}  # for the farewell

    assert goodbye_left(database, chat) == 1
    assert traces(database, values) == []
    assert asked_for(rows)[-1] == ("delete", None, True)
    after = {table: rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in COUNTED}
    assert after["applications"] == before["applications"]
    assert after["persons"] == after["conversations"] == 1
    assert after["deliveries"] == before["deliveries"] + 2
    proof = rows("SELECT purpose, given, text_version, text_hash, at FROM consents ORDER BY id")
    assert proof[: len(consents)] == consents
    assert sorted(c["purpose"] for c in proof[len(consents) :]) == ["announcements", "service"]
    assert not any(c["given"] for c in proof[len(consents) :])
    assert rows("SELECT taken FROM programmes")[0]["taken"] == 7_000
    assert {r["regency"] for r in rows("SELECT regency FROM applications")} == {"36.73"}


COUNTED = ("applications", "persons", "conversations", "deliveries", "stage_changes")


def test_nothing_is_deleted_before_yes(phone: Phone, rows: Rows) -> None:
    chat = placed(phone).says("hapus data").taps("no")
    assert chat.form == "menu"
    chat.says("hapus data").taps("stop_only")
    assert "Semua pesan berhenti" in chat.text
    assert rows("SELECT stopped FROM conversations")[0]["stopped"] == "everything"
    assert rows("SELECT stage FROM applications")[0]["stage"] == "KUOTA_DIBERIKAN"
    assert asked_for(rows) == []


def test_what_lies_with_bpjph_stays_counted_and_is_said(phone: Phone, rows: Rows, database: Database) -> None:
    chat = placed(phone)
    moved(database, Stage.ISSUED)
    chat.says("hapus data").taps("yes")
    assert "SIHALAL" in chat.text
    assert rows("SELECT stage FROM applications")[0]["stage"] == "TERBIT"
    assert rows("SELECT taken FROM programmes")[0]["taken"] == 7_001  # the place was used
    assert rows("SELECT nib, released_at FROM places")[0] == {"nib": None, "released_at": None}


@on_both
def test_the_address_waits_for_the_farewell_and_no_longer(phone: Phone, rows: Rows, database: Database) -> None:
    chat = placed(phone).says("hapus data").taps("yes")
    with transaction(database) as session:
        assert erasure.farewell(session, chat.now + dt.timedelta(hours=23)) == 0  # still on its way
    assert rows("SELECT address FROM conversations")[0]["address"] == chat.address
    with transaction(database) as session:
        assert erasure.farewell(session, chat.now + dt.timedelta(hours=24)) == 1
    assert rows("SELECT address FROM conversations")[0]["address"] == "erased:1"
    states = {r["state"] for r in rows("SELECT state FROM deliveries")}
    assert DeliveryState.QUEUED.value not in states


def test_who_writes_again_begins_anew(phone: Phone, rows: Rows, database: Database) -> None:
    chat = placed(phone).says("hapus data").taps("yes")
    assert goodbye_left(database, chat) == 1
    chat.says("halo")
    assert "Selamat datang" in chat.text
    found = rows("SELECT id, person_id, address FROM conversations ORDER BY id")
    assert [(r["person_id"], r["address"]) for r in found] == [(None, "erased:1"), (None, chat.address)]
    reaches_number(chat.taps("journey"), **NIB)
    assert rows("SELECT stage FROM applications ORDER BY id DESC")[0]["stage"] == "KUOTA_DIBERIKAN"
    assert len({r["person_id"] for r in rows("SELECT person_id FROM consents")}) == 2


def test_who_writes_before_the_farewell_has_left_keeps_the_chat(phone: Phone, rows: Rows, database: Database) -> None:
    chat = placed(phone).says("hapus data").taps("yes")
    chat.waits(seconds=5).says("halo").taps("journey").taps("yes")
    assert goodbye_left(database, chat) == 1
    row = chat.row
    assert (row.address, row.person_id) == (chat.address, 2)
    assert asked_for(rows) == [("delete", None, True)]


def test_a_repeated_webhook_is_not_answered_anew(phone: Phone, database: Database) -> None:
    chat = placed(phone).says("hapus data")
    button = chat.button("yes")
    from tests.support.chat import tap

    chat.hears(tap(button), event="last-one")
    assert goodbye_left(database, chat) == 1
    chat.received = chat.hears(tap(button), event="last-one")
    assert chat.received.seen_before


def test_the_other_phone_of_the_same_person_is_forgotten_too(phone: Phone, rows: Rows, database: Database) -> None:
    chat = placed(phone)
    other = phone(Channel.WHATSAPP).says("halo")
    with transaction(database) as session:
        session.execute(sa.text("UPDATE conversations SET person_id = 1, purge_at = NULL"))
    chat.says("hapus data").taps("yes")
    assert goodbye_left(database, chat) == 1
    assert traces(database, [chat.address, other.address]) == []


def test_what_owners_confirmed_stays_theirs(phone: Phone, rows: Rows, database: Database) -> None:
    chat = phone().says("halo").taps("journey")
    reaches_number(chat, **NIB, for_whom="2", owner_name="Bu Yati", phone="0813 5555 6666")
    with transaction(database) as session:
        session.execute(sa.text("UPDATE businesses SET owner_confirmed_at = created_at"))
    chat.says("hapus data").taps("yes")
    assert rows("SELECT owner_name FROM businesses")[0]["owner_name"] == "Bu Yati"
    assert rows("SELECT taken FROM programmes")[0]["taken"] == 7_001
    assert rows("SELECT name, phone FROM persons")[0] == {"name": None, "phone": None}


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
