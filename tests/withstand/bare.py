"""A worker and nothing else, in a process of its own: it starts in a moment, so it can be killed very often."""

import asyncio
import datetime as dt
import os
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import texts
from bot.app import Program
from bot.clock import Clock
from bot.config import Settings
from tests.support import hosts
from tests.support.server import settings_for
from tests.withstand.program import warm

texts.load()  # before the processes part, so that each has it at once


def _live(settings: Settings, folder: str, ahead: dt.timedelta, host: str | None) -> None:
    if host:
        hosts.enter(host)
    with open(Path(folder) / "log", "ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    asyncio.run(_work(settings, ahead))


async def _work(settings: Settings, ahead: dt.timedelta) -> None:
    clock = Clock()
    clock.shift(ahead)
    program = Program(settings, role="worker", clock=clock)
    await program.start()
    await asyncio.Event().wait()


class Worker:
    """One worker; killed, it can be started again. `ahead`: its clock; `host`: where it runs, if not here."""

    def __init__(
        self, database_url: str, folder: Path, sections: dict[str, Any], ahead: dt.timedelta, host: str | None = None
    ) -> None:
        self._given = settings_for(database_url, folder, 1, **sections), str(folder), ahead, host
        self._process: BaseProcess | None = None
        self.log = folder / "log"

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *error: object) -> None:
        if self._process is not None and self._process.is_alive():
            self.kill()

    def start(self) -> None:
        """Begin; it is at work a moment later."""
        self._process = warm().Process(target=_live, args=self._given, daemon=True)
        self._process.start()

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        if self._process is not None:
            assert self._process.is_alive(), f"it had ended by itself:\n{self.log.read_text()[-3000:]}"
            self._process.kill()
            self._process.join(10)
