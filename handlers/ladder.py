"""Tangga naik kelas: NIB, izin edar, halal, merek, pameran; what one has, what is under way, what may come next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conversation.form import Form
from conversation.kinds import Choice
from conversation.question import Phrase
from conversation.turn import Turn
from handlers import interest, questions
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from models import Assessment, Business, Stage
from services import businesses, eligibility, stages
from services.applications import Standing
from services.stages import COMES_BACK

HAVE, NONE, UNKNOWN = "have", "none", "unknown"
NO_LONGER = frozenset({*COMES_BACK, Stage.REFUSED})
# What explains each step: a page of the questions, or, where there is none, whether one is interested.
EXPLAINS: Mapping[str, Callable[[Desk, Spoken], Next]] = {
    "nib": questions.opener("nib"),
    "permit": questions.opener("pirt"),
    "halal": questions.opener("process"),
    "brand": questions.opener("brand"),
    "fair": interest.opener("fair"),
}


def show(desk: Desk, one: Standing) -> Next:
    """The five steps of one business."""
    business = businesses.get(desk.session, one.business_id)
    assessment = (
        eligibility.latest(desk.session, desk.chat.person_id, one.business_id)
        if desk.chat.person_id is not None
        else None
    )
    return Next(open="ladder", facts={"business": one.business, **steps(business, assessment, one.stage)})


def steps(business: Business, assessment: Assessment | None, stage: Stage) -> dict[str, str]:
    """Each step by the text that says where it stands: what was told, never what we guess."""
    told = assessment.answers if assessment else {}
    papers = set(business.papers)
    asked = bool(assessment and "papers" in assessment.said)
    return {
        "nib": _state(HAVE if business.nib else _nib(told.get("nib"))),
        "permit": _state(HAVE if papers & {"pirt", "md"} else NONE if asked else UNKNOWN),
        "halal": _halal(stage, papers),
        "brand": _state(HAVE if "brand" in papers else NONE if asked else UNKNOWN),
        "fair": _state(UNKNOWN),
    }


def _nib(told: Any) -> str:
    return {"have": HAVE, "not_yet": NONE}.get(str(told), UNKNOWN)


def _halal(stage: Stage, papers: set[str]) -> str:
    if stage is Stage.ISSUED or "certified" in papers:
        return _state(HAVE)
    if stage in NO_LONGER:
        return _state(NONE)
    # Where it is known exactly, it is said exactly.
    return _state("going") if stage in stages.BEFORE_PLACE else f"stage.{stage.value}.name"


def _state(name: str) -> str:
    return f"status.ladder_states.{name}"


def form(facts: Facts) -> Form:
    """A number for the explanation; MINAT and a number are understood anywhere (handlers.interest)."""
    names = ("nib", "permit", "halal", "brand", "fair")
    step = Choice(
        key="step",
        text="status.ladder",
        prompt="status.ladder",
        ids=names,
        fill=lambda answers: {"business": facts["business"], **{name: Phrase(str(facts[name])) for name in names}},
        errors=("common.err_choice_1", "common.err_choice_2"),
        third="lost",
    )
    return Form(key="ladder", questions=(step,))


def chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """What this step is, and below it whether one is interested."""
    return EXPLAINS[str(turn.answers["step"])](desk, spoken)
