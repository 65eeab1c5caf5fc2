"""Kelayakan: may this business be helped to a halal certificate, by which way, and what is still to be done?

The rules are data (`rules/*.yaml`): the questions, when they are asked, what each answer does. What is asked
follows from `walk`, what comes of it from `evaluate`, and `record` keeps both.
"""

from services.eligibility.assessing import AnswersRefused, carried, latest, record, todo_lines
from services.eligibility.checking import answer_problems
from services.eligibility.evaluating import CANDIDATE, Result, evaluate
from services.eligibility.kinds import (
    SKIPPED,
    UNKNOWN,
    Ask,
    AskKind,
    Before,
    Effect,
    End,
    Line,
    OfficerReason,
    Question,
    RegulerReason,
    RuleSet,
    Scheme,
    Sourced,
)
from services.eligibility.ruleset import NoRuleSet, RuleSetRefused, current, get, load, shelf
from services.eligibility.script import (
    Walk,
    applies,
    derive,
    overlay,
    recheck_applies,
    recheck_asks,
    recheck_options,
    stopped,
    turnover_class,
    turnover_option,
    walk,
)

__all__ = [
    "CANDIDATE",
    "SKIPPED",
    "UNKNOWN",
    "AnswersRefused",
    "Ask",
    "AskKind",
    "Before",
    "Effect",
    "End",
    "Line",
    "NoRuleSet",
    "OfficerReason",
    "Question",
    "RegulerReason",
    "Result",
    "RuleSet",
    "RuleSetRefused",
    "Scheme",
    "Sourced",
    "Walk",
    "answer_problems",
    "applies",
    "carried",
    "current",
    "derive",
    "evaluate",
    "get",
    "latest",
    "load",
    "overlay",
    "recheck_applies",
    "recheck_asks",
    "recheck_options",
    "record",
    "shelf",
    "stopped",
    "todo_lines",
    "turnover_class",
    "turnover_option",
    "walk",
]
