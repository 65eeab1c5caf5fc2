"""Lembar kerja: a file an officer brings, xlsx or csv, as plain rows; whatever else it is, is said in a sentence."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

from services.sheet_files import Row, SheetRefused, opened

__all__ = ["Row", "SheetRefused", "day", "holds_nik", "lost_digits", "read", "words"]

LARGEST = 20_000_000  # bytes
MOST = 50_000  # rows
# A NIK has sixteen digits; written with gaps it is one all the same.
NIK = re.compile(r"(?<![\d])(?:\d[ .\-]?){15}\d(?![\d])")
EXACT = 10**15  # from here on a spreadsheet forgets the last digits of a number
SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}")  # "8,12346E+11", as a csv keeps what a narrow column showed
FORMULA = re.compile(r'="([^"]*)"')  # how a csv says "this is a text"


def read(path: Path) -> list[Row]:
    """All rows of the first sheet, the heading first. Raises SheetRefused."""
    rows: list[Row] = []
    for row in opened(path, LARGEST).rows():
        rows.append(row)
        if len(rows) > MOST and any(str(cell).strip() for cell in row):
            raise SheetRefused(f"Berkas {path.name} berisi lebih dari {MOST} baris; bagi menjadi beberapa berkas.")
    while rows and not any(str(cell).strip() for cell in rows[-1]):
        rows.pop()
    if len(rows) < 2:
        raise SheetRefused(f"Berkas {path.name} tidak berisi baris di bawah judul kolom.")
    return rows


# --- cells


def words(cell: Any) -> str:
    """A cell as somebody would type it: a whole number has no ".0", a text made sure by Excel's marks has none."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    said = "" if cell is None else str(cell).strip()
    if not said.startswith(("=", "'")):
        return said  # nearly every cell of a long list
    forced = FORMULA.fullmatch(said)
    return forced[1].strip() if forced else said.removeprefix("'")


def lost_digits(cell: Any) -> bool:
    """Whether a spreadsheet has forgotten some digits of this number, or shortened it ("8,12346E+11")."""
    if isinstance(cell, bool) or cell is None:
        return False
    if isinstance(cell, int | float):
        return abs(cell) >= EXACT
    return SHORTENED.fullmatch(str(cell).strip()) is not None


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
