"""Menulis lembar kerja: rows to a file as the office files it, with its title above, and nothing in it that runs."""

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

# What is written is words and numbers: a cell that begins with "=" or "http" stays what it is.
INERT = {
    "constant_memory": True,  # row by row to the disk: a hundred thousand rows take no more memory than ten
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
LONGEST_CELL = 32_767  # characters, Excel's limit


class Writer:
    """One sheet being written: titles, an empty row, the headings, rows. The file appears when it is whole.

    `row_points`: how high each row is, where something is to be written into it by hand; it is then ruled.
    Raises OSError where it cannot be written.
    """

    def __init__(
        self,
        path: Path,
        sheet: str,
        titles: Sequence[str],
        columns: Sequence[tuple[str, int]],
        row_points: float | None = None,
    ) -> None:
        import xlsxwriter

        self.path, self.count = path, 0
        self._row_points = row_points
        self._part = path.with_name(f".{path.name}.part")
        os.close(os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))  # people's data: for us alone
        self._book = xlsxwriter.Workbook(str(self._part), INERT)
        self._sheet = self._book.add_worksheet(sheet)
        self._begin(titles, columns)

    def _begin(self, titles: Sequence[str], columns: Sequence[tuple[str, int]]) -> None:
        bold = self._book.add_format({"bold": True})
        ruled = {"border": 1, "text_wrap": True, "valign": "vcenter"}
        self._ruled = self._book.add_format(ruled) if self._row_points is not None else None
        heading = self._book.add_format({"bold": True, "border": 1, "text_wrap": True, "bg_color": "#DDEBF7"})
        for at, (_, width) in enumerate(columns):
            self._sheet.set_column(at, at, width)
        for at, title in enumerate(titles):
            self._sheet.write_string(at, 0, title, bold)
        self._row = len(titles) + 1 if titles else 0
        for at, (name, _) in enumerate(columns):
            self._sheet.write_string(self._row, at, name, heading)
        self._sheet.freeze_panes(self._row + 1, 0)

    def row(self, cells: Sequence[Any]) -> None:
        """One row more. Whole numbers stay numbers, all else is text; None is an empty cell."""
        self._row += 1
        self.count += 1
        if self._row_points is not None:
            self._sheet.set_row(self._row, self._row_points)
        for at, cell in enumerate(cells):
            if isinstance(cell, str):
                if cell:
                    self._sheet.write_string(self._row, at, cell[:LONGEST_CELL], self._ruled)
                elif self._ruled:
                    self._sheet.write_blank(self._row, at, None, self._ruled)
            elif cell is not None:
                self._sheet.write_number(self._row, at, cell, self._ruled)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._book.close()
        if kind is None:
            os.replace(self._part, self.path)
        else:
            self._part.unlink(missing_ok=True)
