"""Announcements on the console: a draft by one, approved by another, paused and ended; nobody approves their own."""

from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy.orm import Session

from console import audience_link
from models import Broadcast, BroadcastState, Channel, Recipient
from services.broadcasts.audience import Audience
from tests.console.office import Office
from tests.console.town import LEBAK, SERANG
from tests.services.announced import many, owner

WORDS = {"judul": "Pelatihan NIB", "naskah_id": "Halo {nama}, ada pelatihan *gratis* hari Kamis.", "naskah_en": ""}


def kept(office: Office) -> Broadcast:
    """The newest broadcast."""
    with Session(office.database.read_engine) as session:
        return session.scalars(sa.select(Broadcast).order_by(Broadcast.id.desc())).one()


def test_a_draft_by_one_is_approved_by_another(office: Office) -> None:
    many(office.database, 100)  # from so many on, two people decide
    adi, kepala, rina = (
        office.hire("adi", "humas", "penyetuju", code=True),
        office.hire("kepala", "pimpinan", code=True),
        office.hire("rina"),
    )
    for browser in (adi, kepala, rina):
        browser.sign_in()
    adi.get("/siaran/baru")
    adi.post("/siaran/baru", judul="", naskah_id="Kirim NIK {siapa}")
    assert "tidak dikenal" in adi.says()
    assert "Kirim NIK {siapa}" in adi.says()
    adi.get("/siaran/baru?audiens=%7B%22zodiak%22%3A1%7D")
    assert "Saringan “zodiak” tidak dikenal" in adi.says()
    link = audience_link.siaran(stages=["DAFTAR_TUNGGU"], silent_for=3)
    adi.get(link.removeprefix("/console"))
    assert "tahap Daftar tunggu; tidak menulis selama 3 hari atau lebih" in adi.says()
    assert audience_link.read(unquote(link.partition("=")[2])) == Audience(stages=("DAFTAR_TUNGGU",), silent_for=3)
    adi.get("/siaran/baru")
    adi.post("/siaran/baru", **WORDS)
    number = kept(office).id
    for says in ("100 orang", "harus disetujui akun lain", "Ibu 1, ada pelatihan gratis", "belum ada naskah Inggris"):
        assert says.lower() in adi.says().lower(), says
    adi.post(f"/siaran/{number}/setujui", versi="1")
    assert "harus disetujui akun lain" in adi.says()
    adi.get(f"/siaran/{number}")
    adi.post(f"/siaran/{number}/minta")
    assert "Persetujuan diminta" in adi.says()
    rina.get(f"/siaran/{number}")
    assert "Keputusan" not in rina.says()
    assert rina.post(f"/siaran/{number}/setujui", token="x").status_code == 403
    kepala.get(f"/siaran/{number}")
    assert "Setujui dan kirim ke 100 orang" in kepala.says()
    kepala.post(f"/siaran/{number}/setujui", versi="7")
    assert "sudah berubah sejak dilihat" in kepala.says()
    for _ in range(2):
        kepala.get(f"/siaran/{number}")
        kepala.post(f"/siaran/{number}/setujui", versi="1")
    assert "tidak lagi dalam keadaan untuk itu" in kepala.says()
    assert (kept(office).state, kept(office).approved_by) == (BroadcastState.SCHEDULED, "kepala")
    with Session(office.database.read_engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Recipient)) == 100
    for act, state in (("jeda", "PAUSED"), ("lanjut", "SCHEDULED"), ("batal", "CANCELLED")):
        kepala.get(f"/siaran/{number}")
        kepala.post(f"/siaran/{number}/{act}")
        assert kept(office).state is BroadcastState[state]
    part = kepala.get(f"/siaran/{number}", **{"hx-request": "true"}).text
    assert "<html" not in part
    assert "Dibatalkan" in part
    assert office.acts()[-1] == "broadcast.cancelled"


def test_an_account_of_one_kab_kota_writes_to_its_own(office: Office) -> None:
    with office.writing() as session:
        owner(session, "Siti", business={"regency": SERANG}, channel=Channel.TELEGRAM)
        owner(session, "Neng", business={"regency": LEBAK}, channel=Channel.TELEGRAM)
    adi = office.hire("adi", "humas", regencies=[SERANG], code=True)
    adi.sign_in()
    adi.get("/siaran/baru")
    assert "Kab. Lebak" not in adi.says()
    assert adi.post("/siaran/baru", kab=LEBAK, **WORDS).status_code == 404
    adi.get("/siaran/baru")
    adi.post("/siaran/baru", **WORDS)  # nowhere said: their own
    assert "1 orang akan menerima pesan ini" in adi.says()
    adi.post(f"/siaran/{kept(office).id}/setujui", versi="1")
    assert "Disetujui" in adi.says()
    for path in ("/siaran/999", "/siaran/99999999999999999999"):
        assert adi.get(path).status_code == 404
