"""What a rule set and a set of answers must be like before anyone is judged by them, refused in plain sentences."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from services.eligibility.checking_asks import ask_problems, recheck_problems
from services.eligibility.conditions import SHAPES, TESTS, leaves, named
from services.eligibility.kinds import UNKNOWN, AskKind, Before, Effect, Question, RuleSet, Scheme
from services.regions import REGENCIES, district

SECTIONS = frozenset(
    "rule_set version valid_from valid_to legal_basis thresholds fees dates switches officer_answer_days conditions "
    "questions asks facts rules reguler officer ends notes todos optional".split()
)
QUESTION_KEYS = frozenset("kind options options_from alone quiet when upto min max".split())
# Where the codes of each effect are defined, and what may be said of them there.
CODES: Mapping[Effect, tuple[str, frozenset[str]]] = {
    Effect.END: ("ends", frozenset(("next", "basis"))),
    Effect.REGULER: ("reguler", frozenset(("way_back",))),
    Effect.OFFICER: ("officer", frozenset(("holds", "moot_when_reguler", "survives_end"))),
    Effect.TODO: ("todos", frozenset("ask recheck before may_move forward survives_end only_for".split())),
    Effect.OPTIONAL: ("optional", frozenset("ask recheck forward new_run only_for".split())),
    Effect.NOTE: ("notes", frozenset()),
}


def problems(raw: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong with a rule set as read from its file; empty when it may be used."""
    found = [f"There is no section '{key}'." for key in sorted(SECTIONS - raw.keys())]
    found += [f"The section '{key}' is not known." for key in sorted(raw.keys() - SECTIONS)]
    if found:
        return found  # the rest would only repeat it
    return [
        *_condition_problems(raw),
        *_question_problems(raw),
        *_edge_problems(raw),
        *_rule_problems(raw),
        *_code_problems(raw),
        *_unused(raw),
        *ask_problems(raw),
        *recheck_problems(raw),
    ]


def overlaps(sets: Iterable[RuleSet]) -> list[str]:
    """Pairs of versions of one rule set that would both be valid on the same day."""
    found = []
    ordered = sorted(sets, key=lambda rules: (rules.rule_set, rules.valid_from))
    for earlier, later in pairwise(ordered):
        last = earlier.valid_to or dt.date.max
        if earlier.rule_set == later.rule_set and later.valid_from <= last:
            found.append(
                f"{later.rule_set}: {earlier.version} and {later.version} are both valid on {later.valid_from}."
            )
    return found


def answer_problems(rules: RuleSet, answers: Mapping[str, Any]) -> list[str]:
    """What is wrong with answers to the rules: an unknown option, 'none' beside others, a kecamatan elsewhere."""
    found = [f"'{key}' is no question of the rules." for key in sorted(answers.keys() - rules.questions.keys())]
    for key, question in rules.questions.items():
        if answers.get(key) is not None:
            found += _answer_problems(question, answers[key])
    place, regency = answers.get("district"), answers.get("regency")
    if place not in (None, UNKNOWN) and regency in REGENCIES:  # else it is stale, and ignored
        known = district(str(place))
        if known is None or known.regency != regency:
            found.append(f"The kecamatan '{place}' is not in '{regency}'.")
    return found


def _answer_problems(question: Question, value: Any) -> Iterator[str]:
    if question.kind is AskKind.NUMBER:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if value != UNKNOWN and not (whole and question.low <= value <= question.high):
            yield f"'{question.key}' must be a number from {question.low} to {question.high}, not '{value}'."
        return
    ticks = list(value) if isinstance(value, list | tuple) else [value]
    if (question.kind is AskKind.MANY) != isinstance(value, list | tuple) or not ticks:
        yield f"'{question.key}' is answered in the wrong shape: {value!r}."
        return
    for tick in ticks:
        if question.options and tick not in question.options:
            yield f"'{tick}' is no option of '{question.key}'."
    for tick in question.alone.intersection(ticks):
        if len(ticks) > 1:
            yield f"'{tick}' of '{question.key}' stands alone, not beside others."


def _condition_problems(raw: Mapping[str, Any]) -> Iterator[str]:
    """Wrong names in any condition of the file, of whichever section."""
    for where, condition in _conditions(raw):
        yield from _shape_problems(where, condition, raw)


def _conditions(raw: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, condition in raw["conditions"].items():
        yield f"The condition '{name}'", condition
    for key, question in raw["questions"].items():
        if "when" in question:
            yield f"The question '{key}'", question["when"]
    for key, ask in raw["asks"].items():
        if "when" in ask:
            yield f"The ask '{key}'", ask["when"]
    for number, rule in enumerate(raw["rules"], 1):
        yield f"Rule {number}", rule.get("if") or {}


def _shape_problems(where: str, condition: Any, raw: Mapping[str, Any]) -> Iterator[str]:
    shapes = [shape for shape in SHAPES if shape in condition] if isinstance(condition, Mapping) else []
    if len(shapes) != 1:
        yield f"{where} has a condition that is none of {', '.join(SHAPES)}: {condition!r}."
    elif shapes[0] == "ref":
        if condition["ref"] not in raw["conditions"]:
            yield f"{where} refers to '{condition['ref']}', which is not defined."
    elif shapes[0] in ("all", "any", "not"):
        inner = condition[shapes[0]]
        for part in [inner] if shapes[0] == "not" else inner:
            yield from _shape_problems(where, part, raw)
    else:
        yield from _test_problems(where, condition, raw)


def _test_problems(where: str, test: Mapping[str, Any], raw: Mapping[str, Any]) -> Iterator[str]:
    if len([name for name in TESTS if name in test]) != 1 or ("at_least" in test) != ("of" in test):
        yield f"{where} has a test that is none of {', '.join(TESTS)}: {dict(test)!r}."
    if "more_than" in test and test["more_than"] not in raw["thresholds"]:
        yield f"{where} compares with the threshold '{test['more_than']}', which is not defined."
    if "question" in test and test["question"] in raw["facts"]:
        return
    kind = "question" if "question" in test else "ask"
    asked = raw[f"{kind}s"].get(test[kind])
    if asked is None:
        yield f"{where} looks at the {kind} '{test[kind]}', which is not defined."
    elif not asked.get("options_from"):
        options = set(asked.get("options") or ()) | ({UNKNOWN} if asked["kind"] == AskKind.NUMBER else set())
        for option in named(test):
            if option not in options:
                yield f"{where} names the option '{option}', which '{test[kind]}' does not have."


def _question_problems(raw: Mapping[str, Any]) -> Iterator[str]:
    order = {key: number for number, key in enumerate(raw["questions"])}
    for key, question in raw["questions"].items():
        for extra in sorted(question.keys() - QUESTION_KEYS):
            yield f"The question '{key}' says '{extra}', which means nothing."
        for test in leaves(question.get("when") or {}, raw["conditions"]):
            if order.get(test.get("question", ""), -1) >= order[key]:
                yield f"The question '{key}' looks at '{test['question']}', which is asked later."
        yield from _option_problems(key, question, raw)


def _option_problems(key: str, question: Mapping[str, Any], raw: Mapping[str, Any]) -> Iterator[str]:
    """Every option does something, or is quiet on purpose."""
    used = {
        option
        for _, condition in _conditions(raw)
        for test in leaves(condition, raw["conditions"])
        if test.get("question") == key
        for option in named(test)
    }
    options, quiet = set(question.get("options") or ()), set(question.get("quiet") or ())
    for option in sorted(options - used - quiet):
        yield f"The option '{option}' of '{key}' is used by no rule and is not called quiet."
    for option in sorted(quiet - options):
        yield f"'{key}' calls '{option}' quiet, which is none of its options."
    for option in sorted(set(question.get("alone") or ()) - options):
        yield f"'{key}' lets '{option}' stand alone, which is none of its options."


def _edge_problems(raw: Mapping[str, Any]) -> Iterator[str]:
    """The classes of turnover are cut where the rules draw the line."""
    limits, classes = raw["thresholds"], raw["questions"].get("turnover_class", {}).get("upto", {})
    for name in classes.values():
        if name not in limits:
            yield f"A class of turnover ends at '{name}', which is no threshold."
            return
    edges = [limits[name]["value"] for name in classes.values()]
    if edges != sorted(set(edges)):
        yield "The classes of turnover do not rise."
    if "turnover_max" in limits and limits["turnover_max"]["value"] not in edges:
        yield "No class of turnover ends at turnover_max, so no answer tells on which side of it a business is."


def _rule_problems(raw: Mapping[str, Any]) -> Iterator[str]:
    order = {key: number for number, key in enumerate(raw["questions"])}
    reached = -1
    for number, rule in enumerate(raw["rules"], 1):
        effects = [effect for effect in Effect if effect in rule]
        if len(effects) != 1 or rule.keys() != {"if", *effects}:
            yield f"Rule {number} must say 'if' and exactly one of {', '.join(Effect)}."
            continue
        if rule[effects[0]] not in raw[CODES[effects[0]][0]]:
            yield f"Rule {number} leads to {rule[effects[0]]}, which is not defined under '{CODES[effects[0]][0]}'."
        asked = [test.get("question") for test in leaves(rule["if"], raw["conditions"])]
        at = max((order.get(key or "", len(order)) for key in asked), default=len(order))
        if at < reached:
            yield f"Rule {number} stands behind rules of a later question; rules follow the order of the questions."
        reached = max(reached, at)


def _code_problems(raw: Mapping[str, Any]) -> Iterator[str]:
    for section, allowed in CODES.values():
        if section == "notes":
            continue
        for code, about in raw[section].items():
            for extra in sorted(about.keys() - allowed):
                yield f"{code} says '{extra}', which means nothing."
            if not set(about.get("only_for", ())) <= set(Scheme):
                yield f"{code} is only for a scheme that does not exist."
            if about.get("before", Before.PLACE) not in set(Before):
                yield f"{code} must be settled before '{about['before']}', which does not exist."
    for code, about in raw["reguler"].items():
        if about.get("way_back", code) not in {*raw["optional"], code}:
            yield f"The way back of {code} is {about['way_back']}, which is not defined under 'optional'."


def _unused(raw: Mapping[str, Any]) -> Iterator[str]:
    """What is defined and never used: most likely a slip of the pen elsewhere."""
    reached = {rule.get(effect) for rule in raw["rules"] for effect in Effect}
    reached |= {about.get("way_back") for about in raw["reguler"].values()}
    for section, _ in CODES.values():
        for code in raw[section]:
            if code not in reached:
                yield f"{code} is defined under '{section}' and no rule leads to it."
    whole = [condition for _, condition in _conditions(raw)]
    refs = set(_refs(whole))
    tests = [test for condition in whole for test in leaves(condition, raw["conditions"])]
    limits = {test.get("more_than") for test in tests} | set(
        raw["questions"].get("turnover_class", {}).get("upto", {}).values()
    )
    yield from (f"The condition '{name}' is never used." for name in raw["conditions"] if name not in refs)
    yield from (f"The threshold '{name}' is never used." for name in raw["thresholds"] if name not in limits)


def _refs(parts: Any) -> Iterator[str]:
    if isinstance(parts, Mapping):
        if "ref" in parts:
            yield parts["ref"]
        parts = list(parts.values())
    if isinstance(parts, list):
        for part in parts:
            yield from _refs(part)
