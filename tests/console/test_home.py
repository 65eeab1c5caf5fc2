"""Beranda: what waits leads to its people, and they to a broadcast or an event; one page for the head of the office."""

import datetime as dt
import re
from dataclasses import replace
from html import unescape
from itertools import product

import sqlalchemy as sa

from console.group_link import group
from models import Broadcast, BroadcastState, Business, Conversation, Delivery, DeliveryState, Lane, Session, Stage
from services import deliveries, undelivered
from services.docket import Tab, Wanted
from services.target import Target
from services.undelivered import Kind
from tests.console.office import Office
from tests.console.town import LEBAK, SERANG, settle
from tests.services.eventful import event, owner, signs_up
from tests.services.people import DEWI
from tests.support.engine import NOON
from tests.support.office import OFFICE
from tests.support.statements import noted, scans
from texts.bubble import Bubble

TARGET = Target(2500, dt.date(2026, 10, 13), 100, "SK Kepala Dinas 8")


def letter(session: Session, name: str, state: DeliveryState, because: str, reason: str, **changes: object) -> int:
    """A message to the owner of a business, as the outbox left it."""
    query = sa.select(Conversation.id).join(Business, Business.person_id == Conversation.person_id)
    chat = session.scalars(query.where(Business.name == name)).one()
    made = deliveries.post(
        session, conversation_id=chat, bubble=Bubble("Kabar."), lane=Lane.NOTICE, because=because, now=NOON
    )
    told = {"state": state, "reason": reason, **changes}
    session.execute(sa.update(Delivery).where(Delivery.id == made).values(told))
    return made


def state(office: Office, which: int) -> DeliveryState:
    with office.writing() as session:
        return session.get_one(Delivery, which).state


def test_messages_that_failed_or_are_held_have_a_page_with_what_to_do(office: Office) -> None:
    with office.writing() as session:
        settle(session)
        failed, held = DeliveryState.FAILED, DeliveryState.HELD
        again = letter(session, "Emping Menes", failed, "stage:1", "gave_up http 500")
        blocked = letter(session, "Kue Bu Ida", failed, "due:1", "blocked by the person")
        late = letter(session, "Emping Menes", failed, "due:2", "gave_up http 500", expires_at=NOON)
        reply = letter(session, "Emping Menes", failed, "turn:3", "gave_up http 500")
        letter(session, "Kue Bu Ida", failed, "due:4", "gave_up", changed_at=NOON - dt.timedelta(days=2))
        waits = letter(session, "Emping Menes", held, "due:3", "no_template:nudge.id")
        elsewhere = letter(session, "Kue Bu Ida", held, "due:3", "no_template:nudge.id")
        words = {"title": "NIB", "texts": {"id": "Halo"}, "created_by": "humas", "created_at": NOON, "left_out": {}}
        for number, audience in enumerate(({"regencies": [SERANG]}, {"regencies": [LEBAK]})):
            wait = {"state": BroadcastState.ASKED, "audience": audience}
            session.add(Broadcast(**{**words, **wait, "title": f"NIB {number}"}))
        session.add(Broadcast(**{**words, "state": BroadcastState.DRAFT, "audience": {}, "title": "Lain"}))
    rina, dedi = office.hire("rina"), office.hire("dedi", regencies=[SERANG])
    rina.sign_in()
    for says in ("4 Pesan gagal terkirim", "2 Pesan ditahan", "2 Siaran menunggu persetujuan"):
        assert says in rina.says()
    dedi.sign_in()
    for says in ("3 Pesan gagal terkirim", "1 Pesan ditahan", "1 Siaran menunggu persetujuan"):
        assert says in dedi.says()
    dedi.get("/siaran?keadaan=asked")
    assert "NIB 0" in dedi.says()
    assert "NIB 1" not in dedi.says()

    rina.get("/siaran?keadaan=asked")
    assert "Lain" not in rina.says()
    page = rina.get("/kiriman?keadaan=gagal").text
    assert "Yati S" not in page  # no name is known of these owners but their own
    assert "orangnya memblokir bot Telepon" in rina.says()
    assert re.findall(r"/kiriman/(\d+)/ulang", page) == [str(one) for one in (again, blocked)]
    for which, why in ((late, "sudah terlambat"), (reply, "tidak diulang dari sini")):
        assert rina.post(f"/kiriman/{which}/ulang").status_code == 422
        assert why in rina.says()
    rina.post(f"/kiriman/{again}/ulang")
    assert "Antre lagi" in rina.says()
    assert state(office, again) is DeliveryState.QUEUED
    assert rina.post(f"/kiriman/{again}/ulang").status_code == 409  # pressed twice
    dedi.get("/kiriman?keadaan=ditahan&hal=99")
    assert "1 pesan" in dedi.says()
    assert "Terkirim sendiri begitu orangnya menulis" in dedi.says()
    assert dedi.post(f"/kiriman/{elsewhere}/lepas").status_code == 404
    dedi.get("/kiriman?keadaan=ditahan")
    dedi.post(f"/kiriman/{waits}/lepas", keadaan="ditahan")
    assert "Tidak ada pesan yang ditahan" in dedi.says()
    assert state(office, waits) is DeliveryState.CANCELLED
    assert state(office, elsewhere) is DeliveryState.HELD
    with noted(office.database) as said, office.writing() as session:
        for which, actor in product(Kind, (DEWI, replace(DEWI, regencies=frozenset({SERANG})))):
            undelivered.find(session, actor, which, 1, NOON)
    assert [one for one in said if scans(office.database, one)] == []
    assert [act for act in office.acts() if act.startswith("delivery.")] == ["delivery.again", "delivery.let_go"]


def test_a_number_leads_to_its_people_and_they_to_a_broadcast_or_an_event(office: Office) -> None:
    office.kept = replace(OFFICE, target=TARGET)
    with office.writing() as session:
        settle(session)
        day = event(session, regency=SERANG, capacity=1)
        code = day.code
        for _ in range(2):  # one is in, one waits
            signs_up(session, day.id, owner(session))
    sari = office.hire("sari", "humas", "petugas_acara", code=True)
    sari.sign_in()
    assert "Hari 43 dari 100" in sari.says()
    assert "hari 43 dari 100 Sertifikat terbit 1 (seharusnya 1.075; 1.074 tertinggal dari target)" in sari.says()
    page = sari.get(f"/pendaftaran?tab=telaah&kab={LEBAK}").text
    (link,) = re.findall(r'href="/console(/ajak[^"]*)"', page)
    page = sari.get(unescape(link)).text
    assert "Lebak" in sari.says()
    broadcast, invite = (
        unescape(one) for one in re.findall(r'href="/console(/(?:siaran/baru|acara/\w+/undang)[^"]*)"', page)
    )
    assert f"/acara/{code}/undang?" in invite
    for path in (broadcast, invite):
        assert sari.get(path).status_code == 200
        assert "tidak dikenal" not in sari.says()
    assert "/ajak" not in sari.get("/pendaftaran?tab=semua&lewat=1").text
    assert "/ajak" not in sari.get("/pendaftaran?tab=tunggu&milik=1").text
    for path, says in (
        (f"/orang?kab={LEBAK}&bahasa=id", "berbahasa Indonesia"), (f"/acara/{code}/peserta", "mendaftar acara"),
        (f"/acara/{code}/peserta?keadaan=waiting", "masih menunggu kursi"),
        ("/pendaftaran?tab=semua&program=BANTEN-2026", "mengajukan ke program BANTEN-2026"),
        ("/pendaftaran?tab=semua&program=BANTEN-2026&diajukan=1", "Sertifikat terbit"),
    ):  # fmt: skip
        (link,) = re.findall(r'href="/console(/ajak[^"]*)"', sari.get(path).text) or [""]
        page = sari.get(unescape(link)).text
        assert says.lower() in sari.says().lower(), path
        (broadcast, *_) = re.findall(r'href="/console(/siaran/baru[^"]*)"', page)
        assert sari.get(unescape(broadcast)).status_code == 200
        assert "tidak dikenal" not in sari.says()
    for path in ("/orang", "/orang?cari=siti", f"/acara/{code}/peserta?keadaan=cancelled"):
        assert "/ajak" not in sari.get(path).text
    for path in ("/ajak", "/ajak?audiens=%7B%22stages%22%3A%5B%22X%22%5D%7D"):
        assert sari.get(path).status_code == 404
    sari.get("/cetak")
    assert "Hari 43 dari 100: 1.074 tertinggal dari target" in sari.says()
    assert "Siaran menunggu persetujuan 0" in sari.says()
    assert "Kab. Lebak bersama 2" in sari.says()


def test_a_list_is_an_audience_only_where_that_says_the_same() -> None:
    for wanted in (Wanted(search="x"), Wanted(late=True), Wanted(unacknowledged=True), Wanted(tab=Tab.CORRECTED)):
        assert group(wanted) is None
    lebak = group(Wanted(tab=Tab.WAITING, regency=LEBAK))
    assert lebak is not None
    assert (lebak.regencies, lebak.stages) == ((LEBAK,), (Stage.WAITING.value,))
    one = group(Wanted(tab=Tab.WAITING, stage=Stage.ISSUED, placed=True))
    assert one is not None
    assert one.stages == (Stage.ISSUED.value,)
