"""Minta perbaikan: an officer ticks what is wrong and sees the owner's message; the owner answers in the chat."""

from starlette.responses import Response

from console import looks
from console.case import find, reason
from console.desk import Desk, to
from models import Session
from services import correcting, revisions
from services.correcting import Asked, Refused, Why

# Ready-made reasons, worded for owners in texts/*/correction.yaml.
READY = {key: f"correction.reason.{key}" for key in ("differs", "unclear", "incomplete", "photo", "typing")}
FAULTS = {
    Why.NO_FIELD: "Pilih dulu apa yang perlu diperbaiki.",
    Why.TOO_MANY: f"Paling banyak {correcting.MOST} isian sekaligus. Lebih dari itu, teleponlah pemiliknya.",
    Why.NO_REASON: "Pilih atau tulis alasannya: pemilik membacanya.",
    Why.ENDED: "Pengajuan ini sudah selesai; datanya tidak diperbaiki lewat sini.",
    Why.OPEN: "Masih ada perbaikan lain yang menunggu jawaban pemilik. Batalkan dulu yang itu.",
    Why.NOT_REACHED: "Pemilik tidak bisa ditanya lewat chat: tidak ada chat, atau belum ada izin.",
}


def choose(desk: Desk) -> Response:
    """What may be asked again, with what stands there now."""
    return _page(desk)


def preview(desk: Desk) -> Response:
    """Asked, read, and undone: what is shown is exactly what the owner would get."""
    with desk.trying() as session:
        made = _ask(desk, session)
    if isinstance(made, Refused):
        return _page(desk, fault=FAULTS[made.why])
    return _page(desk, asked=made)


def send(desk: Desk) -> Response:
    """Ask the owner. Sent twice it is asked once."""
    with desk.writing() as session:
        made = _ask(desk, session)  # a refusal changes nothing
    if isinstance(made, Refused):
        return _page(desk, fault=FAULTS[made.why])
    told = "minta_perbaikan" if made.told else "minta_sudah"
    return to(f"/pendaftaran/{desk.asked.where['number']}", pesan=told)


def cancel(desk: Desk) -> Response:
    """Ask for nothing any more."""
    with desk.writing() as session:
        done = correcting.cancel(session, desk.actor, find(session, desk), now=desk.now)
    return to(f"/pendaftaran/{desk.asked.where['number']}", pesan="batal_perbaikan" if done else "sudah_perbaikan")


def seen(desk: Desk) -> Response:
    """An officer has looked at what came."""
    with desk.writing() as session:
        done = correcting.seen(session, desk.actor, find(session, desk), now=desk.now)
    return to(f"/pendaftaran/{desk.asked.where['number']}", pesan="lihat_perbaikan" if done else "sudah_perbaikan")


def _ask(desk: Desk, session: Session) -> Asked | Refused:
    settings = desk.settings
    return correcting.ask(
        session, desk.actor, find(session, desk), desk.asked.many.get("isian", ()), reason(desk, READY),
        office=settings.office, texts=settings.texts, now=desk.now,
    )  # fmt: skip


def _page(desk: Desk, *, fault: str | None = None, asked: Asked | None = None) -> Response:
    with desk.writing() as session:  # looking is written down
        found = revisions.asking(session, desk.actor, find(session, desk), texts=desk.settings.texts, now=desk.now)
    ready = {key: desk.settings.texts.text(text, found.language) for key, text in READY.items()}
    values = {
        "it": found, "fault": fault, "preview": asked, "ticked": set(desk.asked.many.get("isian", ())),
        "typed": desk.asked.form, "ready": ready, "most": correcting.MOST,
    }  # fmt: skip
    return looks.page(desk, "correction.html", 422 if fault else 200, **values)
