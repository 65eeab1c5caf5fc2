"""Aturan mengubah program, pure: what makes sense, what is below what is taken, places moved, who would find one."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from services import regions
from services.refusing import Refusal
from services.target import Target

SCHEMES = ("self_declare", "reguler")
MOST = 10_000_000  # places
LONGEST_NAME, LONGEST_SOURCE = 200, 300
MOST_DAYS = 3_660  # of a target


class Why(StrEnum):
    """Why a programme stays as it is."""

    UNKNOWN = "unknown"
    CHANGED = "changed"  # somebody changed it meanwhile
    SAME = "same"
    ORDER = "order"  # it would close before it opens
    SCHEMES = "schemes"
    NAME = "name"
    SOURCE = "source"
    NUMBER = "number"  # below zero, or more than anybody could mean
    REGENCY = "regency"
    BELOW = "below"  # fewer places than are taken
    TARGET = "target"
    MOVE = "move"  # from and to the same kab/kota, or one that has no quota of its own
    TOO_MANY = "too_many"  # more than is there to be moved
    CODE = "code"  # of a new one: not what can stand in an address
    EXISTS = "exists"  # there is one of that code


@dataclass(frozen=True, slots=True)
class Short:
    """A quota that would be below what is taken. `regency` None: the total."""

    regency: str | None
    quota: int
    taken: int


class NotChanged(Refusal[Why]):
    """The programme stays as it is. `short`: every quota that is in the way (BELOW)."""

    def __init__(self, why: Why, short: tuple[Short, ...] = ()) -> None:
        super().__init__(why)
        self.short = short


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a programme is to be. `closes_at`: the first moment at which it is closed."""

    name: str
    opens_at: dt.datetime
    closes_at: dt.datetime
    accepts: tuple[str, ...]
    quota: int
    allocations: Mapping[str, int]
    source: str
    as_of: dt.date
    target: Target | None = None


def reason_against(wanted: Wanted) -> Why | None:
    """Why it would make no sense, whatever is taken."""
    return next(iter(reasons_against(wanted)), None)


def reasons_against(wanted: Wanted) -> list[Why]:
    """Everything about it that would make no sense."""
    judged = (
        (not 0 < len(wanted.name.strip()) <= LONGEST_NAME, Why.NAME),
        (wanted.closes_at <= wanted.opens_at, Why.ORDER),
        (not wanted.accepts or not set(wanted.accepts) <= set(SCHEMES), Why.SCHEMES),
        (not all(0 <= count <= MOST for count in (wanted.quota, *wanted.allocations.values())), Why.NUMBER),
        (not set(wanted.allocations) <= set(regions.REGENCIES), Why.REGENCY),
        (not 0 < len(wanted.source.strip()) <= LONGEST_SOURCE, Why.SOURCE),
        (not _makes_sense(wanted.target), Why.TARGET),
    )
    return [why for failed, why in judged if failed]


def _makes_sense(target: Target | None) -> bool:
    if target is None:
        return True
    counts = 0 < target.certificates <= MOST and 0 < target.days <= MOST_DAYS
    return counts and 0 < len(target.source.strip()) <= LONGEST_SOURCE


def short_of(wanted: Wanted, held: Mapping[str | None, int], elsewhere: int) -> tuple[Short, ...]:
    """Every quota below what is taken, the total first."""
    each: list[tuple[str | None, int, int]] = [(None, wanted.quota, elsewhere + sum(held.values()))]
    each += [(code, quota, held.get(code, 0)) for code, quota in sorted(wanted.allocations.items())]
    return tuple(Short(code, quota, taken) for code, quota, taken in each if quota < taken)


def moved(wanted: Wanted, origin: str, target: str, count: int) -> Wanted:
    """The same with `count` places moved from one kab/kota to another. Raises NotChanged."""
    shares = dict(wanted.allocations)
    if origin == target or not {origin, target} <= shares.keys():
        raise NotChanged(Why.MOVE)
    if not 0 < count <= shares[origin]:
        raise NotChanged(Why.NUMBER if count <= 0 else Why.TOO_MANY)
    shares[origin] -= count
    shares[target] += count
    return replace(wanted, allocations=shares)


def offered(wanted: Wanted, held: Mapping[str | None, int], elsewhere: int, waiting: Mapping[str | None, int]) -> int:
    """How many of those who wait find a place: no more than are free in all, and in each kab/kota with a quota."""
    free = wanted.quota - elsewhere - sum(held.values())
    room = {code: max(0, quota - held.get(code, 0)) for code, quota in wanted.allocations.items()}
    shares = (min(count, room.get(code or "", count)) for code, count in waiting.items())
    return max(0, min(free, sum(shares)))
