"""Perbaiki yang diminta petugas: only the questions that were asked for, and what their new answers open up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conversation.form import Form, walk
from conversation.kinds import Picture
from conversation.question import Question, always
from conversation.run import Run
from conversation.turn import Note, Turn
from handlers import check, later, place, registration
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from services import applications, corrected
from services.corrected import Given, Standing, Taken
from services.correcting import PHOTO, REGISTERED

PICTURE = Picture(key=PHOTO, text="after.photo", skippable=True)
LEFT_OUT = frozenset({"review", check.HELPER})


def answered(desk: Desk, spoken: Spoken, which: str, option: str) -> Next | None:
    """The answer to the question of an officer, by the row's id (a button) or its code (typed)."""
    asked = corrected.find(desk.session, desk.chat.person_id, which)
    if asked is None:
        return None
    if not asked.open:
        return Next((Note("offer.code_done", {"code": asked.code}),), open="menu")
    if option == "officer":
        return Next(open="officer", facts={"consented": True, "context": {"correction": asked.id}})
    note = Note("correction.begin", {"business": asked.business, "count": len(asked.fields)})
    return Next((note,), open="mend", facts=_facts(asked), answers=_kept(asked))


def _kept(asked: Standing) -> dict[str, Any]:
    """Every answer but those that are asked for again."""
    return {key: answer for key, answer in asked.assessment.said.items() if key not in asked.fields}


def _facts(asked: Standing) -> dict[str, Any]:
    before = asked.assessment
    rules = {"rule_set": before.rule_set, "version": before.version, "phone": None}
    path = walk(registration.form(rules), Run("", "registration", before.said, {}, rules)).path
    return {
        **rules, "correction": asked.id, "fields": list(asked.fields), "kept": sorted(_kept(asked)),
        "passed": [question.key for question in path],
    }  # fmt: skip


# --- the questions ---


def form(facts: Facts) -> Form:
    """The registration's own questions, under the rules of the check that is corrected."""
    asked = [_asked(question, facts) for question in registration.form(facts).questions]
    return Form(key="mend", questions=tuple(q for q in (*asked, _asked(PICTURE, facts)) if q is not None))


def _asked(question: Question[Any], facts: Facts) -> Question[Any] | None:
    key = question.key
    if key in LEFT_OUT:
        return None
    if key in facts["fields"]:
        return replace(question, when=always)
    if key in facts["kept"]:
        return question  # answered, unless the new answers make it another question
    opened = key not in facts["passed"] and key not in (*REGISTERED, PHOTO)
    return question if opened else None


# --- the end ---


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Into the record; then what that did to the number, and by when an officer has looked at it."""
    given = Given(dict(turn.run.answers), check.said(turn.answers))
    known = {one.number: one for one in applications.of_person(desk.session, check.require(desk.chat.person_id))}
    taken = corrected.take(
        desk.session, int(turn.run.facts["correction"]), desk.chat.id, given, office=desk.office, now=desk.now
    )
    if taken is None:
        return Next((Note("correction.over"),), open="menu")
    moved: tuple[Note, ...] = ()
    if taken.outcome.stage is not taken.before:
        later.after_number(desk, spoken, taken.judged, taken.outcome)
        moved = place.moved(desk, spoken, taken.judged, known[taken.number], taken.outcome)
    return Next((*_thanks(desk, taken), *moved), open=None if moved else "menu")  # with its news it fills a screen


def _thanks(desk: Desk, taken: Taken) -> tuple[Note, ...]:
    clash = (Note("register.nib_number.taken"),) if taken.clash else ()
    if taken.news_by is None or taken.outcome.stage is not taken.before:
        return (Note("correction.done"), *clash)
    values = {"number": taken.number, "next_date": desk.office.local_day(taken.news_by)}
    return (Note("correction.done_by", values), *clash)
