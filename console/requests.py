"""Permintaan data pribadi: what people asked about their own data, each with its 3 × 24 hours; meeting them."""

from starlette.responses import Response

from console import looks
from console.desk import Desk, to
from services import granting, requests
from services.granting import CannotClose, Why

LONGEST = 500
FAULTS = {
    Why.UNKNOWN: "Permintaan itu tidak ada.",
    Why.DONE: "Permintaan itu sudah dipenuhi sebelumnya.",
    Why.BY_ITSELF: "Permintaan itu selesai dengan sendirinya; tunggu sebentar.",
    Why.NOTHING_TO_APPLY: "Tidak ada nilai baru yang bisa diterapkan. Tutup sebagian, dengan penjelasan.",
    Why.SAME_NIB: "NIB yang baru sudah dipakai usaha lain. Tutup sebagian, dengan penjelasan.",
}


def listing(desk: Desk, fault: str | None = None) -> Response:
    """The most urgent first; or all, the newest first."""
    everything = desk.asked.query.get("semua") == "1"
    with desk.reading() as session:
        found = requests.listed(session, desk.actor, everything=everything)
    late = sum(one.is_late(desk.now) for one in found)
    values = {"requests": found, "late": late, "everything": everything, "fault": fault}
    return looks.page(desk, "requests.html", 422 if fault else 200, **values)


def close(desk: Desk) -> Response:
    """It was met; or met in part, with the words the person reads."""
    because = desk.asked.form.get("sebab", "").strip()[:LONGEST]
    if desk.asked.form.get("cara") == "sebagian" and not because:
        return listing(desk, "Tulis penjelasannya dulu: orangnya membacanya.")
    settings = desk.settings
    try:
        with desk.writing() as session:
            granting.close(
                session, desk.actor, desk.numbered("request"), apply=desk.asked.form.get("cara") == "terapkan",
                because=because, texts=settings.texts, office=settings.office, now=desk.now,
            )  # fmt: skip
    except CannotClose as cannot:
        return listing(desk, FAULTS[cannot.why])
    return to("/permintaan", pesan="dipenuhi")
