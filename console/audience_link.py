"""Dari angka ke siaran: a page that shows a number of people links to a broadcast to exactly those.

`/siaran/baru?audiens=<JSON>` opens the composer with these people chosen. The JSON is what `Audience.as_json` writes
(services/broadcasts/audience.py): every condition by its name, only those that are set, for example
`{"regencies": ["36.02"], "todos": ["BUTUH_NIB"], "only_todo": true}`. Python calls `to_broadcast(Audience(...))`, a
template `siaran(regencies=["36.02"], stages=["DAFTAR_TUNGGU"])`; both give the whole address. Only who may draft
(`desk.may(draft)`) should be offered it. An account that works for some kab/kota only gets its own, whatever the link
says; a link that names what nobody knows opens an empty composer that says so.
"""

import json
from typing import Any
from urllib.parse import urlencode

from console.settings import BASE
from services.broadcasts.audience import Audience, AudienceRefused, checked

NAME = "audiens"
LONGEST = 6_000  # letters of it


def to_broadcast(audience: Audience) -> str:
    """The address of the composer with these people in it."""
    return f"{BASE}/siaran/baru?{urlencode({NAME: as_text(audience)})}"


def siaran(**conditions: Any) -> str:
    """The same, for templates. Lists stay lists: `siaran(stages=["DAFTAR_TUNGGU"])`."""
    return to_broadcast(Audience.from_json(conditions))


def undang(**conditions: Any) -> str:
    """The page that asks to which event these people are to be invited, for templates."""
    return f"{BASE}/acara/undang?{urlencode({NAME: as_text(Audience.from_json(conditions))})}"


def as_text(audience: Audience) -> str:
    """The audience as it stands in the address, or in a hidden field."""
    return json.dumps(audience.as_json(), separators=(",", ":"))


def read(said: str) -> Audience:
    """The audience again; nothing said: everybody. Raises AudienceRefused."""
    if not said.strip():
        return Audience()
    try:
        kept = json.loads(said) if len(said) <= LONGEST else None
    except (ValueError, RecursionError):
        kept = None
    if not isinstance(kept, dict):
        raise AudienceRefused("filter", said[:40])
    return checked(Audience.from_json(kept))
