"""What a rule set is made of, once it has been read and checked. Nothing here changes after loading."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

# Given the answers of the rules and the answers of the script: does it hold?
Condition = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]

# The answers an option gives: (question of the rules, value), in the order of the file. None = another ask answers it.
Given = tuple[tuple[str, Any], ...]

UNKNOWN = "unknown"  # "tidak tahu", as the rules see it
SKIPPED = "skipped"  # an ask passed over after three answers that were not understood


class Scheme(StrEnum):
    """Where a check leads: two ways of certification, a person's look first, or none of them (an end)."""

    SELF_DECLARE = "self_declare"
    REGULER = "reguler"
    OFFICER = "officer"
    NONE = "none"


class Effect(StrEnum):
    """What a rule does when its condition holds."""

    END = "end"
    REGULER = "reguler"
    OFFICER = "officer"
    TODO = "todo"
    OPTIONAL = "optional"
    NOTE = "note"


class AskKind(StrEnum):
    """How a question of the script is answered."""

    CHOICE = "choice"
    MANY = "many"
    NUMBER = "number"
    TEXT = "text"
    DISTRICT = "district"


class Before(StrEnum):
    """What a line of the to-do list must be settled before."""

    PLACE = "place"  # the queue time is kept, the place is not claimed yet
    SUBMISSION = "submission"


@dataclass(frozen=True, slots=True)
class Sourced:
    """A number or date of the programme with where it comes from. Shown to people only once it is confirmed."""

    value: int | dt.date
    basis: str
    as_of: dt.date
    confidence: str  # "several" independent pages, a "single" one, or "unverified"
    confirmed: bool
    unit: str = ""
    plus_up_to: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question the rules judge. `options` is empty for a number and for the kecamatan."""

    key: str
    kind: AskKind
    options: frozenset[str]
    alone: frozenset[str]  # options that stand by themselves
    when: Condition | None
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the rule set: when it holds, it does one thing."""

    effect: Effect
    code: str
    when: Condition


@dataclass(frozen=True, slots=True)
class RegulerReason:
    """Why a business takes the regular route, and the optional line that might change it."""

    code: str
    way_back: str | None = None


@dataclass(frozen=True, slots=True)
class OfficerReason:
    """Why an officer looks. `holds`: no scheme and no place until the officer has answered."""

    code: str
    holds: bool
    moot_when_reguler: bool = False
    survives_end: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """An end of the check. No refusal: `next` is what is offered instead."""

    code: str
    next: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the to-do list. `ask` is who can help: owner, village, officer, supplier, p3h, nobody."""

    code: str
    ask: str
    optional: bool
    recheck: tuple[str, ...] = ()  # the asks that re-check it; each after the first only if the first opens it
    before: Before = Before.SUBMISSION
    may_move: bool = False  # its answer could still move the scheme
    forward: bool = False  # there is a message to send on to the supplier
    new_run: bool = False  # settled by a check of its own
    survives_end: bool = False
    only_for: frozenset[Scheme] = frozenset(Scheme)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question of the script. `options` have buttons; `heard` are understood in words only.

    `recheck_options` are offered first, and at a re-check only. `alone` are the ticks that exclude all others.
    `questions` are the questions of the rules it answers, `needs` the earlier asks its condition looks at.
    """

    key: str
    kind: AskKind
    text: str  # where its words stand: "journey.product"
    options: tuple[str, ...]
    heard: tuple[str, ...]
    recheck_options: tuple[str, ...]
    alone: frozenset[str]
    required: bool  # may not be skipped
    recheck_only: bool
    when: Condition | None
    gives: Mapping[str, Given]
    otherwise: Given  # of ticks: what no tick answered
    answers: str | None  # the question whose answer is the answer itself
    questions: frozenset[str]
    needs: tuple["Ask", ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of the rules, whole and checked."""

    rule_set: str
    version: str
    valid_from: dt.date
    valid_to: dt.date | None  # the last day, inclusive
    legal_basis: tuple[str, ...]
    thresholds: Mapping[str, Sourced]
    fees: Mapping[str, Sourced]
    dates: Mapping[str, Sourced]
    switches: Mapping[str, bool]
    officer_answer_days: int  # working days
    questions: Mapping[str, Question]
    facts: frozenset[str]
    rules: tuple[Rule, ...]
    reguler: Mapping[str, RegulerReason]
    officer: Mapping[str, OfficerReason]
    ends: Mapping[str, End]
    notes: tuple[str, ...]
    todos: Mapping[str, Line]
    optional: Mapping[str, Line]
    asks: Mapping[str, Ask]
    turnover_edges: tuple[tuple[int, str], ...]  # (rupiah a year, inclusive, class), rising; then `turnover_above`
    turnover_above: str
    script: tuple[Ask, ...] = field(repr=False)  # the asks of the first way through, in order
    opened_by: Mapping[str, frozenset[str]] = field(repr=False)  # ask → the asks that may open it at a re-check
    end_rules: tuple[Rule, ...] = field(repr=False)  # looked at after every answer, so only what they need is derived:
    end_questions: tuple[Question, ...] = field(repr=False)
    end_asks: tuple[Ask, ...] = field(repr=False)

    @property
    def codes(self) -> frozenset[str]:
        """Every code a person may be shown, so that a test can look for its words."""
        return frozenset((*self.ends, *self.reguler, *self.officer, *self.todos, *self.optional, *self.notes))
