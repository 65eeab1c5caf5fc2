"""The questions people are asked, and what follows from them: which is next, and what the rules make of the answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.eligibility.evaluating import applicable, first_end
from services.eligibility.kinds import SKIPPED, UNKNOWN, Ask, AskKind, RuleSet


@dataclass(frozen=True, slots=True)
class Walk:
    """One way through the script with the answers given so far."""

    answers: dict[str, Any]  # of the rules
    path: tuple[str, ...]  # the asks that apply, answered or not, in order
    open: str | None  # the first of them that is not answered


def walk(rules: RuleSet, said: Mapping[str, Any]) -> Walk:
    """Derive the rules' answers and find the ask that is due, in one pass. What does not apply is passed over."""
    answers: dict[str, Any] = {}
    heard: dict[str, Any] = {}
    path, due = [], None
    for ask in rules.script:
        if ask.when is not None and not ask.when(answers, heard):
            continue
        path.append(ask.key)
        if not _take(ask, said.get(ask.key), answers, heard) and due is None:
            due = ask.key
    return Walk(answers, tuple(path), due)


def derive(rules: RuleSet, said: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of the rules that follow from those of the script."""
    return walk(rules, said).answers


def applies(rules: RuleSet, key: str, said: Mapping[str, Any]) -> bool:
    """Is this ask part of the way, given the answers to the asks before it?"""
    ask = rules.asks[key]
    if ask.recheck_only:
        return False
    if ask.when is None:
        return True
    return ask.when(*_derived(ask.needs, said))


def stopped(rules: RuleSet, said: Mapping[str, Any]) -> str | None:
    """The end that the answers so far have reached, if any: nothing more need be asked."""
    return first_end(rules, _derived(rules.end_asks, said)[0])


def recheck_asks(rules: RuleSet, code: str) -> tuple[str, ...]:
    """The asks that re-check a line of the list: the first is asked, each other one if `recheck_applies`."""
    line = rules.todos.get(code) or rules.optional[code]
    return line.recheck


def recheck_options(ask: Ask) -> tuple[str, ...]:
    """The options to offer when an ask is re-checked: "sudah diganti" comes first."""
    return (*ask.recheck_options, *ask.options)


def recheck_applies(
    rules: RuleSet, code: str, key: str, answers: Mapping[str, Any], recheck_said: Mapping[str, Any]
) -> bool:
    """Is this ask part of re-checking the line? `answers` are the rules' answers of the earlier assessment."""
    asks = recheck_asks(rules, code)
    if key == asks[0]:
        return True
    earlier = {name: recheck_said[name] for name in asks[: asks.index(key)] if name in recheck_said}
    return asks[0] in earlier and _opened(rules, rules.asks[key], overlay(rules, answers, earlier), earlier)


def overlay(rules: RuleSet, answers: Mapping[str, Any], recheck_said: Mapping[str, Any]) -> dict[str, Any]:
    """The earlier answers of the rules with what a re-check said laid over them. Nothing is changed in place."""
    laid: dict[str, Any] = dict(answers)
    heard: dict[str, Any] = {}
    for key, ask in rules.asks.items():
        if key not in recheck_said:
            continue
        opener_asked = any(first in recheck_said for first in rules.opened_by.get(key, ()))
        if not opener_asked or _opened(rules, ask, laid, heard):
            _take(ask, recheck_said[key], laid, heard)
    return laid


def turnover_class(rules: RuleSet, rupiah: int) -> str:
    """The class of a yearly turnover in rupiah; an edge belongs to the class below it (PP 7/2021 Ps 35)."""
    return next((name for edge, name in rules.turnover_edges if rupiah <= edge), rules.turnover_above)


def turnover_option(rules: RuleSet, rupiah: int) -> str:
    """The option of the ask `turnover` for a yearly turnover in rupiah."""
    wanted = ("turnover_class", turnover_class(rules, rupiah))
    return next(option for option, given in rules.asks["turnover"].gives.items() if wanted in given)


def _derived(asks: Iterable[Ask], said: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What some asks alone give: the rules' answers, and the script's answers that apply."""
    answers: dict[str, Any] = {}
    heard: dict[str, Any] = {}
    for ask in asks:
        if ask.when is None or ask.when(answers, heard):
            _take(ask, said.get(ask.key), answers, heard)
    return answers, heard


def _opened(rules: RuleSet, ask: Ask, laid: Mapping[str, Any], heard: Mapping[str, Any]) -> bool:
    """Has an earlier answer of this re-check made the ask necessary?"""
    if ask.recheck_only or not ask.questions:
        return ask.when is None or ask.when(laid, heard)
    _, missing = applicable(rules, laid)
    return not ask.questions.isdisjoint(missing)


def _take(ask: Ask, value: Any, answers: dict[str, Any], heard: dict[str, Any]) -> bool:
    """Note what an answer gives. False if there is none, or none that this version of the ask knows."""
    if value is None:
        return False
    if isinstance(value, str) and value in ask.gives:
        if ask.kind is AskKind.MANY and value != SKIPPED:
            _tick(ask, (value,), answers)
        else:
            _note(ask.gives[value], answers)
    elif ask.kind is AskKind.MANY:
        ticks = [tick for tick in value if tick in ask.gives] if isinstance(value, list | tuple) else []
        if not ticks:
            return False
        _tick(ask, ticks, answers)
    elif ask.answers is not None and value != UNKNOWN:
        answers[ask.answers] = value
    elif ask.kind is not AskKind.TEXT:
        return False
    heard[ask.key] = value
    return True


def _note(given: Iterable[tuple[str, Any]], answers: dict[str, Any]) -> None:
    for question, value in given:
        if value is None:
            answers.pop(question, None)
        else:
            answers[question] = value


def _tick(ask: Ask, ticks: Iterable[str], answers: dict[str, Any]) -> None:
    """Put ticks together in the order of the options: lists grow, the first answer wins, null wins over all."""
    got: dict[str, Any] = {}
    left = set()
    for option, given in ask.gives.items():
        if option not in ticks or option == SKIPPED:
            continue
        for question, value in given:
            if value is None:
                left.add(question)
            elif isinstance(value, tuple):
                got[question] = (*got.get(question, ()), *(one for one in value if one not in got.get(question, ())))
            else:
                got.setdefault(question, value)
    for question, value in ask.otherwise:
        got.setdefault(question, value)
    answers.update(got)
    for question in left:
        answers.pop(question, None)
