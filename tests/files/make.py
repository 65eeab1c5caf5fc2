"""Makes the ugly files beside it, always the same: `python -m tests.files.make`. Everybody in them is invented."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

HERE = Path(__file__).parent
INERT = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
LONG_AGO = dt.datetime(2025, 5, 15)  # noqa: DTZ001 -- so that the same file comes out every time

LETTERHEAD = [
    "PEMERINTAH PROVINSI BANTEN",
    "DINAS PERINDUSTRIAN DAN PERDAGANGAN",
    "UPTD BPTSI",
    "",
    "DAFTAR HADIR PESERTA",
]


def book(name: str, fill: Callable[[Any, Any], None]) -> None:
    """One workbook."""
    made = io.BytesIO()
    workbook = xlsxwriter.Workbook(made, INERT)
    workbook.set_properties({"created": LONG_AGO})
    fill(workbook, workbook.add_worksheet("Peserta"))
    workbook.close()
    _same_every_time(name, made)


def _same_every_time(name: str, made: io.BytesIO) -> None:
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as new:
        for part in sorted(old.namelist()):
            new.writestr(zipfile.ZipInfo(part, (2025, 5, 15, 0, 0, 0)), old.read(part), zipfile.ZIP_DEFLATED)


def rows(sheet: Any, lines: list[list[Any]], first: int = 0) -> None:
    """Cells as they are: text stays text, a number a number."""
    for at, line in enumerate(lines, first):
        for column, cell in enumerate(line):
            if isinstance(cell, str) and cell:
                sheet.write_string(at, column, cell)
            elif isinstance(cell, int | float):
                sheet.write_number(at, column, cell)


def letterhead(workbook: Any, sheet: Any) -> None:
    """A letterhead, two rows of headings, the row (1) (2) (3), a total, and a signature below."""
    rows(sheet, [[line] for line in LETTERHEAD])
    sheet.merge_range(6, 4, 6, 6, "ALAMAT")
    rows(sheet, [["NO", "NAMA PESERTA", "NAMA IKM", "NO. HP/WA", "", "", "", "KEHADIRAN"]], 6)
    rows(sheet, [["", "", "", "", "DESA/KEL", "KECAMATAN", "KAB/KOTA", ""]], 7)
    rows(sheet, [["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"]], 8)
    people = [
        [1, "SITI AMINAH", "Keripik Bu Siti", "0812-0000-0001", "Kiara", "Walantaka", "Kota Serang", "√"],
        [2, "Hj. Nur'aini", "Dapur Nur", "+62 812 0000 0002", "Rau", "Kramatwatu", "Serang", "hadir"],
        [3, "Bapak Ujang", "Emping Menes", "812 0000 0003", "Menes", "Menes", "Pandeglang", "tidak hadir"],
        [4, "Dewi", "Kue Dewi", "081200000004", "", "Pulo Ampel", "Kab. Serang", ""],
    ]
    rows(sheet, people, 9)
    rows(sheet, [["JUMLAH", "", "", "4"]], 13)
    sheet.write_string(15, 5, "Serang, 15 Mei 2025")
    sheet.write_string(16, 5, "Kepala UPTD BPTSI")


def phones(workbook: Any, sheet: Any) -> None:
    """Every spelling of a number, and some that are none."""
    said: list[Any] = [
        "0812-0000-0101", "+62 (0) 812-0000-0102", "0062 812 0000 0103", "62812 0000 0104", 81200000105,
        "'081200000106", "WA: 0812.0000.0107 (istri)", "0812 0000 0108 / 0812 0000 0109", "O812OOOO0110",
        "081200000111.", "(0812) 00000112", "021-5551234", "+65 9123 4567", "8,12E+11", 8.12e15, "belum punya hp", "-",
    ]  # fmt: skip
    rows(sheet, [["Nama", "Nama Usaha", "Telp/HP", "Kab/Kota"]])
    people = [[f"Ibu Nomor {chr(64 + n)}aryati", f"Usaha {n}", one, "Kota Cilegon"] for n, one in enumerate(said, 1)]
    rows(sheet, people, 1)


def nik_column(workbook: Any, sheet: Any) -> None:
    """A column that must not come in."""
    rows(sheet, [["Nama", "NIK", "No HP"], ["Siti", "3604010101010001", "081200000201"]])


def nik_cells(workbook: Any, sheet: Any) -> None:
    """No such column, but NIK as numbers and inside other cells."""
    rows(sheet, [["Nama", "Nama Usaha", "No HP", "Alamat"]])
    rows(sheet, [["Siti", "Keripik", 3604010101010001, "Serang"]], 1)
    rows(sheet, [["Nur", "Dapur Nur", "081200000302", "NIK 3604 0101 0101 0002"]], 2)
    rows(sheet, [["Dewi", "Kue Dewi", "081200000303", "Kp. Baru"]], 3)


def formulas(workbook: Any, sheet: Any) -> None:
    """Cells that would run, cells that failed, and text that looks like either."""
    rows(sheet, [["Nama", "Nama Usaha", "No HP"]])
    sheet.write_string(1, 0, '=HYPERLINK("http://contoh.invalid","Siti")')
    rows(sheet, [["", "@SUM(A1)", "081200000401"]], 1)
    sheet.write_formula(2, 0, '="Nur"&"aini"', None, "Nuraini")
    rows(sheet, [["", "+Dapur", "081200000402"]], 2)
    rows(sheet, [["Dewi Lestari", "Kue"]], 3)
    sheet.write_formula(3, 2, "=VLOOKUP(1,B1:C1,2)", None, "#N/A")


def merged(workbook: Any, sheet: Any) -> None:
    """A kab/kota joined over all its rows, an instruction sheet before, and a hidden one."""
    sheet.write_string(0, 0, "Kosong: lihat lembar berikutnya")
    people = workbook.add_worksheet("Lebak")
    rows(people, [["Kabupaten/Kota", "Kecamatan", "Nama Pemilik", "Produk", "Sertifikat Halal"]])
    people.merge_range(1, 0, 3, 0, "Kab. Lebak")
    rows(people, [["", "Rangkasbitung", "Ibu Rokayah", "Gula semut", "belum"]], 1)
    rows(people, [["", "Bayah", "Pak Jamal", "Ikan asin", "belum"]], 2)
    rows(people, [["", "Bandung", "Ibu Entin", "Opak", "belum"]], 3)
    workbook.add_worksheet("Rahasia").hide()


def wrong_columns(workbook: Any, sheet: Any) -> None:
    """Names that come near, and none that is right."""
    rows(sheet, [["Nma Pemilk", "Nomr HP", "Kecamtan"], ["Siti", "081200000501", "Menes"]])


def paper(workbook: Any, sheet: Any) -> None:
    """Consent that is claimed: with a document, without one, and not at all."""
    rows(sheet, [["Nama", "Nama Usaha", "WA", "Izin Tertulis", "No. Dokumen"]])
    rows(sheet, [["Siti Aminah", "Keripik Bu Siti", "081200000601", "ya", "DH/015/V/2025"]], 1)
    rows(sheet, [["Nur Aini", "Dapur Nur", "081200000602", "ya", ""]], 2)
    rows(sheet, [["Dewi Lestari", "Kue Dewi", "081200000603", "tidak", "DH/015/V/2025"]], 3)
    rows(sheet, [["Ujang Jaya", "Emping", "081200000604", "√", "DH/015/V/2025"]], 4)


def doubles(workbook: Any, sheet: Any) -> None:
    """The same line twice, the same person with other details, and one number of several people."""
    rows(sheet, [["Nama", "Nama Usaha", "No HP", "Alamat"]])
    rows(sheet, [["Siti Aminah", "Keripik Bu Siti", "0812-0000-0701", "Kp. Baru"]], 1)
    rows(sheet, [["SITI AMINAH", "UD Keripik Bu Siti", "+6281200000701", "Kp. Baru"]], 2)
    rows(sheet, [["Siti Aminah", "Keripik Bu Siti", "081200000701", "Kp. Lama"]], 3)
    rows(sheet, [["Nur Aini", "Dapur Nur", "081200000701", "Kp. Baru"]], 4)


CSV = (
    "DATA IKM KABUPATEN PANDEGLANG TAHUN 2024;;;\r\n;;;\r\n"
    "No;Nama Pelaku Usaha;Nomor Handphone;Kecamatan\r\n"
    '1;"Hj. Ai’ Rohimah; Spd";="081200000801";Labuan\r\n'
    "2;Ibu Ñoña;81200000802;Karang Tanjung\r\n"
    "3;Pak Endang;8,12E+10;Cikedal\r\n"
)

BOOKS: dict[str, Callable[[Any, Any], None]] = {
    "kop-dua-baris-judul.xlsx": letterhead,
    "nomor-hp.xlsx": phones,
    "kolom-nik.xlsx": nik_column,
    "nik-di-sel.xlsx": nik_cells,
    "rumus.xlsx": formulas,
    "sel-gabung.xlsx": merged,
    "kolom-salah.xlsx": wrong_columns,
    "izin-tertulis.xlsx": paper,
    "kembar.xlsx": doubles,
}


def main() -> None:
    """Make them all anew."""
    for name, fill in BOOKS.items():
        book(name, fill)
    (HERE / "excel-indonesia.csv").write_bytes(("\ufeff" + CSV).encode())
    (HERE / "windows-1252.csv").write_bytes(CSV.encode("cp1252"))
    (HERE / "teks-unicode.csv").write_bytes(CSV.replace("; Spd", ", Spd").replace(";", "\t").encode("utf-16"))
    macros(HERE / "makro.xlsm")
    (HERE / "halaman-web.xlsx").write_text("<html><table><tr><td>Nama</td><td>No HP</td></tr></table></html>\n")
    # The wrapping of a workbook with a password: the old container, with the name of the stream that is encrypted.
    (HERE / "kata-sandi.xlsx").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 480
    )
    (HERE / "excel-lama.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1528)
    (HERE / "terpotong.xlsx").write_bytes((HERE / "kembar.xlsx").read_bytes()[:-400])


def macros(path: Path) -> None:
    """The doubles' workbook with a program in it."""
    with zipfile.ZipFile(HERE / "kembar.xlsx") as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part, old.read(part), zipfile.ZIP_DEFLATED)
        new.writestr(
            zipfile.ZipInfo("xl/vbaProject.bin", (2025, 5, 15, 0, 0, 0)), b"\xd0\xcf\x11\xe0 not a real program"
        )


if __name__ == "__main__":
    main()
