"""Every page for every role, the queue, Beranda; each account sees its own kab/kota and nothing of another's."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from console.desk import Open
from console.pages import PAGES
from services import staff
from services.staff import Right
from tests.console.office import FORM_TOKEN, Browser, Office
from tests.console.town import AWKWARD, LEBAK, SERANG, asks, settle
from tests.services.eventful import event, owner, signs_up

ROLES = sorted(staff.roles())
# What each page asks for, written a second time: a page whose right is changed by mistake is noticed here.
SENDERS = {Right.DRAFT, Right.APPROVE}
RIGHTS = {
    "GET /masuk": Open.EVERYBODY,
    "POST /masuk": Open.EVERYBODY,
    "GET /mulai/{code}": Open.EVERYBODY,
    "POST /mulai/{code}": Open.EVERYBODY,
    "POST /keluar": Open.SIGNED_IN,
    "GET /saya": Open.SIGNED_IN,
    "GET /": Right.SEE,
    "GET /cetak": Right.SEE,
    "GET /ajak": Right.SEE,
    "GET /kiriman": Right.SEE,
    "POST /kiriman/{which:int}/ulang": Right.REVIEW,
    "POST /kiriman/{which:int}/lepas": Right.REVIEW,
    "GET /pendaftaran": Right.SEE,
    "POST /pendaftaran/unduh": Right.EXPORT,
    "POST /pendaftaran/banyak": Right.REVIEW,
    "POST /pendaftaran/banyak/jalankan": Right.REVIEW,
    "GET /pendaftaran/status": Right.REVIEW,
    "POST /pendaftaran/status": Right.REVIEW,
    "POST /pendaftaran/status/salah": Right.REVIEW,
    "GET /pendaftaran/{number}": Right.SEE,
    "POST /pendaftaran/{number}/buka": Right.SEE,
    "GET /pendaftaran/{number}/foto/{photo:int}": Right.SEE,
    "GET /pendaftaran/{number}/perbaikan": Right.REVIEW,
    "POST /pendaftaran/{number}/perbaikan/pratinjau": Right.REVIEW,
    "POST /pendaftaran/{number}/perbaikan": Right.REVIEW,
    "POST /pendaftaran/{number}/perbaikan/batal": Right.REVIEW,
    "POST /pendaftaran/{number}/perbaikan/lihat": Right.REVIEW,
    "POST /pendaftaran/{number}/pendamping/pratinjau": Right.REVIEW,
    "POST /pendaftaran/{number}/pendamping": Right.REVIEW,
    "POST /pendaftaran/{number}/putuskan/pratinjau": Right.REVIEW,
    "POST /pendaftaran/{number}/putuskan": Right.REVIEW,
    "POST /pendaftaran/{number}/pratinjau": Right.REVIEW,
    "POST /pendaftaran/{number}/pindah": Right.REVIEW,
    "GET /percakapan": Right.SEE,
    "GET /percakapan/cari": Right.REVIEW,
    "GET /percakapan/macet": Right.REVIEW,
    "GET /percakapan/orang/{conversation:int}": Right.REVIEW,
    "POST /percakapan/orang/{conversation:int}/pratinjau": Right.REVIEW,
    "POST /percakapan/orang/{conversation:int}/bantu": Right.REVIEW,
    "GET /percakapan/{ticket:int}": Right.SEE,
    "POST /percakapan/{ticket:int}/jawab": Right.REVIEW,
    "POST /percakapan/{ticket:int}/tutup": Right.REVIEW,
    "GET /siaran": Right.SEE,
    "GET /siaran/baru": Right.DRAFT,
    "POST /siaran/baru": Right.DRAFT,
    "POST /siaran/hitung": Right.DRAFT,
    "POST /siaran/templat": Right.DRAFT,
    "POST /siaran/saringan": Right.DRAFT,
    "POST /siaran/saringan/{number:int}/hapus": Right.DRAFT,
    "GET /siaran/{number:int}/ubah": Right.DRAFT,
    "POST /siaran/{number:int}/ubah": Right.DRAFT,
    "GET /siaran/{number:int}/lampiran": Right.SEE,
    "POST /siaran/{number:int}/lampiran": Right.DRAFT,
    "POST /siaran/{number:int}/lepas": Right.DRAFT,
    "POST /siaran/{number:int}/coba": Right.DRAFT,
    "POST /siaran/{number:int}/unduh": Right.EXPORT,
    "GET /siaran/{number:int}": Right.SEE,
    "POST /siaran/{number:int}/minta": Right.DRAFT,
    "POST /siaran/{number:int}/setujui": SENDERS,
    "POST /siaran/{number:int}/kembalikan": Right.APPROVE,
    "POST /siaran/{number:int}/jeda": SENDERS,
    "POST /siaran/{number:int}/lanjut": SENDERS,
    "POST /siaran/{number:int}/batal": SENDERS,
    "GET /orang": Right.SEE,
    "GET /orang/{person:int}": Right.SEE,
    "POST /orang/{person:int}/buka": Right.SEE,
    "GET /usaha/{business:int}": Right.SEE,
    "POST /usaha/{business:int}/buka": Right.SEE,
    "GET /usaha/{business:int}/ganda/{pair:int}": Right.REVIEW,
    "POST /usaha/{business:int}/ganda/{pair:int}/sama": Right.REVIEW,
    "POST /usaha/{business:int}/ganda/{pair:int}/beda": Right.REVIEW,
    "POST /usaha/{business:int}/ganda/{pair:int}/ragu": Right.REVIEW,
    "GET /permintaan": Right.SEE,
    "POST /permintaan/{request:int}/tutup": Right.REVIEW,
    "GET /acara": Right.SEE,
    "GET /acara/undang": Right.EVENTS,
    "GET /acara/baru": Right.EVENTS,
    "POST /acara/baru": Right.EVENTS,
    "GET /acara/{code}": Right.SEE,
    "GET /acara/{code}/undangan": Right.SEE,
    "POST /acara/{code}/undangan/tautan": Right.EVENTS,
    "GET /acara/{code}/undangan/poster": Right.SEE,
    "GET /acara/{code}/undang": Right.EVENTS,
    "POST /acara/{code}/undang": Right.EVENTS,
    "POST /acara/{code}/undang/daftar": Right.EVENTS,
    "GET /acara/{code}/peserta": Right.SEE,
    "POST /acara/{code}/peserta/buka": Right.SEE,
    "POST /acara/{code}/peserta/{id:int}/keluarkan": Right.EVENTS,
    "POST /acara/{code}/peserta/{id:int}/hadir": Right.DOOR,
    "GET /acara/{code}/pintu": Right.SEE,
    "POST /acara/{code}/pintu/buat": Right.EVENTS,
    "POST /acara/{code}/pintu/cabut": Right.EVENTS,
    "POST /acara/{code}/pintu/tamu": Right.DOOR,
    "POST /acara/{code}/pintu/daftar": Right.EXPORT,
    "GET /acara/{code}/sertifikat": Right.SEE,
    "POST /acara/{code}/sertifikat/terbitkan": Right.EVENTS,
    "POST /acara/{code}/sertifikat/unduh": Right.EXPORT,
    "GET /acara/{code}/pendapat": Right.SEE,
    "GET /acara/{code}/ubah": Right.EVENTS,
    "POST /acara/{code}/simpan/{part}": Right.EVENTS,
    "POST /acara/{code}/materi": Right.EVENTS,
    "POST /acara/{code}/pindah": Right.EVENTS,
    "POST /acara/{code}/kapasitas": Right.EVENTS,
    "POST /acara/{code}/batal": Right.EVENTS,
    "POST /acara/{code}/buka": Right.EVENTS,
    "POST /acara/{code}/salin": Right.EVENTS,
    "GET /program": Right.SEE,
    "GET /program/fakta": Right.SEE,
    "GET /program/fakta/{name}": Right.SEE,
    "POST /program/fakta/{name}/pastikan": Right.PROGRAMME,
    "POST /program/fakta/{name}/tarik": Right.PROGRAMME,
    "POST /program/fakta/{name}/betulkan": Right.PROGRAMME,
    "GET /program/baru": Right.PROGRAMME,
    "POST /program/baru/pratinjau": Right.PROGRAMME,
    "POST /program/baru": Right.PROGRAMME,
    "GET /program/{code}": Right.SEE,
    "GET /program/{code}/ubah": Right.PROGRAMME,
    "POST /program/{code}/pratinjau": Right.PROGRAMME,
    "POST /program/{code}/ubah": Right.PROGRAMME,
    "GET /pengguna": Right.USERS,
    "GET /pengguna-baru": Right.USERS,
    "POST /pengguna-baru": Right.USERS,
    "GET /pengguna/{name}": Right.USERS,
    "POST /pengguna/{name}/ubah": Right.USERS,
    "POST /pengguna/{name}/nonaktif": Right.USERS,
    "POST /pengguna/{name}/aktif": Right.USERS,
    "POST /pengguna/{name}/keluarkan": Right.USERS,
    "POST /pengguna/{name}/tautan": Right.USERS,
    "GET /audit": Right.AUDIT,
}


def test_every_page_asks_for_what_the_table_says() -> None:
    assert {f"{page.method} {page.path}": page.right for page in PAGES} == RIGHTS


def test_every_page_for_every_role_and_for_nobody(office: Office) -> None:
    browsers = {role: office.hire(role.replace("_", "."), role, code=True) for role in ROLES}
    browsers["none"] = office.hire("kosong", "tidak_ada_lagi")
    tokens = {}
    for role, browser in browsers.items():
        browser.sign_in()
        browser.get("/saya")
        assert browser.page is not None
        tokens[role] = FORM_TOKEN.findall(browser.page.text)[0]
    nobody = Browser(office)
    for page in PAGES:
        if page.path == "/keluar":
            continue
        path = re.sub(r"{\w+(:\w+)?}", "1", page.path)
        for role, browser in browsers.items():
            answer = browser.get(path, False) if page.method == "GET" else browser.post(path, False, token=tokens[role])
            held = staff.rights_of([role])
            wanted = page.right if isinstance(page.right, frozenset) else {page.right}
            refused = not isinstance(page.right, Open) and not wanted & held
            assert (answer.status_code == 403) == refused, f"{page.method} {path} for {role}: {answer.status_code}"
        answer = nobody.get(path, False) if page.method == "GET" else nobody.post(path, False)
        outside = 401 if page.method == "POST" else 303
        assert (answer.status_code == outside) == (page.right is not Open.EVERYBODY), path
    assert "page.refused" in office.acts()


def test_beranda_says_what_needs_a_hand_and_every_number_leads_to_its_people(office: Office) -> None:
    with office.writing() as session:
        settle(session)
    rina = office.hire("rina")
    rina.sign_in()
    says = rina.says()
    assert "3 Janji kabar terlewat" in says
    assert "2 Telaah petugas" in says
    assert "1 Sertifikat belum diakui diterima" in says
    assert "14.000 tempat di seluruh Banten. 7.000 terisi lewat jalur lain" in says
    assert "Selasa, 24 November 2026 Sertifikat terbit 1" in says
    assert rina.page is not None
    for link in sorted(set(re.findall(r'href="/console(/pendaftaran[^"]*)"', rina.page.text))):
        shown = rina.get(link.replace("&amp;", "&"))
        assert shown.status_code == 200
        assert "Tidak ada yang cocok" not in shown.text or "tab=kami" in link or link == "/pendaftaran", link


def test_the_queue_is_overdue_first_filtered_and_searched(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
    rina = office.hire("rina")
    rina.sign_in()
    page = rina.get("/pendaftaran?tab=semua").text
    order = [page.index(numbers[name]) for name in ("Katering Ibu Yati", "Keripik Lebak Jaya", "Emping Menes")]
    assert order == sorted(order)
    assert page.count('class="is-late"') == 3
    assert "Yati Suryani" not in page
    assert "Yati S•••" in page
    assert "<script>alert" not in page
    assert AWKWARD in rina.says()
    for query, names in (
        ("cari=katering", {"Katering Ibu Yati"}),
        ("cari=yati+emping", {"Emping Menes"}),
        (f"cari={numbers['Emping Menes'].lower()}", {"Emping Menes"}),
        ("tab=telaah", {"Katering Ibu Yati", "Kue Bu Ida"}),
        (f"tab=semua&kab={LEBAK}&lewat=1", {"Keripik Lebak Jaya"}),
        ("tab=terbit&belum=1", {"Gula Semut Cihara"}),
        ("cari=%25", set()),
        ("cari=tidak+ada&hal=99999", set()),
        ("tab=ngawur&tahap=ngawur&kab=99.99&hal=-1&cari=emping", {"Emping Menes"}),
    ):
        says = rina.get(f"/pendaftaran?{query}").text
        assert {name for name, number in numbers.items() if number in says} == names, query
    part = rina.get("/pendaftaran?tab=semua", **{"hx-request": "true"}).text
    assert "<html" not in part
    assert numbers["Emping Menes"] in part


def test_an_account_of_one_kab_kota_sees_that_one(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
    dedi = office.hire("dedi", regencies=[SERANG])
    dedi.sign_in()
    assert "2 Janji kabar terlewat" in dedi.says()
    assert "Kab. Lebak" not in dedi.says()
    page = dedi.get("/pendaftaran?tab=semua").text
    assert numbers["Emping Menes"] in page
    assert numbers["Keripik Lebak Jaya"] not in page
    assert dedi.get(f"/pendaftaran?kab={LEBAK}").status_code == 404
    assert office.acts()[-1] == "page.outside"


@pytest.mark.parametrize("path", ["/pendaftaran", "/saya"])
def test_a_part_of_a_page_leads_to_signing_in(office: Office, path: str) -> None:
    answer = Browser(office).get(path, **{"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/console/masuk")


def test_the_queue_as_a_sheet_stands_in_the_audit(office: Office, tmp_path: Path) -> None:
    with office.writing() as session:
        numbers = settle(session)
    rina, dedi = office.hire("rina"), office.hire("dedi", regencies=[SERANG])
    for browser in (rina, dedi):
        browser.sign_in()
        browser.get("/pendaftaran?tab=semua")
    answer = dedi.post("/pendaftaran/unduh", tab="semua")
    assert "pengajuan-2026-11-24.xlsx" in answer.headers["content-disposition"]
    file = tmp_path / "pengajuan.xlsx"
    file.write_bytes(answer.content)
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    listed = {str(row[0]): row for row in rows if str(row[0]).startswith("BTN-")}
    assert set(listed) == {numbers[name] for name in ("Katering Ibu Yati", AWKWARD, "Emping Menes")}
    assert listed[numbers[AWKWARD]][1:3] == [AWKWARD, "Yati Suryani"]
    assert office.acts()[-1] == "applications.exported"
    dedi.get("/pendaftaran?tab=semua")
    assert dedi.post("/pendaftaran/unduh", tab="semua", kab=LEBAK).status_code == 404


def test_events_accounts_and_the_audit_are_read(office: Office) -> None:
    with office.writing() as session:
        settle(session)
        here, elsewhere = event(session, regency=SERANG), event(session, regency=LEBAK, capacity=40)
        signs_up(session, here.id, owner(session))
        codes = here.code, elsewhere.code
    dedi, tuti = office.hire("dedi", regencies=[SERANG]), office.hire("tuti", "administrator", code=True)
    dedi.sign_in()
    dedi.get("/acara")
    assert codes[0] in dedi.says()
    assert codes[1] not in dedi.says()
    dedi.get(f"/acara/{codes[0]}")
    assert "Mendaftar 1" in dedi.says()
    assert "2 kursi; 0 di daftar tunggu" in dedi.says()
    for code in (codes[1], "XXX9"):
        assert dedi.get(f"/acara/{code}").status_code == 404
    assert "Belum ada acara yang lewat" in dedi.get("/acara?lalu=1").text
    tuti.sign_in()
    tuti.get("/pengguna")
    assert "Ibu Dedi dedi verifikator Kab. Serang" in tuti.says()
    tuti.get("/audit?siapa=dedi&apa=page")
    assert "page.outside" in tuti.says()
    assert "staff.signed_in" not in tuti.says()
    assert "Tidak ada yang cocok" in tuti.get("/audit?apa=%25").text


def test_what_a_page_asks_of_the_database_does_not_grow_with_the_people(office: Office) -> None:
    rina, asked = office.hire("rina"), []
    sa.event.listen(office.database.read_engine, "before_cursor_execute", lambda *of: asked.append(of[2]))
    sa.event.listen(office.database.write_engine, "before_cursor_execute", lambda *of: asked.append(of[2]))

    def statements() -> list[int]:
        counts = []
        for path in (
            "/", "/pendaftaran?tab=semua", "/pendaftaran?cari=emping", "/percakapan", "/acara", "/cetak", "/kiriman",
            "/program/BANTEN-2026",
        ):  # fmt: skip
            asked.clear()
            assert rina.get(path).status_code == 200
            counts.append(len(asked))
        return counts

    rina.sign_in()
    with office.writing() as session:
        settle(session)
        asks(session)
    few = statements()
    with office.writing() as session:
        settle(session)
        settle(session)
        asks(session, "Gula Semut Cihara")
    assert statements() == few
    assert max(few) <= 30
