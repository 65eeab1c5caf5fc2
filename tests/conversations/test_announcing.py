"""Staff announce from their Telegram: written by numbers and words, approved by another's button, stopped by a word."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

import texts
from bot.database import Database
from models import Broadcast, BroadcastState, Channel, Delivery, Person, Session
from services.announcing import Announcing
from services.broadcasts import approving, running
from tests.services import announced, people
from tests.services.people import NOON, transaction
from tests.support.chat import Chat, tap
from tests.support.office import OFFICE
from texts.bubble import Bubble, Button

TWO = replace(OFFICE, announcing=Announcing(second_from=2))
TEXTS = texts.load()
TEXT = "Halo {nama}, pelatihan NIB hari Kamis."


@pytest.fixture
def rina(database: Database) -> Chat:
    """An author and an approver, and two people to write to."""
    with transaction(database) as session:
        for name, role, chat in (("rina", "humas", "901"), ("dewi", "penyetuju", "902")):
            people.account(session, name, role, telegram=chat)
            people.chat(session, address=chat, last_in_at=NOON - dt.timedelta(minutes=1))
        for n in range(2):
            announced.owner(session, f"Ibu {n}", business={"regency": "36.02"})
    return staff_chat(database, "901")


def staff_chat(database: Database, address: str) -> Chat:
    return Chat(database, TWO, address=address, now=NOON)


def state(database: Database) -> BroadcastState:
    with Session(database.read_engine) as session:
        return session.scalars(sa.select(Broadcast.state).order_by(Broadcast.id.desc())).first() or BroadcastState.DRAFT


def asked(database: Database) -> dict[str, Button]:
    """The buttons of the request in the outbox."""
    with Session(database.read_engine) as session:
        query = sa.select(Delivery.bubble).where(Delivery.because.startswith("broadcast_ask:"))
        (kept,) = session.scalars(query.order_by(Delivery.id.desc()).limit(1)).all()
    return {button.data.split("|")[2]: button for button in Bubble.from_json(kept).buttons}


def settled(database: Database) -> tuple[int | None, str]:
    """What the worker does after a yes, and the end of what it tells whoever said so."""
    with transaction(database) as session:
        done = approving.settle(session, TEXTS, TWO, NOON)
        query = sa.select(Delivery.bubble).where(Delivery.because.startswith("broadcast_settled:"))
        said = session.scalars(query.order_by(Delivery.id.desc()).limit(1)).first()
    return done, str(said["text"]).partition(". ")[0].partition(" ")[2].partition(" ")[2] if said else ""


def test_whom_it_is_for_is_chosen_by_numbers(rina: Chat) -> None:
    database = rina.database
    for choice, value, filtered in (
        ("by_stage", "DATA_KURANG", {"stages": ["DATA_KURANG"]}),
        ("by_todo", "BUTUH_NIB", {"todos": ["BUTUH_NIB"]}),
        ("by_sector", "bakery", {"sectors": ["bakery"]}),
        ("silent", None, {"silent_for": 30}),
    ):
        rina.says("/siaran").taps(choice)
        if value is not None:
            rina.taps(value)
        rina.taps("36.02").says(TEXT).says("lewati")
        with Session(database.read_engine) as session:
            row = session.scalars(sa.select(Broadcast).order_by(Broadcast.id.desc())).first()
        assert row is not None
        assert (row.audience, row.texts) == ({**filtered, "regencies": ["36.02"]}, {"id": TEXT})
    rina.says("/siaran").taps("by_event").says("xx99").taps("all").says(TEXT).says("lewati")
    assert "Acara “XX99” tidak ada" in rina.text


def test_a_yes_that_cannot_be_is_told_and_waits_for_another(rina: Chat) -> None:
    database = rina.database
    rina.says("/siaran").taps("all", "all").says(TEXT).says("lewati").taps("ask")
    staff_chat(database, "902").hears(tap(asked(database)["approve"]))
    with transaction(database) as session:
        for person_id in session.scalars(sa.select(Person.id)):
            announced.agrees(session, person_id, given=False, at=NOON + dt.timedelta(minutes=1))
    assert settled(database)[0] == 1
    assert state(database) is BroadcastState.ASKED


def test_written_in_a_chat_and_approved_in_another(rina: Chat) -> None:
    database = rina.database
    rina.says("/siaran").taps("all")
    rina.says("2" if rina.labels[1] == "Kab. Pandeglang" else "1").says(TEXT).says("lewati")
    assert "Tidak ada yang akan menerimanya" in rina.text  # nobody in Pandeglang
    rina.says("/siaran").taps("all").taps("36.02").says(TEXT).says("Hello {nama}, a NIB training.")
    for words in ("di Kabupaten Lebak: 2 orang", "Halo Ibu 0, pelatihan", "BERHENTI", "Kirim kepada 2 orang?"):
        assert words in rina.text
    assert rina.options == ["ask", "test", "drop"]
    rina.taps("test")
    assert "Uji kirim" in rina.text
    rina.taps("ask")
    assert "ke 1 akun" in rina.text
    assert state(database) is BroadcastState.ASKED
    buttons = asked(database)
    rina.hears(tap(buttons["approve"]))
    assert "tidak boleh" in rina.text
    stranger = Chat(database, TWO, address="999", now=NOON).says("halo")
    stranger.hears(tap(buttons["approve"]))
    assert state(database) is BroadcastState.ASKED
    dewi = staff_chat(database, "902")
    dewi.hears(tap(buttons["approve"]))
    assert "S-2 disetujui. ✅ Penerimanya sedang dicatat" in dewi.text
    dewi.hears(tap(buttons["reject"]))
    assert "tidak lagi dalam keadaan untuk itu" in dewi.text
    assert state(database) is BroadcastState.FREEZING
    assert settled(database) == (2, "disetujui untuk 2 penerima")
    assert settled(database)[0] is None
    assert state(database) is BroadcastState.SCHEDULED

    with transaction(database) as session:
        running.tend(session, rina.texts, TWO, {Channel.TELEGRAM: 5}, NOON)
    rina.says("/siaran jeda S-2")
    assert "dijeda" in rina.text
    assert "dijeda, 0 dari 2" in rina.says("/siaran status").text
    assert "dilanjutkan" in rina.says("/siaran lanjut 2").text
    assert "dibatalkan" in rina.says("/siaran batal S-2").text
    assert "tidak lagi dalam keadaan" in rina.says("/siaran batal S-2").text
    assert "Tidak ada siaran dengan nomor itu" in rina.says("/siaran jeda S-99").text
    assert "Contoh" in rina.says("/siaran jeda").text


def test_given_back_dropped_or_refused(rina: Chat) -> None:
    database = rina.database
    rina.says("/siaran").taps("all", "all").says(TEXT).says("lewati").taps("ask")
    dewi = staff_chat(database, "902")
    dewi.hears(tap(asked(database)["reject"]))
    assert "dikembalikan" in dewi.text
    assert state(database) is BroadcastState.DRAFT
    assert "tidak boleh" in dewi.says("/siaran").text
    rina.says("/siaran").taps("only_nib")
    rina.taps("all").says("Halo {zodiak}").says("lewati")
    assert "“zodiak” tidak dikenal" in rina.text
    rina.says("/siaran").taps("all", "all").says("Transfer uang ke https://bit.ly/x").says("lewati").taps("drop")
    assert state(database) is BroadcastState.CANCELLED
    said = Chat(database, TWO, address="999", now=NOON).says("halo", "/siaran").text
    assert "Siaran" not in said
