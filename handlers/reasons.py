"""Alasan dan tugas: how a code of the rule set is said to the person it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conversation.question import Label, Phrase
from conversation.turn import Note
from handlers.desk import Desk
from handlers.spoken import REGION, Spoken
from models import Assessment
from services import eligibility

# Which ingredient of the script a line speaks of.
FORBIDDEN = ("alcohol", "pork", "blood")
HAZARDS = ("hazard", "dye")
MEATS = ("meat", "minced", "broth", "gelatin")
ABOUT_HARAM = frozenset(("GANTI_BAHAN_HARAM", "TANYA_PENGGANTI", "SUCIKAN_ALAT", "TIDAK_BISA_HALAL", "BUKTI_PENGGANTI"))
ABOUT_HAZARD = frozenset(("STOP_BERBAHAYA", "BERBAHAYA_DICEK"))
ABOUT_UNMARKED = frozenset(("BAHAN_TANPA_LOGO",))
CAPS: Mapping[str, str] = {"BAGI_PENGAJUAN": "cap_packaged", "JUMLAH": "cap_stall", "KURANGI_MENU": "cap_stall"}


def notes(desk: Desk, spoken: Spoken, assessment: Assessment, code: str, *parts: str) -> tuple[Note, ...]:
    """Parts of what is said about a code, in their order: short, found, why, why_source, do, ask_whom, next, forward.

    `why_source` names a rule with its source, and only once the office has confirmed that fact.
    """
    filled = values(desk, spoken, assessment, code)
    keys = [f"reason.{code}.{part}" for part in parts]
    return tuple(Note(key, filled) for key in keys if desk.texts.has(key) and _may_show(desk, key))


def _may_show(desk: Desk, key: str) -> bool:
    fact = desk.texts.fact_of(key)
    return fact is None or desk.office.confirmed(fact) is not None


def said(desk: Desk, spoken: Spoken, assessment: Assessment, code: str, part: str) -> str:
    """One part in words; "why" brings its source along where that is confirmed."""
    parts = ("why", "why_source") if part == "why" else (part,)
    return " ".join(spoken.said(one.key, one.values) for one in notes(desk, spoken, assessment, code, *parts))


def lines(desk: Desk, spoken: Spoken, assessment: Assessment, codes: Sequence[str], most: int = 4) -> str:
    """Codes as short lines, the first few of them and how many more there are."""
    shown = [f"• {said(desk, spoken, assessment, code, 'short')}" for code in codes[:most]]
    if len(codes) > most:
        shown.append(spoken.said("common.and_more", {"count": len(codes) - most}))
    return "\n".join(shown)


def values(desk: Desk, spoken: Spoken, assessment: Assessment, code: str) -> dict[str, Any]:
    """Everything the words about a code may name; what is not known has its own way of being said."""
    said_raw = {key: kept[1] for key, kept in assessment.said.items()}
    source = f"reason.{code}.why_source"
    fact = desk.office.confirmed((desk.texts.fact_of(source) if desk.texts.has(source) else None) or "")
    regency, district = said_raw.get("regency"), said_raw.get("district")
    return {
        "name": said_raw.get("owner_name"),
        "business": said_raw.get("business_name"),
        "village": said_raw.get("village") or "",
        "district": Label(REGION, district) if district else "",
        "regency": Label(REGION, regency) if regency else "Banten",
        "product": Label("journey.product", str(said_raw.get("product"))),
        "ingredient": ingredient(said_raw, code),
        "example": Phrase(f"journey.replaceable.examples.{(_ticked(said_raw, FORBIDDEN) or ['blood'])[0]}"),
        "count": said_raw.get("product_count", 0),
        "cap": _cap(assessment, code),
        "limit": _cap(assessment, code),
        "source": fact.source if fact else "",
        "as_of": fact.as_of if fact else "",
        "next_date": desk.office.local_day(desk.now, desk.office.remind_days),
    }


def ingredient(said_raw: Mapping[str, Any], code: str) -> Any:
    """What the line is about, in the person's own words where they named it."""
    if code in ABOUT_UNMARKED and isinstance(named := said_raw.get("ingredients_which"), list) and named:
        return ", ".join(named[:3])
    if code in ABOUT_HARAM:
        return [Label("journey.avoid", t, within=True) for t in _ticked(said_raw, FORBIDDEN)] or Phrase(
            "common.that_ingredient"
        )
    if code in ABOUT_HAZARD:
        return [Label("journey.avoid", t, within=True) for t in _ticked(said_raw, HAZARDS)] or Phrase(
            "common.that_ingredient"
        )
    meats = [Label("journey.meat", t, within=True) for t in _ticked(said_raw, MEATS)]
    if code in ("BAHAN_HARAM_DICEK", *ABOUT_UNMARKED):
        return Phrase("common.that_ingredient")
    return meats or Label("journey.meat", "meat", within=True)


def _ticked(said_raw: Mapping[str, Any], among: Sequence[str]) -> list[str]:
    ticks: list[str] = []
    for key in ("avoid", "forbidden", "meat"):
        value = said_raw.get(key)
        ticks += [t for t in (value if isinstance(value, list) else ()) if t in among]
    return list(dict.fromkeys(ticks))


def _cap(assessment: Assessment, code: str) -> Any:
    rules = eligibility.get(assessment.rule_set, assessment.version)
    limit = rules.thresholds.get(CAPS.get(code, ""))
    return limit.value if limit and limit.confirmed else Phrase("common.limit_unconfirmed")
