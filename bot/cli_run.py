"""`naikkelas run`: the server. Of all commands only this one runs for months, so it loads none of the others."""

import socket
from typing import Annotated

import typer

from bot import app as program
from bot import consoled, demonstrating, logs
from bot.cli_common import NO_ARGUMENTS, WRONG, fail, plainly
from bot.cli_common import settings as load_settings
from bot.cli_speaking import Root
from bot.clock import Clock
from bot.config import Settings
from bot.serving import run
from bot.simulated import address
from services.demo import PEOPLE
from simulator.settings import BASE

cli = typer.Typer(cls=Root, **NO_ARGUMENTS)  # type: ignore[arg-type]


@cli.callback()
def naikkelas() -> None:
    """So that `run` stays a word to be typed, though nothing else is beside it."""


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
