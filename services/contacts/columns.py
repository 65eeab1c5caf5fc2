"""Judul kolom: what lists call their columns, wherever the heading stands; what comes near is only suggested."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import OSA

from services import sheets
from services.sheet_files import Row, SheetRefused

DEEPEST = 30  # rows in which the heading is looked for: letterheads and titles stand above it
NEAR = 0.7  # similarity from which a name is worth suggesting
LONGEST_HEADING = 60  # characters; what is longer is no heading


class Field(StrEnum):
    """What a column may hold."""

    NAME = "Nama"
    BUSINESS = "Nama Usaha"
    PHONE = "Nomor HP"
    REGENCY = "Kab/Kota"
    DISTRICT = "Kecamatan"
    VILLAGE = "Desa/Kelurahan"
    ADDRESS = "Alamat"
    NIB = "NIB"
    PRODUCT = "Produk"
    EMAIL = "Email"
    CONSENT = "Izin Tertulis"
    REFERENCE = "Nomor Dokumen"
    ATTENDED = "Hadir"
    EVENT = "Acara"
    EVENT_DAY = "Tanggal Acara"


CALLED: Mapping[Field, str] = {
    Field.NAME: "nama|nama lengkap|nama pemilik|pemilik|nama pemilik usaha|nama pelaku usaha|pelaku usaha|"
    "nama pengusaha|nama peserta|nama pendaftar|nama pimpinan|nama penanggung jawab|penanggung jawab|nama owner|owner|"
    "nama ibu bapak|nama pemilik ikm|nama pemilik umkm|name|full name|nama anggota|nama pengrajin|nama perajin",
    Field.BUSINESS: "nama usaha|usaha|nama ikm|ikm|nama umkm|umkm|nama perusahaan|perusahaan|nama toko|nama unit usaha|"
    "nama badan usaha|nama brand usaha|nama usaha produk|business|nama ukm|ukm|instansi usaha|nama kelompok",
    Field.PHONE: "no hp|hp|telp|no telp|wa|no wa|no hp wa|hp wa|telp hp|no telp hp|no telp wa|wa hp|no wa hp|kontak|"
    "no kontak|contact person|cp|phone|mobile|phone number|seluler|no seluler|no hp aktif|no wa aktif|kontak wa|"
    "no telp seluler|telp wa|no hp telp|kontak hp|no handpone|hp no|wa aktif|no contact",
    Field.REGENCY: "kab kota|kab|kota kab|kota|wilayah|daerah|asal daerah|kab kota usaha|kota asal|asal kab kota|"
    "regency|dinas kab kota|daerah asal",
    Field.DISTRICT: "kec|nama kec|kec usaha|district",
    Field.VILLAGE: "desa|kel|desa kel|kel desa|nama desa|nama kel|village|desa kel usaha",
    Field.ADDRESS: "alamat|alamat usaha|alamat lengkap|alamat rumah|alamat produksi|alamat tempat usaha|address|"
    "alamat sesuai ktp|lokasi usaha|alamat domisili",
    Field.NIB: "nib|no nib|no induk berusaha|no induk berusaha nib",
    Field.PRODUCT: "produk|jenis produk|nama produk|jenis usaha|komoditi|komoditas|bidang usaha|product|jenis ikm|"
    "produk unggulan|produk yang dihasilkan",
    Field.EMAIL: "email|e mail|surel|alamat email|alamat surel",
    Field.CONSENT: "izin|izin tertulis|persetujuan|persetujuan tertulis|bersedia dihubungi|bersedia dikabari|consent|"
    "persetujuan data|setuju dihubungi",
    Field.REFERENCE: "no dokumen|dokumen|referensi dokumen|no surat|no surat persetujuan|no arsip|no formulir|document|"
    "reference|no berkas",
    Field.ATTENDED: "hadir|kehadiran|status kehadiran|keterangan hadir|hadir tidak|attended|attendance|absensi|"
    "hadir tidak hadir",
    Field.EVENT: "acara|kegiatan|nama kegiatan|nama acara|event",
    Field.EVENT_DAY: "tanggal acara|tanggal kegiatan|tgl acara|tgl kegiatan|tanggal pelaksanaan|hari tanggal",
}
NAMES: Mapping[str, Field] = {name: field for field, names in CALLED.items() for name in names.split("|")}
SHORT = {
    "nomor": "no", "nomer": "no", "number": "no", "num": "no", "handphone": "hp", "hanphone": "hp", "ponsel": "hp",
    "telepon": "telp", "telpon": "telp", "telephone": "telp", "tlp": "telp", "telfon": "telp", "tel": "telp",
    "whatsapp": "wa", "whatsap": "wa", "watsapp": "wa", "kabupaten": "kab", "kelurahan": "kel", "kecamatan": "kec",
    "kecamata": "kec", "pic": "cp",
}  # fmt: skip
# What must not come in at all (docs: the office keeps no NIK; the NPWP of a person is the NIK).
NEVER = frozenset({"nik", "kependudukan", "npwp", "sandi", "password", "otp", "pin"})
NEVER_ALONE = frozenset({"ktp", "kk", "no ktp", "no kk", "no kartu keluarga", "kartu keluarga", "foto ktp", "scan ktp"})
NUMBERING = frozenset({"no", "no urut", "urut", "nomer urut"})


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the heading stands and which column is which. `line` as the spreadsheet numbers its (last) row."""

    line: int
    columns: Mapping[Field, int]
    unused: tuple[str, ...]  # columns nobody asked for: not read, not kept

    def cell(self, row: Row, field: Field) -> object:
        """What stands in a row's column; None where there is no such column or the row is shorter."""
        at = self.columns.get(field)
        return row[at] if at is not None and at < len(row) else None


def plain(words: str) -> str:
    """A heading as two offices would both write it: small letters, one spelling, no remark in brackets."""
    bare = re.sub(r"\([^)]*\)|\*", " ", words)
    return " ".join(SHORT.get(word, word) for word in re.findall(r"[^\W_]+", (bare.strip() or words).casefold()))


def meant(words: str) -> Field | None:
    """What a column of this name holds, or None."""
    return NAMES.get(plain(words))


def forbidden(words: str) -> bool:
    """Whether a column of this name must not come in."""
    tokens = set(re.findall(r"[^\W_]+", words.casefold()))
    return (bool(tokens & NEVER) and "nama" not in tokens) or plain(words) in NEVER_ALONE


def find(rows: Sequence[Row]) -> Heading:
    """The heading in the first rows of a list. Raises SheetRefused, with the nearest names where some come near."""
    best = max(range(len(rows)), key=lambda at: (len(_read(_names(rows[at]))), -at), default=None)
    if best is None or not _read(_names(rows[best])):
        raise SheetRefused(_missing(_all_names(rows)))
    names, last = _names(rows[best]), best
    if best + 1 < len(rows) and _second_row(rows[best], rows[best + 1]):
        names, last = _joined(names, _names(rows[best + 1])), best + 1
    _refuse_forbidden(names)
    found = _read(names)
    if Field.NAME not in found or not found.keys() & {Field.PHONE, Field.BUSINESS, Field.REGENCY, Field.DISTRICT}:
        raise SheetRefused(_missing(names, found))
    used = set(found.values())
    unused = tuple(name for at, name in enumerate(names) if name and at not in used and plain(name) not in NUMBERING)
    if last + 1 < len(rows) and _is_numbering(rows[last + 1]):
        last += 1
    return Heading(last + 1, found, unused)


def _names(row: Row) -> list[str]:
    said = [" ".join(sheets.words(cell).split()) for cell in row]
    return [one if len(one) <= LONGEST_HEADING else "" for one in said]


def _read(names: Sequence[str]) -> dict[Field, int]:
    """Which column is which; of two that say the same the first counts."""
    found: dict[Field, int] = {}
    for at, name in enumerate(names):
        field = meant(name) if name else None
        if field is not None:
            found.setdefault(field, at)
    return found


def _second_row(upper: Row, lower: Row) -> bool:
    """Whether a heading goes on in the next row ("Alamat" over "Desa", "Kecamatan"): names there, and no data."""
    below = _names(lower)
    if any(len(re.sub(r"\D", "", name)) >= 6 for name in below):
        return False
    new = _read(below).keys() - _read(_names(upper)).keys()
    strange = [name for name in below if name and meant(name) is None]
    return bool(new) and len(strange) <= len(_read(below))


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    wide = max(len(upper), len(lower))
    above, below = [*upper, *[""] * (wide - len(upper))], [*lower, *[""] * (wide - len(lower))]
    return [down if down and (meant(down) or not up) else up for up, down in zip(above, below, strict=True)]


def _is_numbering(row: Row) -> bool:
    """The row "(1) (2) (3)" that official tables have below their heading."""
    numbers = [re.sub(r"[()\s]", "", sheets.words(cell)) for cell in row]
    said = [number for number in numbers if number]
    if len(said) < 2 or not all(one.isdecimal() and len(one) < 4 for one in said):
        return False
    return [int(one) for one in said] == list(range(int(said[0]), int(said[0]) + len(said)))


def _refuse_forbidden(names: Sequence[str]) -> None:
    banned = [name for name in names if name and forbidden(name)]
    if banned:
        raise SheetRefused(
            f"Kolom {', '.join(banned)} tidak boleh ada di berkas: kantor tidak menyimpan NIK, nomor KK, NPWP, atau "
            "kata sandi, dan petugas resmi tidak pernah memintanya lewat daftar. Hapus kolom itu, lalu impor lagi."
        )


# --- what is suggested


def _all_names(rows: Sequence[Row]) -> list[str]:
    widest = max(rows, key=lambda row: sum(bool(name) for name in _names(row)), default=())
    return _names(widest)


def _missing(names: Sequence[str], found: Mapping[Field, int] | None = None) -> str:
    known = found or {}
    said = [] if Field.NAME in known else ["Kolom Nama tidak ditemukan."]
    if not known.keys() & {Field.PHONE, Field.BUSINESS, Field.REGENCY, Field.DISTRICT}:
        said.append("Perlu juga paling sedikit satu dari: Nomor HP, Nama Usaha, Kab/Kota, Kecamatan.")
    said += [f"Kolom “{name}” mungkin maksudnya {field.value}." for name, field in nearest(names, known)]
    there = ", ".join(name for name in names if name)[:300]
    return " ".join([*said, f"Judul kolom yang terbaca: {there or 'tidak ada'}."])


def nearest(names: Sequence[str], found: Mapping[Field, int]) -> Iterator[tuple[str, Field]]:
    """Columns nobody knows whose names come near one that is known and not there yet."""
    for name in names:
        if not name or meant(name) is not None or forbidden(name):
            continue
        known = [*NAMES.items(), *((field.value.casefold(), field) for field in Field)]
        scored = ((max(_alike(plain(name), one), _alike(name.casefold(), one)), field) for one, field in known)
        score, field = max((pair for pair in scored if pair[1] not in found), default=(0.0, Field.NAME))
        if score >= NEAR:
            yield name, field


def _alike(one: str, other: str) -> float:
    return OSA.normalized_similarity(one, other)
