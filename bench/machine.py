"""The machine the figures are from: which core does what, and what each process used of it."""

import os
import platform
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
SERVERS, DRIVER = 0, 1  # cores: whoever is measured, and whoever asks


def pin(core: int, process: int = 0) -> None:
    """Keep a process (0: this one) and all it starts on one core, where the machine has two and lets us."""
    if hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0) | {0, 1}) > 1 and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(process, {core})


def cpu_seconds(*processes: int) -> float:
    """What processes and all they started have used so far, in seconds of one core."""
    return sum(_used(number) for process in processes for number in family(process)) / TICK


def family(process: int) -> list[int]:
    """A process and everything it started that still runs."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [process]
    for number in found:
        found += children.get(number, [])
    return found


def memory_mb(process: int) -> float:
    """What a process holds in memory, in MB."""
    resident = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return resident * PAGE / 1_000_000


def peak_mb() -> float:
    """The most this process has held in memory so far, in MB.

    Not `ru_maxrss`: a process that was started by another begins there with what the other held at most.
    """
    said = next((line.split()[1] for line in _lines("/proc/self/status") if line.startswith("VmHWM:")), "0")
    return int(said) * 1024 / 1_000_000


def described() -> str:
    """One line on the machine."""
    models = [line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = next((line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "0")
    load = os.getloadavg()[0]
    cpu = f"{os.cpu_count()} x {models[0] if models else platform.machine()}"
    return f"{cpu}, {int(memory) // 1_000_000} GB, Python {platform.python_version()}, load {load:.1f} before"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def _stat(process: int) -> list[str]:
    """The fields of /proc/N/stat from the third on; none if it has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _used(process: int) -> int:
    """Ticks of a process, and of its children that have ended."""
    fields = _stat(process)
    return sum(int(field) for field in fields[11:15]) if fields else 0
