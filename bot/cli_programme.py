"""`naikkelas programme`: a programme as it is, changed, places moved, a new one made; what follows is said first."""

from collections.abc import Sequence
from typing import Annotated

import typer

from bot.cli_common import As, AsJson, actor, fail, group, listed, office_now, regency_code, settings, sure, transaction
from bot.clock import Clock
from bot.config import Settings
from console import programme_form, programme_words, wording
from console.programme_form import Mistyped
from models import Session
from services import overview, programme_changes, programme_making, succession
from services.programme_changes import Foreseen
from services.programme_making import Begun
from services.programme_rules import NotChanged, Why
from services.staff import Actor

programme_cli = group("Program: tanggal, jalur, dan kuota; memindahkan tempat antar kab/kota; membuat program baru.")

Code = Annotated[str, typer.Argument(help="kode program; kosong: yang menerima pendaftaran")]
Sure = Annotated[bool, typer.Option("--yes", help="jangan tanya lagi sesudah menyebut akibatnya")]
COLUMNS = {
    "regency": "KAB/KOTA", "quota": "KUOTA", "taken": "TERISI", "left": "KOSONG", "waiting": "MENUNGGU",
    "issued": "TERBIT",
}  # fmt: skip


@programme_cli.command()
def show(code: Code = "", as_json: AsJson = False, named: As = "") -> None:
    """Ketentuan program, dan tempat per kab/kota."""
    given = settings()
    with transaction(given) as session:
        by = actor(session, named)
        code = code or _receiving(given, session)
        seen = _seen(session, by, code)
        standing = overview.standing(session, by, code)
    if not as_json:
        it, day = seen.now, programme_words.day
        typer.echo(f"{it.name} ({seen.code}), {'dibuka' if seen.open else 'tutup'}")
        typer.echo(f"{day(it.opens_at)} sampai {day(it.closes_at, before=True)}; sumber {it.source}, {day(it.as_of)}")
        typer.echo(f"{seen.taken} dari {it.quota} tempat terisi, {seen.elsewhere} di antaranya lewat jalur lain.")
    rows = [
        {
            "regency": wording.regency(one.regency), "quota": "bersama" if one.quota is None else one.quota,
            "taken": one.taken, "left": "" if one.left is None else one.left, "waiting": one.waiting,
            "issued": one.issued,
        }
        for one in (standing.shares if standing else ())
    ]  # fmt: skip
    listed(rows, COLUMNS, as_json, "Belum ada angka.")


@programme_cli.command()
def change(
    code: Code = "",
    quota: Annotated[str, typer.Option(help="kuota seluruh Banten")] = "",
    kab: Annotated[list[str], typer.Option(help="kuota satu kab/kota, contoh lebak=500; lebak= mencabutnya")] = [],  # noqa: B006
    opens: Annotated[str, typer.Option(help="dibuka mulai, contoh 2027-01-04; atau sekarang")] = "",
    closes: Annotated[str, typer.Option(help="sampai dengan tanggal ini; atau sekarang")] = "",
    scheme: Annotated[list[str], typer.Option(help="jalur yang mendapat tempat: self_declare, reguler")] = [],  # noqa: B006
    source: Annotated[str, typer.Option(help="sumber kuota, contoh 'SK Kepala Dinas 7/2027'")] = "",
    as_of: Annotated[str, typer.Option(help="sumber per tanggal ini")] = "",
    yes: Sure = False,
    named: As = "",
) -> None:
    """Ubah tanggal, jalur, atau kuota; tidak bisa di bawah yang terisi."""
    shares = dict(_share(one) for one in kab)
    said = {"kuota": quota, "buka": opens, "tutup": closes, "sumber": source, "per": as_of}
    _change(code, {key: value for key, value in said.items() if value} | shares, scheme, yes, named)


@programme_cli.command()
def move(
    count: Annotated[int, typer.Argument(help="banyaknya tempat")],
    origin: Annotated[str, typer.Option("--from", help="dari kab/kota ini")],
    target: Annotated[str, typer.Option("--to", help="ke kab/kota ini")],
    code: Annotated[str, typer.Option("--programme", help="kode program; kosong: yang menerima pendaftaran")] = "",
    yes: Sure = False,
    named: As = "",
) -> None:
    """Pindahkan tempat dari satu kab/kota ke yang lain."""
    places = {"dari": regency_code(origin), "ke": regency_code(target), "banyak": str(count)}
    _change(code, places, [], yes, named)


def _change(code: str, form: dict[str, str], schemes: list[str], yes: bool, named: str) -> None:
    """Say what it would do, ask, and do it to the programme that was looked at."""
    given, now = settings(), Clock().now()
    try:
        with transaction(given) as session:
            by = actor(session, named)
            code = code or _receiving(given, session)
            seen = _seen(session, by, code)
            many = {"jalur": schemes or seen.now.accepts}
            told = form if "dari" in form else {"sumber": seen.now.source, **form}
            wanted = programme_form.read(told, many, seen.now, now)
            foreseen = programme_changes.foreseen(session, by, code, wanted, now)
            if foreseen.short:
                raise NotChanged(Why.BELOW, foreseen.short)
        _say(foreseen)
        if not yes and not sure("Simpan?"):
            raise fail("Tidak ada yang berubah.")
        with transaction(given) as session:
            programme_changes.change(session, actor(session, named), code, wanted, seen.version, now=now)
    except (Mistyped, NotChanged) as refused:
        raise fail(*_refusal(refused), "Tidak ada yang berubah.") from None
    typer.echo("Program diubah.")


@programme_cli.command()
def create(
    code: Annotated[str, typer.Argument(help="kode program baru, contoh BANTEN-2027")],
    opens: Annotated[str, typer.Option(help="dibuka mulai, contoh 2027-01-04")],
    closes: Annotated[str, typer.Option(help="sampai dengan tanggal ini")],
    source: Annotated[str, typer.Option(help="sumber kuota, contoh 'SK Kepala Dinas 7/2027'")],
    as_of: Annotated[str, typer.Option(help="sumber per tanggal ini")],
    name: Annotated[str, typer.Option(help="nama program; kosong: seperti program terakhir")] = "",
    quota: Annotated[str, typer.Option(help="kuota seluruh Banten; kosong: seperti program terakhir")] = "",
    kab: Annotated[
        list[str], typer.Option(help="kuota satu kab/kota, contoh lebak=500; lebak= tanpa kuota sendiri")
    ] = [],  # noqa: B006
    scheme: Annotated[list[str], typer.Option(help="jalur yang mendapat tempat: self_declare, reguler")] = [],  # noqa: B006
    yes: Sure = False,
    named: As = "",
) -> None:
    """Buat program baru dari salinan yang terakhir; mulai hari bukanya ia menerima pendaftaran."""
    said = {"nama": name, "kuota": quota, **dict(_share(one) for one in kab)}
    said = {key: value for key, value in said.items() if value or key.startswith("kuota_")}
    typed = {"kode": code, "buka": opens, "tutup": closes, "sumber": source, "per": as_of, **said}
    given, now = settings(), Clock().now()
    try:
        with transaction(given) as session:
            by = actor(session, named)
            last = programme_making.last(session, by, now)
            ways = scheme or (last.now.accepts if last else [])
            form = {**programme_form.copied(last.now if last else None), **typed}
            code, wanted = programme_form.read_new(form, {"jalur": ways}, now)
            it = programme_making.foreseen(session, by, code, wanted, office=office_now(given, session), now=now)
        _say_begun(it)
        if not yes and not sure("Buat?"):
            raise fail("Tidak ada yang dibuat.")
        with transaction(given) as session:
            programme_making.create(session, actor(session, named), code, wanted, it.seen, now=now)
    except (Mistyped, NotChanged) as refused:
        raise fail(*_refusal(refused), "Tidak ada yang dibuat.") from None
    typer.echo(f"Program {code} dibuat.")


def _say_begun(it: Begun) -> None:
    for name, what in programme_words.terms(it.wanted):
        typer.echo(f"{name}: {what}")
    for sentence in programme_words.begun(it, Clock().now()):
        typer.echo(f"- {sentence}")


def _refusal(refused: Mistyped | NotChanged) -> Sequence[str]:
    return refused.said if isinstance(refused, Mistyped) else programme_words.refusal(refused)


def _receiving(given: Settings, session: Session) -> str:
    return succession.receiving(session, office_now(given, session), Clock().now())


def _seen(session: Session, by: Actor, code: str) -> programme_changes.Seen:
    try:
        return programme_changes.seen(session, by, code, Clock().now())
    except NotChanged as refused:
        raise fail(*programme_words.refusal(refused)) from None


def _say(foreseen: Foreseen) -> None:
    for name, was, will in programme_words.differences(foreseen.before.now, foreseen.wanted):
        typer.echo(f"{name}: {was} → {will}")
    for sentence in programme_words.consequences(foreseen):
        typer.echo(f"- {sentence}")


def _share(said: str) -> tuple[str, str]:
    name, _, count = said.partition("=")
    return f"kuota_{regency_code(name)}", count.strip()
