"""`naikkelas events`: what is printed and filed: the list to be signed, the poster, the certificates."""

import datetime as dt
import secrets
from pathlib import Path
from typing import Annotated

import typer

import texts
from bot import event_page
from bot.cli_common import As, actor, fail, office_now, settings, transaction
from bot.cli_event_day import day_cli
from bot.cli_events import WHEN, Code, plainly, time_of
from bot.clock import Clock
from bot.config import Settings
from models import Event, Language, Session
from services.events import attendance, certifying, giving, lists, poster, roster, seating, sources
from services.events.kit import NoWay
from services.events.rules import zone_of

papers_cli = day_cli  # the same group, with these commands in it


def _written(path: Path, content: bytes) -> None:
    """A file for us alone, whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.touch(mode=0o600)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise fail(f"{path} tidak dapat ditulis: {error.strerror}.") from None
    typer.echo(f"Ditulis: {path}")


@papers_cli.command("attendance")
def attendance_command(
    code: Code,
    xlsx: Annotated[Path | None, typer.Option(help="berkas Excel yang ditulis")] = None,
    pdf: Annotated[Path | None, typer.Option(help="berkas PDF yang ditulis, siap ditandatangani")] = None,
    staff: As = "",
) -> None:
    """Daftar hadir dengan kop dan kolom tanda tangan. Dicatat sebagai ekspor data."""
    given, now = settings(), Clock().now()
    letterhead = given.office_now().letterhead
    if xlsx is None and pdf is None:
        raise fail("Sebutkan --xlsx BERKAS, --pdf BERKAS, atau keduanya.")
    with transaction(given) as session, plainly():
        event, guests = roster.sheet(session, actor(session, staff), code, now)
        came = sum(1 for guest in guests if guest.attended_at)
        if xlsx is not None:
            try:
                attendance.as_sheet(xlsx, event, guests, letterhead)
            except OSError as error:
                raise fail(f"{xlsx} tidak dapat ditulis: {error.strerror}.") from None
            typer.echo(f"Ditulis: {xlsx}")
        if pdf is not None:
            _written(pdf, attendance.as_paper(event, guests, letterhead))
    typer.echo(f"{event.code}: {len(guests)} orang di daftar, {came} hadir.")


@papers_cli.command()
def certificates(
    code: Code,
    at: Annotated[str | None, typer.Option(help=f"diterbitkan mulai, {WHEN}; kosong: sekarang")] = None,
    pdf: Annotated[Path | None, typer.Option(help="tulis semua sertifikat yang sudah terbit ke berkas PDF ini")] = None,
    staff: As = "",
) -> None:
    """Terbitkan sertifikat untuk yang hadir dan kirim ke chat mereka; boleh sebelum acara, jalan sendiri sesudahnya."""
    given, now = settings(), Clock().now()
    with transaction(given) as session, plainly():
        by = actor(session, staff)
        if pdf is None:
            event = giving.certify_from(session, by, code, _moment(session, code, at, now), now=now)
            _certify(session, given, event, now)
            return
        rows = certifying.sheet(session, by, code, now)
        if not rows:
            raise fail("Belum ada sertifikat yang terbit.")
        office = given.office_now()
        _written(pdf, certifying.paper(rows, office.letterhead, texts.load(), given.web.public_url or ""))
    typer.echo(f"{len(rows)} sertifikat.")


def _moment(session: Session, code: str, said: str | None, now: dt.datetime) -> dt.datetime:
    return time_of(said, seating.find(session, code).zone) or now


def _certify(session: Session, given: Settings, event: Event, now: dt.datetime) -> None:
    """What is due already goes out at once, as far as the hour allows; the rest by itself."""
    given_out, office = 0, office_now(given, session)
    while some := giving.sweep(session, texts.load(), office, lambda: secrets.token_urlsafe(24), now):
        given_out += some
    at = max(event.certificates_at or now, event.ends_at).astimezone(zone_of(event.zone))
    typer.echo(f"Sertifikat {event.code} untuk yang hadir terbit mulai {at:%d-%m-%Y %H.%M}, pada jam kirim kantor.")
    if given_out:
        typer.echo(f"Sudah ditulis ke kotak kirim atau diterbitkan: {given_out}.")


@papers_cli.command()
def materials(
    code: Code,
    url: Annotated[str | None, typer.Option(help="tautan materi, diawali https://")] = None,
    file: Annotated[Path | None, typer.Option(help="berkas PDF atau PPTX, sampai 10 MB; disimpan 90 hari")] = None,
    staff: As = "",
) -> None:
    """Materi acara: dikabarkan ke yang hadir sesudah acara selesai. Diganti: dikabarkan lagi."""
    if (url is None) == (file is None):
        raise fail("Sebutkan --url TAUTAN atau --file BERKAS.")
    now = Clock().now()
    with transaction(settings()) as session, plainly():
        by = actor(session, staff)
        try:
            if file is not None:
                giving.keep_materials(session, by, code, file.name, file.read_bytes(), now=now)
            else:
                giving.set_materials(session, by, code, url or "", now=now)
        except OSError as error:
            raise fail(f"{file} tidak dapat dibaca: {error.strerror}.") from None
        except ValueError:
            raise fail("Tautan harus diawali https://; berkas harus PDF atau PPTX, paling besar 10 MB.") from None
    typer.echo(f"Materi {code.upper()} dicatat. Yang hadir dikabari sesudah acara selesai.")


@papers_cli.command("poster")
def poster_command(
    code: Code,
    link: Annotated[str, typer.Option(help="kode tautan (contoh A1), atau alamat lengkap; kosong: tautan umum")] = "",
    pdf: Annotated[Path | None, typer.Option(help="berkas PDF A4 yang ditulis")] = None,
    png: Annotated[Path | None, typer.Option(help="berkas gambar PNG yang ditulis")] = None,
    language: Annotated[Language, typer.Option(help="bahasa poster")] = Language.ID,
    staff: As = "",
) -> None:
    """Poster dengan kode QR, siap dicetak (PDF) atau dikirim ke grup (PNG)."""
    if pdf is None and png is None:
        raise fail("Sebutkan --pdf BERKAS, --png BERKAS, atau keduanya.")
    given = settings()
    with transaction(given) as session, plainly():
        event = lists.for_staff(session, actor(session, staff), code)
        url = link if link.startswith("https://") else _way_in(session, given, event, link.strip().upper())
    office = given.office_now()
    told = {"verify_url": office.verify_url, "language": language}
    content = poster.as_pdf(event, url, office.letterhead, texts.load(), **told)  # type: ignore[arg-type]
    if pdf is not None:
        _written(pdf, content)
    if png is not None:
        _written(png, poster.as_png(content))
    typer.echo(f"QR menuju {url}")


def _way_in(session: Session, given: Settings, event: Event, source: str) -> str:
    """The event's public page, or WhatsApp; by a link that this event has, or nobody would be counted."""
    if source and source not in [one.code for one in sources.traffic(session, event.id)]:
        raise fail(f"{event.code} tidak punya tautan {source}: lihat naikkelas events show {event.code}.")
    try:
        return event_page.ways(given, None).best(event.code, source)
    except NoWay:
        fault = "Isi web.public_url atau whatsapp.sender, atau sebutkan --link dengan alamat lengkap (https://)."
        raise fail(fault) from None
