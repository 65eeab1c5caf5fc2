"""What a programme's ways, refusals and consequences are called, and what a change is in words."""

import datetime as dt
from collections.abc import Iterable, Iterator

from console import wording
from services import regions
from services.calendar import JAKARTA
from services.programme_changes import Foreseen, Seen
from services.programme_making import Begun, Former
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
    Why.CODE: "Kode program 3 sampai 32 huruf besar, angka, dan tanda hubung, contoh BANTEN-2027.",
    Why.EXISTS: "Kode itu sudah dipakai program lain. Pilih kode lain.",
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
    shares = {*before.allocations, *after.allocations}
    for (name, was), (_, will) in zip(_terms(before, shares), _terms(after, shares), strict=True):
        if was != will:
            yield name, was, will


def _ways(wanted: Wanted) -> str:
    return ", ".join(SCHEMES.get(one, one) for one in wanted.accepts)


def _shared(wanted: Wanted, code: str) -> str:
    own = wanted.allocations.get(code)
    return "bersama" if own is None else number(own)


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
    yield from _too_much(seen.allotted, seen.wanted.quota)
    if seen.before.version == 0:
        yield "Sejak perubahan ini, isi program di config.yaml tidak dipakai lagi; yang berlaku yang diatur di sini."


def _too_much(allotted: int, quota: int) -> Iterator[str]:
    if allotted > quota:
        yield (
            f"Kuota semua kab/kota bersama {number(allotted)}, lebih besar daripada kuota seluruh Banten "
            f"{number(quota)}: yang lebih dulu habis yang berlaku."
        )


def begun(it: Begun, now: dt.datetime) -> Iterator[str]:
    """What making a programme would come to, in sentences."""
    if it.from_when is None:
        yield "Program ini tidak pernah menerima pendaftaran: program lain dibuka lebih akhir. Periksa tanggalnya."
    elif it.from_when <= now:
        yield f"Mulai sekarang juga pendaftaran baru masuk ke {it.code}."
    else:
        begins = f"Mulai {day(it.from_when)} pendaftaran baru masuk ke {it.code}"
        yield f"{begins} dengan sendirinya, tanpa mengubah config.yaml."
    if it.from_when is not None and it.from_when < it.wanted.opens_at:
        yield (
            f"Yang mendaftar sebelum {day(it.wanted.opens_at)} masuk daftar tunggu program ini, dan mendapat tempat "
            "pada hari itu menurut urutan datangnya."
        )
    if it.before is not None:
        yield from _former(it.before, it.from_when, now)
    yield from _too_much(it.allotted, it.wanted.quota)
    yield "Tidak ada pesan yang dikirim. Tanggal, kuota, dan jalurnya masih bisa diubah; kodenya tidak."


def _former(before: Former, from_when: dt.datetime | None, now: dt.datetime) -> Iterator[str]:
    """What becomes of the programme that receives registrations today."""
    if from_when is not None and now < from_when:
        yield f"Sampai saat itu pendaftaran tetap masuk ke {before.code}."
    if from_when is not None and from_when < before.closes_at:
        yield (
            f"{before.code} tetap dibuka sampai {day(before.closes_at, before=True)}: tempat kosongnya ditawarkan "
            "kepada yang menunggu di sana. Tutup lewat halamannya bila tidak dikehendaki."
        )
    if before.waiting or before.interested:
        yield (
            f"{number(before.waiting)} usaha di daftar tunggu dan {number(before.interested)} peminat {before.code} "
            "tidak pindah sendiri: mereka mendaftar lagi. Sesudah program ini dibuka, ajak mereka lewat Siaran."
        )
    yield f"Yang sudah mendapat tempat di {before.code} tetap diurus di sana, dan tidak mendapat tempat kedua di sini."


def of_the_last(last: Wanted) -> dict[str, str]:
    """Beside the fields of a new programme: how it was in the last one."""
    told = {"buka": day(last.opens_at), "tutup": day(last.closes_at, before=True), "kuota": number(last.quota)}
    told |= {"sumber": last.source, "target": _aim(last.target)}
    told |= {f"kuota_{code}": number(quota) for code, quota in last.allocations.items()}
    return {name: f"program terakhir: {said}" for name, said in told.items()}


def as_it_is(seen: Seen) -> dict[str, str]:
    """Beside the fields of a programme that is changed: what there is now, and what is taken of it."""
    shares = {
        f"kuota_{code}": f"sekarang {_shared(seen.now, code)}, terisi {number(seen.held.get(code, 0))}"
        for code in regions.REGENCIES
    }
    return {"kuota": f"sekarang {number(seen.now.quota)}, terisi {number(seen.taken)}", **shares}


def terms(wanted: Wanted) -> Iterator[tuple[str, str]]:
    """A programme as it will be: what each thing is called, and what it is."""
    return _terms(wanted, wanted.allocations)


def _terms(wanted: Wanted, shares: Iterable[str]) -> Iterator[tuple[str, str]]:
    yield "Nama", wanted.name
    yield "Dibuka", day(wanted.opens_at)
    yield "Sampai", day(wanted.closes_at, before=True)
    yield "Jalur", _ways(wanted)
    yield "Kuota seluruh Banten", number(wanted.quota)
    for code in sorted(shares):
        yield wording.regency(code), _shared(wanted, code)
    yield "Sumber", f"{wanted.source}, {day(wanted.as_of)}"
    yield "Target", _aim(wanted.target)


def _named(schemes: list[str]) -> str:
    return ", ".join(SCHEMES.get(one, one).lower() for one in schemes)
