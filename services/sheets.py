"""Lembar kerja: a file an officer brings, xlsx or csv, as plain rows; whatever else it is, is said in a sentence."""

import csv
import datetime as dt
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import python_calamine
from python_calamine import CalamineError, CalamineWorkbook

LARGEST = 20_000_000  # bytes
MOST = 50_000  # rows
SEPARATORS = ";,\t"
# A NIK has sixteen digits; written with gaps it is one all the same.
NIK = re.compile(r"(?<![\d])(?:\d[ .\-]?){15}\d(?![\d])")

Row = Sequence[Any]


class SheetRefused(ValueError):
    """The file cannot be read; the message says why, in plain Indonesian."""


def read(path: Path) -> list[Row]:
    """All rows of the first sheet, the heading first. Raises SheetRefused."""
    if not path.is_file():
        raise SheetRefused(f"Berkas {path} tidak ada.")
    if path.stat().st_size > LARGEST:
        raise SheetRefused(f"Berkas {path.name} terlalu besar, paling besar 20 MB.")
    rows = _csv(path) if path.suffix.lower() in (".csv", ".txt") else _workbook(path)
    while rows and not any(str(cell).strip() for cell in rows[-1]):
        rows.pop()
    if len(rows) < 2:
        raise SheetRefused(f"Berkas {path.name} tidak berisi baris di bawah judul kolom.")
    if len(rows) > MOST:
        raise SheetRefused(f"Berkas {path.name} berisi lebih dari {MOST} baris; bagi menjadi beberapa berkas.")
    return rows


def _workbook(path: Path) -> list[Row]:
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            return [list(row) for row in book.get_sheet_by_index(0).to_python(skip_empty_area=False)]
    except python_calamine.PasswordError:
        raise SheetRefused(f"Berkas {path.name} dikunci kata sandi; simpan tanpa kata sandi dulu.") from None
    except (CalamineError, IndexError, ValueError):
        raise SheetRefused(f"Berkas {path.name} bukan xlsx, xls, ods, atau csv yang bisa dibaca.") from None


def _csv(path: Path) -> list[Row]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="cp1252", errors="replace")  # as Excel saves it
    heading = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=heading.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    except csv.Error:
        raise SheetRefused(f"Berkas {path.name} bukan csv yang bisa dibaca.") from None


# --- cells


def words(cell: Any) -> str:
    """A cell as somebody would type it: a whole number has no ".0"."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def day(cell: Any) -> dt.date | None:
    """A date cell, "2026-12-10", "10/12/2026" or "10-12-2026"; None where it is none."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    for shape in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return dt.datetime.strptime(words(cell), shape).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    return None


def holds_nik(cell: Any) -> bool:
    """Whether a cell holds a number of sixteen digits: a NIK, which we never take in, whatever its column is called.

    As a number in a spreadsheet its last digits may be lost already; it is one all the same.
    """
    if isinstance(cell, bool) or cell is None:
        return False
    if isinstance(cell, int | float):
        return 10**15 <= cell < 10**16
    return NIK.search(str(cell)) is not None
