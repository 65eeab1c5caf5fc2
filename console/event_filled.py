"""Isian acara: what staff type about an event, read; what is wrong is said in a sentence beside its field."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from console import meaning
from console.event_words import ZONES
from models import Audience, EventKind
from services import regions
from services.events.arranging import EventSpec
from services.events.rules import Entry, zone_of

MOST = 100_000  # places of an event; more is a slip of the finger
ROWS = 12  # entries a plan may have on the page
ADDRESS = ("https://", "http://")
CONDITIONS = {"halal": "Nomor sertifikat halal", "nib": "NIB", "pirt": "Izin P-IRT", "brand": "Merek"}
# The texts a reminder may be sent in, as staff know them.
REMINDERS = {
    "events.h7": "Seminggu (dan beberapa hari) lagi", "events.h3": "Beberapa hari lagi",
    "events.h1": "Besok, ditanya hadir atau tidak", "events.eve": "Besok, kata terakhir",
    "events.same_day": "Hari ini", "events.invited": "Undangan untuk yang belum menjawab",
}  # fmt: skip
AUDIENCES = {Audience.REGISTERED: "Yang terdaftar", Audience.WAITING: "Daftar tunggu", Audience.INVITED: "Diundang"}


def stamp(kept: Any) -> str:
    """What a form was shown with: another staff's change in between gives another one."""
    return hashlib.sha256(json.dumps(kept, default=str, sort_keys=True).encode()).hexdigest()[:16]


class Filled:
    """A form, read field by field. `faults`: what is wrong, by field."""

    def __init__(self, form: Mapping[str, str], many: Mapping[str, Sequence[str]]) -> None:
        self.form, self.many = form, many
        self.faults: dict[str, str] = {}

    def words(self, name: str, longest: int, needed: str = "") -> str | None:
        """One line of words; None for nothing. `needed`: what to say then."""
        said = " ".join(self.form.get(name, "").split())
        if len(said) > longest:
            self.faults[name] = f"Paling banyak {longest} huruf; ini {len(said)}."
        elif needed and not said:
            self.faults[name] = needed
        return said or None

    def address(self, name: str) -> str | None:
        """An address of the web."""
        said = self.words(name, 300)
        if said and (not said.startswith(ADDRESS) or " " in said):
            self.faults[name] = "Tautan diawali https:// dan tanpa spasi."
        return said

    def count(self, name: str, least: int = 0) -> int:
        """A whole number; nothing is 0."""
        said = self.form.get(name, "").strip().replace(".", "")
        if not said and least == 0:
            return 0
        if not said.isascii() or not said.isdecimal() or not least <= int(said[:9]) <= MOST:
            self.faults[name] = f"Tulis angka bulat, paling sedikit {least}."
            return least
        return int(said)

    def moment(self, name: str, zone: ZoneInfo, needed: str = "") -> dt.datetime | None:
        """A day and an hour on the clock of a zone."""
        said = self.form.get(name, "").strip()
        if not said:
            if needed:
                self.faults[name] = needed
            return None
        try:
            return dt.datetime.fromisoformat(said[:16]).replace(tzinfo=zone)
        except ValueError:
            self.faults[name] = "Hari dan jamnya belum terbaca, contoh 2026-12-10 09:00."
            return None

    def day(self, name: str) -> dt.date | None:
        """A day."""
        said = self.form.get(name, "").strip()
        try:
            return dt.date.fromisoformat(said) if said else None
        except ValueError:
            self.faults[name] = "Tanggalnya belum terbaca, contoh 2026-11-20."
            return None


# --- an event


def about(filled: Filled, zone: ZoneInfo) -> dict[str, Any]:
    """What may be changed without telling anybody."""
    return {
        "title": filled.words("judul", 200, "Tulis judulnya seperti di surat undangan."),
        "map_url": filled.address("peta"), "audience": filled.words("untuk", 200), "bring": filled.words("bawa", 200),
        "letter_number": filled.words("surat", 64), "letter_date": filled.day("tanggal_surat"),
        "reserved": filled.count("disimpan"), "invited_until": filled.moment("sampai", zone),
        "regions_until": filled.moment("buka_jatah", zone),
    }  # fmt: skip


def shares(filled: Filled) -> dict[str, int]:
    """The places of each kab/kota that has its own."""
    read = {code: filled.count(f"jatah_{code}") for code in regions.REGENCIES if filled.form.get(f"jatah_{code}")}
    return {code: places for code, places in read.items() if places}


def spec(filled: Filled) -> EventSpec | None:
    """A new event; None where something is wrong, said in `filled.faults`."""
    zone_name = filled.form.get("zona", "")
    zone = zone_of(zone_name if zone_name in ZONES else "Asia/Jakarta")
    starts = filled.moment("mulai", zone, "Isi hari dan jam mulainya.")
    ends = filled.moment("selesai", zone, "Isi hari dan jam selesainya.")
    kind = meaning.one_of(EventKind, filled.form.get("jenis"))
    if kind is None:
        filled.faults["jenis"] = "Pilih jenis acaranya."
    told, place = about(filled, zone), filled.words("tempat", 200, "Tulis tempatnya.")
    capacity, code = filled.count("kapasitas", 1), filled.words("kode", 12)
    regency, parts = filled.form.get("kab", ""), shares(filled)
    if filled.faults or kind is None or starts is None or ends is None:
        return None
    return EventSpec(
        **told, kind=kind, starts_at=starts, ends_at=ends, place=place or "", capacity=capacity, zone=zone.key,
        code=code, regency=regency if regency in regions.REGENCIES else None, shares=parts,
        conditions=tuple(one for one in filled.many.get("syarat", ()) if one in CONDITIONS),
        certificates=filled.form.get("sertifikat") == "1",
    )  # fmt: skip


# --- the plan of reminders


def plan(filled: Filled) -> list[Entry]:
    """The entries that are ticked, each so many days before at an hour, or so many minutes before."""
    rows = [n for n in range(ROWS) if filled.form.get(f"pakai_{n}") == "1"]
    found: list[Entry] = []
    for n in rows:
        entry = _entry(filled, n, {one.kind for one in found})
        if entry is None:
            filled.faults[f"baris_{n}"] = "Baris ini belum lengkap: hari dan jam (09:00), atau menit sebelum mulai."
        elif (entry.text == "events.invited") != (entry.audience is Audience.INVITED):
            filled.faults[f"baris_{n}"] = "Naskah undangan hanya untuk yang diundang, dan sebaliknya."
        else:
            found.append(entry)
    return found


def _entry(filled: Filled, n: int, taken: set[str]) -> Entry | None:
    form = filled.form
    audience = meaning.one_of(AUDIENCES, form.get(f"kepada_{n}"))
    text, days, minutes = form.get(f"naskah_{n}", ""), form.get(f"hari_{n}", "").strip(), form.get(f"menit_{n}", "")
    clock = form.get(f"jam_{n}", "").strip()[:5] or None
    short = all(len(said) <= 5 for said in (days, minutes)) and (days + minutes).isascii()
    if audience is None or text not in REMINDERS or not short or not (days or minutes).strip().isdecimal():
        return None
    by_day = not minutes.strip()
    if not by_day and not minutes.strip().isdecimal():
        return None
    kind = form.get(f"_macam_{n}", "")[:16] or (f"h{days}" if by_day else f"m{minutes.strip()}")
    kind = kind if kind not in taken else f"{kind[:12]}.{n}"
    if by_day:
        return Entry(kind, audience, text, days=int(days), clock=clock) if clock else None
    return Entry(kind, audience, text, minutes=int(minutes))
