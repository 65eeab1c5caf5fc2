"""A file moves hundreds: what it would do is known before, nothing is moved twice, and no NIK comes in."""

import datetime as dt
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import Application, Business, Delivery, Session, Stage, StageChange
from services import history, moves, sheets, stage_import
from services.moves import Moved, Told, Why
from services.sheets import SheetRefused
from services.stage_import import Fault, Plan, Wanted, Wrong
from tests.services import people
from tests.services.people import DEWI, NOON, OFFICE, transaction
from tests.services.test_moves import apply as applies
from tests.services.test_moves import owner
from tests.support import xlsx
from texts import load

TEXTS = load()
NAMES = stage_import.stage_names(TEXTS)
HEADING = ("Nomor", "Tahap", "Catatan", "Nomor Sertifikat")


def many(session: Session, count: int, **changes: Any) -> list[Application]:
    """So many businesses with a place each."""
    people.programme(session, quota=count)
    return [applies(session, owner(session), **changes) for _ in range(count)]


def planned(session: Session, rows: Sequence[Sequence[Any]], heading: Sequence[str] = HEADING) -> Plan:
    return stage_import.plan(session, DEWI, [heading, *rows], TEXTS)


def does(session: Session, plan: Plan) -> list[Any]:
    results = []
    for piece in stage_import.chunks(plan.moves):
        results += stage_import.apply(session, DEWI, piece, now=NOON, office=OFFICE, texts=TEXTS)
    return [result for _, result in results]


def read(*cells: Any, heading: Sequence[str] = HEADING) -> Wanted | Wrong:
    (one,) = stage_import.parse([heading, cells], NAMES)
    return one


# --- the rows


@pytest.mark.parametrize("said", ["DIAJUKAN", "diajukan", "Sudah diajukan", "Submitted", " sudah  diajukan "])
def test_a_stage_is_known_by_its_code_and_its_name(said: str) -> None:
    one = read("BTN-2026-000007", said, "", "")
    assert one == Wanted(2, "BTN-2026-000007", None, Stage.SUBMITTED, Told())


def test_a_nib_may_be_a_number_that_lost_its_noughts() -> None:
    heading = ("NIB", "Status")
    assert read(220123456789.0, "Terbit SH", heading=heading) == Wanted(2, None, "0220123456789", Stage.ISSUED, Told())
    assert read("0220 1234 56789", "terbit", heading=heading) == Wanted(2, None, "0220123456789", Stage.ISSUED, Told())


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (("BTN-2026-000007", "DIAJUKAN", "3604012345670001", ""), Fault.NIK),
        (("BTN-2026-000007", "DIAJUKAN", 3604012345670001.0, ""), Fault.NIK),
        (("BTN-2026-000007", "DIAJUKAN", "NIK 3604 0123 4567 0001", ""), Fault.NIK),
        (("", "DIAJUKAN", "", ""), Fault.NO_KEY),
        (("7", "DIAJUKAN", "", ""), Fault.UNKNOWN),
        (("BTN-2026-000007", "selesai semua", "", ""), Fault.STAGE),
    ],
)
def test_a_row_that_is_not_taken_is_known_by_its_line(cells: tuple[Any, ...], fault: Fault) -> None:
    assert read(*cells) == Wrong(2, fault)


def test_the_number_of_a_certificate_is_no_nik() -> None:
    one = read("BTN-2026-000007", "TERBIT", "", "ID36110000000000001")
    assert isinstance(one, Wanted)
    assert one.told.certificate == "ID36110000000000001"


def test_a_date_is_read_in_the_usual_ways() -> None:
    heading = ("Nomor", "Tahap", "Tanggal Audit")
    for said in ("2026-12-10", "10/12/2026", "10-12-2026", dt.date(2026, 12, 10), NOON.replace(month=12, day=10)):
        one = read("BTN-2026-000007", "AUDIT_LPH", said, heading=heading)
        assert isinstance(one, Wanted)
        assert one.told.audit_date == dt.date(2026, 12, 10)
    assert read("BTN-2026-000007", "AUDIT_LPH", "minggu depan", heading=heading) == Wrong(2, Fault.DATE)


def test_without_its_columns_a_file_is_refused() -> None:
    for heading in (("Nama", "Tahap"), ("Nomor", "Nama"), ("Nomor", "Tahap", "Stage")):
        with pytest.raises(SheetRefused):
            stage_import.columns(heading)


# --- the file


def test_a_spreadsheet_and_a_csv_say_the_same(tmp_path: Path) -> None:
    rows: list[list[str | int | None]] = [["NIB", "Tahap", "Catatan"], [1234567890123, "DIAJUKAN", None], ["", "", ""]]
    book = sheets.read(xlsx.write(tmp_path / "tahap.xlsx", rows))
    plain = tmp_path / "tahap.csv"
    plain.write_bytes("﻿NIB;Tahap;Catatan\r\n1234567890123;DIAJUKAN;\r\n;;\r\n".encode())
    wanted = [Wanted(2, None, "1234567890123", Stage.SUBMITTED, Told())]
    assert list(stage_import.parse(book, NAMES)) == list(stage_import.parse(sheets.read(plain), NAMES)) == wanted


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", b"not a workbook"), ("a.csv", b"Nomor;Tahap\r\n"), ("a.csv", b""), ("gone.xlsx", None)],
)
def test_what_is_no_list_is_refused_in_a_sentence(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SheetRefused, match=r"Berkas .*\.$"):
        sheets.read(path)


# --- what it does


def test_what_it_would_do_is_known_before_and_nothing_is_done_twice(database: Database) -> None:
    with transaction(database) as session:
        a, b, c, d = many(session, 4)
        history.enter(session, d, Stage.SUBMITTED, NOON, "dewi", None)
        rows = [
            (a.number, "DIAJUKAN", "", ""),
            (b.number.lower(), "TERBIT", "", "ID36110000000000001"),
            (c.number, "DITOLAK", "bahan", ""),
            (d.number, "DIAJUKAN", "", ""),
            (a.number, "DIAJUKAN", "", ""),
            ("BTN-2026-999999", "DIAJUKAN", "", ""),
        ]
        plan = planned(session, rows)
        assert [(one.application_id, one.to) for one in plan.moves] == [(a.id, Stage.SUBMITTED), (b.id, Stage.ISSUED)]
        assert plan.ways == {(Stage.PLACED, Stage.SUBMITTED): 1, (Stage.PLACED, Stage.ISSUED): 1}
        assert (plan.unchanged, plan.repeated) == (1, 1)
        assert plan.wrong == [
            Wrong(4, Fault.REFUSED, Why.NOT_NEXT, Stage.PLACED, Stage.REFUSED),
            Wrong(7, Fault.UNKNOWN),
        ]
        assert a.stage is Stage.PLACED
        does(session, plan)
        assert (a.stage, b.stage, b.certificate) == (Stage.SUBMITTED, Stage.ISSUED, "ID36110000000000001")
        assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 2
        again = planned(session, rows)
        assert (again.moves, again.unchanged) == ([], 3)
        # The same plan once more, as if the file had been brought by two officers.
        assert [result.change_id for result in does(session, plan)] == [None, None]
        assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 2


def test_rows_that_contradict_each_other_are_not_taken(database: Database) -> None:
    with transaction(database) as session:
        (a,) = many(session, 1)
        plan = planned(session, [(a.number, "DIAJUKAN", "", ""), (a.number, "TERBIT", "", "ID1")])
        assert plan.moves == []
        assert plan.wrong == [Wrong(2, Fault.DOUBLE), Wrong(3, Fault.DOUBLE)]


def test_a_nib_finds_its_application_and_two_of_one_nib_are_asked_about(database: Database) -> None:
    with transaction(database) as session:
        a, b, c = many(session, 3)
        session.execute(sa.update(Business).where(Business.id == a.business_id).values(nib="0220123456789"))
        double = sa.update(Business).where(Business.id.in_([b.business_id, c.business_id]))
        session.execute(double.values(nib="1234567890123"))
        rows = [(220123456789.0, "DIAJUKAN"), (1234567890123, "DIAJUKAN")]
        plan = planned(session, rows, ("NIB", "Tahap"))
        assert [one.application_id for one in plan.moves] == [a.id]
        assert plan.wrong == [Wrong(3, Fault.SEVERAL)]


def test_more_than_fits_into_one_transaction(database: Database) -> None:
    with transaction(database) as session:
        ids = [one.id for one in many(session, 7)]
        numbers = list(session.scalars(sa.select(Application.number).where(Application.id.in_(ids))))
    with transaction(database) as session:
        plan = planned(session, [(number, "DIAJUKAN", "", "") for number in numbers])
    pieces = list(stage_import.chunks(plan.moves, 3))
    assert [len(piece) for piece in pieces] == [3, 3, 1]
    for piece in pieces:
        with transaction(database) as session:
            stage_import.apply(session, DEWI, piece, now=NOON, office=OFFICE, texts=TEXTS)
    with transaction(database) as session:
        assert set(session.scalars(sa.select(Application.stage))) == {Stage.SUBMITTED}
        assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 7


def test_a_file_and_an_officer_at_once_move_each_once(database: Database) -> None:
    with transaction(database) as session:
        applications = many(session, 6)
        ids = [one.id for one in applications]
        plan = planned(session, [(one.number, "DIAJUKAN", "", "") for one in applications])
    barrier = threading.Barrier(3)

    def brings_the_file() -> list[Any]:
        barrier.wait()
        with transaction(database) as session:
            return does(session, plan)

    def one_by_one() -> list[Any]:
        barrier.wait()
        results = []
        for application_id in reversed(ids):
            with transaction(database) as session:
                results.append(
                    moves.move(session, DEWI, application_id, Stage.SUBMITTED, now=NOON, office=OFFICE, texts=TEXTS)
                )
        return results

    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(job) for job in (brings_the_file, brings_the_file, one_by_one)]
        results = [result for job in jobs for result in job.result()]
    assert sum(isinstance(r, Moved) and r.change_id is not None for r in results) == 6
    with transaction(database) as session:
        submitted = sa.select(sa.func.count()).select_from(StageChange).where(StageChange.stage == Stage.SUBMITTED)
        assert session.scalar(submitted) == 6
        assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 6
