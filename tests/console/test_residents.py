"""Somebody is looked up on the console: by a piece of a name, a number; what is another kab/kota's is not found."""

import datetime as dt
import re
from urllib.parse import parse_qsl

import sqlalchemy as sa
from sqlalchemy.orm import Session

from console import residents
from models import (
    Application,
    Assessment,
    Business,
    Channel,
    Conversation,
    Delivery,
    DeliveryState,
    Lane,
    Language,
    LikelyDouble,
    Person,
    Purpose,
    RequestKind,
    Stage,
    Verdict,
)
from services import audit_pages, businesses, consents, deliveries, requests
from services.audit_pages import Asked
from services.people import firm, letters, profile, searching
from services.people.searching import Wanted
from services.staff import operator
from tests.console.office import CATALOGUE, Office
from tests.console.town import AWKWARD, LEBAK, SERANG, asks, settle
from tests.services.people import READY
from tests.support import crowded, statements
from tests.support.engine import NOON
from tests.support.office import OFFICE, open_programme
from texts.bubble import Bubble


def found(office: Office, query: str) -> set[str]:
    """The businesses a search finds."""
    with office.writing() as session:
        page = searching.find(session, operator("root"), residents.read(dict(parse_qsl(query))))
    return {firm.name for line in page.lines for firm in line.businesses}


def test_somebody_is_found_by_any_piece_one_has(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
        emping = session.scalars(sa.select(Business).where(Business.name == "Emping Menes")).one()
        session.get_one(Person, emping.person_id).name = "Hj. Ratu Ayu Wulandari"
        theirs = sa.update(Conversation).where(Conversation.person_id == emping.person_id)
        session.execute(theirs.values(language=Language.EN, channel=Channel.TELEGRAM, address="700000017"))
    for query, names in (
        ("cari=menes", {"Emping Menes"}),
        ("cari=EMP+wulan", {"Emping Menes"}),  # of the business and of the person, each from a beginning
        ("cari=yati+emp", {"Emping Menes"}),
        ("cari=bu+ida", {"Kue Bu Ida"}),
        (f"cari={numbers['Emping Menes'].lower()}", {"Emping Menes"}),
        (f"cari=0{str(emping.phone)[3:]}", {"Emping Menes"}),
        (f"cari={emping.nib}", {"Emping Menes"}),
        ("cari=700000017", {"Emping Menes"}),
        ("cari=telegram:700000017", {"Emping Menes"}),
        ("lewat=telegram", {"Emping Menes"}),
        ("bahasa=en&cari=emping", {"Emping Menes"}),
        ("bahasa=id&cari=emping", set()),
        ("pengajuan=belum", set()),
        (f"pengajuan=sudah&kab={LEBAK}", {"Kue Bu Ida", "Keripik Lebak Jaya", "Gula Semut Cihara"}),
        ("cari=%25", set()),
        ("cari=semut+emping", set()),
        ("cari=123", set()),
        ("kab=99.99&lewat=ngawur&bahasa=xx&hal=-1&cari=menes", {"Emping Menes"}),
    ):
        assert found(office, query) == names, query
    rina, dedi = office.hire("rina"), office.hire("dedi", regencies=[SERANG])
    rina.sign_in()
    page = rina.get("/orang").text
    assert AWKWARD in rina.says()
    for hidden in ("<script>alert", "Wulandari", str(emping.phone)):
        assert hidden not in page
    assert "<html" not in rina.get("/orang?cari=menes", **{"hx-request": "true"}).text
    dedi.sign_in()
    dedi.get("/orang")
    assert "Emping Menes" in dedi.says()
    assert "Keripik Lebak Jaya" not in dedi.says()
    assert dedi.get(f"/orang?kab={LEBAK}").status_code == 404


def test_one_person_and_one_business_are_read_whole_and_unmasked_on_purpose(office: Office) -> None:
    with office.writing() as session:
        settle(session)
        ticket = asks(session)
        firm = session.scalars(sa.select(Business).where(Business.name == "Emping Menes")).one()
        person, phone, nib = firm.person_id, str(firm.phone), str(firm.nib)
        chat = session.scalars(sa.select(Conversation).where(Conversation.person_id == person)).one()
        told = {"conversation_id": chat.id, "purpose": Purpose.ANNOUNCEMENTS, "language": Language.ID}
        for given, day in ((True, 0), (False, 1)):
            at = NOON + dt.timedelta(days=day)
            consents.record(
                session, **told, channel=chat.channel, given=given, text_version="7", text_hash="ab" * 32, now=at
            )
        requests.ask(session, person_id=person, conversation_id=chat.id, kind=RequestKind.SEE, now=NOON)
        for i in range(letters.PAGE):
            bubble, state = Bubble(f"Kabar ke-{i}"), DeliveryState.SKIPPED if i else DeliveryState.FAILED
            sent = deliveries.post(
                session, conversation_id=chat.id, bubble=bubble, lane=Lane.NOTICE, because=f"ticket:{ticket}", now=NOON
            )
            why = "no_consent" if i else "63016: failed"
            session.execute(sa.update(Delivery).where(Delivery.id == sent).values(state=state, reason=why))
    dedi, lia = office.hire("dedi", regencies=[SERANG]), office.hire("lia", regencies=[LEBAK])
    for browser in (dedi, lia):
        browser.sign_in()
    dedi.get(f"/orang/{person}")
    says = dedi.says()
    for words in (
        "Emping Menes", "Sudah diajukan", f"T-{ticket} Pertanyaan", "Pengumuman Ditarik berlaku sekarang",
        "Pengumuman Diberikan Selasa", "ab" * 32,
        "Rabu, 25 November 2026, 12.00 WIB lewat WhatsApp", "D-1 Melihat data Sisa 3 hari", "Jawaban petugas",
        "izinnya tidak ada atau sudah ditarik", "Lebih lama",
    ):  # fmt: skip
        assert words in says, words
    for hidden in ("Suryani", "Pemilik Emp", phone, chat.address, "Kabar ke-3"):
        assert hidden not in says
    dedi.post(f"/orang/{person}/buka")
    says = dedi.says()
    for words in ("Pemilik Emping", chat.address, "Kabar ke-3"):
        assert words in says, words
    assert office.acts()[-1] == "person.unmasked"
    assert dedi.page is not None
    tuti = office.hire("tuti", "pimpinan", code=True)
    tuti.sign_in()
    tuti.get(f"/orang/{person}")
    tuti.post(f"/orang/{person}/buka")
    assert chat.address in tuti.says()
    assert "Kabar ke-3" not in tuti.says()  # a chat is read by who may answer it
    older = re.search(r"\?sebelum=\d+", dedi.page.text)
    assert older is not None
    dedi.get(f"/orang/{person}{older[0]}")
    assert "Jawaban bot atas pesannya" in dedi.says()
    assert "Lebih lama" not in dedi.says()
    dedi.get(f"/usaha/{firm.id}")
    assert "Pernyataan pelaku usaha" in dedi.says()
    assert nib not in dedi.says()
    dedi.post(f"/usaha/{firm.id}/buka")
    assert nib in dedi.says()
    assert "Yati Suryani" in dedi.says() or "Pemilik Emping" in dedi.says()
    for path in (f"/orang/{person}", f"/usaha/{firm.id}"):
        assert lia.get(path).status_code == 404
        assert office.acts()[-1] == "page.outside"
    for path in ("/orang/999", "/usaha/999", f"/orang/{2**70}", f"/usaha/{2**70}"):
        assert dedi.get(path).status_code == 404


def stages(office: Office) -> dict[str, Stage]:
    """Where each application stands, by the name of its business."""
    with Session(office.database.read_engine) as session:
        query = sa.select(Business.name, Application.stage).join(Application, Application.business_id == Business.id)
        return dict(session.execute(query).all())


def doubt(session: Session, one: str, other: str) -> tuple[int, int, int]:
    """Two of the town may be one; the pair, and both."""
    ids = [session.scalars(sa.select(Business.id).where(Business.name == name)).one() for name in (one, other)]
    row = LikelyDouble(business_id=ids[1], other_id=ids[0], because="name", at=NOON)
    session.add(row)
    session.flush()
    return row.id, ids[0], ids[1]


def test_likely_doubles_are_settled_with_the_owners_message_seen_before(office: Office) -> None:
    with office.writing() as session:
        numbers = settle(session)
        yati = doubt(session, "Katering Ibu Yati", AWKWARD)  # at the office still, and holding a place
        emping = doubt(session, "Katering Ibu Yati", "Emping Menes")  # handed in to BPJPH
        far = doubt(session, "Katering Ibu Yati", "Kue Bu Ida")  # in another kab/kota
    rina, dedi = office.hire("rina"), office.hire("dedi", regencies=[SERANG])
    for browser in (rina, dedi):
        browser.sign_in()
    dedi.get(f"/pendaftaran/{numbers['Katering Ibu Yati']}")
    assert dedi.page is not None
    assert f"/usaha/{yati[1]}#ganda" in dedi.page.text
    dedi.get(f"/usaha/{yati[1]}")
    assert "Usaha di Kab. Lebak" in dedi.says()
    assert "Kue Bu Ida" not in dedi.says()
    for path in (f"{far[0]}/beda", f"{far[0]}/sama"):
        dedi.get(f"/usaha/{yati[1]}")
        assert dedi.post(f"/usaha/{yati[1]}/ganda/{path}", ganda=far[2]).status_code == 404
        assert office.acts()[-1] == "page.outside"
    assert found(office, "ganda=1") == {"Katering Ibu Yati", AWKWARD, "Emping Menes", "Kue Bu Ida"}
    # Not the same: gone for good, also when the two are compared again.
    dedi.get(f"/usaha/{yati[1]}")
    for _ in range(2):
        dedi.post(f"/usaha/{yati[1]}/ganda/{emping[0]}/beda")
    assert "Bukan sama dengan Emping Menes" in dedi.says()
    assert office.acts().count("business.different") == 1
    assert found(office, "ganda=1") == {"Katering Ibu Yati", AWKWARD, "Kue Bu Ida"}
    with office.writing() as session:
        businesses.note_doubles(session, emping[1], [(emping[2], "nib")], NOON)
        assert session.get_one(LikelyDouble, emping[0]).verdict is Verdict.DIFFERENT
    # The same: what would happen is seen, and nothing has.
    before = stages(office)
    rina.get(f"/usaha/{yati[1]}/ganda/{yati[0]}")
    says = rina.says()
    assert f"Pengajuan {numbers[AWKWARD]} ditutup (sekarang “Sudah dapat tempat”)" in says
    assert "ternyata sudah terdaftar di kantor kami" in says
    assert stages(office) == before
    form = {"ganda": yati[2], "terlihat": f"{numbers[AWKWARD]}:KUOTA_DIBERIKAN"}
    assert rina.post(f"/usaha/{yati[1]}/ganda/{yati[0]}/sama", ganda=yati[2], terlihat="lain").status_code == 409
    assert stages(office) == before
    for said in ("Ditandai ganda", "tidak ada yang dijalankan dua kali"):
        rina.get(f"/usaha/{yati[1]}")
        rina.post(f"/usaha/{yati[1]}/ganda/{yati[0]}/sama", **form)
        assert said in rina.says()
    assert stages(office) == {**before, AWKWARD: Stage.WITHDRAWN}
    with Session(office.database.read_engine) as session:
        told = session.scalars(sa.select(Delivery).where(Delivery.because.startswith("stage:"))).all()
    assert len(told) == 1
    assert "atas permintaan" not in str(told[0].bubble)
    rina.get(f"/usaha/{yati[2]}")
    assert "Usaha ini ganda dari Katering Ibu Yati" in rina.says()
    # Somebody else says otherwise meanwhile; the word is taken back; what lies with BPJPH is never closed.
    rina.post(f"/usaha/{yati[2]}/ganda/{yati[0]}/beda")
    assert "Petugas lain sudah memutuskannya" in rina.says()
    rina.post(f"/usaha/{yati[1]}/ganda/{emping[0]}/ragu")
    rina.get(f"/usaha/{yati[1]}/ganda/{emping[0]}")
    assert f"Pengajuan {numbers['Emping Menes']} tidak ditutup" in rina.says()
    rina.get(f"/usaha/{yati[1]}/ganda/{emping[0]}?ganda={yati[1]}")
    assert f"Pengajuan {numbers['Katering Ibu Yati']} ditutup" in rina.says()
    for path in (f"/usaha/{yati[1]}/ganda/999", f"/usaha/{yati[1]}/ganda/{yati[0]}?ganda=999"):
        assert rina.get(path).status_code == 404


def test_nobody_is_looked_for_by_reading_a_table_from_end_to_end(office: Office) -> None:
    open_programme(office.database)
    with office.writing() as session:
        programme = session.execute(sa.text("SELECT id FROM programmes")).scalar_one()
    crowded.fill(office.database, 40, programme, 1)
    with office.writing() as session:
        judged = {"result": READY.result(), "rule_set": "banten-halal", "version": "2026.1"}
        session.execute(sa.update(Assessment).values(judged))
    with statements.noted(office.database) as said:
        for search in ("", "dapur nomor 17", "0811100000", "BTN-2026-9"):
            with office.writing() as session:
                searching.find(session, operator("root"), Wanted(search))
        with office.writing() as session:
            searching.find(session, operator("root"), Wanted(regency=SERANG, applied=True, channel=Channel.TELEGRAM))
        with office.writing() as session:
            searching.find(session, operator("root"), Wanted(doubtful=True))
        found = len(said)
        with office.writing() as session:
            profile.open_(session, operator("root"), 7, shown=False, now=NOON)
            letters.sent(session, operator("root"), 7)
            firm.open_(session, operator("root"), 7, texts=CATALOGUE, office=OFFICE, shown=False, now=NOON)
            for asked in (
                Asked(who="rina", act="person.", before=9),
                Asked(subject="person:7", since=NOON, until=NOON),
            ):
                audit_pages.page(session, operator("root"), asked, now=NOON)
        told = list(said)
    assert found <= 6 * 6
    assert len(told) - found <= 60
    assert {sql: scanned for sql, values in told if (scanned := statements.scans(office.database, (sql, values)))} == {}
