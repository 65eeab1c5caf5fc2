"""From a checked rule set as read from its file to one that can judge: names become values, conditions functions."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from services.eligibility import kinds
from services.eligibility.checking_asks import answers_of
from services.eligibility.conditions import compile_condition, leaves
from services.eligibility.kinds import SKIPPED, UNKNOWN, Ask, AskKind, Condition, Effect, Given, Line, Question, RuleSet

Raw = Mapping[str, Any]


def build(raw: Raw) -> RuleSet:
    """Make the rule set. `raw` must have passed `checking.problems`."""
    asks = _asks(raw)
    edges = _edges(raw)
    questions = {key: _question(key, about, raw) for key, about in raw["questions"].items()}
    rules = tuple(_rule(rule, raw) for rule in raw["rules"])
    ending = _ending(raw)
    return RuleSet(
        rule_set=raw["rule_set"],
        version=raw["version"],
        valid_from=raw["valid_from"],
        valid_to=raw["valid_to"],
        legal_basis=tuple(raw["legal_basis"]),
        thresholds=_sourced(raw["thresholds"]),
        fees=_sourced(raw["fees"]),
        dates=_sourced(raw["dates"]),
        switches=MappingProxyType(dict(raw["switches"])),
        officer_answer_days=raw["officer_answer_days"],
        questions=MappingProxyType(questions),
        facts=frozenset(raw["facts"]),
        rules=rules,
        reguler=MappingProxyType({code: kinds.RegulerReason(code, **about) for code, about in raw["reguler"].items()}),
        officer=MappingProxyType({code: kinds.OfficerReason(code, **about) for code, about in raw["officer"].items()}),
        ends=MappingProxyType({code: kinds.End(code, **about) for code, about in raw["ends"].items()}),
        notes=tuple(raw["notes"]),
        todos=MappingProxyType({code: _line(code, about, optional=False) for code, about in raw["todos"].items()}),
        optional=MappingProxyType({code: _line(code, about, optional=True) for code, about in raw["optional"].items()}),
        asks=MappingProxyType(asks),
        turnover_edges=edges,
        turnover_above=_class_above(raw, edges),
        script=tuple(ask for ask in asks.values() if not ask.recheck_only),
        opened_by=MappingProxyType(_opened_by(raw)),
        end_rules=tuple(rule for rule in rules if rule.effect is Effect.END),
        end_questions=tuple(question for key, question in questions.items() if key in ending),
        end_asks=_answering(asks, ending),
    )


def _sourced(raw: Raw) -> Mapping[str, kinds.Sourced]:
    return MappingProxyType({key: kinds.Sourced(**about) for key, about in raw.items()})


def _condition(when: Raw | None, raw: Raw) -> Condition | None:
    if when is None:
        return None
    return compile_condition(when, raw["conditions"], {key: about["value"] for key, about in raw["thresholds"].items()})


def _question(key: str, about: Raw, raw: Raw) -> Question:
    return Question(
        key=key,
        kind=AskKind(about["kind"]),
        options=frozenset(about.get("options") or ()),
        alone=frozenset(about.get("alone") or ()),
        when=_condition(about.get("when"), raw),
        low=about.get("min", 0),
        high=about.get("max", 0),
    )


def _rule(rule: Raw, raw: Raw) -> kinds.Rule:
    effect = next(effect for effect in Effect if effect in rule)
    when = compile_condition(
        rule["if"], raw["conditions"], {k: about["value"] for k, about in raw["thresholds"].items()}
    )
    return kinds.Rule(effect, rule[effect], when)


def _line(code: str, about: Raw, *, optional: bool) -> Line:
    known = {
        **about,
        "recheck": tuple(about.get("recheck", ())),
        "before": kinds.Before(about.get("before", kinds.Before.SUBMISSION)),
        "only_for": frozenset(kinds.Scheme(scheme) for scheme in about.get("only_for", kinds.Scheme)),
    }
    return Line(code=code, optional=optional, **known)


def _edges(raw: Raw) -> tuple[tuple[int, str], ...]:
    upto = raw["questions"]["turnover_class"]["upto"]
    return tuple((raw["thresholds"][limit]["value"], option) for option, limit in upto.items())


def _class_above(raw: Raw, edges: tuple[tuple[int, str], ...]) -> str:
    below = {option for _, option in edges}
    options = raw["questions"]["turnover_class"]["options"]
    return next(str(option) for option in options if option not in below and option != UNKNOWN)


def _asks(raw: Raw) -> dict[str, Ask]:
    asks: dict[str, Ask] = {}
    for key, about in raw["asks"].items():
        ask = _ask(key, about, raw)
        asks[key] = replace(ask, needs=_needs(about, raw, asks))
    return asks


def _ask(key: str, about: Raw, raw: Raw) -> Ask:
    options = about.get("options") or {}
    heard, recheck = tuple(about.get("heard") or ()), tuple(about.get("recheck") or ())
    return Ask(
        key=key,
        kind=AskKind(about["kind"]),
        text=about.get("text", f"journey.{key}"),
        options=tuple(option for option in options if option not in heard and option not in recheck),
        heard=heard,
        recheck_options=recheck,
        alone=frozenset(about.get("alone") or ()),
        required=about.get("required", False),
        recheck_only=about.get("recheck_only", False),
        when=_condition(about.get("when"), raw),
        gives=MappingProxyType({**{o: _given(given) for o, given in options.items()}, SKIPPED: _skipped(about, raw)}),
        otherwise=_given(about.get("otherwise") or {}),
        answers=about.get("as"),
        questions=frozenset(answers_of(about)),
    )


def _given(answers: Raw) -> Given:
    return tuple((key, tuple(value) if isinstance(value, list) else value) for key, value in answers.items())


def _skipped(about: Raw, raw: Raw) -> Given:
    """What an ask answers when it is passed over: as written, else "tidak tahu" for all it could have answered."""
    if "skipped" in about:
        return _given(about["skipped"])
    many = {key for key, question in raw["questions"].items() if question["kind"] == AskKind.MANY}
    answered = [key for key in raw["questions"] if key in answers_of(about)]
    return tuple((key, (UNKNOWN,) if key in many else UNKNOWN) for key in answered)


def _needs(about: Raw, raw: Raw, earlier: Mapping[str, Ask]) -> tuple[Ask, ...]:
    """The earlier asks that an ask's condition depends on, in order: only these are read to decide it."""
    tests = list(leaves(about.get("when") or {}, raw["conditions"]))
    asked = {test["ask"] for test in tests if "ask" in test}
    looked_at = {test["question"] for test in tests if "question" in test}
    found: set[str] = set()
    for key, ask in earlier.items():
        if not ask.recheck_only and (key in asked or _touched(ask) & looked_at):
            found |= {key, *(need.key for need in ask.needs)}
    return tuple(ask for key, ask in earlier.items() if key in found)


def _ending(raw: Raw) -> set[str]:
    """The questions on which an end depends, and those on which it depends whether these are asked."""
    looked_at: set[str] = set()
    whens = [rule["if"] for rule in raw["rules"] if Effect.END in rule]
    while whens:
        new = {test["question"] for test in leaves(whens.pop(), raw["conditions"])} - looked_at
        looked_at |= new
        whens += [raw["questions"][key]["when"] for key in new if "when" in raw["questions"].get(key, {})]
    return looked_at


def _answering(asks: Mapping[str, Ask], questions: set[str]) -> tuple[Ask, ...]:
    """The asks of the first way through that these questions follow from."""
    found: set[str] = set()
    for key, ask in asks.items():
        if not ask.recheck_only and _touched(ask) & questions:
            found |= {key, *(need.key for need in ask.needs)}
    return tuple(ask for key, ask in asks.items() if key in found)


def _touched(ask: Ask) -> set[str]:
    return {question for given in ask.gives.values() for question, _ in given} | ask.questions


def _opened_by(raw: Raw) -> dict[str, frozenset[str]]:
    openers: dict[str, set[str]] = {}
    for line in (*raw["todos"].values(), *raw["optional"].values()):
        first, *others = line.get("recheck") or [None]
        for key in others:
            openers.setdefault(key, set()).add(str(first))
    return {key: frozenset(first) for key, first in openers.items()}
