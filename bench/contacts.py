"""(d) A list of everybody the province counts: taken in, brought again, and given out, with the memory that takes."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.contenders import HERE, Databases
from services import regions
from services.sheet_writing import Writer

EVERYBODY = 103_828  # the small businesses the province counts
GOALS = {"import": (60, 300), "again": (60, 300), "export": (30, 300)}  # seconds, MB
COLUMNS = (
    "No", "Nama Pemilik", "Nama Usaha", "No. HP/WA", "Kab/Kota", "Kecamatan", "Desa/Kel", "Alamat", "NIB", "Produk",
)  # fmt: skip


def made(path: Path, people: int) -> Path:
    """A list of invented people, spread over all kecamatan."""
    places = [(one.name, each.name) for one in regions.REGENCIES.values() for each in one.districts]
    with Writer(path, "Daftar", ("DATA IKM",), [(name, 12) for name in COLUMNS]) as writer:
        for n in range(people):
            where = places[n % len(places)]
            phone = f"0812{n + 10_000_000:08d}"
            writer.row(
                (n + 1, f"Siti {n}", f"Dapur {n}", phone, *where, f"Desa {n % 7}", f"Kp. {n}", f"{n:013d}", "Keripik")
            )
    return path


def run(databases: Databases) -> list[str]:
    """Both databases; what was found, in Markdown. Each command is a process of its own, as staff call it."""
    said = [
        f"### A list of {EVERYBODY:,} contacts\n",
        "| database | what | seconds | CPU s | MB |",
        "|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory(prefix="nk-contacts-") as name:
        folder = Path(name)
        path = made(folder / "daftar.xlsx", EVERYBODY)
        said += _measured("SQLite", f"sqlite:///{folder}/a.db", folder, path)
        try:
            server = databases.postgres_server()
        except LookupError as missing:
            return [*said, f"PostgreSQL: {missing}"]
        url = server.create()
        said += _measured("PostgreSQL", url, folder, path)
        server.drop(url)
    return said


def _measured(database: str, url: str, folder: Path, path: Path) -> list[str]:
    _command(url, folder, "db", "upgrade")
    out = folder / f"{database}.xlsx"
    steps: dict[str, Sequence[str]] = {
        "import": ("import", str(path), "--apply"),
        "again": ("import", str(path), "--apply"),
        "export": ("export", str(out)),
    }
    rows = []
    for what, words in steps.items():
        seconds, cpu, memory = _command(url, folder, "contacts", *words)
        most, mb = GOALS[what]
        rows.append(f"| {database} | {what} | {seconds:.1f} (goal ≤ {most}) | {cpu:.1f} | {memory:.0f} (goal ≤ {mb}) |")
        print(f"  (d) {rows[-1]}", flush=True)
    return rows


def _command(url: str, folder: Path, *words: str) -> tuple[float, float, float]:
    """Seconds, seconds of one core, and the most memory in MB. Raises RuntimeError where the command fails."""
    settings = {**os.environ, "NAIKKELAS_DATABASE__URL": url, "PYTHONPATH": str(HERE)}
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *words], env=settings, cwd=folder, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} failed")
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1_000_000
