"""Filling in: how {name}, {date} or {left} in a sentence becomes what a person reads."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from texts import dates

JAKARTA = ZoneInfo("Asia/Jakarta")
THINGS = frozenset(("ingredient", "product"))  # common nouns: capital letter where they begin a sentence
HOLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")

# A person's own words may hold the marks for bold; look-alikes keep them from being read as marks.
_LOOK_ALIKES = str.maketrans({"*": "＊", "`": "'", "~": "∼"})


class MissingValue(KeyError):
    """A sentence needs a value that was not given (or was None, with nothing to stand in for it)."""

    def __init__(self, key: str, name: str) -> None:
        super().__init__(f"{key}: no value for {{{name}}}")


class Marked(str):
    """Our own words as a value: their *bold* marks stay marks. A plain `str` is taken for a person's words."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Hole:
    """A {name} in a sentence, with what stands there while the value is not known."""

    name: str
    fallback: str | None = None
    opens: bool = False  # it stands at the beginning of a sentence


Part = str | Hole


@dataclass(frozen=True, slots=True)
class Sentence:
    """One text in one language, cut at its holes once, so that filling it in is only joining."""

    key: str
    language: str
    raw: str
    parts: tuple[Part, ...]
    unnamed: tuple[Part, ...] | None  # how it reads when nobody's name is known
    needs: frozenset[str]
    fact: str | None = None
    version: str | None = None

    def fill(self, values: Mapping[str, Any]) -> str:
        """Fill in `values`; those it does not need are ignored. Raises MissingValue."""
        if not self.needs:
            return self.raw
        parts = self.unnamed if self.unnamed and "name" in values and not values["name"] else self.parts
        return "".join([part if part.__class__ is str else self._value(part, values) for part in parts])  # type: ignore[arg-type]

    def _value(self, hole: Hole, values: Mapping[str, Any]) -> str:
        try:
            value = values[hole.name]
        except KeyError:
            raise MissingValue(self.key, hole.name) from None
        if value is None or value == "":
            if hole.fallback is not None:
                return hole.fallback
            if value is None:
                raise MissingValue(self.key, hole.name)
        words = shown(value, self.language)
        return words[:1].upper() + words[1:] if hole.opens and hole.name in THINGS else words


def sentence(
    key: str,
    language: str,
    raw: str,
    fallbacks: Mapping[str, str],
    fact: str | None = None,
    version: str | None = None,
) -> Sentence:
    """Cut a text at its holes. `{version}` is filled in here: it belongs to the text itself."""
    if version is not None:
        raw = raw.replace("{version}", version)
    parts = tuple(_cut(raw, fallbacks))
    nameless = "{name}" in raw and fallbacks.get("name") == ""
    return Sentence(
        key=key,
        language=language,
        raw=raw,
        parts=parts,
        unnamed=tuple(_cut(_without_name(raw), fallbacks)) if nameless else None,
        needs=frozenset(part.name for part in parts if isinstance(part, Hole)),
        fact=fact,
        version=version,
    )


def _cut(raw: str, fallbacks: Mapping[str, str]) -> Iterable[Part]:
    end = 0
    for found in HOLE.finditer(raw):
        if found.start() > end:
            yield raw[end : found.start()]
        fallback, opens = fallbacks.get(found[1]), _opens_sentence(raw[: found.start()])
        if fallback and opens:
            fallback = fallback[0].upper() + fallback[1:]
        yield Hole(found[1], fallback, opens)
        end = found.end()
    if end < len(raw):
        yield raw[end:]


def _opens_sentence(before: str) -> bool:
    before = before.rstrip("*").rstrip(" ")
    return not before or before[-1] in ".!?\n" or not (before[-1].isalnum() or before[-1] in ",;:()'\"/·•–-")


_GREETED_BY_NAME = re.compile(r"(^|\n|[^\w\s.,:;*/]\s)\{name\},?\s*(\*?)(\w)")


def _without_name(raw: str) -> str:
    """ "Bapak/Ibu {name}, …" → "Bapak/Ibu, …"; "{name}, in 7 days: …" → "In 7 days: …"."""
    raw = _GREETED_BY_NAME.sub(lambda found: found[1] + found[2] + found[3].upper(), raw)
    return re.sub(r",? ?\{name\}", "", raw).replace("**", "")


def shown(value: Any, language: str) -> str:
    """A value as people read it. str: their own words; int, Decimal (rupiah), date, aware datetime: by the language."""
    kind = value.__class__
    if kind is Marked:
        return str(value)
    if isinstance(value, str):
        return str(value).translate(_LOOK_ALIKES)
    if kind is int:
        return _thousands(f"{value:,}", language)
    if kind is Decimal:
        return _rupiah(value, language)
    if isinstance(value, dt.datetime):
        return _moment(value, language)
    if isinstance(value, dt.date):
        return day(value, language)
    raise TypeError(f"a {kind.__name__} cannot be shown in a text")


def day(value: dt.date, language: str) -> str:
    """ "Kamis, 3 Desember 2026" or "Thursday, 3 December 2026"."""
    return dates.full(value, language)


def _moment(value: dt.datetime, language: str) -> str:
    if value.tzinfo is None:
        raise TypeError("a time without a zone cannot be shown in a text")
    local = value.astimezone(JAKARTA)
    return f"{dates.full(local.date(), language)}, {local:%H.%M} WIB"


def _rupiah(value: Decimal, language: str) -> str:
    whole = value == value.to_integral_value()
    return "Rp" + _thousands(f"{value:,.0f}" if whole else f"{value:,.2f}", language)


def _thousands(number: str, language: str) -> str:
    """Indonesian writes 6.998 and 1,5 where English writes 6,998 and 1.5."""
    return number.translate(_SWAP) if language == "id" else number


_SWAP = str.maketrans({",": ".", ".": ","})
