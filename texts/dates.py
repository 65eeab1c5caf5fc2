"""Hari dan tanggal: days as people read them, in both languages."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple


class _Names(NamedTuple):
    days: tuple[str, ...]  # Monday first, as Python counts
    months: tuple[str, ...]
    short: tuple[str, ...]


# Source: Unicode CLDR, locales id and en, as Babel 2.18 has them; the library itself took 7 MB for these words.
_NAMES: Mapping[str, _Names] = {
    "id": _Names(
        ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
        ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
         "November", "Desember"),
        ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    ),
    "en": _Names(
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
         "November", "December"),
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ),
}  # fmt: skip


def full(day: dt.date, language: str) -> str:
    """ "Kamis, 3 Desember 2026" or "Thursday, 3 December 2026"."""
    return f"{_NAMES[str(language)].days[day.weekday()]}, {of_month(day, language)} {day.year}"


def of_month(day: dt.date, language: str) -> str:
    """ "3 Desember" or "3 December"."""
    return f"{day.day} {_NAMES[str(language)].months[day.month - 1]}"


def brief(day: dt.date, language: str) -> str:
    """ "3 Des" or "3 Dec"."""
    return f"{day.day} {_NAMES[str(language)].short[day.month - 1]}"
