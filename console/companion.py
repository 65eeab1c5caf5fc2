"""Pendamping: assigned on the application, its owner's message seen before."""

from starlette.responses import Response

from console import case, meaning
from console.case import find
from console.desk import Desk, to
from models import Session
from services import companions
from services.companions import Assigned, Refused, Why

FAULTS = {
    Why.UNKNOWN: "Pilih dulu pendampingnya, dari kab/kota pengajuan ini.",
    Why.ENDED: "Pengajuan ini sudah selesai; tidak ada yang perlu didampingi.",
}


def preview(desk: Desk) -> Response:
    """Assigned, read, and undone: what is shown is exactly what the owner would get."""
    with desk.trying() as session:
        made = _assign(desk, session)
    if isinstance(made, Refused):
        return case.page(desk, fault=FAULTS[made.why])
    return case.page(desk, companion=made)


def assign(desk: Desk) -> Response:
    """Assign, and have the owner told who will contact them. Sent twice it is done once."""
    with desk.writing() as session:
        made = _assign(desk, session)  # a refusal changes nothing
    if isinstance(made, Refused):
        return case.page(desk, fault=FAULTS[made.why])
    told = "pendamping_sudah" if not made.changed else "pendamping" if made.told else "pendamping_diam"
    return to(f"/pendaftaran/{made.number}", pesan=told)


def _assign(desk: Desk, session: Session) -> Assigned | Refused:
    staff_id = meaning.number(desk.asked.form.get("pendamping")) or 0
    return companions.assign(
        session, desk.actor, find(session, desk), staff_id, office=desk.settings.office, texts=desk.settings.texts,
        now=desk.now,
    )  # fmt: skip
