"""Status saya: each business by its number, its stage, what comes next and by when."""

from __future__ import annotations

from conversation.turn import Note
from handlers.desk import Desk
from handlers.next import Next
from handlers.spoken import Spoken
from services import applications
from services.applications import Standing

MOST = 3  # businesses in one bubble


def start(desk: Desk, spoken: Spoken) -> Next:
    """Show it, with the menu below."""
    return Next(notes(desk, spoken), open="menu")


def notes(desk: Desk, spoken: Spoken) -> tuple[Note, ...]:
    """One paragraph for each business, the newest first."""
    person_id = desk.chat.person_id
    known = applications.of_person(desk.session, person_id) if person_id is not None else []
    if not known:
        return (Note("status.none"),)
    return tuple(note for one in known[::-1][:MOST] for note in _one(desk, spoken, one))


def _one(desk: Desk, spoken: Spoken, one: Standing) -> tuple[Note, ...]:
    stage = f"stage.{one.stage.value}"
    by = desk.office.local_day(one.promised_at) if one.promised_at else spoken.marked(spoken.said("status.no_date", {}))
    values = {
        "business": one.business,
        "number": one.number,
        "stage": spoken.marked(spoken.said(f"{stage}.name", {})),
        "since": desk.office.local_day(one.since),
        "next": spoken.marked(spoken.said(f"{stage}.next", {})),
        "next_date": by,
    }
    waiting = (Note("status.waiting_line", {"position": one.position, "count": one.length}),) if one.position else ()
    return (Note("status.page", values), *waiting)
