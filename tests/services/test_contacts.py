"""Lists come in: what they would do is known before, nothing is done twice, nobody is made one with somebody else."""

import datetime as dt
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import (
    AuditEntry,
    Channel,
    Contact,
    ContactList,
    Conversation,
    Language,
    PaperConsent,
    PastAttendance,
    Person,
    Purpose,
    RequestKind,
    Session,
    Stage,
)
from services import businesses, consents, erasure, persons, retention, staff
from services import portrait as portraits
from services.contacts import exporting, keeping, linking, listing, papers
from services.contacts.exporting import Wanted
from services.contacts.judging import Judge, Judged, Verdict, pieces
from services.contacts.reading import Asked, Doubt, Fault
from services.sheet_writing import Writer
from services.staff import Actor, Forbidden, Right, Via
from tests.services import people
from tests.services.people import NOON, transaction

FILES = Path(__file__).parent.parent / "files"
REVIEWER = Actor("rina", frozenset({Right.REVIEW}), None, Via.COMMAND, 1)


def looks(
    session: Session, name: str | Path, asked: Asked = Asked(), actor: Actor = REVIEWER
) -> tuple[Judge, list[Judged]]:
    """What a file would do."""
    judge, all_judged = Judge(actor), []
    for piece in pieces(listing.look(FILES / name).rows(asked), 3):
        judged = judge.judge(session, piece)
        judge.accept(judged)
        all_judged += judged
    return judge, all_judged


def brings(
    database: Database, name: str | Path, asked: Asked = Asked(), actor: Actor = REVIEWER, size: int = 3
) -> Judge:
    """Take a file in, in small pieces."""
    found, judge = listing.look(FILES / name), Judge(actor)
    with transaction(database) as session:
        list_id = keeping.begin(session, actor, found, "uji", NOON)
    for piece in pieces(found.rows(asked), size):
        with transaction(database) as session:
            judged = judge.judge(session, piece)
            keeping.keep(session, actor, list_id, judged, NOON)
        judge.accept(judged)
    with transaction(database) as session:
        keeping.finish(session, actor, list_id, judge.tally, NOON)
    return judge


def verdicts(judge: Judge) -> dict[str, int]:
    return {verdict.value: count for verdict, count in judge.tally.verdicts.items() if count}


def contacts(session: Session) -> dict[str, Contact]:
    return {row.name: row for row in session.scalars(sa.select(Contact))}


def written(path: Path, rows: list[list[Any]]) -> Path:
    """A list of one's own."""
    with Writer(path, "Daftar", (), [(str(name), 10) for name in rows[0]]) as writer:
        for row in rows[1:]:
            writer.row(row)
    return path


def test_an_attendance_list_comes_in_once(database: Database) -> None:
    asked = Asked(event="Sosialisasi 15 Mei 2025")
    with transaction(database) as session:
        judge, _ = looks(session, "kop-dua-baris-judul.xlsx", asked)
        assert verdicts(judge) == {"new": 4}
        assert session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 0
    assert verdicts(brings(database, "kop-dua-baris-judul.xlsx", asked)) == {"new": 4}
    with transaction(database) as session:
        found = contacts(session)
        nur = found["Hj. Nur'aini"]
        assert (nur.phone, nur.regency, nur.district, nur.consent) == (
            "+6281200000002",
            "36.04",
            "36.04.05",
            PaperConsent.NONE,
        )
        been = session.execute(sa.select(PastAttendance.attended, PastAttendance.day)).all()
        assert Counter(row.attended for row in been) == {True: 2, False: 2}
        assert {str(row.day) for row in been} == {"2025-05-15"}
    again = brings(database, "kop-dua-baris-judul.xlsx", asked)
    assert verdicts(again) == {"known": 4}
    with transaction(database) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(PastAttendance)) == 4
        acts = session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts == ["contacts.import_begun", "contacts.imported"] * 2
        (first, second) = session.scalars(sa.select(ContactList).order_by(ContactList.id))
        assert (first.counts["new"], second.counts["known"], second.brought_by) == (4, 4, "rina")


def test_what_is_said_twice_or_shared_is_not_made_one(database: Database) -> None:
    with transaction(database) as session:
        _, judged = looks(session, "kembar.xlsx")
    assert [one.verdict for one in judged] == [Verdict.NEW, Verdict.REPEATED, Verdict.REFUSED, Verdict.NEW]
    assert judged[2].fault is Fault.REPEATED
    assert judged[3].doubts == (Doubt.SHARED_PHONE,)
    brings(database, "kembar.xlsx", size=1)
    assert verdicts(brings(database, "makro.xlsm")) == {"known": 2, "repeated": 1, "refused": 1}
    with transaction(database) as session:
        assert {row.phone for row in contacts(session).values()} == {"+6281200000701"}
        assert len(contacts(session)) == 2


def test_only_a_verified_number_says_who_somebody_is(database: Database, tmp_path: Path) -> None:
    with transaction(database) as session:
        people = [
            Person(created_at=NOON, name="Siti Aminah", phone="+6281200000001", phone_vouched=True),
            Person(created_at=NOON, name="Dewi Lestari", phone="+6281200000002", phone_vouched=False),
            Person(created_at=NOON, name="Ujang", phone="+6281200000003", phone_vouched=True),
        ]
        session.add_all(people)
        session.flush()
        siti = people[0].id
    rows = [
        ["Nama", "No HP"],
        ["Ibu SITI", "081200000001"],
        ["Dewi Lestari", "081200000002"],
        ["Rokayah", "081200000003"],
    ]
    judge = brings(database, written(tmp_path / "a.xlsx", rows))
    assert (verdicts(judge), judge.tally.linked, judge.tally.doubts) == ({"new": 3}, 1, {Doubt.OTHER_NAME: 1})
    with transaction(database) as session:
        found = contacts(session)
        assert [found[name].person_id for name in ("Ibu SITI", "Dewi Lestari", "Rokayah")] == [siti, None, None]
        assert found["Rokayah"].doubts == ["other_name"]


def test_who_writes_from_a_number_is_known_by_it(database: Database, tmp_path: Path) -> None:
    rows = [
        ["Nama", "No HP", "Izin", "No Dokumen"],
        ["Siti Aminah", "081200000001", "ya", "DH/1"],
        ["Nur", "081200000002", "", ""],
    ]
    brings(database, written(tmp_path / "a.xlsx", rows))
    with transaction(database) as session:
        session.execute(sa.update(Contact).where(Contact.name == "Siti Aminah").values(consent=PaperConsent.CONFIRMED))
        siti, nur = (_agrees(session, f"+628120000000{n}") for n in (1, 2))
    with transaction(database) as session:
        # Nobody has said a name yet: only the number that was proved on paper is known.
        assert [contacts(session)[name].person_id for name in ("Siti Aminah", "Nur")] == [siti, None]
        persons.rename(session, nur, "Jamal", None, NOON)
        assert contacts(session)["Nur"].person_id is None
        persons.rename(session, nur, "Nur Aini", None, NOON)
    with transaction(database) as session:
        session.expire_all()
        assert contacts(session)["Nur"].person_id == nur
        # Telegram: a contact card of one's own vouches for a number, one that was typed does not.
        typed = people.person(session, "Dewi")
        persons.rename(session, typed, "Dewi", "+6281200000003", NOON)
    brings(database, written(tmp_path / "b.xlsx", [["Nama", "No HP"], ["Dewi", "081200000003"]]))
    with transaction(database) as session:
        assert contacts(session)["Dewi"].person_id is None
        persons.vouch(session, typed, "081200000003", NOON)
        session.expire_all()
        assert contacts(session)["Dewi"].person_id == typed
        portrait = portraits.collect(session, typed, NOON)
        assert [row["name"] for row in portrait["lists"]] == ["Dewi"]


def _agrees(session: Session, phone: str) -> int:
    chat = people.chat(session, channel=Channel.WHATSAPP, address=f"whatsapp:{phone}")
    told: dict[str, Any] = {"text_version": "1", "text_hash": "0" * 64, "language": Language.ID, "now": NOON}
    made = consents.record(
        session, conversation_id=chat.id, purpose=Purpose.SERVICE, given=True, channel=Channel.WHATSAPP, **told
    )
    assert made is not None
    return made


def test_who_says_no_or_has_their_data_deleted_stays_so(database: Database, tmp_path: Path) -> None:
    rows = [["Nama", "No HP", "Izin", "No Dokumen"], ["Siti Aminah", "081200000001", "ya", "DH/1"]]
    path = written(tmp_path / "a.xlsx", rows)
    brings(database, path, Asked(event="15 Mei 2025"))
    with transaction(database) as session:
        siti = _agrees(session, "+6281200000001")
        persons.rename(session, siti, "Siti Aminah", None, NOON)
        chat = session.scalars(sa.select(Conversation.id)).one()
        assert linking.refuse(session, chat, NOON) == 1
    assert verdicts(brings(database, path)) == {"known": 1}
    with transaction(database) as session:
        assert contacts(session)["Siti Aminah"].consent is PaperConsent.REFUSED
        told: dict[str, Any] = {"kind": RequestKind.DELETE, "detail": None, "now": NOON}
        erasure.erase(session, person_id=siti, conversation_id=chat, **told)
    judge = brings(database, path)
    assert judge.tally.faults == {Fault.ERASED: 1}
    with transaction(database) as session:
        (left,) = session.scalars(sa.select(Contact))
        assert (left.name, left.phone, left.person_id, left.erased_at) == ("", None, None, NOON)
        assert session.scalar(sa.select(sa.func.count()).select_from(PastAttendance)) == 0


def test_more_is_added_and_nothing_is_taken_away(database: Database, tmp_path: Path) -> None:
    heading = ["Nama", "Nama Usaha", "No HP", "Kab/Kota", "Kecamatan", "Alamat", "NIB"]
    first = ["Siti", "Keripik", "081200000001", "Lebak", "Bayah", "", "1234567890123"]
    brings(database, written(tmp_path / "a.xlsx", [heading, first]))
    second = ["SITI", "keripik", "0812-0000-0001", "Kota Cilegon", "", "Jl. Baru 1", ""]
    path = written(tmp_path / "b.xlsx", [heading, second])
    assert verdicts(brings(database, path)) == {"changed": 1}
    assert verdicts(brings(database, path)) == {"known": 1}
    with transaction(database) as session:
        (one,) = contacts(session).values()
        kept = (one.name, one.regency, one.district, one.address, one.nib)
        assert kept == ("Siti", "36.72", None, "Jl. Baru 1", "1234567890123")


def test_stopped_half_way_it_goes_on_where_it_was(database: Database) -> None:
    found, judge = listing.look(FILES / "nomor-hp.xlsx"), Judge(REVIEWER)
    first = next(pieces(found.rows(Asked()), 5))
    with transaction(database) as session:
        list_id = keeping.begin(session, REVIEWER, found, "uji", NOON)
        keeping.keep(session, REVIEWER, list_id, judge.judge(session, first), NOON)
    judge = brings(database, "nomor-hp.xlsx")
    assert judge.tally.verdicts[Verdict.KNOWN] == 5
    assert judge.tally.faults == {Fault.NOT_MOBILE: 1, Fault.FOREIGN: 1, Fault.LOST_DIGITS: 1, Fault.NIK: 1}
    with transaction(database) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ContactList)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 13
        # A piece that was undone is judged again as if for the first time.
        again = judge.judge(session, first)
        assert [one.verdict for one in again] == [one.verdict for one in judge.judge(session, first)]


def test_two_officers_with_one_file_make_no_doubles(database: Database) -> None:
    barrier = threading.Barrier(2)

    def one() -> Judge:
        barrier.wait()
        return brings(database, "nomor-hp.xlsx", size=4)

    with ThreadPoolExecutor(2) as pool:
        for job in [pool.submit(one) for _ in range(2)]:
            job.result()
    with transaction(database) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 13


def test_paper_is_confirmed_by_a_second_person_with_an_account(database: Database) -> None:
    brings(database, "izin-tertulis.xlsx")
    second = Actor("sari", frozenset({Right.REVIEW}), None, Via.COMMAND, 2)
    free = sa.select(sa.func.count()).select_from(Contact).where(papers.may_be_written_to())
    with transaction(database) as session:
        (claim,) = papers.claims(session, second)
        assert (claim.reference, claim.count, claim.brought_by) == ("DH/015/V/2025", 2, "rina")
        assert session.scalar(free) == 0
        decide = papers.decide
        assert decide(session, REVIEWER, claim.reference, NOON, confirmed=True) is papers.Why.OWN
        assert decide(session, staff.operator("root"), claim.reference, NOON, confirmed=True) is papers.Why.NO_ACCOUNT
        assert decide(session, second, "DH/1", NOON, confirmed=True) is papers.Why.NOBODY
        siti, ujang = papers.lines(session, second, claim.reference, NOON)
        assert (siti.name, ujang.name) == ("Siti Aminah", "Ujang Jaya")
        assert decide(session, second, claim.reference, NOON, confirmed=False, contact_id=ujang.id) == 1
        assert decide(session, second, claim.reference, NOON, confirmed=True) == 1
        assert decide(session, second, claim.reference, NOON, confirmed=True) is papers.Why.NOBODY
        assert session.scalar(free) == 1
    # The same paper once more claims nothing: it was decided upon.
    assert brings(database, "izin-tertulis.xlsx").tally.claims == 0
    with transaction(database) as session:
        found = contacts(session)
        states = [found[name].consent for name in ("Siti Aminah", "Ujang Jaya", "Nur Aini", "Dewi Lestari")]
        wanted = [PaperConsent.CONFIRMED, PaperConsent.REFUSED, PaperConsent.NONE, PaperConsent.NONE]
        assert states == wanted
        acts = set(session.scalars(sa.select(AuditEntry.act)))
        assert {"contacts.claims_read", "contacts.consent_confirmed", "contacts.consent_refused"} <= acts


def test_lists_go_out_as_far_as_one_works(database: Database) -> None:
    brings(database, "kop-dua-baris-judul.xlsx")
    everywhere = Actor("rina", frozenset({Right.EXPORT}), None, Via.COMMAND, 1)
    lebak = Actor("lina", frozenset({Right.EXPORT}), frozenset({"36.04"}), Via.COMMAND, 3)
    with transaction(database) as session:
        owner = people.person(session, "Siti")
        businesses.add(session, people.new_business(owner, regency="36.04", district="36.04.05"), NOON)
        every = list(exporting.lines(session, everywhere, Wanted()))
        assert len(every) == 5
        assert (every[0].owner.startswith("Siti"), every[0].regency, every[0].source) == (
            True,
            "Kabupaten Serang",
            None,
        )
        assert {line.phone for line in every[1:]} == {f"0812-0000-000{n}" for n in range(1, 5)}
        assert len(list(exporting.lines(session, lebak, Wanted()))) == 3
        assert len(list(exporting.lines(session, everywhere, Wanted(regency="36.01")))) == 1
        assert list(exporting.lines(session, everywhere, Wanted(stage=Stage.WAITING))) == []
        for who, wanted in ((REVIEWER, Wanted()), (lebak, Wanted(regency="36.01"))):
            with pytest.raises(Forbidden):
                next(exporting.lines(session, who, wanted))
            with pytest.raises(Forbidden):
                exporting.note(session, who, wanted, 1, NOON)


def test_who_never_wrote_is_forgotten_in_time(database: Database) -> None:
    brings(database, "kop-dua-baris-judul.xlsx", Asked(event="15 Mei 2025"))
    with transaction(database) as session:
        days = people.OFFICE.keeping.contacts
        session.execute(sa.update(Contact).where(Contact.name == "Dewi").values(person_id=people.person(session)))
        assert retention.sweep(session, people.OFFICE, NOON + dt.timedelta(days=days - 1))["contacts"] == 0
        assert retention.sweep(session, people.OFFICE, NOON + dt.timedelta(days=days))["contacts"] == 3
        assert set(contacts(session)) == {"Dewi"}
        assert session.scalar(sa.select(sa.func.count()).select_from(PastAttendance)) == 1


def test_rights_and_scope_are_asked_at_every_step(database: Database) -> None:
    nobody = Actor("humas", frozenset(Right) - {Right.REVIEW}, None, Via.COMMAND, 2)
    lebak = Actor("lina", frozenset({Right.REVIEW}), frozenset({"36.02"}), Via.COMMAND, 3)
    found = listing.look(FILES / "sel-gabung.xlsx")
    with transaction(database) as session:
        for work in (
            lambda: looks(session, "sel-gabung.xlsx", actor=nobody),
            lambda: keeping.begin(session, nobody, found, "uji", NOON),
            lambda: keeping.keep(session, nobody, 1, [], NOON),
            lambda: keeping.finish(session, nobody, 1, Judge(nobody).tally, NOON),
            lambda: papers.claims(session, nobody),
            lambda: papers.lines(session, nobody, "DH/1", NOON),
            lambda: papers.decide(session, nobody, "DH/1", NOON, confirmed=True),
        ):
            with pytest.raises(Forbidden):
                work()
        assert looks(session, "sel-gabung.xlsx", actor=lebak)[0].tally.verdicts[Verdict.NEW] == 3
        assert looks(session, "kop-dua-baris-judul.xlsx", actor=lebak)[0].tally.faults == {Fault.OUTSIDE: 4}
    assert staff.covers(lebak, "36.02")
