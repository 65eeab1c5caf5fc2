"""Nomor HP: every Indonesian spelling of a mobile number to one, `+62812…` (E.164)."""

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType


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
