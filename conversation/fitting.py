"""Taking up a run of an earlier release: nobody who is half-way is lost when the questions change.

The answers are the state, so most changes need nothing: a new question is asked, a removed one drops out, a tightened
check makes the old answer invalid. Here is the rest: answers kept under a question's former key, and whatever a former
release put into the view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conversation.form import Form
from conversation.over import TEXTS
from conversation.run import Run

SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "at": lambda value: isinstance(value, str),
    "page": lambda value: isinstance(value, int) and value >= 0,
    "ticks": lambda value: isinstance(value, list) and all(isinstance(tick, str) for tick in value),
    "wrong": lambda value: isinstance(value, Mapping) and all(isinstance(n, int) for n in value.values()),
    "editing": lambda value: isinstance(value, str | int),
    "over": lambda value: isinstance(value, Mapping),
    "refused": lambda value: isinstance(value, list) and all(_is_refusal(one) for one in value),
}
# What a prompt over a question needs to be put again.
NEEDED: Mapping[str, Mapping[str, type]] = {
    "reading": {"raw": object, "label": str},
    "which": {"ids": list},
    "clash": {"ids": list},
    "inner": {"part": int},
}


def _is_refusal(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(isinstance(part, str) for part in value)


def fitted(form: Form, run: Run) -> Run:
    """The run as this release's form can take it. The run itself where nothing has to be changed, which is nearly
    always."""
    answers, view = _answers(form, run.answers), _view(form, run.view)
    return run if answers is run.answers and view is run.view else replace(run, answers=answers, view=view)


def _answers(form: Form, kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """Each under its question's own key; where both are there, the new key's answer was given last."""
    if not (form.former.keys() & kept.keys()) and all(_is_answer(value) for value in kept.values()):
        return kept
    moved = {form.former[key]: value for key, value in kept.items() if key in form.former}
    same = {key: value for key, value in kept.items() if key not in form.former}
    return {key: value for key, value in {**moved, **same}.items() if _is_answer(value)}


def _is_answer(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and isinstance(value[0], int)


def _view(form: Form, view: Mapping[str, Any]) -> Mapping[str, Any]:
    good = {name: _renamed(form, name, value) for name, value in view.items() if _fits(form, name, value)}
    return view if good == view else good


def _renamed(form: Form, name: str, value: Any) -> Any:
    if name in ("at", "editing") and value in form.former:
        return form.former[value]
    return value


def _fits(form: Form, name: str, value: Any) -> bool:
    if name not in SHAPES or not SHAPES[name](value):
        return False
    return name != "over" or _over_fits(form, value)


def _over_fits(form: Form, over: Mapping[str, Any]) -> bool:
    kind, question = over.get("kind"), over.get("question")
    if not isinstance(kind, str) or not isinstance(question, str) or kind not in TEXTS or question not in form.by_key:
        return False
    beside = (over.get(name, {}) for name in ("values", "also"))
    needed = NEEDED.get(kind, {})
    whole = all(name in over and isinstance(over[name], shape) for name, shape in needed.items())
    return whole and all(isinstance(values, Mapping) for values in beside)
