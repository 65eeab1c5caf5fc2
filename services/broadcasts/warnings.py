"""Awas: what a reader would stumble over, or take for a fraud, found before it goes out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from models import Language
from services.broadcasts.wording import Words, filled, longest, unknown_placeholders

if TYPE_CHECKING:
    from texts import Catalogue

LIMIT = 1500  # characters, footer and names included: one WhatsApp message holds 1600
CAPTION = 1024  # the same below a picture or document: on Telegram (sendPhoto, Bot API 10.1) as on WhatsApp
READ = 700  # more is hardly read on a phone
LINK = re.compile(
    r"(?:https?://|www\.)([^\s/?#:*]+)|\b((?:[a-z0-9-]+\.)+(?:com|net|org|id|xyz|info|io|ly|me|link|site|online))\b",
    re.IGNORECASE,
)
# Asking for these is what frauds in our name do; the office never does.
ASKS = re.compile(
    r"\b(nik|ktp|kk|otp|kode verifikasi|kata sandi|password|pin|transfer|rekening|bayar(?:kan)?|biaya admin|uang)\b",
    re.IGNORECASE,
)
FREE = re.compile(
    r"\b(gratis|tanpa biaya|tidak dipungut biaya|tidak (?:perlu )?bayar|free of charge|no fee)\b", re.IGNORECASE
)
TEMPLATE_VALUE = 250  # characters of one value, as Twilio advises: what is longer is cut where it is sent
LINKED = 130  # characters a link to the file takes of the last value


class Fault(StrEnum):
    """What cannot be sent at all."""

    NO_TEXT = "no_text"
    PLACEHOLDER = "placeholder"
    TOO_LONG = "too_long"
    TEMPLATE = "template"
    TEMPLATE_VALUES = "template_values"
    TEMPLATE_LONG = "template_long"
    PAST = "past"
    EXPIRY = "expiry"
    TITLE = "title"
    FILE_TYPE = "file_type"
    FILE_SIZE = "file_size"
    FILE_GONE = "file_gone"


class Warn(StrEnum):
    """What can, but should be looked at twice."""

    LONG = "long"
    LINK = "link"
    ASKS = "asks"
    SAME = "same"  # the same words to some of the same people within 48 hours
    NO_ENGLISH = "no_english"  # English readers get Indonesian
    NO_ADDRESS = "no_address"  # WhatsApp has nowhere to fetch the file from
    LINKED = "linked"  # no template that carries the file is approved
    LATE = "late"  # not all can be reached before it expires


@dataclass(frozen=True, slots=True)
class Found:
    """One finding, with the words it is about."""

    what: Fault | Warn
    about: str = ""


def faults(words: Words, texts: "Catalogue", attached: bool = False) -> Iterator[Found]:
    """What makes the texts impossible. `attached`: they stand below a file."""
    most = CAPTION if attached else LIMIT
    if not words.texts.get(Language.ID.value, "").strip():
        yield Found(Fault.NO_TEXT)
        return
    for text in (*words.texts.values(), *words.template_values):
        yield from (Found(Fault.PLACEHOLDER, name) for name in unknown_placeholders(text))
    for language in Language:
        if longest(words, language, texts) > most:
            yield Found(Fault.TOO_LONG, str(most))
            break
    if words.template is not None:
        yield from _template_faults(words, texts, TEMPLATE_VALUE - LINKED if attached else TEMPLATE_VALUE)


def _template_faults(words: Words, texts: "Catalogue", most: int) -> Iterator[Found]:
    template = texts.templates(Language.ID.value).get(words.template or "")
    if template is None:
        yield Found(Fault.TEMPLATE, words.template or "")
        return
    if len(template.sample) != len(words.template_values) or any(
        not v.strip() or "\n" in v for v in words.template_values
    ):
        yield Found(Fault.TEMPLATE_VALUES, str(len(template.sample)))
    if any(len(filled(value)) > most for value in words.template_values):
        yield Found(Fault.TEMPLATE_LONG, str(most))


def look(words: Words, hosts: frozenset[str], texts: "Catalogue") -> Iterator[Found]:
    """What should be looked at twice in the texts."""
    said = [*words.texts.values(), *words.template_values]
    if any(longest(words, language, texts) > READ for language in Language):
        yield Found(Warn.LONG, str(READ))
    strange = sorted({host for text in said for host in foreign_links(text, hosts)})
    if strange:
        yield Found(Warn.LINK, ", ".join(strange)[:100])
    asked = sorted({word.lower() for text in said for word in ASKS.findall(FREE.sub("", text))})
    if asked:
        yield Found(Warn.ASKS, ", ".join(asked)[:100])
    if not words.texts.get(Language.EN.value):
        yield Found(Warn.NO_ENGLISH)


def foreign_links(text: str, hosts: frozenset[str]) -> list[str]:
    """Hosts of links that are neither a government's nor our own."""
    found = ((one[0] or one[1]).lower().rstrip(".,)") for one in LINK.findall(text))
    return [host for host in found if not (host.endswith(".go.id") or host in hosts)]
