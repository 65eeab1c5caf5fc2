"""What an address or a form says, understood; what makes no sense is left out rather than refused."""

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from console.desk import Desk
from models import Language
from services import regions

Kind = TypeVar("Kind", bound=StrEnum)


def number(said: str | None) -> int | None:
    """A whole number of at most 15 digits."""
    return int(said) if said is not None and said.isdecimal() and len(said) < 16 else None


def page(query: Mapping[str, str]) -> int:
    """Which page of a list, from 1; the first where none is named."""
    said = query.get("hal", "")
    return (number(said) if len(said) < 6 else None) or 1


def one_of(kinds: Iterable[Kind], value: str | None) -> Kind | None:
    """The member of that value."""
    return next((one for one in kinds if one.value == value), None)


def regency(code: str | None) -> str | None:
    """The code of a kab/kota of ours."""
    return code if code in regions.REGENCIES else None


def day(said: str | None) -> dt.date | None:
    """2026-11-24, as a browser sends a date."""
    try:
        return dt.date.fromisoformat(said or "")
    except ValueError:
        return None


def language(asked: Mapping[str, str]) -> Language:
    """In which language an owner reads it; Indonesian where none is named."""
    return one_of(Language, asked.get("bahasa")) or Language.ID


def places(desk: Desk) -> list[tuple[str, str]]:
    """The kab/kota this account works for, each with its name."""
    mine = desk.actor.regencies
    return [(one.code, one.name) for one in regions.REGENCIES.values() if mine is None or one.code in mine]
