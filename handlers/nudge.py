"""Isian yang berhenti: what the buttons below a nudge do, and what is offered to somebody who comes back."""

from __future__ import annotations

import datetime as dt

from conversation.said import Tap
from conversation.turn import Note
from handlers import menu
from handlers.desk import Desk
from handlers.next import Next
from handlers.spoken import Spoken
from services import drafts


def tapped(desk: Desk, spoken: Spoken, tap: Tap) -> Next | None:
    """Go on, later, or from the beginning: the button names its run, whatever is open now. None: that run is over."""
    run, draft = desk.chat.run, drafts.of_run(desk.session, desk.chat.id, tap.question)
    is_open = run is not None and run.run_id == tap.question
    if not is_open and draft is None:
        return menu.expired(desk)
    if tap.option == "later":
        return _later(desk, draft.purge_at if draft else None)
    if tap.option == "restart":
        return Next(open="resume", facts=_unfinished(desk), answers={"what": [1, "restart"]})
    if draft is not None:
        return menu.go_on(desk, draft)
    return Next() if run else None  # the dispatcher puts the open question again


def _later(desk: Desk, purge_at: dt.datetime | None) -> Next:
    """The open form is laid aside; nobody is reminded of a run twice."""
    until = desk.office.local_day(purge_at) if purge_at else desk.office.local_day(desk.now, desk.office.draft_days)
    return Next((Note("nudge.later_ack", {"date": until}),), lay_aside=True)


def _unfinished(desk: Desk) -> dict[str, object]:
    """The open form is only now laid aside, so how far it got is not asked for: the question is already answered."""
    return {"n": 1, "total": 1, "day": desk.now.isoformat()}
