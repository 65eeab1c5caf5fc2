"""`naikkelas contacts`: lists come in, looked at first; paper consent is confirmed by a second person; lists go out."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

import texts
from bot.cli_common import (
    WRONG,
    As,
    AsJson,
    actor,
    fail,
    group,
    listed,
    opened,
    plainly,
    regency_code,
    session_on,
    settings,
    transaction,
)
from bot.cli_contacts_words import (
    CLAIM_COLUMNS,
    ERROR_COLUMNS,
    EXPORT_COLUMNS,
    LINE_COLUMNS,
    WHY,
    error_row,
    export_row,
    export_titles,
    told,
)
from bot.clock import Clock
from bot.database import Database, is_gone
from models import Session, Stage
from services import staff, stage_import
from services.contacts import exporting, keeping, listing, papers
from services.contacts.exporting import Wanted
from services.contacts.judging import Judge, Judged, pieces
from services.contacts.listing import Listing
from services.contacts.papers import Why
from services.contacts.reading import Asked, Entry, Wrong
from services.office import Office
from services.sheet_files import Row, SheetRefused
from services.sheet_writing import Writer
from services.staff import Right
from texts import Catalogue

contacts_cli = group("Kontak: daftar masuk, izin tertulis, dan daftar keluar.")
consent_cli = group("Izin tertulis: yang diakui sebuah daftar, dipastikan petugas lain dengan kertasnya di tangan.")
contacts_cli.add_typer(consent_cli, name="consent")

TRIES, PAUSE = 3, 0.2  # of one transaction whose rows another one had; seconds between two
Piece = Sequence[tuple[Row, Entry | Wrong]]


@contacts_cli.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="xlsx atau csv; kolom Nama, dan Nomor HP, Nama Usaha, atau Kab/Kota")],
    apply: Annotated[bool, typer.Option("--apply", help="tulis sungguhan; tanpa ini hanya dilihat")] = False,
    sheet: Annotated[str, typer.Option(help="nama lembar; kosong: lembar pertama yang berjudul kolom")] = "",
    source: Annotated[str, typer.Option(help="dari mana daftar ini, contoh 'Disperindag Kab. Lebak 2024'")] = "",
    attendance: Annotated[
        str, typer.Option("--as-attendance", help="daftar hadir sebuah acara, contoh 'Sosialisasi Halal 15 Mei 2025'")
    ] = "",
    document: Annotated[str, typer.Option(help="nomor dokumen izin tertulis bagi baris yang mengakuinya")] = "",
    errors: Annotated[Path | None, typer.Option(help="tulis baris yang ditolak atau meragukan ke xlsx ini")] = None,
    named: As = "",
) -> None:
    """Masukkan daftar kontak. Tanpa --apply tidak ada yang ditulis. Impor bukan izin: tanpa izin hanya dihitung."""
    given = settings()
    asked = Asked(attendance.strip() or None, document.strip() or None)
    with _plainly(), opened(given) as database:
        with Session(database.read_engine) as session:
            who = actor(session, named)
        found = listing.look(file, sheet or None)
        with _error_sheet(errors, found) as note:
            judge = Judge(who)
            if apply:
                _take_in(database, judge, found, asked, source or file.name, note)
            else:
                _look(database, judge, found, asked, note)
    for line in told(found, judge, applied=apply, errors=errors):
        typer.echo(line)


@contextmanager
def _plainly() -> Iterator[None]:
    with plainly():
        try:
            yield
        except SheetRefused as refused:
            raise fail(str(refused)) from None
        except OSError as error:
            raise fail(f"Berkas tidak bisa dibaca atau ditulis: {error.strerror or error}.") from None


# --- looking, and doing


def _look(
    database: Database, judge: Judge, found: Listing, asked: Asked, note: Callable[[Sequence[Judged]], None]
) -> None:
    with _progress(found.file.lowest) as step:
        for piece in pieces(found.rows(asked)):
            with Session(database.read_engine) as session:
                judged = judge.judge(session, piece)
            _counted(judge, judged, note, step)


def _take_in(
    database: Database,
    judge: Judge,
    found: Listing,
    asked: Asked,
    source: str,
    note: Callable[[Sequence[Judged]], None],
) -> None:
    with session_on(database) as session:
        list_id = keeping.begin(session, judge.actor, found, source, Clock().now())
    with _progress(found.file.lowest) as step:
        for piece in pieces(found.rows(asked)):
            _counted(judge, _piece(database, judge, list_id, piece), note, step)
    with session_on(database) as session:
        keeping.finish(session, judge.actor, list_id, judge.tally, Clock().now())


def _piece(database: Database, judge: Judge, list_id: int, piece: Piece) -> list[Judged]:
    """One transaction. Where another one held what we wanted it is tried again: nothing of it is written yet."""
    for left in range(TRIES - 1, -1, -1):
        try:
            with session_on(database) as session:
                judged = judge.judge(session, piece)
                keeping.keep(session, judge.actor, list_id, judged, Clock().now())
            return judged
        except sa.exc.DBAPIError as error:
            if left == 0 or not is_gone(error):
                raise
            time.sleep(PAUSE)
    raise AssertionError("the last try returns or raises")


def _counted(
    judge: Judge, judged: Sequence[Judged], note: Callable[[Sequence[Judged]], None], step: Callable[[int], None]
) -> None:
    judge.accept(judged)
    note(judged)
    step(len(judged))


@contextmanager
def _progress(rows: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("Membaca"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=rows)
        yield lambda count: progress.advance(task, count)


@contextmanager
def _error_sheet(path: Path | None, found: Listing) -> Iterator[Callable[[Sequence[Judged]], None]]:
    """What is wrong with each row, beside the row itself: corrected there, the sheet can be brought again."""
    if path is None:
        yield lambda judged: None
        return
    with ExitStack() as stack:
        writer = stack.enter_context(Writer(path, "Periksa", (), ERROR_COLUMNS))

        def note(judged: Sequence[Judged]) -> None:
            for one in judged:
                if one.fault or one.doubts:
                    writer.row(error_row(one, found.heading))

        yield note


# --- consent on paper


@consent_cli.command("list")
def consent_list(
    document: Annotated[str, typer.Option(help="tampilkan orang-orang pada dokumen ini, untuk dicocokkan")] = "",
    named: As = "",
    as_json: AsJson = False,
) -> None:
    """Dokumen yang diakui dan belum dipastikan, yang paling lama dulu."""
    with transaction(settings()) as session:
        who = actor(session, named)
        if document:
            found = papers.lines(session, who, document, Clock().now())
            rows: list[dict[str, Any]] = [
                {"id": o.id, "name": o.name, "business": o.business, "phone": o.phone} for o in found
            ]
        else:
            rows = [
                {
                    "reference": o.reference,
                    "file": o.file,
                    "by": o.brought_by,
                    "count": o.count,
                    "since": o.since and o.since.date().isoformat(),
                }
                for o in papers.claims(session, who)
            ]
    listed(rows, LINE_COLUMNS if document else CLAIM_COLUMNS, as_json, "Tidak ada izin tertulis yang menunggu.")


Document = Annotated[str, typer.Argument(help="nomor dokumen, seperti di 'consent list'")]
Only = Annotated[int | None, typer.Option("--contact", help="hanya kontak bernomor ini")]


@consent_cli.command("confirm")
def consent_confirm(document: Document, only: Only = None, named: As = "") -> None:
    """Pastikan: kertasnya ada dan ditandatangani. Bukan oleh yang membawa daftarnya."""
    typer.echo(f"{_decided(document, only, named, confirmed=True)} kontak dipastikan berizin.")


@consent_cli.command("refuse")
def consent_refuse(document: Document, only: Only = None, named: As = "") -> None:
    """Tolak: kertasnya tidak ada, atau isinya lain. Kontaknya hanya dihitung."""
    typer.echo(f"{_decided(document, only, named, confirmed=False)} pengakuan izin ditolak.")


def _decided(document: str, only: int | None, named: str, *, confirmed: bool) -> int:
    with transaction(settings()) as session:
        who = actor(session, named)
        done = papers.decide(session, who, document, Clock().now(), confirmed=confirmed, contact_id=only)
        if isinstance(done, Why):
            raise fail(WHY[done])
    return done


# --- lists go out


@contacts_cli.command("export")
def export_command(
    file: Annotated[Path, typer.Argument(help="xlsx baru, contoh daftar.xlsx")],
    regency: Annotated[str, typer.Option(help="hanya kab/kota ini, contoh 36.04 atau 'kota serang'")] = "",
    stage: Annotated[str, typer.Option(help="hanya pengajuan di tahap ini, contoh DIAJUKAN")] = "",
    named: As = "",
) -> None:
    """Tulis daftar usaha dan kontak ke xlsx, dengan kepala surat. Dicatat di audit."""
    given, spoken = settings(), texts.load()
    if file.exists():
        raise fail(f"Berkas {file} sudah ada; pilih nama lain.", code=WRONG)
    wanted = Wanted(regency_code(regency) if regency else None, _stage(stage, spoken))
    with _plainly(), opened(given) as database:
        count = _export(database, file, wanted, named, given.office_now(), spoken)
    typer.echo(f"{count} baris ditulis ke {file}. Berkas ini berisi data pribadi: simpan dan kirim dengan hati-hati.")


def _export(database: Database, file: Path, wanted: Wanted, named: str, office: Office, spoken: Catalogue) -> int:
    """The file appears only after it is written down that it went out."""
    now = Clock().now()
    with Session(database.read_engine) as session:
        who = actor(session, named)
        staff.demand(who, Right.EXPORT, wanted.regency)
        titles = export_titles(wanted, who, office, now, spoken)
        with Writer(file, "Daftar", titles, EXPORT_COLUMNS) as writer:
            for line in exporting.lines(session, who, wanted):
                writer.row(export_row(writer.count + 1, line, spoken))
            session.rollback()
            with session_on(database) as writing:
                exporting.note(writing, who, wanted, writer.count, now)
    return writer.count


def _stage(said: str, spoken: Catalogue) -> Stage | None:
    found = stage_import.stage_names(spoken).get(stage_import.plain(said)) if said else None
    if said and found is None:
        raise fail(f"Tahap {said} tidak dikenal; pilihannya: {', '.join(one.value for one in Stage)}.", code=WRONG)
    return found
