"""SQLite is one server's: a lock file keeps a second one out, and says so in plain words."""

import os
import sys
from pathlib import Path
from typing import IO


class AlreadyRunning(Exception):
    """Another server works with this database."""

    def __init__(self, file: Path, process: str) -> None:
        super().__init__(
            f"Program ini sudah berjalan{f' (proses {process})' if process else ''} dengan basis data {file}. "
            "Hentikan dulu yang itu, atau pakai PostgreSQL bila perlu lebih dari satu proses."
        )


class Lock:
    """Held from `take` until the process ends or `free`. The system frees it even after a crash."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file: IO[str] | None = None

    def take(self) -> "Lock":
        """Raises AlreadyRunning if another process holds it."""
        path = self._database.with_name(self._database.name + ".lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="ascii")
        try:
            _hold(file)
        except OSError:
            file.seek(0)
            process = file.read(20).strip()
            file.close()
            raise AlreadyRunning(self._database, process if process.isdigit() else "") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        return self

    def free(self) -> None:
        """Let another server in."""
        if self._file is not None:
            self._file.close()
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _hold(file: IO[str]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _hold(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
