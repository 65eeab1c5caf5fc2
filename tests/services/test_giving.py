"""After the day: whoever came is given a certificate and the materials, once; the rest is not."""

import datetime as dt
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

import texts
from bot.database import Database
from models import (
    Channel,
    Conversation,
    Delivery,
    EventCertificate,
    EventFeedback,
    Language,
    Purpose,
    Reachable,
    Session,
    SignUp,
)
from services import consents
from services.events import after, arranging, attending, certifying, doors, giving
from services.events.attending import Tap
from services.events.rules import EventRefused
from services.staff import Forbidden
from tests.services import eventful
from tests.services.eventful import CALENDAR, DAY, DEWI, HOUR, NOW, THURSDAY
from tests.services.people import OFFICE, transaction
from tests.services.test_attending import OPENING, at_door, guest
from tests.services.test_papers import codes_of, read

TEXTS = texts.load()
EVENING, MORNING = THURSDAY + 13 * HOUR, THURSDAY + DAY  # 22.00, and 09.00 WIB of the next day
BASE = "https://bot.contoh.go.id"


def chance() -> Iterator[str]:
    """Addresses of certificates, one after the other."""
    n = 0
    while True:
        n += 1
        yield f"address-{n:04d}"


def sweep(session: Session, now: dt.datetime, made: Iterator[str]) -> int:
    return giving.sweep(session, TEXTS, OFFICE, lambda: next(made), now)


def told(session: Session) -> list[str]:
    return [str(row.bubble["text"]) for row in session.scalars(sa.select(Delivery).order_by(Delivery.id))]


def agree(session: Session, chat: Conversation, given: bool = True) -> None:
    """They consent to be served, or take it back."""
    proof = {"text_version": "1", "text_hash": "0" * 64, "language": "id", "channel": chat.channel, "now": NOW}
    consents.record(session, conversation_id=chat.id, purpose=Purpose.SERVICE, given=given, **proof)  # type: ignore[arg-type]


def the_day(session: Session) -> tuple[str, list[SignUp]]:
    """Two came, one of them by somebody in her place; a guest came too; Yati did not."""
    day = eventful.event(session, capacity=10)
    chats = [eventful.owner(session, name) for name in ("Siti Aminah", "Ujang", "Yati")]
    chats[1].channel, chats[1].language = Channel.WHATSAPP, Language.EN
    rows = [eventful.signs_up(session, day.id, chat).sign_up for chat in chats]
    signed = [row for row in rows if row]
    attending.check_in(session, DEWI, day.id, signed[0].id, Tap(OPENING, stand_in="Neng Rahma"), OPENING)
    attending.check_in(session, DEWI, day.id, signed[1].id, Tap(OPENING), OPENING)
    noted = guest(session, DEWI, day.id, "w1").sign_up
    assert noted is not None
    return day.code, [*signed, noted]


def test_certificates_for_those_who_came(database: Database) -> None:
    made = chance()
    with transaction(database) as session:
        code, (siti, ujang, yati, tini) = the_day(session)
        giving.certify_from(session, DEWI, code, NOW, now=NOW)  # said long before
        assert [sweep(session, at, made) for at in (OPENING, EVENING)] == [0, 0], "not before it is over, not by night"
        assert sweep(session, MORNING, made) == 3
        assert sweep(session, MORNING, made) == 0, "once each"
        numbers = {row.sign_up_id: row.number for row in session.scalars(sa.select(EventCertificate))}
        assert numbers == {
            siti.id: "001/SOS01/BPTSI/2026", ujang.id: "002/SOS01/BPTSI/2026", tini.id: "003/SOS01/BPTSI/2026",
        }  # fmt: skip
        first, second = told(session)
        assert "untuk Neng Rahma, nomor 001/SOS01/BPTSI/2026" in first
        assert "certificate of" in second, "in the language of the chat"

        found = certifying.confirm(session, "address-0001")
        assert found is not None
        assert (found.number, found.name) == ("001/SOS01/BPTSI/2026", "N••• R•••")
        assert certifying.confirm(session, "address-0004") is None
        assert certifying.of_card(session, yati.token) is None
        papers = certifying.paper(certifying.sheet(session, DEWI, code, MORNING), OFFICE.letterhead, TEXTS, BASE)
        pages = read(papers)
        assert len(pages) == 3
        for said in (
            "SERTIFIKAT KEHADIRAN",
            "Neng Rahma",
            "Keripik Siti Aminah",
            "10 Desember 2026",
            "bukan sertifikat halal",
        ):
            assert said in pages[0]
        assert codes_of(papers) == [f"{BASE}/sertifikat/address-0001"]

        attending.undo(session, DEWI, siti.event_id, siti.id, MORNING)
        assert certifying.confirm(session, "address-0001") is None, "she was not there after all"
        attending.check_in(session, DEWI, siti.event_id, siti.id, Tap(MORNING), MORNING)
        assert (sweep(session, MORNING, made), certifying.confirm(session, "address-0001") is not None) == (0, True)


def test_materials_are_told_to_those_who_came(database: Database) -> None:
    made = chance()
    with transaction(database) as session:
        code, (siti, *_) = the_day(session)
        with pytest.raises(ValueError, match="https"):
            giving.set_materials(session, DEWI, code, "http://contoh.id/x", now=NOW)
        for name, content in (("virus.exe", b"x"), ("materi.pdf", b""), ("materi.pdf", b"x" * 10_000_001)):
            with pytest.raises(ValueError, match=r"kind|size"):
                giving.keep_materials(session, DEWI, code, name, content, now=NOW)
        giving.set_materials(session, DEWI, code, "https://contoh.go.id/materi", now=NOW)
        assert sweep(session, MORNING, made) == 2, "the guest has no chat, Yati was not there"
        assert sweep(session, MORNING, made) == 0
        assert "Materinya: https://contoh.go.id/materi" in told(session)[0]
        giving.keep_materials(session, DEWI, code, "materi.pdf", b"%PDF-1.7", now=MORNING)
        assert sweep(session, MORNING, made) == 2, "other materials are told anew"
        row = session.scalars(sa.select(Delivery).order_by(Delivery.id.desc())).first()
        assert row is not None
        carried = row.bubble["extra"]["document"]
        assert (carried["file"] > 0, row.bubble["template"]) == (True, "event_materials_v1")

        door = at_door(session, arranging.seating.find(session, code))
        with pytest.raises(Forbidden):
            giving.set_materials(session, door, code, "https://contoh.go.id/palsu", now=NOW)
        other = eventful.event(session, starts_at=THURSDAY + DAY)
        arranging.cancel(session, DEWI, other.code, reason="Banjir.", calendar=CALENDAR, now=NOW)
        with pytest.raises(EventRefused):
            giving.certify_from(session, DEWI, other.code, NOW, now=NOW)
        assert isinstance(doors.find(session, "p" + "a" * 32, OPENING), doors.Open)
        assert siti.materials_at == MORNING


def test_two_processes_give_each_certificate_once(database: Database) -> None:
    with transaction(database) as session:
        code, _ = the_day(session)
        giving.certify_from(session, DEWI, code, NOW, now=NOW)
    ready = threading.Barrier(2)

    def sweeps(which: str) -> None:
        ready.wait()
        with transaction(database) as session:
            names = iter(f"{which}-{n:08d}" for n in range(9))
            giving.sweep(session, TEXTS, OFFICE, lambda: next(names), MORNING)

    threads = [threading.Thread(target=sweeps, args=(which,)) for which in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with transaction(database) as session:
        assert sorted(session.scalars(sa.select(EventCertificate.n))) == [1, 2, 3]
        assert len(told(session)) == 2


def test_who_leaves_the_questions_alone_is_shown_the_way_in_once(database: Database) -> None:
    """Of four who came: one is not reached, one took her consent back, one answered; the last one only."""
    with transaction(database) as session:
        day = eventful.event(session, capacity=10)
        chats = [eventful.owner(session, name) for name in ("Gagal", "Tarik", "Jawab", "Diam")]
        for one in chats:
            agree(session, one)
        chats[0].reachable = Reachable.BLOCKED
        agree(session, chats[1], given=False)
        rows = [eventful.signs_up(session, day.id, one).sign_up for one in chats]
        for row in rows:
            assert row is not None
            attending.check_in(session, DEWI, day.id, row.id, Tap(OPENING), OPENING)
        asked = THURSDAY + 7 * HOUR
        while after.sweep(session, TEXTS, OFFICE, asked):
            pass
        assert [row.conversation_id for row in session.scalars(sa.select(Delivery))] == [chats[2].id, chats[3].id]
        number = session.scalars(sa.select(EventFeedback.id).where(EventFeedback.person_id == chats[2].person_id)).one()
        after.keep(session, number, useful="very", clear="yes", words=None, now=asked)
        found = after.opinion(session, DEWI, day.code, asked)
        assert (found.asked, found.answered) == (2, 1)
        assert [after.start_sweep(session, TEXTS, OFFICE, at) for at in (asked + 23 * HOUR, asked + 30 * HOUR)] == [
            0,
            0,
        ]
        assert [after.start_sweep(session, TEXTS, OFFICE, asked + DAY + n * DAY / 24) for n in (0, 1)] == [1, 0]
        shown = session.scalars(sa.select(Delivery).where(Delivery.because.startswith("start:"))).all()
        assert [(row.conversation_id, row.bubble.get("template")) for row in shown] == [(chats[3].id, None)]
