"""A place becomes free: what an owner reads and answers, on both apps, while the clock goes on through three days."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import Application, Business, Channel, Delivery, Session
from services import applications, offering, waiting_news
from tests.support.chat import NOON, Chat, fit_to_be_sent, tap
from tests.support.office import OFFICE, open_programme
from tests.support.owner import goes_on, reaches_number
from texts.bubble import Bubble, Button

Rows = Callable[[str], list[Mapping[str, Any]]]
HOUR = dt.timedelta(hours=1)
BOTH = pytest.mark.parametrize("channel", list(Channel))
NIB = {"papers": "nib", "nib_number": "1234567890123", "scale": "1"}


class Village:
    """Owners who registered one after the other, for one place; the first has it."""

    def __init__(self, database: Database, channel: Channel, names: tuple[str, ...] = ("Siti", "Yati", "Neni")) -> None:
        self.database, self.channel, self.now = database, channel, NOON
        open_programme(database, quota=1, taken_before=0)
        self.chats = [self._registered(n, name) for n, name in enumerate(names)]
        self.read = {chat.address: 0 for chat in self.chats}

    def _registered(self, n: int, name: str) -> Chat:
        address = f"70000010{n}" if self.channel is Channel.TELEGRAM else f"whatsapp:+62812000001{n:02d}"
        chat = Chat(self.database, OFFICE, self.channel, address=address, now=NOON + n * HOUR / 60)
        own = {"owner_name": f"{name} Aminah", "business_name": f"Keripik {name}", "nib_number": f"123456789012{n}"}
        reaches_number(chat.says("halo"), **{**NIB, **own, "phone": f"0812 3456 78{n:02d}"})
        return chat

    def withdraws(self, n: int) -> None:
        """The first one gives the place back, at the office."""
        with self.database.write() as connection, Session(connection) as session:
            query = sa.select(Application.id).join(Business).order_by(Application.id).offset(n).limit(1)
            assert applications.withdraw(session, session.scalars(query).one(), now=self.now, by="dewi")
            session.commit()

    def later(self, **time: float) -> None:
        """Time passes, minute by minute as far as the heartbeat is concerned."""
        self.now += dt.timedelta(**time)
        for chat in self.chats:
            chat.now = self.now
        for sweep in (offering.sweep, waiting_news.sweep):
            done = True
            while done:
                with self.database.write() as connection, Session(connection) as session:
                    done = bool(sweep(session, self.chats[0].texts, OFFICE, self.now))
                    session.commit()

    def gets(self, n: int) -> list[Bubble]:
        """What the bot wrote first since this was last asked."""
        chat = self.chats[n]
        with Session(self.database.read_engine) as session:
            query = sa.select(Delivery).where(Delivery.address == chat.address, Delivery.lane == 1)
            rows = session.scalars(query.order_by(Delivery.id)).all()
        new = [Bubble.from_json(row.bubble) for row in rows][self.read[chat.address] :]
        self.read[chat.address] += len(new)
        for bubble in new:
            fit_to_be_sent(bubble, frozenset())
        return new

    def gets_one(self, n: int) -> Bubble:
        (bubble,) = self.gets(n)
        return bubble


def pressed(bubble: Bubble, option: str) -> Button:
    return next(b for b in bubble.buttons if b.data.split("|")[2] == option)


@BOTH
def test_the_whole_way_of_a_freed_place(database: Database, channel: Channel) -> None:
    village = Village(database, channel)
    _, yati, neni = village.chats
    village.withdraws(0)
    village.later(minutes=1)
    offered = village.gets_one(1)
    assert "tempat kosong" in offered.text
    assert "Keripik Yati" in offered.text
    assert "AMBIL K1" in offered.text
    assert village.gets(2) == []

    village.later(hours=48, minutes=59)  # seventy-two hours would end in the Friday prayer: it ends after it
    assert "24 jam lagi" in village.gets_one(1).text
    village.later(hours=25)
    assert "MASIH K1" in village.gets_one(1).text
    assert "AMBIL K1" in village.gets_one(2).text

    yati.says("masih k1")
    assert "offer.still" in yati.told
    assert "nomor 1" in yati.text
    neni.says("LEWATI K1")
    assert "offer.skipped" in neni.told
    assert "nomor *2*" in neni.text

    village.later(minutes=1)
    again = village.gets_one(1)
    assert "AMBIL K2" in again.text
    yati.presses(pressed(again, "take"))
    assert "offer.taken" in yati.told
    yati.says("STATUS")
    assert "BTN-2026-000002" in yati.text
    village.later(days=4)
    assert village.gets(1) == village.gets(2) == []


@BOTH
def test_a_bare_number_belongs_to_the_open_form_alone(database: Database, channel: Channel) -> None:
    village = Village(database, channel)
    yati = village.chats[1]
    village.withdraws(0)
    village.later(minutes=1)
    offered = village.gets_one(1)
    yati.says("cek").taps("new")
    while yati.form != "check" or yati.asked in (None, "for_whom"):
        goes_on(yati)
    before = yati.asked
    yati.says("1")
    assert yati.asked != before or yati.over
    assert "offer.taken" not in yati.told
    run = yati.run
    yati.says("AMBIL K1")
    assert "offer.taken" in yati.told
    after = yati.run
    assert run is not None
    assert after is not None
    assert (after.run_id, after.form, after.answers) == (run.run_id, "check", run.answers)
    assert yati.bubble is not None
    assert any(b.data.startswith(run.run_id) for b in yati.bubble.buttons)  # the open question is put again
    yati.presses(pressed(offered, "skip"))
    assert "offer.already" in yati.told
    assert "Ambil" in yati.text
    assert yati.form == "check"


def test_with_nothing_open_a_bare_number_or_yes_answers_no_offer(database: Database, rows: Rows) -> None:
    village = Village(database, Channel.WHATSAPP)
    yati = village.chats[1]
    village.withdraws(0)
    village.later(minutes=1)
    with database.write() as connection:
        connection.execute(sa.text("UPDATE conversations SET run_id = NULL, form = NULL"))
    for said in ("1", "ya", "ambil", "K1", "mau"):
        yati.says(said)
        assert rows("SELECT state FROM offers") == [{"state": "open"}], said
        with database.write() as connection:
            connection.execute(sa.text("UPDATE conversations SET run_id = NULL, form = NULL"))
    yati.says("take k1.")
    assert "offer.taken" in yati.told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("AMBIL K9", "offer.unknown_code"),
        ("lewat k9", "offer.unknown_code"),
        ("SUDAH T7", "offer.unknown_code"),
        ("MASIH K1", "offer.place.err1"),
        ("ambil k1", "offer.taken"),
        ("mau k1", "offer.taken"),
        ("TAKE K1", "offer.taken"),
        ("SKIP K1", "offer.skipped"),
        ("nanti K1", "offer.skipped"),
    ],
)
def test_words_with_a_code(database: Database, said: str, told: str) -> None:
    village = Village(database, Channel.WHATSAPP, ("Siti", "Yati"))
    yati = village.chats[1]
    village.withdraws(0)
    village.later(minutes=1)
    yati.says(said)
    assert told in yati.told


def test_wrong_late_double_and_foreign_answers_are_each_told(database: Database) -> None:
    village = Village(database, Channel.WHATSAPP)
    siti, yati, neni = village.chats
    village.withdraws(0)
    village.later(minutes=1)
    offered = village.gets_one(1)
    siti.says("AMBIL K1")
    assert "offer.not_yours" in siti.told
    siti.hears(tap(pressed(offered, "take")))
    assert "offer.not_yours" in siti.told
    village.later(hours=74)
    yati.says("LEWATI K1")
    assert "offer.too_late" in yati.told
    assert "offer.noted_still" not in yati.told
    yati.says("AMBIL K1")
    assert {"offer.too_late", "offer.noted_still"} <= yati.told
    neni.says("AMBIL K1")
    assert "offer.taken" in neni.told
    neni.says("AMBIL K1")
    assert "offer.already" in neni.told


def test_an_officer_is_asked_about_an_offer_and_it_stays_open(database: Database, rows: Rows) -> None:
    village = Village(database, Channel.TELEGRAM, ("Siti", "Yati"))
    yati = village.chats[1]
    village.withdraws(0)
    village.later(minutes=1)
    yati.presses(pressed(village.gets_one(1), "officer"))
    assert yati.form == "officer"
    yati.says("Kalau diambil, harus bayar?")
    assert "officer.opened" in yati.told
    yati.says("AMBIL K1")
    assert "offer.taken" in yati.told
    assert rows("SELECT state FROM offers") == [{"state": "taken"}]


def test_in_english(database: Database) -> None:
    village = Village(database, Channel.TELEGRAM, ("Siti", "Yati"))
    yati = village.chats[1]
    yati.says("english")
    village.withdraws(0)
    village.later(minutes=1)
    offered = village.gets_one(1)
    assert "TAKE K1" in offered.text
    assert [b.label for b in offered.buttons][:2] == ["Take it", "Skip for now"]
    yati.says("SKIP K1")
    assert "skipped" in yati.text
