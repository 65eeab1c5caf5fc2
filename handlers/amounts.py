"""Uang yang ditulis orang: "500 jt sebulan", "2 M", "300rb sehari" → rupiah a year."""

from __future__ import annotations

import re
from decimal import Decimal

# M is miliar in Indonesia, never million.
UNITS = {
    "rb": 1_000,
    "ribu": 1_000,
    "k": 1_000,
    "jt": 1_000_000,
    "juta": 1_000_000,
    "m": 1_000_000_000,
    "miliar": 1_000_000_000,
    "milyar": 1_000_000_000,
    "billion": 1_000_000_000,
    "million": 1_000_000,
}
PERIODS = {"hari": 365, "sehari": 365, "day": 365, "minggu": 52, "seminggu": 52, "week": 52, "bulan": 12, "bln": 12}
PERIODS |= {"sebulan": 12, "month": 12, "tahun": 1, "setahun": 1, "thn": 1, "year": 1}
AMOUNT = re.compile(r"(?:rp\.?\s*)?(\d+(?:[.,]\d+)*)\s*(rb|ribu|k|jt|juta|miliar|milyar|million|billion|m)?\b", re.I)
PERIOD = re.compile(r"\b(" + "|".join(PERIODS) + r")\b", re.I)


def yearly(text: str) -> int | None:
    """The amount of a message in rupiah a year; None unless exactly one amount with a unit or of a size is named.

    A bare "2" is an option's number and a bare "500" could be anything, so both are left alone.
    """
    found = AMOUNT.findall(text)
    if len(found) != 1:
        return None
    digits, unit = found[0]
    amount = _number(digits, bool(unit))
    if amount is None or (not unit and amount < 10_000):
        return None
    period = PERIOD.search(text)
    return int(amount * UNITS.get(unit.casefold(), 1) * PERIODS.get(period.group(1).casefold() if period else "", 1))


def _number(digits: str, with_unit: bool) -> Decimal | None:
    """ "1.500.000" has points between thousands; "1,5" (or "1.5 juta") is one and a half."""
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits) and not (with_unit and len(digits) <= 5):
        return Decimal(re.sub(r"[.,]", "", digits))
    plain = digits.replace(",", ".")
    return Decimal(plain) if plain.count(".") <= 1 else None
