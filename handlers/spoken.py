"""The words of one language, as the conversation needs them: options with everything people call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from conversation.hearing import FINE, Option, normalise
from conversation.question import Label, Phrase
from models import Language
from services import regions
from services.office import Office
from texts import Catalogue, Marked

DISTRICTS = "journey.district"
REGION = "region"  # Label("region", "36.04"): the full name of a kabupaten, kota or kecamatan


# Which list under `common.hear` an option of this name is called by as well.
HEARD = {"yes": ("yes",), "no": ("no",), "none": ("no",), "not_yet": ("not_yet",), "unsure": ("unsure",)}
GOES_ON = frozenset(("common.yes_no", "after.offer"))  # here "gpp" means: go on

# What any text may name of the office's own settings.
OFFICE: Mapping[str, Callable[[Office, Language], Any]] = {
    "office_hours": lambda office, lang: office.hours if lang is Language.ID else office.hours_en,
    "office_address": lambda office, lang: office.address,
    "office_phone": lambda office, lang: office.phone,
    "verify_url": lambda office, lang: office.verify_url,
    "complaint_url": lambda office, lang: office.complaint_url,
    "bpjph_phone": lambda office, lang: office.bpjph_phone,
    "dpo_contact": lambda office, lang: office.dpo_contact,
    "retention": lambda office, lang: office.retention if lang is Language.ID else office.retention_en,
    "keep_chat": lambda office, lang: office.keeping.before_consent,
    "keep_drafts": lambda office, lang: office.draft_days,
    "keep_words": lambda office, lang: office.keeping.words,
    "max_per_month": lambda office, lang: office.announcements_per_month,
}


class Spoken:
    """`conversation.question.Words` over the catalogue. `extra` holds options that are data (one's businesses)."""

    def __init__(
        self,
        texts: Catalogue,
        language: Language,
        office: Office,
        extra: Mapping[str, tuple[Option, ...]] | None = None,
    ) -> None:
        self.texts = texts
        self.language = language
        self._office = office
        self._extra = extra or {}

    def options(self, key: str, ids: Sequence[str] | None = None) -> tuple[Option, ...]:
        """The options of a text in their order, or those of `ids` in theirs. A text without options has none."""
        if key in self._extra:
            found = self._extra[key]
        elif key == DISTRICTS:
            found = _districts()
        else:
            found = _options(self.texts, key, self.language)
        if ids is None:
            return found
        by_id = {o.id: o for o in found}
        return tuple(by_id[i] for i in ids if i in by_id)

    def heard(self, name: str) -> frozenset[str]:
        """A list of words under `common.hear`, normalised."""
        return _words(self.texts, f"common.hear.{name}")

    def label(self, label: Label) -> str:
        """What an option is called; its own id where no text names it."""
        if label.text == REGION:
            return region_name(label.option)
        return next((o.label for o in self.options(label.text) if o.id == label.option), label.option)

    def said(self, key: str, values: Mapping[str, Any]) -> str:
        """A text, filled in; labels and lists of labels are looked up first."""
        needed = self.texts.needs(key)
        if not needed:
            return self.texts.text(key, self.language)
        filled = {k: self.value(v) for k, v in values.items() if k in needed}
        for name in needed - filled.keys():
            if name in OFFICE:
                filled[name] = OFFICE[name](self._office, self.language)
        return self.texts.text(key, self.language, **filled)

    def words(self, key: str) -> frozenset[str]:
        """A list of words understood, normalised ("offer.words.done")."""
        return _words(self.texts, key)

    def marked(self, words: str) -> Marked:
        """Our own words as a value of another text: their bold marks stay marks."""
        return Marked(words)

    def value(self, value: Any) -> Any:
        """A label or phrase looked up, a list joined; everything else as it is."""
        if isinstance(value, Label):
            said = self.label(value)
            return said[:1].lower() + said[1:] if value.within else said
        if isinstance(value, Phrase):
            return Marked(self.said(value.key, {}))
        if isinstance(value, tuple | list):
            return ", ".join(str(self.value(v)) for v in value)
        return value


@lru_cache(maxsize=2048)
def _options(texts: Catalogue, key: str, language: Language) -> tuple[Option, ...]:
    found = texts.options(key, language)
    taken = frozenset(normalise(word) for option in found for word in option.words)
    ids = frozenset(o.id for o in found)
    return tuple(
        Option(
            o.id, o.label, frozenset(map(normalise, o.words)) | (_common(texts, key, o.id, ids) - taken), o.description
        )
        for o in found
    )


def _common(texts: Catalogue, key: str, option: str, ids: frozenset[str]) -> frozenset[str]:
    """What "ya", "tidak", "belum" and "tidak tahu" are called in four languages, wherever they may be chosen."""
    words = frozenset().union(*(_words(texts, f"common.hear.{name}") for name in HEARD.get(option, ())))
    if option == "no" and "not_yet" not in ids:
        words |= _words(texts, "common.hear.not_yet")
    return words | FINE if option == "yes" and key in GOES_ON else words


@lru_cache(maxsize=64)
def _words(texts: Catalogue, key: str) -> frozenset[str]:
    return frozenset(map(normalise, texts.words(key)))


@lru_cache(maxsize=1)
def _districts() -> tuple[Option, ...]:
    return tuple(
        Option(d.code, d.name, frozenset((normalise(d.name),)))
        for regency in regions.REGENCIES.values()
        for d in regency.districts
    )


def region_name(code: str) -> str:
    """The full name of a kabupaten, kota or kecamatan; the code itself where there is none."""
    found = regions.district(code) or regions.regency(code)
    return found.name if found else code
