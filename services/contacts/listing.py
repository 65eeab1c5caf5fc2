"""Daftar: a file of contacts, the sheet in it that is a list, and its rows as they come."""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.contacts import columns, reading
from services.contacts.columns import DEEPEST, Heading
from services.contacts.reading import Asked, Entry, Wrong
from services.sheet_files import Opened, Row, SheetRefused, opened

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Listing:
    """A list, ready to be read as often as is wanted."""

    file: Opened
    sheet: str
    others: tuple[str, ...]  # sheets that are not read
    heading: Heading
    digest: str  # SHA-256 of the file, hex

    def rows(self, asked: Asked) -> Iterator[tuple[Row, Entry | Wrong]]:
        """The rows below the heading, each with what it says or why it is not taken."""
        return reading.entries(enumerate(self.file.rows(self.sheet), 1), self.heading, asked)


def look(path: Path, sheet: str | None = None) -> Listing:
    """The list in a file: in the sheet that is named, else in the first that has a heading. Raises SheetRefused."""
    file = opened(path)
    if sheet is not None and sheet not in file.sheets:
        raise SheetRefused(f"Lembar {sheet} tidak ada di {path.name}; yang ada: {', '.join(file.sheets)}.")
    names = file.sheets if sheet is None else (sheet,)
    why: SheetRefused | None = None
    for name in names:
        try:
            heading = columns.find(list(itertools.islice(file.rows(name), DEEPEST)))
        except SheetRefused as refused:
            why = why or refused
            continue
        others = tuple(other for other in file.sheets if other != name)
        return Listing(file, name, others, heading, _digest(path))
    raise why or SheetRefused(f"Berkas {path.name} kosong.")


def _digest(path: Path) -> str:
    made = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            made.update(block)
    return made.hexdigest()
