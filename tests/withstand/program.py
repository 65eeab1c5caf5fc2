"""The real program in a process of its own, started from a warm interpreter so that it can be killed often."""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from bot.config import Settings
from tests.support.server import free_port, settings_for

ROOT = Path(__file__).parents[2]


def _live(environment: dict[str, str], arguments: list[str], log: str) -> None:
    """`naikkelas run`, with its output in a file."""
    with open(log, "ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(Path(log).parent)
    for name in [name for name in os.environ if name.startswith("NAIKKELAS_")]:
        del os.environ[name]
    os.environ.update(environment)
    from bot.cli import cli

    sys.argv = ["naikkelas", *arguments]
    cli()


class Child:
    """One process; it can be started again and again on the same port."""

    def __init__(self, folder: Path, database_url: str, more: dict[str, str], role: str = "all") -> None:
        self.port = free_port()
        self.role = role
        self.log = folder / f"log-{role}-{self.port}"
        ports = {"WEB__PORT": str(self.port), "WEB__HEALTH_PORT": str(self.port)}
        own = {**ports, "DATABASE__URL": database_url, "DATA__DIR": str(folder)}
        self._environment = {f"NAIKKELAS_{name}": value for name, value in {**own, **more}.items()}
        self._environment["NAIKKELAS_CONFIG"] = str(ROOT / "config.yaml")
        self.process: BaseProcess | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        """Its log."""
        return self.log.read_text(encoding="utf-8")

    def start(self) -> "Child":
        """Begin; not ready yet."""
        made = warm().Process(
            target=_live, args=(self._environment, ["run", "--role", self.role], str(self.log)), daemon=True
        )
        made.start()
        self.process = made
        return self

    async def ready(self, seconds: float = 30.0) -> "Child":
        """Wait until it can do its work."""
        await asyncio.to_thread(self._wait, seconds)
        return self

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._up():
            assert self.process is not None
            assert self.process.is_alive(), f"it ended:\n{self.said[-3000:]}"
            assert time.monotonic() < end, f"it did not get ready:\n{self.said[-3000:]}"
            time.sleep(0.03)

    def _up(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        if self.process and self.process.is_alive():
            self.process.kill()
            self.process.join(10)

    def end(self, seconds: float = 20.0) -> tuple[int | None, float]:
        """SIGTERM; gives the exit code and how long it took."""
        assert self.process is not None
        begun = time.monotonic()
        os.kill(self.process.pid or 0, signal.SIGTERM)
        self.process.join(seconds)
        return self.process.exitcode, time.monotonic() - begun


def warm() -> multiprocessing.context.ForkServerContext:
    """An interpreter that has everything loaded already, and parts into processes."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bot.cli", "tests.withstand.program", "tests.withstand.bare"])
    return context


@contextlib.contextmanager
def child(folder: Path, database_url: str, more: dict[str, str], role: str = "all") -> Iterator[Child]:
    """A program that is gone when the block ends."""
    made = Child(folder, database_url, more, role)
    try:
        yield made
    finally:
        made.kill()


AT_ONCE = 1_000_000  # replies to one chat within seconds: nobody here has thumbs


def pointed_at(more: Mapping[str, str], database_url: str, folder: Path, quota: int = 1000) -> Settings:
    """The same settings for a program within the test's own process."""
    sections: dict[str, dict[str, Any]] = {}
    for name, value in more.items():
        section, key = name.lower().split("__")
        sections.setdefault(section, {})[key] = value
    made = settings_for(database_url, folder, **sections)
    assert made.programme is not None
    programme = made.programme.model_copy(update={"quota": quota, "taken_before": 0})
    return made.model_copy(update={"programme": programme})
