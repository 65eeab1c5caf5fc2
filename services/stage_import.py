"""Impor tahap: hundreds of applications moved by one file, looked at first, and never moved twice."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import Application, Business, Conversation, Person, Session, Stage
from services import moves, sheets
from services.moves import Moved, Refused, Told, Why, reason_against
from services.office import Office
from services.sheets import Row, SheetRefused
from services.staff import Actor, Forbidden, Right, covers, demand

if TYPE_CHECKING:
    from texts import Catalogue

CHUNK = 50  # moves in one transaction: a message that comes in meanwhile waits no longer than that takes
ABOVE = 6  # rows among which the heading is looked for
LOOKED_UP = 500  # numbers in one query
NUMBER = re.compile(r"BTN[\s./-]?(\d{4})[\s./-]?(\d{1,6})", re.IGNORECASE)
HEADINGS: Mapping[str, frozenset[str]] = {
    "number": frozenset({"nomor", "nomor pendampingan", "no pendampingan", "nomor bptsi", "number"}),
    "nib": frozenset({"nib", "nomor induk berusaha"}),
    "stage": frozenset({"tahap", "stage", "status"}),
    "note": frozenset({"catatan", "alasan", "keterangan", "note", "reason"}),
    "certificate": frozenset({"sertifikat", "nomor sertifikat", "no sertifikat", "certificate"}),
    "date": frozenset({"tanggal", "tanggal audit", "date", "audit date"}),
}
ALSO_CALLED = {"terbit sh": Stage.ISSUED, "sttd": Stage.AGENCY}  # SIHALAL's own words


class Fault(StrEnum):
    """Why a row is not taken. Moves the stages refuse have `Why` beside it."""

    NIK = "nik"
    NO_KEY = "no_key"
    NIB = "nib"
    STAGE = "stage"
    DATE = "date"
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"  # not the actor's kab/kota
    SEVERAL = "several"  # more than one application has this NIB
    DOUBLE = "double"  # the same application stands in the file with two different stages
    REFUSED = "refused"


# What is wrong with a row, as staff read it.
SAID: Mapping[Fault, str] = {
    Fault.NIK: "Ada 16 angka seperti NIK. NIK tidak boleh ada di berkas ini; hapus kolomnya.",
    Fault.NO_KEY: "Nomor dan NIB kosong.",
    Fault.NIB: "NIB bukan 13 angka.",
    Fault.STAGE: "Tahap tidak dikenal.",
    Fault.DATE: "Tanggal tidak bisa dibaca.",
    Fault.UNKNOWN: "Nomor atau NIB tidak ada di catatan kami.",
    Fault.ELSEWHERE: "Di luar kabupaten/kota tugas akun itu.",
    Fault.SEVERAL: "NIB dipunyai beberapa pengajuan; pakai nomornya.",
    Fault.DOUBLE: "Pengajuan yang sama ada lebih dari sekali dengan isi berbeda.",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row, read."""

    line: int  # as the spreadsheet numbers it
    number: str | None
    nib: str | None
    stage: Stage
    told: Told


@dataclass(frozen=True, slots=True)
class Wrong:
    """One row that is not taken. Never what stands in it: it may be anything."""

    line: int
    fault: Fault
    why: Why | None = None
    before: Stage | None = None
    to: Stage | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """One move to be made."""

    line: int
    application_id: int
    before: Stage
    to: Stage
    told: Told


@dataclass(slots=True)
class Plan:
    """What a file would do."""

    moves: list[Planned] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    unchanged: int = 0  # they stand there already
    repeated: int = 0  # the same row once more

    @property
    def ways(self) -> Counter[tuple[Stage, Stage]]:
        """How many move from where to where."""
        return Counter((one.before, one.to) for one in self.moves)


# --- reading the rows


def stage_names(texts: "Catalogue") -> Mapping[str, Stage]:
    """Everything a stage is called: its code, its name in both languages, SIHALAL's word for it."""
    names = dict(ALSO_CALLED)
    for stage in Stage:
        names[plain(stage.value)] = stage
        for language in ("id", "en"):
            names[plain(texts.text(f"stage.{stage.value}.name", language))] = stage
    return names


def plain(words: str) -> str:
    """Words as two people would both write them: small letters, no marks."""
    return " ".join(re.findall(r"[^\W_]+", words.casefold()))


def columns(heading: Row) -> Mapping[str, int]:
    """Which column is which. Raises SheetRefused where the stage, or both number and NIB, are missing."""
    found: dict[str, int] = {}
    for at, cell in enumerate(heading):
        name = next((key for key, called in HEADINGS.items() if plain(sheets.words(cell)) in called), None)
        if name and name in found:
            raise SheetRefused(f"Kolom {sheets.words(cell)} ada dua kali.")
        if name:
            found[name] = at
    if "stage" not in found or not found.keys() & {"number", "nib"}:
        raise SheetRefused("Judul kolom harus berisi Tahap, dan Nomor atau NIB.")
    return found


def parse(rows: Sequence[Row], names: Mapping[str, Stage]) -> Iterator[Wanted | Wrong]:
    """Each row below the heading; empty ones are passed over. Raises SheetRefused."""
    heading = _heading(rows)
    where = columns(rows[heading])
    for line, row in enumerate(rows[heading + 1 :], heading + 2):
        if any(sheets.words(cell) for cell in row):
            yield _parsed(line, row, where, names)


def _heading(rows: Sequence[Row]) -> int:
    """Which row names the columns: a list of ours has its title above it."""
    for at, row in enumerate(rows[:ABOVE]):
        try:
            columns(row)
        except SheetRefused:
            continue
        return at
    return 0


def _parsed(line: int, row: Row, where: Mapping[str, int], names: Mapping[str, Stage]) -> Wanted | Wrong:
    if any(sheets.holds_nik(cell) for cell in row):
        return Wrong(line, Fault.NIK)
    cells: dict[str, Any] = {name: row[at] if at < len(row) else None for name, at in where.items()}
    stage = names.get(plain(sheets.words(cells["stage"])))
    if stage is None:
        return Wrong(line, Fault.STAGE)
    dated, date = sheets.words(cells.get("date")), sheets.day(cells.get("date"))
    if dated and date is None:
        return Wrong(line, Fault.DATE)
    found = NUMBER.fullmatch(sheets.words(cells.get("number")))
    nib = re.sub(r"[\s.\-]", "", sheets.words(cells.get("nib")))
    if not found and not nib:
        return Wrong(line, Fault.UNKNOWN if sheets.words(cells.get("number")) else Fault.NO_KEY)
    # As a number in a spreadsheet a NIB has lost its leading noughts.
    if not found and not (nib.isdecimal() and 11 <= len(nib) <= 13):
        return Wrong(line, Fault.NIB)
    number = f"BTN-{found[1]}-{int(found[2]):06d}" if found else None
    told = Told(sheets.words(cells.get("note")) or None, sheets.words(cells.get("certificate")) or None, date)
    return Wanted(line, number, None if number else nib.zfill(13), stage, told)


# --- what it would do


def plan(session: Session, actor: Actor, rows: Sequence[Row], texts: "Catalogue") -> Plan:
    """What a file would do, without doing it. Raises SheetRefused."""
    demand(actor, Right.REVIEW)
    made = Plan()
    wanted: list[Wanted] = []
    for one in parse(rows, stage_names(texts)):
        wanted.append(one) if isinstance(one, Wanted) else made.wrong.append(one)
    found = _looked_up(session, wanted)
    taken: dict[int, list[Wanted]] = {}
    stages: dict[int, Stage] = {}
    for one in wanted:
        hits = found.get(one.number or one.nib or "", [])
        if len(hits) != 1:
            made.wrong.append(Wrong(one.line, Fault.SEVERAL if hits else Fault.UNKNOWN))
            continue
        application_id, stages[hits[0][0]], regency = hits[0]
        if not covers(actor, regency):
            made.wrong.append(Wrong(one.line, Fault.ELSEWHERE))
            continue
        taken.setdefault(application_id, []).append(one)
    for application_id, ones in taken.items():
        _judge(made, application_id, stages[application_id], ones)
    made.wrong.sort(key=lambda one: one.line)
    return made


def _judge(made: Plan, application_id: int, before: Stage, ones: list[Wanted]) -> None:
    one = ones[0]
    if any((other.stage, other.told) != (one.stage, one.told) for other in ones[1:]):
        made.wrong.extend(Wrong(other.line, Fault.DOUBLE) for other in ones)
        return
    made.repeated += len(ones) - 1
    if before is one.stage:
        made.unchanged += 1
        return
    why = reason_against(before, one.stage, one.told)
    if why is not None:
        made.wrong.append(Wrong(one.line, Fault.REFUSED, why, before, one.stage))
        return
    made.moves.append(Planned(one.line, application_id, before, one.stage, one.told))


def _looked_up(session: Session, wanted: Sequence[Wanted]) -> dict[str, list[tuple[int, Stage, str | None]]]:
    """Number or NIB → the applications that have it, with their kab/kota."""
    found: dict[str, list[tuple[int, Stage, str | None]]] = {}
    keyed = (
        (Application.number, sorted({one.number for one in wanted if one.number})),
        (Business.nib, sorted({one.nib for one in wanted if one.nib})),
    )
    for column, keys in keyed:
        for start in range(0, len(keys), LOOKED_UP):
            query = sa.select(column, Application.id, Application.stage, Application.regency)
            query = query.join(Business, Business.id == Application.business_id)
            rows = session.execute(query.where(column.in_(keys[start : start + LOOKED_UP]))).all()
            for key, application_id, stage, regency in rows:
                found.setdefault(str(key), []).append((application_id, stage, regency))
    return found


# --- doing it


def chunks(planned: Sequence[Planned], size: int = CHUNK) -> Iterator[Sequence[Planned]]:
    """The moves in pieces, each to be one transaction."""
    for start in range(0, len(planned), size):
        yield planned[start : start + size]


def apply(
    session: Session,
    actor: Actor,
    planned: Sequence[Planned],
    *,
    now: dt.datetime,
    office: Office,
    texts: "Catalogue",
) -> list[tuple[Planned, Moved | Refused]]:
    """Make these moves, at most `CHUNK` of them, and tell their owners. What was moved meanwhile is judged anew."""
    demand(actor, Right.REVIEW)
    _lock(session, [one.application_id for one in planned])
    results = [(one, _moved(session, actor, one, texts, office, now)) for one in planned]
    for _, result in results:  # the head of the audit is locked last: whoever holds it waits for nobody's row
        if isinstance(result, Moved):
            moves.write_down(session, actor, result, now)
    return results


def _moved(
    session: Session, actor: Actor, one: Planned, texts: "Catalogue", office: Office, now: dt.datetime
) -> Moved | Refused:
    try:
        return moves.moved_unnoted(session, actor, one.application_id, one.to, one.told, texts, office, now)
    except Forbidden:
        return Refused(Why.ELSEWHERE)


def _lock(session: Session, application_ids: Sequence[int]) -> None:
    """Everybody's rows in the written order, kind by kind: one by one, two of us could wait for each other."""
    theirs = sa.select(Business.id, Business.person_id).join(Application, Application.business_id == Business.id)
    rows = session.execute(theirs.where(Application.id.in_(application_ids))).all()
    persons, businesses = sorted({row.person_id for row in rows}), sorted({row.id for row in rows})
    for key, condition in (
        (Conversation.id, Conversation.person_id.in_(persons)),
        (Person.id, Person.id.in_(persons)),
        (Business.id, Business.id.in_(businesses)),
    ):
        session.execute(sa.select(key).where(condition).order_by(key).with_for_update(key_share=True)).all()
