"""A pendamping is assigned: the owner hears the name and that nobody asks for money; theirs are in "Milik saya"."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import Application, Business, Delivery, Staff
from services import portrait
from tests.console.office import Office
from tests.console.town import LEBAK, SERANG, settle
from tests.support.engine import NOON


def told(office: Office) -> list[str]:
    with Session(office.database.read_engine) as session:
        rows = session.scalars(sa.select(Delivery.bubble).where(Delivery.because.startswith("assignment:")))
        return [bubble["text"] for bubble in rows]


def test_a_companion_is_assigned_once_and_finds_what_is_theirs(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
    number, rina = numbers["Emping Menes"], office.hire("rina")
    ujang = office.hire("ujang", "pendamping", regencies=[SERANG])
    office.hire("lilis", "pendamping", regencies=[LEBAK])
    ids = {name: office.staff(name).id for name in ("rina", "ujang", "lilis")}
    for browser in (rina, ujang):
        browser.sign_in()
    here = f"/pendaftaran/{number}"
    rina.get(here)
    assert "Belum ditugaskan." in rina.says()
    assert "Ibu Ujang</option>" in (rina.page.text if rina.page else "")
    assert "Ibu Lilis" not in rina.says()  # of another kab/kota
    for wrong in ("", "x", str(ids["rina"]), str(ids["lilis"]), "9" * 40):
        assert rina.post(f"{here}/pendamping", pendamping=wrong).status_code == 422
        assert "Pilih dulu pendampingnya" in rina.says()
    rina.post(f"{here}/pendamping/pratinjau", pendamping=ids["ujang"])
    assert "tidak pernah meminta uang" in rina.says()
    assert told(office) == []  # only looked at
    for said in ("diberi tahu namanya", "tidak ada yang dikirim dua kali"):
        rina.post(f"{here}/pendamping", pendamping=ids["ujang"])
        assert said in rina.says()
    (words,) = told(office)
    assert "*Ibu Ujang*" in words
    assert "*tidak pernah meminta uang*" in words
    assert "0812" not in words
    assert office.acts().count("application.assigned") == 1
    assert "· Ibu Ujang" in rina.get("/pendaftaran?tab=semua").text
    ujang.get("/pendaftaran?tab=semua&milik=1")
    assert "Emping Menes" in ujang.says()
    assert "Katering Ibu Yati" not in ujang.says()
    assert "Tidak ada yang cocok" in rina.get("/pendaftaran?tab=semua&milik=1").text
    ujang.get("/saya")
    assert ujang.post(f"{here}/pendamping", pendamping=ids["ujang"]).status_code == 403
    with office.writing() as session:
        owner = session.scalars(sa.select(Business.person_id).where(Business.name == "Emping Menes")).one()
        assert [row["by"] for row in portrait.collect(session, owner, NOON)["companions"]] == ["Ibu Rina"]
        session.execute(sa.update(Staff).where(Staff.name == "ujang").values(disabled_at=NOON))
        session.execute(sa.update(Application).where(Application.number == number).values(certificate=None))
    rina.get(f"/orang/{owner}")
    assert f"Pendamping ditugaskan {number}" in rina.says()
    rina.get(here)
    assert rina.post(f"{here}/pendamping", pendamping=ids["ujang"]).status_code == 422  # nobody works there any more
