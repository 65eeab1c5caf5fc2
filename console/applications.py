"""Pendaftaran: the queue, those whose promise is broken first."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.responses import Response

from console import looks, meaning
from console.desk import Desk
from console.meaning import places
from models import Stage
from services import bulk, docket, docket_file
from services.docket import Tab, Wanted


def listing(desk: Desk) -> Response:
    """One page of the queue; htmx asks for the table alone."""
    wanted = read(desk.asked.query, desk.actor.staff_id)
    with desk.reading() as session:
        found = docket.find(session, desk.actor, wanted, desk.now)
        counts = None if desk.asked.fragment else docket.counts(session, desk.actor, desk.now)
    values = {
        "found": found,
        "wanted": found.wanted,
        "counts": counts,
        "asked": asked(found.wanted),
        "together": bulk.together(),
    }
    template = "applications_table.html" if desk.asked.fragment else "applications.html"
    return looks.page(desk, template, **values, places=places(desk))


def download(desk: Desk) -> Response:
    """The same list as a sheet, with names and numbers; whoever takes it stands in the audit."""
    settings = desk.settings
    with tempfile.TemporaryDirectory(prefix="naikkelas-") as folder, desk.writing() as session:
        path = Path(folder) / "pengajuan.xlsx"
        docket_file.write(
            session,
            desk.actor,
            read(desk.asked.form, desk.actor.staff_id),
            path,
            texts=settings.texts,
            office=settings.office,
            now=desk.now,
        )
        content = path.read_bytes()
    name = f"pengajuan-{settings.office.local_day(desk.now).isoformat()}.xlsx"
    return looks.as_file(content, looks.XLSX, name)


def read(query: Mapping[str, str], own: int | None = None) -> Wanted:
    """What is asked for; what makes no sense is left out rather than refused. `own`: the account that asks."""
    search = query.get("cari", "").strip()[:80]
    tab = meaning.one_of(Tab, query.get("tab")) or (Tab.ALL if search else Tab.OURS)
    return Wanted(
        tab=tab,
        late=query.get("lewat") == "1",
        regency=meaning.regency(query.get("kab")),
        stage=meaning.one_of(Stage, query.get("tahap")),
        placed=query.get("tempat") == "1",
        filed=query.get("diajukan") == "1",
        programme=query.get("program", "").strip()[:32],
        unacknowledged=query.get("belum") == "1",
        search=search,
        companion=own if query.get("milik") == "1" else None,
        page=meaning.page(query),
    )


def asked(wanted: Wanted) -> dict[str, Any]:
    """The same as the query of an address."""
    return {
        "tab": wanted.tab.value, "lewat": "1" if wanted.late else "", "kab": wanted.regency or "",
        "tahap": wanted.stage.value if wanted.stage else "", "tempat": "1" if wanted.placed else "",
        "diajukan": "1" if wanted.filed else "", "program": wanted.programme,
        "belum": "1" if wanted.unacknowledged else "", "cari": wanted.search,
        "milik": "1" if wanted.companion else "",
    }  # fmt: skip
