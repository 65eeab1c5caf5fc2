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
from bot import app as program
from bot import logs
from bot.checking import findings
from bot.cli_applications import applications_cli
from bot.cli_audit import audit_cli
from bot.cli_backup import backup, restore
from bot.cli_broadcast import broadcast_cli
from bot.cli_calendar import calendar_cli
from bot.cli_common import FAILED, NO_ARGUMENTS, fail, plainly
from bot.cli_common import settings as load_settings
from bot.cli_contacts import contacts_cli
from bot.cli_event_kit import events_cli
from bot.cli_facts import facts_cli
from bot.cli_offers import offers_cli
from bot.cli_people import people_cli
from bot.cli_programme import programme_cli
from bot.cli_requests import requests_cli
from bot.cli_run import run_command
from bot.cli_seed import seed
from bot.cli_speaking import Root
from bot.cli_staff import staff_cli
from bot.cli_tickets import questions_cli, tickets_cli
from bot.cli_whatsapp import whatsapp_cli
from bot.clock import Clock
from bot.config import Settings
from bot.database import open_database
from bot.locking import Lock
from bot.serving import Built, build
from bot.simulated import address
from models import Channel
from simulator import terminal
from simulator.terminal import NoPhone

cli = typer.Typer(cls=Root, help="Naik Kelas: bot Telegram dan WhatsApp untuk usaha kecil.", **NO_ARGUMENTS)  # type: ignore[arg-type]
database_cli = typer.Typer(help="Basis data: bawa ke bentuk terbaru.", **NO_ARGUMENTS)  # type: ignore[arg-type]
cli.add_typer(database_cli, name="db")
cli.add_typer(applications_cli, name="applications")
cli.add_typer(calendar_cli, name="calendar")
cli.add_typer(contacts_cli, name="contacts")
cli.add_typer(events_cli, name="events")
cli.add_typer(broadcast_cli, name="broadcast")
cli.add_typer(programme_cli, name="programme")
cli.add_typer(facts_cli, name="facts")
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
cli.command("run")(run_command)


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
    return terminal.main(where, channel.value, sys.stdin, sys.stdout, language)


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
        typer.echo(f"{finding.mark} {finding.says}")
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
