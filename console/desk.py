"""What a page works with: who is asking, what was sent, and the office's memory."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from console.settings import BASE, ConsoleSettings
from models import Session
from services.signing_in import SignedIn
from services.staff import Actor, Right


class Open(Enum):
    """Doors that ask for no right."""

    EVERYBODY = "everybody"  # signing in itself
    SIGNED_IN = "signed_in"  # one's own account


@dataclass(frozen=True, slots=True)
class Page:
    """One line of the table of routes. There is no page without `right`: who may open it (of several rights, any)."""

    method: str
    path: str
    right: Right | Open | frozenset[Right]
    show: "Callable[[Desk], Response]"
    files: bool = False  # its form may bring a file


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that came with a form. Of one larger than `reception.KEPT` the beginning alone is in `content`."""

    content: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read. `form`: the last value of each field; `many`: all values; `files`: by the name of the field."""

    method: str
    path: str
    where: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    many: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Sent] = field(default_factory=dict)
    token: str = ""
    address: str = ""
    device: str = ""
    fragment: bool = False  # htmx asks for a part of a page


class Gone(Exception):
    """There is no such thing, or it is not this account's to see: nobody learns which."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One request on its way through a page."""

    settings: ConsoleSettings
    asked: Asked
    now: dt.datetime
    request: str
    signed_in: SignedIn | None = None

    @property
    def actor(self) -> Actor:
        """Who is asking."""
        if self.signed_in is None:
            raise RuntimeError("nobody is signed in")
        return self.signed_in.actor

    def may(self, right: Right) -> bool:
        """Whether they have a right: what they may not do is not offered."""
        return self.signed_in is not None and right in self.actor.rights

    def numbered(self, name: str) -> int:
        """The number in the path; one that no row can have is nothing. Raises Gone."""
        found = int(self.asked.where[name])
        if found >= 2**63:
            raise Gone
        return found

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Look something up; nothing is kept."""
        with Session(self.settings.read_engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, kept at its end unless something failed."""
        with Session(self.settings.write_engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def trying(self) -> Iterator[Session]:
        """One transaction that is undone at its end: what would happen is really done and read, and none of it kept."""
        with Session(self.settings.write_engine) as session:
            yield session


def to(path: str, **query: Any) -> Response:
    """On to another page: after a form was sent, so that going back or loading anew sends nothing twice."""
    asked = urlencode({key: value for key, value in query.items() if value is not None})
    return RedirectResponse(f"{BASE}{path}" + (f"?{asked}" if asked else ""), 303)
