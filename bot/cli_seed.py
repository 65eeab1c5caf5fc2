"""`naikkelas seed`: the programme of the settings, and invented people to try everything with."""

from typing import Annotated

import typer

from bot import app as program
from bot import demonstrating
from bot.cli_common import WRONG, fail, plainly
from bot.cli_common import settings as load_settings
from bot.clock import Clock
from bot.config import Settings
from services import demo

REAL = (
    "Basis data ini sudah mengenal orang atau akun sungguhan; data contoh tidak dicampur dengannya. Pakai basis data "
    "lain, misalnya NAIKKELAS_DATABASE__URL=sqlite:///var/contoh.db naikkelas seed."
)


def seed(
    people: Annotated[
        int, typer.Option("--people", min=0, max=demo.MOST, help="berapa orang contoh; 0: hanya programnya")
    ] = demo.PEOPLE,
    remove: Annotated[bool, typer.Option("--remove", help="hapus semua data contoh")] = False,
) -> None:
    """Isi basis data kosong dengan data contoh (orang, usaha, tiket, acara, akun rekaan), atau hapus lagi."""
    settings = load_settings()
    with plainly():
        if remove:
            typer.echo(_removed(demonstrating.remove(settings)))
            return
        if settings.programme is None:
            raise fail("Program belum diisi: tulis bagian programme di config.yaml dulu.", code=WRONG)
        program.prepare(settings)
        typer.echo(f"Program {settings.programme.code} sudah tertulis.")
        if people:
            _fill(settings, people)


def _fill(settings: Settings, people: int) -> None:
    try:
        filled = demonstrating.fill(settings, Clock(), people)
    except demo.RealPeople:
        raise fail(REAL) from None
    if filled is not None:
        typer.echo(_told(filled))


def _told(filled: demo.Filled) -> str:
    if not filled.new:
        return f"Data contoh sudah ada ({filled.people} orang); hapus dengan naikkelas seed --remove."
    return (
        f"{filled.people} orang contoh beserta usaha, tiket, acara, dan akun petugasnya sudah dibuat. Lihat: naikkelas "
        "applications list, tickets list, events list, staff list. Hapus lagi: naikkelas seed --remove."
    )


def _removed(people: int) -> str:
    if not people:
        return "Tidak ada data contoh di basis data ini."
    return f"{people} orang contoh dan semua yang menyangkut mereka sudah dihapus. Catatan audit tetap."
