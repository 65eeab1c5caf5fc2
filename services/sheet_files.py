"""Berkas lembar kerja: opened row by row; what is none, or would hurt us, is refused in a sentence."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

LARGEST = 25_000_000  # bytes of a file; the list of the whole province has about ten
UNPACKED = 250_000_000  # bytes of what is packed in it
MOST_CELLS = 4_000_000  # rows times columns: the reader keeps the whole rectangle in memory
SEPARATORS = ";,\t|"
BLOCK = 1 << 20
TAIL = 512  # bytes kept between two blocks: longer than the head of a cell

WORKBOOKS = (".xlsx", ".xlsm")  # the reader goes by the name; another name is read by what is in it
LISTS = (".csv", ".txt", ".tsv")
OLE = b"\xd0\xcf\x11\xe0"  # what Excel wrote before 2007, and the wrapping of a file with a password
PASSWORD = "EncryptedPackage".encode("utf-16-le")
BOOK, MACROS = "xl/workbook.xml", "xl/vbaproject.bin"

# A cell that holds something: `<c r="AB12" …>` and not `<c …/>` or `<c …></c>`, as styled empty cells are written.
CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>(?!</)')
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)

BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, OSError)

DAMAGED = "rusak atau belum utuh terunduh; unduh lagi, atau buka di Excel lalu simpan lagi."

Row = Sequence[Any]


class SheetRefused(ValueError):
    """The file cannot be read; the message says why, in plain Indonesian."""


@dataclass(slots=True)
class Opened:
    """A file that may be read: its sheets by name, each as rows, the first row of the sheet first.

    A csv has one sheet without a name. `macros`: there are some; they are never run. `lowest`: about how many rows the
    longest sheet has.
    """

    name: str
    sheets: tuple[str, ...]
    lowest: int = 0
    macros: bool = False
    _text: str = ""
    _path: Path | None = field(default=None, repr=False)

    def rows(self, sheet: str | None = None) -> Iterator[Row]:
        """The rows of a sheet, of the first one unless told otherwise. Raises SheetRefused on the way."""
        wanted = self.sheets[0] if sheet is None else sheet
        return _workbook_rows(self._path, wanted) if self._path else _csv_rows(self.name, self._text)


def opened(path: Path, largest: int = LARGEST) -> Opened:
    """Look at a file before it is read. Raises SheetRefused."""
    if not path.is_file():
        raise SheetRefused(f"Berkas {path} tidak ada.")
    if path.stat().st_size > largest:
        raise SheetRefused(f"Berkas {path.name} terlalu besar, paling besar {largest // 1_000_000} MB.")
    if path.suffix.lower() in LISTS:
        text = _text(path)
        return Opened(path.name, ("",), text.count("\n") + 1, _text=text)
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(OLE) or not zipfile.is_zipfile(path):
        raise SheetRefused(_why_no_workbook(path, head))
    lowest, macros = _harmless(path)
    return Opened(path.name, _sheets(path), lowest, macros, _path=path)


def _why_no_workbook(path: Path, head: bytes) -> str:
    if head.startswith(OLE):
        if PASSWORD in path.read_bytes():
            return f"Berkas {path.name} dikunci kata sandi; simpan tanpa kata sandi dulu."
        return f"Berkas {path.name} berbentuk Excel lama (.xls); simpan sebagai xlsx dulu."
    if head.lstrip()[:1] == b"<":
        return (
            f"Berkas {path.name} sebenarnya halaman web atau XML, bukan xlsx; buka di Excel lalu simpan sebagai xlsx."
        )
    if head.startswith(b"PK"):
        return f"Berkas {path.name} {DAMAGED}"
    return f"Berkas {path.name} bukan xlsx atau csv yang bisa dibaca."


# --- what is packed in a workbook


def _harmless(path: Path) -> tuple[int, bool]:
    """Unpack everything once, bounded, before the reader does: the lowest row, and whether there are macros.

    Raises SheetRefused.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            if not any(part.filename.lower() == BOOK for part in parts):
                raise SheetRefused(f"Berkas {path.name} bukan xlsx; buka di Excel lalu simpan sebagai xlsx.")
            if sum(part.file_size for part in parts) > UNPACKED:
                raise SheetRefused(f"Berkas {path.name} terlalu besar sesudah dibuka, paling besar 250 MB.")
            if any(part.flag_bits & 1 for part in parts):
                raise SheetRefused(f"Berkas {path.name} dikunci kata sandi; simpan tanpa kata sandi dulu.")
            lowest = max(_bounded(path, packed, part) for part in parts)
            return lowest, any(part.filename.lower() == MACROS for part in parts)
    except BROKEN:
        raise SheetRefused(f"Berkas {path.name} {DAMAGED}") from None


def _bounded(path: Path, packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """The lowest row of a sheet, 0 for any other part.

    A part may lie about its size: read to its end, it is checked. A stray cell far away is found here.
    """
    cells = SHEET.fullmatch(part.filename) is not None
    right, low, kept = 0, 0, b""
    with packed.open(part) as stream:
        while block := stream.read(BLOCK):
            if not cells:
                continue
            kept += block
            for found in CELL.finditer(kept):
                right, low = max(right, _column(found[1])), max(low, int(found[2]))
            kept = kept[-TAIL:] if len(kept) > TAIL else kept
    if right * low > MOST_CELLS:
        raise SheetRefused(
            f"Berkas {path.name} berisi sel sampai baris {low} dan kolom ke-{right}; tabelnya terlalu luas. "
            "Hapus isi yang tersesat jauh di kanan atau di bawah tabel, atau bagi menjadi beberapa berkas."
        )
    return low


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheets(path: Path) -> tuple[str, ...]:
    """The visible sheets by name; hidden ones only where no other is there."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    with _book(path) as book:
        tables = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        seen = [one.name for one in tables if one.visible == SheetVisibleEnum.Visible]
        names = tuple(seen or [one.name for one in tables])
    if not names:
        raise SheetRefused(f"Berkas {path.name} tidak berisi lembar kerja.")
    return names


def _book(path: Path) -> "CalamineWorkbook":
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        if path.suffix.lower() in WORKBOOKS:
            return CalamineWorkbook.from_path(str(path))
        return CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    except PasswordError:
        raise SheetRefused(f"Berkas {path.name} dikunci kata sandi; simpan tanpa kata sandi dulu.") from None
    except (CalamineError, ValueError, OSError):
        raise SheetRefused(f"Berkas {path.name} bukan xlsx atau csv yang bisa dibaca.") from None


def _workbook_rows(path: Path, name: str) -> Iterator[Row]:
    from python_calamine import CalamineError

    with _book(path) as book:
        try:
            sheet = book.get_sheet_by_name(name)
        except (CalamineError, ValueError):
            raise SheetRefused(f"Lembar {name} di berkas {path.name} tidak bisa dibaca.") from None
        if sheet.start is None:
            return
        above, left = sheet.start
        yield from ([] for _ in range(above))
        margin = [""] * left
        merged = _merged(sheet)
        for at, row in enumerate(sheet.iter_rows(), above):
            yield merged.filled(at, margin + row)


@dataclass(slots=True)
class _Merged:
    """Cells joined over several rows: what stands in the first is said of all of them."""

    begins: dict[int, list[tuple[int, int]]]  # row -> (column, last row)
    open: dict[int, tuple[int, Any]] = field(default_factory=dict)  # column -> (last row, what stands there)

    def filled(self, at: int, row: list[Any]) -> list[Any]:
        """A row with what was joined to it."""
        for column, (last, value) in list(self.open.items()):
            if at > last:
                del self.open[column]
            elif column < len(row):
                row[column] = value
        for column, last in self.begins.get(at, ()):
            self.open[column] = (last, row[column] if column < len(row) else "")
        return row


def _merged(sheet: "CalamineSheet") -> _Merged:
    begins: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if bottom > top and right == left:
            begins.setdefault(top, []).append((left, bottom))
    return _Merged(begins)


# --- a csv


def _text(path: Path) -> str:
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):  # Excel's "Unicode text"
        return raw.decode("utf-16", errors="replace")
    if b"\0" in raw[:4096]:
        raise SheetRefused(f"Berkas {path.name} bukan csv yang bisa dibaca.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")  # as Excel saves it


def _csv_rows(name: str, text: str) -> Iterator[Row]:
    begun = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)  # Excel's own hint
    separator = begun[1] if begun else _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            yield [] if begun and reader.line_num == 1 else row
    except csv.Error:
        raise SheetRefused(f"Berkas {name} bukan csv yang bisa dibaca (baris {reader.line_num}).") from None


def _separator(text: str) -> str:
    """What parts the cells: titles above the heading have none, so more lines than the first are looked at."""
    lines = text[:20_000].splitlines()[:30]
    return max(SEPARATORS, key=lambda mark: sum(min(line.count(mark), 40) for line in lines))
