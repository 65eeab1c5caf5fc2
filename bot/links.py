"""Links that name a row and when they end, signed: what we did not sign opens nothing."""

import base64
import datetime as dt
import hmac
import re

SHAPE = re.compile(r"([0-9]{1,18})\.([0-9]{1,12})\.([A-Za-z0-9_-]{43})")


class LinkOver(Exception):
    """It was ours, and has had its time."""


def sign(key: bytes, number: int, until: dt.datetime) -> str:
    """The last part of a link to row `number` that ends at `until`."""
    said = f"{number}.{int(until.timestamp())}"
    return f"{said}.{_mark(key, said)}"


def read(key: bytes, signed: str, now: dt.datetime) -> int | None:
    """The row a link names; None if we never made it. Raises LinkOver."""
    found = SHAPE.fullmatch(signed)
    if found is None or not hmac.compare_digest(_mark(key, f"{found[1]}.{found[2]}"), found[3]):
        return None
    if now.timestamp() >= int(found[2]):
        raise LinkOver
    return int(found[1])


def _mark(key: bytes, said: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, said.encode(), "sha256")).rstrip(b"=").decode()
