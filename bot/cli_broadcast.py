"""`naikkelas broadcast`: staff write an announcement, look at it, have it approved, watch it go, and stop it."""

import asyncio
import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import texts
from bot import app as program
from bot import reconciling
from bot.cli_broadcast_words import as_dict, attached, broken, drafted, lines, previewed
from bot.cli_common import As, AsJson, actor, fail, group, listed, office_now, opened, plainly, regency_code, settings
from bot.cli_common import transaction as one_transaction
from bot.clock import Clock
from bot.config import Settings
from bot.reconciling import Reconciled
from models import Broadcast, BroadcastState, Channel, Language, Session
from services.broadcasts import approving, attaching, drafting, fates, inviting, running, saying
from services.broadcasts.audience import Audience, AudienceRefused, in_words
from services.broadcasts.drafting import Draft, DraftRefused
from services.broadcasts.fates import Progress
from services.broadcasts.running import BroadcastRefused
from services.calendar import JAKARTA
from services.events.rules import EventRefused

broadcast_cli = group("Siaran: pengumuman kepada banyak orang, masing-masing sekali.")

Number = Annotated[str, typer.Argument(metavar="SIARAN", help="nomor siaran, contoh S-12")]
WHEN = "contoh '2026-12-10 09:00' (WIB)"
MOST_READ = 64_000_000  # bytes: more than any platform takes
SECOND = 1.0  # between two looks of --watch


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except (BroadcastRefused, DraftRefused, AudienceRefused) as refused:
        raise fail(*broken(refused)) from None


@contextmanager
def _in(given: Settings) -> Iterator[Session]:
    with _plainly(), one_transaction(given) as session:
        yield session


def _number(said: str) -> int:
    digits = said.strip().upper().removeprefix("S-").removeprefix("S")
    if not digits.isdigit() or len(digits) > 18:
        raise fail(f"Nomor siaran ditulis seperti S-12, bukan {said}.")
    return int(digits)


def _time(said: str | None) -> dt.datetime | None:
    if said is None:
        return None
    try:
        at = dt.datetime.fromisoformat(said.strip())
    except ValueError:
        raise fail(f"Waktu belum terbaca: {WHEN}.") from None
    return at if at.tzinfo else at.replace(tzinfo=JAKARTA)


def _words(said: str | None) -> str:
    """A text as it is typed, or the file it stands in (`@siaran.txt`)."""
    if said is None or not said.startswith("@"):
        return said or ""
    try:
        return Path(said[1:]).read_text(encoding="utf-8")[:10_000]
    except (OSError, UnicodeDecodeError):
        raise fail(f"Berkas {said[1:]} tidak dapat dibaca sebagai teks.") from None


def _bytes(path: Path | None) -> tuple[bytes, int] | None:
    """A file and how large it is; of one no platform takes only the beginning is read."""
    if path is None:
        return None
    try:
        size = path.stat().st_size
        with path.open("rb") as opened:
            return opened.read(MOST_READ), size
    except OSError:
        raise fail(f"Berkas {path} tidak dapat dibaca.") from None


@broadcast_cli.command()
def create(
    title: Annotated[str, typer.Option(help="judul untuk staf")],
    text: Annotated[
        str, typer.Option(help="naskah Indonesia, atau @berkas; boleh {nama} {usaha} {wilayah} {kecamatan}")
    ],
    text_en: Annotated[str | None, typer.Option("--text-en", help="naskah Inggris, atau @berkas")] = None,
    regency: Annotated[list[str], typer.Option(help="kabupaten/kota")] = [],  # noqa: B006
    district: Annotated[list[str], typer.Option(help="kode kecamatan, contoh 36.02.14")] = [],  # noqa: B006
    sector: Annotated[list[str], typer.Option(help="jenis produk, contoh snack")] = [],  # noqa: B006
    product: Annotated[str, typer.Option(help="kata dalam nama produk")] = "",
    scheme: Annotated[list[str], typer.Option(help="jalur: self_declare, reguler")] = [],  # noqa: B006
    stage: Annotated[list[str], typer.Option(help="tahap, contoh DAFTAR_TUNGGU")] = [],  # noqa: B006
    todo: Annotated[list[str], typer.Option(help="baris daftar tugas yang terbuka, contoh BUTUH_NIB")] = [],  # noqa: B006
    only_todo: Annotated[bool, typer.Option("--only-todo", help="tinggal itu saja")] = False,
    event: Annotated[str, typer.Option(help="yang mendaftar acara ini")] = "",
    attended: Annotated[bool | None, typer.Option("--attended/--missed", help="dan hadir, atau tidak hadir")] = None,
    language: Annotated[Language | None, typer.Option(help="hanya bahasa ini")] = None,
    channel: Annotated[Channel | None, typer.Option(help="hanya saluran ini")] = None,
    wrote_within: Annotated[int | None, typer.Option(help="menulis dalam sekian hari terakhir")] = None,
    silent_for: Annotated[int | None, typer.Option(help="diam sekian hari atau lebih")] = None,
    busy_too: Annotated[bool, typer.Option("--busy-too", help="juga yang sedang mengisi formulir")] = False,
    file: Annotated[
        Path | None, typer.Option(help="satu gambar (JPEG, PNG) atau PDF yang ikut; --no-file melepasnya")
    ] = None,
    no_file: Annotated[bool, typer.Option("--no-file", help="lepas lampiran rancangan yang ditulis ulang")] = False,
    template: Annotated[str | None, typer.Option(help="templat WhatsApp, contoh announcement_v1")] = None,
    value: Annotated[list[str], typer.Option(help="isi templat, berurutan; boleh {usaha}")] = [],  # noqa: B006
    at: Annotated[str | None, typer.Option(help=f"mulai dikirim, {WHEN}")] = None,
    until: Annotated[str | None, typer.Option(help="sesudah ini tidak ada gunanya lagi")] = None,
    approver: Annotated[str | None, typer.Option(help="akun yang ditanya lebih dulu")] = None,
    instead_of: Annotated[str | None, typer.Option(help="menulis ulang rancangan ini, contoh S-12")] = None,
    as_json: AsJson = False,
    staff: As = "",
) -> None:
    """Tulis rancangan siaran; belum ada yang dikirim."""
    given, now, catalogue = settings(), Clock().now(), texts.load()
    audience = Audience(
        regencies=tuple(regency_code(one) for one in regency), districts=tuple(district), sectors=tuple(sector),
        product=product, schemes=tuple(scheme), stages=tuple(stage), todos=tuple(todo), only_todo=only_todo,
        event=event.upper(), attended=attended, language=language.value if language else "",
        channel=channel.value if channel else "", wrote_within=wrote_within, silent_for=silent_for, busy_too=busy_too,
    )  # fmt: skip
    said = {"id": _words(text), "en": _words(text_en)}
    draft = Draft(title, said, audience, template, tuple(value), _time(at), _time(until), approver)
    content = _bytes(file)
    with _in(given) as session:
        how = {"texts": catalogue, "office": office_now(given, session), "now": now}
        who = actor(session, staff)
        if instead_of is None:
            row = drafting.create(session, who, draft, **how)  # type: ignore[arg-type]
        else:
            row = drafting.change(session, who, _number(instead_of), draft, **how)  # type: ignore[arg-type]
            if no_file:
                row = attaching.detach(session, who, row.id, now)
        if content is not None:
            row = attaching.attach(session, who, row.id, content[0], size=content[1], **how)  # type: ignore[arg-type]
        _say(drafted(row, catalogue), as_json, f"S-{row.id} versi {row.version} disimpan sebagai rancangan.")


@broadcast_cli.command()
def preview(number: Number, as_json: AsJson = False, staff: As = "") -> None:
    """Lihat siapa yang akan menerima, seperti apa rupanya, kapan selesai, berapa biayanya."""
    given, catalogue = settings(), texts.load()
    with _in(given) as session:
        found = drafting.preview(
            session,
            actor(session, staff),
            _number(number),
            texts=catalogue,
            office=office_now(given, session),
            now=Clock().now(),
        )
        row = session.get_one(Broadcast, found.number)
        told = previewed(found, row, catalogue)
        _say(told, as_json, *lines(found, row, catalogue), *attached(attaching.of(session, row, Clock().now())))


@broadcast_cli.command("test")
def try_command(number: Number, staff: As = "") -> None:
    """Kirim ke Telegram sendiri (akun yang sudah tersambung, dengan --as)."""
    given = settings()
    with _in(given) as session:
        drafting.try_out(session, actor(session, staff), _number(number), texts=texts.load(), now=Clock().now())
        typer.echo("Uji kirim masuk antrean ke Telegram Bapak/Ibu.")


@broadcast_cli.command()
def ask(number: Number, staff: As = "") -> None:
    """Minta persetujuan akun lain, lewat Telegram mereka."""
    given = settings()
    with _in(given) as session:
        who = actor(session, staff)
        told = approving.ask(
            session, who, _number(number), texts=texts.load(), office=office_now(given, session), now=Clock().now()
        )
        typer.echo(f"Permintaan persetujuan dikirim ke {told} akun.")


@broadcast_cli.command()
def approve(
    number: Number,
    version: Annotated[int, typer.Option(help="versi yang sudah dilihat")],
    as_json: AsJson = False,
    staff: As = "",
) -> None:
    """Setujui: penerima dan naskah dibekukan, lalu dikirim pada waktunya."""
    given, catalogue = settings(), texts.load()
    with _in(given) as session:
        row = approving.approve(
            session, actor(session, staff), _number(number), version, texts=catalogue,
            office=office_now(given, session), now=Clock().now(),
        )  # fmt: skip
        start = f"{row.send_at.astimezone(JAKARTA):%d-%m-%Y %H.%M} WIB" if row.send_at else "-"
        _say(drafted(row, catalogue), as_json, f"S-{row.id} disetujui: {row.total} penerima, mulai {start}.")


@broadcast_cli.command("list")
def list_command(as_json: AsJson = False, staff: As = "") -> None:
    """Siaran terbaru."""
    given, catalogue = settings(), texts.load()
    with _in(given) as session:
        rows = [drafted(row, catalogue) for row in fates.listed(session, actor(session, staff))]
        columns = {"number": "Siaran", "title": "Judul", "state": "Keadaan", "total": "Penerima", "audience": "Untuk"}
        listed(rows, columns, as_json, "Belum ada siaran.")


@broadcast_cli.command()
def status(
    number: Number,
    watch: Annotated[bool, typer.Option("--watch", help="ikuti sampai selesai")] = False,
    as_json: AsJson = False,
    staff: As = "",
) -> None:
    """Sudah sampai mana."""
    given, wanted = settings(), _number(number)
    with plainly(), _plainly(), opened(given) as database:

        def look() -> Progress:
            with Session(database.read_engine) as session:  # a look holds up nobody who writes
                return fates.progress(session, actor(session, staff), wanted)

        found = look()
        if watch and not as_json:
            found = _follow(found, look)
        _say(as_dict(found), as_json, *_state(found))


def _follow(found: Progress, look: Callable[[], Progress]) -> Progress:
    """A bar that grows until it goes no further."""
    with typer.progressbar(length=max(1, found.total), label=f"S-{found.number}", show_pos=True) as bar:
        done = 0
        while True:
            bar.update(found.done - done)
            done = found.done
            if found.state not in (BroadcastState.SENDING, BroadcastState.SCHEDULED):
                return found
            time.sleep(SECOND)
            found = look()


@broadcast_cli.command()
def report(number: Number, as_json: AsJson = False, staff: As = "") -> None:
    """Hasil siaran: apa yang terjadi pada setiap penerima, dan berapa yang membalas."""
    given, catalogue = settings(), texts.load()
    with _in(given) as session:
        who = actor(session, staff)
        found = fates.progress(session, who, _number(number))
        row = fates.seen(session, who, found.number)
        told = {**drafted(row, catalogue), **as_dict(found), "left_out": row.left_out}
        words = in_words(Audience.from_json(row.audience), catalogue)
        left = [
            f"  tidak ikut: {many} {catalogue.text(f'broadcast.left.{why}', 'id')}"
            for why, many in row.left_out.items()
        ]
        _say(told, as_json, f"S-{row.id} {row.title}: {words}", *_state(found), *left)


@broadcast_cli.command()
def pause(number: Number, staff: As = "") -> None:
    """Hentikan sementara; yang belum dikirim menunggu."""
    with _in(settings()) as session:
        row = running.pause(session, actor(session, staff), _number(number), Clock().now())
        typer.echo(f"S-{row.id} dijeda.")


@broadcast_cli.command()
def resume(number: Number, staff: As = "") -> None:
    """Lanjutkan; yang sudah menerima tidak dikirimi lagi."""
    with _in(settings()) as session:
        row = running.resume(session, actor(session, staff), _number(number), Clock().now())
        typer.echo(f"S-{row.id} dilanjutkan.")


@broadcast_cli.command()
def cancel(number: Number, staff: As = "") -> None:
    """Batalkan: yang menunggu tidak dikirimi."""
    with _in(settings()) as session:
        row = running.cancel(session, actor(session, staff), _number(number), Clock().now())
        typer.echo(f"S-{row.id} dibatalkan.")


@broadcast_cli.command()
def invite(number: Number, event: Annotated[str, typer.Argument(help="kode acara")], staff: As = "") -> None:
    """Jadikan penerimanya daftar undangan sebuah acara."""
    given, now = settings(), Clock().now()
    how = {"texts": texts.load(), "office": given.office_now(), "now": now}
    with _in(given) as session:
        try:
            new = inviting.invite(session, actor(session, staff), _number(number), event.upper(), **how)  # type: ignore[arg-type]
        except EventRefused:
            raise fail("Acara itu tidak ada, sudah selesai, atau dibatalkan: lihat naikkelas events list.") from None
        typer.echo(f"{new} usaha masuk daftar undangan {event.upper()}.")


@broadcast_cli.command()
def reconcile(number: Number, as_json: AsJson = False, staff: As = "") -> None:
    """Tanyakan Twilio tentang pesan yang tidak pasti; tidak ada yang dikirim ulang."""
    given, wanted = settings(), _number(number)
    with _in(given) as session:
        running.demand_stop(session, actor(session, staff), wanted)

    async def asked() -> Reconciled:
        async with program.borrowed(given) as made:
            if made.whatsapp is None:
                raise fail("WhatsApp belum diatur: hanya Twilio yang punya daftar pesan.")
            with opened(given) as database:
                return await reconciling.reconcile(made.whatsapp, database, wanted, Clock().now())

    with plainly():
        found = asyncio.run(asked())
    said = f"{found.uncertain} tidak pasti: {found.found} ada di Twilio, {found.never} tidak pernah sampai di sana, "
    _say(asdict(found), as_json, f"{said}{found.left} tetap tidak pasti.")


def _state(found: Progress) -> list[str]:
    words = texts.load()
    stands = saying.state(found.state, words)
    told = [f"S-{found.number} {found.title}: {stands}, {found.done} dari {found.total} selesai"]
    told += [f"  {saying.fate(fate, words)}: {many}" for fate, many in sorted(found.fates.items())]
    told += [f"  sebab {saying.reason(why, words)}: {many}" for why, many in sorted(found.reasons.items())]
    told += [f"  membalas: {found.replied}"]
    return told + ([f"  berhenti karena: {found.pause_reason}"] if found.pause_reason else [])


def _say(told: object, as_json: bool, *sentences: str) -> None:
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, default=str, indent=2))
        return
    for sentence in sentences:
        typer.echo(sentence)
