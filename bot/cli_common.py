"""What every command shares: the settings, one transaction, who is at the keyboard, and faults in plain sentences."""

import getpass
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import sqlalchemy as sa
import typer

from bot.channels.base import OutcomeKind
from bot.channels.errors import PlatformError
from bot.config import Settings, WrongSettings
from bot.config_load import load
from bot.database import Database, open_database
from bot.demonstrating import DemoRefused
from bot.locking import AlreadyRunning
from models import Session
from services import calendar_entries, facts, regions, staff
from services.office import Office
from services.programmes import QuotaBelowTaken
from services.staff import Actor, Forbidden, Via

NO_ARGUMENTS = {"no_args_is_help": True, "add_completion": False, "pretty_exceptions_enable": False}
MISSING = ("42P01", "42703")  # PostgreSQL's undefined table and undefined column
YES = ("ya", "y", "iya", "yes")
WRONG, FAILED = 2, 1  # exit codes: the settings are wrong; the command could not do it

AsJson = Annotated[bool, typer.Option("--json", help="tulis sebagai JSON")]
As = Annotated[
    str,
    typer.Option("--as", metavar="NAMA", envvar="NAIKKELAS_STAFF", help="akun petugas; kosong: operator di server ini"),
]


def group(about: str) -> typer.Typer:
    """A group of commands (`naikkelas requests …`)."""
    return typer.Typer(help=about, **NO_ARGUMENTS)  # type: ignore[arg-type]


def fail(*sentences: str, code: int = FAILED) -> typer.Exit:
    """Say it plainly; no traceback."""
    for sentence in sentences:
        typer.echo(sentence, err=True)
    return typer.Exit(code)


def settings() -> Settings:
    """The settings, or an end with every fault in them."""
    try:
        return load()
    except WrongSettings as wrong:
        raise fail("Pengaturan belum benar:", *(f"- {fault}" for fault in wrong.faults), code=WRONG) from None


@contextmanager
def plainly() -> Iterator[None]:
    """What can go wrong outside us, in a sentence."""
    try:
        yield
    except Forbidden as forbidden:
        raise fail(refusal(forbidden)) from None
    except (AlreadyRunning, DemoRefused) as refused:
        raise fail(str(refused)) from None
    except QuotaBelowTaken as below:
        where = f" ({below.regency})" if below.regency else ""
        raise fail(
            f"programme.quota{where} adalah {below.quota}, padahal {below.taken} tempat sudah diberikan.", code=WRONG
        ) from None
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.ProgrammingError) as error:
        if is_behind(error):
            raise fail("Basis data masih kosong atau belum mutakhir: jalankan naikkelas db upgrade.") from None
        if isinstance(error, sa.exc.ProgrammingError):
            raise
        raise fail("Basis data tidak dapat dihubungi: periksa database.url.") from None
    except PlatformError as error:
        raise fail(platform_fault(error)) from None


def platform_fault(error: PlatformError) -> str:
    """What Telegram or Twilio would not do, and where to look."""
    if error.kind is OutcomeKind.MISCONFIGURED:
        return "Telegram atau Twilio menolak token kami; naikkelas check menyebut yang mana."
    told = error.outcome.reason or error.kind.value
    return f"Telegram atau Twilio tidak dapat dihubungi atau menolak ({told}). Coba lagi nanti."


def is_behind(error: sa.exc.DBAPIError) -> bool:
    """Whether a table or a column is missing: the database was never brought to this release."""
    return (
        getattr(error.orig, "sqlstate", None) in MISSING
        or "no such table" in str(error.orig)
        or ("no such column" in str(error.orig))
    )


def sure(question: str) -> bool:
    """Ask whoever is at the keyboard. Only a yes is one; Enter alone changes nothing."""
    said = typer.prompt(f"{question} [ya/tidak]", default="tidak", show_default=False)
    return str(said).strip().casefold() in YES


@contextmanager
def transaction(given: Settings) -> Iterator[Session]:
    """One transaction on the database of the settings: committed at the end, unless something failed."""
    with plainly(), opened(given) as database, session_on(database) as session:
        yield session


@contextmanager
def opened(given: Settings) -> Iterator[Database]:
    """The database of the settings, for commands of several transactions."""
    database = open_database(given.database.url.get_secret_value())
    try:
        yield database
    finally:
        database.close()


@contextmanager
def session_on(database: Database) -> Iterator[Session]:
    """One transaction on a database: committed at the end, unless something failed."""
    how = {"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
    with database.write() as connection, Session(connection, **how) as session:  # type: ignore[arg-type]
        yield session
        session.commit()


def refusal(forbidden: Forbidden) -> str:
    """Why not, in a sentence."""
    if forbidden.outside:
        return "Tidak boleh: ini di luar kabupaten/kota tugas akun itu."
    return f"Tidak boleh: akun itu tidak punya hak '{forbidden.right.value}'."


def office_now(given: Settings, session: Session) -> Office:
    """The office with the days, periods and facts that staff have set."""
    return facts.joined(session, calendar_entries.joined(session, given.office_now()))


def actor(session: Session, named: str) -> Actor:
    """Who gives the command: the account of that name, else whoever is signed in to the machine, as the operator.

    The machine's login is written down with what an account does here, too.
    """
    login = getpass.getuser()
    request = f"{login}/{secrets.token_hex(4)}"[-64:]
    if not named.strip():
        return staff.operator(login, request)
    account = staff.named(session, named)
    if account is None or account.disabled_at is not None:
        why = "tidak ada" if account is None else "dinonaktifkan"
        raise fail(f"Akun petugas {named} {why}: lihat naikkelas staff list.", code=WRONG)
    return staff.actor_of(account, Via.COMMAND, request)


def regency_code(said: str) -> str:
    """The code of a kab/kota as somebody types it, or an end with the choices."""
    if said in regions.REGENCIES:
        return said
    match = regions.find_regency(said)
    if match.exact is None:
        names = ", ".join(f"{one.code} {one.name}" for one in regions.REGENCIES.values())
        raise fail(f"Kab/kota {said} tidak dikenal; pilihannya: {names}.", code=WRONG)
    return match.exact.code


def listed(rows: Sequence[dict[str, Any]], columns: dict[str, str], as_json: bool, nothing: str) -> None:
    """A list, for eyes or for programs. `columns`: key → heading."""
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, default=str, indent=2))
        return
    if not rows:
        typer.echo(nothing)
        return
    cells = [[str(row.get(key) if row.get(key) is not None else "-") for key in columns] for row in rows]
    widths = [max(len(line[n]) for line in [list(columns.values()), *cells]) for n in range(len(columns))]
    for line in [list(columns.values()), *cells]:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
