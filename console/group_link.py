"""Dari daftar ke ajakan: the people of a list of applications, as an audience in an address.

A template asks `ajak(wanted)` for the address, where `wanted` is what the list is filtered by; a filter that no
audience says the same as (a search, "lewat janji", "belum diakui", "perbaikan", "milik saya") has none. Likewise
`ajak_orang(wanted)` for the list of people, and `ajak_peserta(event, state, now)` for who signed up for an event.
"""

import datetime as dt
from urllib.parse import urlencode

from console import audience_link
from console.settings import BASE
from models import Event, SignUpState, Stage
from services import docket
from services.broadcasts.audience import Audience
from services.docket import Tab, Wanted
from services.people.searching import Wanted as People


def group(wanted: Wanted) -> Audience | None:
    """The same people as an audience; None where no audience says the same."""
    narrower = wanted.search or wanted.late or wanted.unacknowledged or wanted.companion
    if narrower or (wanted.tab is Tab.CORRECTED and not (wanted.stage or wanted.placed or wanted.filed)):
        return None
    return Audience(
        regencies=(wanted.regency,) if wanted.regency else (),
        stages=tuple(sorted(map(str, _stages(wanted)))),
        programme=wanted.programme,
    )


def _stages(wanted: Wanted) -> frozenset[Stage]:
    if wanted.stage is not None:
        return frozenset({wanted.stage})
    if wanted.placed or wanted.filed:
        return docket.FILED if wanted.filed else docket.PLACED
    if wanted.tab is Tab.ALL and wanted.programme:
        return frozenset()  # whoever has asked for it
    return docket.stages_of(wanted.tab)


def ajak(wanted: Wanted) -> str | None:
    """The address of the page that asks: a broadcast, or an event?"""
    return _address(group(wanted))


def ajak_orang(wanted: People) -> str | None:
    """The same for the list of people; None where more is asked for than kab/kota, language and channel, or nothing."""
    if wanted.search or wanted.doubtful or wanted.applied is not None:
        return None
    return _address(
        Audience(
            regencies=(wanted.regency,) if wanted.regency else (),
            language=wanted.language or "",
            channel=wanted.channel or "",
        )
    )


def ajak_peserta(event: Event, state: SignUpState | None, now: dt.datetime) -> str | None:
    """The same for those who signed up: all, who waits for a seat, who was there, and after the event who was not."""
    if state in (SignUpState.OFFERED, SignUpState.CANCELLED):
        return None  # no audience says the same
    if state is SignUpState.ATTENDED:
        return _address(Audience(event=event.code, attended=True))
    if state is SignUpState.REGISTERED and event.ends_at <= now:
        return _address(Audience(event=event.code, attended=False))
    return _address(Audience(event=event.code, queued=state is SignUpState.WAITING))


def _address(meant: Audience | None) -> str | None:
    if meant is None or meant == Audience():
        return None
    return f"{BASE}/ajak?{urlencode({audience_link.NAME: audience_link.as_text(meant)})}"
