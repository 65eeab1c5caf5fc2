"""Cek ulang: one line of the to-do list asked again by itself, the whole judged anew, and the place that waited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conversation.form import Form
from conversation.question import Answers, Question
from conversation.turn import Note, Turn
from handlers import check, later, place, reasons, registration, result, todo
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from models import Assessment, Stage
from services import applications, eligibility
from services.eligibility import AnswersRefused, RuleSet

NIB = "nib_number"
HAVE = {"nib": "yes"}  # the answer that whoever types the number has given with it


# --- the questions ---


def form(facts: Facts) -> Form:
    """The first question of a line; each other one only if the answer opens it. A NIB that is there has a number."""
    rules = eligibility.get(str(facts["rule_set"]), str(facts["version"]))
    asked = [_question(rules, key, facts) for key in facts["asks"]]
    if facts["asks"][0] == "nib":
        asked.insert(1, replace(registration.NIB, when=_says_yes))
    return Form(key="recheck", questions=tuple(asked))


def _question(rules: RuleSet, key: str, facts: Facts) -> Question[Any]:
    if key == NIB:
        return replace(registration.NIB, when=lambda answers: True)
    if facts["asks"][0] == NIB:
        return check.question(rules, rules.asks[key], recheck=registration.knows_nib)
    return check.question(rules, rules.asks[key], recheck=_opens(rules, str(facts["code"]), key, facts))


def _opens(rules: RuleSet, code: str, key: str, facts: Facts) -> Callable[[Answers], bool]:
    return lambda answers: eligibility.recheck_applies(rules, code, key, facts["answers"], check.said(answers))


def _says_yes(answers: Answers) -> bool:
    return bool(answers.get("nib") == "yes")


def have_nib(desk: Desk, spoken: Spoken) -> Next:
    """NIB: the number itself, for whoever was waiting for it; its scale is one tap more."""
    waiting = _lacking_nib(desk)
    if waiting is None:
        return todo.start(desk, spoken)
    facts = {
        **result.facts_of(waiting),
        "code": next((c for c in ("BUTUH_NIB", "NIB_DICEK") if c in waiting.result["todos"]), "NIB_SKALA_DICEK"),
        "answers": waiting.answers,
        "asks": [NIB, "scale"],
    }
    return Next(open="recheck", facts=facts)


def _lacking_nib(desk: Desk) -> Assessment | None:
    """The newest check of a business whose place waits for its NIB."""
    person_id = desk.chat.person_id
    known = applications.of_person(desk.session, person_id) if person_id is not None else []
    incomplete = [one for one in known if one.stage is Stage.INCOMPLETE]
    if person_id is None or not incomplete:
        return None
    return eligibility.latest(desk.session, person_id, incomplete[-1].business_id)


# --- what the answer changes ---


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Judge everything again with the new answer, under the rules now in force, and say what became of the line."""
    before = result.load(desk, turn.run.facts)
    after = _judged(desk, turn, before)
    renewed = (Note("result.rules_renewed"),) if after.version != before.version else ()
    nib = turn.answers.get(NIB)
    notes = (
        *renewed,
        *_progress(desk, spoken, before, after, str(turn.run.facts["code"])),
        *_place(desk, spoken, after, nib),
    )
    if after.result["ended"]:
        return result.show(desk, spoken, after, *notes)
    return todo.show(desk, spoken, after, *notes)


def _judged(desk: Desk, turn: Turn, before: Assessment) -> Assessment:
    today = eligibility.current(desk.office.local_day(desk.now))
    own = eligibility.get(before.rule_set, before.version)
    try:
        return _record(desk, turn, before, today)
    except AnswersRefused:  # old answers that the new rules do not know: the rules they were given under still judge
        return _record(desk, turn, before, own)


def _record(desk: Desk, turn: Turn, before: Assessment, rules: RuleSet) -> Assessment:
    said = {key: value for key, value in check.said(turn.answers).items() if key in rules.asks}
    if turn.answers.get(NIB) and "nib" not in said:
        said |= HAVE
    return eligibility.record(
        desk.session,
        person_id=before.person_id,
        business_id=before.business_id,
        rules=rules,
        said={**before.said, **turn.run.answers},
        answers=eligibility.overlay(rules, before.answers, said),
        facts=before.facts,
        asked_by=before.asked_by,
        now=desk.now,
        before=before.result,
    )


def _progress(desk: Desk, spoken: Spoken, before: Assessment, after: Assessment, code: str) -> tuple[Note, ...]:
    label = spoken.marked(reasons.said(desk, spoken, before, code, "short"))
    left = len(after.result["todos"])
    if code in after.result["todos"] or code in after.result["optional"]:
        later.remind(desk, spoken, after, code)
        day = desk.office.local_day(desk.now, desk.office.remind_days)
        return (Note("result.rechecked_same", {"label": label, "next_date": day}),)
    if left:
        return (Note("result.rechecked_better", {"label": label, "count": left}),)
    scheme = spoken.marked(spoken.said(f"place.schemes.{after.scheme}", {}))
    return (Note("result.rechecked_all", {"label": scheme}),)


def _place(desk: Desk, spoken: Spoken, after: Assessment, nib: str | None) -> tuple[Note, ...]:
    """What the new answer does to the number one has: a place kept by its queue time may be free now."""
    if after.business_id is None:
        return ()
    known = [s for s in applications.of_person(desk.session, after.person_id) if s.business_id == after.business_id]
    if not known:
        return ()
    outcome = applications.settle(
        desk.session, known[-1].application_id, after.id, nib, office=desk.office, now=desk.now
    )
    later.after_number(desk, spoken, after, outcome)
    return place.moved(desk, spoken, after, known[-1], outcome)
