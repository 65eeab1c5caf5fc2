"""Many applications moved at once: ticked in the list, or by a sheet that comes back from the office's own lists."""

from io import BytesIO

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from console.bulk import UPLOAD
from models import Application, Delivery, StaffCode, Stage
from services import bulk
from services.bulk import TooMany
from services.moves import Told
from tests.console.office import Office
from tests.console.town import LEBAK, settle
from tests.services.people import DEWI

HEAD = "Nomor,Tahap,Catatan,Sertifikat\n"


def stages(office: Office) -> dict[str, Stage]:
    """Where each stands."""
    with Session(office.database.read_engine) as session:
        return dict(session.execute(sa.select(Application.number, Application.stage)).all())


def told(office: Office) -> int:
    """How many messages of stages wait."""
    with Session(office.database.read_engine) as session:
        moved = Delivery.because.startswith("stage:")
        return session.scalars(sa.select(sa.func.count()).select_from(Delivery).where(moved)).one()


def test_those_ticked_are_moved_on_one_yes_and_never_twice(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
    emping, katering = numbers["Emping Menes"], numbers["Katering Ibu Yati"]
    rina, dewi = office.hire("rina"), office.hire("dewi")
    for browser in (rina, dewi):
        browser.sign_in()
        browser.get("/pendaftaran?tab=semua")
    assert f'name="nomor" value="{emping}"' in rina.get("/pendaftaran?tab=semua").text
    for fields, fault in (
        ({"nomor": emping}, "Pilih dulu tahapnya"),
        ({"ke": "TERBIT", "nomor": emping}, "Pilih dulu tahapnya"),  # a certificate's number is each one's own
        ({"ke": "MENGUNDURKAN_DIRI"}, "Belum ada yang dipilih"),
    ):
        assert rina.post("/pendaftaran/banyak", **fields).status_code == 422
        assert fault in rina.says()
    rina.post("/pendaftaran/banyak", ke="DIKEMBALIKAN", nomor=[emping, katering])
    assert "1 × Tulis atau pilih alasannya dulu" in rina.says()
    rina.post("/pendaftaran/banyak", ke="DIKEMBALIKAN", nomor=[emping, katering], alasan="Foto kurang jelas.")
    assert "1 akan dipindahkan" in rina.says()  # from a look there is no way there
    assert "Pindahkan 1 pengajuan dan kabari 1 pemilik" in rina.says()
    assert "Foto kurang jelas." in rina.says()
    assert (stages(office)[emping], told(office)) == (Stage.SUBMITTED, 0)
    code = rina.page.text.split('name="kode" value="')[1][:4] if rina.page else ""
    dewi.post("/pendaftaran/banyak/jalankan", kode=code)
    assert "sudah tidak berlaku" in dewi.says()  # it is Rina's yes
    for said in ("1 pemilik dikabari.", "Ini sudah dijalankan"):
        rina.get("/saya")
        rina.post("/pendaftaran/banyak/jalankan", kode=code)
        assert said in rina.says()
    assert (stages(office)[emping], told(office)) == (Stage.SENT_BACK, 1)
    with Session(office.database.read_engine) as session:
        assert session.scalars(sa.select(StaffCode.content)).all() == [None]
    rina.get("/pendaftaran?tab=semua")
    rina.post("/pendaftaran/banyak", ke="MENGUNDURKAN_DIRI", semua="1", tab="semua", kab=LEBAK)
    assert "2 akan dipindahkan" in rina.says()
    office.clock.pass_by(minutes=6)
    code = rina.page.text.split('name="kode" value="')[1][:4] if rina.page else ""
    rina.post("/pendaftaran/banyak/jalankan", kode=code)
    assert "sudah tidak berlaku" in rina.says()
    with office.writing() as session, pytest.raises(TooMany):
        bulk.of_numbers(session, DEWI, map(str, range(bulk.MOST + 1)), Stage.WITHDRAWN, Told())


def test_a_sheet_comes_back_with_new_stages(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
    emping, katering = numbers["Emping Menes"], numbers["Katering Ibu Yati"]
    rina, lia = office.hire("rina", "verifikator", "kepala"), office.hire("lia", regencies=[LEBAK])
    for browser in (rina, lia):
        browser.sign_in()
        browser.get("/pendaftaran/status")
    names = dict(session_names(office))
    rows = f"{emping},{names[Stage.COMPANION]},,\n{katering},Nanti,,\nBTN-2026-999999,{names[Stage.SUBMITTED]},,\n"
    sheet = {"berkas": ("status.csv", (HEAD + rows).encode())}
    lia.post("/pendaftaran/status", files=sheet)
    assert "0 akan dipindahkan" in lia.says()
    assert "1 × Di luar kabupaten/kota tugas" in lia.says()
    rina.post("/pendaftaran/status", files=sheet)
    assert "1 akan dipindahkan" in rina.says()
    assert "1 × Tahap tidak dikenal." in rina.says()
    wrong = rina.page.text.split('name="salah" value="')[1].split('"')[0] if rina.page else ""
    assert wrong == "3:stage,4:unknown"
    answer = rina.post("/pendaftaran/status/salah", salah=f"{wrong},9:<script>,x:stage")
    lines = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert [row for row in lines if row[0] in (3.0, 4.0)] == [
        [3.0, "Tahap tidak dikenal."], [4.0, "Nomor atau NIB tidak ada di catatan kami."],
    ]  # fmt: skip
    rina.get("/pendaftaran/status")
    titled = 'Pengajuan pendampingan,,,\n"Diunduh Ibu Rina, 24-11-2026",,,\n,,,\n'  # as our own lists begin
    rina.post("/pendaftaran/status", files={"berkas": ("STATUS.CSV", (titled + HEAD + rows).encode())})
    assert "6:stage,7:unknown" in (rina.page.text if rina.page else "")
    code = rina.page.text.split('name="kode" value="')[1][:4] if rina.page else ""
    rina.post("/pendaftaran/banyak/jalankan", kode=code)
    assert stages(office)[emping] is Stage.COMPANION


def session_names(office: Office) -> list[tuple[Stage, str]]:
    """What stages are called in the office's own lists."""
    return [(stage, office.settings.texts.text(f"stage.{stage.value}.name", "id")) for stage in Stage]


def test_what_is_no_sheet_is_said_in_a_sentence(office: Office) -> None:
    rina = office.hire("rina")
    rina.sign_in()
    nik = (HEAD + "3604012345678901,Sudah diajukan,,\n").encode()
    for name, content, status, said in (
        ("kosong.csv", b"", 422, "Pilih dulu berkasnya"),
        ("foto.jpg", b"\xff\xd8", 422, "harus xlsx atau csv"),
        ("status.xlsx", b"PK\x03\x04 not really", 422, "Tidak ada yang berubah"),
        ("status.csv", b"Nama,Alamat\nSiti,Baros\n", 422, "Judul kolom harus berisi Tahap"),
        ("status.csv", nik, 200, "Ada 16 angka seperti NIK"),
        ("status.csv", HEAD.encode() + b"BTN-2026-000001,Sudah diajukan,,\n" * 501, 422, "paling banyak 500"),
        ("status.xlsx", b"x" * (UPLOAD + 1), 422, "Berkas lebih dari 5 MB"),
    ):
        rina.get("/pendaftaran/status")
        answer = rina.post("/pendaftaran/status", files={"berkas": (name, content)})
        assert answer.status_code == status, name
        assert said in rina.says(), name
    rina.get("/pendaftaran/status")
    assert rina.post("/pendaftaran/status").status_code == 422  # a form without a file
    rina.get("/saya")
    elsewhere = rina.post("/keluar", files={"berkas": ("status.csv", HEAD.encode())})
    assert elsewhere.status_code != 500
    assert rina.get("/saya").status_code == 200
