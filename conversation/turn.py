"""One turn of a conversation: what was said goes in, what is now asked comes out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from conversation import over as overs
from conversation.form import Form, Walk, walk, with_answer, with_view, without
from conversation.kinds import Choice, Many, Review
from conversation.question import (
    Answers,
    Aside,
    Choices,
    Clash,
    Ear,
    Heard,
    Look,
    Phrase,
    Question,
    ReadBack,
    Take,
    Which,
    Words,
    Wrong,
)
from conversation.run import Run
from conversation.said import Said, Tap, Text

LONGEST_ECHO = 30  # characters of what was typed that are said back


class Outcome(StrEnum):
    """Where a turn leaves the run."""

    ASKING = "asking"
    FINISHED = "finished"  # every question is answered
    STOPPED = "stopped"  # a verdict ended it early
    OFFICER = "officer"  # the person wants an officer to help with the current question
    PARK = "park"
    LEAVE = "leave"  # to the menu
    DISCARD = "discard"
    STALE = "stale"  # a button of another run, or of a question that no longer applies


@dataclass(frozen=True, slots=True)
class Note:
    """Something said before the question: a text and its placeholders."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as it is to be put now. `key` is the text of the prompt; `target` goes into the buttons."""

    key: str
    target: str
    values: Mapping[str, Any]
    choices: Choices
    part: int = 1
    number: int = 0  # of the question within its part, from 1
    total: int = 0
    first: bool = False  # of its part
    error: bool = False  # the prompt says what was wrong with the last answer
    body_numbers: bool = False  # the prompt's own words number the options


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn leads to."""

    run: Run
    outcome: Outcome
    answers: Answers
    ask: Ask | None = None
    notes: tuple[Note, ...] = ()
    understood: bool = True
    refused: str = ""  # where it was not understood: the key of the text that says why
    sure: bool = True
    redraw: bool = False
    verdict: str | None = None
    stuck_at: str | None = None  # the question an officer is asked about


def begin(form: Form, run: Run, words: Words, notes: tuple[Note, ...] = ()) -> Turn:
    """Put the current question of a run, or say that there is none left."""
    return _settle(form, run, words, notes)


def take_turn(form: Form, run: Run, said: Said, words: Words, walked: Walk | None = None) -> Turn:
    """Hear one message in an open run. `walked`: the form as it stands, where the caller has looked already."""
    now = walked or walk(form, run)
    over = run.view.get("over")
    if over and (turn := _answer_over(form, run, now, said, words)):
        return turn
    question = _addressed(now, run, said)
    if question is None and isinstance(said, Tap):
        return replace(_settle(form, run, words, ()), outcome=Outcome.STALE)
    if question is None:
        return _settle(form, run, words, _changed(form))
    ear = Ear(words, now.answers, run.view)
    return _heard(form, run, question, question.hear(said, ear), said, words)


def back(form: Form, run: Run, words: Words) -> Turn:
    """Forget the newest answer on the path, also after an edit, and ask that question again."""
    now = walk(form, run)
    said = [q for q in now.path if q.key in run.answers and not isinstance(q, Review)]
    if run.view.get("over"):
        return _settle(form, with_view(run, over=None), words, ())
    if not said:
        return _settle(form, run, words, (Note("common.at_first_question"),))
    newest = max(said, key=lambda q: int(run.answers[q.key][0]))
    return _settle(form, without(run, newest.key), words, ())


def lay_over(form: Form, run: Run, kind: str, words: Words, **extra: Any) -> Turn:
    """Lay a small prompt over the current question ("cancel" …)."""
    now = walk(form, run)
    question = now.current.key if now.current else ""
    return _settle(form, with_view(run, over={"kind": kind, "question": question, **extra}), words, ())


# --- which question is meant ----------------------------------------------------------------------------------------


def on_the_table(now: Walk, run: Run) -> Question[Any] | None:
    """The question last put, which is not always the first open one: an older list may have been paged through.

    None when it no longer applies: the rules changed between two messages, and what is typed was not meant for another.
    """
    put = run.view.get("at")
    if put is None:
        return now.current
    return next((q for q in now.path if q.key == put and _can_be_put(q, now)), None)


def _can_be_put(question: Question[Any], now: Walk) -> bool:
    """A list of kecamatan cannot be gone through while the kabupaten is open again."""
    return all(key in now.answers for key in question.needs)


def _addressed(now: Walk, run: Run, said: Said) -> Question[Any] | None:
    if not isinstance(said, Tap):
        return on_the_table(now, run)
    if said.run != run.run_id:
        return None
    return next((q for q in now.path if said.question in (q.key, *q.was) and _can_be_put(q, now)), None)


def _changed(form: Form) -> tuple[Note, ...]:
    """Said when a question has changed since it was answered, or has gone since it was asked."""
    return (Note("common.rule_changed", {"reason": Phrase(form.title)}),) if form.title else ()


# --- what hearing led to --------------------------------------------------------------------------------------------


def _heard(form: Form, run: Run, question: Question[Any], heard: Heard, said: Said, words: Words) -> Turn:
    if isinstance(heard, Take):
        return replace(_take(form, run, question, heard.raw, words), sure=heard.sure)
    if isinstance(heard, Look):
        turn = _settle(form, with_view(run, **heard.view), words, (), question)
        return replace(turn, redraw=heard.redraw and isinstance(said, Tap) and said.message_id is not None)
    if isinstance(heard, Aside):
        return _settle(form, run, words, (Note(heard.text),), question)
    if isinstance(heard, Wrong):
        return _wrong(form, run, question, heard, said, words)
    return _ask_back(form, run, question, heard, said, words)


def _ask_back(
    form: Form, run: Run, question: Question[Any], heard: ReadBack | Which | Clash, said: Said, words: Words
) -> Turn:
    over: dict[str, Any] = {"question": question.key, "said": _echo(said)}
    if isinstance(heard, ReadBack):
        over |= {"kind": "reading", "raw": heard.raw, "label": heard.label, "text": heard.text}
        over |= {"values": dict(heard.values), "also": dict(heard.also)}
        if isinstance(question, Choice) and question.outright:
            over["outright"] = True
    elif isinstance(heard, Which):
        over |= {"kind": "which", "ids": list(heard.ids)}
    else:
        over |= {"kind": "clash", "ids": [heard.alone, heard.others[0]], "others": list(heard.others)}
    return replace(_settle(form, with_view(run, over=over), words, ()), sure=False)


def _take(form: Form, run: Run, question: Question[Any], raw: Any, words: Words) -> Turn:
    if isinstance(question, Review) and isinstance(raw, str) and raw.startswith("edit:"):
        return _edit(form, run, question, int(raw.removeprefix("edit:")), words)
    before = run.answers.get(question.key)
    notes: tuple[Note, ...] = ()
    if before is not None and before[1] != raw:
        notes = (Note("common.changed"),)
    elif before is not None:
        return _settle(form, run, words, ())  # the same button twice
    elif isinstance(question, Many):
        notes = _ticked(question, raw, words)
    return _settle(form, with_answer(run, question.key, raw), words, notes)


def _ticked(question: Many, raw: Any, words: Words) -> tuple[Note, ...]:
    if not raw or set(raw) & set(question.alone):
        return ()
    labels = [o.label for o in words.options(question.text, question.ids) if o.id in raw]
    return (Note("common.many_ack", {"items": ", ".join(labels)}),)


def _edit(form: Form, run: Run, review: Review, line: int, words: Words) -> Turn:
    """Forget the answers of one line only; the path asks for them again and comes back to the review."""
    keys = [k for k in review.lines[line - 1] if k in run.answers]
    if not keys:
        over = {"kind": "inner", "question": review.key, "part": review.inner}
        return _settle(form, with_view(run, over=over), words, ())
    return _settle(form, with_view(without(run, *keys), editing=line), words, ())


def _wrong(form: Form, run: Run, question: Question[Any], heard: Wrong, said: Said, words: Words) -> Turn:
    if run.view.get("over"):
        not_that = (Note("common.err_choice_1", {"said": _echo(said)}),)
        return replace(_settle(form, run, words, not_that), understood=False, refused=not_that[0].key)
    count = int(run.view.get("wrong", {}).get(question.key, 0)) + 1
    wrong = {"wrong": {question.key: count}}
    values, key = {"said": _echo(said), **heard.values}, _fault(question, heard.reason, min(count, 2))
    if count >= 3:
        kind = question.third or ("third_required" if question.required else "third")
        over = {"kind": kind, "question": question.key}
        turn = _settle(form, with_view(run, over=over, **wrong), words, ())
        return replace(turn, understood=False, refused=key)
    turn = _settle(form, with_view(run, **wrong), words, (), question)
    if turn.ask is None:
        return replace(turn, understood=False, refused=key)
    ask = replace(turn.ask, key=key, values={**turn.ask.values, **values}, error=True, body_numbers=False)
    notes = (Note(turn.ask.key, turn.ask.values),) if turn.ask.body_numbers else ()
    # A list whose numbers stand in the prompt's own words is shown again: "1 3" needs something to point at.
    asked = replace(turn.ask, error=True) if notes else ask
    said_first = (Note(key, {**turn.ask.values, **values}),) if notes else ()
    return replace(turn, ask=asked, notes=said_first, understood=False, refused=key)


def _fault(question: Question[Any], reason: str, count: int) -> str:
    if not reason:
        return question.error(count)
    return reason if "." in reason else f"{question.text}.{reason}"


def _echo(said: Said) -> str:
    typed = said.text if isinstance(said, Text) else said.label if isinstance(said, Tap) else ""
    return typed[:LONGEST_ECHO] or "…"


# --- prompts that lie over a question -------------------------------------------------------------------------------


def _answer_over(form: Form, run: Run, now: Walk, said: Said, words: Words) -> Turn | None:
    """What a prompt over the question was answered with; None when the message is not an answer to it."""
    over = run.view["over"]
    choice = overs.chosen(run, over, overs.options(form, now, over, words), said, words)
    question = form.by_key.get(over["question"])
    if choice is None or question is None:
        return None
    clear = with_view(run, over=None)
    if over["kind"] == "reading":
        return _confirmed(form, clear, question, over, choice, words)
    if over["kind"] == "clash":
        others = over.get("others") or over["ids"][1:]
        return _take(form, clear, question, others if choice in others else [choice], words)
    if over["kind"] == "which":
        return _take(form, clear, question, choice, words)
    if over["kind"] == "inner":
        return _settle(form, clear if choice == overs.LEAVE else _reopened(clear, choice), words, ())
    return _resolved(form, clear, question, choice, words)


def _reopened(run: Run, key: str) -> Run:
    return with_view(without(run, key), editing=key)


def _confirmed(
    form: Form, run: Run, question: Question[Any], over: Mapping[str, Any], choice: str, words: Words
) -> Turn:
    if choice == "yes":
        for key, raw in over.get("also", {}).items():
            run = with_answer(run, key, raw)
        return _take(form, run, question, over["raw"], words)
    return _settle(form, run, words, (), question)


def _resolved(form: Form, run: Run, question: Question[Any], choice: str, words: Words) -> Turn:
    fresh = with_view(run, wrong=None)
    if choice == "skip":
        return _settle(form, with_answer(fresh, question.key, question.skipped), words, (Note("common.skipped"),))
    outcome = {
        "officer": Outcome.OFFICER,
        "menu": Outcome.LEAVE,
        "later": Outcome.PARK,
        "keep": Outcome.PARK,
        "discard": Outcome.DISCARD,
        "yes": Outcome.DISCARD,
    }.get(choice, Outcome.ASKING)
    turn = _settle(form, fresh, words, (), question)
    return replace(turn, outcome=outcome, stuck_at=question.key) if outcome != Outcome.ASKING else turn


# --- what is asked now ----------------------------------------------------------------------------------------------


def _settle(form: Form, run: Run, words: Words, notes: tuple[Note, ...], asked: Question[Any] | None = None) -> Turn:
    """Ask the current question (or `asked` again), or say that the form has come to its end."""
    now = walk(form, run)
    if now.verdict:
        return Turn(run, Outcome.STOPPED, now.answers, notes=notes, verdict=now.verdict)
    question = asked if asked in now.path else now.current
    if question is None:
        return Turn(run, Outcome.FINISHED, now.answers, notes=notes)
    if now.refused and question is now.current and _unasked_for(run, question, notes):
        notes = (*notes, *_changed(form))
    run = with_view(run, at=question.key)
    ear = Ear(words, now.answers, run.view)
    over = run.view.get("over")
    if over and overs.stands(form, now, over, words):
        return Turn(run, Outcome.ASKING, now.answers, _ask_over(form, now, over, ear), notes)
    if over:
        run = with_view(run, over=None)
    return Turn(run, Outcome.ASKING, now.answers, _ask(form, now, question, ear), notes)


def _unasked_for(run: Run, question: Question[Any], notes: tuple[Note, ...]) -> bool:
    """An answer no longer counts, and not because the person changed another: a rule did, and that is said once."""
    by_hand = run.view.get("editing") or any(note.key == "common.changed" for note in notes)
    return run.view.get("at") != question.key and not by_hand


def _ask_over(form: Form, now: Walk, over: Mapping[str, Any], ear: Ear) -> Ask:
    key, values, choices, body_numbers = overs.prompt(form, now, over, ear)
    return Ask(key, overs.SIGN + over["kind"], values, choices, body_numbers=body_numbers)


def _ask(form: Form, now: Walk, question: Question[Any], ear: Ear) -> Ask:
    part = [q for q in now.path if q.part == question.part and not isinstance(q, Review)]
    number = part.index(question) + 1 if question in part and question.part and form.progress else 0
    page = ear.view.get("page")
    turned = page and question.choices(ear).pages > 1
    key = (turned and question.page_prompt) or question.asks(now.answers)
    choices = question.choices(ear)
    return Ask(
        key=key,
        target=question.key,
        values={"n": number, "total": len(part), **question.fill(now.answers)} | _page(choices, bool(page)),
        choices=choices,
        part=question.part,
        number=number,
        total=len(part),
        first=number == 1,
        body_numbers=isinstance(question, Many) or (isinstance(question, Choice) and question.listed),
    )


def _page(choices: Choices, paged: bool) -> dict[str, Any]:
    return {"n": choices.page + 1, "total": choices.pages} if paged and choices.pages > 1 else {}
