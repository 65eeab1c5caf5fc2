"""The whole program, running in a thread of the test's own process, on a port nobody else has."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.app import prepare
from bot.clock import Clock
from bot.config import Settings
from bot.config_load import config_path
from bot.inbox import Answer
from bot.inbox_rows import BURST
from bot.serving import Built, build


@dataclass
class Served:
    """A running program: `url` is where it listens, `call` runs a coroutine on its loop."""

    url: str
    built: Built
    loop: asyncio.AbstractEventLoop

    @property
    def program(self) -> Any:
        """The program itself: `database`, `clock`, `outbox`, …"""
        return self.built.program

    def call(self, coroutine: Any) -> Any:
        """Run a coroutine on the program's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_for(database_url: str, folder: Path, port: int | None = None, **more: Any) -> Settings:
    """Settings with the demo programme, a database and a port; nothing is read from the environment.

    Without tokens the simulator is on. `more`: whole sections, e.g. `telegram={"token": "1:…"}`.
    """
    shipped = _shipped()
    sections = {
        **{key: shipped[key] for key in ("office", "programme")},
        "database": {"url": database_url},
        "web": {"port": port or free_port(), **more.pop("web", {})},
        "data": {"dir": str(folder)},
        **more,
    }
    return Settings.model_validate(sections)


@cache
def _shipped() -> dict[str, Any]:
    """What `config.yaml` says; read, never changed."""
    import yaml

    said: dict[str, Any] = yaml.safe_load(config_path().read_text(encoding="utf-8"))
    return said


@contextmanager
def served(
    settings: Settings, answer: Answer | None = None, clock: Clock | None = None, burst: int = BURST
) -> Iterator[Served]:
    """Run the program until the block ends. `burst`: replies to one chat within four seconds; more wait."""
    prepare(settings)
    started, box = threading.Event(), {}

    async def live() -> None:
        box["built"] = build(settings, clock=clock, answer=answer, burst=burst)
        box["loop"] = asyncio.get_running_loop()
        await box["built"].serve(started.set)

    def run() -> None:
        try:
            asyncio.run(live())
        except BaseException as error:  # noqa: BLE001 -- it is raised in the test
            box["error"] = error
        finally:
            started.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(20), "the program did not start"
    if "error" in box:
        raise box["error"]
    built: Built = box["built"]
    try:
        yield Served(f"http://127.0.0.1:{settings.web.port}", built, box["loop"])
    finally:
        built.stop()
        thread.join(20)
        assert not thread.is_alive(), "the program did not end"
