"""What a programme's ways, refusals and consequences are called, and what a change is in words."""

import datetime as dt
from collections.abc import Iterator

from console import wording
from services.calendar import JAKARTA
from services.programme_changes import Foreseen
from services.programme_rules import NotChanged, Wanted, Why
from services.target import Target

SCHEMES = {"self_declare": "Pernyataan pelaku usaha (self declare)", "reguler": "Reguler"}
REFUSALS = {
    Why.UNKNOWN: "Program itu tidak ada.",
    Why.CHANGED: "Program ini baru saja diubah orang lain.",
    Why.SAME: "Belum ada yang Anda ubah.",
    Why.ORDER: "Tanggal tutup harus sesudah tanggal buka.",
    Why.SCHEMES: "Pilih paling sedikit satu jalur.",
    Why.NAME: "Nama program 1 sampai 200 huruf.",
    Why.SOURCE: "Tulis sumbernya: surat keputusan, atau dari mana angkanya (paling panjang 300 huruf).",
    Why.NUMBER: "Kuota adalah angka, nol atau lebih.",
    Why.REGENCY: "Kab/kota itu tidak ada di Banten.",
    Why.TARGET: "Target perlu jumlah sertifikat, tanggal mulai, jumlah hari, dan sumbernya; atau kosongkan semuanya.",
    Why.MOVE: "Pilih dua kab/kota yang berbeda, yang masing-masing punya kuota sendiri.",
    Why.TOO_MANY: "Kab/kota asal tidak punya tempat sebanyak itu.",
}


def number(value: int) -> str:
    """1.204."""
    return f"{value:,}".replace(",", ".")


def day(moment: dt.datetime | dt.date, before: bool = False) -> str:
    """24-11-2026; of a moment at which something ends, the last day before it, with the hour if it is within a day."""
    if not isinstance(moment, dt.datetime):
        return f"{moment:%d-%m-%Y}"
    local = moment.astimezone(JAKARTA)
    if local.time() != dt.time():
        return f"{local:%d-%m-%Y} {local:%H.%M} WIB"
    return f"{local - dt.timedelta(days=1) if before else local:%d-%m-%Y}"


def refusal(refused: NotChanged) -> list[str]:
    """Why not, in sentences: each quota that is in the way, with the number that is taken."""
    if refused.why is not Why.BELOW:
        return [REFUSALS[refused.why]]
    return [
        f"Kuota {wording.regency(one.regency) if one.regency else 'seluruh Banten'} tidak bisa {number(one.quota)}: "
        f"{number(one.taken)} tempat sudah terisi."
        for one in refused.short
    ]


def differences(before: Wanted, after: Wanted) -> Iterator[tuple[str, str, str]]:
    """What changes: its name, how it was, how it will be."""
    for name, was, will in (
        ("Nama", before.name, after.name),
        ("Dibuka", day(before.opens_at), day(after.opens_at)),
        ("Sampai", day(before.closes_at, before=True), day(after.closes_at, before=True)),
        ("Jalur", _ways(before), _ways(after)),
        ("Kuota seluruh Banten", number(before.quota), number(after.quota)),
        *_shares(before, after),
        ("Sumber", f"{before.source}, {day(before.as_of)}", f"{after.source}, {day(after.as_of)}"),
        ("Target", _aim(before.target), _aim(after.target)),
    ):
        if was != will:
            yield name, was, will


def _ways(wanted: Wanted) -> str:
    return ", ".join(SCHEMES.get(one, one) for one in wanted.accepts)


def _shares(before: Wanted, after: Wanted) -> Iterator[tuple[str, str, str]]:
    for code in sorted({*before.allocations, *after.allocations}):
        was, will = ("bersama" if one is None else number(one) for one in (_own(before, code), _own(after, code)))
        yield wording.regency(code), was, will


def _own(wanted: Wanted, code: str) -> int | None:
    return wanted.allocations.get(code)


def _aim(target: Target | None) -> str:
    if target is None:
        return "tidak ada"
    return f"{number(target.certificates)} sertifikat, {target.days} hari sejak {day(target.starts)} ({target.source})"


def consequences(seen: Foreseen) -> Iterator[str]:
    """What the change would do, in sentences."""
    if seen.closes:
        later = "daftar tunggu" if seen.reopens else "daftar minat"
        yield f"Program tutup: tidak ada lagi tempat yang diberikan; yang mendaftar sesudah ini masuk {later}."
    if seen.opens:
        yield "Program buka: tempat diberikan lagi menurut antrean."
    if seen.closes and seen.answering:
        yield f"{number(seen.answering)} tawaran yang belum dijawab tetap berlaku sampai batas jawabnya."
    if seen.offers:
        yield (
            f"Paling banyak {number(seen.offers)} usaha di daftar tunggu langsung ditawari tempat lewat chat "
            "(08.00–20.00 WIB), menurut antrean."
        )
    added = sorted(set(seen.wanted.accepts) - set(seen.before.now.accepts))
    if added:
        yield f"Jalur {_named(added)} mulai mendapat tempat; yang sudah tercatat sebagai peminat tidak berubah sendiri."
    gone = sorted(set(seen.before.now.accepts) - set(seen.wanted.accepts))
    if gone:
        yield f"Pendaftar baru jalur {_named(gone)} masuk daftar minat; tempat yang sudah diberikan tetap."
    if seen.allotted > seen.wanted.quota:
        yield (
            f"Kuota semua kab/kota bersama {number(seen.allotted)}, lebih besar daripada kuota seluruh Banten "
            f"{number(seen.wanted.quota)}: yang lebih dulu habis yang berlaku."
        )
    if seen.before.version == 0:
        yield "Sejak perubahan ini, isi program di config.yaml tidak dipakai lagi; yang berlaku yang diatur di sini."


def _named(schemes: list[str]) -> str:
    return ", ".join(SCHEMES.get(one, one).lower() for one in schemes)
