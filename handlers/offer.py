"""Tawaran tempat: what "Ambil", "Lewati dulu" and "Masih mau" lead to, tapped or typed with their code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conversation.question import Label
from conversation.turn import Note
from handlers.desk import Desk
from handlers.next import Next
from handlers.spoken import Spoken
from models import OfferState
from services import offers
from services.offers import Answer, Answered, What

SAID: Mapping[What, str] = {
    What.TAKEN: "offer.taken",
    What.SKIPPED: "offer.skipped",
    What.STILL: "offer.still",
    What.STILL_OPEN: "offer.place.err1",
    What.TOO_LATE: "offer.too_late",
    What.ALREADY: "offer.already",
    What.OVER: "offer.over",
    What.NOT_YOURS: "offer.not_yours",
}
LABELS = {OfferState.TAKEN: "take", OfferState.SKIPPED: "skip"}


def answered(desk: Desk, spoken: Spoken, which: str, option: str) -> Next | None:
    """An answer to an offer, by its id or its code. None: no such offer."""
    if option == "officer":
        return Next(open="officer", facts={"consented": desk.chat.person_id is not None, "context": {"offer": which}})
    if option not in [each.value for each in Answer]:
        return None
    said = Answer(option)
    done = offers.answer(
        desk.session,
        conversation_id=desk.chat.id,
        person_id=desk.chat.person_id,
        which=which,
        said=said,
        office=desk.office,
        now=desk.now,
    )
    return None if done is None else Next(_notes(desk, said, done), open="menu")


def _notes(desk: Desk, said: Answer, done: Answered) -> tuple[Note, ...]:
    """What came of it; who says "ambil" too late is told that it is noted all the same."""
    changed = done.what is What.ALREADY and done.before is OfferState.SKIPPED
    still = said is Answer.TAKE and (changed or done.what is What.TOO_LATE)
    return (Note(SAID[done.what], _values(desk, done)), *((Note("offer.noted_still"),) if still else ()))


def _values(desk: Desk, done: Answered) -> dict[str, Any]:
    return {
        "code": done.code,
        "business": done.business,
        "number": done.number,
        "deadline": done.deadline,
        "position": done.position or 0,
        "next_date": desk.office.local_day(done.promised_at) if done.promised_at else "",
        "label": Label("offer.place", LABELS.get(done.before, "take") if done.before else "take"),
    }
