"""`naikkelas applications`: officers look applications up and move them, one or hundreds; their owners hear of it."""

import datetime as dt
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer

import texts
from bot.cli_common import (
    WRONG,
    As,
    AsJson,
    actor,
    fail,
    group,
    listed,
    office_now,
    opened,
    plainly,
    regency_code,
    session_on,
    settings,
    sure,
    transaction,
)
from bot.clock import Clock
from bot.config import Settings
from bot.database import Database
from models import Session, Stage
from services import casework, moves, regions, sheets, stage_import
from services.casework import Case, Line
from services.moves import Moved, Refused, Why
from services.office import Office
from services.sheets import SheetRefused
from services.stage_import import Fault, Plan, Planned, Wrong
from services.stages import about
from texts import Catalogue

applications_cli = group("Pengajuan: daftar, rincian, pindah tahap satu per satu atau dari berkas.")

COLUMNS = {
    "number": "Nomor",
    "business": "Usaha",
    "regency": "Kab/kota",
    "stage": "Tahap",
    "since": "Sejak",
    "promised": "Janji kabar",
}
CALLED = {**COLUMNS, "owner": "Pemilik", "phone": "HP"}
SHOWN = 12  # lines of one kind of fault that are named
TRIES = 3  # of one transaction whose locks another one had
PAUSE = 0.2  # seconds between two

Number = Annotated[str, typer.Argument(help="nomor pendampingan, contoh BTN-2026-004312")]


# --- looking up


@applications_cli.command("list")
def list_command(
    stage: Annotated[str, typer.Option(help="hanya tahap ini, contoh DIAJUKAN")] = "",
    regency: Annotated[str, typer.Option(help="hanya kab/kota ini, contoh 36.04 atau 'kota serang'")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="janji kabarnya sudah lewat")] = False,
    unacknowledged: Annotated[
        bool, typer.Option("--unacknowledged", help="sertifikat terbit yang belum dijawab 'sudah diterima'")
    ] = False,
    limit: Annotated[int, typer.Option(help="paling banyak sekian baris", min=1)] = 200,
    as_json: AsJson = False,
    staff: As = "",
) -> None:
    """Daftar pengajuan, yang paling lama menunggu kabar dulu."""
    given, spoken = settings(), texts.load()
    only, where = _stage(stage, spoken) if stage else None, regency_code(regency) if regency else None
    with transaction(given) as session:
        found = casework.listed(
            session,
            actor(session, staff),
            now=Clock().now(),
            stage=only,
            regency=where,
            overdue=overdue,
            unacknowledged=unacknowledged,
            limit=limit,
        )
    rows = [_row(line, given.office_now(), spoken, as_json) for line in found]
    listed(rows, CALLED if unacknowledged else COLUMNS, as_json, "Tidak ada pengajuan yang cocok.")


def _row(line: Line, office: Office, spoken: Catalogue, as_json: bool) -> dict[str, Any]:
    regency = regions.REGENCIES.get(line.regency or "")
    return {
        "number": line.number,
        "business": line.business,
        "owner": line.owner,
        "phone": line.phone,
        "regency": line.regency if as_json or regency is None else regency.label,
        "stage": line.stage.value if as_json else _called(line.stage, spoken),
        "since": office.local_day(line.since).isoformat(),
        "promised": office.local_day(line.promised_at).isoformat() if line.promised_at else None,
        "certificate": line.certificate,
    }


def _called(stage: Stage, spoken: Catalogue) -> str:
    return spoken.text(f"stage.{stage.value}.name", "id")


def _stage(said: str, spoken: Catalogue) -> Stage:
    found = stage_import.stage_names(spoken).get(stage_import.plain(said))
    if found is None:
        raise fail(f"Tahap {said} tidak dikenal; pilihannya: {', '.join(s.value for s in Stage)}.", code=WRONG)
    return found


@applications_cli.command("show")
def show_command(number: Number, staff: As = "") -> None:
    """Satu pengajuan: riwayat, hasil cek, dan langkah yang boleh."""
    given, spoken = settings(), texts.load()
    with transaction(given) as session:
        case = casework.case(session, actor(session, staff), _known(session, number), now=Clock().now())
    for line in _told(case, given.office_now(), spoken):
        typer.echo(line)


def _known(session: Session, number: str) -> int:
    found = casework.by_number(session, number)
    if found is None:
        raise fail(f"Tidak ada pengajuan dengan nomor {number}.")
    return found


def _told(case: Case, office: Office, spoken: Catalogue) -> list[str]:
    line, result = case.line, case.result
    codes = {"alasan": "reasons", "petugas": "officer", "tugas": "todos", "anjuran": "optional"}
    judged = [f"  {name}: {', '.join(result[key])}" for name, key in codes.items() if result.get(key)]
    position = [f"Daftar tunggu: nomor {case.position} dari {case.length}"] if case.position else []
    received = f"diterima {_day(case.received_at, office)}" if case.received_at else "belum dijawab pemilik"
    return [
        f"{line.number}  {line.business}",
        f"Pemilik: {line.owner}{' (didaftarkan pendamping)' if case.by_helper else ''}, HP {line.phone or '-'}",
        f"NIB: {case.nib or '-'}   Jalur: {case.scheme}   Program: {case.programme}",
        f"Tahap: {_called(line.stage, spoken)} ({line.stage.value}) sejak {_day(line.since, office)}",
        f"Janji kabar: {_day(line.promised_at, office)}   Waktu antre: {_day(case.queued_at, office)}",
        *position,
        *([f"Sertifikat: {line.certificate}, {received}"] if line.certificate else []),
        f"Hasil cek {_day(case.judged_at, office)} ({case.rule_set}):",
        *(judged or ["  tanpa catatan"]),
        "Riwayat:",
        *(
            f"  {_day(c.at, office)}  {c.stage.value}  oleh {c.by}{f'  ({c.note})' if c.note else ''}"
            for c in case.changes
        ),
        f"Boleh dipindah ke: {', '.join(sorted(s.value for s in about(line.stage).then)) or '-'}",
    ]


def _day(at: dt.datetime | None, office: Office) -> str:
    return office.local_day(at).isoformat() if at else "-"


# --- moving one


@dataclass(frozen=True, slots=True)
class _Order:
    """What an officer wants done with one application."""

    number: str
    to: Stage
    staff: str  # the account that gives it
    note: str | None
    certificate: str | None
    date: dt.date | None


@applications_cli.command("move")
def move_command(
    number: Number,
    stage: Annotated[str, typer.Argument(help="tahap baru, contoh DIAJUKAN")],
    note: Annotated[str, typer.Option(help="alasan; dibaca pemilik pada DIKEMBALIKAN, DITOLAK, …")] = "",
    certificate: Annotated[str, typer.Option(help="nomor sertifikat, untuk TERBIT")] = "",
    date: Annotated[str, typer.Option(help="tanggal audit, contoh 2026-12-10, untuk AUDIT_LPH")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="tanpa bertanya lagi")] = False,
    staff: As = "",
) -> None:
    """Pindahkan satu pengajuan; pesan untuk pemiliknya ditampilkan dulu."""
    given, spoken = settings(), texts.load()
    day = sheets.day(date) if date else None
    if date and day is None:
        raise fail(f"{date} bukan tanggal; contohnya 2026-12-10.", code=WRONG)
    order = _Order(number, _stage(stage, spoken), staff, note, certificate, day)
    looked = _move(given, order, spoken, keep=False)
    if looked.change_id is None:
        typer.echo(f"{looked.number} sudah di tahap {_called(order.to, spoken)}; tidak ada yang berubah.")
        return
    typer.echo(f"{looked.number}: {_called(looked.before, spoken)} → {_called(looked.after, spoken)}")
    message = looked.told.text if looked.told else "(pemilik tidak bisa dikabari lewat chat)"
    typer.echo(f"\nPesan untuk pemilik:\n{message}\n")
    if not yes and not sure("Pindahkan dan kirim?"):
        typer.echo("Tidak jadi; tidak ada yang berubah.")
        return
    _move(given, order, spoken, keep=True)
    typer.echo("Sudah dipindahkan.")


def _move(given: Settings, order: _Order, spoken: Catalogue, *, keep: bool) -> Moved:
    """Made and taken back to be looked at, or made: the same thing both times."""
    with transaction(given) as session:
        result = moves.move(
            session,
            actor(session, order.staff),
            _known(session, order.number),
            order.to,
            now=Clock().now(),
            office=office_now(given, session),
            texts=spoken,
            note=order.note,
            certificate=order.certificate,
            audit_date=order.date,
        )
        if not keep:
            session.rollback()
    if isinstance(result, Refused):
        raise fail(_refusal(result.why, result.before, order.to, spoken))
    return result


def _refusal(why: Why | None, before: Stage | None, to: Stage | None, spoken: Catalogue) -> str:
    names = {
        "before": _called(before, spoken) if before else "-",
        "to": _called(to, spoken) if to else "-",
        "then": ", ".join(sorted(s.value for s in about(before).then)) if before else "-",
    }
    return REFUSALS[why or Why.UNKNOWN].format(**names)


REFUSALS = {
    Why.UNKNOWN: "Pengajuannya tidak ada lagi.",
    Why.NOT_NEXT: "Dari {before} tidak bisa ke {to}; bisanya ke {then}.",
    Why.NEEDS_REASON: "Tahap {to} perlu alasan untuk pemilik (--note, kolom Catatan).",
    Why.NEEDS_CERTIFICATE: "Tahap {to} perlu nomor sertifikat (--certificate, kolom Sertifikat).",
    Why.NEEDS_DATE: "Tahap {to} perlu tanggal (--date, kolom Tanggal).",
    Why.NO_PLACE: "Tidak ada tempat untuk pengajuan ini: kuota habis, atau sisanya milik yang antre lebih dulu.",
    Why.ELSEWHERE: "Di luar kabupaten/kota tugas akun itu.",
    Why.SAME_NIB: "NIB ini sudah memegang tempat lewat usaha lain; periksa dulu keduanya.",
}


# --- moving hundreds


@applications_cli.command("import-status")
def import_command(
    file: Annotated[Path, typer.Argument(help="xlsx atau csv; kolom Nomor atau NIB, Tahap, boleh Catatan, Sertifikat")],
    apply: Annotated[bool, typer.Option("--apply", help="pindahkan sungguhan; tanpa ini hanya dilihat")] = False,
    staff: As = "",
) -> None:
    """Pindahkan banyak pengajuan dari satu berkas. Tanpa --apply tidak ada yang berubah."""
    given, spoken = settings(), texts.load()
    try:
        rows = sheets.read(file)
        with transaction(given) as session:
            made = stage_import.plan(session, actor(session, staff), rows, spoken)
    except SheetRefused as refused:
        raise fail(str(refused)) from None
    _show_plan(made, spoken)
    if not apply:
        typer.echo("Belum ada yang dipindahkan. Kalau sudah benar, ulangi dengan --apply.")
        return
    _apply(given, made, staff, spoken)


def _show_plan(made: Plan, spoken: Catalogue) -> None:
    typer.echo(f"{len(made.moves)} akan dipindahkan:")
    for (before, to), count in sorted(made.ways.items(), key=lambda way: -way[1]):
        typer.echo(f"  {count:>6}  {_called(before, spoken)} → {_called(to, spoken)}")
    typer.echo(f"{made.unchanged} sudah di tahapnya; {made.repeated} baris kembar dilewati.")
    _show_wrong(made.wrong, spoken)


def _show_wrong(wrong: list[Wrong], spoken: Catalogue) -> None:
    if not wrong:
        return
    typer.echo(f"{len(wrong)} baris tidak diambil:")
    lines: dict[str, list[int]] = defaultdict(list)
    for one in wrong:
        said = stage_import.SAID.get(one.fault) or _refusal(one.why, one.before, one.to, spoken)
        lines[said].append(one.line)
    for said, where in lines.items():
        more = f", dan {len(where) - SHOWN} lagi" if len(where) > SHOWN else ""
        typer.echo(f"  {said} Baris {', '.join(map(str, where[:SHOWN]))}{more}.")


def _apply(given: Settings, made: Plan, staff: str, spoken: Catalogue) -> None:
    done: Counter[str] = Counter()
    wrong: list[Wrong] = []
    with opened(given) as database:
        with session_on(database) as session:
            now_open = office_now(given, session)
        for piece in stage_import.chunks(made.moves):
            for planned, result in _chunk(database, now_open, piece, staff, spoken):
                if isinstance(result, Refused):
                    wrong.append(Wrong(planned.line, Fault.REFUSED, result.why, result.before, planned.to))
                    continue
                done["moved"] += result.change_id is not None
                done["told"] += result.told is not None
    typer.echo(f"{done['moved']} dipindahkan, {done['told']} pemilik dikabari.")
    _show_wrong(wrong, spoken)


def _chunk(
    database: Database, office: Office, piece: Sequence[Planned], staff: str, spoken: Catalogue
) -> list[tuple[Planned, Moved | Refused]]:
    """One transaction. Where another one held what we wanted, and we what it wanted, it is tried again."""
    with plainly():
        for left in range(TRIES - 1, -1, -1):
            try:
                with database.write() as connection, Session(connection, join_transaction_mode="create_savepoint") as s:
                    who = actor(s, staff)  # asked for again in each piece: an account may have been disabled since
                    result = stage_import.apply(s, who, piece, now=Clock().now(), office=office, texts=spoken)
                    s.commit()
                return result
            except sa.exc.OperationalError:
                if left == 0:
                    raise
                time.sleep(PAUSE)
    raise AssertionError("the last try returns or raises")
