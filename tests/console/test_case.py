"""One application on the console: read, unmasked on purpose, moved once, with its owner's message seen before."""

from io import BytesIO

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session

from models import Application, Business, Conversation, Delivery, Language, Media, Stage, StageChange
from tests.console.office import Office
from tests.console.town import AWKWARD, LEBAK, SERANG, settle
from tests.support.chat import Chat
from tests.support.office import OFFICE, open_programme
from tests.support.owner import reaches_number
from tests.support.photos import photo


def stage_of(office: Office, number: str) -> Stage:
    """Where an application stands."""
    with Session(office.database.read_engine) as session:
        return session.scalars(sa.select(Application.stage).where(Application.number == number)).one()


def told(office: Office) -> list[str]:
    """What owners were told, oldest first."""
    with Session(office.database.read_engine) as session:
        rows = session.scalars(sa.select(Delivery).where(Delivery.because.startswith("stage:")).order_by(Delivery.id))
        return [str(row.bubble["text"]) for row in rows]


def test_a_doubt_is_decided_with_the_owners_message_seen_before(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
    number, rina = numbers["Katering Ibu Yati"], office.hire("rina")
    rina.sign_in()
    rina.get(f"/pendaftaran/{number}")
    says = rina.says()
    assert "KATERING" in says
    assert "Katering: petugas melihat dulu jalurnya" in says
    assert "belum dipastikan kantor" in says
    assert "Yati Suryani" not in says
    assert "0812" not in says
    rina.post(f"/pendaftaran/{number}/buka")
    assert "Yati Suryani" in rina.says()
    assert office.acts()[-2:] == ["application.seen", "application.unmasked"]
    rina.get(f"/pendaftaran/{number}?ke=DIALIHKAN_REGULER")
    assert "Katering diperiksa LPH (Lembaga Pemeriksa Halal)." in rina.says()
    form = {"dari": "SKRINING", "ke": "DIALIHKAN_REGULER", "bahasa": "id"}
    rina.post(f"/pendaftaran/{number}/pratinjau", **form)
    assert "Tulis atau pilih alasannya dulu" in rina.says()
    rina.post(f"/pendaftaran/{number}/pratinjau", **form, siap="catering")
    assert "Katering Ibu Yati dipindah ke jalur reguler" in rina.says()
    assert rina.page is not None
    assert "<b>jalur reguler</b>" in rina.page.text
    assert (stage_of(office, number), told(office)) == (Stage.REVIEW, [])  # only looked at
    rina.post(f"/pendaftaran/{number}/pindah", **form, siap="catering")
    assert "pemiliknya dikabari" in rina.says()
    rina.post(f"/pendaftaran/{number}/pindah", **form, siap="catering")
    assert "tidak ada yang dikirim dua kali" in rina.says()
    assert stage_of(office, number) is Stage.TO_REGULAR
    assert len(told(office)) == 1
    assert "Katering diperiksa LPH" in told(office)[0]


def test_a_doubt_is_settled_for_the_owners_own_declaration_by_the_kept_queue_time(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
    number, rina, dewi = numbers["Katering Ibu Yati"], office.hire("rina"), office.hire("dewi")
    for browser in (rina, dewi):
        browser.sign_in()
        browser.get(f"/pendaftaran/{number}")
    here, form = f"/pendaftaran/{number}/putuskan", {"jalur": "self_declare", "bahasa": "id"}
    nothing: dict[str, str] = {}
    for fields, fault in ((nothing, "Pilih dulu jalurnya"), (form, "Tulis atau pilih alasannya dulu")):
        assert rina.post(f"{here}/pratinjau", **fields).status_code == 422
        assert fault in rina.says()
    form["siap"] = "decision.reason.checked"
    rina.post(f"{here}/pratinjau", **form)
    assert "jalur pernyataan pelaku usaha" in rina.says()
    assert "cocok dengan jalur ini" in rina.says()
    assert "Putuskan: Sudah dapat tempat, dan kabari pemilik" in rina.says()
    assert stage_of(office, number) is Stage.REVIEW  # only looked at
    for said in ("Waktu antreannya tetap", "tidak ada yang dikirim dua kali"):
        rina.post(here, **form)
        assert said in rina.says()
    assert "Diputuskan Ibu Rina: Pernyataan pelaku usaha" in rina.says()
    assert dewi.post(here, jalur="reguler", siap="console.reason.catering").status_code == 409
    assert "Keputusan Anda belum dijalankan" in dewi.says()
    assert stage_of(office, number) is Stage.PLACED
    with Session(office.database.read_engine) as session:
        decisions = session.scalars(sa.select(Delivery.id).where(Delivery.because.startswith("decision:"))).all()
        owner = session.scalars(sa.select(Business.person_id).where(Business.name == "Katering Ibu Yati")).one()
    assert len(decisions) == 1
    rina.get(f"/orang/{owner}")
    assert f"Keputusan telaah {number}" in rina.says()
    assert office.acts().count("application.decided") == 1


def test_the_second_of_two_officers_sees_what_the_first_has_done(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
    number, rina, dewi = numbers["Emping Menes"], office.hire("rina"), office.hire("dewi")
    for browser in (rina, dewi):
        browser.sign_in()
        browser.get(f"/pendaftaran/{number}")
    rina.post(f"/pendaftaran/{number}/pindah", dari="DIAJUKAN", ke="VERIFIKASI_P3H")
    answer = dewi.post(f"/pendaftaran/{number}/pindah", dari="DIAJUKAN", ke="SIDANG_FATWA")
    assert answer.status_code == 409
    assert "Ibu Rina" in dewi.says()
    assert "Keputusan Anda belum dijalankan" in dewi.says()
    assert stage_of(office, number) is Stage.COMPANION
    with Session(office.database.read_engine) as session:
        moved = session.scalars(sa.select(StageChange).where(StageChange.stage == Stage.FATWA)).all()
    assert moved == []


def test_nonsense_moves_nothing(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
    number, rina = numbers["Emping Menes"], office.hire("rina")
    rina.sign_in()
    for fields in (
        {"ke": "NGAWUR", "dari": "DIAJUKAN"},
        {"ke": "MINAT", "dari": "DIAJUKAN"},
        {"ke": "TERBIT", "dari": "DIAJUKAN"},
        {"ke": "AUDIT_LPH", "dari": "DIAJUKAN", "tanggal": "kapan-kapan"},
        {"ke": "DIKEMBALIKAN", "dari": "DIAJUKAN", "siap": "forbidden"},  # a reason of another stage
        {},
    ):
        rina.get(f"/pendaftaran/{number}")
        assert rina.post(f"/pendaftaran/{number}/pindah", **fields).status_code == 422, fields
        assert "Tidak ada yang berubah" in rina.says()
    assert stage_of(office, number) is Stage.SUBMITTED
    assert told(office) == []
    for path in ("/pendaftaran/BTN-2026-999999", "/pendaftaran/x", f"/pendaftaran/{number}/foto/99"):
        assert rina.get(path).status_code == 404
    rina.get(f"/pendaftaran/{numbers[AWKWARD]}")
    assert AWKWARD in rina.says()
    assert rina.page is not None
    assert "<script>alert" not in rina.page.text


def test_another_kab_kotas_application_looks_as_if_it_were_not_there(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
        business = session.scalars(
            sa.select(Application.business_id).where(Application.number == numbers["Emping Menes"])
        ).one()
        chat = session.scalars(sa.select(Media.conversation_id)).first() or 1
        told = {"conversation_id": chat, "ref": "", "asked_at": office.clock.now, "fetched_at": office.clock.now}
        session.add_all(
            [
                Media(business_id=business, mime="image/png", content=photo(4000, 3000), **told),
                Media(business_id=business, mime="text/html", content=b"<script>", **told),
            ]
        )
    dedi, lia = office.hire("dedi", regencies=[SERANG]), office.hire("lia", regencies=[LEBAK])
    number = numbers["Emping Menes"]
    for browser in (dedi, lia):
        browser.sign_in()
        browser.get("/saya")
    assert "1 foto" in dedi.get(f"/pendaftaran/{number}").text
    picture = dedi.get(f"/pendaftaran/{number}/foto/1")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    assert picture.headers["x-content-type-options"] == "nosniff"
    with Image.open(BytesIO(picture.content)) as drawn:
        assert (drawn.format, drawn.size, dict(drawn.getexif()), "comment" in drawn.info) == (
            "JPEG",
            (1600, 1200),
            {},
            False,
        )
    assert dedi.get(f"/pendaftaran/{number}/foto/2").status_code == 404  # a page is no picture
    for answer in (
        lia.get(f"/pendaftaran/{number}"),
        lia.get(f"/pendaftaran/{number}/foto/1"),
    ):
        assert answer.status_code == 404
    for what in ("buka", "pindah", "pratinjau"):
        lia.get("/saya")
        assert lia.post(f"/pendaftaran/{number}/{what}", dari="DIAJUKAN", ke="SIDANG_FATWA").status_code == 404, what
    assert office.acts().count("page.outside") == 5
    assert stage_of(office, number) is Stage.SUBMITTED


def test_an_owner_who_reads_english_is_given_the_reason_in_english(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
        session.execute(sa.update(Conversation).values(language=Language.EN))
    rina, number = office.hire("rina"), numbers["Emping Menes"]
    rina.sign_in()
    rina.get(f"/pendaftaran/{number}?ke=DIKEMBALIKAN")
    assert "Please take it again in good light." in rina.says()
    rina.post(f"/pendaftaran/{number}/pindah", dari="DIAJUKAN", ke="DIKEMBALIKAN", siap="photo", bahasa="en")
    assert "Please take it again in good light." in told(office)[0]


def test_everything_an_owner_said_in_the_chat_is_read_in_words(office: Office) -> None:
    open_programme(office.database)
    chat = reaches_number(Chat(office.database, OFFICE).says("halo").taps("journey"))
    assert chat is not None
    with office.writing() as session:
        number = session.scalars(sa.select(Application.number)).one()
    rina = office.hire("rina")
    rina.sign_in()
    rina.get(f"/pendaftaran/{number}")
    says = rina.says()
    assert "Tempat membuat produknya ada di kabupaten atau kota mana? Kota Serang" in says
    assert "Keripik & camilan" in says
    assert "••••" in says  # who and where they are
