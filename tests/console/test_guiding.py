"""Who is stuck: why, and what an officer can do; on both channels, through the conversations themselves."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import Channel, Conversation, Delivery, Draft, Inbound, Ticket
from tests.console.office import Browser, Office
from tests.support.chat import Chat
from tests.support.office import OFFICE
from tests.support.owner import at

SEEN = re.compile(r'name="terlihat" value="([^"]+)"')


class Helper:
    """An officer in one person's chat."""

    def __init__(self, office: Office, browser: Browser, chat: Chat) -> None:
        self.office, self.browser, self.chat = office, browser, chat
        with Session(office.database.read_engine) as session:
            mine = sa.select(Conversation.id).where(Conversation.address == chat.address)
            self.id = session.scalars(mine).one()

    @property
    def path(self) -> str:
        return f"/percakapan/orang/{self.id}"

    def looks(self) -> str:
        self.browser.get(self.path)
        return self.browser.says()

    def does(self, act: str, seen: str | None = None) -> str:
        """First shown what it would come to, then done."""
        self.looks()
        assert self.browser.page is not None
        seen = seen or SEEN.findall(self.browser.page.text)[0]
        before = self.sent()
        self.browser.post(f"{self.path}/pratinjau", apa=act, terlihat=seen)
        assert self.sent() == before, "only looked at"
        self.browser.post(f"{self.path}/bantu", apa=act, terlihat=seen)
        self.seen = seen
        return self.browser.says()

    def sent(self) -> list[str]:
        """What went to the person from here."""
        with Session(self.office.database.read_engine) as session:
            mine = sa.and_(Delivery.conversation_id == self.id, Delivery.because.startswith("guided:"))
            rows = session.scalars(sa.select(Delivery).where(mine).order_by(Delivery.id))
            return [str(row.bubble["text"]) for row in rows]

    def row(self) -> Conversation:
        with Session(self.office.database.read_engine) as session:
            return session.get_one(Conversation, self.id)


@pytest.mark.parametrize("channel", Channel)
def test_somebody_is_stuck_and_an_officer_helps(office: Office, channel: Channel) -> None:
    chat = at(Chat(office.database, OFFICE, channel, now=office.clock.now), "product_count")
    for said in ("banyak bu tergantung pesanan", "emping", "ada yang asin ada yang pedes"):
        chat.now += dt.timedelta(minutes=1)
        chat.says(said)
    office.clock.now = chat.now + dt.timedelta(minutes=5)
    rina = office.hire("rina")
    rina.sign_in()
    helper = Helper(office, rina, chat)
    assert f'{helper.path}"' in rina.get("/percakapan/macet").text
    assert "Cek kelayakan 3 kali" in rina.says()
    says = helper.looks()
    assert "Cek kelayakan, pertanyaan 13 dari 13 Ada berapa nama produk" in says
    tries = re.findall(r"<q>([^<]+)</q>.*?· ([^<]+)</span>", rina.page.text if rina.page else "")
    assert tries == [
        (said, "tidak ada satu angka yang bisa dipakai")
        for said in ("ada yang asin ada yang pedes", "emping", "banyak bu tergantung pesanan")
    ]
    assert "Isian yang belum selesai Rabu" in says
    with office.writing() as session:  # words are kept for so long and no longer; that an answer was refused needs none
        session.execute(sa.update(Inbound).values(words=None))
    assert "(kata-katanya tidak disimpan)" in helper.looks()
    # once more, and twice from one look is once
    assert "Pertanyaannya dikirim sekali lagi" in helper.does("ulang")
    rina.post(f"{helper.path}/bantu", apa="ulang", terlihat=helper.seen)
    assert len(helper.sent()) == 1
    assert "Petugas (Ibu Rina) menanyakan ini sekali lagi" in helper.sent()[0]
    # back one: the newest answer is forgotten, as KEMBALI does; from an old look nothing happens
    answered = set(helper.row().answers)
    assert "Percakapan ini berubah" in helper.does("mundur", seen=helper.seen)
    assert "Mundur satu pertanyaan; yang itu ditanyakan lagi" in helper.does("mundur")  # the prompt over the question
    assert "Mundur satu pertanyaan; yang itu ditanyakan lagi" in helper.does("mundur")
    assert len(answered - set(helper.row().answers)) == 1
    assert len(helper.sent()) == 3
    _taken_over_and_handed_back(office, helper, chat)
    assert office.acts().count("chat.guided") == 5


def _taken_over_and_handed_back(office: Office, helper: Helper, chat: Chat) -> None:
    rina, question = helper.browser, chat.asked
    says = helper.does("ambil")
    assert "asisten diam" in says
    assert "membaca percakapan ini" in helper.sent()[-1]
    assert helper.row().form is None
    ticket = int(re.findall(r"T-(\d+)", says)[0])
    chat.now = office.clock.now = office.clock.now + dt.timedelta(minutes=1)
    answers = chat.answers
    chat.says("Yang asin dan yang pedas, Bu")
    assert chat.answers == answers + 1
    assert f"Ditambahkan ke T-{ticket}" in (chat.bubble.text if chat.bubble else "")
    rina.get(f"/percakapan/{ticket}")
    assert "Yang asin dan yang pedas, Bu" in rina.says()
    rina.post(f"/percakapan/{ticket}/jawab", terlihat="0", jawaban="Berarti 2 nama, Pak.")
    assert "Jawaban dikirim" in rina.says()
    assert "Petugas sedang menjawab di percakapan ini" in helper.does("ulang")
    assert "Diserahkan ke asisten" in helper.does("serah")
    assert "Petugas (Ibu Rina) selesai di sini" in helper.sent()[-1]
    with Session(office.database.read_engine) as session:
        assert session.get_one(Ticket, ticket).closed_by == "Ibu Rina"
        assert session.scalars(sa.select(Draft)).all() == []
    chat.now += dt.timedelta(minutes=1)
    chat.says("1")  # the form is open again, at its question
    assert chat.form == "check"
    assert chat.asked != question or chat.over


def test_what_cannot_be_done_is_said_and_nothing_happens(office: Office) -> None:
    chat = Chat(office.database, OFFICE, Channel.WHATSAPP, now=office.clock.now)
    chat.says("halo")
    rina, lia = office.hire("rina"), office.hire("lia", regencies=["36.02"])
    for browser in (rina, lia):
        browser.sign_in()
    helper = Helper(office, rina, chat)
    assert "belum memberi izin" in helper.does("ambil")
    assert "Ini pertanyaan pertama" in helper.does("mundur")
    assert "Asisten sudah menjawab sendiri" in helper.does("serah")
    assert rina.post(f"{helper.path}/bantu", apa="ngawur", terlihat="x").status_code == 404
    for path in ("pratinjau", "bantu"):
        lia.get("/saya")
        assert lia.post(f"{helper.path}/{path}", apa="ulang", terlihat="x").status_code == 404
    chat.taps("journey", "yes")
    office.clock.pass_by(hours=24)
    rina.sign_in()
    assert "Jendela 24 jam WhatsApp sudah tutup" in helper.does("ulang")
    assert helper.sent() == []
    helper.does("ambil")  # taken over all the same: the answer goes by template
    assert helper.sent() == []
    assert "tidak bisa diberi tahu sekarang; ia melanjutkan dengan LANJUT" in helper.does("serah")
    assert helper.row().form is None
