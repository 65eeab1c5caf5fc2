"""Words and taps for one form, without a chat: for the tests of a turn."""

from typing import Any

from conversation.form import Form
from conversation.run import Run
from conversation.said import Tap, Text
from conversation.turn import Turn, take_turn
from tests.conversation import made
from tests.conversation.made import FORM, FULL, WORDS


def says(run: Run, *texts: str, form: Form = FORM) -> Turn:
    """The turn after typing, one message after the other."""
    turn = None
    for text in texts:
        turn = take_turn(form, turn.run if turn else run, Text(text), WORDS)
    assert turn is not None
    return turn


def taps(run: Run, question: str, option: str, of: str = "r1", form: Form = FORM) -> Turn:
    """The turn after a tap, also of an old button."""
    return take_turn(form, run, Tap(of, question, option, option, "7"), WORDS)


def asked(turn: Turn) -> str | None:
    """What is asked now."""
    return turn.ask.target if turn.ask else None


def notes(turn: Turn) -> list[str]:
    """What is said before it."""
    return [note.key for note in turn.notes]


def full(**otherwise: Any) -> Run:
    """A run that is at its review."""
    return made.run(**{**FULL, **otherwise})
