"""When a question is asked and when a rule holds: conditions written as data, compiled once into small functions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from services.eligibility.kinds import Condition

SHAPES = ("ref", "all", "any", "not", "question", "ask")
TESTS = ("is", "any_of", "none_of", "at_least", "more_than")


def compile_condition(raw: Mapping[str, Any], refs: Mapping[str, Any], limits: Mapping[str, int]) -> Condition:
    """Make a function of a checked condition. What is not answered satisfies nothing but `not`."""
    if "ref" in raw:
        return compile_condition(refs[raw["ref"]], refs, limits)
    if "not" in raw:
        return _negated(compile_condition(raw["not"], refs, limits))
    if "all" in raw:
        return _every([compile_condition(part, refs, limits) for part in raw["all"]])
    if "any" in raw:
        return _some([compile_condition(part, refs, limits) for part in raw["any"]])
    return _test(raw, limits)


def leaves(raw: Mapping[str, Any], refs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The single tests a condition is made of, named conditions opened."""
    if "ref" in raw:
        yield from leaves(refs.get(raw["ref"], {}), refs)
    elif "not" in raw:
        yield from leaves(raw["not"], refs)
    elif "all" in raw or "any" in raw:
        for part in raw.get("all") or raw.get("any") or ():
            yield from leaves(part, refs)
    elif raw:
        yield raw


def named(test: Mapping[str, Any]) -> tuple[Any, ...]:
    """The options a single test names."""
    return (
        *([test["is"]] if "is" in test else ()),
        *test.get("any_of", ()),
        *test.get("none_of", ()),
        *test.get("of", ()),
    )


def _negated(part: Condition) -> Condition:
    return lambda answers, said: not part(answers, said)


def _every(parts: Sequence[Condition]) -> Condition:
    def holds(answers: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
        for part in parts:  # noqa: SIM110 (a generator costs more than the tests themselves)
            if not part(answers, said):
                return False
        return True

    return holds


def _some(parts: Sequence[Condition]) -> Condition:
    def holds(answers: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
        for part in parts:  # noqa: SIM110
            if part(answers, said):
                return True
        return False

    return holds


def _test(raw: Mapping[str, Any], limits: Mapping[str, int]) -> Condition:
    from_script = "ask" in raw
    key: str = raw["ask"] if from_script else raw["question"]
    passes = _passes(raw, limits)

    def of_rules(answers: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
        value = answers.get(key)
        return value is not None and passes(value)

    def of_script(answers: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
        value = said.get(key)
        return value is not None and passes(value)

    return of_script if from_script else of_rules


def _passes(raw: Mapping[str, Any], limits: Mapping[str, int]) -> Callable[[Any], bool]:
    if "is" in raw:
        only = raw["is"]
        return lambda value: value == only if not isinstance(value, list | tuple) else set(value) == {only}
    if "any_of" in raw:
        wanted = frozenset(raw["any_of"])
        return lambda value: not wanted.isdisjoint(value) if isinstance(value, list | tuple) else value in wanted
    if "none_of" in raw:
        shunned = frozenset(raw["none_of"])
        return lambda value: shunned.isdisjoint(value) if isinstance(value, list | tuple) else value not in shunned
    if "at_least" in raw:
        count, counted = raw["at_least"], frozenset(raw["of"])
        return lambda value: len(counted.intersection(value if isinstance(value, list | tuple) else (value,))) >= count
    limit = limits[raw["more_than"]]
    return lambda value: isinstance(value, int) and value > limit
