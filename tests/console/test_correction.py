"""An owner is asked for a correction on the console, answers on the phone, and the officer reads before and after."""

import sqlalchemy as sa

from models import Application, Business, Correction, Delivery, Stage
from services import correcting
from tests.console.office import CATALOGUE, Office
from tests.console.town import LEBAK, settle
from tests.conversations.data_owner import NIB
from tests.support.chat import Chat
from tests.support.office import OFFICE, open_programme
from tests.support.owner import reaches_number

NEW = "Kp. Sawah RT 05/RW 06"


def test_an_owner_corrects_what_an_officer_has_ticked(office: Office) -> None:
    open_programme(office.database)
    chat = reaches_number(Chat(office.database, OFFICE).says("halo").taps("journey"), **NIB)
    with office.writing() as session:
        number = session.scalars(sa.select(Application.number)).one()
    rina, dewi = office.hire("rina"), office.hire("dewi")
    for browser in (rina, dewi):
        browser.sign_in()
        browser.get(f"/pendaftaran/{number}/perbaikan")
    assert "Alamat tempat membuat" in rina.says()
    assert "Cikulur" not in rina.says()
    here = f"/pendaftaran/{number}/perbaikan"
    rina.post(f"{here}/pratinjau", siap="differs")
    assert "Pilih dulu apa yang perlu diperbaiki" in rina.says()
    rina.post(f"{here}/pratinjau", isian="address")
    assert "Pilih atau tulis alasannya" in rina.says()
    fields = {"isian": ["products", "address"], "siap": "differs", "bahasa": "id"}
    rina.post(f"{here}/pratinjau", **fields)
    assert "Alasannya: Belum sama dengan yang tertulis di NIB." in rina.says()
    with office.writing() as session:
        assert session.scalars(sa.select(Correction)).all() == []  # only looked at
    for said in ("menjawabnya di chat", "tidak dikirim dua kali"):
        rina.post(here, **fields)
        assert said in rina.says()
    dewi.post(here, isian="village", siap="typing")
    assert "Masih ada perbaikan lain" in dewi.says()
    assert "menunggu pemilik" in dewi.get("/pendaftaran?tab=semua").text
    with office.writing() as session:
        posted = session.scalars(sa.select(Delivery.bubble).where(Delivery.because.startswith("correction:"))).all()
        owner = session.scalars(sa.select(Business.person_id)).one()
    assert len(posted) == 1
    rina.get(f"/orang/{owner}")
    assert f"Diminta memperbaiki data {number}" in rina.says()
    chat.says("PERBAIKI C1", NEW, "Keripik Talas")
    assert "sudah diperbaiki" in chat.text
    assert ">Perbaikan <b>1</b>" in rina.get("/pendaftaran?tab=perbaikan").text
    assert number in rina.says()
    rina.get(f"/pendaftaran/{number}")
    assert "Keripik Asin, Keripik Balado Keripik Talas" in rina.says()
    assert NEW not in rina.says()
    rina.post(f"/pendaftaran/{number}/buka")
    assert f"Kp. Cikulur RT 02/RW 03 {NEW}" in rina.says()
    for said in ("sudah diperiksa", "tidak ada yang berubah"):
        rina.post(f"{here}/lihat")
        assert said in rina.says()
    assert ">Perbaikan <b>0</b>" in rina.get("/pendaftaran?tab=perbaikan").text
    assert "Tidak ada yang cocok" in rina.says()
    assert {"correction.asked", "correction.seen"} <= set(office.acts())


def test_silence_and_what_cannot_be_asked(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
    rina, lia = office.hire("rina"), office.hire("lia", regencies=[LEBAK])
    number = numbers["Emping Menes"]
    for browser in (rina, lia):
        browser.sign_in()
        browser.get("/saya")
    assert lia.get(f"/pendaftaran/{number}/perbaikan").status_code == 404
    for what in ("", "/pratinjau", "/batal", "/lihat"):
        lia.get("/saya")
        assert lia.post(f"/pendaftaran/{number}/perbaikan{what}", isian="address", siap="differs").status_code == 404
    rina.post(f"/pendaftaran/{number}/perbaikan", isian=["address", "phone"], alasan="<b>Tulis</b> RT/RW-nya")
    with office.writing() as session:
        for _ in range(2):
            office.clock.pass_by(days=OFFICE.correction_days, hours=2)
            assert correcting.sweep(session, CATALOGUE, OFFICE, office.clock.now) == 1
    rina.sign_in()
    assert number in rina.get("/pendaftaran?tab=perbaikan").text
    page = rina.get(f"/pendaftaran/{number}").text
    assert "Belum dijawab" in page
    assert "Nomor WhatsApp pemilik" in page
    assert "&lt;b&gt;Tulis&lt;/b&gt;" in page
    assert "dibatalkan" in rina.post(f"/pendaftaran/{number}/perbaikan/batal").text
    with office.writing() as session:
        session.execute(sa.update(Application).values(stage=Stage.WITHDRAWN))
    rina.get(f"/pendaftaran/{number}/perbaikan")
    rina.post(f"/pendaftaran/{number}/perbaikan/pratinjau", isian="address", siap="differs")
    assert "sudah selesai" in rina.says()
