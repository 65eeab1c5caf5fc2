"""Cek kelayakan: the first part of the journey. The form is made from the rule set, and judged by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from conversation.form import Form
from conversation.kinds import Choice, Listing, Many, Number
from conversation.question import Answers, Ear, Heard, Label, Phrase, Question, ReadBack, Take, Which
from conversation.turn import Note, Turn
from handlers import amounts, consent, later, result
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import REGION, Spoken, region_name
from models import Assessment
from services import eligibility, regions
from services.eligibility import Ask, AskKind, RuleSet

Verdict = TypeVar("Verdict")

HELPER = "helper"  # the question whether the owner knows
HELPER_NOT_YET = "HELPER_NOT_YET"
LONGEST_LIST = 300


def start(desk: Desk, spoken: Spoken) -> Next:
    """Open the check under the rules in force today."""
    rules = eligibility.current(desk.office.local_day(desk.now))
    phone = desk.chat.address.removeprefix("whatsapp:") if desk.chat.address.startswith("whatsapp:+") else None
    facts = {"rule_set": rules.rule_set, "version": rules.version, "phone": phone}
    return Next((Note("consent.service_yes"),) if desk.chat.person_id is None else (), open="check", facts=facts)


def form(facts: Facts) -> Form:
    """The check as the rules of this run ask it: a run keeps the version it began with."""
    return _form(str(facts["rule_set"]), str(facts["version"]))


@lru_cache(maxsize=8)
def _form(rule_set: str, version: str) -> Form:
    rules = eligibility.get(rule_set, version)
    return Form(
        key="check",
        questions=questions(rules),
        title="journey.title",
        stop=stops(rules),
        progress=True,
    )


def questions(rules: RuleSet) -> tuple[Question[Any], ...]:
    """The questions of the script in order, with the owner's knowledge asked of a helper after the first."""
    asked = [question(rules, ask) for ask in rules.script]
    return (asked[0], _helper(), *asked[1:])


def _helper() -> Choice:
    return Choice(
        key=HELPER,
        text="consent.helper",
        prompt="consent.helper",
        outright=consent.YES,
        part=0,
        required=True,
        when=lambda a: a.get("for_whom") == "helping",
    )


def stops(rules: RuleSet) -> Callable[[Answers], str | None]:
    """Why the check ends here: an end of the rules, or an owner who has not been asked yet."""
    ended = _remembered(rules.end_asks, lambda said: eligibility.stopped(rules, said))
    return lambda answers: HELPER_NOT_YET if answers.get(HELPER) == "not_yet" else ended(answers)


def said(answers: Answers) -> dict[str, Any]:
    """The script's answers as the rules read them."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in answers.items()}


def question(rules: RuleSet, ask: Ask, *, recheck: Callable[[Answers], bool] | None = None) -> Question[Any]:
    """One question of the rule set in the conversation's language. `recheck`: asked alone, when this holds."""
    shared: dict[str, Any] = {
        "key": ask.key,
        "text": ask.text,
        "required": ask.required,
        "skipped": eligibility.SKIPPED,
        "fill": FILL.get(ask.key, lambda answers: {}),
        "when": recheck or _when(rules, ask),
    }
    return KINDS[ask.kind](ask, shared, recheck is not None)


SEEN = 1024  # sets of answers a condition is remembered for; they are options, never anybody's words


def _when(rules: RuleSet, ask: Ask) -> Callable[[Answers], bool]:
    return _remembered(ask.needs, lambda said: eligibility.applies(rules, ask.key, said))


def _remembered(asks: tuple[Ask, ...], judge: Callable[[Mapping[str, Any]], Verdict]) -> Callable[[Answers], Verdict]:
    """A judgement over the answers to some asks, remembered where all of them are chosen from a few options: a form
    is walked twice a message, and people give the same answers."""
    if any(ask.kind not in (AskKind.CHOICE, AskKind.MANY) for ask in asks):
        return lambda answers: judge(answers.plain)
    keys = tuple(ask.key for ask in asks)

    @lru_cache(maxsize=SEEN)
    def over(*values: Any) -> Verdict:
        return judge({key: value for key, value in zip(keys, values, strict=True) if value is not None})

    return lambda answers: over(*map(answers.plain.get, keys))


def _choice(ask: Ask, shared: dict[str, Any], recheck: bool) -> Question[Any]:
    ids = eligibility.recheck_options(ask) if recheck else ask.options
    if ask.key == "turnover":
        shared["guess"] = _guess_turnover
    return Choice(ids=ids, heard_ids=ask.heard, **shared)


def _many(ask: Ask, shared: dict[str, Any], recheck: bool) -> Question[Any]:
    return Many(ids=ask.options, heard_ids=ask.heard, alone=tuple(ask.alone), **shared)


def _number(ask: Ask, shared: dict[str, Any], recheck: bool) -> Question[Any]:
    return Number(odd_above=200, **shared)


def _text(ask: Ask, shared: dict[str, Any], recheck: bool) -> Question[Any]:
    return Listing(most=LONGEST_LIST, most_items=20, skippable=True, **shared)


def _district(ask: Ask, shared: dict[str, Any], recheck: bool) -> Question[Any]:
    return Choice(
        ids=_districts_of, needs=("regency",), guess=_guess_district, page_prompt=f"{ask.text}.page", **shared
    )


KINDS: Mapping[AskKind, Callable[[Ask, dict[str, Any], bool], Question[Any]]] = {
    AskKind.CHOICE: _choice,
    AskKind.MANY: _many,
    AskKind.NUMBER: _number,
    AskKind.TEXT: _text,
    AskKind.DISTRICT: _district,
}


def _districts_of(answers: Answers) -> tuple[str, ...]:
    return tuple(d.code for d in regions.districts_of(str(answers["regency"])))


def _guess_district(text: str, ear: Ear) -> Heard | None:
    """A name written in any of its spellings; one that lies in another kabupaten is pointed out, never taken."""
    found = regions.find_district(text, str(ear.answers["regency"]))
    if found.exact:
        return Take(found.exact.code)
    if found.candidates:
        return Which(tuple(d.code for d in found.candidates))
    if found.elsewhere:
        return _elsewhere(found.elsewhere[0], str(ear.answers["regency"]))
    return None


def _elsewhere(there: regions.District, here: str) -> Heard:
    """Well written, but it lies in another kabupaten: a yes moves both answers."""
    values = {"district": there.name, "regency": region_name(here), "regency2": region_name(there.regency)}
    return ReadBack(
        there.code, there.name, text="journey.district.elsewhere", values=values, also={"regency": there.regency}
    )


def _guess_turnover(text: str, ear: Ear) -> Heard | None:
    """An amount instead of a class: read as its class, and read back. The amount itself is not kept."""
    amount = amounts.yearly(text)
    if amount is None:
        return None
    rules = eligibility.get(str(ear.answers.facts["rule_set"]), str(ear.answers.facts["version"]))
    option = eligibility.turnover_option(rules, amount)
    return ReadBack(option, next(o.label for o in ear.words.options("journey.turnover") if o.id == option))


# --- the placeholders of prompts that speak of earlier answers ---


def _district_words(answers: Answers) -> Mapping[str, Any]:
    """Where it lies, and a name to follow: not one that is also the kabupaten's."""
    regency = str(answers["regency"])
    here = [d.name for d in regions.districts_of(regency) if d.name not in region_name(regency)]
    return {"regency": Label(REGION, regency), "example": here[len(here) // 2]}


def _replaceable_words(answers: Answers) -> Mapping[str, Any]:
    ticks = answers.get("avoid") or answers.get("forbidden") or ()
    named = [t for t in ticks if t in ("alcohol", "pork", "blood")] or ["blood"]
    return {
        "items": [Label("journey.avoid", t) for t in named],
        "example": Phrase(f"journey.replaceable.examples.{named[0]}"),
    }


def _meat_words(answers: Answers) -> Mapping[str, Any]:
    ticks = [t for t in answers.get("meat") or () if t not in ("none", "unsure")]
    return {"items": [Label("journey.meat", t, within=True) for t in ticks or ("meat",)]}


FILL: Mapping[str, Callable[[Answers], Mapping[str, Any]]] = {
    "district": _district_words,
    "replaceable": _replaceable_words,
    "meat_source": _meat_words,
    "meat_change": _meat_words,
}


# --- the end of the check ---


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Judge the answers, keep the assessment with every reason, and show what it means."""
    assessment = assess(desk, turn)
    later.after_result(desk, spoken, assessment)
    return result.show(desk, spoken, assessment, turn=turn.notes)


def stop(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """An end of the rules is judged like a finished check; an owner not asked yet keeps everything waiting."""
    if turn.verdict != HELPER_NOT_YET:
        return finish(desk, spoken, turn)
    return result.owner_not_asked(desk, turn)


def assess(desk: Desk, turn: Turn, business_id: int | None = None) -> Assessment:
    """Write one assessment from a run's answers, under the rules the run began with."""
    rules = eligibility.get(str(turn.run.facts["rule_set"]), str(turn.run.facts["version"]))
    answers = eligibility.derive(rules, said(turn.answers))
    return eligibility.record(
        desk.session,
        person_id=require(desk.chat.person_id),
        business_id=business_id,
        rules=rules,
        said=dict(turn.run.answers),
        answers=answers,
        facts={},
        asked_by="helper" if answers.get("for_whom") == "helping" else "owner",
        now=desk.now,
    )


def require(person_id: int | None) -> int:
    """The person of this chat; a form that keeps answers is only ever opened after consent."""
    if person_id is None:
        raise LookupError("answers without consent")
    return person_id


def business_of(assessment: Assessment) -> str | None:
    """What the business of an assessment is called; None before it has been told."""
    kept = assessment.said.get("business_name")
    return str(kept[1]) if kept else None
