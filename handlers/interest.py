"""Minat: "saya berminat" on a page of the questions or on a step of the ladder ("MINAT 4"), counted per kab/kota."""

from __future__ import annotations

from collections.abc import Callable

from conversation.form import Form
from conversation.hearing import normalise
from conversation.kinds import Choice
from conversation.question import Label
from conversation.turn import Note, Turn
from handlers import consent
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import REGION, Spoken
from models import Purpose
from services import interests, regions

WHICH = "faq.interest_which"
LADDER = {"1": "nib", "2": "permit", "3": "halal", "4": "brand", "5": "fair"}  # the numbers of `status.ladder`
STEPS = ("nib", "pirt", "md", "slhs", "permit", "halal", "brand", "sni", "fair")


def start(desk: Desk, spoken: Spoken) -> Next:
    """MINAT alone: in what?"""
    return opened(desk, "")


def opener(step: str) -> Callable[[Desk, Spoken], Next]:
    """What notes an interest in one step, after a consent was asked for on its way."""
    return lambda desk, spoken: opened(desk, step)


def typed(desk: Desk, spoken: Spoken, about: str) -> Next | None:
    """ "MINAT 4" as on the ladder, "MINAT SNI"."""
    if about in LADDER:
        return opened(desk, LADDER[about])
    said = normalise(about)
    step = next((o.id for o in spoken.options(WHICH) if said in o.words or said == normalise(o.label)), None)
    return opened(desk, step) if step else None


def opened(desk: Desk, step: str) -> Next:
    """To be told of help one must be known, so consent comes first; what is known already is not asked."""
    person_id = desk.chat.person_id
    if person_id is None:
        then = f"interest.{step}" if step else "interest"
        return consent.ask(Purpose.SERVICE, then, None, Note("faq.interest_needs_consent"))
    return Next(open="interest", facts={"step": step, "regency": interests.regency_of(desk.session, person_id) or ""})


def form(facts: Facts) -> Form:
    """In what, and from which kab/kota; each only where it is not known."""
    step = Choice(key="step", text=WHICH, prompt=WHICH, third="lost", when=lambda answers: not facts["step"])
    regency = Choice(key="regency", text="journey.regency", third="lost", when=lambda answers: not facts["regency"])
    return Form(key="interest", questions=(step, regency))


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Noted once, and how many others there are."""
    step = str(turn.run.facts["step"] or turn.answers["step"])
    regency = str(turn.run.facts["regency"] or turn.answers["regency"])
    person_id = desk.chat.person_id
    if person_id is None:
        return opened(desk, step)
    known = regency if regency in regions.REGENCIES else None
    count = interests.note(desk.session, person_id=person_id, step=step, regency=known, now=desk.now)
    values = {"label": Label(WHICH, step), "count": count}
    if known is None:
        return Next((Note("faq.interest_noted", values),), open="menu")
    return Next((Note("status.interested", {**values, "regency": Label(REGION, known)}),), open="menu")
