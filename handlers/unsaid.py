"""What is not said back: words of somebody who gave no consent, and things that no question waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conversation.run import Run
from conversation.said import Contact, Location, Other, Photo, Said
from conversation.turn import Turn

UNEXPECTED: Mapping[str, str] = {
    "voice": "common.voice_note",
    "sticker": "common.sticker",
    "file": "common.file_unexpected",
    "edited": "common.edited",
    "empty": "common.empty",
}


def unexpected(said: Said) -> str:
    """The text that says why something could not be taken."""
    if isinstance(said, Photo):
        return "common.photo_unexpected"
    if isinstance(said, Location):
        return "common.location_unexpected"
    if isinstance(said, Contact):
        return "common.contact_unexpected" if said.own else "common.contact_other"
    return UNEXPECTED.get(said.kind, "common.file_unexpected") if isinstance(said, Other) else "common.file_unexpected"


ELLIPSIS = "…"  # in the place of what was typed
UNSAID: Mapping[str, str] = {"common.err_choice_1": "common.err_choice_unsaid"}  # the same, worded without it


def without_words(run: Run) -> Run:
    """Before consent no word of the person is kept, not even to be read back."""
    over = run.view.get("over")
    if not over or not over.get("said"):
        return run
    return replace(run, view={**run.view, "over": {**over, "said": ""}})


def without_echo(turn: Turn) -> Turn:
    """Nor does a message of ours hold it."""
    notes = tuple(
        replace(n, key=UNSAID.get(n.key, n.key), values={**n.values, "said": ELLIPSIS}) if "said" in n.values else n
        for n in turn.notes
    )
    ask = turn.ask
    if ask and "said" in ask.values:
        ask = replace(ask, values={**ask.values, "said": ELLIPSIS})
    return replace(turn, notes=notes, ask=ask)
