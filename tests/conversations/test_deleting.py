"""HAPUS DATA: asked once more, then nothing that was said is left; what is counted stays counted."""

import datetime as dt

import sqlalchemy as sa

from bot.database import Database
from models import Channel, DeliveryState, Session, Stage, TicketAnswer
from services import erasure
from tests.conversations import on_both, on_both_channels
from tests.conversations.conftest import Phone, Rows
from tests.conversations.data_owner import NIB, asked_for, goodbye_left, moved, placed
from tests.services.people import transaction
from tests.support.chat import Chat
from tests.support.owner import reaches_number
from tests.support.traces import traces


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
    chat = placed(phone).says("hapus data", "mau tanya dulu")
    assert "betul?" in chat.text
    chat.taps("no").taps("no")
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
