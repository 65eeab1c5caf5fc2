"""The file a backup is: a zip with one member of plain lines for every table, the same whichever database it came from.

`cadangan.json` says what is in it: the step of the tables, the columns and how many rows. A row is a JSON list in the
order of its columns: moments as ISO 8601 in UTC, bytes as base64, JSON columns as the text they are kept as. A file cut
short has no directory at its end, and each member has its checksum: what is damaged is noticed, not restored.
"""

import base64
import datetime as dt
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

FORMAT = 1
INDEX = "cadangan.json"


class Damaged(Exception):
    """The file is no backup of ours, or not whole any more."""


class TooNew(Exception):
    """The backup was made by a newer release than this one."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table as it stands in the file. `next_id`: the number its next row gets, None if rows are not numbered."""

    columns: tuple[str, ...]
    rows: int
    next_id: int | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """What the file holds. `step`: the migration its tables were at."""

    step: str
    taken_at: dt.datetime
    tables: Mapping[str, Table] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(table.rows for table in self.tables.values())


class Writing:
    """A backup being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def rows(self, name: str, rows: Iterable[Sequence[Any]]) -> int:
        """All rows of one table; gives how many there were."""
        count = 0
        with self._archive.open(f"tables/{name}.jsonl", "w", force_zip64=True) as member:
            for row in rows:
                member.write(orjson.dumps(list(row), _plain, orjson.OPT_NAIVE_UTC | orjson.OPT_APPEND_NEWLINE))
                count += 1
        return count

    def index(self, index: Index) -> None:
        """Last of all: what is in it."""
        self._archive.writestr(INDEX, orjson.dumps({"format": FORMAT, "step": index.step} | _indexed(index)))


def _indexed(index: Index) -> dict[str, Any]:
    tables = {
        name: {"columns": table.columns, "rows": table.rows, "next_id": table.next_id}
        for name, table in index.tables.items()
    }
    return {"taken_at": index.taken_at, "tables": tables}


def _plain(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} cannot be kept in a backup")


@contextmanager
def written(path: Path) -> Iterator[Writing]:
    """A new file, readable by us alone; under its own name only once it is whole and on the disk.

    Raises FileExistsError rather than write over an older backup.
    """
    if path.exists():
        raise FileExistsError(path)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                yield Writing(archive)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        _to_disk(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _to_disk(folder: Path) -> None:
    """That the file has its name is written in its folder, and a folder goes to the disk by itself."""
    if os.name == "nt":
        return  # Windows cannot, and need not
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Reading:
    """A backup being read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.index = _index(archive)

    def rows(self, name: str) -> Iterator[list[Any]]:
        """The rows of one table. Raises Damaged where they are not all there."""
        table = self.index.tables[name]
        count = 0
        with _whole(), self._archive.open(f"tables/{name}.jsonl") as member:
            for count, line in enumerate(member, 1):
                row = orjson.loads(line)
                if len(row) != len(table.columns):
                    raise Damaged(f"{name}: row {count}")
                yield row
        if count != table.rows:
            raise Damaged(f"{name}: {count} of {table.rows} rows")


def _index(archive: zipfile.ZipFile) -> Index:
    told = orjson.loads(archive.read(INDEX))
    if told["format"] > FORMAT:
        raise TooNew(f"format {told['format']}")
    tables = {
        name: Table(tuple(table["columns"]), table["rows"], table["next_id"]) for name, table in told["tables"].items()
    }
    return Index(told["step"], dt.datetime.fromisoformat(told["taken_at"]), tables)


@contextmanager
def opened(path: Path) -> Iterator[Reading]:
    """A backup to read. Raises Damaged, TooNew, OSError."""
    with _whole():
        archive = zipfile.ZipFile(path)
    with archive:
        with _whole():
            backup = Reading(archive)
        yield backup


@contextmanager
def _whole() -> Iterator[None]:
    """What reading a broken file brings up, as one word."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError) as error:
        raise Damaged(type(error).__name__) from error


def check(path: Path) -> Index:
    """Read a file to its end. Raises Damaged if anything is missing."""
    with opened(path) as backup:
        for name in backup.index.tables:
            for _ in backup.rows(name):
                pass
        return backup.index
