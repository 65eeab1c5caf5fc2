"""What `naikkelas contacts` says: what a list would do, row by row where something is wrong."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

from models import PaperConsent
from services import regions, sheets
from services.contacts.columns import Field, Heading
from services.contacts.exporting import Line, Wanted
from services.contacts.judging import Judge, Judged, Verdict
from services.contacts.listing import Listing
from services.contacts.papers import Why
from services.contacts.reading import Doubt, Fault
from services.office import Office
from services.staff import Actor
from texts import Catalogue

VERDICTS = {
    Verdict.NEW: "baru", Verdict.KNOWN: "sudah ada, tidak berubah", Verdict.CHANGED: "sudah ada, dilengkapi",
    Verdict.REPEATED: "baris kembar dalam berkas", Verdict.REFUSED: "ditolak",
}  # fmt: skip
FAULTS = {
    Fault.NIK: "Ada 16 angka seperti NIK. NIK tidak boleh masuk; hapus dari baris ini.",
    Fault.LOST_DIGITS: "Angka sudah terpotong oleh Excel (contoh 8,12E+11); ubah kolom menjadi Teks dan tulis ulang.",
    Fault.FORMULA: "Ada rumus atau galatnya (=…, #REF!); tulis isinya saja.",
    Fault.NO_NAME: "Nama kosong atau bukan nama.",
    Fault.ONLY_NAME: "Hanya nama; tambahkan nomor HP, usaha, atau kab/kota.",
    Fault.PHONE: "Nomor HP bukan nomor.",
    Fault.NOT_MOBILE: "Nomor telepon rumah; perlu nomor HP.",
    Fault.FOREIGN: "Nomor HP dari luar Indonesia.",
    Fault.REPEATED: "Orang yang sama ada lebih dari sekali dengan isi berbeda; pilih satu.",
    Fault.OUTSIDE: "Bukan kab/kota tugas akun ini.",
    Fault.ERASED: "Orang ini sudah meminta datanya dihapus; tidak dimasukkan lagi.",
}
DOUBTS = {
    Doubt.REGENCY: "Kab/kota tidak jelas.",
    Doubt.DISTRICT: "Kecamatan tidak dikenal di kab/kota itu.",
    Doubt.NIB: "NIB bukan 13 angka; tidak disimpan.",
    Doubt.EMAIL: "Alamat email salah; tidak disimpan.",
    Doubt.SEVERAL_PHONES: "Ada beberapa nomor HP; yang pertama dipakai.",
    Doubt.NO_PHONE: "Kolom nomor HP tidak berisi nomor; dicatat tanpa nomor.",
    Doubt.SHARED_PHONE: "Nomor HP ini juga dipakai kontak lain; tidak digabung.",
    Doubt.OTHER_NAME: "Nomor HP ini milik orang yang kami kenal dengan nama lain; tidak digabung.",
    Doubt.NO_DOCUMENT: "Mengaku ada izin tertulis tanpa nomor dokumen; dianggap belum ada izin.",
    Doubt.ATTENDED: "Hadir atau tidak belum jelas; dicatat tidak hadir.",
    Doubt.SHORTENED: "Isi sel terlalu panjang; dipotong.",
}
ERROR_COLUMNS: Sequence[tuple[str, int]] = (
    ("Baris", 7),
    ("Keadaan", 12),
    ("Masalah", 60),
    *((f.value, 20) for f in Field),
)


def told(found: Listing, judge: Judge, *, applied: bool, errors: Path | None) -> Iterator[str]:
    """What a list does, or would do."""
    tally = judge.tally
    yield from _about(found)
    counts = ", ".join(
        f"{tally.verdicts[v]} {name}" for v, name in VERDICTS.items() if tally.verdicts[v] or v is Verdict.NEW
    )
    yield f"{sum(tally.verdicts.values())} baris: {counts}."
    if tally.attended or tally.absent:
        yield f"Kehadiran dicatat: {tally.attended} hadir, {tally.absent} tidak hadir."
    if tally.linked:
        yield f"{tally.linked} bernomor sama dengan orang yang sudah menulis kepada bot; disambungkan."
    yield from _counted(
        "Meragukan, tetap diambil", tally.doubtful, [(DOUBTS[d], n) for d, n in tally.doubts.most_common()]
    )
    refused = tally.verdicts[Verdict.REFUSED]
    yield from _counted("Ditolak", refused, [(FAULTS[f], n) for f, n in tally.faults.most_common()])
    if tally.claims:
        yield f"{tally.claims} mengaku punya izin tertulis; petugas lain memastikan: naikkelas contacts consent list."
    yield "Impor bukan izin: kontak tanpa izin yang sudah dipastikan hanya dihitung, tidak dikirimi apa pun."
    if errors and (refused or tally.doubtful):
        yield f"Baris yang perlu diperiksa: {errors}. Perbaiki di sana, lalu impor berkas itu."
    elif refused or tally.doubtful:
        yield "Daftar baris yang perlu diperiksa: tambahkan --errors periksa.xlsx."
    yield "Sudah ditulis." if applied else "Belum ada yang ditulis. Kalau sudah benar, ulangi dengan --apply."


def _about(found: Listing) -> Iterator[str]:
    where = f", lembar {found.sheet}" if found.sheet else ""
    yield f"{found.file.name}{where}, judul kolom sampai baris {found.heading.line}."
    yield f"Kolom dipakai: {', '.join(field.value for field in found.heading.columns)}."
    if found.heading.unused:
        yield f"Kolom tidak dipakai dan tidak disimpan: {', '.join(found.heading.unused)}."
    if found.others:
        yield f"Lembar lain tidak dibaca: {', '.join(found.others)} (pilih dengan --sheet)."
    if found.file.macros:
        yield "Berkas berisi makro; makro tidak pernah dijalankan."


def _counted(what: str, rows: int, lines: Sequence[tuple[str, int]]) -> Iterator[str]:
    if rows:
        yield f"{what}: {rows} baris."
        yield from (f"  {count:>6}  {said}" for said, count in lines)


def error_row(one: Judged, heading: Heading) -> list[str | int]:
    """A row of the sheet to correct. Where a NIK stands in it, its words are left out."""
    said = [FAULTS[one.fault]] if one.fault else [DOUBTS[doubt] for doubt in one.doubts]
    state = "ditolak" if one.fault else "meragukan"
    cells = [heading.cell(one.row, field) for field in Field]
    kept = ["(dihapus: ada NIK)" if sheets.holds_nik(cell) else sheets.words(cell) for cell in cells]
    return [one.line, state, " ".join(said), *kept]


# --- consent on paper

CLAIM_COLUMNS = {"reference": "Dokumen", "count": "Orang", "file": "Berkas", "by": "Dibawa oleh", "since": "Sejak"}
LINE_COLUMNS = {"id": "Kontak", "name": "Nama", "business": "Usaha", "phone": "HP"}
WHY = {
    Why.NOBODY: "Tidak ada pengakuan izin yang menunggu pada dokumen itu.",
    Why.NO_ACCOUNT: "Yang memastikan harus akun petugas: tambahkan --as NAMA.",
    Why.OWN: "Daftar ini Anda bawa sendiri; orang kedua yang memastikannya.",
}

# --- lists go out

OFFICE = ("PEMERINTAH PROVINSI BANTEN", "DINAS PERINDUSTRIAN DAN PERDAGANGAN", "UPTD BPTSI")
EXPORT_COLUMNS: Sequence[tuple[str, int]] = (
    ("No", 7), ("Nama Pemilik", 26), ("Nama Usaha", 26), ("Kab/Kota", 22), ("Kecamatan", 18), ("Desa/Kelurahan", 18),
    ("Alamat", 32), ("Nomor HP", 17), ("NIB", 15), ("Produk", 26), ("Nomor Pendampingan", 19), ("Tahap", 22),
    ("Sertifikat", 22), ("Sumber", 22), ("Izin Tertulis", 14),
)  # fmt: skip
CONSENTS = {
    PaperConsent.NONE: "tidak ada", PaperConsent.CLAIMED: "belum dipastikan",
    PaperConsent.CONFIRMED: "dipastikan", PaperConsent.REFUSED: "ditolak",
}  # fmt: skip


def export_titles(wanted: Wanted, who: Actor, office: Office, now: dt.datetime, spoken: Catalogue) -> list[str]:
    """What stands above a list that goes out: whose it is, of when, by whom, and what is in it."""
    at = now.astimezone(office.zone)
    regency = regions.regency(wanted.regency or "")
    scope = "" if who.regencies is None else ", wilayah tugas akun itu saja"
    where = regency.name if regency else f"semua kab/kota{scope}"
    stage = spoken.text(f"stage.{wanted.stage.value}.name", "id") if wanted.stage else "semua, dan kontak dari daftar"
    said = f"Dibuat {at:%d-%m-%Y} pukul {at:%H.%M} WIB oleh {who.name}. Kab/kota: {where}. Tahap: {stage}."
    return [*OFFICE, "DAFTAR USAHA DAN KONTAK", said, "Berisi data pribadi (UU 27/2022): hanya untuk keperluan dinas."]


def export_row(number: int, line: Line, spoken: Catalogue) -> list[str | int | None]:
    """One row; the number of a phone is a text, so that no nought is lost."""
    stage = spoken.text(f"stage.{line.stage.value}.name", "id") if line.stage else None
    return [
        number, line.owner, line.business, line.regency, line.district, line.village, line.address, line.phone,
        line.nib, line.products, line.number, stage, line.certificate, line.source or "bot",
        CONSENTS[line.consent] if line.consent else None,
    ]  # fmt: skip
