"""Every page for every role, the queue, Beranda; each account sees its own kab/kota and nothing of another's."""

import re

import pytest

from console.desk import Open
from console.pages import PAGES
from services import staff
from services.staff import Right
from tests.console.office import Browser, Office
from tests.console.town import AWKWARD, LEBAK, SERANG, settle

ROLES = sorted(staff.roles())
# What each page asks for, written a second time: a page whose right is changed by mistake is noticed here.
RIGHTS = {
    "GET /masuk": Open.EVERYBODY,
    "POST /masuk": Open.EVERYBODY,
    "GET /mulai/{code}": Open.EVERYBODY,
    "POST /mulai/{code}": Open.EVERYBODY,
    "POST /keluar": Open.SIGNED_IN,
    "GET /saya": Open.SIGNED_IN,
    "GET /": Right.SEE,
    "GET /pendaftaran": Right.SEE,
    "GET /pendaftaran/{number}": Right.SEE,
    "POST /pendaftaran/{number}/buka": Right.SEE,
    "GET /pendaftaran/{number}/foto/{photo:int}": Right.SEE,
    "POST /pendaftaran/{number}/pratinjau": Right.REVIEW,
    "POST /pendaftaran/{number}/pindah": Right.REVIEW,
    "GET /percakapan": Right.SEE,
    "GET /percakapan/{ticket:int}": Right.SEE,
    "POST /percakapan/{ticket:int}/jawab": Right.REVIEW,
    "POST /percakapan/{ticket:int}/tutup": Right.REVIEW,
}


def test_every_page_asks_for_what_the_table_says() -> None:
    assert {f"{page.method} {page.path}": page.right for page in PAGES} == RIGHTS


def test_every_page_for_every_role_and_for_nobody(office: Office) -> None:
    browsers = {role: office.hire(role.replace("_", "."), role, code=True) for role in ROLES}
    browsers["none"] = office.hire("kosong", "tidak_ada_lagi")
    for browser in browsers.values():
        browser.sign_in()
    nobody = Browser(office)
    for page in PAGES:
        if page.path == "/keluar":
            continue
        path = re.sub(r"{\w+(:\w+)?}", "1", page.path)
        for role, browser in browsers.items():
            browser.get("/saya")
            answer = browser.get(path, False) if page.method == "GET" else browser.post(path, False)
            held = staff.rights_of([role])
            refused = isinstance(page.right, Right) and page.right not in held
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
