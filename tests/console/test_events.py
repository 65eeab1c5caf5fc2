"""Acara on the console: made, changed, moved and called off, each with what it would tell seen before; and its day."""

import re
import secrets
from dataclasses import replace
from html import unescape
from pathlib import Path

import pypdfium2
import sqlalchemy as sa
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from console import audience_link
from console.app import create
from models import Delivery, Event, EventDoor, EventState, Reminder, SignUp, SignUpState
from services.events import doors, giving, inviting, plans, sources
from services.events.kit import Ways
from tests.console.office import CATALOGUE, Browser, Office
from tests.console.town import LEBAK, SERANG, settle
from tests.services.eventful import DAY, THURSDAY, event, owner, signs_up
from tests.support.office import OFFICE

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
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form.group(0)):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        ticked = ("checkbox" not in tag and "radio" not in tag) or " checked" in tag
        if name and name.group(1) != "token" and ticked:
            found[name.group(1)] = unescape(value.group(1)) if value else ""
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


def test_the_day_of_an_event_from_its_door_to_its_certificates(office: Office, tmp_path: Path) -> None:
    with office.writing() as session:
        made = event(session, regency=SERANG, capacity=2)
        rows = [signs_up(session, made.id, owner(session, f"{name} Uji")).sign_up for name in ("Siti", "Neng", "Ujang")]
        siti, neng, _ = (row.id for row in rows if row)
    where = f"/acara/{made.code}"
    dewi, dedi = office.hire("dewi", "petugas_acara"), office.hire("dedi", "petugas_acara", regencies=[LEBAK])
    for browser in (dewi, dedi):
        browser.sign_in()
    for path in ("peserta", "pintu", "sertifikat", "pendapat"):
        assert dedi.get(f"{where}/{path}").status_code == 404, path

    # names on a click that is written down; whoever waits is in their order
    dewi.get(f"{where}/peserta")
    assert "Siti U•••" in dewi.says()
    assert "Siti Uji" not in dewi.says().replace("Keripik Siti Uji", "")
    dewi.post(f"{where}/peserta/buka")
    assert "Siti Uji" in dewi.says()
    assert office.acts()[-1] == "event.people_seen"
    dewi.get(f"{where}/peserta?keadaan=waiting&cari=ujang&hal=7")
    assert "1 orang" in dewi.says()
    dewi.get(f"{where}/peserta?cari=%25")
    assert "Tidak ada yang cocok" in dewi.says()

    # taken off: the reason is asked for, the message seen, then sent once
    dewi.get(f"{where}/peserta")
    dewi.post(f"{where}/peserta/{neng}/keluarkan", alasan="")
    assert "Tulis alasannya" in dewi.says()
    dewi.post(f"{where}/peserta/{neng}/keluarkan", alasan="Terdaftar dua kali.")
    assert "Alasannya: Terdaftar dua kali." in dewi.says()
    with Session(office.database.read_engine) as session:
        assert session.get_one(SignUp, neng).holds
    for _ in range(2):
        dewi.get(f"{where}/peserta")
        dewi.post(f"{where}/peserta/{neng}/keluarkan", alasan="Terdaftar dua kali.", _yakin="1")
    with Session(office.database.read_engine) as session:
        assert session.get_one(SignUp, neng).state is SignUpState.CANCELLED
        told = session.scalars(sa.select(Delivery).where(Delivery.because == f"event:{made.id}")).all()
        assert len(told) == 1

    # a link for the door, shown once, the same one however often the button is pressed; ended
    dewi.get(f"{where}/pintu")
    key = fields(dewi, "pintu/buat")
    for _ in range(2):
        dewi.post(f"{where}/pintu/buat", **{**key, "nama": "Pintu A"})
    link = re.search(r"/hadir/(p[\w-]{32})", dewi.page.text)  # type: ignore[union-attr]
    assert link
    with Session(office.database.read_engine) as session:
        (door,) = session.scalars(sa.select(EventDoor)).all()
        assert isinstance(doors.find(session, link.group(1), THURSDAY), doors.Open)
    dewi.get(f"{where}/pintu")
    assert link.group(1) not in dewi.page.text  # type: ignore[union-attr]
    dewi.post(f"{where}/pintu/cabut", pintu=str(door.id))
    assert "Tautan pintu dicabut" in dewi.says()

    # the day: noted by hand, twice harmless; a guest on paper, once
    guest = {"nama": "Tamu Uji", "usaha": "Tape Uli", "surat": "kertas, lembar 2"}
    dewi.post(f"{where}/pintu/tamu", **guest)
    assert "Belum harinya" in dewi.says()
    office.clock.now = THURSDAY + DAY / 24
    dewi.sign_in()
    for _ in range(2):
        dewi.get(f"{where}/peserta")
        dewi.post(f"{where}/peserta/{siti}/hadir")
    assert "Sudah tercatat hadir" in dewi.says()
    dewi.get(f"{where}/pintu")
    dewi.post(f"{where}/pintu/tamu", **{**guest, "surat": "", "hp": "12"})
    assert "Nomor HP belum benar" in dewi.says()
    again = fields(dewi, "pintu/tamu")
    for _ in range(2):
        dewi.get(f"{where}/pintu")
        dewi.post(f"{where}/pintu/tamu", **{**again, **guest, "hp": ""})
    assert "2 hadir" in dewi.says()
    dewi.get(f"{where}/pintu")
    sheet = tmp_path / "hadir.xlsx"
    sheet.write_bytes(dewi.post(f"{where}/pintu/daftar", sebagai="xlsx").content)
    listed = [
        str(cell) for row in CalamineWorkbook.from_path(str(sheet)).get_sheet_by_index(0).to_python() for cell in row
    ]
    assert {"Siti Uji", "Tamu Uji"} <= set(listed)
    dewi.get(f"{where}/pintu")
    assert dewi.post(f"{where}/pintu/daftar", sebagai="pdf").content.startswith(b"%PDF")

    # certificates: said before the end, given out after it, one or all of them to be had as PDF
    dewi.get(f"{where}/sertifikat")
    dewi.post(f"{where}/sertifikat/terbitkan")
    assert f"001/{made.code}/BPTSI/2026" in dewi.says()
    office.clock.now = made.ends_at + DAY
    with office.writing() as session:
        while giving.sweep(session, CATALOGUE, OFFICE, lambda: secrets.token_hex(12), office.clock.now):
            pass
    dewi.sign_in()
    dewi.get(f"{where}/sertifikat")
    assert "2 dari 2 yang hadir sudah punya" in dewi.says()
    for one in ({}, {"peserta": str(siti)}):
        paper = pypdfium2.PdfDocument(dewi.post(f"{where}/sertifikat/unduh", **one).content)
        assert len(paper) == (1 if one else 2)
        dewi.get(f"{where}/sertifikat")
    dewi.get(f"{where}/pendapat")
    assert "Belum ada yang ditanya" in dewi.says()
    dewi.get(where)
    assert "Hadir 2" in dewi.says()


def test_an_invitation_kit_and_a_list_of_invited_people(office: Office) -> None:
    with office.writing() as session:
        settle(session)
        made = event(session, regency=SERANG, capacity=30)
        code = made.code
        other = event(session, regency=LEBAK)
        elsewhere = other.code
    dewi, dedi = office.hire("dewi", "petugas_acara"), office.hire("dedi", "petugas_acara", regencies=[SERANG])
    for browser in (dewi, dedi):
        browser.sign_in()
    dewi.get(f"/acara/{code}/undangan")
    assert "Belum ada tujuan untuk tautan" in dewi.says()
    office.settings = replace(office.settings, ways=lambda: Ways("naikkelas_bot", None, "https://contoh.go.id"))
    office.app = create(office.settings)
    dewi.get(f"/acara/{code}/undangan")
    dewi.post(f"/acara/{code}/undangan/tautan", jenis="dinas", nama="")
    assert "Tulis nama dinas" in dewi.says()
    for _ in range(2):
        dewi.get(f"/acara/{code}/undangan")
        dewi.post(f"/acara/{code}/undangan/tautan", jenis="grup", nama="WA Baros & <b>kawan</b>")
    dewi.post(f"/acara/{code}/undangan/tautan", setiap="kabupaten")
    with Session(office.database.read_engine) as session:
        assert len(sources.traffic(session, made.id)) == 9
    dewi.get(f"/acara/{code}/undangan?tautan=a1")
    for says in (
        "WA Baros & <b>kawan</b>",
        f"https://contoh.go.id/acara/{code}/A1",
        "menyusul",
        "Tidak dipungut biaya",
    ):
        assert says in dewi.says(), says
    for wanted, begins in (("pdf", b"%PDF"), ("png", b"\x89PNG"), ("qr", b"\x89PNG")):
        if wanted != "png" or office.database.is_sqlite:  # a picture of the same sheet is drawn once
            assert dewi.get(f"/acara/{code}/undangan/poster?sebagai={wanted}&tautan=A1").content.startswith(begins)

    # from a filter, or from the people behind any number
    dewi.get(f"/acara/{code}/undang?pilih=1&kab={SERANG}")
    assert "3 orang akan masuk daftar undangan" in dewi.says()
    for path in (f'audiens={{"regencies":["{LEBAK}"]}}', "audiens=ngawur", 'audiens={"siapa":1}'):
        dewi.get(f"/acara/{code}/undang?{path}")
        assert ("tidak dikenal" in dewi.says()) == (LEBAK not in path)
    dewi.get(f'/acara/{code}/undang?audiens={{"regencies":["{LEBAK}"]}}')
    sure = fields(dewi, "/undang")
    for _ in range(2):
        dewi.post(f"/acara/{code}/undang", **sure)
        dewi.get(f"/acara/{code}/undang?audiens={{}}")
    assert "3 orang akan masuk" in dewi.says()
    with Session(office.database.read_engine) as session:
        assert inviting.count(session, made.id) == (3, 0)
    assert dedi.get(f'/acara/{code}/undang?audiens={{"regencies":["{LEBAK}"]}}').status_code == 404
    assert dedi.get(f"/acara/{elsewhere}/undang").status_code == 404
    dedi.get(audience_link.undang(todos=["BUTUH_NIB"]).removeprefix("/console"))
    assert code in dedi.page.text  # type: ignore[union-attr]
    assert elsewhere not in dedi.page.text  # type: ignore[union-attr]
    assert dedi.get("/acara/undang?audiens=ngawur").status_code == 404
    dedi.get(f"/acara/{code}/undang?audiens={{}}")
    assert "3 orang akan masuk" in dedi.says()  # their own

    # from a list
    dewi.get(f"/acara/{code}/undang")
    dewi.post(f"/acara/{code}/undang/daftar", daftar="apa saja")
    assert "Belum ada yang diundang" in dewi.says()
    sheet = "Nama\tNomor HP\r\nSiti Aminah\t0812-0000-9001\r\nTanpa Nomor\tbelum ada\r\nUjang\t081200009002"
    dewi.post(f"/acara/{code}/undang/daftar", daftar=sheet)
    assert "2 orang terbaca, 2 baru" in dewi.says()
    dewi.get(f"/acara/{code}/undang")
    dewi.post(f"/acara/{code}/undang/daftar", daftar="", files={"berkas": ("daftar.csv", sheet.encode())})
    assert "2 orang terbaca, 2 baru" in dewi.says()
    assert "baris 3" in dewi.says()
    sure = fields(dewi, "/undang/daftar")
    for _ in range(2):
        dewi.post(f"/acara/{code}/undang/daftar", **sure)
    with Session(office.database.read_engine) as session:
        assert inviting.count(session, made.id) == (5, 0)
    dewi.get(f"/acara/{code}/undangan")
    assert "5 diundang" in dewi.says()
    for content, says in ((b"MZ apa saja", "harus PDF atau PPTX"), (b"%PDF-1.7 materi", "Materi tersimpan")):
        dewi.get(f"/acara/{code}/ubah")
        dewi.post(f"/acara/{code}/materi", files={"berkas": ("materi.pdf", content)})
        assert says in dewi.says()
