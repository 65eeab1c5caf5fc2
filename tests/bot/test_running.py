"""As the office runs it: one server per SQLite file, a clean end on SIGTERM, and commands that speak plainly."""

import math
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer
from typer.testing import CliRunner

from bot.channels.base import Outcome, OutcomeKind
from bot.channels.errors import PlatformError
from bot.cli import cli
from bot.cli_common import is_behind, plainly, platform_fault
from bot.database import Database
from bot.locking import AlreadyRunning, Lock
from tests.support.server import free_port

ROOT = Path(__file__).parents[2]


def _environment(folder: Path, port: int, url: str | None = None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NAIKKELAS_")}
    return kept | {
        "NAIKKELAS_CONFIG": str(ROOT / "config.yaml"),
        "NAIKKELAS_WEB__PORT": str(port),
        "NAIKKELAS_DATABASE__URL": url or f"sqlite:///{folder / 'n.db'}",
        "NAIKKELAS_DATA__DIR": str(folder),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


def _start(folder: Path, port: int, url: str | None = None, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-W", "error::ResourceWarning", "-m", "bot", "run", *arguments]
    environment = _environment(folder, port, url)
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _command(folder: Path, port: int, *arguments: str, given: str = "", url: str | None = None) -> tuple[int, str]:
    """A command in a process of its own, as typed."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=_environment(folder, port, url),
        input=given,
        capture_output=True,
        text=True,
        timeout=90,
    )
    return done.returncode, done.stdout + done.stderr


Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """A command within this process: quicker, for those that do not set up the log."""

    def run(*arguments: str, url: str | None = None, port: int | None = None) -> tuple[int, str]:
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            for name, value in _environment(tmp_path, port or free_port(), url).items():
                patch.setenv(name, value)
            result = CliRunner().invoke(cli, list(arguments))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return run


def _wait_until_ready(port: int, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2)
            return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < end, "it did not get ready"
            time.sleep(0.1)


def test_run_prints_the_phones_address_and_ends_cleanly_on_sigterm(database_url: str, tmp_path: Path) -> None:
    port = free_port()
    process = _start(tmp_path, port, database_url)
    patience = threading.Timer(60, process.kill)
    patience.start()
    said, begun = "", math.inf
    with process:
        for line in process.stdout or ():
            said += line
            if f"http://127.0.0.1:{port}/simulator" in line and begun == math.inf:
                _wait_until_ready(port)
                begun = time.monotonic()
                process.send_signal(signal.SIGTERM)
    patience.cancel()
    assert process.returncode == 0, said
    assert time.monotonic() - begun < 10
    assert begun < math.inf, said
    assert "Traceback" not in said


def test_a_second_server_on_one_sqlite_file_is_refused(tmp_path: Path, say: Say) -> None:
    port = free_port()
    process = _start(tmp_path, port)
    try:
        _wait_until_ready(port)
        code, said = _command(tmp_path, free_port(), "run")
        assert code == 1
        assert f"sudah berjalan (proses {process.pid})" in said
        assert "Traceback" not in said
        code, said = say("run", port=port)
        assert (code, "web.port" in said) == (1, True)
        code, said = say("db", "upgrade")  # the command line is a guest
        assert (code, said.strip()) == (0, "Basis data sudah mutakhir.")
    finally:
        process.terminate()
        process.communicate(timeout=15)


def test_the_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "a.db").take()
    with pytest.raises(AlreadyRunning, match=str(os.getpid())):
        Lock(tmp_path / "a.db").take()
    Lock(tmp_path / "b.db").take().free()
    lock.free()
    Lock(tmp_path / "a.db").take().free()


def test_roles_are_for_postgresql(say: Say) -> None:
    code, said = say("run", "--role", "worker")
    assert code == 2
    assert "SQLite hanya untuk satu proses" in said
    code, said = say("run", "--role", "bos")
    assert (code, "all, web, worker, scheduler" in said) == (2, True)


def test_check_says_what_is_wrong_and_seed_writes_the_programme(database_url: str, tmp_path: Path, say: Say) -> None:
    code, said = say("seed", "--people", "0", url=database_url)
    assert (code, "BANTEN-2026" in said) == (0, True)
    code, said = say("check", url=database_url)
    assert code == 0, said
    assert "Basis data dapat dihubungi dan mutakhir." in said
    (tmp_path / ".env").write_text("NAIKKELAS_WEB__PROT=1\n")
    code, said = say("check", url=database_url)
    assert (code, "web.prot tidak dikenal" in said) == (2, True)


def test_a_database_without_tables_is_told_from_one_that_is_away(say: Say) -> None:
    code, said = say("staff", "list")
    assert (code, "jalankan naikkelas db upgrade" in said) == (1, True)
    code, said = say("check")
    assert (code, "! Basis data masih kosong" in said) == (0, True)


def test_a_refused_token_is_said_without_the_platforms_words() -> None:
    refused = PlatformError(Outcome(OutcomeKind.MISCONFIGURED, reason="20003: account sid or token refused"))
    with pytest.raises(typer.Exit), plainly():
        raise refused
    assert platform_fault(refused) == "Telegram atau Twilio menolak token kami; naikkelas check menyebut yang mana."


def test_a_missing_table_is_known_on_both_databases(database: Database) -> None:
    for missing in ("SELECT 1 FROM never_made", "SELECT never_made FROM staff"):
        with database.read() as connection, pytest.raises(sa.exc.DBAPIError) as caught:
            connection.execute(sa.text(missing))
        assert is_behind(caught.value)


def test_a_database_that_is_not_there_is_said_plainly(tmp_path: Path, say: Say) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    outcomes = [say("db", "upgrade", url=url), say("seed", url=url), _command(tmp_path, free_port(), "run", url=url)]
    for code, said in outcomes:
        assert code == 1
        assert "Basis data tidak dapat dihubungi" in said
        assert "Traceback" not in said
    code, said = say("check", url=url)
    assert (code, "Basis data tidak dapat dihubungi" in said) == (1, True)


def test_a_chat_in_the_terminal_needs_no_running_program(tmp_path: Path) -> None:
    code, said = _command(tmp_path, free_port(), "chat", "--channel", "whatsapp", given="halo\n/keluar\n")
    assert code == 0, said
    assert "BPTSI" in said
