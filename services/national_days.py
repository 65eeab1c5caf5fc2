"""Hari libur nasional dan cuti bersama: the days on which every government office in Indonesia is closed."""

import datetime as dt
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import holidays

SOURCE = f"paket holidays {version('holidays')} (SKB 3 Menteri; hari yang bergantung pada bulan: perkiraan)"


def _only_ours() -> None:
    """Let the package load one country alone: its own way in loads every country there is (260 modules, 8 MB)."""
    bare = ModuleType("holidays.countries")
    bare.__path__ = [str(Path(holidays.__file__).parent / "countries")]
    sys.modules.setdefault(bare.__name__, bare)


_only_ours()
_ESTIMATED = " (perkiraan)"
_ESTIMATED_EN = " (estimated)"


@dataclass(frozen=True, slots=True)
class Special:
    """A day that is not like the others: closed, or open (with hours of its own) though it would be closed."""

    day: dt.date
    name: str
    name_en: str = ""
    closed: bool = True
    opens: dt.time | None = None  # None: the usual hours
    closes: dt.time | None = None
    source: str = ""
    as_of: dt.date | None = None
    estimated: bool = False  # it hangs on the moon, and no decree has named it yet

    def called(self, language: str) -> str:
        """Its name in a person's language."""
        return self.name_en if language == "en" and self.name_en else self.name


@lru_cache(maxsize=64)
def national(year: int) -> Mapping[dt.date, Special]:
    """Public holidays and joint leave of a year, by day."""
    return {special.day: special for special in _specials(year)}


def _specials(year: int) -> Iterator[Special]:
    english = holidays.country_holidays("ID", years=year, categories=_CATEGORIES, language="en_US")
    for day, name in sorted(holidays.country_holidays("ID", years=year, categories=_CATEGORIES, language="id").items()):
        yield Special(
            day=day,
            name=name.replace(_ESTIMATED, ""),
            name_en=english.get(day, "").replace(_ESTIMATED_EN, ""),
            source=SOURCE,
            estimated=_ESTIMATED in name,
        )


_CATEGORIES = ("public", "government")
