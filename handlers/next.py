"""What a conversation does when one of its forms is finished, and what comes after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conversation.form import Form
from conversation.turn import Note, Turn
from handlers.desk import Desk
from handlers.spoken import Spoken

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Next:
    """What follows: things to say, and perhaps a form to open.

    `changes` are columns of the conversation row. `again` puts the form that was open before back on the table,
    as after a question to an officer.
    """

    notes: tuple[Note, ...] = ()
    open: str | None = None
    facts: Facts = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)  # seeds, with their sequence: nothing is asked twice
    run_id: str | None = None  # a parked run goes on under its own name, so that its buttons still count
    changes: Mapping[str, Any] = field(default_factory=dict)
    document: Mapping[str, Any] | None = None  # a file that goes with it (services.files.document)
    lay_aside: bool = False  # the form that is open is laid aside, though nothing else is opened


@dataclass(frozen=True, slots=True)
class Handler:
    """One conversation: its form, and what happens when it is finished or stopped.

    `form` may depend on the facts frozen when the run started (the version of the rules).
    """

    form: Callable[[Facts], Form]
    finish: Callable[[Desk, Spoken, Turn], Next]
    stopped: Callable[[Desk, Spoken, Turn], Next] | None = None
    kept: bool = False  # interrupted, it is laid aside as a draft
    extra: Callable[[Facts], Mapping[str, Any]] | None = None  # options that are data, by the key of their text


def fixed(form: Form) -> Callable[[Facts], Form]:
    """A form that is the same for every run."""
    return lambda facts: form
