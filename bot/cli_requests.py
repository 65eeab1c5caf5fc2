"""`naikkelas requests`: what people asked of their data and what is still owed to them, each within 3 x 24 hours."""

import datetime as dt
from typing import Annotated

import typer

import texts
from bot.cli_common import WRONG, As, AsJson, actor, fail, group, listed, settings, transaction
from bot.clock import Clock
from models import RequestKind, Session
from services import granting, requests
from services.office import Office
from services.requests import Asked
from services.staff import Actor

requests_cli = group("Permintaan data: lihat, perbaiki, tarik, hapus. Batasnya 3 × 24 jam.")

KINDS = {
    RequestKind.SEE: "lihat",
    RequestKind.CORRECT: "perbaiki",
    RequestKind.WITHDRAW: "tarik izin",
    RequestKind.DELETE: "hapus",
    RequestKind.TRAIL: "jejak",
}
COLUMNS = {
    "code": "Nomor", "kind": "Permintaan", "detail": "Tentang", "asked": "Diminta", "due": "Batas", "state": "Keadaan",
}  # fmt: skip


@requests_cli.command("list")
def list_command(
    everything: Annotated[bool, typer.Option("--all", help="juga yang sudah selesai")] = False,
    as_json: AsJson = False,
    staff: As = "",
) -> None:
    """Permintaan yang masih terbuka, yang paling mendesak dulu."""
    given = settings()
    now = Clock().now()
    with transaction(given) as session:
        found = requests.listed(session, actor(session, staff), everything=everything)
    rows = [_row(one, given.office_now(), now) for one in found]
    listed(rows, COLUMNS, as_json, "Tidak ada permintaan data yang terbuka.")


def _row(one: Asked, office: Office, now: dt.datetime) -> dict[str, str | None]:
    state = "terlambat" if one.is_late(now) else "terbuka" if one.done_at is None else "selesai"
    return {
        "code": one.code,
        "kind": KINDS[one.kind],
        "detail": one.detail,
        "asked": f"{one.asked_at.astimezone(office.zone):%Y-%m-%d %H.%M}",
        "due": f"{one.due_at.astimezone(office.zone):%Y-%m-%d %H.%M}",
        "state": state,
        "by": one.done_by,
    }


@requests_cli.command("close")
def close_command(
    code: Annotated[str, typer.Argument(help="nomor permintaan, contoh D-31")],
    apply: Annotated[bool, typer.Option("--apply", help="tuliskan nilai baru yang diminta")] = False,
    because: Annotated[str, typer.Option("--because", help="sebagian tidak dipenuhi, karena …")] = "",
    staff: As = "",
) -> None:
    """Tutup satu permintaan dan kabari orangnya."""
    given, number = settings(), requests.number_of(code)
    if number is None:
        raise fail(f"{code} bukan nomor permintaan; contohnya D-31.", code=WRONG)
    with transaction(given) as session:
        _close(session, actor(session, staff), given.office_now(), number, apply, because)
    typer.echo(f"Permintaan D-{number} selesai; orangnya dikabari.")


def _close(session: Session, by: Actor, office: Office, number: int, apply: bool, because: str) -> None:
    try:
        granting.close(
            session, by, number, apply=apply, because=because, texts=texts.load(), office=office, now=Clock().now()
        )
    except granting.CannotClose as cannot:
        raise fail(SENTENCES[cannot.why].format(code=f"D-{number}")) from None


SENTENCES = {
    granting.Why.UNKNOWN: "Tidak ada permintaan {code}.",
    granting.Why.DONE: "Permintaan {code} sudah selesai.",
    granting.Why.BY_ITSELF: "Penghapusan {code} selesai sendiri begitu pesan perpisahannya terkirim.",
    granting.Why.NOTHING_TO_APPLY: "Tidak ada nilai baru yang tersimpan untuk {code}; tutup tanpa --apply.",
    granting.Why.SAME_NIB: "NIB untuk {code} masih dipakai usaha lain di program yang sama; periksa dulu keduanya.",
}
