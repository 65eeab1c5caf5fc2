"""Minta perbaikan: an officer ticks what is wrong and sees the owner's message; the owner answers in the chat."""

from starlette.responses import Response

from console import looks
from console.case import find
from console.desk import Desk, to
from models import Language, Session
from services import correcting, revisions
from services.correcting import Asked, Refused, Why

READY = ("differs", "unclear", "incomplete", "photo", "typing")  # worded for owners in texts/*/correction.yaml
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
        session, desk.actor, find(session, desk), desk.asked.many.get("isian", ()), _reason(desk),
        office=settings.office, texts=settings.texts, now=desk.now,
    )  # fmt: skip


def _reason(desk: Desk) -> str:
    """What was written, or the ready-made reason."""
    written, key = desk.asked.form.get("alasan", "").strip()[:500], desk.asked.form.get("siap", "")
    return written or (_ready(desk, desk.asked.form.get("bahasa", "")).get(key, ""))


def _ready(desk: Desk, language: str) -> dict[str, str]:
    spoken = Language.EN if language == Language.EN else Language.ID
    return {key: desk.settings.texts.text(f"correction.reason.{key}", spoken) for key in READY}


def _page(desk: Desk, *, fault: str | None = None, asked: Asked | None = None) -> Response:
    with desk.writing() as session:  # looking is written down
        found = revisions.asking(session, desk.actor, find(session, desk), texts=desk.settings.texts, now=desk.now)
    values = {
        "it": found, "fault": fault, "preview": asked, "ticked": set(desk.asked.many.get("isian", ())),
        "typed": desk.asked.form, "ready": _ready(desk, found.language), "most": correcting.MOST,
    }  # fmt: skip
    return looks.page(desk, "correction.html", 422 if fault else 200, **values)
