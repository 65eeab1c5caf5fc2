"""Questions the bot starts: each is a row with an id. Its buttons carry the id; typed, it has its own words and a code.

So a bare number or a "ya" belongs to the open form alone, whatever was asked meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conversation.hearing import normalise
from conversation.said import Tap
from conversation.turn import Note
from handlers import announcing, event_after, event_mine, mend, offer, owner, todo
from handlers.desk import Desk
from handlers.next import Next
from handlers.spoken import Spoken
from services.codes import LETTERS


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of question.

    `answer` takes the row (its id from a button, or the code that was typed) and the option; None: it has no such row.
    """

    words: tuple[str, ...]  # the options that may be typed, with their code: `offer.words` in hearing.yaml
    answer: Callable[[Desk, Spoken, str, str], Next | None]


# By what their buttons begin with.
KINDS: Mapping[str, Kind] = {
    "due": Kind(("done", "not_yet"), todo.answered),
    "confirm": Kind(("agree", "not_mine"), owner.answered),
    "offer": Kind(("take", "skip", "still"), offer.answered),
    "event": Kind(("come", "not_come", "take", "skip", "certificate", "materials"), event_mine.answered),
    "siaran": Kind((), announcing.answered),
    "feedback": Kind(("fill",), event_after.answered),
    "start": Kind((), event_after.start_tapped),
    "mend": Kind(("mend",), mend.answered),
}


def coded(desk: Desk, spoken: Spoken, word: str, code: str) -> Next | None:
    """ "AMBIL K7": a word and a code; None where the word is none of these, or no code begins so."""
    said = normalise(word)
    meant = [(kind, o) for kind in KINDS.values() for o in kind.words if said in spoken.words(f"offer.words.{o}")]
    if not meant or code[0] not in LETTERS:
        return None
    for kind, option in meant:
        if follow := kind.answer(desk, spoken, code, option):
            return follow
    return Next((Note("offer.unknown_code", {"said": code}),), open="menu")


def _tapped(desk: Desk, spoken: Spoken, tap: Tap) -> Next | None:
    return KINDS[tap.run].answer(desk, spoken, tap.question, tap.option)


BUTTONS: Mapping[str, Callable[[Desk, Spoken, Tap], Next | None]] = dict.fromkeys(KINDS, _tapped)
