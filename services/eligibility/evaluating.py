"""Judging: from the answers to a scheme, its reasons and the to-do list. Pure, and the same for everybody."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from services.eligibility.kinds import Before, Effect, Line, RuleSet, Scheme

CANDIDATE = "CALON_SELF_DECLARE"  # the reason for self-declare: nothing speaks against it


@dataclass(frozen=True, slots=True)
class Result:
    """A first result, not a decision. Codes stand in the order of the rule set."""

    scheme: Scheme
    ended: str | None
    reasons: tuple[str, ...]
    officer: tuple[str, ...]  # why an officer looks, if one does
    todos: tuple[str, ...]
    optional: tuple[str, ...]
    notes: tuple[str, ...]
    missing: tuple[str, ...]  # questions that apply and are not answered; empty after an end
    provisional: bool  # an answer still open could move the scheme
    place_waits: bool  # the queue time is kept, the place cannot be claimed yet
    rule_set: str
    version: str

    def as_json(self) -> dict[str, Any]:
        """The result as it is kept: plain strings and lists."""
        kept = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}
        return {**kept, "scheme": self.scheme.value}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The result of a kept record."""
        values: dict[str, Any] = {
            k: tuple(value) if isinstance(value, list) else value for k, value in kept.items() if k != "decided"
        }
        values["scheme"] = Scheme(kept["scheme"])
        return cls(**values)


def evaluate(rules: RuleSet, answers: Mapping[str, Any], facts: Mapping[str, Any] | None = None) -> Result:
    """Judge the answers of the rules. `facts` are what was not asked, such as `officer_asked`."""
    counted, missing = applicable(rules, answers)
    counted.update({key: value for key, value in (facts or {}).items() if key in rules.facts})
    got = _collect(rules, counted)
    ended = got[Effect.END][0] if got[Effect.END] else None
    officer = _officer(rules, got, ended)
    scheme, reasons = _scheme(rules, got, ended, officer)
    todos = _shown(rules.todos, got[Effect.TODO], scheme)
    return Result(
        scheme=scheme,
        ended=ended,
        reasons=reasons,
        officer=officer,
        todos=todos,
        optional=(*_shown(rules.optional, got[Effect.OPTIONAL], scheme), *_ways_back(rules, scheme, reasons)),
        notes=() if ended else tuple(got[Effect.NOTE]),
        missing=() if ended else missing,
        provisional=any(rules.todos[code].may_move for code in todos),
        place_waits=_place_waits(rules, ended, todos, officer),
        rule_set=rules.rule_set,
        version=rules.version,
    )


def applicable(rules: RuleSet, answers: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The answers that count, and the questions still open. A stale answer is passed over, not deleted."""
    counted: dict[str, Any] = {}
    missing = []
    for key, question in rules.questions.items():
        if question.when is None or question.when(counted, {}):
            if answers.get(key) is None:
                missing.append(key)
            else:
                counted[key] = answers[key]
    return counted, tuple(missing)


def first_end(rules: RuleSet, answers: Mapping[str, Any]) -> str | None:
    """The end these answers lead to, if any: its code."""
    counted: dict[str, Any] = {}
    for question in rules.end_questions:
        if answers.get(question.key) is not None and (question.when is None or question.when(counted, {})):
            counted[question.key] = answers[question.key]
    return next((rule.code for rule in rules.end_rules if rule.when(counted, {})), None)


def _collect(rules: RuleSet, counted: Mapping[str, Any]) -> dict[Effect, list[str]]:
    got: dict[Effect, list[str]] = {effect: [] for effect in Effect}
    for rule in rules.rules:
        if rule.when(counted, {}) and rule.code not in got[rule.effect]:
            got[rule.effect].append(rule.code)
    return got


def _officer(rules: RuleSet, got: Mapping[Effect, list[str]], ended: str | None) -> tuple[str, ...]:
    """Reasons for an officer's look, without those that the end or the regular route has settled."""
    codes = [rules.officer[code] for code in got[Effect.OFFICER]]
    if ended:
        return tuple(reason.code for reason in codes if reason.survives_end)
    return tuple(reason.code for reason in codes if not (got[Effect.REGULER] and reason.moot_when_reguler))


def _scheme(
    rules: RuleSet, got: Mapping[Effect, list[str]], ended: str | None, officer: tuple[str, ...]
) -> tuple[Scheme, tuple[str, ...]]:
    """An end wins over the regular route, that over an officer's look, and self-declare is what is left."""
    if ended:
        return Scheme.NONE, (ended,)
    if got[Effect.REGULER]:
        return Scheme.REGULER, tuple(got[Effect.REGULER])
    if any(rules.officer[code].holds for code in officer):
        return Scheme.OFFICER, ()
    return Scheme.SELF_DECLARE, (CANDIDATE,)


def _shown(lines: Mapping[str, Line], codes: Iterable[str], scheme: Scheme) -> tuple[str, ...]:
    """The lines that still matter under this scheme."""
    found = (lines[code] for code in codes)
    return tuple(x.code for x in found if scheme in x.only_for and (scheme is not Scheme.NONE or x.survives_end))


def _ways_back(rules: RuleSet, scheme: Scheme, reasons: tuple[str, ...]) -> tuple[str, ...]:
    """What might open self-declare again: shown only if every reason has one, so that nobody mends in vain."""
    if scheme is not Scheme.REGULER:
        return ()
    ways = [rules.reguler[code].way_back for code in reasons]
    return tuple(way for way in ways if way) if all(ways) else ()


def _place_waits(rules: RuleSet, ended: str | None, todos: tuple[str, ...], officer: tuple[str, ...]) -> bool:
    return (
        ended is not None
        or any(rules.todos[code].before is Before.PLACE for code in todos)
        or any(rules.officer[code].holds for code in officer)
    )
