"""The commands: `naikkelas run`, `chat`, `check`, `seed`, `db upgrade`, `whatsapp templates sync`; the rest by name."""

import asyncio
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

import migrations
import simulator.terminal
from bot import app as program
from bot import consoled, demonstrating, logs
from bot.checking import findings
from bot.cli_applications import applications_cli
from bot.cli_audit import audit_cli
from bot.cli_backup import backup, restore
from bot.cli_broadcast import broadcast_cli
from bot.cli_calendar import calendar_cli
from bot.cli_common import FAILED, NO_ARGUMENTS, WRONG, fail, plainly
from bot.cli_common import settings as load_settings
from bot.cli_contacts import contacts_cli
from bot.cli_event_kit import events_cli
from bot.cli_offers import offers_cli
from bot.cli_people import people_cli
from bot.cli_requests import requests_cli
from bot.cli_seed import seed
from bot.cli_speaking import Root
from bot.cli_staff import staff_cli
from bot.cli_tickets import questions_cli, tickets_cli
from bot.cli_whatsapp import whatsapp_cli
from bot.clock import Clock
from bot.config import Settings
from bot.database import open_database
from bot.locking import Lock
from bot.serving import Built, build, run
from bot.simulated import address
from models import Channel
from services.demo import PEOPLE
from simulator.settings import BASE
from simulator.terminal import NoPhone

cli = typer.Typer(cls=Root, help="Naik Kelas: bot Telegram dan WhatsApp untuk usaha kecil.", **NO_ARGUMENTS)  # type: ignore[arg-type]
database_cli = typer.Typer(help="Basis data: bawa ke bentuk terbaru.", **NO_ARGUMENTS)  # type: ignore[arg-type]
cli.add_typer(database_cli, name="db")
cli.add_typer(applications_cli, name="applications")
cli.add_typer(calendar_cli, name="calendar")
cli.add_typer(contacts_cli, name="contacts")
cli.add_typer(events_cli, name="events")
cli.add_typer(broadcast_cli, name="broadcast")
cli.add_typer(offers_cli, name="offers")
cli.add_typer(people_cli, name="people")
cli.add_typer(requests_cli, name="requests")
cli.add_typer(audit_cli, name="audit")
cli.add_typer(staff_cli, name="staff")
cli.add_typer(tickets_cli, name="tickets")
cli.add_typer(questions_cli, name="questions")
cli.add_typer(whatsapp_cli, name="whatsapp")
cli.command()(backup)
cli.command()(restore)
cli.command()(seed)


@cli.command("run")
def run_command(
    role: Annotated[str, typer.Option(help="bagian yang dijalankan: all (semua), web, worker, scheduler")] = "all",
    demo: Annotated[
        bool, typer.Option("--demo", help="isi basis data yang masih kosong dengan data contoh (hanya HP percobaan)")
    ] = False,
) -> None:
    """Jalankan bot."""
    settings = load_settings()
    if role not in program.ROLES:
        raise fail(f"--role {role} tidak dikenal; pilihannya: {', '.join(program.ROLES)}.", code=WRONG)
    if role != "all" and settings.database.url.get_secret_value().startswith("sqlite"):
        raise fail("SQLite hanya untuk satu proses (--role all). Untuk beberapa proses, pakai PostgreSQL.", code=WRONG)
    if role != "all" and settings.simulated:
        raise fail("HP percobaan hanya untuk --role all; isi token Telegram atau Twilio dulu.", code=WRONG)
    port = settings.web.port_of(role)
    if port is not None and not _free(settings.web.host, port):
        name = "web.port" if role in ("web", "all") else "web.health_port"
        raise fail(f"Port {port} sudah dipakai program lain: ganti {name}.")
    logs.set_up()
    with plainly():
        if demo and settings.simulated and settings.programme:
            typer.echo("Menyiapkan data contoh …")
            demonstrating.fill(settings, Clock(), PEOPLE, only_if_fresh=True)
        run(settings, role=role, started=lambda: _greet(settings, role))


def _free(host: str, port: int) -> bool:
    """Whether the port can be had: uvicorn would only say so after everything else has started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _greet(settings: Settings, role: str) -> None:
    if settings.simulated:
        typer.echo(f"\n  Naik Kelas berjalan. Buka HP percobaan: {address(settings)}{BASE}")
        typer.echo(f"  Konsol petugas: {consoled.where(settings)}")
        typer.echo(f"    nama akun {consoled.DEMO}, kata sandi {consoled.demo_password(settings)}")
        typer.echo("    (kata sandi yang sama untuk akun contoh lain: naikkelas staff list)")
        typer.echo("  Berhenti: Ctrl-C\n")
        return
    served = [name for name, on in (("Telegram", settings.telegram.token), ("WhatsApp", settings.whatsapp.begun)) if on]
    typer.echo(f"\n  Naik Kelas berjalan ({role}): {' dan '.join(served)}.")
    if role in ("web", "all"):
        typer.echo(f"  Konsol petugas: {consoled.where(settings)}")
    typer.echo("  Berhenti: Ctrl-C\n")


@cli.command()
def chat(
    channel: Annotated[Channel, typer.Option(help="aplikasi yang ditiru")] = Channel.TELEGRAM,
    language: Annotated[str, typer.Option(help="bahasa telepon: id atau en")] = "id",
) -> None:
    """Mengobrol dengan bot dari terminal; masukan boleh dialirkan."""
    settings = load_settings()
    if not settings.simulated:
        raise fail("HP percobaan mati karena ada token sungguhan; kosongkan dulu atau pakai pengaturan lain.")
    with plainly():
        try:
            raise typer.Exit(_talk(address(settings), channel, language))
        except NoPhone:
            with _own_program(settings) as here:
                raise typer.Exit(_talk(here, channel, language)) from None


def _talk(where: str, channel: Channel, language: str) -> int:
    return simulator.terminal.main(where, channel.value, sys.stdin, sys.stdout, language)


@contextmanager
def _own_program(settings: Settings) -> Iterator[str]:
    """Nothing is running yet: run it here, on any free port, for as long as the chat lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    web = settings.web.model_copy(update={"host": "127.0.0.1", "port": port})
    settings = settings.model_copy(update={"web": web})
    database = open_database(settings.database.url.get_secret_value())
    lock = Lock(database.file).take() if database.file else None
    database.close()
    logs.set_up(level=100)  # the terminal is the person's
    program.prepare(settings)
    built = build(settings)
    started = threading.Event()
    thread = threading.Thread(target=_serve, args=(built, started), daemon=True)
    thread.start()
    started.wait(30)
    try:
        yield address(settings)
    finally:
        built.stop()
        thread.join(15)
        if lock:
            lock.free()


def _serve(built: Built, started: threading.Event) -> None:
    asyncio.run(built.serve(started.set))


@cli.command()
def check() -> None:
    """Periksa pengaturan, basis data, teks, aturan, dan saluran."""
    settings = load_settings()
    found = asyncio.run(findings(settings, Clock()))
    for finding in found:
        typer.echo(f"{'✓' if finding.good else '✗'} {finding.says}")
    if not all(finding.good for finding in found):
        raise typer.Exit(FAILED)


@database_cli.command()
def upgrade() -> None:
    """Bawa basis data ke bentuk terbaru."""
    settings = load_settings()
    database = open_database(settings.database.url.get_secret_value())
    with plainly():
        migrations.upgrade(database.write_engine)
    database.close()
    typer.echo("Basis data sudah mutakhir.")


def main() -> None:
    """The `naikkelas` command."""
    cli()
