"""What comes of asking for a place, and by which rules: no answer is a refusal, and each has a date."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models import Programme, Stage
from services import programmes
from services.eligibility import Before, RuleSet, Scheme
from services.office import Office


class Kind(StrEnum):
    """What came of asking for a place. None of them is a refusal."""

    PLACED = "placed"
    WAITING = "waiting"  # full, or what is free is for those ahead
    INTEREST = "interest"  # the programme does not take this scheme; counted
    INCOMPLETE = "incomplete"  # something is needed before a place; the queue time is kept
    REVIEW = "review"  # an officer looks first; the queue time is kept and nobody overtakes
    ALREADY = "already"  # this business has its number in this programme, and nothing has changed
    CLOSED = "closed"  # after the last day; counted as interest
    NOT_YET_OPEN = "not_yet_open"  # before the first day; the queue time is kept


# To-dos whose being settled shows in the business itself: it has its NIB, its kab/kota is known.
KNOWN_BY_DATA = frozenset({"BUTUH_NIB", "NIB_DICEK", "WILAYAH_DICEK"})

STAGES = {
    Kind.PLACED: Stage.PLACED,
    Kind.WAITING: Stage.WAITING,
    Kind.NOT_YET_OPEN: Stage.WAITING,
    Kind.INTEREST: Stage.INTEREST,
    Kind.CLOSED: Stage.INTEREST,
    Kind.INCOMPLETE: Stage.INCOMPLETE,
    Kind.REVIEW: Stage.REVIEW,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an application stands after it was asked for, or asked for again."""

    kind: Kind
    application_id: int
    business_id: int
    number: str  # "BTN-2026-004312"
    stage: Stage
    scheme: str
    regency: str | None
    programme: str  # its name
    opens_at: dt.datetime
    closes_at: dt.datetime
    quota: int
    left: int
    queued_at: dt.datetime
    promised_at: dt.datetime | None  # news by then
    position: int | None = None  # waiting, or among those interested
    length: int | None = None  # of that list
    lacking: tuple[str, ...] = ()  # INCOMPLETE: "nib", "regency", codes of to-dos
    because: str | None = None  # WAITING: which limit ("programme", "regency"); REVIEW: "officer" or "nib"


def lacking(result: Mapping[str, Any], rules: RuleSet, nib: str | None, regency: str | None) -> tuple[str, ...]:
    """What must be settled before a place: "nib", "regency", and the codes of other to-dos.

    `result` is the record that `rules` gave. A number or a kab/kota that came after the check settles its to-do, and
    one that the check took for granted and that is not there is lacking all the same.
    """
    before_place = [code for code in result["todos"] if rules.todos[code].before is Before.PLACE]
    others = [code for code in before_place if code not in KNOWN_BY_DATA]
    return (*(() if nib else ("nib",)), *(() if regency else ("regency",)), *others)


def officer_holds(result: Mapping[str, Any], rules: RuleSet) -> bool:
    """Whether an officer must look before a place is given. Having asked for an officer holds nothing up."""
    return any(rules.officer[code].holds for code in result["officer"])


def wanted(
    result: Mapping[str, Any], rules: RuleSet, missing: tuple[str, ...], programme: Programme, now: dt.datetime
) -> Kind:
    """Where an application belongs before any quota is looked at. PLACED: if a place is free."""
    if now >= programme.closes_at:
        return Kind.CLOSED
    if result["scheme"] == Scheme.OFFICER.value:
        return Kind.REVIEW
    if result["ended"] or result["scheme"] not in programme.accepts:
        return Kind.INTEREST
    if officer_holds(result, rules):
        return Kind.REVIEW
    if missing:
        return Kind.INCOMPLETE
    return Kind.PLACED if programmes.open_now(programme, now) else Kind.NOT_YET_OPEN


def promise(kind: Kind, programme: Programme, office: Office, now: dt.datetime) -> dt.datetime | None:
    """By when the owner hears from us."""
    if kind is Kind.NOT_YET_OPEN:
        return programme.opens_at
    if kind in (Kind.WAITING, Kind.INCOMPLETE):
        return now + dt.timedelta(days=office.remind_days)
    return office.promise(now, office.contact_days if kind is Kind.PLACED else office.review_days)
