"""Announcements on the console: a draft by one, approved by another, paused and ended; nobody approves their own."""

from pathlib import Path
from urllib.parse import unquote

import sqlalchemy as sa
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from console import audience_link
from console.looks import XLSX
from models import Broadcast, BroadcastState, Channel, Recipient, Stopped
from tests.console.office import Browser, Office
from tests.console.town import LEBAK, SERANG
from tests.services.announced import many, owner
from tests.support.photos import photo

WORDS = {"judul": "Pelatihan NIB", "naskah_id": "Halo {nama}, ada pelatihan *gratis* hari Kamis.", "naskah_en": ""}


def kept(office: Office) -> Broadcast:
    """The newest broadcast."""
    with Session(office.database.read_engine) as session:
        return session.scalars(sa.select(Broadcast).order_by(Broadcast.id.desc())).one()


def test_a_draft_by_one_is_approved_by_another(office: Office, tmp_path: Path) -> None:
    many(office.database, 100)  # from so many on, two people decide
    adi, kepala, rina = (
        office.hire("adi", "humas", "penyetuju", code=True),
        office.hire("kepala", "pimpinan", "petugas_acara", code=True),
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
    adi.get("/siaran/baru")
    adi.post("/siaran/baru", **WORDS)
    number = kept(office).id
    for says in ("100 orang", "harus disetujui akun lain", "Ibu 1, ada pelatihan gratis", "belum ada naskah Inggris"):
        assert says.lower() in adi.says().lower(), says
    _goes_along(adi, number)
    adi.post(f"/siaran/{number}/setujui", versi="3")
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
        kepala.post(f"/siaran/{number}/setujui", versi="3")
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
    kepala.get(f"/siaran/{number}")
    sheet = kepala.post(f"/siaran/{number}/unduh")
    assert sheet.headers["content-type"] == XLSX
    sheet_path = tmp_path / "hasil.xlsx"
    sheet_path.write_bytes(sheet.content)
    rows = CalamineWorkbook.from_path(sheet_path).get_sheet_by_index(0).to_python()
    assert len([row for row in rows if "dibatalkan" in row]) == 100
    assert rows[-1][3:6] == ["Telegram", "dibatalkan", "dibatalkan petugas"]
    assert adi.post(f"/siaran/{number}/unduh", token="x").status_code == 403


def _goes_along(adi: Browser, number: int) -> None:
    """A picture, which is shown, and a PDF in its place; nothing of what is no such thing."""
    here = f"/siaran/{number}/lampiran"
    for content, says in (
        (b"MZ not a picture", "hanya gambar JPEG atau PNG, atau PDF"),
        (b"\xff\xd8\xff" + bytes(5_000_000), "paling banyak 5 MB"),
        (b"", "Pilih dulu"),
    ):
        adi.get(f"/siaran/{number}")
        adi.post(here, files={"berkas": ("undangan.jpg" if content else "", content)})
        assert says in adi.says()
    adi.get(f"/siaran/{number}")
    adi.post(here, files={"berkas": ("undangan.exe", photo(30, 20))})
    assert "Gambar pengumuman-1.jpg" in adi.says()
    shown = adi.get(here)
    assert (shown.headers["content-type"], shown.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    adi.get(f"/siaran/{number}")
    adi.post(f"/siaran/{number}/lepas")
    assert adi.get(here).status_code == 404
    adi.get(f"/siaran/{number}")


def test_it_is_written_with_the_count_beside_it_and_nothing_typed_is_lost(office: Office) -> None:
    with office.writing() as session:
        owner(session, "Siti", business={"regency": LEBAK, "product_kind": "snack"})
        owner(session, "Neng", agreed=False, business={"regency": LEBAK})
        owner(session, "Ujang", business={"regency": LEBAK}, stopped=Stopped.EVERYTHING)
    adi = office.hire("adi", "humas", code=True)
    adi.sign_in()
    link = audience_link.siaran(stages=["DAFTAR_TUNGGU"], silent_for=3, only_todo=True, todos=["BUTUH_NIB"])
    assert audience_link.read(unquote(link.partition("=")[2])).silent_for == 3
    page = adi.get(link.removeprefix("/console")).text
    for ticked in ('value="DAFTAR_TUNGGU" checked', 'value="BUTUH_NIB" checked', 'value="1" checked', 'value="3"'):
        assert ticked in page
    assert "Tidak ada yang akan menerimanya" in _counted(adi, tahap="DAFTAR_TUNGGU")
    said = _counted(
        adi, kab=LEBAK, jenis="snack", naskah_id="Halo {nama}, *gratis*", templat="announcement_v1", isi1="{usaha}"
    )
    for words in ("1 orang", "Halo Siti Aminah, gratis", "untuk Keripik Bu Siti: [kuota", "Menu", "paling banyak Rp0"):
        assert words in said, words
    adi.get("/siaran/baru")
    adi.post("/siaran/templat", where=ASKS, templat="announcement_v1")
    assert "Lampirannya menjadi tautan di akhir kata-kata ini." in adi.says()
    left_out = _counted(adi, kab=LEBAK)
    assert "Tidak setuju menerima pengumuman" in left_out
    assert "Sudah BERHENTI" in left_out
    for wrong, says in (
        (("jenis", "kue"), "bakery"),
        (("acara", "XX9"), "Acara “XX9” tidak ada"),
        (("mulai", "x"), "belum terbaca"),
    ):
        assert says in _counted(adi, **{wrong[0]: wrong[1]})
    adi.post("/siaran/saringan", nama_saringan="Lebak", kab=LEBAK, naskah_id="Jangan hilang")
    assert "Saringan “Lebak” tersimpan" in adi.says()
    assert "Jangan hilang" in adi.says()
    assert "audiens=%7B%22regencies" in adi.page.text if adi.page else False
    made = {**WORDS, "kab": LEBAK, "templat": "announcement_v1", "isi1": "{usaha}", "isi2": "pelatihan", "menulis": "9"}
    adi.post("/siaran/baru", **made, mulai="2026-11-25T09:00", penyetuju="kepala")
    row = kept(office)
    assert (row.audience, row.template_values) == ({"regencies": [LEBAK], "wrote_within": 9}, ["{usaha}", "pelatihan"])
    assert "Rabu, 25 November 2026, 09.00 WIB" in adi.says()
    form = adi.get(f"/siaran/{row.id}/ubah").text
    for there in (f'value="{LEBAK}" checked', 'value="2026-11-25T09:00"', 'value="pelatihan"', "*gratis* hari Kamis"):
        assert there in form, there
    adi.post(f"/siaran/{row.id}/ubah", **{**made, "judul": "Lain", "versi": "1"})
    adi.get(f"/siaran/{row.id}/ubah")
    adi.post(f"/siaran/{row.id}/ubah", **{**made, "judul": "Ketinggalan", "versi": "1"})
    assert "sudah diubah orang lain" in adi.says()
    assert (kept(office).title, kept(office).version) == ("Lain", 2)
    adi.post("/siaran/saringan/1/hapus", **made)
    assert "Saringan dihapus" in adi.says()
    adi.cookies.clear()
    assert adi.post("/siaran/hitung", token="x", where=ASKS).status_code == 204
    adi.post("/siaran/baru", token="x", **{**made, "naskah_id": "Ditulis sebelum sesi habis"})
    assert adi.page is not None
    assert "Ditulis sebelum sesi habis" in adi.page.text


ASKS = {"sec-fetch-site": "same-origin", "hx-request": "true"}


def _counted(adi: Browser, **fields: str) -> str:
    """What stands beside the form for these fields; the form stays open."""
    form = adi.get("/siaran/baru")
    adi.post("/siaran/hitung", where=ASKS, **fields)
    said = adi.says()
    adi.page = form
    return said


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
