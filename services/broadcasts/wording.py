"""Kata-kata siaran: what staff wrote, filled in for one person, with what a reply does and how to stop below it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from models import Broadcast, FileKind, Language
from services import files, regions
from texts.bubble import Bubble
from texts.filling import HOLE, Sentence, sentence

if TYPE_CHECKING:
    from texts import Catalogue

# What may stand in a text, and what is read where it is not known of somebody.
PLACEHOLDERS: Mapping[str, Mapping[str, str]] = {
    "id": {"nama": "Bapak/Ibu", "usaha": "usaha Bapak/Ibu", "wilayah": "Banten", "kecamatan": "kecamatan Bapak/Ibu"},
    "en": {"nama": "Sir/Madam", "usaha": "your business", "wilayah": "Banten", "kecamatan": "your district"},
}
CURLY = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Addressee:
    """What is known of one person for the placeholders."""

    language: Language
    name: str | None = None
    business: str | None = None
    regency: str | None = None  # codes
    district: str | None = None

    def values(self) -> dict[str, str]:
        """By placeholder; empty where nothing is known."""
        regency = regions.regency(self.regency) if self.regency else None
        district = regions.district(self.district) if self.district else None
        return {
            "nama": self.name or "",
            "usaha": self.business or "",
            "wilayah": regency.name if regency else "",
            "kecamatan": district.name if district else "",
        }


@dataclass(frozen=True, slots=True)
class Words:
    """What a broadcast says, and the WhatsApp template that carries it outside the 24 hours."""

    texts: Mapping[str, str]
    template: str | None = None
    template_values: tuple[str, ...] = ()
    file_id: int | None = None
    file_kind: FileKind | None = None

    def said(self, language: Language) -> tuple[Language, str]:
        """The text for somebody of this language; Indonesian where there is none."""
        given = language if self.texts.get(language.value) else Language.ID
        return given, self.texts[given.value]


def words_of(row: Broadcast) -> Words:
    """What a broadcast says."""
    return Words(row.texts, row.template, tuple(row.template_values), row.file_id, row.file_kind)


def unknown_placeholders(text: str) -> list[str]:
    """What stands in curly brackets and nobody can fill in."""
    return sorted({found for found in CURLY.findall(text) if found not in PLACEHOLDERS["id"]})


def bubble(words: Words, to: Addressee, texts: "Catalogue") -> Bubble:
    """The message as this person gets it."""
    language, text = words.said(to.language)
    values = to.values()
    footer = texts.text("broadcast.footer", language)
    return Bubble(
        f"{_cut(text, language.value).fill(values)}\n\n{footer}",
        template=words.template,
        template_values=tuple(_cut(one, language.value).fill(values) for one in words.template_values),
        extra=_attached(words, texts, language),
    )


def _attached(words: Words, texts: "Catalogue", language: Language) -> dict[str, Any]:
    if words.file_id is None or words.file_kind is None:
        return {}
    linked = texts.text("broadcast.file", language, url="{url}")
    return files.attachment(words.file_id, words.file_kind is FileKind.PICTURE, linked)


def longest(words: Words, language: Language, texts: "Catalogue") -> int:
    """How long the message can become, with long names in every placeholder."""
    given, text = words.said(language)
    return len(filled(text)) + 2 + len(texts.text("broadcast.footer", given))


def filled(text: str) -> str:
    """With a long name in every placeholder."""
    return HOLE.sub("x" * 30, text)


@lru_cache(maxsize=64)
def _cut(text: str, language: str) -> Sentence:
    return sentence("broadcast", language, text, PLACEHOLDERS[language])
