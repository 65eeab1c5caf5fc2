"""Program & kuota at the office: seen, changed after its consequence was read, never below what is taken."""

import re
from dataclasses import replace
from html import unescape

from services import programmes
from tests.console.office import Office
from tests.console.town import LEBAK, SERANG, settle
from tests.support.office import PROGRAMME

PATH = f"/program/{PROGRAMME.code}"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def kept(page: str, path: str = f"{PATH}/ubah") -> dict[str, str]:
    """What the page of the consequences would send on."""
    found = dict(HIDDEN.findall(page.split(f'action="/console{path}"')[1]))
    return {key: value for key, value in found.items() if key != "token"}


def test_a_quota_is_changed_after_its_consequence_was_read(office: Office) -> None:
    with office.writing() as session:
        settle(session)
    rina = office.hire("rina", "pengelola_program", code=True)
    rina.sign_in()
    assert "Fasilitasi Halal Banten 2026" in rina.get("/program").text
    assert "7.000 terisi lewat jalur lain, 4 lewat kita" in rina.says()
    assert "Kab. Lebak bersama" in rina.says()
    form = {"versi": "0", "jalur": ["self_declare"], "sumber": "SK 7/2026", "kuota": "14.000", f"kuota_{LEBAK}": "20"}
    rina.get(f"{PATH}/ubah")
    for wrong, says in (
        ({"kuota": "7000"}, "Kuota seluruh Banten tidak bisa 7.000: 7.004 tempat sudah terisi."),
        ({f"kuota_{SERANG}": "0"}, "Kuota Kab. Serang tidak bisa 0: 2 tempat sudah terisi."),
        ({f"kuota_{SERANG}": "banyak"}, "Kuota Kab. Serang: tulis angka, contoh 1500."),
        ({"kuota": ""}, "Kuota seluruh Banten: tulis angka"),
        ({"tutup": "kapan-kapan"}, "Tanggal tutup tidak terbaca"),
        ({"tutup": "2020-01-01"}, "Tanggal tutup harus sesudah tanggal buka."),
        ({"jalur": []}, "Pilih paling sedikit satu jalur."),
        ({"target": "2500"}, "Target perlu jumlah sertifikat"),
    ):
        answer = rina.post(f"{PATH}/pratinjau", **{**form, **wrong})
        assert answer.status_code == 422
        assert says in rina.says()
        assert "SK 7/2026" in answer.text  # what was typed is still there
    target = {"target": "2500", "target_mulai": "2026-10-13", "target_hari": "100", "target_sumber": "SK 8"}
    asked = {**form, **target, f"kuota_{SERANG}": "10", "jalur": ["self_declare", "reguler"]}
    shown = rina.post(f"{PATH}/pratinjau", **asked)
    for says in (
        "Kab. Lebak bersama → 20", "Kab. Serang bersama → 10", "2.500 sertifikat, 100 hari sejak 13-10-2026",
        "Jalur reguler mulai mendapat tempat", "config.yaml tidak dipakai lagi",
    ):  # fmt: skip
        assert says in rina.says()
    assert "programme.changed" not in office.acts()
    sent = {**kept(shown.text), "jalur": ["self_declare", "reguler"]}
    for _ in range(2):  # pressed twice: done once, and both times one sees what became of it
        rina.post(f"{PATH}/pratinjau", **asked)
        assert rina.post(f"{PATH}/ubah", **sent).status_code in (200, 303)
    assert office.acts().count("programme.changed") == 1
    rina.get(PATH)
    assert "Kab. Lebak 20 " in rina.says()
    assert "Diubah rina" in rina.says()
    rina.get("/")
    assert "Hari 43 dari 100" in rina.says()


def test_places_are_moved_the_programme_is_closed_and_two_at_once_are_told(office: Office) -> None:
    with office.writing() as session:
        settle(session)
        programmes.ensure(session, replace(PROGRAMME, allocations={LEBAK: 5, SERANG: 6}))
    rina, budi = (office.hire(name, "pengelola_program", code=True) for name in ("rina", "budi"))
    dedi = office.hire("dedi", "pengelola_program", regencies=[SERANG], code=True)
    for browser in (rina, budi, dedi):
        browser.sign_in()
        browser.get(PATH)
    move = {"versi": "0", "dari": LEBAK, "ke": SERANG}
    rina.post(f"{PATH}/pratinjau", **move, banyak="6")
    assert "tidak punya tempat sebanyak itu" in rina.says()
    rina.post(f"{PATH}/pratinjau", **move, banyak="5")
    assert "Kuota Kab. Lebak tidak bisa 0: 2 tempat sudah terisi." in rina.says()
    shown = rina.post(f"{PATH}/pratinjau", **move, banyak="2")
    assert "Kab. Lebak 5 → 3 Kab. Serang 6 → 8" in rina.says()
    theirs = budi.post(f"{PATH}/pratinjau", versi="0", tutup="sekarang")
    assert "Tutup program" in budi.says()
    assert "masuk daftar minat" in budi.says()
    rina.post(f"{PATH}/ubah", **kept(shown.text))
    assert "Program diubah" in rina.says()
    answer = budi.post(f"{PATH}/ubah", **kept(theirs.text))
    assert answer.status_code == 409
    assert "rina mengubah program ini" in budi.says()
    shown = budi.post(f"{PATH}/pratinjau", versi="1", tutup="sekarang")
    budi.post(f"{PATH}/ubah", **kept(shown.text))
    assert "Tutup" in budi.says()
    assert "Kab. Lebak 3 " in budi.says()
    assert "Pindahkan tempat" not in dedi.get(PATH).text
    assert "Kab. Lebak" not in dedi.says()
    assert dedi.post(f"{PATH}/pratinjau", versi="2", tutup="sekarang").status_code == 404
    assert rina.get("/program/TIDAK-ADA").status_code == 404


def test_the_next_programme_is_made_from_the_last_one_once_its_consequences_were_read(office: Office) -> None:
    with office.writing() as session:
        settle(session)
        programmes.ensure(session, replace(PROGRAMME, allocations={LEBAK: 5}))
    rina, budi = (office.hire(name, "pengelola_program", code=True) for name in ("rina", "budi"))
    dedi = office.hire("dedi", "pengelola_program", regencies=[SERANG], code=True)
    for browser in (rina, budi, dedi):
        browser.sign_in()
    assert "Buat program baru" in rina.get(PATH).text
    assert "Menerima pendaftaran" in rina.says()
    page = rina.get("/program/baru").text
    for begun in ('name="kuota" type="text" maxlength="300" required', 'value="14000"', f'name="kuota_{LEBAK}"'):
        assert begun in page
    assert "program terakhir: 14.000" in page
    assert "seluruh Banten" in dedi.get("/program/baru").text
    assert 'name="kode"' not in dedi.get("/program/baru").text
    ways = ["self_declare", "reguler"]
    form = {
        "kode": "banten-2027", "nama": "Fasilitasi Halal Banten 2027", "buka": "2027-01-04", "tutup": "2027-12-31",
        "kuota": "9.000", f"kuota_{LEBAK}": "1.200", "sumber": "SK 9/2027", "per": "2026-11-20", "jalur": ways,
    }  # fmt: skip
    wrong = {"kode": "dua kata", "nama": "", "tutup": "2027-01-03", "kuota": "banyak", f"kuota_{LEBAK}": "x", "per": ""}
    answer = rina.post("/program/baru/pratinjau", **{**form, **wrong, "target": "20", "jalur": []})
    assert answer.status_code == 422
    for field in ("kode", "nama", "tutup", "kuota", f"kuota_{LEBAK}", "per", "target", "jalur"):
        assert f'id="p-{field}-e"' in answer.text, field  # all at once, each where it is
    for says in ("Tanggal tutup harus sesudah", "Kuota Kab. Lebak: tulis angka", "Tanggal sumber tidak terbaca"):
        assert says in rina.says()
    assert 'value="dua kata"' in answer.text
    assert "SK 9/2027" in answer.text
    assert rina.post("/program/baru/pratinjau", **{**form, "kode": "Banten-2026"}).status_code == 422
    assert "sudah dipakai program lain" in rina.says()
    shown = rina.post("/program/baru/pratinjau", **form)
    for says in (
        "Buat BANTEN-2027?", "Mulai 01-01-2027 07.00 WIB pendaftaran baru masuk ke BANTEN-2027 dengan sendirinya",
        "Yang mendaftar sebelum 04-01-2027 masuk daftar tunggu", "Kab. Lebak 1.200", "Tidak ada pesan yang dikirim",
        "tidak mendapat tempat kedua",
    ):  # fmt: skip
        assert says in rina.says(), says
    assert "programme.created" not in office.acts()
    theirs = budi.post("/program/baru/pratinjau", **{**form, "kode": "LAIN-2027"})
    sent = {**kept(shown.text, "/program/baru"), "jalur": ways}
    back = rina.post("/program/baru/pratinjau", **sent, _ubah="1")
    assert back.status_code == 200
    assert 'value="Fasilitasi Halal Banten 2027"' in back.text
    for _ in range(2):  # pressed twice: made once
        rina.post("/program/baru", **sent)
        assert "Program dibuat" in rina.says()
    assert office.acts().count("programme.created") == 1
    assert "Belum dibuka" in rina.says()
    assert "Pendaftaran sekarang masuk ke BANTEN-2026" in rina.says()
    rina.get("/program")
    assert "BANTEN-2026, 7.00" in rina.says()
    for page in (PATH, "/"):  # of two programmes, a number leads to its own people
        link = unescape(re.findall(r'href="/console(/pendaftaran[^"]*tempat=1[^"]*)"', rina.get(page).text)[0])
        assert "program=BANTEN-2026" in link
        rina.get(link)
        assert "Hanya program BANTEN-2026" in rina.says()
        assert "Gula Semut Cihara" in rina.says()
    assert "Tidak ada yang cocok" in rina.get(link.replace("2026", "2027")).text
    answer = budi.post("/program/baru", **{**kept(theirs.text, "/program/baru"), "jalur": ways})
    assert answer.status_code == 409
    assert "program lain dibuat atau diubah" in budi.says()
    assert dedi.post("/program/baru", **sent).status_code == 404
