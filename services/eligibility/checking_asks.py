"""What the questions of the script must be like, so that every answer of the rules follows from what people say."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.eligibility.conditions import leaves
from services.eligibility.kinds import UNKNOWN, AskKind

ASK_KEYS = frozenset("kind text required recheck_only options heard recheck alone otherwise skipped as when".split())


def ask_problems(raw: Mapping[str, Any]) -> Iterator[str]:
    """Wrong or missing names in `asks`, in the order of the file."""
    for key, ask in raw["asks"].items():
        yield from (f"The ask '{key}' says '{extra}', which means nothing." for extra in sorted(ask.keys() - ASK_KEYS))
        if ask.get("kind") not in set(AskKind):
            yield f"The ask '{key}' is of the kind '{ask.get('kind')}', which does not exist."
        yield from _listed_problems(key, ask)
        yield from _given_problems(key, ask, raw)
        yield from _order_problems(key, ask, raw)
    answered = {question for ask in raw["asks"].values() if not ask.get("recheck_only") for question in answers_of(ask)}
    for question in raw["questions"]:
        if question not in answered:
            yield f"No ask of the first way through answers the question '{question}'."


def recheck_problems(raw: Mapping[str, Any]) -> Iterator[str]:
    """Lines that name an ask which does not exist, and asks that only re-checks need but none names."""
    named = set()
    for section in ("todos", "optional"):
        for code, line in raw[section].items():
            for key in line.get("recheck", ()):
                named.add(key)
                if key not in raw["asks"]:
                    yield f"{code} is re-checked by the ask '{key}', which is not defined."
    for key, ask in raw["asks"].items():
        if ask.get("recheck_only") and key not in named:
            yield f"The ask '{key}' is for re-checks only and re-checks nothing."


def answers_of(ask: Mapping[str, Any]) -> set[str]:
    """The questions of the rules that an ask may answer, `null` not counted."""
    given = [*(ask.get("options") or {}).values(), ask.get("otherwise") or {}]
    found = {question for answers in given for question, value in answers.items() if value is not None}
    return found | ({ask["as"]} if "as" in ask else set())


def _listed_problems(key: str, ask: Mapping[str, Any]) -> Iterator[str]:
    options = ask.get("options") or {}
    for name in ("heard", "recheck", "alone"):
        for option in ask.get(name) or ():
            if option not in options:
                yield f"The ask '{key}' lists '{option}' under '{name}', which is none of its options."
    for option in options:
        if not isinstance(option, str):
            yield f"The ask '{key}' has the option {option!r}: put quotes around it."


def _given_problems(key: str, ask: Mapping[str, Any], raw: Mapping[str, Any]) -> Iterator[str]:
    """Each answer an ask gives must be one the rules understand."""
    if "as" in ask and ask["as"] not in raw["questions"]:
        yield f"The ask '{key}' answers '{ask['as']}', which is no question of the rules."
    for answers in (*(ask.get("options") or {}).values(), ask.get("otherwise") or {}, ask.get("skipped") or {}):
        for question, value in answers.items():
            asked = raw["questions"].get(question)
            if asked is None:
                yield f"The ask '{key}' answers '{question}', which is no question of the rules."
            elif value is not None:
                yield from _value_problems(key, question, value, asked)


def _value_problems(key: str, question: str, value: Any, asked: Mapping[str, Any]) -> Iterator[str]:
    if (asked["kind"] == AskKind.MANY) != isinstance(value, list):
        yield f"The ask '{key}' answers '{question}' in the wrong shape: {value!r}."
        return
    for one in value if isinstance(value, list) else [value]:
        if one != UNKNOWN and one not in (asked.get("options") or ()):
            yield f"The ask '{key}' answers '{question}' with '{one}', which is none of its options."


def _order_problems(key: str, ask: Mapping[str, Any], raw: Mapping[str, Any]) -> Iterator[str]:
    """An ask may look only at what was asked, or follows from what was asked, before it."""
    keys = list(raw["asks"])
    before = keys[: keys.index(key)]
    derived = {question for name in before for question in answers_of(raw["asks"][name])}
    for test in leaves(ask.get("when") or {}, raw["conditions"]):
        if "ask" in test and test["ask"] not in before:
            yield f"The ask '{key}' looks at the ask '{test['ask']}', which comes later."
        if "question" in test and test["question"] not in derived:
            yield f"The ask '{key}' looks at the question '{test['question']}', which is answered later."
