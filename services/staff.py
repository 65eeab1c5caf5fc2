"""Petugas: what an account may do, and for which kabupaten and kota; asked here, so that no door can differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from models import Session, Staff

SOURCE = Path(__file__).with_name("roles.yaml")


class Right(StrEnum):
    """What may be done. Roles are made of these (services/roles.yaml)."""

    SEE = "lihat"
    REVIEW = "tinjau"
    EVENTS = "acara"
    DOOR = "pintu"
    DRAFT = "siaran.buat"
    APPROVE = "siaran.setujui"
    EXPORT = "ekspor"
    TEXTS = "naskah"
    PROGRAMME = "program"
    USERS = "pengguna"
    AUDIT = "audit"


class Via(StrEnum):
    """From where something was done."""

    COMMAND = "command"
    CHAT = "chat"
    CONSOLE = "console"
    DOOR = "door"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, with the rights they have at this moment.

    `regencies`: codes of the kabupaten and kota they work for, None: all. `staff_id` None: no account (the keyboard of
    the server, or the program itself); such an actor is never the second person of two. `request` names the one call,
    message or page this belongs to. `shown` is what owners read. `event_id`: who stands at the door of this one event.
    """

    name: str
    rights: frozenset[Right]
    regencies: frozenset[str] | None
    via: Via
    staff_id: int | None = None
    request: str = ""
    shown: str = ""
    event_id: int | None = None

    @property
    def called(self) -> str:
        """What owners and lists read."""
        return self.shown or self.name


class Forbidden(Exception):
    """This account may not do that, or not there."""

    def __init__(self, right: Right, regency: str | None = None, *, outside: bool = False) -> None:
        super().__init__(right.value)
        self.right, self.regency = right, regency
        self.outside = outside  # the right is there, but not for this kab/kota


# --- the rules


def demand(actor: Actor, right: Right, regency: str | None = None) -> None:
    """Raise Forbidden unless the actor has the right and, where `regency` is given, works for that kab/kota."""
    if right not in actor.rights:
        raise Forbidden(right, regency)
    if regency is not None and not covers(actor, regency):
        raise Forbidden(right, regency, outside=True)


def demand_for(actor: Actor, right: Right, regency: str | None) -> None:
    """The same for one business, ticket or event. What belongs to no known kab/kota is for those who work for all."""
    demand(actor, right)
    if not covers(actor, regency):
        raise Forbidden(right, regency, outside=True)


def covers(actor: Actor, regency: str | None) -> bool:
    """Whether something of this kab/kota (None: not known) is the actor's to work on."""
    return actor.regencies is None or regency in actor.regencies


def within(actor: Actor, regency: sa.ColumnElement[Any] | sa.orm.InstrumentedAttribute[Any]) -> sa.ColumnElement[bool]:
    """The same as a condition for a query: lists show only what is the actor's."""
    return sa.true() if actor.regencies is None else regency.in_(sorted(actor.regencies))


def is_second(actor: Actor, first: int | None) -> bool:
    """Whether the actor may be the second person beside the account `first`: somebody else, with an account."""
    return actor.staff_id is not None and actor.staff_id != first


# --- roles are data


class RolesRefused(ValueError):
    """roles.yaml says something that makes no sense; every fault in `args`."""


@cache
def roles(path: Path = SOURCE) -> Mapping[str, frozenset[Right]]:
    """Every role and its rights. Raises RolesRefused."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = {right.value for right in Right}
    faults = [f"{role}: {name} is no right" for role, names in raw.items() for name in names if name not in known]
    if not any(Right.USERS.value in names for names in raw.values()):
        faults.append(f"no role has {Right.USERS.value}")
    if faults:
        raise RolesRefused(*faults)
    return {str(role): frozenset(Right(name) for name in names) for role, names in raw.items()}


def rights_of(names: Iterable[str]) -> frozenset[Right]:
    """The rights of several roles together. A role that is no more gives none."""
    known = roles()
    return frozenset(right for name in names for right in known.get(name, ()))


# --- who it is


def actor_of(account: Staff, via: Via, request: str = "") -> Actor:
    """An account as it stands now; a disabled one has no right at all."""
    rights = frozenset[Right]() if account.disabled_at else rights_of(account.roles)
    scope = None if account.regencies is None else frozenset(account.regencies)
    return Actor(account.name, rights, scope, via, account.id, request, account.display_name)


def operator(login: str, request: str = "") -> Actor:
    """Whoever sits at the keyboard of the server: everything, everywhere, written down under the machine's login."""
    return Actor(f"operator:{login}"[:64], frozenset(Right), None, Via.COMMAND, None, request, "kantor")


# What the program does by itself: nobody asked for it.
PROGRAM = Actor("bot", frozenset(Right), None, Via.PROGRAM)


def named(session: Session, name: str) -> Staff | None:
    """The account of that name."""
    query = sa.select(Staff).where(Staff.name == name.strip().lower())
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def again(session: Session, actor: Actor) -> Actor:
    """The same actor with the rights of this moment: roles may have been taken since. The account is locked."""
    if actor.staff_id is None:
        return actor
    account = session.get_one(Staff, actor.staff_id, populate_existing=True, with_for_update={"read": True})
    return actor_of(account, actor.via, actor.request)
