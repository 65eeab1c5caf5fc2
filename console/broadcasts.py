"""Siaran: written with what it would do beside it, approved by a second person, watched, and stopped at any moment."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from console import audience_link, looks
from console.applications import places
from console.desk import Desk, Gone, to
from models import BroadcastState, Session
from services import regions
from services.broadcasts import approving, drafting, fates, running, saying
from services.broadcasts.audience import Audience, AudienceRefused, in_words
from services.broadcasts.drafting import Draft, DraftRefused
from services.broadcasts.running import BroadcastRefused, Why
from services.staff import Right

BEFORE = (BroadcastState.DRAFT, BroadcastState.ASKED)
COLOURS = {
    BroadcastState.DRAFT: "", BroadcastState.ASKED: "wait", BroadcastState.SCHEDULED: "info",
    BroadcastState.SENDING: "go", BroadcastState.PAUSED: "wait", BroadcastState.DONE: "done",
    BroadcastState.CANCELLED: "late",
}  # fmt: skip
Act = Callable[[Session, Desk, int], Any]


def _states(desk: Desk) -> dict[BroadcastState, tuple[str, str]]:
    """The badge of each state: its colour and its word."""
    words = desk.settings.texts
    return {one: (COLOURS[one], saying.state(one, words).capitalize()) for one in BroadcastState}


def listing(desk: Desk) -> Response:
    """The newest first."""
    with desk.reading() as session:
        found = fates.listed(session, desk.actor)
    return looks.page(desk, "broadcasts.html", broadcasts=found, states=_states(desk))


def show(desk: Desk, refused: str | None = None) -> Response:
    """One broadcast: before it is approved what it would do, afterwards how it goes. htmx asks for the second alone."""
    values: dict[str, Any] = {"refused": refused, "states": _states(desk), "saying": saying}
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
                values |= {"preview": made, "warnings": [saying.finding(one, settings.texts) for one in made.found]}
    except BroadcastRefused:
        raise Gone from None
    template = "broadcast_progress.html" if desk.asked.fragment else "broadcast.html"
    return looks.page(desk, template, 422 if refused else 200, **values)


# --- writing


def compose(desk: Desk, faults: tuple[str, ...] = ()) -> Response:
    """An empty draft, one for the people of a link (audience_link.py), or what was typed with what is wrong with it."""
    said = desk.asked.form.get(audience_link.NAME, desk.asked.query.get(audience_link.NAME, ""))
    try:
        audience = audience_link.read(said)
    except AudienceRefused as refused:
        audience, faults = Audience(), (*faults, *saying.broken(refused, desk.settings.texts))
    chosen = set(desk.asked.many.get("kab", ())) or set(audience.regencies)
    return looks.page(
        desk, "broadcast_new.html", 422 if faults else 200, faults=faults, typed=desk.asked.form, chosen=chosen,
        places=places(desk), meant=audience_link.as_text(audience), beside=_beside(audience, desk),
    )  # fmt: skip


def _beside(audience: Audience, desk: Desk) -> str:
    """The conditions of a link that have no field of their own, in words."""
    rest = replace(audience, regencies=())
    return in_words(rest, desk.settings.texts) if rest != Audience() else ""


def create(desk: Desk) -> Response:
    """Keep the draft."""
    form, settings = desk.asked.form, desk.settings
    chosen = tuple(code for code in desk.asked.many.get("kab", ()) if code in regions.REGENCIES)
    written = {language: form.get(f"naskah_{language}", "").strip() for language in ("id", "en")}
    try:
        audience = replace(audience_link.read(form.get(audience_link.NAME, "")), regencies=chosen)
        if form.get("nib") == "1":
            audience = replace(audience, todos=("BUTUH_NIB",), only_todo=False)
        draft = Draft(form.get("judul", "").strip(), {key: words for key, words in written.items() if words}, audience)
        with desk.writing() as session:
            row = drafting.create(
                session, desk.actor, draft, texts=settings.texts, office=settings.office, now=desk.now
            )
            number = row.id
    except (DraftRefused, AudienceRefused) as refused:
        return compose(desk, tuple(saying.broken(refused, settings.texts)))
    return to(f"/siaran/{number}", pesan="rancangan")


# --- deciding


def _act(desk: Desk, act: Act, said: str) -> Response:
    try:
        with desk.writing() as session:
            act(session, desk, _number(desk))
    except BroadcastRefused as refused:
        if refused.why is Why.UNKNOWN:
            raise Gone from None
        return show(desk, " ".join(saying.broken(refused, desk.settings.texts)))
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
