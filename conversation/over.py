"""Small prompts that lie over a question: "Maksud Bapak/Ibu …, betul?", "Mau dilewati dulu?", "Yang mana?".

Kept in `view["over"]`: `kind`, the `question` below, and what the kind needs. Their buttons carry a leading "~".
Whatever a prompt does not understand is heard as an answer to the question below it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conversation import hearing
from conversation.form import Form, Walk
from conversation.hearing import Option
from conversation.question import Answers, Choices, Ear, Question, Words
from conversation.run import Run
from conversation.said import Said, Tap, Text

SIGN = "~"  # first sign of the key of a prompt that lies over a question
TEXTS: Mapping[str, str] = {
    "third": "common.third_time",
    "third_required": "common.third_time_required",
    "lost": "common.not_understood_3",
    "cancel": "common.cancel_form",
    "restart": "common.restart_sure",
    "reading": "common.reading",
    "which": "common.which_one",
    "clash": "common.many_conflict",
    "inner": "register.edit_check_list",
}
LEAVE = "!leave"  # "SELESAI" below a list of answers: nothing to change after all


def options(form: Form, now: Walk, over: Mapping[str, Any], words: Words) -> tuple[Option, ...]:
    """What can be chosen of a prompt."""
    kind = over["kind"]
    if kind == "reading":
        return words.options("common.yes_no")
    if kind in ("which", "clash"):
        return words.options(form.by_key[over["question"]].text, over["ids"])
    if kind == "inner":
        return tuple(Option(q.key, said(q, now.answers, words)) for q in inner(now, int(over["part"])))
    return words.options(TEXTS[kind])


def stands(form: Form, now: Walk, over: Mapping[str, Any], words: Words) -> bool:
    """Whether there is still something to choose of: a release may have taken the options away."""
    return over["question"] in form.by_key and bool(options(form, now, over, words))


def inner(now: Walk, part: int) -> tuple[Question[Any], ...]:
    """The questions of a part that have been answered, in their order."""
    return tuple(q for q in now.path if q.part == part and q.key in now.answers)


def said(question: Question[Any], answers: Answers, words: Words) -> str:
    """An answer in words: the label of what was chosen, or what was written."""
    value = answers.get(question.key)
    labels = {o.id: o.label for o in words.options(question.text)}
    several = value if isinstance(value, tuple | list) else (value,)
    return ", ".join(labels.get(str(one), "–" if one is None else str(one)) for one in several) or "–"


def chosen(run: Run, over: Mapping[str, Any], offered: tuple[Option, ...], heard: Said, words: Words) -> str | None:
    """The option a message chooses, or None when it is no answer to the prompt."""
    if isinstance(heard, Tap):
        hit = heard.run == run.run_id and heard.question == SIGN + over["kind"]
        return heard.option if hit and any(o.id == heard.option for o in offered) else None
    if not isinstance(heard, Text):
        return None
    text = hearing.normalise(heard.text)
    if over["kind"] == "inner" and text in words.heard("done"):
        return LEAVE
    match = hearing.one_of(offered, text)
    chosen = next((o for o in offered if match.ids == (o.id,)), None)
    if chosen and over.get("outright") and not (match.sure or match.negated or hearing.is_outright(chosen, text)):
        return None
    return chosen.id if chosen else None


def prompt(form: Form, now: Walk, over: Mapping[str, Any], ear: Ear) -> tuple[str, dict[str, Any], Choices, bool]:
    """The text of a prompt, its values, what can be tapped, and whether its own words number the options."""
    offered = options(form, now, over, ear.words)
    kind = over["kind"]
    values = {"said": over.get("said", ""), "label": over.get("label", ""), "label2": "", **over.get("values", {})}
    if kind == "clash":
        others = ear.words.options(form.by_key[over["question"]].text, over.get("others") or over["ids"][1:])
        values |= {"label": offered[0].label, "label2": ", ".join(o.label for o in others)}
    if kind == "inner":
        values["items"] = "\n".join(f"{n} {o.label}" for n, o in enumerate(offered, 1))
    return over.get("text") or TEXTS[kind], values, Choices(offered), kind == "inner"
