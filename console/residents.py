"""Orang & usaha: looking somebody up by a name, a number, a NIB or a telephone."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from console import looks, meaning
from console.desk import Desk
from console.meaning import one_of, places
from models import Channel, Language
from services.people import searching
from services.people.searching import Wanted

APPLIED = {"sudah": True, "belum": False}


def listing(desk: Desk) -> Response:
    """One page of people; htmx asks for the table alone."""
    with desk.reading() as session:
        found = searching.find(session, desk.actor, read(desk.asked.query))
    template = "residents_table.html" if desk.asked.fragment else "residents.html"
    return looks.page(desk, template, found=found, wanted=found.wanted, asked=asked(found.wanted), places=places(desk))


def read(query: Mapping[str, str]) -> Wanted:
    """What is asked for; what makes no sense is left out rather than refused."""
    return Wanted(
        search=query.get("cari", "").strip()[:80],
        regency=meaning.regency(query.get("kab")),
        applied=APPLIED.get(query.get("pengajuan", "")),
        language=one_of(Language, query.get("bahasa")),
        channel=one_of(Channel, query.get("lewat")),
        doubtful=query.get("ganda") == "1",
        page=meaning.page(query),
    )


def asked(wanted: Wanted) -> dict[str, Any]:
    """The same as the query of an address."""
    applied = next((said for said, one in APPLIED.items() if one is wanted.applied), "")
    return {
        "cari": wanted.search, "kab": wanted.regency or "", "pengajuan": applied,
        "bahasa": wanted.language or "", "lewat": wanted.channel or "", "ganda": "1" if wanted.doubtful else "",
    }  # fmt: skip
