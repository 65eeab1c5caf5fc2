"""One run through a form: what a person has said in it, and what they were last shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Run:
    """A form being filled in. There is no cursor: the question asked next follows from the answers.

    `answers` maps a question's key to `[sequence, raw]`, raw being JSON as the question heard it.
    `view` is what was last shown (page, ticks, failed attempts, a reading to be confirmed).
    `facts` is frozen when the run starts (rule version, what the person was known to have), so that
    questions may depend on data and stay pure.
    """

    run_id: str
    form: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    view: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
