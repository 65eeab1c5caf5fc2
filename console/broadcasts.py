"""Siaran: written with what it would do beside it, approved by a second person, watched, and stopped at any moment."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from console import broadcast_words, looks
from console.applications import places
from console.broadcast_words import REFUSALS, finding
from console.desk import Desk, Gone, to
from models import BroadcastState, Session
from services import regions
from services.broadcasts import approving, drafting, fates, running
from services.broadcasts.audience import Audience, AudienceRefused, in_words
from services.broadcasts.drafting import Draft, DraftRefused
from services.broadcasts.running import BroadcastRefused, Why
from services.staff import Right

BEFORE = (BroadcastState.DRAFT, BroadcastState.ASKED)
Act = Callable[[Session, Desk, int], Any]


def listing(desk: Desk) -> Response:
    """The newest first."""
    with desk.reading() as session:
        found = fates.listed(session, desk.actor)
    return looks.page(desk, "broadcasts.html", broadcasts=found, states=broadcast_words.STATES)


def show(desk: Desk, refused: str | None = None) -> Response:
    """One broadcast: before it is approved what it would do, afterwards how it goes. htmx asks for the second alone."""
    values: dict[str, Any] = {"refused": refused, "states": broadcast_words.STATES, "fates": broadcast_words.FATES}
    settings, number = desk.settings, _number(desk)
    try:
        with desk.writing() as session:  # looking at whom it would reach is written down
            row = fates.seen(session, desk.actor, number)
            values |= {"row": row, "audience": in_words(Audience.from_json(row.audience), settings.texts)}
            values |= {"progress": fates.progress(session, desk.actor, number), "preview": None, "warnings": []}
            if row.state in BEFORE and (desk.may(Right.DRAFT) or desk.may(Right.APPROVE)):
                made = drafting.preview(
                    session, desk.actor, number, texts=settings.texts, office=settings.office, now=desk.now
                )
                values |= {"preview": made, "warnings": [finding(one) for one in made.found]}
    except BroadcastRefused:
        raise Gone from None
    template = "broadcast_progress.html" if desk.asked.fragment else "broadcast.html"
    return looks.page(desk, template, 422 if refused else 200, **values)


# --- writing


def compose(desk: Desk, faults: tuple[str, ...] = ()) -> Response:
    """An empty draft, or what was typed with what is wrong with it."""
    return looks.page(
        desk, "broadcast_new.html", 422 if faults else 200, faults=faults, typed=desk.asked.form,
        chosen=set(desk.asked.many.get("kab", ())), places=places(desk),
    )  # fmt: skip


def create(desk: Desk) -> Response:
    """Keep the draft."""
    form, settings = desk.asked.form, desk.settings
    chosen = tuple(code for code in desk.asked.many.get("kab", ()) if code in regions.REGENCIES)
    written = {language: form.get(f"naskah_{language}", "").strip() for language in ("id", "en")}
    draft = Draft(
        title=form.get("judul", "").strip(),
        texts={language: words for language, words in written.items() if words},
        audience=Audience(regencies=chosen, only_todo=False, todos=("BUTUH_NIB",) if form.get("nib") == "1" else ()),
    )
    try:
        with desk.writing() as session:
            row = drafting.create(
                session, desk.actor, draft, texts=settings.texts, office=settings.office, now=desk.now
            )
            number = row.id
    except DraftRefused as refused:
        return compose(desk, tuple(finding(one) for one in refused.found))
    except AudienceRefused as refused:
        return compose(desk, (f"Penerima belum benar: {refused.what}.",))
    return to(f"/siaran/{number}", pesan="rancangan")


# --- deciding


def _act(desk: Desk, act: Act, said: str) -> Response:
    try:
        with desk.writing() as session:
            act(session, desk, _number(desk))
    except BroadcastRefused as refused:
        if refused.why is Why.UNKNOWN:
            raise Gone from None
        return show(desk, REFUSALS[refused.why])
    return to(f"/siaran/{_number(desk)}", pesan=said)


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


def _number(desk: Desk) -> int:
    number = int(desk.asked.where["number"])
    if number >= 2**31:
        raise Gone
    return number


def _version(desk: Desk) -> int:
    said = desk.asked.form.get("versi", "")
    return int(said) if said.isdecimal() and len(said) < 9 else 0
