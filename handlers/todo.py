"""Daftar tugas: one line at a time, how to settle it, a message to send on, a reminder, a re-check of it alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conversation.form import Form
from conversation.hearing import Option, normalise
from conversation.kinds import Choice
from conversation.turn import Note, Turn
from handlers import certificate, check, later, reasons, result, shared
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from models import Assessment, Due, DueKind
from services import dues, eligibility
from services.eligibility import RuleSet

LINES = "todo.lines"  # the text key of options that are lines of the list


# --- the list ---


def start(desk: Desk, spoken: Spoken) -> Next:
    """TUGAS: the list of the last check."""
    person_id, business_id = desk.chat.person_id, shared.meant(desk)
    assessment = eligibility.latest(desk.session, person_id, business_id) if person_id is not None else None
    if assessment is None:
        return Next((Note("status.none"),), open="menu")
    return show(desk, spoken, assessment)


def show(desk: Desk, spoken: Spoken, assessment: Assessment, *before: Note) -> Next:
    """The lines, numbered; with none left, that all is settled."""
    codes = [*assessment.result["todos"], *assessment.result["optional"]]
    if not codes:
        return Next(before or (Note("todo.empty"),), open="menu", facts={"prompt": ""})
    return Next(before, open="todo", facts=result.facts_of(assessment))


def opened(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """The form of the list is filled in when it is opened: its lines are words, and words belong to a language."""
    assessment = result.load(desk, turn.run.facts)
    lines = [[c, reasons.said(desk, spoken, assessment, c, "short")] for c in turn.run.facts["todos"]]
    facts = {
        **turn.run.facts,
        "lines": lines,
        "items": "\n".join(f"{n} {short}" for n, (_, short) in enumerate(lines, 1)),
        "business": check.business_of(assessment),
    }
    return Next(shared.spoken_of(desk, assessment.business_id), open="todo_list", facts=facts)


def list_form(facts: Facts) -> Form:
    """Which line?"""
    which = Choice(
        key="which",
        text=LINES,
        prompt="todo.list",
        listed=True,
        ids=tuple(code for code, _ in facts["lines"]),
        fill=lambda answers: {k: facts[k] for k in ("business", "items")} | {"count": len(facts["lines"])},
        errors=("common.err_choice_1", "common.err_choice_2"),
        third="lost",
    )
    return Form(key="todo_list", questions=(which,))


def list_options(facts: Facts) -> Mapping[str, tuple[Option, ...]]:
    """The lines as options."""
    return {LINES: tuple(Option(c, result.cut(s), frozenset((normalise(s),)), s[:72]) for c, s in facts["lines"])}


def chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Open the line that was chosen."""
    assessment = result.load(desk, turn.run.facts)
    return line(desk, spoken, assessment, str(turn.answers["which"]))


# --- one line ---


def line(desk: Desk, spoken: Spoken, assessment: Assessment, code: str) -> Next:
    """What it is, why, how, whom to ask; below it what can be done about it now."""
    parts = ("short", "why", "do", "ask_whom")
    said = {part: spoken.marked(reasons.said(desk, spoken, assessment, code, part)) for part in parts}
    return Next((Note("todo.detail", said),), open="todo_line", facts={**result.facts_of(assessment), "code": code})


def line_form(facts: Facts) -> Form:
    """Settled, a message to send on, remind me in two weeks, or the list again."""
    rules = eligibility.get(str(facts["rule_set"]), str(facts["version"]))
    what = Choice(key="what", text="todo.detail", prompt="", ids=_actions(rules, str(facts["code"])), third="lost")
    return Form(key="todo_line", questions=(what,))


def _actions(rules: RuleSet, code: str) -> tuple[str, ...]:
    about = rules.todos.get(code) or rules.optional[code]
    return (
        *(("recheck",) if about.recheck else ()),
        *(("forward",) if about.forward else ()),
        "remind",
        "list",
    )


def acted(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Do what was tapped."""
    assessment = result.load(desk, turn.run.facts)
    code, what = str(turn.run.facts["code"]), str(turn.answers["what"])
    if what == "recheck":
        return recheck(assessment, code)
    if what == "remind":
        return _remind(desk, spoken, assessment, code)
    if what == "forward":
        said = spoken.marked(reasons.said(desk, spoken, assessment, code, "forward"))
        notes = (Note("todo.forward_intro"), Note("todo.forward_message", {"text": said}))
        return Next(notes, open="todo_line", facts=turn.run.facts)
    return show(desk, spoken, assessment)


def _remind(desk: Desk, spoken: Spoken, assessment: Assessment, code: str) -> Next:
    day = desk.office.local_day(desk.now, desk.office.remind_days)
    later.remind(desk, spoken, assessment, code)
    return Next((Note("todo.remind_set", {"date": day}),), open="menu")


# --- re-checking one line alone (its form and its end: handlers/recheck.py) ---


def recheck(assessment: Assessment, code: str) -> Next:
    """Ask that line's question alone."""
    rules = eligibility.get(assessment.rule_set, assessment.version)
    facts = {
        **result.facts_of(assessment),
        "code": code,
        "answers": assessment.answers,
        "asks": list(eligibility.recheck_asks(rules, code)),
    }
    return Next((Note("todo.recheck_intro"),), open="recheck", facts=facts)


# --- answers to a reminder ---


def answered(desk: Desk, spoken: Spoken, which: str, option: str) -> Next | None:
    """The answer to a reminder, by the row's id (a button) or its code (typed). None: no such question was put."""
    due = dues.answer(desk.session, conversation_id=desk.chat.id, code=which, answer=option, now=desk.now)
    if due is None and dues.known(desk.session, desk.chat.id, which):
        return Next((Note("offer.code_done", {"code": which}),), open="menu")
    return _answered(desk, spoken, due, option)


def _answered(desk: Desk, spoken: Spoken, due: Due | None, option: str) -> Next | None:
    if due is None:
        return None
    if due.kind is DueKind.RECEIVED:
        return certificate.answered(desk, due, option)
    about: Mapping[str, Any] = due.about
    assessment = desk.session.get(Assessment, about["assessment"]) if "assessment" in about else None
    if assessment is None or due.kind is not DueKind.TODO:
        return Next((Note("consent.yes_ack"),), open="menu")
    newest = eligibility.latest(desk.session, assessment.person_id, assessment.business_id) or assessment
    code = str(about["reason"])
    if option == "done":
        return _done(desk, spoken, newest, code)
    if option == "stuck":
        return Next(open="officer", facts={"consented": True, "context": {"todo": code}})
    later.remind(desk, spoken, newest, code)
    day = desk.office.local_day(desk.now, desk.office.remind_days)
    return Next((Note("todo.not_yet_ack", {"date": day}),), open="menu")


def _done(desk: Desk, spoken: Spoken, assessment: Assessment, code: str) -> Next:
    if code not in assessment.result["todos"] and code not in assessment.result["optional"]:
        return show(desk, spoken, assessment)
    rules = eligibility.get(assessment.rule_set, assessment.version)
    about = rules.todos.get(code) or rules.optional[code]
    return recheck(assessment, code) if about.recheck else show(desk, spoken, assessment, Note("common.ack"))
