"""Accounts on the console: taken on, changed, closed, once what follows was read; nobody shuts the last door."""

import re

import sqlalchemy as sa
from sqlalchemy.orm import Session

from console import user_words
from models import AuditEntry
from services import audit
from services.accounts import Why
from services.masking import Plain
from services.staff import Right, operator
from tests.console.office import PASSWORD, Browser, Office
from tests.console.town import LEBAK, SERANG


def test_every_right_has_words() -> None:
    assert set(user_words.RIGHTS) == set(Right)
    assert set(user_words.FAULTS) == set(Why)


def test_an_account_from_taking_on_to_closing(office: Office) -> None:
    tuti, rina = office.hire("tuti", "administrator", code=True), office.hire("rina")
    for browser in (tuti, rina):
        browser.sign_in()
    tuti.get("/pengguna-baru")
    for fields, fault in (
        ({"nama": "Rina!", "tampil": "Rina"}, "Nama akun: 2 sampai 32 huruf"),
        ({"nama": "baru", "tampil": "Budi Santoso", "wilayah": "semua"}, "Pilih paling sedikit satu peran"),
        ({"nama": "baru", "tampil": "Budi Santoso", "peran": "humas", "wilayah": "pilih"}, "satu kab/kota"),
        ({"nama": "rina", "tampil": "Rina", "peran": "humas", "wilayah": "semua", "yakin": "1"}, "sudah dipakai"),
    ):
        assert tuti.post("/pengguna-baru", **fields).status_code == 422
        assert fault in tuti.says()
    new = {
        "nama": "baru",
        "tampil": "Budi Santoso",
        "peran": ["verifikator", "humas"],
        "wilayah": "pilih",
        "kab": LEBAK,
    }
    tuti.post("/pengguna-baru", **new)
    assert "Budi Santoso bekerja untuk Kab. Lebak" in tuti.says()
    assert "memasang kode HP" in tuti.says()
    assert "staff.added" not in office.acts()
    tuti.post("/pengguna-baru", **new, yakin="1")
    assert "Akun dibuat" in tuti.says()
    # Their own password, by a link that is shown once.
    tuti.post("/pengguna/baru/tautan", untuk="sandi")
    link = re.search(r"/console(/mulai/[\w-]+)", tuti.says())
    assert link is not None
    budi = Browser(office, "baru")
    assert "Budi" in budi.get(link[1]).text or budi.page is not None
    assert budi.page is not None
    assert budi.page.status_code == 200
    assert link[1] not in tuti.get("/pengguna/baru").text
    # Other roles: what follows is read first; it holds at once.
    seen = {"terlihat": office.version("rina")}
    change = {"peran": ["penyetuju"], "wilayah": "pilih", "kab": [SERANG]}
    tuti.post("/pengguna/rina/ubah", **seen, **change)
    for words in (
        "Ibu Rina boleh menyetujui siaran", "Ibu Rina tidak boleh lagi memindah tahap",
        "Ibu Rina bekerja untuk Kab. Serang, bukan lagi seluruh Banten", "Ibu Rina wajib memasang kode HP",
    ):  # fmt: skip
        assert words in tuti.says(), words
    assert office.staff("rina").roles == ["verifikator"]
    for said in ("Akun diubah", "isinya sama"):
        tuti.post("/pengguna/rina/ubah", **seen, **change, yakin="1")
        assert said in tuti.says()
    for sure in ("0", "1"):  # somebody else's form, opened before
        assert tuti.post("/pengguna/rina/ubah", **seen, peran="humas", wilayah="semua", yakin=sure).status_code == 409
        assert "Orang lain baru saja mengubah akun ini" in tuti.says()
    assert (office.staff("rina").roles, office.staff("rina").regencies) == (["penyetuju"], [SERANG])
    assert "Masuk ke konsol" in rina.get("/saya").text  # these rights want a phone
    # Signed in anew, ended from afar; closed, and opened again.
    tuti.post("/pengguna/rina/ubah", terlihat=office.version("rina"), peran=["naskah"], wilayah="semua", yakin="1")
    rina.sign_in()
    tuti.get("/pengguna/rina")
    assert "Akhiri 2 sesi Ibu Rina" in tuti.says()
    tuti.post("/pengguna/rina/keluarkan")
    assert "Masuk ke konsol" in rina.get("/saya").text
    tuti.get("/pengguna/rina")
    tuti.post("/pengguna/rina/nonaktif")
    assert "tidak bisa masuk lagi; 0 perangkat" in tuti.says()
    assert office.staff("rina").disabled_at is None
    tuti.post("/pengguna/rina/nonaktif", yakin="1")
    assert office.staff("rina").disabled_at is not None
    assert "tidak cocok" in rina.sign_in(sandi=PASSWORD).text
    tuti.get("/pengguna/rina")
    tuti.post("/pengguna/rina/aktif")
    assert "Akun aktif lagi" in tuti.says()
    # Oneself, and the last who can take people on.
    for path, fields in (
        ("ubah", {"terlihat": office.version("tuti"), "peran": "naskah", "wilayah": "semua", "yakin": "1"}),
        ("nonaktif", {"yakin": "1"}),
        ("keluarkan", {}),
    ):
        tuti.get("/pengguna/tuti")
        assert tuti.post(f"/pengguna/tuti/{path}", **fields).status_code == 422
        assert "Akun sendiri tidak bisa diubah" in tuti.says()
    assert tuti.get("/pengguna/tidak.ada").status_code == 404


def test_the_audit_is_filtered_turned_and_its_chain_shown(office: Office) -> None:
    tuti = office.hire("tuti", "administrator", code=True)
    office.hire("rina")
    with office.writing() as session:
        for i in range(60):
            about = {"number": Plain(str(i))}
            audit.note(session, operator("root"), "thing.done", f"thing:{i}", after=about, now=office.clock.now)
    office.clock.pass_by(days=2)
    tuti.sign_in()
    tuti.get("/audit?apa=thing.")
    assert "thing:59" in tuti.says()
    assert "thing:9 " not in tuti.says()
    assert "Catatan terbaru saling menyambung" in tuti.says()
    assert tuti.page is not None
    older = re.search(r"apa=thing\.&amp;sebelum=\d+", tuti.page.text)
    assert older is not None
    tuti.get(f"/audit?{older[0].replace('&amp;', '&')}")
    assert "thing:9 " in tuti.says()
    assert "Lebih lama" not in tuti.says()
    for query, there in (
        ("sampai=2026-11-24", {"thing:59", "thing:39"}),
        ("dari=2026-11-25", {"staff.signed_in"}),
        ("siapa=Ibu+Tuti&apa=staff", {"staff.signed_in"}),
        ("siapa=operator:root&tentang=thing:3", {"thing:3", "thing:39"}),
        ("apa=%25", set()),
        ("dari=kapan&sampai=9999-12-31&sebelum=x&tentang=thing:59", {"thing:59"}),
    ):
        tuti.get(f"/audit?{query}")
        says = tuti.says()
        assert {one for one in ("thing:59", "thing:39", "thing:3", "staff.signed_in") if f" {one} " in says} == there
    with Session(office.database.read_engine) as session:
        last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert last.act == "audit.seen"
