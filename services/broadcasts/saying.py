"""Kata petugas: why a broadcast cannot go, what to look at twice, what became of it; the same wherever staff work."""

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from models import BroadcastState, Language
from services import regions
from services.broadcasts.audience import EXAMPLES, AudienceRefused, Left, known
from services.broadcasts.drafting import DraftRefused
from services.broadcasts.running import BroadcastRefused
from services.broadcasts.warnings import Fault, Found

if TYPE_CHECKING:
    from texts import Catalogue

ALL_OF_THEM = 12  # choices that can be read at once
NEAREST = 3
SIGN = "⚠️ "  # before what is to be looked at twice, in a chat


def broken(
    refused: BroadcastRefused | DraftRefused | AudienceRefused, texts: "Catalogue", language: Language = Language.ID
) -> list[str]:
    """Why not, in sentences."""
    if isinstance(refused, DraftRefused):
        return [finding(one, texts, language) for one in refused.found]
    if isinstance(refused, AudienceRefused):
        return [_unfit(refused, texts, language)]
    return [texts.text(f"broadcast.refused.{refused.why.value}", language)]


def finding(one: Found, texts: "Catalogue", language: Language = Language.ID) -> str:
    """One finding as a sentence."""
    kind = "fault" if isinstance(one.what, Fault) else "warn"
    return texts.text(f"broadcast.{kind}.{one.what.value}", language, about=one.about).removeprefix(SIGN)


def state(one: BroadcastState, texts: "Catalogue", language: Language = Language.ID) -> str:
    """Where a broadcast stands."""
    return texts.text(f"broadcast.state.{one.value}", language)


def fate(one: str, texts: "Catalogue", language: Language = Language.ID) -> str:
    """What became of a message: a `RecipientState`, or the state of its delivery."""
    return texts.text(f"broadcast.fate.{one}", language)


def reason(code: str, texts: "Catalogue", language: Language = Language.ID) -> str:
    """Why somebody did not get it: ours in words, a platform's number as it is."""
    for group in ("left", "reason"):
        key = f"broadcast.{group}.{KNOWN_REASONS.get(code, code)}"
        if texts.has(key):
            return texts.text(key, language)
    return code


# What the channels note with a message that did not arrive (bot/channels/telegram.py, whatsapp_errors.py).
KNOWN_REASONS: Mapping[str, str] = {
    "blocked by the person": "blocked", "never started the bot": "blocked", "account deactivated": "gone",
    "chat not found": "gone", "no such chat": "gone", "user not found": "gone", "time_out": "uncertain",
    "no clear answer": "uncertain", "too long": "too_long", "file_gone": "file_gone",
    "63024": "gone", "63003": "gone", "21211": "gone", "21610": "blocked", "63032": "blocked", "63033": "blocked",
    "63049": "platform_cap", "63016": Left.NO_TEMPLATE.value, "63051": "platform_cap",
}  # fmt: skip


# --- the audience


def choices(part: str, texts: "Catalogue", language: Language = Language.ID) -> dict[str, str]:
    """The values of a condition with what each is called, in the order to list them."""
    return {value: _called(part, value, texts, language) for value in known(part)}


def _called(part: str, value: str, texts: "Catalogue", language: Language) -> str:
    if part == "regencies":
        return regions.REGENCIES[value].name
    if part == "districts":
        found = regions.district(value)
        return found.name if found else value
    if part == "sectors":
        return next((one.label for one in texts.options("journey.product", language) if one.id == value), value)
    if part == "todos":
        return texts.text(f"reason.{value}.short", language, **EXAMPLES)
    keys = {"schemes": "broadcast.scheme.{}", "stages": "stage.{}.name"}
    return texts.text(keys.get(part, "broadcast.name.{}").format(value), language)


def _unfit(refused: AudienceRefused, texts: "Catalogue", language: Language) -> str:
    said = texts.text(f"broadcast.unfit.{refused.part}", language, about=refused.what)
    near = refused.near or nearest(refused.what, choices(refused.part, texts, language))
    return f"{said} {texts.text('broadcast.meant', language, items='; '.join(near))}" if near else said


def nearest(said: str, named: Mapping[str, str]) -> tuple[str, ...]:
    """What somebody may have meant, by code or by name; all there is where that is little."""
    word = said.strip().lower()
    spelled = {code.lower(): code for code in named} | {name.lower(): code for code, name in named.items()}
    close = [spelled[one] for one in difflib.get_close_matches(word, spelled, NEAREST)]
    within = [code for code, name in named.items() if len(word) > 2 and word in name.lower()]
    found = list(dict.fromkeys([*close, *within]))[:NEAREST] or (list(named) if len(named) <= ALL_OF_THEM else [])
    return tuple(f"{code} ({named[code]})" for code in found)
