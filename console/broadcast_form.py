"""Isian siaran: what the composer's fields mean, read into a draft and written back into fields."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from console import audience_link
from models import Broadcast
from services.broadcasts.audience import Audience, AudienceRefused
from services.broadcasts.drafting import Draft
from services.calendar import JAKARTA

# Fields that are ticked, and the condition each is.
TICKED = {
    "kab": "regencies", "kec": "districts", "jenis": "sectors", "jalur": "schemes", "tahap": "stages", "tugas": "todos",
}  # fmt: skip
DAYS = {"menulis": "wrote_within", "diam": "silent_for"}
CHOSEN = {"bahasa": "language", "saluran": "channel"}
ATTENDED = {"ya": True, "tidak": False}
QUEUED = "tunggu"
MOST_VALUES = 9  # variables of a template


@dataclass(frozen=True, slots=True)
class Fields:
    """What stands in the fields: one value each, or all that are ticked."""

    one: Mapping[str, str]
    many: Mapping[str, Sequence[str]]

    def get(self, name: str) -> str:
        """The value of a field; empty where nothing was typed."""
        return self.one.get(name, "")

    def ticked(self, name: str) -> Sequence[str]:
        """All values of it that are ticked."""
        return self.many.get(name, ())


class Untimely(ValueError):
    """A time nobody can read."""


def audience(fields: Fields) -> Audience:
    """Whom the fields mean. Raises AudienceRefused."""
    told: dict[str, Any] = {part: list(fields.ticked(name)) for name, part in TICKED.items() if fields.ticked(name)}
    told |= {part: fields.get(name) for name, part in CHOSEN.items() if fields.get(name)}
    told |= {part: _days(part, fields.get(name)) for name, part in DAYS.items() if fields.get(name).strip()}
    if words := fields.get("produk").strip():
        told["product"] = words
    if code := fields.get("program").strip():
        told["programme"] = code
    if code := fields.get("acara").strip():
        told["event"] = code.upper()
    if fields.get("hadir") in ATTENDED:
        told["attended"] = ATTENDED[fields.get("hadir")]
    told |= {"queued": True} if fields.get("hadir") == QUEUED else {}
    told |= {"only_todo": True} if fields.get("hanya_itu") == "1" else {}
    told |= {"busy_too": True} if fields.get("sibuk") == "1" else {}
    return Audience.from_json(told)


def _days(part: str, said: str) -> int:
    if not said.strip().isdecimal() or len(said.strip()) > 6:
        raise AudienceRefused(part, said.strip())
    return int(said)


def draft(fields: Fields) -> Draft:
    """What was written. Raises AudienceRefused, Untimely."""
    written = {language: fields.get(f"naskah_{language}").replace("\r\n", "\n").strip() for language in ("id", "en")}
    template = fields.get("templat") or None
    return Draft(
        title=fields.get("judul").strip(),
        texts={language: words for language, words in written.items() if words},
        audience=audience(fields),
        template=template,
        template_values=values(fields) if template else (),
        send_at=_moment(fields.get("mulai")),
        expires_at=_moment(fields.get("sampai")),
        approver=fields.get("penyetuju") or None,
    )


def values(fields: Fields) -> tuple[str, ...]:
    """What fills the template, as far as anything was typed."""
    typed = [fields.get(f"isi{number}").strip() for number in range(1, MOST_VALUES + 1)]
    while typed and not typed[-1]:
        typed.pop()
    return tuple(typed)


def _moment(said: str) -> dt.datetime | None:
    if not said.strip():
        return None
    try:
        return dt.datetime.fromisoformat(said.strip()[:16]).replace(tzinfo=JAKARTA)
    except ValueError:
        raise Untimely(said) from None


def fields_of(meant: Audience) -> Fields:
    """An empty letter to these people."""
    told = meant.as_json()
    one = {name: str(told[part]) for name, part in (*CHOSEN.items(), *DAYS.items()) if part in told}
    one |= {"produk": meant.product, "acara": meant.event, "program": meant.programme}
    one |= {"hadir": "ya" if meant.attended else "tidak"} if meant.attended is not None else {}
    one |= {"hadir": QUEUED} if meant.queued else {}
    one |= {"hanya_itu": "1" if meant.only_todo else "", "sibuk": "1" if meant.busy_too else ""}
    return Fields(one, {name: tuple(told.get(part, ())) for name, part in TICKED.items()})


def fields_of_draft(row: Broadcast) -> Fields:
    """A draft that is there, in its fields."""
    empty = fields_of(Audience.from_json(row.audience))
    one = {"judul": row.title, "templat": row.template or "", "penyetuju": row.approver or ""}
    one |= {f"naskah_{language}": words for language, words in row.texts.items()}
    one |= {f"isi{number}": value for number, value in enumerate(row.template_values, 1)}
    one |= {name: _typed(at) for name, at in (("mulai", row.send_at), ("sampai", row.expires_at))}
    return replace(empty, one={**empty.one, **one})


def _typed(at: dt.datetime | None) -> str:
    return f"{at.astimezone(JAKARTA):%Y-%m-%dT%H:%M}" if at else ""


def begun(query: Mapping[str, str]) -> Fields:
    """The fields a page opens with: those of a link, or empty. Raises AudienceRefused."""
    return fields_of(audience_link.read(query.get(audience_link.NAME, "")))
