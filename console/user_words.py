"""Hak dan akibatnya: what an account may do in the office's own words, and what a change means before it is made."""

from collections.abc import Iterator, Sequence

from console import wording
from services import accounts, signing_in, staff
from services.accounts import Account, Why
from services.staff import Right

RIGHTS = {
    Right.SEE: "melihat orang, pengajuan, tiket, dan acara",
    Right.REVIEW: "memindah tahap, menjawab tiket, memenuhi permintaan data",
    Right.EVENTS: "membuat dan mengubah acara",
    Right.DOOR: "mencatat kehadiran",
    Right.DRAFT: "menulis siaran",
    Right.APPROVE: "menyetujui siaran",
    Right.EXPORT: "mengunduh daftar berisi data pribadi",
    Right.TEXTS: "mengubah naskah bot",
    Right.PROGRAMME: "mengubah program, kuota, dan fakta",
    Right.USERS: "membuat akun dan mengubah peran",
    Right.AUDIT: "membaca catatan audit",
}
FAULTS = {
    Why.UNKNOWN: "Akun itu tidak ada.",
    Why.NAME: "Nama akun: 2 sampai 32 huruf kecil, angka, titik atau garis, diawali huruf.",
    Why.DISPLAY: f"Nama petugas 1 sampai {accounts.LONGEST_DISPLAY} huruf, dan bukan kata yang dipakai sistem.",
    Why.TAKEN: "Nama akun itu sudah dipakai, atau disimpan untuk sistem.",
    Why.ROLE: "Pilih paling sedikit satu peran.",
    Why.REGENCY: "Pilih paling sedikit satu kab/kota, atau seluruh Banten.",
    Why.BEYOND: "Di luar wilayah tugas Anda sendiri.",
    Why.YOURSELF: "Akun sendiri tidak bisa diubah; minta administrator lain.",
    Why.LAST: "Ini administrator terakhir. Beri dulu peran administrator kepada akun lain.",
    Why.DISABLED: "Akun ini nonaktif. Aktifkan dulu.",
    Why.CHANGED: "Orang lain baru saja mengubah akun ini. Lihat keadaannya sekarang, lalu ulangi.",
}


def rights(names: Sequence[str]) -> str:
    """What roles together allow, as one line."""
    return "; ".join(words for right, words in RIGHTS.items() if right in staff.rights_of(names))


def where(regencies: Sequence[str] | None) -> str:
    """For which kab/kota."""
    return "seluruh Banten" if regencies is None else ", ".join(wording.regency(code) for code in regencies)


def role(name: str) -> str:
    """ "petugas_acara" as one reads it."""
    return name.replace("_", " ")


def of_change(account: Account, roles: Sequence[str], regencies: Sequence[str] | None, browsers: int) -> Iterator[str]:
    """What follows from other roles and another scope, sentence by sentence; none where nothing changes."""
    name, before, after = account.display_name, staff.rights_of(account.roles), staff.rights_of(roles)
    for right in RIGHTS:
        if right in after - before:
            yield f"{name} boleh {RIGHTS[right]}."
        if right in before - after:
            yield f"{name} tidak boleh lagi {RIGHTS[right]}."
    scope = None if account.regencies is None else sorted(account.regencies)
    if scope != (None if regencies is None else sorted(regencies)):
        yield f"{name} bekerja untuk {where(regencies)}, bukan lagi {where(account.regencies)}."
    if signing_in.needs_code(roles) and not signing_in.needs_code(account.roles) and not account.phone:
        yield f"{name} wajib memasang kode HP: sesinya yang sekarang berakhir, dan ia perlu tautan kata sandi baru."
    elif sorted(roles) != sorted(account.roles) and browsers:
        yield f"Berlaku saat itu juga di {browsers} perangkat tempat {name} sedang masuk."


def of_disabling(account: Account, browsers: int) -> Iterator[str]:
    """What follows from closing an account."""
    name = account.display_name
    yield f"{name} tidak bisa masuk lagi; {browsers} perangkat keluar saat itu juga."
    yield "Kata sandi, kode HP, dan sambungan Telegram-nya dihapus."
    yield "Catatan yang dibuat atas namanya tetap ada, dan akunnya bisa diaktifkan lagi."


def of_adding(name: str, roles: Sequence[str], regencies: Sequence[str] | None) -> Iterator[str]:
    """What a new account will be able to do."""
    yield f"{name} boleh {rights(roles)}."
    yield f"{name} bekerja untuk {where(regencies)}."
    phone = " dan memasang kode HP" if signing_in.needs_code(roles) else ""
    yield f"Sesudah dibuat, beri tautan sekali pakai: dengan itu {name} memilih kata sandi{phone}."
