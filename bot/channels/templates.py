"""WhatsApp's buttons and lists: generic templates, made once, filled anew for every message.

Twilio sends buttons only through a template made beforehand. How many buttons and how many lines a template has is
fixed when it is made; every word in it is a variable. A variable may not hold a line break (Twilio error 21656), so
each line of the text is a variable of its own, and there is a template for each number of lines. Why so, and what was
weighed: docs/decisions/0004-whatsapp-interactive.md.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from models import ContentTemplate, Session

QUICK_REPLIES: Final = range(1, 4)  # three at most without approval
QUICK_LINES: Final = range(1, 21)
ROWS: Final = range(4, 11)  # WhatsApp allows ten; up to three are quick replies
LIST_LINES: Final = range(1, 11)
BODY_LONGEST: Final = 1024
BLANK: Final = "\u200b"  # an empty line: a variable may not be empty
_SAMPLE: Final = "…"  # what Twilio would show for a variable that is not given; we give them all
_LANGUAGE: Final = "id"
_NAME = re.compile(r"(qr|list|listd)_(\d+)x(\d+)")


@dataclass(frozen=True, slots=True)
class Layout:
    """What a template holds: `count` buttons (`qr`) or rows (`list`, `listd` with descriptions) below `lines` lines."""

    kind: str
    count: int
    lines: int

    @property
    def name(self) -> str:
        """`qr_2x7`: two buttons below seven lines."""
        return f"{self.kind}_{self.count}x{self.lines}"

    @property
    def variables(self) -> int:
        """How many variables must be given."""
        return self.lines + {"qr": 2 * self.count, "list": 1 + 2 * self.count, "listd": 1 + 3 * self.count}[self.kind]


@dataclass(frozen=True, slots=True)
class Template:
    """A template as Twilio knows it."""

    name: str
    sid: str
    fingerprint: str


def layout(name: str) -> Layout | None:
    """The layout behind a generic template's name, or None if the name is not of a generic one."""
    found = _NAME.fullmatch(name)
    return Layout(found[1], int(found[2]), int(found[3])) if found else None


def layouts() -> Iterator[Layout]:
    """Every template the bot wants."""
    yield from (Layout("qr", count, lines) for count in QUICK_REPLIES for lines in QUICK_LINES)
    for kind in ("list", "listd"):
        yield from (Layout(kind, count, lines) for count in ROWS for lines in LIST_LINES)


def definition(wanted: Layout) -> dict[str, Any]:
    """What is submitted to the Content API. The friendly name holds a fingerprint: a changed template is a new one."""
    named = {**_unnamed(wanted), "friendly_name": f"naikkelas_{wanted.name}_{fingerprint(wanted)[:8]}"}
    return {"friendly_name": named.pop("friendly_name"), **named}


def fingerprint(wanted: Layout) -> str:
    """Of what is submitted."""
    return hashlib.sha256(json.dumps(_unnamed(wanted), sort_keys=True).encode()).hexdigest()


def fill(wanted: Layout, lines: list[str], rows: list[tuple[str, ...]], button: str = "") -> dict[str, str]:
    """The variables of one message. `rows` are (title, id) or (title, id, description).

    Raises ValueError if they are not exactly those the template has: what is missing would be shown as its sample.
    """
    values = [*lines, *([button] if wanted.kind != "qr" else []), *(part for row in rows for part in row)]
    if len(lines) != wanted.lines or len(rows) != wanted.count or len(values) != wanted.variables:
        raise ValueError(f"{wanted.name} takes {wanted.variables} variables, not {len(values)}")
    if not all(values):
        raise ValueError(f"{wanted.name} was given an empty variable")
    return {str(number): value for number, value in enumerate(values, 1)}


def value(text: str, empty: str = BLANK) -> str:
    """A text as a variable may hold it: one line, no runs of spaces, no braces of its own, never empty."""
    flat = " ".join(text.split()).replace("{{", "{ {").replace("}}", "} }")
    return flat or empty


def known(session: Session, sender: str) -> dict[str, str]:
    """The templates made for a sender: name → sid."""
    rows = session.execute(sa.select(ContentTemplate.name, ContentTemplate.sid).where(ContentTemplate.sender == sender))
    return {row.name: row.sid for row in rows}


def standing(session: Session, sender: str) -> dict[str, Template]:
    """The same with fingerprints, to see what has changed."""
    rows = session.scalars(sa.select(ContentTemplate).where(ContentTemplate.sender == sender))
    return {row.name: Template(row.name, row.sid, row.fingerprint) for row in rows}


def keep(session: Session, sender: str, made: Mapping[str, Template]) -> None:
    """Write down what was made; the caller commits."""
    for template in made.values():
        session.merge(
            ContentTemplate(sender=sender, name=template.name, sid=template.sid, fingerprint=template.fingerprint)
        )


def missing(standing: Mapping[str, Template]) -> list[Layout]:
    """The layouts not made yet, or made otherwise than they are wanted now."""
    return [
        wanted
        for wanted in layouts()
        if (made := standing.get(wanted.name)) is None or made.fingerprint != fingerprint(wanted)
    ]


def _unnamed(wanted: Layout) -> dict[str, Any]:
    body = "\n".join(_variable(number) for number in range(1, wanted.lines + 1))
    samples = {str(number): _SAMPLE for number in range(1, wanted.variables + 1)}
    return {"language": _LANGUAGE, "variables": samples, "types": {_TYPES[wanted.kind]: _content(wanted, body)}}


_TYPES: Final = {"qr": "twilio/quick-reply", "list": "twilio/list-picker", "listd": "twilio/list-picker"}
_PARTS: Final = {"qr": ("title", "id"), "list": ("item", "id"), "listd": ("item", "id", "description")}


def _content(wanted: Layout, body: str) -> dict[str, Any]:
    numbers = iter(range(wanted.lines + 1, wanted.variables + 1))
    parts = _PARTS[wanted.kind]
    if wanted.kind == "qr":
        rows = [{"type": "QUICK_REPLY"} | {p: _variable(next(numbers)) for p in parts} for _ in range(wanted.count)]
        return {"body": body, "actions": rows}
    button = _variable(next(numbers))
    return {
        "body": body,
        "button": button,
        "items": [{part: _variable(next(numbers)) for part in parts} for _ in range(wanted.count)],
    }


def _variable(number: int) -> str:
    return "{{" + str(number) + "}}"
