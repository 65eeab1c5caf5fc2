"""Which processes send for the office: each has a name, by which the next one can tell that it died."""

import os
import secrets
import socket
import zlib
from functools import lru_cache
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_SPACE = Path("/proc/self/ns/pid")


@lru_cache(maxsize=1)
def place() -> str:
    """Where process numbers mean the same as here: this boot of this machine and, in a container, this container."""
    try:
        known = f"{socket.gethostname()} {_BOOT.read_text(encoding='ascii').strip()} {_SPACE.readlink()}"
    except OSError:  # no /proc: nothing is known, so no other process is ever taken for dead
        known = secrets.token_hex(16)
    return f"{zlib.crc32(known.encode()):08x}"


def named() -> str:
    """A name for this process, at most 64 characters: host, place, process number, and luck."""
    return f"{socket.gethostname()[:24]}:{place()}:{os.getpid()}:{secrets.token_hex(3)}"


def is_dead(worker: str, mine: str) -> bool:
    """Whether a process is certainly gone. False where that cannot be told from here: then its lease decides."""
    if worker == mine:
        return False
    _, where, number, _ = [*worker.split(":"), "", "", ""][:4]
    if where != place() or not number.isdigit():
        return False
    if int(number) == os.getpid():
        return True  # an earlier process had our number
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
