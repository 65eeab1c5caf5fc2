"""`naikkelas events` on the day itself: links for the door, and noting by hand who came."""

import json
import secrets
from dataclasses import asdict
from typing import Annotated

import typer

from bot.cli_common import As, AsJson, actor, fail, listed, settings, transaction
from bot.cli_events import Code, events_cli, plainly
from bot.clock import Clock
from console.door import BASE
from console.door.said import sentence
from models import Event, EventDoor, EventState
from services.events import after, attending, doors, roster, seating
from services.events.attending import Came, Tap
from services.events.roster import Guest
from services.events.rules import zone_of

DOORS = {"id": "No", "name": "Pintu", "made_by": "Dibuat oleh", "made": "Dibuat", "state": "Keadaan"}
SAID = {
    "very": "sangat", "ok": "cukup", "not": "kurang", "yes": "sudah", "partly": "sebagian", "no": "belum",
}  # fmt: skip
GUESTS = {"digits": "Kode", "name": "Nama", "business": "Usaha", "regency": "Kab/kota", "at": "Hadir"}

day_cli = events_cli  # the same group, with these commands in it


@events_cli.command()
def door(
    code: Code,
    name: Annotated[str, typer.Option(help="nama pintu, tampil di halamannya")] = "Pintu",
    revoke: Annotated[int, typer.Option(help="cabut tautan nomor ini", min=0)] = 0,
    revoke_all: Annotated[bool, typer.Option("--revoke-all", help="cabut semua tautan acara ini")] = False,
    show: Annotated[bool, typer.Option("--list", help="lihat tautan yang ada")] = False,
    as_json: AsJson = False,
    staff: As = "",
) -> None:
    """Buat tautan pintu: dibuka di HP mana pun pada hari acara untuk mencatat kehadiran, tanpa kata sandi."""
    given, now = settings(), Clock().now()
    with transaction(given) as session, plainly():
        by = actor(session, staff)
        if revoke or revoke_all:
            gone = doors.revoke(session, by, code, None if revoke_all else revoke, now)
            typer.echo(f"Tautan dicabut: {gone}.")
            return
        if show:
            event, rows = doors.of_event(session, by, code)
            listed([_door(event, row) for row in rows], DOORS, as_json, "Belum ada tautan pintu.")
            return
        if not given.web.public_url:
            raise fail("web.public_url belum diisi: tautan pintu perlu alamat yang terbuka untuk umum.")
        token = doors.MARK + secrets.token_urlsafe(24)
        row = doors.make(session, by, code, name, token=token, now=now)
        event = seating.find(session, code)
        url = f"{given.web.public_url.rstrip('/')}{BASE}/{token}"
    until = attending.ends(event).astimezone(zone_of(event.zone))
    if as_json:
        listed([{"id": row.id, "name": row.name, "url": url, "until": until.isoformat()}], DOORS, True, "")
        return
    typer.echo(
        f"{row.name} untuk {event.code} (nomor {row.id}), berlaku pada hari acara sampai {until:%d-%m-%Y %H.%M}:"
    )
    typer.echo(url)
    typer.echo("Hanya tampil sekali ini. Siapa pun yang punya tautan ini bisa mencatat kehadiran: bagikan seperlunya.")


def _door(event: Event, row: EventDoor) -> dict[str, object]:
    made = row.made_at.astimezone(zone_of(event.zone))
    state = "dicabut" if row.revoked_at else "batal" if event.state is EventState.CANCELLED else "berlaku"
    return {"id": row.id, "name": row.name, "made_by": row.made_by, "made": f"{made:%d-%m-%Y %H.%M}", "state": state}


@events_cli.command()
def checkin(
    code: Code,
    who: Annotated[str, typer.Argument(help="4 angka (kode hadir atau akhir nomor HP), atau nama")],
    stand_in: Annotated[str, typer.Option("--stand-in", help="siapa yang datang mewakili")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="urungkan")] = False,
    staff: As = "",
) -> None:
    """Catat satu orang hadir; kalau lebih dari satu yang cocok, ditampilkan dulu."""
    now = Clock().now()
    with transaction(settings()) as session, plainly():
        by, event = actor(session, staff), seating.find(session, code)
        people = roster.expected(session, by, event.id)
        found = roster.by_digits(people, who) or roster.by_name(people, who)
        if len(found) != 1:
            listed([_guest(event, guest) for guest in found], GUESTS, False, "Tidak ada yang cocok.")
            raise fail("Sebutkan lebih lengkap: harus tepat satu yang cocok.")
        if undo:
            done = attending.undo(session, by, event.id, found[0].id, now)
        else:
            done = attending.check_in(session, by, event.id, found[0].id, Tap(now, stand_in=stand_in or None), now)
        typer.echo(sentence(done))
        if done.what not in (Came.NOTED, Came.ALREADY, Came.UNDONE):
            raise typer.Exit(1)


def _guest(event: Event, guest: Guest) -> dict[str, object]:
    came = guest.attended_at.astimezone(zone_of(event.zone)) if guest.attended_at else None
    shown = {key: getattr(guest, key) for key in ("digits", "name", "business", "regency")}
    return {**shown, "at": f"{came:%H.%M}" if came else None}


@events_cli.command()
def feedback(code: Code, as_json: AsJson = False, staff: As = "") -> None:
    """Pendapat peserta, tanpa nama. Dicatat bahwa dibaca."""
    with transaction(settings()) as session, plainly():
        found = after.opinion(session, actor(session, staff), code, Clock().now())
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        return
    typer.echo(f"Ditanya {found.asked}, menjawab {found.answered}.")
    for asked, told in (("Bermanfaat", found.useful), ("Langkah berikutnya jelas", found.clear)):
        typer.echo(f"{asked}: " + (", ".join(f"{SAID[one]} {count}" for one, count in told.items()) or "-"))
    for words in found.words:
        typer.echo(f"- {words}")
