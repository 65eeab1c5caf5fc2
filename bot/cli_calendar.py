"""`naikkelas calendar`: when the office is open, when something may be sent, and the days that staff set themselves."""

import datetime as dt
import re
from typing import Annotated

import typer

from bot.cli_calendar_words import PURPOSES, entry_row, explained, other_rows, spoken, usual
from bot.cli_common import WRONG, As, AsJson, actor, fail, group, listed, office_now, settings, transaction
from bot.clock import Clock
from services import calendar_entries, sheets, staff
from services.calendar import Calendar, NeverAllowed, Pause
from services.calendar_entries import LONGEST, NotTaken, Wanted, Why
from services.staff import Right

calendar_cli = group("Kalender kantor: hari libur, jam lain, dan kapan bot boleh mengirim.")

COLUMNS = {
    "id": "NOMOR", "first": "MULAI", "last": "SAMPAI", "name": "NAMA", "office": "KANTOR", "origin": "ASAL",
    "source": "SUMBER", "as_of": "PER",
}  # fmt: skip
AGAINST = {
    Why.PAST: "Tanggalnya sudah lewat.",
    Why.ORDER: "Yang awal harus lebih dulu: tanggal mulai sebelum sampai, jam buka sebelum tutup, jeda juga.",
    Why.LONG: f"Lebih dari {LONGEST} hari; periksa tahunnya.",
    Why.NAME: "Nama harus diisi, paling panjang 80 huruf.",
    Why.SOURCE: "Sumber harus diisi (surat edaran, keputusan), paling panjang 300 huruf.",
    Why.EMPTY: "Masa dengan jam lain perlu --hours atau --pause.",
    Why.THERE: "Sudah ada catatan nomor {entry} untuk hari itu; cabut dulu: naikkelas calendar remove {entry}",
    Why.UNKNOWN: "Tidak ada catatan dengan nomor itu, atau sudah dicabut. Yang dari pengaturan diubah di config.yaml.",
}
HOURS = re.compile(r"(\d{1,2})[.:](\d{2})\s*-\s*(\d{1,2})[.:](\d{2})")
MOMENT = re.compile(r"(\S+)[ T](\d{1,2})[.:](\d{2})")


@calendar_cli.command()
def show(
    since: Annotated[str, typer.Option("--from", help="sejak tanggal ini, contoh 2027-02-01; kosong: hari ini")] = "",
    days: Annotated[int, typer.Option(help="sekian hari", min=1, max=800)] = 120,
    as_json: AsJson = False,
    named: As = "",
) -> None:
    """Jam kantor, jam kirim, dan hari-hari khusus yang akan datang."""
    given = settings()
    with transaction(given) as session:
        by = actor(session, named)
        office = office_now(given, session)
        first = _day(since) if since else office.local_day(Clock().now())
        last = first + dt.timedelta(days=days - 1)
        theirs = [row for row in calendar_entries.entries(session, by, first) if row.first <= last]
        rows = [*map(entry_row, theirs), *other_rows(office.calendar, theirs, first, last)]
    if not as_json:
        for line in usual(office.calendar):
            typer.echo(line)
    rows.sort(key=lambda row: (row["first"], row["last"]))
    listed(rows, COLUMNS, as_json, "Tidak ada hari khusus.")


@calendar_cli.command()
def why(
    moment: Annotated[str, typer.Argument(help="kapan, contoh '2026-11-27 12.00'; jam kantor (WIB)")],
    purpose: Annotated[str, typer.Option("--for", help=", ".join(PURPOSES))] = "pengingat",
    named: As = "",
) -> None:
    """Bolehkah dikirim saat itu; kalau tidak, kenapa, dan digeser ke kapan."""
    given = settings()
    if purpose not in PURPOSES:
        raise fail(f"--for {purpose} tidak dikenal; pilihannya: {', '.join(PURPOSES)}.", code=WRONG)
    with transaction(given) as session:
        staff.demand(actor(session, named), Right.SEE)
        calendar = office_now(given, session).calendar
    at = _moment(moment, calendar)
    try:
        for line in explained(PURPOSES[purpose], at, calendar, purpose):
            typer.echo(line)
    except NeverAllowed:
        raise fail("Tidak ada saat yang boleh dalam setahun lebih: periksa kalendernya.") from None


@calendar_cli.command()
def add(
    first: Annotated[str, typer.Argument(help="tanggal, contoh 2027-03-22")],
    name: Annotated[str, typer.Option(help="namanya, contoh 'Libur daerah'")],
    source: Annotated[str, typer.Option(help="tertulis di mana, contoh 'SE Gubernur 12/2027'")],
    until: Annotated[str, typer.Option(help="masa dengan jam lain: sampai tanggal ini, ikut dihitung")] = "",
    opened: Annotated[bool, typer.Option("--open", help="kantor buka walaupun hari itu libur")] = False,
    hours: Annotated[str, typer.Option(help="jam buka, contoh 08.00-15.00")] = "",
    pause: Annotated[list[str], typer.Option(help="jeda kirim, contoh 'berbuka puasa=17.30-19.00'")] = [],  # noqa: B006
    name_en: Annotated[str, typer.Option(help="namanya dalam bahasa Inggris")] = "",
    as_of: Annotated[str, typer.Option(help="sumber per tanggal ini; kosong: hari ini")] = "",
    estimated: Annotated[bool, typer.Option("--estimated", help="perkiraan, belum ditetapkan")] = False,
    named: As = "",
) -> None:
    """Tambah hari libur, hari buka, atau masa dengan jam lain (dengan --until)."""
    given, now = settings(), Clock().now()
    begins, today = _day(first), given.office_now().local_day(now)
    wanted = Wanted(
        name, begins, _day(until) if until else begins, None if until else not opened, source,
        _day(as_of) if as_of else today, _hours(hours) if hours else None, tuple(map(_pause, pause)), name_en,
        estimated,
    )  # fmt: skip
    if wanted.closed is not None and (pause or (hours and wanted.closed)):
        raise fail("--pause perlu --until; --hours perlu --until atau --open.", code=WRONG)
    with transaction(given) as session:
        office = office_now(given, session)
        try:
            number = calendar_entries.add(session, actor(session, named), wanted, office=office, now=now)
        except NotTaken as not_taken:
            raise _refused(not_taken) from None
    typer.echo(f"Dicatat dengan nomor {number}. Bot yang sedang berjalan memakainya dalam setengah menit.")


@calendar_cli.command()
def remove(number: Annotated[int, typer.Argument(help="nomor dari naikkelas calendar show")], named: As = "") -> None:
    """Cabut yang ditambahkan petugas; catatannya tetap tersimpan."""
    with transaction(settings()) as session:
        try:
            row = calendar_entries.remove(session, actor(session, named), number, now=Clock().now())
        except NotTaken as not_taken:
            raise _refused(not_taken) from None
    typer.echo(f"Dicabut: {row.name}, {spoken(row.first)}.")


# --- as it is typed


def _refused(not_taken: NotTaken) -> typer.Exit:
    return fail(AGAINST[not_taken.why].format(entry=not_taken.entry))


def _day(said: str) -> dt.date:
    day = sheets.day(said)
    if day is None:
        raise fail(f"{said} bukan tanggal; contohnya 2026-11-24.", code=WRONG)
    return day


def _moment(said: str, calendar: Calendar) -> dt.datetime:
    found = MOMENT.fullmatch(said.strip())
    if found is None:
        raise fail(f"{said} belum terbaca; contohnya '2026-11-27 12.00'.", code=WRONG)
    return dt.datetime.combine(_day(found[1]), _clock(found[2], found[3]), calendar.zone)


def _hours(said: str) -> tuple[dt.time, dt.time]:
    found = HOURS.fullmatch(said.strip())
    if found is None:
        raise fail(f"Jam {said} belum terbaca; contohnya 08.00-15.00.", code=WRONG)
    return _clock(found[1], found[2]), _clock(found[3], found[4])


def _pause(said: str) -> Pause:
    name, _, hours = said.rpartition("=")
    return Pause(name.strip(), *_hours(hours))


def _clock(hour: str, minute: str) -> dt.time:
    try:
        return dt.time(int(hour), int(minute))
    except ValueError:
        raise fail(f"Jam {hour}.{minute} tidak ada.", code=WRONG) from None
