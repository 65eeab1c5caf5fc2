"""Yang ditulis tanpa membuka data: what the audit may say of a change, with everybody's own data masked."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

LONG_NUMBER = re.compile(r"\d{8,}")
# Words under these keys are ours, not anybody's.
OURS = frozenset(
    {
        "stage", "state", "kind", "topic", "step", "regency", "regencies", "role", "roles", "channel", "programme",
        "purpose", "language", "template", "category", "sender", "version", "format", "code", "number", "act", "why",
        "right", "login", "form", "key",
    }
)  # fmt: skip
NAMES = ("name", "owner", "business", "display")


class Plain(str):
    """Words that say nothing of anybody (the title of an event, the code of a programme): kept as they are."""

    __slots__ = ()


def masked(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The same keys; of a value only what is nobody's: states, numbers, days. Words become their length.

    Whoever writes words that are ours says so: `Plain("Pelatihan PIRT")`.
    """
    return None if values is None else {key: _value(key, value) for key, value in values.items()}


def _value(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _value(str(name), one) for name, one in value.items()}
    if isinstance(value, set | frozenset):
        return [_value(key, one) for one in sorted(value, key=str)]
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_value(key, one) for one in value]
    return _plain(key, value)


def _plain(key: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, int):
        return value if abs(value) < 10**12 else "…"
    return _words(key, value) if isinstance(value, str) else f"({type(value).__name__})"


def _words(key: str, words: str) -> str:
    if isinstance(words, Plain):
        return str(words)
    if key in OURS and not LONG_NUMBER.search(words):
        return words
    if not words.strip():
        return ""
    if LONG_NUMBER.search(re.sub(r"[\s().-]", "", words)) and len(words) <= 24:
        return f"…{words[-2:]}"
    if any(part in key for part in NAMES):
        return " ".join(f"{part[0]}." for part in words.split()[:4])
    return f"({len(words)} huruf)"
