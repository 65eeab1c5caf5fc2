"""Nomor HP: every Indonesian spelling of a mobile number to one, `+62812…` (E.164)."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberType


class NotAPhone(ValueError):
    """The number cannot be used. `reason`: "err1" (not a number of a phone), "not_mobile", "foreign"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@lru_cache(maxsize=256)  # a number that was told is read again with every message of its chat
def mobile(text: str) -> str:
    """An Indonesian mobile number as E.164; spaces, dots and dashes forgiven. Raises NotAPhone."""
    digits = "".join(c for c in text if c.isdigit())
    # Without its plus a short "62812…" would be read as a number of a town.
    international = text.strip().startswith("+") or digits.startswith("62")
    try:
        number = phonenumbers.parse(f"+{digits}" if international else text, "ID")
    except NumberParseException as fault:
        raise NotAPhone("err1") from fault
    if number.country_code != 62:
        raise NotAPhone("foreign")
    if not phonenumbers.is_valid_number(number):
        raise NotAPhone("err1")
    if phonenumbers.number_type(number) is not PhoneNumberType.MOBILE:
        raise NotAPhone("not_mobile")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown(phone: str) -> str:
    """As Indonesians write it: 0812-3456-7890."""
    local = "0" + phone.removeprefix("+62")
    return "-".join(part for part in (local[:4], local[4:8], local[8:]) if part)


def _pattern() -> str:
    """What the digits of an Indonesian mobile number look like, without the 62."""
    known = PhoneMetadata.metadata_for_region("ID")
    mobiles = known.mobile if known else None
    return (mobiles.national_number_pattern if mobiles else None) or "(?!)"


# As nearly everybody writes it, judged by the same metadata, without the parser that would take most of a list's time.
_USUAL = re.compile(r"(?:\+?62|0)(8\d{8,11})")
_MOBILE = re.compile(_pattern())

# Between two numbers in one cell. Not a dash or a space: those stand inside a number too.
_BETWEEN = re.compile(r"[/;,&|\n]|\b(?:dan|atau)\b")
_LETTERS = re.compile(r"(?<![^\W\d])[oO\d]+(?![^\W\d])")  # a letter O for a nought, in what is otherwise digits


def first_mobile(text: str) -> tuple[str, bool]:
    """The first Indonesian mobile number in a cell of a list, and whether there are others. Raises NotAPhone.

    Words around it are forgiven ("WA: 0812… (istri)"), as are "0062…", a letter O for a nought, and a lost nought.
    """
    usual = _USUAL.fullmatch(text.strip())
    if usual and _MOBILE.fullmatch(usual[1]):
        return f"+62{usual[1]}", False
    parts = [_bare(part) for part in _BETWEEN.split(text.strip()) if any(c.isdigit() for c in part)]
    fault = NotAPhone("err1")
    found: list[str] = []
    for part in parts:
        try:
            found.append(mobile(part))
        except NotAPhone as wrong:
            fault = wrong
    if not found:
        raise fault
    return found[0], len(set(found)) > 1


def _bare(part: str) -> str:
    plain = _LETTERS.sub(lambda found: re.sub("[oO]", "0", found[0]), re.sub(r"\(\s*0\s*\)", "", part))
    begun = re.search(r"[+\d(].*", plain)
    said = begun[0] if begun else plain
    digits = re.sub(r"[^\d]", "", said)
    return f"+{digits[2:]}" if digits.startswith("0062") else ("+" if said.startswith("+") else "") + digits
