"""Siaran: written with what it would do beside it, approved by a second person, watched, and stopped at any moment."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.responses import Response

from console import looks, meaning, wording
from console.composing import number_of
from console.desk import Desk, Gone, to
from models import BroadcastState, FileKind, Session
from services import files
from services.broadcasts import approving, attaching, drafting, fates, report_file, running, saying
from services.broadcasts.audience import Audience, in_words
from services.broadcasts.drafting import DraftRefused
from services.broadcasts.running import BroadcastRefused, Why
from services.staff import Right

BEFORE = (BroadcastState.DRAFT, BroadcastState.ASKED)
COLOURS = {
    BroadcastState.DRAFT: "", BroadcastState.ASKED: "wait", BroadcastState.FREEZING: "wait",
    BroadcastState.SCHEDULED: "info",
    BroadcastState.SENDING: "go", BroadcastState.PAUSED: "wait", BroadcastState.DONE: "done",
    BroadcastState.CANCELLED: "late",
}  # fmt: skip
Act = Callable[[Session, Desk, int], Any]


def _states(desk: Desk) -> dict[BroadcastState, tuple[str, str]]:
    """The badge of each state: its colour and its word."""
    words = desk.settings.texts
    return {one: (COLOURS[one], wording.opening(saying.state(one, words))) for one in BroadcastState}


def listing(desk: Desk) -> Response:
    """The newest first; or those in one state, "?keadaan=asked"."""
    state = meaning.one_of(BroadcastState, desk.asked.query.get("keadaan"))
    with desk.reading() as session:
        found = fates.listed(session, desk.actor, state=state)
    return looks.page(desk, "broadcasts.html", broadcasts=found, states=_states(desk), state=state)


def show(desk: Desk, refused: str | None = None) -> Response:
    """One broadcast: before it is approved what it would do, afterwards how it goes. htmx asks for the second alone."""
    values: dict[str, Any] = {"refused": refused, "states": _states(desk), "saying": saying}
    settings, number = desk.settings, number_of(desk)
    try:
        with desk.writing() as session:  # looking at whom it would reach is written down
            row = fates.seen(session, desk.actor, number)
            values |= {"row": row, "audience": in_words(Audience.from_json(row.audience), settings.texts)}
            values |= {"progress": fates.progress(session, desk.actor, number), "preview": None, "warnings": []}
            values |= {"file": attaching.of(session, row, desk.now), "prices": settings.office.announcing.prices}
            limits = (settings.office.announcing.largest(kind) // 1_000_000 for kind in FileKind)
            values["limits"] = list(limits)
            values["left_out"] = [(saying.reason(why, settings.texts), many) for why, many in row.left_out.items()]
            if row.state in BEFORE and (desk.may(Right.DRAFT) or desk.may(Right.APPROVE)):
                made = drafting.preview(
                    session, desk.actor, number, texts=settings.texts, office=settings.office, now=desk.now
                )
                values |= {"preview": made, "warnings": [saying.finding(one, settings.texts) for one in made.found]}
    except BroadcastRefused:
        raise Gone from None
    template = "broadcast_progress.html" if desk.asked.fragment else "broadcast.html"
    return looks.page(desk, template, 422 if refused else 200, **values)


# --- what goes along, trying it, its report


def attach(desk: Desk) -> Response:
    """Let a picture or a PDF go along."""
    sent, number, settings = desk.asked.files.get("berkas"), number_of(desk), desk.settings
    if sent is None:
        return show(desk, "Pilih dulu gambar atau PDF-nya.")
    try:
        with desk.writing() as session:
            attaching.attach(
                session, desk.actor, number, sent.content, size=sent.size, texts=settings.texts, office=settings.office,
                now=desk.now,
            )  # fmt: skip
    except (DraftRefused, BroadcastRefused) as refused:
        return _refused(desk, refused)
    return to(f"/siaran/{number}", pesan="dipasang")


def detach(desk: Desk) -> Response:
    """Let nothing go along."""
    return _act(desk, lambda session, at, n: attaching.detach(session, at.actor, n, at.now), "dilepas")


def attached(desk: Desk) -> Response:
    """What goes along, as it is sent."""
    with desk.reading() as session:
        try:
            row = fates.seen(session, desk.actor, number_of(desk))
        except BroadcastRefused:
            raise Gone from None
        kept = files.read(session, row.file_id, desk.now) if row.file_id is not None else None
    if kept is None:
        raise Gone
    return Response(
        kept.content, media_type=kept.media_type, headers={"content-disposition": f'inline; filename="{kept.name}"'}
    )


def try_out(desk: Desk) -> Response:
    """Send it to oneself."""
    words = desk.settings.texts
    return _act(desk, lambda session, at, n: drafting.try_out(session, at.actor, n, texts=words, now=at.now), "dicoba")


def download(desk: Desk) -> Response:
    """Everybody it was meant for, as a sheet; whoever takes it stands in the audit."""
    number = number_of(desk)
    with tempfile.TemporaryDirectory(prefix="naikkelas-") as folder, desk.writing() as session:
        path = Path(folder) / "siaran.xlsx"
        try:
            report_file.write(session, desk.actor, number, path, texts=desk.settings.texts, now=desk.now)
        except BroadcastRefused:
            raise Gone from None
        content = path.read_bytes()
    return looks.as_file(content, looks.XLSX, f"siaran-{number}.xlsx")


# --- deciding


def _act(desk: Desk, act: Act, said: str) -> Response:
    try:
        with desk.writing() as session:
            act(session, desk, number_of(desk))
    except BroadcastRefused as refused:
        return _refused(desk, refused)
    return to(f"/siaran/{number_of(desk)}", pesan=said)


def _refused(desk: Desk, refused: BroadcastRefused | DraftRefused) -> Response:
    if isinstance(refused, BroadcastRefused) and refused.why is Why.UNKNOWN:
        raise Gone from None
    return show(desk, " ".join(saying.broken(refused, desk.settings.texts)))


def ask(desk: Desk) -> Response:
    """Ask somebody else to approve it."""
    settings = desk.settings
    return _act(
        desk,
        lambda session, at, n: approving.ask(
            session, at.actor, n, texts=settings.texts, office=settings.office, now=at.now
        ),
        "diminta",
    )


def approve(desk: Desk) -> Response:
    """Let it go. What was seen must be what is there."""
    settings = desk.settings
    return _act(
        desk,
        lambda session, at, n: approving.approve(
            session, at.actor, n, _version(at), texts=settings.texts, office=settings.office, now=at.now
        ),
        "disetujui",
    )


def reject(desk: Desk) -> Response:
    """Give it back to who wrote it."""
    return _act(
        desk, lambda session, at, n: approving.reject(session, at.actor, n, _version(at), at.now), "dikembalikan"
    )


def pause(desk: Desk) -> Response:
    """Send nothing more for now."""
    return _act(desk, lambda session, at, n: running.pause(session, at.actor, n, at.now), "dijeda")


def resume(desk: Desk) -> Response:
    """Go on where it stopped."""
    return _act(desk, lambda session, at, n: running.resume(session, at.actor, n, at.now), "dilanjutkan")


def cancel(desk: Desk) -> Response:
    """End it: who waits gets nothing."""
    return _act(desk, lambda session, at, n: running.cancel(session, at.actor, n, at.now), "dibatalkan")


def _version(desk: Desk) -> int:
    return meaning.number(desk.asked.form.get("versi")) or 0
