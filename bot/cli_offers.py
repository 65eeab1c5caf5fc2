"""`naikkelas offers`: places on offer, whom to call because no answer came, and an offer at once."""

import datetime as dt
from typing import Annotated, Any

import typer

import texts
from bot.cli_common import As, AsJson, actor, fail, group, listed, office_now, settings, transaction
from bot.clock import Clock
from models import OfferState
from services import offering, offers
from services.offers import Line, Unknown
from services.office import Office

offers_cli = group("Tawaran tempat dari daftar tunggu.")

COLUMNS = {
    "id": "Tawaran", "code": "Kode", "number": "Nomor", "business": "Usaha", "owner": "Pemilik", "phone": "Telepon",
    "state": "Keadaan", "deadline": "Batas", "called": "Ditelepon",
}  # fmt: skip
STATES = {
    OfferState.OPEN: "menunggu jawaban", OfferState.TAKEN: "diambil", OfferState.SKIPPED: "dilewati",
    OfferState.EXPIRED: "tidak dijawab", OfferState.VOID: "batal",
}  # fmt: skip
NOTHING = "Tidak ada tawaran."
NOBODY = "Tidak ada yang perlu ditelepon."


@offers_cli.command("list")
def list_command(
    to_call: Annotated[bool, typer.Option("--to-call", help="yang perlu ditelepon, yang terlama dulu")] = False,
    as_json: AsJson = False,
    staff: As = "",
) -> None:
    """Tawaran, yang terbaru dulu."""
    given = settings()
    with transaction(given) as session:
        found = offers.lines(session, actor(session, staff), now=Clock().now(), to_call=to_call)
    rows = [_row(line, given.office_now()) for line in found]
    listed(rows, COLUMNS, as_json, NOBODY if to_call else NOTHING)


@offers_cli.command()
def called(
    which: Annotated[str, typer.Argument(help="kode (K7), nomor pendampingan (BTN-…), atau nomor tawaran")],
    still: Annotated[bool, typer.Option("--still", help="pemilik masih mau: ditawari lagi begitu ada tempat")] = False,
    staff: As = "",
) -> None:
    """Catat bahwa pemilik sudah ditelepon."""
    with transaction(settings()) as session:
        try:
            line = offers.called(session, actor(session, staff), which, now=Clock().now(), still=still)
        except Unknown as unknown:
            raise _unknown(unknown) from None
    wish = ", masih mau" if line.still else ""
    typer.echo(f"{line.number} ({line.business}) sudah ditelepon{wish}.")


@offers_cli.command("offer-now")
def offer_now(
    number: Annotated[str, typer.Argument(help="nomor pendampingan, contoh BTN-2026-004312")], staff: As = ""
) -> None:
    """Tawarkan sekarang juga, kalau ada tempat dan memang gilirannya; yang pernah melewati tidak menunggu lagi."""
    given, now = settings(), Clock().now()
    with transaction(given) as session:
        try:
            offer = offering.now(session, actor(session, staff), number, texts.load(), office_now(given, session), now)
        except Unknown as unknown:
            raise _unknown(unknown) from None
    if offer is None:
        typer.echo("Dicatat. Belum ada tempat kosong untuk gilirannya, atau sekarang bukan jam 08.00-20.00.")
        return
    typer.echo(f"Ditawarkan: kode {offer.code}, dijawab sebelum {_when(offer.deadline, given.office_now())} WIB.")


def _unknown(unknown: Unknown) -> typer.Exit:
    if unknown.several:
        return fail(f"{unknown} dipakai beberapa orang; sebutkan nomornya: {', '.join(unknown.several)}.")
    return fail(f"Tidak ada tawaran {unknown}: lihat naikkelas offers list.")


def _row(line: Line, office: Office) -> dict[str, Any]:
    when = _when(line.called_at, office) if line.called_at else None
    return {
        "id": line.id,
        "code": line.code,
        "number": line.number,
        "business": line.business,
        "owner": line.owner,
        "phone": line.phone,
        "regency": line.regency,
        "programme": line.programme,
        "state": STATES[line.state] if line.told else f"{STATES[line.state]} (tidak terjangkau)",
        "offered": _when(line.offered_at, office),
        "deadline": _when(line.deadline, office),
        "called": f"{when} {line.called_by}" if when else None,
        "still": line.still,
    }


def _when(moment: dt.datetime, office: Office) -> str:
    return f"{moment.astimezone(office.zone):%Y-%m-%d %H.%M}"
