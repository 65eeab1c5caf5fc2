"""`naikkelas backup` and `restore`: everything into one file, and back."""

import datetime as dt
import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

import migrations
from bot import backup as taking
from bot import backup_file, restoring
from bot.backup_file import Index
from bot.cli_common import WRONG, fail, opened, plainly, session_on
from bot.cli_common import settings as load_settings
from bot.clock import Clock
from bot.database import Database
from bot.keys import FILE as KEY
from bot.locking import Lock
from services import audit
from services.staff import operator


def backup(
    to: Annotated[Path, typer.Argument(metavar="BERKAS", help="berkas baru, atau folder: namanya lalu dari waktunya")],
) -> None:
    """Simpan seluruh basis data ke satu berkas, juga selagi bot berjalan."""
    settings, now = load_settings(), Clock().now()
    path = to / f"naikkelas-{now:%Y%m%d-%H%M%S}.zip" if to.is_dir() else to
    with plainly(), opened(settings) as database, _in_words(path):
        kept = taking.take(database, path, now)
        _note(database, "backup.taken", kept, now)
    size = path.stat().st_size / 1_000_000
    typer.echo(f"Cadangan tersimpan: {path} ({kept.rows} baris dari {len(kept.tables)} tabel, {size:.1f} MB).")
    if settings.web.secret is None:
        typer.echo(f"Simpan juga {settings.data.dir / KEY}, di tempat lain: kunci itu tidak ada di dalam cadangan.")


def restore(
    path: Annotated[Path, typer.Argument(metavar="BERKAS", help="cadangan dari naikkelas backup")],
    replace: Annotated[bool, typer.Option("--replace", help="buang dulu isi basis data sekarang")] = False,
    moved: Annotated[
        bool, typer.Option("--moved", help="pindahan: bot tidak berjalan lagi sejak cadangan dibuat")
    ] = False,
) -> None:
    """Kembalikan cadangan ke basis data; bot harus berhenti dulu."""
    settings, now = load_settings(), Clock().now()
    os.umask(0o077)  # a file that is made now holds everybody's data
    with plainly(), opened(settings) as database, _alone(database), _in_words(path):
        done = restoring.restore(database, path, now, replace=replace, moved=moved)
        _note(database, "backup.restored", done.index, now)
    index = done.index
    typer.echo(
        f"Pulih: {index.rows} baris dari {len(index.tables)} tabel, keadaan {index.taken_at:%Y-%m-%d %H:%M} UTC."
    )
    if done.unsent:
        typer.echo(f"{done.unsent} pesan yang waktu itu menunggu tidak dikirim ulang: mungkin sudah sampai.")
    if not moved:
        typer.echo("Penghapusan data yang diminta sesudah waktu itu harus diulang: lihat catatan permintaan data.")


def _note(database: Database, act: str, index: Index, now: dt.datetime) -> None:
    """Everybody's data in one file, and a past that comes back, belong in the chain of what was done."""
    with session_on(database) as session:
        if migrations.current(session.connection()) != migrations.head():
            return  # a copy taken before an upgrade: its chain may not have begun
        subject = f"backup:{index.taken_at:%Y-%m-%dT%H:%M:%S}"
        audit.note(session, operator(getpass.getuser()), act, subject, after={"rows": index.rows}, now=now)


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """On SQLite a running server is kept out by its own lock."""
    lock = Lock(database.file).take() if database.file else None
    try:
        yield
    finally:
        if lock:
            lock.free()


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """What can go wrong with a backup, in a sentence."""
    try:
        yield
    except FileExistsError:
        raise fail(f"{path} sudah ada dan tidak ditimpa.", code=WRONG) from None
    except OSError as error:
        raise fail(f"{path}: {error.strerror or type(error).__name__}.") from None
    except taking.NoTables:
        raise fail("Basis data masih kosong: belum ada yang bisa dicadangkan.") from None
    except taking.Unsound as unsound:
        raise fail(f"Berkas SQLite rusak ({unsound}); cadangan tidak dibuat. Pakai cadangan terakhir.") from None
    except backup_file.TooNew as newer:
        raise fail(f"Cadangan ini dibuat versi program yang lebih baru ({newer}); perbarui program dulu.") from None
    except backup_file.Damaged as damaged:
        raise fail(f"{path} bukan cadangan yang utuh ({damaged}).") from None
    except restoring.NotEmpty:
        raise fail("Basis data tidak kosong. Pakai basis data kosong, atau --replace untuk membuang isinya.") from None
    except restoring.InUse:
        raise fail("Bot masih tersambung ke basis data ini: hentikan dulu.") from None
    except sa.exc.IntegrityError as error:
        raise fail(f"Isi cadangan tidak cocok ({type(error.orig).__name__}); tidak ada yang diubah.") from None
