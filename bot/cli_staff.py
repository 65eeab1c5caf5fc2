"""`naikkelas staff`: who works here, in which roles and for where, and the code that joins their Telegram."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from bot import consoled
from bot.channels.errors import PlatformError
from bot.cli_common import WRONG, As, AsJson, actor, fail, group, listed, regency_code, settings, sure, transaction
from bot.clock import Clock
from bot.config import Settings
from services import accounts, regions, signing_in, staff
from services.accounts import Account, Refused, Why
from services.office import Office

staff_cli = group("Akun petugas: peran, wilayah tugas, Telegram. Peran dan haknya: naikkelas staff roles.")

COLUMNS = {
    "name": "Akun", "display_name": "Nama", "roles": "Peran", "scope": "Wilayah", "telegram": "Telegram",
    "state": "Keadaan",
}  # fmt: skip
Name = Annotated[str, typer.Argument(metavar="NAMA", help="nama akun, contoh rina")]
Roles = Annotated[list[str], typer.Option("--role", help="peran; boleh beberapa kali. Daftarnya: staff roles")]
Places = Annotated[
    list[str], typer.Option("--kab", help="kab/kota tugas, contoh 36.04 atau 'kota serang'; boleh beberapa kali")
]
SENTENCES = {
    Why.UNKNOWN: "Tidak ada akun {about}: lihat naikkelas staff list.",
    Why.NAME: "Nama akun {about} tidak bisa dipakai: huruf kecil, angka, titik atau garis, 2 sampai 32, diawali huruf.",
    Why.DISPLAY: f"Nama petugas harus 1 sampai {accounts.LONGEST_DISPLAY} huruf, dan bukan kata yang dipakai sistem.",
    Why.TAKEN: "Nama akun {about} sudah dipakai atau disimpan untuk sistem.",
    Why.ROLE: "Peran {about} tidak ada; yang ada: {roles}.",
    Why.REGENCY: "Kab/kota {about} tidak dikenal.",
    Why.BEYOND: "Di luar wilayah tugas akun yang menjalankan perintah ini.",
    Why.YOURSELF: "Akun sendiri tidak bisa diubah; minta administrator lain.",
    Why.LAST: "{about} administrator terakhir: beri dulu peran administrator kepada akun lain.",
    Why.CHANGED: "Akun {about} diubah orang lain sementara ini; lihat lagi, lalu ulangi.",
    Why.DISABLED: "Akun {about} dinonaktifkan; aktifkan dulu dengan naikkelas staff enable.",
}


@contextmanager
def _plainly() -> Iterator[None]:
    """Why an account stays as it is, in a sentence."""
    try:
        yield
    except Refused as refused:
        raise fail(SENTENCES[refused.why].format(about=refused.about, roles=", ".join(staff.roles()))) from None


def _scope(said: list[str]) -> list[str] | None:
    return [regency_code(one) for one in said] or None


@staff_cli.command("add")
def add_command(
    name: Name,
    display: Annotated[str, typer.Option("--nama", help="nama yang dibaca pemilik usaha, contoh 'Rina Marlina'")],
    roles: Roles,
    where: Places = [],  # noqa: B006 -- typer copies it
    by: As = "",
) -> None:
    """Buat akun petugas. Tanpa --kab: seluruh Banten."""
    with transaction(settings()) as session, _plainly():
        accounts.add(
            session,
            actor(session, by),
            name=name,
            display_name=display,
            roles=roles,
            regencies=_scope(where),
            now=Clock().now(),
        )
    typer.echo(f"Akun {name.lower()} dibuat. Konsol: naikkelas staff password {name.lower()}")
    typer.echo(f"Sambungkan Telegram-nya: naikkelas staff link {name.lower()}")


@staff_cli.command("list")
def list_command(as_json: AsJson = False, by: As = "") -> None:
    """Semua akun petugas: peran, wilayah, Telegram; yang dinonaktifkan paling bawah."""
    given = settings()
    with transaction(given) as session:
        found = accounts.listed(session, actor(session, by))
    rows = [_row(one, given.office_now(), as_json) for one in found]
    listed(rows, COLUMNS, as_json, "Belum ada akun petugas: naikkelas staff add.")


def _row(one: Account, office: Office, as_json: bool) -> dict[str, Any]:
    scope = None if one.regencies is None else list(one.regencies)
    names = ", ".join(regions.REGENCIES[code].label for code in scope) if scope else "seluruh Banten"
    closed = office.local_day(one.disabled_at).isoformat() if one.disabled_at else None
    return {
        "name": one.name,
        "display_name": one.display_name,
        "roles": list(one.roles) if as_json else ", ".join(one.roles),
        "scope": scope if as_json else names,
        "telegram": one.linked if as_json else "tersambung" if one.linked else None,
        "state": closed if as_json else f"nonaktif sejak {closed}" if closed else "aktif",
    }


@staff_cli.command("roles")
def roles_command(as_json: AsJson = False) -> None:
    """Peran dan hak masing-masing."""
    rows = [{"role": role, "rights": ", ".join(sorted(rights))} for role, rights in staff.roles().items()]
    listed(rows, {"role": "Peran", "rights": "Hak"}, as_json, "-")


@staff_cli.command("role")
def role_command(name: Name, roles: Roles, by: As = "") -> None:
    """Ganti peran akun; yang tidak disebut dicabut."""
    with transaction(settings()) as session, _plainly():
        accounts.set_roles(session, actor(session, by), name, roles, Clock().now())
    typer.echo(f"Peran {name.lower()} sekarang: {', '.join(sorted(set(roles)))}.")


@staff_cli.command("scope")
def scope_command(
    name: Name,
    where: Places = [],  # noqa: B006 -- typer copies it
    everywhere: Annotated[bool, typer.Option("--all", help="seluruh Banten")] = False,
    by: As = "",
) -> None:
    """Ganti wilayah tugas akun."""
    if bool(where) == everywhere:
        raise fail("Sebutkan --kab (boleh beberapa kali), atau --all untuk seluruh Banten.", code=WRONG)
    scope = _scope(where)
    with transaction(settings()) as session, _plainly():
        accounts.set_scope(session, actor(session, by), name, scope, Clock().now())
    names = ", ".join(regions.REGENCIES[code].name for code in scope or ())
    typer.echo(f"Wilayah {name.lower()} sekarang: {names or 'seluruh Banten'}.")


@staff_cli.command("disable")
def disable_command(
    name: Name, yes: Annotated[bool, typer.Option("--yes", help="tanpa bertanya lagi")] = False, by: As = ""
) -> None:
    """Nonaktifkan akun: semua haknya berhenti saat itu juga, Telegram-nya dilepas."""
    if not yes and not sure(f"Nonaktifkan {name.lower()}?"):
        raise fail("Tidak jadi; tidak ada yang berubah.")
    with transaction(settings()) as session, _plainly():
        accounts.disable(session, actor(session, by), name, Clock().now())
    typer.echo(f"Akun {name.lower()} dinonaktifkan.")


@staff_cli.command("enable")
def enable_command(name: Name, by: As = "") -> None:
    """Aktifkan lagi akun yang dinonaktifkan; Telegram-nya disambungkan ulang."""
    with transaction(settings()) as session, _plainly():
        opened = accounts.enable(session, actor(session, by), name, Clock().now())
    if not opened:
        typer.echo(f"Akun {name.lower()} memang sedang aktif.")
        return
    typer.echo(f"Akun {name.lower()} aktif lagi. Sambungkan Telegram-nya: naikkelas staff link {name.lower()}")


@staff_cli.command("link")
def link_command(name: Name, by: As = "") -> None:
    """Kode sekali pakai, 15 menit, untuk menyambungkan Telegram petugas."""
    given, code = settings(), secrets.token_urlsafe(16)
    with transaction(given) as session, _plainly():
        accounts.link_code(session, actor(session, by), name, code=code, now=Clock().now())
    typer.echo(f"Berikan kepada {name.lower()} sendiri, jangan lewat grup. Berlaku 15 menit, sekali pakai:")
    bot = asyncio.run(bot_name(given))
    where = f"https://t.me/{bot}" if bot else None
    typer.echo(f"  {where}?start=staf_{code}" if where else f"  kirim ke bot, di chat pribadi: /start staf_{code}")


@staff_cli.command("password")
def password_command(name: Name, by: As = "") -> None:
    """Tautan sekali pakai, 24 jam, untuk memilih kata sandi konsol dan memasang kode HP."""
    given, code = settings(), secrets.token_urlsafe(16)
    with transaction(given) as session, _plainly():
        signing_in.password_code(session, actor(session, by), name, code=code, now=Clock().now())
    typer.echo(f"Berikan kepada {name.lower()} sendiri, jangan lewat grup. Berlaku 24 jam, sekali pakai:")
    typer.echo(f"  {consoled.where(given)}mulai/{code}")


async def bot_name(given: Settings) -> str | None:
    """What Telegram calls the bot (`t.me/NAMA`); None without a token or without Telegram."""
    from bot.app import borrowed

    async with borrowed(given) as made:
        try:
            me = await made.telegram.me() if made.telegram else None
        except PlatformError:
            me = None
    return str(me["username"]) if me else None
