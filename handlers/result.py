"""Hasil cek: what the answers mean, why, and what can be done next. A first result, never a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conversation.form import Form
from conversation.hearing import Option, normalise
from conversation.kinds import Choice
from conversation.turn import Note, Turn
from handlers import later, reasons
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from handlers.wording import fits
from models import Assessment, Topic
from services import drafts, eligibility, tickets
from services.eligibility import CANDIDATE

MOST_LINES = 4  # reasons or to-do lines named in a result
WHY = "why"  # the text key of options that are reason codes


# --- the bubble ---


def show(desk: Desk, spoken: Spoken, assessment: Assessment, *before: Note, turn: tuple[Note, ...] = ()) -> Next:
    """Scheme in one sentence, reasons, to-do count, the date of the next step, and that it is no decision.

    `turn`: what the turn itself says before it ("Dilewati dulu"), for which there must be room.
    """
    disclaimer = (Note("result.disclaimer"),)
    open_ended = (Note("result.provisional"),) if assessment.result["provisional"] else ()
    lasts = ((*open_ended, *disclaimer, *_confirmed_notes(desk, assessment)), (*open_ended, *disclaimer), disclaimer)
    told = [
        (*before, *_found(desk, spoken, assessment, most), *last) for last in lasts for most in range(MOST_LINES, 0, -1)
    ]
    # Everything in one bubble: rather fewer lines, the list has them all, than a wall of words.
    notes = next((one for one in told if fits((*turn, *one), spoken)), told[-1])
    return Next(notes, open="result", facts=facts_of(assessment))


def _confirmed_notes(desk: Desk, assessment: Assessment) -> tuple[Note, ...]:
    """The rules' own name and the law's date, each only once the office has confirmed it."""
    said = []
    if fact := desk.office.confirmed("rule_source"):
        names = {"rule_name": assessment.rule_set, "rule_version": assessment.version}
        said.append(Note("result.basis", {**names, "source": fact.source, "as_of": fact.as_of}))
    if fact := desk.office.confirmed("obligation_text"):
        said.append(
            Note("result.obligation", {"fact_obligation": fact.value, "source": fact.source, "as_of": fact.as_of})
        )
    return tuple(said)


def facts_of(assessment: Assessment) -> dict[str, Any]:
    """What the result's own form needs to know of its assessment."""
    result = assessment.result
    return {
        "assessment": assessment.id,
        "rule_set": assessment.rule_set,
        "version": assessment.version,
        "ended": result["ended"],
        "todos": [*result["todos"], *result["optional"]],
        "reasons": why_codes(result),
    }


def why_codes(result: Mapping[str, Any]) -> list[str]:
    """The codes that explain a result: its reasons, and why an officer looks."""
    return [*result["reasons"], *result["officer"]]


def _found(desk: Desk, spoken: Spoken, assessment: Assessment, most: int) -> tuple[Note, ...]:
    result = assessment.result
    if result["ended"]:
        code = result["ended"]
        return reasons.notes(desk, spoken, assessment, code, "found", "why", "why_source", "do")
    head, items = _head(result)
    values = {
        "items": spoken.marked(reasons.lines(desk, spoken, assessment, items, most)),
        "count": len(items),
        "next_date": _next_date(desk, head),
    }
    found = Note(f"result.{head}.found", values)
    return (found, *_todo_count(desk, spoken, assessment, head), Note(f"result.{head}.next", values))


def _todo_count(desk: Desk, spoken: Spoken, assessment: Assessment, head: str) -> tuple[Note, ...]:
    """How much is to be done, and what first; the self-declare words list it themselves."""
    todos = assessment.result["todos"]
    if head.startswith("self_declare") or not todos:
        return ()
    first = spoken.marked(reasons.said(desk, spoken, assessment, todos[0], "short"))
    return (Note("result.also_todo", {"count": len(todos), "short": first}),)


def _head(result: Mapping[str, Any]) -> tuple[str, Sequence[str]]:
    if result["scheme"] == "self_declare":
        return ("self_declare_todo", result["todos"]) if result["todos"] else ("self_declare", ())
    if result["scheme"] == "reguler":
        return "reguler", result["reasons"]
    return "officer", result["officer"]


def _next_date(desk: Desk, head: str) -> Any:
    if head in ("officer", "reguler"):
        return desk.office.working_day_after(desk.now, desk.office.review_days)
    return desk.office.local_day(desk.now, desk.office.remind_days)


# --- what can be done with it ---


def form(facts: Facts) -> Form:
    """The buttons below a result; those below an end are others, and each has a next step too."""
    ended = bool(facts["ended"])
    what = Choice(
        key="what",
        text="result.ended" if ended else "result.menu",
        prompt="",
        ids=_ids(facts),
        third="lost",
    )
    return Form(key="result", questions=(what,), title="journey.title")


def _ids(facts: Facts) -> tuple[str, ...]:
    if facts["ended"]:
        return ("next", "another", "interest", "officer")
    return ("register", *(("list",) if facts["todos"] else ()), "why", "officer")


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Go where the tapped button says."""
    assessment = load(desk, turn.run.facts)
    step = {
        "register": _register,
        "list": _list,
        "why": _why,
        "officer": _officer,
        "next": _ended_next,
        "another": _another,
        "interest": _interest,
    }[str(turn.answers["what"])]
    return step(desk, spoken, assessment)


def load(desk: Desk, facts: Facts) -> Assessment:
    """The assessment a form speaks of; it must be this person's own."""
    found = desk.session.get_one(Assessment, int(facts["assessment"]))
    if found.person_id != desk.chat.person_id:
        raise LookupError("an assessment of somebody else")
    return found


def _register(desk: Desk, spoken: Spoken, assessment: Assessment) -> Next:
    """Registering goes on from the check: the same answers, in the same run of questions."""
    phone = desk.chat.address.removeprefix("whatsapp:") if desk.chat.address.startswith("whatsapp:+") else None
    facts = {
        "rule_set": assessment.rule_set,
        "version": assessment.version,
        "assessment": assessment.id,
        "phone": phone,
        "checked": sorted(assessment.said),
    }
    return Next((Note("register.start"),), open="registration", facts=facts, answers=assessment.said)


def _list(desk: Desk, spoken: Spoken, assessment: Assessment) -> Next:
    return Next(open="todo", facts=facts_of(assessment))


def _why(desk: Desk, spoken: Spoken, assessment: Assessment) -> Next:
    codes = why_codes(assessment.result)
    if codes == [CANDIDATE] and assessment.result["todos"]:
        return show_again(assessment, Note("result.self_declare_todo.why"), Note("result.self_declare_todo.do"))
    if codes == [CANDIDATE]:
        return show_again(assessment, Note("result.self_declare.why"), Note("result.self_declare.do"))
    if len(codes) == 1:
        return show_again(assessment, *explained(desk, spoken, assessment, codes[0]))
    items = "\n".join(f"{n} {reasons.said(desk, spoken, assessment, c, 'short')}" for n, c in enumerate(codes, 1))
    options = [[c, reasons.said(desk, spoken, assessment, c, "short")] for c in codes]
    facts = {**facts_of(assessment), "options": options, "items": items}
    return Next(open="why", facts=facts)


def show_again(assessment: Assessment, *notes: Note) -> Next:
    """Say something and put the result's buttons below it once more."""
    return Next(notes, open="result", facts=facts_of(assessment))


def explained(desk: Desk, spoken: Spoken, assessment: Assessment, code: str) -> tuple[Note, ...]:
    """What was found, why it matters, what to do, whom to ask."""
    parts = ("found", "why", "do", "ask_whom")
    said = {part: spoken.marked(reasons.said(desk, spoken, assessment, code, part)) for part in parts}
    return (Note("result.explained", said),)


def why_form(facts: Facts) -> Form:
    """Several reasons: one at a time, so that no bubble is a wall."""
    which = Choice(
        key="which",
        text=WHY,
        prompt="reason_common.title",
        listed=True,
        ids=tuple(code for code, _ in facts["options"]),
        fill=lambda answers: {"items": facts["items"]},
        errors=("common.err_choice_1", "common.err_choice_2"),
        third="lost",
    )
    return Form(key="why", questions=(which,))


def why_options(facts: Facts) -> Mapping[str, tuple[Option, ...]]:
    """The reasons as options; their short forms are cut to fit a button."""
    return {WHY: tuple(Option(code, cut(label), frozenset((normalise(label),))) for code, label in facts["options"])}


def cut(label: str, most: int = 22) -> str:
    """A label that fits a list row, with its number."""
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"


def why_finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Explain the reason that was asked about, and come back to the result."""
    assessment = load(desk, turn.run.facts)
    return show_again(assessment, *explained(desk, spoken, assessment, str(turn.answers["which"])))


def _officer(desk: Desk, spoken: Spoken, assessment: Assessment) -> Next:
    """Everybody's right (UU 27/2022 Ps 10): the same answers, marked for an officer, and a ticket with them."""
    rules = eligibility.get(assessment.rule_set, assessment.version)
    asked = eligibility.record(
        desk.session,
        person_id=assessment.person_id,
        business_id=assessment.business_id,
        rules=rules,
        said=assessment.said,
        answers=assessment.answers,
        facts={**assessment.facts, "officer_asked": True},
        asked_by=assessment.asked_by,
        now=desk.now,
    )
    ticket = later.ticket(desk, asked, {})
    return show_again(asked, Note("result.officer_asked", {"answer_by": ticket.answer_by}))


def _ended_next(desk: Desk, spoken: Spoken, assessment: Assessment) -> Next:
    code = assessment.result["ended"]
    ask_whom = spoken.marked(reasons.said(desk, spoken, assessment, code, "ask_whom"))
    following = spoken.marked(reasons.said(desk, spoken, assessment, code, "next"))
    return show_again(assessment, Note("result.ended_next", {"ask_whom": ask_whom, "next": following}))


def _another(desk: Desk, spoken: Spoken, assessment: Assessment) -> Next:
    return Next(open="begin", facts={"then": "check"})


def _interest(desk: Desk, spoken: Spoken, assessment: Assessment) -> Next:
    ticket = tickets.open_ticket(
        desk.session,
        conversation_id=desk.chat.id,
        person_id=assessment.person_id,
        topic=Topic.INTEREST,
        words=None,
        context={"assessment": assessment.id, "code": assessment.result["ended"]},
        office=desk.office,
        now=desk.now,
    )
    return show_again(assessment, Note("result.interest_noted", {"answer_by": ticket.answer_by}))


def owner_not_asked(desk: Desk, turn: Turn) -> Next:
    """A helper who has not asked the owner yet: everything waits, and nothing of the owner has been kept."""
    run = turn.run
    answers = {key: kept for key, kept in run.answers.items() if key != "helper"}
    drafts.park(
        desk.session,
        conversation_id=desk.chat.id,
        run_id=run.run_id,
        form=run.form,
        answers=answers,
        facts=run.facts,
        now=desk.now,
        days=desk.office.draft_days,
    )
    return Next((Note("consent.helper_not_yet"),))
