"""`naikkelas events`: what staff do to an event on the command line; every change is noted and told by itself."""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer

import texts
from bot.cli_common import As, AsJson, actor, fail, group, listed, office_now, settings, transaction
from bot.clock import Clock
from models import Audience, Event, EventKind, EventState, PlanEntry, Session
from services.events import arranging, funnel, lists, plans, queue, seating, sources, tending, words
from services.events.arranging import EventSpec, Over
from services.events.kit import NoWay
from services.events.rules import Entry, EventRefused, Wrong, zone_of

events_cli = group("Acara: sosialisasi, pelatihan, pendampingan, pameran.")

Code = Annotated[str, typer.Argument(help="kode acara, contoh SOS01")]
WHEN = "contoh '2026-12-10 09:00' (jam menurut zona acara)"
STATES = {
    EventState.DRAFT: "rancangan", EventState.OPEN: "dibuka", EventState.CANCELLED: "dibatalkan",
    EventState.DONE: "selesai",
}  # fmt: skip
COLUMNS = {
    "code": "Kode", "title": "Judul", "when": "Waktu", "place": "Tempat", "state": "Keadaan", "taken": "Terisi",
    "capacity": "Kapasitas", "waiting": "Menunggu",
}  # fmt: skip
FUNNEL = {
    "invited": "diundang", "arrived": "lewat tautan", "signed_up": "mendaftar", "waiting": "menunggu", "came": "hadir",
    "feedback": "pendapat", "registered": "daftar program", "certified": "bersertifikat",
}  # fmt: skip
PLAN = {
    "kind": "Jenis",
    "audience": "Kepada",
    "rule": "Aturan",
    "due": "Dikirim",
    "shifted": "Digeser",
    "text": "Naskah",
}
PEOPLE = {
    "state": "Keadaan", "name": "Pemilik", "stand_in": "Yang datang", "business": "Usaha", "regency": "Kab/kota",
    "digits": "Kode hadir", "answer": "Jawaban",
}  # fmt: skip
FAULTS = {
    Wrong.PAST: "Waktunya sudah lewat.",
    Wrong.ORDER: "Waktu selesai harus sesudah waktu mulai.",
    Wrong.NO_ZONE: "Zona waktunya tidak dikenal: tulis Asia/Jakarta, Asia/Makassar, atau Asia/Jayapura.",
    Wrong.CODE: "Kode acara 4 sampai 12 huruf dan angka, paling sedikit satu huruf dan satu angka.",
    Wrong.CODE_TAKEN: "Kode itu sudah dipakai acara lain.",
    Wrong.SHARES: "Jatah kabupaten/kota tidak cukup atau lebih besar daripada kapasitas.",
    Wrong.RESERVED: "Tempat untuk undangan lebih besar daripada kapasitas.",
    Wrong.OVER: "Acara itu sudah selesai, dibatalkan, atau sudah dibuka.",
    Wrong.PLAN: "Rencana pengingat belum benar: jenis tidak boleh sama, jam ditulis 09:00.",
    Wrong.UNKNOWN: "Tidak ada acara dengan kode itu: lihat naikkelas events list.",
}


@contextmanager
def plainly() -> Iterator[None]:
    """What is wrong with an event, in a sentence."""
    try:
        yield
    except EventRefused as refused:
        if refused.why is Wrong.CAPACITY and refused.number:
            raise fail(
                f"{refused.number} tempat sudah terisi. Pakai --tell-last: yang terakhir masuk daftar tunggu."
            ) from None
        raise fail(FAULTS.get(refused.why, "Kapasitas paling sedikit 1.")) from None
    except NoWay:
        raise fail("Isi web.public_url, atau sambungkan WhatsApp atau Telegram dulu: tautan perlu tujuan.") from None


def time_of(said: str | None, zone: str) -> dt.datetime | None:
    """A time as it is typed: with its own zone, or in the event's."""
    if said is None:
        return None
    try:
        at = dt.datetime.fromisoformat(said.strip())
    except ValueError:
        raise fail(f"Waktu belum terbaca: {WHEN}.") from None
    return at if at.tzinfo else at.replace(tzinfo=zone_of(zone))


def date_of(said: str | None) -> dt.date | None:
    """The date of a letter as it is typed."""
    try:
        return dt.date.fromisoformat(said) if said else None
    except ValueError:
        raise fail("Tanggal surat ditulis 2026-11-20.") from None


def pairs(said: list[str]) -> dict[str, int]:
    try:
        return {name: int(count) for name, count in (one.split("=") for one in said)}
    except ValueError:
        raise fail("Jatah ditulis kode=jumlah, contoh 36.02=5.") from None


@events_cli.command()
def create(
    title: Annotated[str, typer.Option(help="judul seperti di surat undangan")],
    starts: Annotated[str, typer.Option(help=f"mulai, {WHEN}")],
    ends: Annotated[str, typer.Option(help="selesai")],
    place: Annotated[str, typer.Option(help="tempat")],
    capacity: Annotated[int, typer.Option(help="jumlah tempat")],
    kind: Annotated[EventKind, typer.Option(help="jenis")] = EventKind.INFORMATION,
    code: Annotated[str | None, typer.Option(help="kode; kosong = dibuatkan")] = None,
    zone: Annotated[str, typer.Option(help="zona waktu")] = "Asia/Jakarta",
    map_url: Annotated[str | None, typer.Option("--map", help="tautan peta")] = None,
    regency: Annotated[str | None, typer.Option(help="kode kabupaten/kota tempat acara, contoh 36.73")] = None,
    letter: Annotated[str | None, typer.Option(help="nomor surat undangan")] = None,
    letter_date: Annotated[str | None, typer.Option(help="tanggal surat, 2026-11-20")] = None,
    bring: Annotated[str | None, typer.Option(help="yang perlu dibawa")] = None,
    audience: Annotated[str | None, typer.Option(help="untuk siapa")] = None,
    condition: Annotated[list[str], typer.Option(help="syarat: halal, nib, pirt, brand")] = [],  # noqa: B006
    share: Annotated[list[str], typer.Option(help="jatah kabupaten/kota, contoh 36.02=5")] = [],  # noqa: B006
    shares_until: Annotated[str | None, typer.Option(help="sejak kapan jatah dibuka untuk semua")] = None,
    reserved: Annotated[int, typer.Option(help="tempat untuk yang diundang")] = 0,
    reserved_until: Annotated[str | None, typer.Option(help="sampai kapan tempat undangan disimpan")] = None,
    certificates: Annotated[bool, typer.Option("--certificates", help="yang hadir diberi sertifikat sendiri")] = False,
    draft: Annotated[bool, typer.Option("--draft", help="belum dibuka untuk pendaftaran")] = False,
    as_json: AsJson = False,
    staff: As = "",
) -> None:
    """Buat acara baru dengan rencana pengingatnya."""
    given, now = settings(), Clock().now()
    with transaction(given) as session, plainly():
        start, end = time_of(starts, zone), time_of(ends, zone)
        if start is None or end is None:
            raise fail(f"Waktu belum terbaca: {WHEN}.")
        spec = EventSpec(
            kind=kind, title=title, starts_at=start, ends_at=end, place=place, capacity=capacity, zone=zone, code=code,
            map_url=map_url, audience=audience, bring=bring, regency=regency, letter_number=letter,
            letter_date=date_of(letter_date), conditions=tuple(condition),
            reserved=reserved, invited_until=time_of(reserved_until, zone), regions_until=time_of(shares_until, zone),
            shares=pairs(share), certificates=certificates,
        )  # fmt: skip
        calendar = office_now(given, session).calendar
        event = arranging.create(session, actor(session, staff), spec, calendar=calendar, now=now, opened=not draft)
        _shown(session, event, as_json)


@events_cli.command("open")
def open_command(code: Code, staff: As = "") -> None:
    """Buka rancangan untuk pendaftaran."""
    with transaction(settings()) as session, plainly():
        event = arranging.open_up(session, actor(session, staff), code, now=Clock().now())
        typer.echo(f"{event.code} dibuka untuk pendaftaran.")


@events_cli.command("list")
def list_command(
    past: Annotated[bool, typer.Option("--past", help="yang sudah lewat")] = False,
    as_json: AsJson = False,
    staff: As = "",
) -> None:
    """Acara yang akan datang, yang terdekat dulu."""
    with transaction(settings()) as session:
        found = lists.all_events(session, actor(session, staff), past=past, now=Clock().now())
        rows = [_row(session, event) for event in found]
    listed(rows, COLUMNS, as_json, "Belum ada acara.")


@events_cli.command()
def show(code: Code, as_json: AsJson = False, staff: As = "") -> None:
    """Satu acara: waktu, tempat, angka, tautan, dan rencana pengingat."""
    with transaction(settings()) as session, plainly():
        event = lists.for_staff(session, actor(session, staff), code)
        _shown(session, event, as_json)


@events_cli.command()
def move(
    code: Code,
    starts: Annotated[str | None, typer.Option(help=f"mulai yang baru, {WHEN}")] = None,
    ends: Annotated[str | None, typer.Option(help="selesai yang baru; kosong = lamanya tetap")] = None,
    place: Annotated[str | None, typer.Option(help="tempat yang baru")] = None,
    map_url: Annotated[str | None, typer.Option("--map", help="tautan peta")] = None,
    staff: As = "",
) -> None:
    """Pindahkan waktu atau tempat. Semua peserta dikabari dan ditanya masih bisa hadir."""
    given, now = settings(), Clock().now()
    with transaction(given) as session, plainly():
        zone = seating.find(session, code).zone
        told = {"starts_at": time_of(starts, zone), "ends_at": time_of(ends, zone), "place": place, "map_url": map_url}
        calendar = office_now(given, session).calendar
        if not arranging.move(session, actor(session, staff), code, **told, calendar=calendar, now=now):  # type: ignore[arg-type]
            typer.echo("Tidak ada yang berubah.")
            return
        event = seating.find(session, code)
        typer.echo(f"{event.code} sekarang {words.when(event, 'id')}, {event.place}. Peserta dikabari.")


@events_cli.command()
def capacity(
    code: Code,
    places: Annotated[int, typer.Argument(help="jumlah tempat yang baru")],
    tell_last: Annotated[bool, typer.Option("--tell-last", help="yang terakhir dipindah ke daftar tunggu")] = False,
    staff: As = "",
) -> None:
    """Ubah jumlah tempat. Kurang dari yang terisi: pakai --tell-last."""
    given, now = settings(), Clock().now()
    with transaction(given) as session, plainly():
        over = Over.TELL_LAST if tell_last else Over.REFUSE
        bumped = arranging.set_capacity(session, actor(session, staff), code, places, over=over, now=now)
        tending.tell_bumped(session, bumped, texts.load(), office_now(given, session), now)
        typer.echo(f"{code.upper()}: {places} tempat. Dipindah ke daftar tunggu: {len(bumped)}.")


@events_cli.command()
def cancel(
    code: Code,
    reason: Annotated[str, typer.Option(help="alasan, dibaca semua peserta; satu kalimat")],
    staff: As = "",
) -> None:
    """Batalkan acara. Semua peserta dikabari satu kali, dan tidak diingatkan lagi."""
    given, now = settings(), Clock().now()
    with transaction(given) as session, plainly():
        calendar = office_now(given, session).calendar
        event = arranging.cancel(session, actor(session, staff), code, reason=reason, calendar=calendar, now=now)
        typer.echo(f"{event.code} dibatalkan. Peserta dikabari.")


@events_cli.command()
def copy(
    code: Code,
    starts: Annotated[str, typer.Option(help=f"mulai, {WHEN}")],
    new_code: Annotated[str | None, typer.Option("--code", help="kode; kosong = dibuatkan")] = None,
    as_json: AsJson = False,
    staff: As = "",
) -> None:
    """Acara yang sama pada hari lain, sebagai rancangan: tanpa peserta dan tanpa pengingat lama."""
    given, now = settings(), Clock().now()
    with transaction(given) as session, plainly():
        start = time_of(starts, seating.find(session, code).zone)
        if start is None:
            raise fail(f"Waktu belum terbaca: {WHEN}.")
        told = {"starts_at": start, "new_code": new_code, "calendar": office_now(given, session).calendar, "now": now}
        _shown(session, arranging.copy(session, actor(session, staff), code, **told), as_json)  # type: ignore[arg-type]


@events_cli.command()
def plan(
    code: Code,
    entry: Annotated[
        list[str],
        typer.Option(
            help="ganti rencana, contoh h7:registered:events.h7:7@09:00 atau soon:registered:events.same_day:120"
        ),
    ] = [],  # noqa: B006
    as_json: AsJson = False,
    staff: As = "",
) -> None:
    """Lihat rencana pengingat, atau ganti dengan --entry (boleh beberapa kali)."""
    given, now = settings(), Clock().now()
    with transaction(given) as session, plainly():
        by = actor(session, staff)
        event = lists.for_staff(session, by, code)
        if entry:
            entries = [_entry(one) for one in entry]
            arranging.set_plan(session, by, code, entries, calendar=office_now(given, session).calendar, now=now)
        rows = [_plan_row(event, row) for row in plans.plan_of(session, event.id)]
    listed(rows, PLAN, as_json, "Tanpa pengingat.")


def _entry(said: str) -> Entry:
    try:
        kind, audience, text, when = said.split(":", 3)
        days, at, clock = when.partition("@")
        if not texts.load().has(text):
            raise fail(f"Tidak ada naskah {text}.")
        if at:
            return Entry(kind, Audience(audience), text, days=int(days), clock=clock)
        return Entry(kind, Audience(audience), text, minutes=int(when))
    except ValueError:
        raise EventRefused(Wrong.PLAN) from None


@events_cli.command()
def export(code: Code, as_json: AsJson = False, staff: As = "") -> None:
    """Semua yang mendaftar, sebagai CSV atau JSON. Dicatat sebagai ekspor data."""
    with transaction(settings()) as session, plainly():
        found = lists.export(session, actor(session, staff), code, Clock().now())
        rows = [{key: getattr(row, key) for key in PEOPLE} for row in found]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, default=str, indent=2))
        return
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerows([list(PEOPLE.values()), *([_safe(row[key]) for key in PEOPLE] for row in rows)])
    typer.echo(out.getvalue(), nl=False)


def _safe(value: Any) -> str:
    """What a sheet would take for a formula is written as words."""
    said = "" if value is None else str(value)
    return f"'{said}" if said[:1] in "=+-@\t" else said


# --- how it reads


def _row(session: Session, event: Event) -> dict[str, Any]:
    return {
        "code": event.code, "title": event.title, "when": words.when(event, "id"), "place": event.place,
        "state": STATES[event.state], "taken": event.taken, "capacity": event.capacity,
        "waiting": queue.length(session, event.id), "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(), "kind": event.kind.value, "version": event.version,
    }  # fmt: skip


def _plan_row(event: Event, row: PlanEntry) -> dict[str, Any]:
    rule = f"H-{row.days} {row.clock}" if row.clock else f"{row.minutes} menit sebelumnya"
    local = row.due_at.astimezone(zone_of(event.zone)) if row.due_at else None
    return {
        "kind": row.kind, "audience": row.audience.value, "rule": rule, "text": row.text, "shifted": row.shifted,
        "due": f"{local:%Y-%m-%d %H.%M}" if local else "tidak dikirim",
    }  # fmt: skip


def _shown(session: Session, event: Event, as_json: bool) -> None:
    count = lists.count(session, event.id)
    numbers = {name: getattr(count, name) for name in count.__slots__}
    way = asdict(funnel.of_event(session, event))
    links = [{name: getattr(one, name) for name in one.__slots__} for one in sources.traffic(session, event.id)]
    plan_rows = [_plan_row(event, row) for row in plans.plan_of(session, event.id)]
    if as_json:
        whole = {**_row(session, event), "numbers": numbers, "funnel": way, "links": links, "plan": plan_rows}
        typer.echo(json.dumps(whole, ensure_ascii=False, default=str, indent=2))
        return
    listed([_row(session, event)], COLUMNS, False, "")
    typer.echo("  ".join(f"{name} {value}" for name, value in numbers.items()))
    typer.echo(" → ".join(f"{FUNNEL[name]} {value}" for name, value in way.items()))
    listed(plan_rows, PLAN, False, "Tanpa pengingat.")
