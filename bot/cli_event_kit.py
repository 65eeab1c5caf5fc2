"""`naikkelas events` before the day: links, invited people, places per kab/kota, the kit to invite with."""

import asyncio
import csv
from pathlib import Path
from typing import Annotated, Any

import typer

import texts
from bot import event_page
from bot.cli_common import As, AsJson, actor, fail, listed, regency_code, settings, transaction
from bot.cli_event_papers import papers_cli
from bot.cli_events import WHEN, Code, date_of, pairs, plainly, time_of
from bot.cli_staff import bot_name
from bot.clock import Clock
from bot.config import Settings
from models import Language
from services import regions
from services.contacts import listing
from services.contacts.reading import Asked
from services.events import arranging, invitees, inviting, kit, lists, seating, tickets
from services.events.invitees import Filter
from services.events.inviting import Invitee
from services.events.kit import Link, Ways
from services.sheet_files import SheetRefused

LINKS = {
    "code": "Kode", "kind": "Jenis", "name": "Nama", "arrived": "Datang", "signed_up": "Daftar", "attended": "Hadir",
    "url": "Tautan",
}  # fmt: skip

events_cli = papers_cli  # the same group, with these commands in it


@events_cli.command()
def links(
    code: Code,
    add: Annotated[list[str], typer.Option(help="tautan baru, contoh 'dinas:Dinas Lebak' atau 'grup:WA Baros'")] = [],  # noqa: B006
    every: Annotated[str, typer.Option(help="satu untuk setiap: kabupaten atau kecamatan")] = "",
    regency: Annotated[str, typer.Option(help="hanya kab/kota ini, contoh 36.02")] = "",
    as_json: AsJson = False,
    staff: As = "",
) -> None:
    """Tautan acara: berapa yang datang lewat masing-masing, mendaftar, dan hadir."""
    given, now = settings(), Clock().now()
    ways = _ways(given)
    with transaction(given) as session, plainly():
        by = actor(session, staff)
        wanted = [_wanted(one, _regency(regency)) for one in add] + _every(every, _regency(regency))
        if wanted:
            kit.add_all(session, by, code, wanted, now)
        rows = [_link(one) for one in kit.links(session, by, code, ways)[1]]
    listed(rows, LINKS, as_json, "Belum ada tautan. Contoh: --add 'dinas:Dinas Lebak'.")


def _regency(said: str) -> str | None:
    return regency_code(said) if said else None


def _wanted(said: str, regency: str | None) -> tuple[str, str, str | None]:
    kind, colon, name = said.partition(":")
    if not colon or not name.strip() or kind.strip() not in kit.KINDS:
        raise fail(f"Tautan ditulis jenis:nama, contoh 'dinas:Dinas Lebak'. Jenisnya {', '.join(kit.KINDS)}.")
    return kind.strip(), name.strip()[:100], regency


def _every(what: str, only: str | None) -> list[tuple[str, str, str | None]]:
    places = [one for one in regions.REGENCIES.values() if only is None or one.code == only]
    if what == "kabupaten":
        return [("dinas", f"Dinas {one.name}", one.code) for one in places]
    if what == "kecamatan":
        return [("kecamatan", f"{d.name}, {one.name}", one.code) for one in places for d in one.districts]
    if what:
        raise fail("--every: kabupaten atau kecamatan.")
    return []


def _ways(given: Settings) -> Ways:
    return event_page.ways(given, asyncio.run(bot_name(given)))


def _link(one: Link) -> dict[str, Any]:
    told = {name: getattr(one.traffic, name) for name in one.traffic.__slots__}
    return {**told, "url": one.url, "telegram": one.telegram, "whatsapp": one.whatsapp}


@events_cli.command("kit")
def kit_command(
    code: Code,
    folder: Annotated[Path, typer.Option(help="folder tujuan; dibuat kalau belum ada")],
    staff: As = "",
) -> None:
    """Perangkat undangan: naskah WhatsApp pendek dan panjang, dan satu QR untuk setiap tautan."""
    given, now, book = settings(), Clock().now(), texts.load()
    ways = _ways(given)
    with transaction(given) as session, plainly():
        by = actor(session, staff)
        event, found = kit.links(session, by, code, ways)
        addresses = [("semua", ways.best(event.code)), *((_file(one), one.url) for one in found)]
        kit.note_taken(session, by, event, now)
        folder.mkdir(parents=True, exist_ok=True)
        for name, address in addresses:
            (folder / f"qr-{name}.png").write_bytes(tickets.qr(address))
            for length, called in zip(kit.LENGTHS, ("pendek", "panjang"), strict=True):
                told = {"url": address, "verify_url": given.office.verify_url}
                said = kit.text(event, book, Language.ID, length, **told)
                (folder / f"undangan-{called}-{name}.txt").write_text(said + "\n", encoding="utf-8")
    with (folder / "tautan.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerows([list(LINKS.values()), *([_link(one)[key] for key in LINKS] for one in found)])
    typer.echo(f"{event.code}: {len(found) + 1} tautan, naskah dan QR di {folder}.")
    if not event.letter_number or not event.letter_date:
        typer.echo("Nomor dan tanggal surat belum diisi: naikkelas events change --letter --letter-date.")


def _file(one: Link) -> str:
    plain = "".join(c if c.isalnum() else "-" for c in one.traffic.name.casefold())
    return f"{one.traffic.code}-{plain}"[:60].rstrip("-")


@events_cli.command()
def invite(
    code: Code,
    file: Annotated[Path | None, typer.Option(help="xlsx atau csv dengan kolom Nama dan Nomor HP")] = None,
    regency: Annotated[str, typer.Option(help="usaha di kab/kota ini, contoh 36.02")] = "",
    district: Annotated[str, typer.Option(help="usaha di kecamatan ini, contoh 36.02.14")] = "",
    product: Annotated[str, typer.Option(help="jenis produk, contoh snack")] = "",
    without_certificate: Annotated[
        bool, typer.Option("--without-certificate", help="yang belum bersertifikat")
    ] = False,
    apply: Annotated[bool, typer.Option("--apply", help="tulis sungguhan; tanpa ini hanya dihitung")] = False,
    staff: As = "",
) -> None:
    """Undang dari sebuah berkas, atau usaha yang sudah kami kenal. Kursinya disimpan sampai tanggal undangan."""
    given, now = settings(), Clock().now()
    if file is None and not (regency or district or product or without_certificate):
        raise fail("Sebutkan --file, atau saringan: --regency, --district, --product, --without-certificate.")
    with transaction(given) as session, plainly():
        by = actor(session, staff)
        wanted = Filter(_regency(regency), district or None, product or None, without_certificate)
        people, wrong = _of_file(file) if file else (invitees.by_filter(session, by, wanted), [])
        if wrong:
            typer.echo(f"Tanpa nomor HP yang benar, tidak ikut: baris {', '.join(map(str, wrong))}.")
        if not apply:
            typer.echo(f"{len(people)} akan diundang. Tulis dengan --apply.")
            return
        new = inviting.invite(session, by, code, people, now=now)
        event = seating.find(session, code)
    typer.echo(f"{new} orang baru di daftar undangan {code.upper()}; {len(people) - new} sudah ada.")
    if not event.reserved:
        typer.echo("Belum ada kursi yang disimpan untuk mereka: naikkelas events change --reserved --reserved-until.")


def _of_file(file: Path) -> tuple[list[Invitee], list[int]]:
    try:
        found = list(invitees.of_list(listing.look(file).rows(Asked())))
    except (SheetRefused, OSError) as refused:
        raise fail(str(refused)) from None
    return [one for one in found if isinstance(one, Invitee)], [one for one in found if isinstance(one, int)]


@events_cli.command()
def shares(
    code: Code,
    share: Annotated[list[str], typer.Argument(help="jatah kabupaten/kota, contoh 36.02=5 36.04=10")] = [],  # noqa: B006
    none: Annotated[bool, typer.Option("--none", help="tanpa jatah")] = False,
    until: Annotated[str, typer.Option(help=f"sejak kapan jatah dibuka untuk semua, {WHEN}")] = "",
    staff: As = "",
) -> None:
    """Jatah tempat per kabupaten/kota; yang tidak disebut berbagi sisanya."""
    with transaction(settings()) as session, plainly():
        by, now = actor(session, staff), Clock().now()
        if share or none:
            arranging.set_shares(session, by, code, {} if none else pairs(share), now=now)
        if until:
            event = seating.find(session, code)
            arranging.change(session, by, code, {"regions_until": time_of(until, event.zone)}, now=now)
        event = lists.for_staff(session, by, code)
        rows = [
            {"regency": one.regency, "taken": one.taken, "capacity": one.capacity}
            for one in lists.shares(session, event.id)
        ]
    listed(rows, {"regency": "Kab/kota", "taken": "Terisi", "capacity": "Jatah"}, False, "Tanpa jatah per kab/kota.")


@events_cli.command()
def change(
    code: Code,
    title: Annotated[str | None, typer.Option(help="judul")] = None,
    letter: Annotated[str | None, typer.Option(help="nomor surat undangan")] = None,
    letter_date: Annotated[str | None, typer.Option(help="tanggal surat, 2026-11-20")] = None,
    bring: Annotated[str | None, typer.Option(help="yang perlu dibawa")] = None,
    audience: Annotated[str | None, typer.Option(help="untuk siapa")] = None,
    reserved: Annotated[int | None, typer.Option(help="tempat untuk yang diundang")] = None,
    reserved_until: Annotated[str | None, typer.Option(help=f"sampai kapan disimpan, {WHEN}")] = None,
    staff: As = "",
) -> None:
    """Ubah yang tidak perlu dikabarkan: judul, surat, bekal, tempat untuk undangan."""
    with transaction(settings()) as session, plainly():
        event = seating.find(session, code)
        told: dict[str, Any] = {
            "title": title, "letter_number": letter, "letter_date": date_of(letter_date), "bring": bring,
            "audience": audience, "reserved": reserved, "invited_until": time_of(reserved_until, event.zone),
        }  # fmt: skip
        given = {name: value for name, value in told.items() if value is not None}
        if not given:
            raise fail("Sebutkan yang diubah, contoh --letter '500.3/12/BPTSI/2026'.")
        arranging.change(session, actor(session, staff), code, given, now=Clock().now())
    typer.echo(f"{code.upper()} diubah.")
