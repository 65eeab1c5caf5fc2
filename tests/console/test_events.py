"""Acara on the console: made, changed, moved, made smaller and called off, each with what it would tell seen before."""

import re

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import Event, EventState, Reminder, SignUp, SignUpState
from services.events import plans
from tests.console.office import Browser, Office
from tests.console.town import LEBAK, SERANG
from tests.services.eventful import event, owner, signs_up

NEW = {
    "judul": "Sosialisasi Sertifikasi Halal", "jenis": "sosialisasi", "mulai": "2026-12-10T09:00",
    "selesai": "2026-12-10T15:00", "zona": "Asia/Jakarta", "tempat": "Aula UPTD BPTSI", "kapasitas": "3",
    "kab": SERANG, "disimpan": "0", f"jatah_{SERANG}": "2",
}  # fmt: skip


def kept(office: Office, code: str) -> Event:
    """An event as it stands."""
    with Session(office.database.read_engine) as session:
        return session.scalars(sa.select(Event).where(Event.code == code)).one()


def fields(browser: Browser, action: str) -> dict[str, str]:
    """What the form of the open page with this action would send as it stands."""
    assert browser.page is not None
    form = re.search(rf'<form method="post" action="[^"]*{action}".*?</form>', browser.page.text, re.S)
    assert form, action
    found = {}
    for tag in re.findall(r"<input[^>]*>", form.group(0)):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        ticked = ("checkbox" not in tag and "radio" not in tag) or " checked" in tag
        if name and name.group(1) != "token" and ticked:
            found[name.group(1)] = value.group(1) if value else ""
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form.group(0), re.S):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        found[name] = chosen.group(1) if chosen else ""
    return found


def test_an_event_from_an_empty_form_to_called_off(office: Office) -> None:
    dewi = office.hire("dewi", "petugas_acara")
    dewi.sign_in()
    dewi.get("/acara/baru")
    dewi.post("/acara/baru", **{**NEW, "judul": "", "selesai": "2026-12-10T08:00", "kapasitas": "tiga", "kode": "X"})
    for says in ("Tulis judulnya", "Tulis angka bulat", 'value="Aula UPTD BPTSI"', 'value="tiga"'):
        assert says in dewi.page.text, says  # type: ignore[union-attr]
    for wrong, says in (
        ({"selesai": "2026-12-10T08:00"}, "harus sesudah mulainya"),
        ({"mulai": "2020-12-10T09:00"}, "Waktunya sudah lewat"),
        ({"kode": "HALAL"}, "paling sedikit satu huruf dan satu angka"),
        ({f"jatah_{LEBAK}": "9"}, "lebih besar daripada kapasitas"),
        ({"peta": "javascript:alert(1)"}, "Tautan diawali https://"),
    ):
        dewi.get("/acara/baru")
        assert dewi.post("/acara/baru", **{**NEW, **wrong}).status_code == 422
        assert says in dewi.says()
    dewi.get("/acara/baru")
    dewi.post("/acara/baru", **NEW, draf="1")
    assert "Draf tersimpan" in dewi.says()
    code = "SOS01"
    with office.writing() as session:
        event(session, regency=LEBAK)
    for _ in range(2):
        dewi.get(f"/acara/{code}/ubah")
        dewi.post(f"/acara/{code}/buka")
    assert kept(office, code).state is EventState.OPEN
    with office.writing() as session:
        number = session.scalars(sa.select(Event.id).where(Event.code == code)).one()
        for name in ("Siti Aminah", "Neng Rahma", "Ujang"):
            signs_up(session, number, owner(session, name), regency=SERANG if name != "Ujang" else LEBAK)

    # two at the same form: the second sees what changed, and loses nothing of what was typed
    budi = office.hire("budi", "petugas_acara", regencies=[SERANG])
    budi.sign_in()
    for browser in (dewi, budi):
        browser.get(f"/acara/{code}/ubah")
    told = fields(dewi, "simpan/keterangan")
    dewi.post(f"/acara/{code}/simpan/keterangan", **{**told, "surat": "005/1187"})
    assert "Keterangan tersimpan" in dewi.says()
    assert budi.post(f"/acara/{code}/simpan/keterangan", **{**told, "judul": "Judul Budi"}).status_code == 409
    assert "surat 005/1187" in budi.says()
    assert 'value="Judul Budi"' in budi.page.text  # type: ignore[union-attr]
    again = fields(budi, "simpan/keterangan")
    budi.post(f"/acara/{code}/simpan/keterangan", **again)
    assert (kept(office, code).title, kept(office, code).letter_number) == ("Judul Budi", None)
    budi.get(f"/acara/{code}/ubah")
    budi.post(f"/acara/{code}/simpan/keterangan", **again)
    assert "Tidak ada yang berubah" in budi.says()

    # the plan and the shares
    dewi.get(f"/acara/{code}/ubah")
    rows = fields(dewi, "simpan/rencana")
    more = {"pakai_5": "1", "hari_5": "5", "jam_5": "10:00", "kepada_5": "registered", "naskah_5": "events.h3"}
    dewi.post(f"/acara/{code}/simpan/rencana", **{**rows, **more, "jam_5": ""})
    assert "Baris ini belum lengkap" in dewi.says()
    dewi.post(f"/acara/{code}/simpan/rencana", **{**fields(dewi, "simpan/rencana"), **more})
    assert "Rencana pengingat tersimpan" in dewi.says()
    with Session(office.database.read_engine) as session:
        assert "h5" in {row.kind for row in plans.plan_of(session, number)}
    dewi.post(f"/acara/{code}/simpan/jatah", **{**fields(dewi, "simpan/jatah"), f"jatah_{SERANG}": "1"})
    assert "Sudah terisi: 2" in dewi.says()

    # moved: seen before, done once
    dewi.get(f"/acara/{code}/ubah")
    dewi.post(f"/acara/{code}/pindah", **{**fields(dewi, "/pindah"), "mulai": "2026-12-11T10:00"})
    for says in ("3 orang akan diberi tahu", "Jumat, 11 Desember 2026, 10.00–16.00", "Masih bisa"):
        assert says.lower() in dewi.says().lower(), says
    assert kept(office, code).version == 1
    sure = fields(dewi, "/pindah")
    dewi.post(f"/acara/{code}/pindah", **sure)
    assert "Acara dipindahkan" in dewi.says()
    dewi.get(f"/acara/{code}/ubah")
    dewi.post(f"/acara/{code}/pindah", **sure)
    assert "Tidak ada yang berubah" in dewi.says()
    assert dewi.post(f"/acara/{code}/pindah", **{**sure, "tempat": "Balai Desa"}).status_code == 409
    with Session(office.database.read_engine) as session:
        moved = sa.select(sa.func.count()).select_from(Reminder).where(Reminder.kind == "moved")
        assert session.scalar(moved) == 3

    # fewer places than are taken
    dewi.get(f"/acara/{code}/ubah")
    dewi.post(f"/acara/{code}/kapasitas", **{**fields(dewi, "/kapasitas"), "kapasitas": "2"})
    assert "3 kursi sudah terisi" in dewi.says()
    dewi.post(f"/acara/{code}/kapasitas", **{**fields(dewi, "/kapasitas"), "lebih": "kabari"})
    assert "1 orang akan diberi tahu" in dewi.says()
    assert kept(office, code).capacity == 3
    dewi.post(f"/acara/{code}/kapasitas", **fields(dewi, "/kapasitas"))
    assert "Jumlah kursi diubah" in dewi.says()
    with Session(office.database.read_engine) as session:
        waits = session.scalars(sa.select(SignUp).where(SignUp.state == SignUpState.WAITING)).all()
        assert [row.name for row in waits] == ["Ujang"]

    # copied clean, then called off
    dewi.get(f"/acara/{code}/ubah")
    dewi.post(f"/acara/{code}/salin", mulai="2027-01-07T09:00")
    assert "Disalin sebagai draf" in dewi.says()
    dewi.get(f"/acara/{code}/ubah")
    dewi.post(f"/acara/{code}/batal", alasan="")
    assert "Tulis alasannya" in dewi.says()
    dewi.post(f"/acara/{code}/batal", alasan="Gedung dipakai.")
    assert "Gedung dipakai" in dewi.says()
    assert kept(office, code).state is EventState.OPEN
    dewi.post(f"/acara/{code}/batal", **fields(dewi, "/batal"))
    assert "dikabari satu kali" in dewi.says()
    assert kept(office, code).state is EventState.CANCELLED
    assert budi.get("/acara/SOS02/ubah").status_code == 404  # of another kab/kota
