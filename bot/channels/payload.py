"""What a button carries: `run|question|option`, so that an old button answers its own question and no other."""

import re

from conversation.said import Tap

LONGEST = 64  # bytes, Telegram's limit for callback_data
_PART = r"[^|\s\x00-\x1f\x7f]"
_DATA = re.compile(rf"(?P<run>{_PART}+)\|(?P<question>{_PART}+)\|(?P<option>{_PART}*)")
_NIK = re.compile(r"\d{16}")  # no row and no option is called that; somebody is making buttons of their own


def tap(data: str, label: str = "", message_id: str | None = None) -> Tap | None:
    """The tap in a button's data, or None if it is not of our making: a client can send what it likes."""
    found = _DATA.fullmatch(data) if len(data.encode("utf-8", "replace")) <= LONGEST else None
    if found is None or _NIK.search(data):
        return None
    return Tap(found["run"], found["question"], found["option"], label, message_id)
