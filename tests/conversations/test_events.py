"""Acara on both phones: from a poster to the hall, by the waiting list, through a change of date, and out again."""

import datetime as dt
import re

import pytest

from bot.database import Database
from models import Channel
from services.events import after, arranging, attending, funnel, sources
from services.events.attending import Tap
from tests.conversations.conftest import Phone, Rows
from tests.support.hall import DEWI, THURSDAY, Hall, pressed, signs_up
from tests.support.office import OFFICE
from tests.support.owner import reaches_number
from tests.support.prose import matches, prose

BOTH = pytest.mark.parametrize("channel", list(Channel))
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def other(channel: Channel, n: int) -> str:
    """Another phone."""
    return f"70000010{n}" if channel is Channel.TELEGRAM else f"whatsapp:+62812000001{n:02d}"


@BOTH
def test_from_the_poster_to_the_hall(phone: Phone, database: Database, channel: Channel) -> None:
    """A poster's link leads straight in, through consent and back; the card, H-7, H-3, H-1, the evening before."""
    hall = Hall(database)
    chat = hall.joins(phone(channel))
    link = f"acara_{hall.code}"
    chat.starts(link) if channel is Channel.TELEGRAM else chat.says(f"ACARA {hall.code}")
    assert "Kamis, 10 Desember 2026, 09.00–15.00 WIB" in chat.text
    assert "Sisa tempat: *2*" in chat.text
    assert "UPTD BPTSI" in chat.text, "who we are is said first"
    chat.taps("join")
    assert chat.form == "consent_service"
    chat.taps("yes")
    assert chat.asked == "name"
    chat.says("Siti Aminah", "Keripik Bu Siti", "kota serang")
    assert "pengingat" in chat.text
    chat.taps("yes")
    assert "Terdaftar!" in chat.text
    assert chat.bubble is not None
    assert chat.bubble.extra["document"]["ticket"].startswith("t")

    hall.until(dt.datetime(2026, 12, 3, 2, 1, tzinfo=dt.UTC))
    assert "*7 hari lagi*" in hall.gets_one(chat).text
    hall.until(dt.datetime(2026, 12, 7, 2, 1, tzinfo=dt.UTC))
    assert "*3 hari lagi*" in hall.gets_one(chat).text
    hall.until(dt.datetime(2026, 12, 9, 2, 1, tzinfo=dt.UTC))
    asked = hall.gets_one(chat)
    assert "jadi datang?" in asked.text
    chat.presses(pressed(asked, "come"))
    assert "kami tunggu" in chat.text
    hall.until(dt.datetime(2026, 12, 9, 12, 1, tzinfo=dt.UTC))
    assert hall.gets_one(chat).text.startswith("*Besok*")
    hall.until(THURSDAY + HOUR)
    assert hall.gets(chat) == []


@BOTH
def test_a_place_that_is_given_back_is_offered(phone: Phone, database: Database, channel: Channel) -> None:
    hall = Hall(database, capacity=1)
    one, two, three = (hall.joins(phone(channel, address=other(channel, n))) for n in range(3))
    signs_up(one, hall, "Siti")
    signs_up(two, hall, "Yati")
    assert "*daftar tunggu nomor 1*" in two.text
    signs_up(three, hall, "Neni")
    assert "*daftar tunggu nomor 2*" in three.text
    one.taps("leave")
    assert "Dicatat batal" in one.text
    hall.beats()
    offer = hall.gets_one(two)
    assert "Selasa, 24 November 2026, 19.55 WIB" in offer.text, "never an end at night"
    assert hall.gets(three) == []
    two.presses(pressed(offer, "not_come"))
    hall.beats()
    hall.gets_one(three)
    hall.later(hours=9)  # nobody answered; it is night, and nothing is offered
    assert "sekarang nomor 1" in hall.gets_one(three).text
    hall.until(dt.datetime(2026, 11, 25, 2, tzinfo=dt.UTC))
    again = hall.gets_one(three)
    code = again.text.split("*AMBIL ")[1].split("*")[0]
    three.says(f"ambil {code.lower()}")
    assert "sekarang milik Keripik Neni" in three.text
    assert "Kode hadir" in three.text
    three.says(f"AMBIL {code}")
    assert "sudah terdaftar" in three.text
    one.says("TIDAK E1")
    assert "sudah dibatalkan sebelumnya" in one.text


@BOTH
def test_a_change_of_date_is_told_and_asked_about(phone: Phone, database: Database, channel: Channel) -> None:
    hall = Hall(database)
    chat = signs_up(hall.joins(phone(channel)), hall, "Siti")
    hall.moves(THURSDAY + DAY)
    hall.moves(THURSDAY)
    hall.later(minutes=6)
    assert hall.gets(chat) == [], "moved and moved back within minutes: nothing to tell"
    hall.moves(THURSDAY + dt.timedelta(seconds=30))
    hall.later(minutes=6)
    assert hall.gets(chat) == [], "seconds are no change"
    hall.moves(THURSDAY + 5 * DAY, place="Gedung Serbaguna Baros")
    hall.later(minutes=6)
    told = hall.gets_one(chat)
    assert "Semula: Kamis, 10 Desember 2026" in told.text
    assert "Menjadi: Selasa, 15 Desember 2026" in told.text
    chat.presses(pressed(told, "not_come"))
    assert "Dicatat batal" in chat.text
    assert hall.event.taken == 0
    hall.later(days=25)
    assert hall.gets(chat) == []


def test_it_is_cancelled(phone: Phone, database: Database) -> None:
    """Told once, with the reason, also to who wants no reminders; nothing after that."""
    hall = Hall(database)
    yes, no = (hall.joins(phone(address=other(Channel.TELEGRAM, n))) for n in range(2))
    signs_up(yes, hall, "Siti")
    signs_up(no, hall, "Yati", remind="no")
    assert "tanpa pengingat" in no.text
    hall.until(THURSDAY - 7 * DAY + HOUR)
    hall.gets_one(yes)
    assert hall.gets(no) == []
    hall.until(THURSDAY - 3 * DAY + HOUR)  # a reminder waits in the outbox when it is called off
    end = {"reason": "Gedung dipakai acara lain.", "calendar": OFFICE.calendar, "now": hall.now}
    hall.office(lambda s: arranging.cancel(s, DEWI, hall.code, **end))
    hall.beats()
    for chat in (yes, no):
        assert "Gedung dipakai acara lain." in hall.gets_one(chat).text
    hall.until(THURSDAY + DAY)
    assert hall.gets(yes) == []
    yes.says(f"ACARA {hall.code}")
    assert "dibatalkan" in yes.text


def test_is_it_genuine(phone: Phone, database: Database, rows: Rows) -> None:
    """Asked by anybody, before any consent; nothing of them is kept."""
    hall = Hall(database)
    chat = phone(Channel.WHATSAPP).says("CEK UNDANGAN SOS99")
    assert "*tidak ada* di catatan kami" in chat.text
    assert "bptsi.bantenprov.go.id" in chat.text
    chat.says(f"cek undangan {hall.code.lower()}")
    assert "*ada di catatan kami*" in chat.text
    assert "500.3/123/BPTSI/2026" in chat.text
    chat.says("cek undangan")
    assert "CEK UNDANGAN" in chat.text
    assert rows("SELECT count(*) AS n FROM persons") == [{"n": 0}]


def test_a_known_business_only_says_yes(phone: Phone, database: Database) -> None:
    """What we know is shown and confirmed; somebody else may come; twice is once; from the menu's list."""
    hall = Hall(database, regency="36.73")
    Hall(database, regency="36.71", title="Pelatihan Kemasan")
    chat = hall.joins(phone(Channel.WHATSAPP))
    reaches_number(chat.says("halo"))
    chat.says("ACARA")
    assert chat.text.index("Sosialisasi") < chat.text.index("Pelatihan Kemasan"), "their own kab/kota first"
    chat.says("1").taps("join")
    assert "Siti Aminah, Keripik Bu Siti, Kota Serang" in chat.text
    chat.taps("other").says("neng rahma").taps("page").taps("yes")
    assert "Neng Rahma, Keripik Bu Siti" in chat.text
    chat.says(f"acara {hall.code}")
    assert "Terdaftar!" in chat.text, "the card again"
    chat.says("acara").says("acara saya")
    assert "Terdaftar!" in chat.text
    chat.taps("stand_in").says("Ujang")
    assert "yang datang *Ujang*" in chat.text
    assert hall.event.taken == 1


@BOTH
def test_anybody_may_ask_whether_an_invitation_is_genuine(phone: Phone, database: Database, channel: Channel) -> None:
    """Before any consent, by somebody we have never heard of: the letter, and the page that ends in .go.id."""
    hall = Hall(database)
    chat = phone(channel).says(f"CEK UNDANGAN {hall.code}")
    assert "ada di catatan kami" in chat.text
    assert "500.3/123/BPTSI/2026" in chat.text
    assert ".go.id" in chat.text
    assert chat.row.person_id is None
    assert "tidak ada* di catatan kami" in chat.says("cek undangan SOS99").text


def test_a_link_is_counted(phone: Phone, database: Database) -> None:
    hall = Hall(database)
    link = hall.office(
        lambda s: sources.add(s, DEWI, hall.code, kind="dinas", name="Dinas Lebak", regency="36.02", now=hall.now).code
    )
    looks, comes = phone(address=other(Channel.TELEGRAM, 1)), phone(address=other(Channel.TELEGRAM, 2))
    looks.starts(f"acara_{hall.code}_{link}")
    comes.starts(f"acara_{hall.code}_{link}").taps("join", "yes").says("Siti", "Keripik Siti", "lebak").taps("no")
    (seen,) = hall.office(lambda s: sources.traffic(s, hall.event.id))
    assert (seen.arrived, seen.signed_up) == (2, 1)


@BOTH
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_day_reads_as_before(
    phone: Phone, database: Database, channel: Channel, language: str, request: pytest.FixtureRequest
) -> None:
    """One whole story as prose, in both languages: read the difference before keeping it."""
    hall = Hall(database, capacity=1)
    chat = hall.joins(phone(channel, hint=language))
    if language == "en":
        chat.says("english")
    chat.says("acara", "1").taps("genuine", "join", "yes").says("Siti Aminah", "Keripik Bu Siti", "7", "1")
    hall.until(dt.datetime(2026, 12, 3, 2, 1, tzinfo=dt.UTC))
    hall.gets(chat)
    hall.moves(THURSDAY + 5 * DAY)
    hall.later(minutes=6)
    hall.gets(chat)
    chat.says("hadir e1")
    hall.until(dt.datetime(2026, 12, 14, 2, 1, tzinfo=dt.UTC))
    hall.gets(chat)
    chat.says("tidak e1")
    second = hall.joins(phone(channel, address=other(channel, 5)))
    signs_up(second, hall, "Yati")
    chat.says(f"acara {hall.code}").taps("wait", "yes")
    second.taps("leave")
    hall.beats()
    hall.gets(chat)
    chat.says("ambil e2", "acara", "acara saya").taps("stand_in").says("Neng Rahma").taps("leave")
    said = re.sub(r"\*\d{4}\*", "*4821*", prose(chat))  # the digits at the door are chance
    matches(request, f"events.{language}.{channel.value}", said)


@BOTH
def test_from_the_hall_into_the_programme(phone: Phone, database: Database, channel: Channel, rows: Rows) -> None:
    """Who came is thanked, answers three questions, and is one tap from the first of the check."""
    hall = Hall(database)
    source = hall.office(
        lambda s: sources.add(s, DEWI, hall.code, kind="grup", name="WA Baros", regency=None, now=hall.now).code
    )
    came, stayed = hall.joins(phone(channel)), hall.joins(phone(channel, address=other(channel, 1)))
    said = f"acara_{hall.code}_{source}"
    came.starts(said) if channel is Channel.TELEGRAM else came.says(f"ACARA {hall.code} {source}")
    came.taps("join", "yes").says("Siti Aminah", "Keripik Siti", "kota serang").taps("yes")
    signs_up(stayed, hall, "Yati")
    hall.until(THURSDAY + HOUR)
    number = rows("SELECT id FROM sign_ups ORDER BY id")[0]["id"]
    tap = Tap(hall.now)
    hall.office(lambda s: attending.check_in(s, DEWI, hall.event.id, number, tap, hall.now))
    hall.gets(came)
    hall.gets(stayed)
    hall.until(THURSDAY + 6 * HOUR + dt.timedelta(minutes=30))
    assert hall.gets(came) == [], "people are on their way home"
    hall.later(hours=1)
    asked = hall.gets_one(came)
    assert [b.label for b in asked.buttons] == ["Isi pendapat", "Lewati"]
    hall.later(hours=20)
    assert (hall.gets(came), hall.gets(stayed)) == ([], []), "once, and only who came"
    if channel is Channel.TELEGRAM:  # a day later the way in is shown, once, though they left the questions alone
        hall.later(hours=5)
        shown = hall.gets_one(came)
        assert [b.label for b in shown.buttons] == ["Mulai daftar", "Nanti"]
        hall.later(days=1)
        assert (hall.gets(came), hall.gets(stayed)) == ([], [])
        came.presses(pressed(shown, "yes"))
        assert came.form == "check"
        came.says("menu")

    came.says("pendapat e1") if channel is Channel.WHATSAPP else came.presses(pressed(asked, "fill"))
    came.taps("very", "no").says("Waktu tanya jawab ditambah")
    assert "PETUGAS" in came.text
    assert came.form == "start_journey"
    came.taps("yes")
    assert came.form == "check"
    reaches_number(came)
    way = hall.office(lambda s: funnel.of_event(s, hall.event))
    assert way == funnel.Funnel(0, 1, 2, 0, 1, 1, 1, 0)
    thought = hall.office(lambda s: after.opinion(s, DEWI, hall.code, hall.now))
    assert (thought.asked, thought.answered, thought.words) == (1, 1, ["Waktu tanya jawab ditambah"])
