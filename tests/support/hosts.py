"""Several hosts on one machine: network namespaces, each on a cable of its own that can be pulled out."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.lacking import lacks

NAMES = Path("/var/run/netns")
CLONE_NEWNET = 0x40000000


@dataclass(frozen=True, slots=True)
class Host:
    """One of them."""

    name: str

    def cut_off(self) -> None:
        """Pull out its cable: nothing arrives and nothing leaves, and nobody is told."""
        _ip("link", "set", self.name, "down")

    def join(self) -> None:
        """Put the cable back."""
        _ip("link", "set", self.name, "up")


@dataclass(frozen=True, slots=True)
class Network:
    """Hosts on a switch, and the address at which they reach this machine."""

    here: str
    hosts: Sequence[Host]


def enter(name: str) -> None:
    """From now on this process lives on that host. Before it has threads or connections."""
    with (NAMES / name).open() as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")


@contextmanager
def network(count: int) -> Iterator[Network]:
    """So many hosts; gone when the block ends. Needs root and iproute2."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        lacks("hosts of our own need root and iproute2")
    switch, part = f"nk{os.getpid()}", os.getpid() % 250
    names = [f"{switch}h{number}" for number in range(count)]
    _ip("link", "add", switch, "type", "bridge")
    try:
        _ip("addr", "add", f"10.231.{part}.1/24", "dev", switch)
        _ip("link", "set", switch, "up")
        for number, name in enumerate(names):
            _plug_in(name, f"10.231.{part}.{number + 2}/24", switch)
        yield Network(f"10.231.{part}.1", [Host(name) for name in names])
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], check=False, stderr=subprocess.DEVNULL)
        _ip("link", "del", switch)


def _plug_in(name: str, address: str, switch: str) -> None:
    _ip("netns", "add", name)
    _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("link", "set", name, "master", switch, "up")
    _ip("-n", name, "addr", "add", address, "dev", "eth0")
    _ip("-n", name, "link", "set", "eth0", "up")
    _ip("-n", name, "link", "set", "lo", "up")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
