"""`naikkelas facts`: what owners read only once the office vouches for it; confirmed, corrected, taken back."""

import datetime as dt
from typing import Annotated

import typer

import texts
from bot.cli_common import WRONG, As, AsJson, actor, fail, group, listed, office_now, settings, transaction
from bot.clock import Clock
from console import fact_words
from services import facts
from services.facts import Line, NotSaid
from services.office import Fact

facts_cli = group("Fakta program: biaya, lama, batas; tampil ke pemilik usaha sesudah dipastikan.")

COLUMNS = {
    "name": "NAMA", "value": "NILAI", "source": "SUMBER", "as_of": "PER", "confirmed": "DIPASTIKAN", "by": "OLEH",
}  # fmt: skip
Name = Annotated[str, typer.Argument(help="nama fakta dari naikkelas facts list")]


@facts_cli.command("list")
def list_(as_json: AsJson = False, named: As = "") -> None:
    """Semua fakta; yang belum tampil ke pemilik usaha lebih dulu."""
    given = settings()
    with transaction(given) as session:
        office = office_now(given, session)
        rows = [_row(line) for line in facts.listed(session, actor(session, named), office, texts.load().facts())]
    listed(rows, COLUMNS, as_json, "Belum ada fakta.")


@facts_cli.command()
def confirm(name: Name, named: As = "") -> None:
    """Pastikan: pemilik usaha membacanya. Cocokkan dulu dengan sumbernya."""
    _do("confirm", name, None, named)
    typer.echo("Dipastikan. Bot yang sedang berjalan memakainya dalam setengah menit.")


@facts_cli.command()
def withdraw(name: Name, named: As = "") -> None:
    """Jangan tampilkan lagi, sampai ada yang memastikannya."""
    _do("withdraw", name, None, named)
    typer.echo("Ditarik.")


@facts_cli.command()
def correct(
    name: Name,
    value: Annotated[str, typer.Option(help="nilainya, contoh Rp250.000")],
    source: Annotated[str, typer.Option(help="nama dan nomor surat, atau laman")],
    as_of: Annotated[str, typer.Option(help="sumber per tanggal ini, contoh 2027-01-04")],
    confirmed: Annotated[bool, typer.Option("--confirmed", help="sudah dicocokkan: tampilkan")] = False,
    named: As = "",
) -> None:
    """Betulkan nilai atau sumbernya; dengan --confirmed langsung tampil."""
    try:
        day = dt.date.fromisoformat(as_of)
    except ValueError:
        raise fail(f"--as-of {as_of} bukan tanggal; contoh 2027-01-04.", code=WRONG) from None
    _do("correct", name, Fact(value, source, day, confirmed), named)
    typer.echo("Tersimpan, dan tampil." if confirmed else "Tersimpan, dan belum tampil: pastikan dulu.")


def _do(act: str, name: str, wanted: Fact | None, named: str) -> None:
    given = settings()
    with transaction(given) as session:
        office, by = office_now(given, session), actor(session, named)
        fact = office.facts.get(name)
        seen, now = fact.entry if fact else 0, Clock().now()
        try:
            if wanted is not None:
                known = texts.load().facts()
                facts.correct(session, by, name, wanted, seen, known=known, office=office, now=now)
            elif act == "confirm":
                facts.confirm(session, by, name, seen, office=office, now=now)
            else:
                facts.withdraw(session, by, name, seen, office=office, now=now)
        except NotSaid as refused:
            raise fail(fact_words.REFUSALS[refused.why], "Tidak ada yang berubah.") from None


def _row(line: Line) -> dict[str, str]:
    fact = line.fact
    if fact is None:
        return dict.fromkeys(COLUMNS, "") | {"name": line.name, "confirmed": "belum"}
    return {
        "name": line.name, "value": fact.value, "source": fact.source, "as_of": fact.as_of.isoformat(),
        "confirmed": "ya" if fact.confirmed else "belum", "by": fact.by or "pengaturan",
    }  # fmt: skip
