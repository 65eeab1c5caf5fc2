"""`naikkelas contacts`: lists come in, looked at first; paper consent is confirmed by a second person; lists go out."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli_common import As, actor, fail, group, plainly, settings
from bot.cli_contacts_words import ERROR_COLUMNS, error_row, told
from bot.clock import Clock
from bot.database import Database, is_gone, open_database
from models import Session
from services.contacts import keeping, listing
from services.contacts.judging import Judge, Judged, pieces
from services.contacts.listing import Listing
from services.contacts.reading import Asked, Entry, Wrong
from services.sheet_files import Row, SheetRefused
from services.sheet_writing import Writer

contacts_cli = group("Kontak: daftar masuk, izin tertulis, dan daftar keluar.")

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
    database = open_database(given.database.url.get_secret_value())
    try:
        with _plainly():
            with Session(database.read_engine) as session:
                who = actor(session, named)
            found = listing.look(file, sheet or None)
            with _error_sheet(errors, found) as note:
                judge = Judge(who)
                if apply:
                    _take_in(database, judge, found, asked, source or file.name, note)
                else:
                    _look(database, judge, found, asked, note)
    finally:
        database.close()
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
    with _transaction(database) as session:
        list_id = keeping.begin(session, judge.actor, found, source, Clock().now())
    with _progress(found.file.lowest) as step:
        for piece in pieces(found.rows(asked)):
            _counted(judge, _piece(database, judge, list_id, piece), note, step)
    with _transaction(database) as session:
        keeping.finish(session, judge.actor, list_id, judge.tally, Clock().now())


def _piece(database: Database, judge: Judge, list_id: int, piece: Piece) -> list[Judged]:
    """One transaction. Where another one held what we wanted it is tried again: nothing of it is written yet."""
    for left in range(TRIES - 1, -1, -1):
        try:
            with _transaction(database) as session:
                judged = judge.judge(session, piece)
                keeping.keep(session, judge.actor, list_id, judged, Clock().now())
            return judged
        except sa.exc.DBAPIError as error:
            if left == 0 or not is_gone(error):
                raise
            time.sleep(PAUSE)
    raise AssertionError("the last try returns or raises")


@contextmanager
def _transaction(database: Database) -> Iterator[Session]:
    with database.write() as connection, Session(connection, join_transaction_mode="create_savepoint") as session:
        yield session
        session.commit()


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
