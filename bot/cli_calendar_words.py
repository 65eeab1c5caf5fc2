"""The office's calendar in words, as the command line tells it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from models import CalendarEntry, Language
from services.calendar import Calendar, Obstacle, Pause, Purpose, Reason, allowed, obstacles
from services.national_days import Special
from texts.filling import day as in_words

PURPOSES = {
    "pengumuman": Purpose.ANNOUNCEMENT, "pengingat": Purpose.REMINDER, "balasan": Purpose.REPLY,
}  # fmt: skip
WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


def explained(purpose: Purpose, at: dt.datetime, calendar: Calendar, called: str) -> Iterator[str]:
    """Whether something may be sent at a moment; else each day's reason, and when it goes. Raises `NeverAllowed`."""
    found = allowed(purpose, at, calendar)
    then = at.astimezone(calendar.zone)
    if found.reason is None:
        yield f"{called.capitalize()} boleh dikirim {_when(then)}."
        return
    yield f"{called.capitalize()} {_when(then)} digeser ke {_when(found.at)}, karena:"
    for one in obstacles(purpose, at, calendar):
        yield f"- {spoken(one.day)}: {_because(one, purpose, calendar)}"


def _because(one: Obstacle, purpose: Purpose, calendar: Calendar) -> str:
    if one.reason is Reason.HOLIDAY:
        return f"libur, {one.name}"
    if one.reason is Reason.WEEKEND:
        return "akhir pekan"
    if one.reason is Reason.PAUSE:
        pause = next(p for p in calendar.pauses_on(one.day) if p.name == one.name)
        return f"{one.name}, {_stretch(pause.first, pause.until)}"
    window = calendar.windows[purpose]
    return f"di luar jam kirim, {_stretch(window.first, window.until)}"


def usual(calendar: Calendar) -> Iterator[str]:
    """What holds on a day like any other."""
    yield f"Jam kantor {_stretch(calendar.opens, calendar.closes)}, Senin sampai Jumat."
    for called, purpose in PURPOSES.items():
        if window := calendar.windows.get(purpose):
            when = "pada hari kantor buka" if window.working_days else "setiap hari"
            yield f"{called.capitalize()} dikirim {_stretch(window.first, window.until)} {when}."
    for pause in calendar.pauses:
        when = "setiap hari" if pause.weekday is None else f"setiap {WEEKDAYS[pause.weekday]}"
        yield f"Jeda {pause.name} {_stretch(pause.first, pause.until)} {when}."


def entry_row(row: CalendarEntry) -> dict[str, Any]:
    """What staff have set, for the list."""
    kept = {"id": row.id, "first": row.first, "last": row.last, "origin": f"petugas {row.made_by}"}
    told = _office(row.closed, (row.opens, row.closes), [f"{n} {f}–{u}".replace(":", ".") for n, f, u in row.pauses])
    return {**kept, "name": _named(row.name, row.estimated), "office": told, "source": row.source, "as_of": row.as_of}


def other_rows(
    calendar: Calendar, theirs: list[CalendarEntry], first: dt.date, last: dt.date
) -> Iterator[dict[str, Any]]:
    """What the settings and the national days say; days that staff have set stand over it."""
    set_days = {row.first for row in theirs if row.closed is not None}
    set_periods = {(row.first, row.name) for row in theirs if row.closed is None}
    for n in range((last - first).days + 1):
        special = calendar.special(first + dt.timedelta(days=n))
        if special is not None and special.day not in set_days:
            yield _special_row(special, "pengaturan" if special.day in calendar.days else "nasional")
    for period in calendar.periods:
        inside = period.last >= first and period.first <= last
        if inside and (period.first, period.name) not in set_periods:
            told = _office(None, (period.opens, period.closes), [_paused(p) for p in period.pauses])
            yield {
                "id": None, "first": period.first, "last": period.last, "name": _named(period.name, period.estimated),
                "office": told, "origin": "pengaturan", "source": period.source, "as_of": period.as_of,
            }  # fmt: skip


def _special_row(special: Special, origin: str) -> dict[str, Any]:
    return {
        "id": None, "first": special.day, "last": special.day, "name": _named(special.name, special.estimated),
        "office": _office(special.closed, (special.opens, special.closes), []), "origin": origin,
        "source": special.source, "as_of": special.as_of,
    }  # fmt: skip


def _office(closed: bool | None, hours: tuple[dt.time | None, dt.time | None], pauses: list[str]) -> str:
    if closed:
        return "tutup"
    opens, closes = hours
    parts = [f"buka {_stretch(opens, closes)}" if opens and closes else "buka"]
    return ", ".join([*parts, *(f"jeda {pause}" for pause in pauses)])


def _paused(pause: Pause) -> str:
    return f"{pause.name} {pause.first:%H.%M}–{pause.until:%H.%M}"


def _named(name: str, estimated: bool) -> str:
    return f"{name} (perkiraan)" if estimated else name


def _stretch(first: dt.time, until: dt.time) -> str:
    return f"{first:%H.%M}–{until:%H.%M}"


def spoken(day: dt.date) -> str:
    """ "Jumat, 27 November 2026"."""
    return in_words(day, Language.ID)


def _when(at: dt.datetime) -> str:
    return f"{spoken(at.date())} pukul {at:%H.%M} {at:%Z}"
