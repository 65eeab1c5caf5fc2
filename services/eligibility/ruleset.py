"""The rule sets on the shelf: read once, checked, and found by day or by the version a record was made with."""

import datetime as dt
from collections.abc import Hashable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.eligibility import checking
from services.eligibility.building import build
from services.eligibility.kinds import RuleSet

RULES = Path(__file__).parent / "rules"
HALAL = "banten-halal"


class RuleSetRefused(ValueError):
    """A rule set cannot be used; `problems` says why, one sentence each."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__(f"{name}: " + " ".join(problems))
        self.problems = tuple(problems)


class NoRuleSet(LookupError):
    """No such rule set, version, or none valid on that day."""


# The loader in C where PyYAML was built with it: ten times faster, and it is read at every start.
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strict(_Safe):  # type: ignore[misc]
    """YAML in which nothing may be written twice: the later one would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {str(key) for key in keys if keys.count(key) > 1}
        if twice:
            line = node.start_mark.line + 1
            raise RuleSetRefused(f"line {line}", [f"'{key}' is written twice." for key in sorted(twice)])
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def read(text: str) -> dict[str, Any]:
    """The file as plain data. Raises `RuleSetRefused` if it is no mapping or something is written twice."""
    raw = yaml.load(text, Loader=_Strict)  # noqa: S506 (a SafeLoader)
    if not isinstance(raw, dict):
        raise RuleSetRefused("rule set", ["The file holds no rule set."])
    return raw


def make(raw: Mapping[str, Any]) -> RuleSet:
    """Check and build. Raises `RuleSetRefused` with every problem."""
    found = checking.problems(raw)
    if found:
        raise RuleSetRefused(f"{raw.get('rule_set')} {raw.get('version')}", found)
    return build(raw)


def load(folder: Path) -> tuple[RuleSet, ...]:
    """All rule sets of a folder. Raises `RuleSetRefused` also where two would be valid on the same day."""
    sets = tuple(make(read(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*.yaml")))
    twice = checking.overlaps(sets)
    if twice:
        raise RuleSetRefused(folder.name, twice)
    return sets


@cache
def shelf() -> tuple[RuleSet, ...]:
    """The rule sets that come with the program."""
    return load(RULES)


@cache
def current(day: dt.date, rule_set: str = HALAL) -> RuleSet:
    """The version in force on a day of the office's calendar. Raises `NoRuleSet`."""
    for rules in shelf():
        if rules.rule_set == rule_set and rules.valid_from <= day <= (rules.valid_to or dt.date.max):
            return rules
    raise NoRuleSet(f"{rule_set}: no version is in force on {day}")


@cache
def get(rule_set: str, version: str) -> RuleSet:
    """The version a running form or a kept record names. Raises `NoRuleSet`."""
    for rules in shelf():
        if (rules.rule_set, rules.version) == (rule_set, version):
            return rules
    raise NoRuleSet(f"{rule_set} {version}")
