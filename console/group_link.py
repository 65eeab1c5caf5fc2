"""Dari daftar ke ajakan: the people of a list of applications, as an audience in an address.

A template asks `ajak(wanted)` for the address, where `wanted` is what the list is filtered by; a filter that no
audience says the same as (a search, "lewat janji", "belum diakui", "perbaikan") has none.
"""

from urllib.parse import urlencode

from console import audience_link
from console.settings import BASE
from models import Stage
from services import docket
from services.broadcasts.audience import Audience
from services.docket import Tab, Wanted


def group(wanted: Wanted) -> Audience | None:
    """The same people as an audience; None where no audience says the same."""
    narrower = wanted.search or wanted.late or wanted.unacknowledged
    if narrower or (wanted.tab is Tab.CORRECTED and not (wanted.stage or wanted.placed)):
        return None
    stages: frozenset[Stage] = docket.PLACED if wanted.placed else docket.stages_of(wanted.tab)
    if wanted.stage is not None:
        stages = frozenset({wanted.stage})
    return Audience(regencies=(wanted.regency,) if wanted.regency else (), stages=tuple(sorted(map(str, stages))))


def ajak(wanted: Wanted) -> str | None:
    """The address of the page that asks: a broadcast, or an event?"""
    meant = group(wanted)
    if meant is None:
        return None
    return f"{BASE}/ajak?{urlencode({audience_link.NAME: audience_link.as_text(meant)})}"
