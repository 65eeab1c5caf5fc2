"""Facts at the office: confirmed by name, corrected, taken back; owners read only what somebody vouches for."""

import datetime as dt
from dataclasses import replace

from services import facts
from services.office import Fact
from tests.console.office import Office
from tests.support.office import OFFICE

KEPT = replace(OFFICE, facts={"self_paid_cost": Fact("Rp230.000", "pers", dt.date(2025, 1, 31))})
PATH = "/program/fakta/self_paid_cost"


def test_a_fact_is_shown_to_owners_once_it_is_confirmed_by_name(office: Office) -> None:
    office.kept = KEPT
    rina, budi, sari = (office.hire(name, "pengelola_program", code=True) for name in ("rina", "budi", "sari"))
    for browser in (rina, budi):
        browser.sign_in()

    def owners_read() -> str | None:
        with office.writing() as session:
            found = facts.joined(session, KEPT).confirmed("self_paid_cost")
        return found.value if found else None

    rina.get("/program/fakta")
    assert "Biaya jalur pernyataan, bayar sendiri Rp230.000 pers per Jumat, 31 Januari 2025 Belum" in rina.says()
    budi.get(PATH)
    rina.get(PATH)
    assert "bayar sendiri: Rp230.000 , menurut pers per Jumat, 31 Januari 2025" in rina.says()
    assert owners_read() is None
    rina.post(f"{PATH}/pastikan", dilihat="0")
    assert "Dipastikan. Pemilik usaha membacanya" in rina.says()
    assert "rina, Selasa, 24 November 2026, 12.00 WIB" in rina.says()
    assert owners_read() == "Rp230.000"

    late = budi.post(f"{PATH}/betulkan", dilihat="0", nilai="Rp250.000", sumber="SK 9", per="2026-11-01")
    assert late.status_code == 409
    assert "Orang lain baru saja mengubah fakta ini" in budi.says()
    assert "Rp250.000" in late.text  # what was typed is still there
    for wrong, says in (
        ({"per": "2027-11-01"}, "Tanggal sumber belum terjadi"), ({"sumber": " "}, "Tulis sumbernya"),
        ({"per": "kemarin"}, "Tanggal sumber tidak terbaca"), ({"nilai": "x" * 501}, "Isi nilainya"),
    ):  # fmt: skip
        good = {"dilihat": "1", "nilai": "Rp250.000", "sumber": "SK 9", "per": "2026-11-01"}
        assert budi.post(f"{PATH}/betulkan", **{**good, **wrong}).status_code == 422
        assert says in budi.says()
    budi.post(f"{PATH}/betulkan", dilihat="1", nilai="Rp250.000", sumber="SK 9", per="2026-11-01", pasti="1")
    assert "Riwayat" in budi.says()
    assert owners_read() == "Rp250.000"
    budi.post(f"{PATH}/tarik", dilihat="2")
    assert owners_read() is None
    assert budi.post(f"{PATH}/tarik", dilihat="3").status_code == 422  # pressed twice
    assert [act for act in office.acts() if act.startswith("fact.")] == [
        "fact.confirmed", "fact.corrected", "fact.withdrawn",
    ]  # fmt: skip
    assert sari.sign_in().status_code == 200
    sari.get("/program/fakta/sni_baru")
    assert sari.page is not None
    assert sari.page.status_code == 404
    sari.get("/program/fakta/faq_sni")
    sari.post("/program/fakta/faq_sni/pastikan", dilihat="0")
    assert "belum punya nilai" in sari.says()
    sari.post("/program/fakta/faq_sni/betulkan", dilihat="0", nilai="SNI", sumber="BSN", per="2026-11-01")
    assert "Tersimpan, dan belum tampil" in sari.says()
