"""`naikkelas audit`: who did what, and whether anybody has touched what was written."""

import datetime as dt
import json
from typing import Annotated, Any

import typer

from bot import anchoring
from bot.anchoring import AnchorSpoiled
from bot.cli_common import WRONG, As, AsJson, actor, fail, group, listed, settings, transaction
from bot.clock import Clock
from models import AuditEntry
from services import auditing, sheets
from services.auditing import Fault
from services.office import Office

audit_cli = group("Catatan audit: siapa melakukan apa, dan apakah catatannya masih utuh.")

VIAS = {"command": "baris perintah", "chat": "Telegram", "console": "konsol", "door": "pintu acara", "program": "bot"}
COLUMNS = {
    "id": "No", "at": "Waktu", "actor": "Siapa", "via": "Dari", "act": "Apa", "subject": "Tentang", "before": "Sebelum",
    "after": "Sesudah",
}  # fmt: skip
FAULTS = {
    Fault.CHANGED: "Catatan nomor {at} diubah: isinya tidak cocok lagi dengan sidiknya.",
    Fault.MISSING: "Catatan nomor {at} hilang: diambil dari tengah.",
    Fault.BROKEN: "Catatan nomor {at} tidak menyambung dengan yang sebelumnya.",
    Fault.CUT: "Catatan mulai nomor {at} hilang: ekornya dipotong.",
    Fault.FRONT: "Catatan sebelum nomor {at} hilang, padahal rantainya tidak mencatat bahwa waktunya sudah lewat.",
    Fault.ANCHOR: "Catatan nomor {at} bukan yang pernah disaksikan berkas jangkar (var/audit.anchor).",
}


@audit_cli.command("verify")
def verify_command(by: As = "") -> None:
    """Periksa seluruh rantai, dari catatan pertama sampai terakhir."""
    given = settings()
    try:
        anchor = anchoring.read(given)
    except AnchorSpoiled:
        raise fail("Berkas jangkar (audit.anchor) rusak atau bukan buatan kantor ini.") from None
    with transaction(given) as session:
        found = auditing.verify(session, actor(session, by), anchor, now=Clock().now())
        if found.broken is None:
            anchoring.drop(given, session)
    if found.broken is not None:
        raise fail(FAULTS[found.broken.fault].format(at=found.broken.at))
    seen = f"dan disaksikan sampai nomor {anchor.count}" if anchor else "dan mulai disaksikan dari sekarang"
    typer.echo(f"Utuh: nomor {found.first} sampai {found.count} {seen}.")


@audit_cli.command("show")
def show_command(
    who: Annotated[str, typer.Option("--who", help="hanya akun ini")] = "",
    act: Annotated[str, typer.Option("--act", help="awal perbuatan, contoh application.")] = "",
    subject: Annotated[str, typer.Option("--subject", help="awal yang dikenai, contoh ticket:T-12")] = "",
    since: Annotated[str, typer.Option("--since", help="sejak tanggal ini, contoh 2026-11-24")] = "",
    limit: Annotated[int, typer.Option(help="paling banyak sekian baris", min=1)] = 100,
    as_json: AsJson = False,
    by: As = "",
) -> None:
    """Catatan terbaru dulu; data pribadi di dalamnya sudah disamarkan."""
    given, day = settings(), sheets.day(since) if since else None
    if since and day is None:
        raise fail(f"{since} bukan tanggal; contohnya 2026-11-24.", code=WRONG)
    office = given.office_now()
    begun = dt.datetime.combine(day, dt.time(), office.zone) if day else None
    with transaction(given) as session:
        found = auditing.shown(
            session,
            actor(session, by),
            who=who,
            act=act,
            subject=subject,
            since=begun,
            limit=limit,
            now=Clock().now(),
        )
        rows = [_row(entry, office, as_json) for entry in found]
    listed(rows, COLUMNS, as_json, "Belum ada catatan yang cocok.")


def _row(entry: AuditEntry, office: Office, as_json: bool) -> dict[str, Any]:
    local = entry.at.astimezone(office.zone)
    row = {"id": entry.id, "actor": entry.actor, "via": entry.via, "act": entry.act, "subject": entry.subject}
    if as_json:
        return {**row, "at": local.isoformat(), "request": entry.request, "before": entry.before, "after": entry.after}
    told = {"before": _short(entry.before), "after": _short(entry.after), "via": VIAS.get(entry.via, entry.via)}
    return {**row, "at": f"{local:%Y-%m-%d %H.%M.%S}", **told}


def _short(values: dict[str, Any] | None) -> str | None:
    return "; ".join(f"{name}: {_plain(value)}" for name, value in values.items()) if values else None


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
