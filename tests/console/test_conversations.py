"""Tickets on the console: the chat as its person sees it, an answer that goes out once; requests about data."""

import datetime as dt
import re

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import Conversation, Delivery, DeliveryState, Inbound, Lane, RequestKind, Ticket
from services import deliveries, requests
from tests.console.office import Office
from tests.console.town import LEBAK, asks, settle
from tests.services import people
from texts.bubble import Bubble, Button, Shape


def answers(office: Office) -> list[str]:
    """What went to people as answers."""
    with Session(office.database.read_engine) as session:
        rows = session.scalars(sa.select(Delivery).where(Delivery.because.startswith("ticket:")).order_by(Delivery.id))
        return [str(row.bubble["text"]) for row in rows]


def test_an_owner_is_answered_once_and_the_ticket_closed(office: Office) -> None:
    with office.writing() as session:
        settle(session)
        ticket = asks(session, words="Kapan <b>pendamping</b> datang?")
    rina = office.hire("rina")
    rina.sign_in()
    assert "1 Pertanyaan dan tiket" in rina.says()
    rina.get("/percakapan")
    assert f"T-{ticket} Pertanyaan" in rina.says()
    rina.get(f"/percakapan/{ticket}")
    assert rina.page is not None
    assert "Kapan &lt;b&gt;pendamping&lt;/b&gt; datang?" in rina.page.text
    assert "<b>paling lambat besok</b>" in rina.page.text
    assert office.acts()[-2:] == ["ticket.seen", "chat.seen"]
    assert rina.post(f"/percakapan/{ticket}/jawab", terlihat="0", jawaban="  ").status_code == 422
    assert rina.post(f"/percakapan/{ticket}/jawab", terlihat="0", jawaban="x" * 3001).status_code == 422
    assert "x" * 3001 in rina.says()  # what was typed is still there
    for says in ("Jawaban dikirim", "tidak dikirim dua kali"):
        rina.post(f"/percakapan/{ticket}/jawab", terlihat="0", jawaban="Besok pukul 9, Bu.")
        assert says in rina.says()
    assert len(answers(office)) == 1
    assert "Besok pukul 9, Bu." in answers(office)[0]
    for says in ("Tiket ditutup", "sudah ditutup sebelumnya"):
        rina.get(f"/percakapan/{ticket}")
        rina.post(f"/percakapan/{ticket}/tutup")
        assert says in rina.says()
    assert "Tidak ada yang menunggu" in rina.get("/percakapan").text
    assert f"T-{ticket}" in rina.get("/percakapan?tab=ditutup").text


def test_two_officers_do_not_talk_over_each_other(office: Office) -> None:
    with office.writing() as session:
        settle(session)
        ticket = asks(session)
    rina, dewi = office.hire("rina"), office.hire("dewi")
    for browser in (rina, dewi):
        browser.sign_in()
        browser.get(f"/percakapan/{ticket}")
    rina.post(f"/percakapan/{ticket}/jawab", terlihat="0", jawaban="Besok.")
    assert dewi.post(f"/percakapan/{ticket}/jawab", terlihat="0", jawaban="Lusa.").status_code == 409
    assert "Lusa." in dewi.says()
    assert "Ibu Rina" in dewi.says()
    dewi.post(f"/percakapan/{ticket}/jawab", terlihat="1", jawaban="Lusa, maaf.")
    assert [("Besok." in said, "Lusa, maaf." in said) for said in answers(office)] == [(True, False), (False, True)]


def test_tickets_of_another_kab_kota_and_of_nobody(office: Office) -> None:
    with office.writing() as session:
        settle(session)
        ticket = asks(session)
    lia, kepala = office.hire("lia", regencies=[LEBAK]), office.hire("kepala", "pimpinan", code=True)
    lia.sign_in()
    for path in (f"/percakapan/{ticket}", "/percakapan/999", "/percakapan/99999999999999999999"):
        assert lia.get(path).status_code == 404
    lia.get("/percakapan")
    assert "Tidak ada yang menunggu" in lia.says()
    lia.post(f"/percakapan/{ticket}/jawab", terlihat="0", jawaban="Halo")
    lia.get("/saya")
    assert lia.post(f"/percakapan/{ticket}/tutup").status_code == 404
    assert answers(office) == []
    kepala.sign_in()
    kepala.get(f"/percakapan/{ticket}")
    assert "Isi percakapan untuk petugas yang menjawab" in kepala.says()
    with office.writing() as session:
        session.get_one(Ticket, ticket).conversation_id = None
    rina = office.hire("rina")
    rina.sign_in()
    rina.get(f"/percakapan/{ticket}")
    assert "tidak punya chat" in rina.says()
    assert rina.post(f"/percakapan/{ticket}/jawab", terlihat="0", jawaban="Halo").status_code == 422


def test_anybodys_chat_is_read_as_they_see_it_back_to_its_beginning(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
        ticket = asks(session)
        chat = session.get_one(Conversation, session.get_one(Ticket, ticket).conversation_id)
        for minute in range(1, 71):
            at = office.clock.now + dt.timedelta(minutes=minute)
            told = {"channel": chat.channel, "conversation_id": chat.id, "at": at, "kind": "text"}
            session.add(Inbound(event_id=f"m{minute}", words=f"pesan {minute}" if minute > 1 else None, **told))
        session.flush()
        buttons = (Button(data="x|y|z", label="Kab. Serang"),)
        bubble = Bubble("Di mana *usahanya*?", shape=Shape.CHOICE, buttons=buttons)
        posted = {"conversation_id": chat.id, "bubble": bubble, "lane": Lane.NOTICE, "because": "due:1", "now": at}
        for state in (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.HELD, DeliveryState.CANCELLED):
            row = session.get_one(Delivery, deliveries.post(session, **posted))
            row.state = state
        nobody = people.chat(session, address="700", person_id=None).id
    rina, lia, seen = office.hire("rina"), office.hire("lia", regencies=[LEBAK]), f"/percakapan/orang/{chat.id}"
    rina.sign_in()
    for named in (numbers["Emping Menes"].lower(), chat.address.removeprefix("whatsapp:")):
        rina.get(f"/percakapan/cari?cari={named}".replace("+", "%2B"))
        assert "Pemilik E•••" in rina.says()
    assert office.acts()[-2:] == ["chat.seen", "chat.looked_into"]
    newest = rina.says()
    assert "Kab. Serang" in newest
    for what in ("terkirim", "gagal, tidak sampai", "ditahan", "dibatalkan, tidak sampai", "pesan 70"):
        assert what in newest
    assert rina.page is not None
    assert "<b>usahanya</b>" in rina.page.text
    assert "pesan 10 " not in newest
    older = re.search(r'href="/console([^"]*sebelum=[^"]*)"', rina.page.text)
    assert older is not None
    rina.get(older[1])
    assert "Petugas menjawab paling lambat besok" in rina.says()
    assert "tidak disimpan, atau sudah dihapus" in rina.says()
    written = [int(one) for page in (newest, rina.says()) for one in re.findall(r"pesan (\d+) ", page)]
    assert sorted(written) == list(range(2, 71))
    assert "Yang lebih lama" not in rina.says()
    assert "Belum memberi izin" in rina.get(f"/percakapan/orang/{nobody}").text
    lia.sign_in()
    for path in (seen, f"/percakapan/orang/{nobody}", "/percakapan/orang/99999999999999999999"):
        assert lia.get(path).status_code == 404
    for named in (numbers["Emping Menes"], "0812", "T-", ""):
        assert "Buka percakapan seseorang" in lia.get(f"/percakapan/cari?cari={named}").text
    assert office.acts().count("page.outside") == 2


def test_the_list_is_filtered_and_turned(office: Office) -> None:
    with office.writing() as session:
        settle(session)
        for _ in range(26):
            asks(session)
        late = asks(session, "Gula Semut Cihara")
        row = session.get_one(Ticket, late)
        row.answer_by, row.topic = office.clock.now, "link"
    rina = office.hire("rina")
    rina.sign_in()
    codes = re.compile(r"/percakapan/(\d+)\"")
    for query, count in (
        ("", 25), ("hal=2", 2), ("hal=9", 0), ("tab=lewat", 1), ("tab=dijawab", 0), ("tab=ditutup", 0),
        ("topik=link", 1), ("kanal=telegram", 0), (f"kab={LEBAK}", 1), ("tab=ngawur&topik=ngawur&kanal=x&hal=-1", 25),
    ):  # fmt: skip
        page = rina.get(f"/percakapan?{query}").text
        assert len(set(codes.findall(page))) == count, query
    assert int(codes.findall(rina.get("/percakapan").text)[0]) == late
    assert "27 menunggu jawaban, 1 lewat janji" in rina.says()
    part = rina.get("/percakapan?topik=link", **{"hx-request": "true"}).text
    assert "<html" not in part
    assert f"T-{late} Pindah HP" in part


def test_a_request_about_data_is_met_in_time_or_in_part_with_a_reason(office: Office) -> None:
    with office.writing() as session:
        settle(session)
        asks(session)
        owner = session.get_one(Conversation, session.scalars(sa.select(Ticket.conversation_id)).one())
        told = {"conversation_id": owner.id, "person_id": owner.person_id, "now": office.clock.now}
        for kind in (RequestKind.SEE, RequestKind.TRAIL):
            requests.ask(session, kind=kind, detail=None, **told)
    rina, lia = office.hire("rina"), office.hire("lia", regencies=[LEBAK])
    rina.sign_in()
    assert "2 Permintaan data pribadi" in rina.says()
    office.clock.pass_by(days=4)
    rina.sign_in()
    rina.get("/permintaan")
    assert "2 sudah lewat" in rina.says()
    first, second = re.findall(r"/permintaan/(\d+)/tutup", rina.page.text if rina.page else "")
    lia.sign_in()
    lia.get("/permintaan")
    assert "Tidak ada permintaan terbuka" in lia.says()
    assert lia.post(f"/permintaan/{first}/tutup", cara="selesai").status_code == 404
    assert rina.post("/permintaan/99999999999999999999/tutup", cara="selesai").status_code == 404
    rina.get("/permintaan")
    rina.post(f"/permintaan/{first}/tutup", cara="sebagian", sebab=" ")
    assert "Tulis penjelasannya dulu" in rina.says()
    rina.post(f"/permintaan/{first}/tutup", cara="selesai")
    assert "Permintaan diselesaikan" in rina.says()
    assert rina.post(f"/permintaan/{first}/tutup", cara="selesai").status_code == 422
    assert "sudah dipenuhi sebelumnya" in rina.says()
    rina.post(f"/permintaan/{second}/tutup", cara="sebagian", sebab="Catatan lama sudah dihapus.")
    assert "Tidak ada permintaan terbuka" in rina.says()
    assert office.acts().count("request.closed") == 2
