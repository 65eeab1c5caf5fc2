"""BERHENTI and MULAI: stopping at once, then asking what was meant; starting again only what is asked for."""

from __future__ import annotations

from conversation.form import Form
from conversation.kinds import Choice
from conversation.turn import Note, Turn
from handlers import consent, erase
from handlers.desk import Desk
from handlers.next import Next
from handlers.spoken import Spoken
from models import Purpose, Stopped
from services.contacts import linking


def stop(desk: Desk, spoken: Spoken) -> Next:
    """Nothing more is sent from this moment; what exactly was meant is asked afterwards."""
    if desk.chat.stopped is Stopped.EVERYTHING:
        return Next((Note("stop.already_stopped"),))
    linking.refuse(desk.session, desk.chat.id, desk.now)
    return Next(open="stop", changes={"stopped": Stopped.EVERYTHING})


STOP = Form(key="stop", questions=(Choice(key="which", text="stop.done", prompt="stop.done", third="lost"),))
LIKE = Form(key="stop_like", questions=(Choice(key="meant", text="stop.meant", prompt="stop.meant", third="lost"),))


def stopped(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Announcements only, everything, or everything and the data too."""
    which = str(turn.answers["which"])
    if which == "announcements":
        if desk.chat.person_id is not None:
            consent.record(desk, spoken, Purpose.ANNOUNCEMENTS, given=False)
        return Next((Note("stop.announcements_only"),), changes={"stopped": Stopped.ANNOUNCEMENTS})
    if which == "everything":
        return Next((Note("stop.everything"),))
    return erase.delete(desk, spoken)


def like(desk: Desk, spoken: Spoken) -> Next:
    """ "jangan kirim lagi": probably meant, so it is asked."""
    return Next(open="stop_like")


def meant(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Yes: stopped at once."""
    return stop(desk, spoken) if turn.answers["meant"] == "yes" else Next(open="menu")


def start(desk: Desk, spoken: Spoken) -> Next:
    """MULAI: asks what; announcements are a consent of their own, so they are never switched on by the way."""
    if desk.chat.stopped is Stopped.NOTHING:
        return Next(open="menu")
    if desk.chat.person_id is None:
        return _started(spoken, "stop.active_service", Stopped.NOTHING)
    return Next(open="start")


WHICH = Choice(key="which", text="stop.start_which", prompt="stop.start_which", outright=("all",), third="lost")
START = Form(key="start", questions=(WHICH,))


def started(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """News of one's own number alone, or announcements too, with proof of what was shown."""
    if turn.answers["which"] == "service" or desk.chat.person_id is None:
        return _started(spoken, "stop.active_service", Stopped.ANNOUNCEMENTS)
    consent.record(desk, spoken, Purpose.ANNOUNCEMENTS, given=True, shown="stop.start_which")
    return _started(spoken, "stop.active_all", Stopped.NOTHING)


def _started(spoken: Spoken, active: str, stopped: Stopped) -> Next:
    items = spoken.marked(spoken.said(active, {}))
    return Next((Note("stop.started", {"items": items}),), open="menu", changes={"stopped": stopped})
