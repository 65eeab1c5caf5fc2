"""Keeping what was judged: one record per run of the rules, with the answers and every reason, never rewritten."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from models import Assessment, Session
from services.eligibility.checking import answer_problems
from services.eligibility.evaluating import Result, evaluate
from services.eligibility.kinds import Line, RuleSet
from services.eligibility.ruleset import get


class AnswersRefused(ValueError):
    """Answers that the rules cannot judge; `problems` says why, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


def todo_lines(result: Result) -> tuple[Line, ...]:
    """The lines of the to-do list: what must be done, then what may be."""
    rules = get(result.rule_set, result.version)
    return (*(rules.todos[code] for code in result.todos), *(rules.optional[code] for code in result.optional))


def record(
    session: Session,
    *,
    person_id: int,
    business_id: int | None,
    rules: RuleSet,
    said: Mapping[str, Any],
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    asked_by: str,
    now: dt.datetime,
    before: Mapping[str, Any] | None = None,
) -> Assessment:
    """Judge the answers and keep the whole. Raises `AnswersRefused` if an answer is none the rules know.

    `before` is the judgement it follows: what an officer has decided there need not be decided again.
    """
    found = answer_problems(rules, answers)
    if found:
        raise AnswersRefused(found)
    result = carried(before or {}, evaluate(rules, answers, facts).as_json())
    kept = Assessment(
        person_id=person_id,
        business_id=business_id,
        at=now,
        asked_by=asked_by,
        rule_set=rules.rule_set,
        version=rules.version,
        said=_plain(said),
        answers=_plain(answers),
        facts=_plain(facts),
        result=result,
        scheme=result["scheme"],
    )
    session.add(kept)
    session.flush()
    return kept


def carried(before: Mapping[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """A new judgement, with an officer's earlier decision where it raises no doubt that was not decided about."""
    decision = before.get("decided")
    if not decision or not after["officer"] or set(after["officer"]) - set(decision["codes"]) or after["ended"]:
        return after
    return {**after, "scheme": decision["way"], "officer": [], "decided": decision}


def latest(session: Session, person_id: int, business_id: int | None = None) -> Assessment | None:
    """The last assessment of a person, or of one of their businesses."""
    query = sa.select(Assessment).where(Assessment.person_id == person_id)
    if business_id is not None:
        query = query.where(Assessment.business_id == business_id)
    return session.scalars(query.order_by(Assessment.at.desc(), Assessment.id.desc()).limit(1)).first()


def _plain(value: Any) -> Any:
    """The same in JSON's own kinds, so that a record reads alike before and after it was stored."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return value
