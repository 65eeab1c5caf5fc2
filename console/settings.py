"""What the console must know of the program that mounts it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from console.proof import Proof
from services.events.kit import Ways
from services.office import Office
from services.stuck import Engine
from texts import Catalogue

BASE = "/console"


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """`key`: the office's secret for this purpose. `public_url`: how the world calls the program; None: only this
    computer does. `demo`: the simulator is on; nobody has a phone that gives codes, and a note says how to sign in."""

    read_engine: sa.Engine
    write_engine: sa.Engine
    now: Callable[[], dt.datetime]
    office_now: Callable[[], Office]  # its calendar may be changed while the program runs
    texts: Catalogue
    key: bytes
    engine: Engine  # the conversations, for who is stuck in one
    public_url: str | None = None
    demo: bool = False
    ways: Callable[[], Ways] = Ways  # how people reach us, for links; Telegram's name for the bot is known later
    proof: Proof = field(default_factory=Proof)

    @property
    def office(self) -> Office:
        """The office as it is now."""
        return self.office_now()

    @property
    def secure(self) -> bool:
        """Whether browsers come over https."""
        return bool(self.public_url) and str(self.public_url).startswith("https://")

    @property
    def cookie(self) -> str:
        """A `__Host-` cookie is kept by browsers only over https, for this host alone."""
        return "__Host-sesi" if self.secure else "sesi"
