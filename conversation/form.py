"""A form: questions in order. The current one is the first that applies and is not validly answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conversation.question import Answers, Invalid, Question
from conversation.run import Run


def never(answers: Answers) -> str | None:
    """A form that is always answered to its end."""
    return None


@dataclass(frozen=True, eq=False, kw_only=True)
class Form:
    """An ordered list of questions, and a verdict that may end it early. `title` is the key of its name."""

    key: str
    questions: tuple[Question[Any], ...]
    title: str = ""
    stop: Callable[[Answers], str | None] = never
    progress: bool = False  # "Bagian 1: 3 dari 13" above each question

    @cached_property
    def by_key(self) -> Mapping[str, Question[Any]]:
        """The questions by the key of their answers."""
        return {q.key: q for q in self.questions}

    @cached_property
    def former(self) -> Mapping[str, str]:
        """The keys questions had in earlier releases, each with the key it has now."""
        return {old: q.key for q in self.questions for old in q.was}


@dataclass(frozen=True, slots=True)
class Walk:
    """A form as it stands for one run: what applies, what has been said, what comes next."""

    path: tuple[Question[Any], ...]
    answers: Answers
    current: Question[Any] | None  # None: everything is answered, or a verdict ended it
    refused: Invalid | None = None  # the current one had an answer that no longer counts, for this reason
    verdict: str | None = None


def walk(form: Form, run: Run) -> Walk:
    """Walk the path of a run. Pure: the same answers and facts give the same path, in any process."""
    read: dict[str, Any] = {}
    answers = Answers(read, run.facts)
    path: list[Question[Any]] = []
    current: Question[Any] | None = None
    refused: Invalid | None = None
    for question in form.questions:
        if not question.when(answers):
            continue
        path.append(question)
        kept = run.answers.get(question.key)
        fault = _read(question, kept, read, answers)
        if current is None and question.key not in read:
            # A verdict is asked for once, when everything said before the first open question has been read.
            if verdict := form.stop(answers):
                return Walk(tuple(path), answers, None, verdict=verdict)
            current, refused = question, fault
    if current is None and (verdict := form.stop(answers)):
        return Walk(tuple(path), answers, None, verdict=verdict)
    return Walk(tuple(path), answers, current, refused)


def _read(question: Question[Any], kept: Any, read: dict[str, Any], answers: Answers) -> Invalid | None:
    if kept is None:
        return None
    skipped = kept[1] is None and question.skipped is None
    if not skipped and not isinstance(kept[1], question.raws):
        return Invalid("err1", said="")  # kept by a release in which it was another kind of question
    try:
        read[question.key] = question.read(kept[1], answers)
    except Invalid as fault:
        return fault
    return None


def with_answer(run: Run, key: str, raw: Any) -> Run:
    """The run with one more answer, the newest of all, and nothing left over of what was shown for it."""
    newest = max((kept[0] for kept in run.answers.values()), default=0) + 1
    return Run(run.run_id, run.form, {**run.answers, key: [newest, raw]}, _clear(run.view), run.facts)


def without(run: Run, *keys: str) -> Run:
    """The run with some answers forgotten."""
    kept = {k: v for k, v in run.answers.items() if k not in keys}
    return Run(run.run_id, run.form, kept, _clear(run.view), run.facts)


def with_view(run: Run, **view: Any) -> Run:
    """The run with something else shown; a value of None takes its entry away."""
    merged = {k: v for k, v in {**run.view, **view}.items() if v is not None}
    return Run(run.run_id, run.form, run.answers, merged, run.facts)


def _clear(view: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in view.items() if k == "editing"}
