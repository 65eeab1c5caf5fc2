"""HP bersama: a phone that serves several businesses says which one it speaks of."""

from __future__ import annotations

from conversation.turn import Note
from handlers.desk import Desk
from models import Business
from services import businesses


def known(desk: Desk) -> list[Business]:
    """The businesses of this phone, oldest first."""
    person_id = desk.chat.person_id
    return businesses.of_person(desk.session, person_id) if person_id is not None else []


def meant(desk: Desk) -> int | None:
    """The business last spoken of, if it still is one of theirs."""
    if desk.chat.business_id is None:
        return None
    return desk.chat.business_id if any(b.id == desk.chat.business_id for b in known(desk)) else None


def spoken_of(desk: Desk, business_id: int | None) -> tuple[Note, ...]:
    """The line that says which business is meant; nothing where there is only one."""
    theirs = known(desk)
    business = next((b for b in theirs if b.id == business_id), None)
    if business is None or len(theirs) < 2:
        return ()
    return (Note("link.shared_phone", {"count": len(theirs), "business": business.name}),)
