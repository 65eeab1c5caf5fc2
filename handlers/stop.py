"""BERHENTI and MULAI: stopping at once, then asking what was meant; and the rights over one's data."""

from __future__ import annotations

import datetime as dt

from conversation.form import Form
from conversation.kinds import Choice
from conversation.turn import Note, Turn
from handlers import consent
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from models import Purpose, Stopped
from services import businesses, consents, phones, tickets

REQUEST_TIME = dt.timedelta(hours=72)  # UU 27/2022 Ps 30, 32, 40: 3 x 24 hours


def stop(desk: Desk, spoken: Spoken) -> Next:
    """Nothing more is sent from this moment; what exactly was meant is asked afterwards."""
    if desk.chat.stopped is Stopped.EVERYTHING:
        return Next((Note("stop.already_stopped"),))
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
    return ask_deletion(desk, spoken)


def like(desk: Desk, spoken: Spoken) -> Next:
    """ "jangan kirim lagi": probably meant, so it is asked."""
    return Next(open="stop_like")


def meant(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Yes: stopped at once."""
    return stop(desk, spoken) if turn.answers["meant"] == "yes" else Next(open="menu")


def start(desk: Desk, spoken: Spoken) -> Next:
    """MULAI: news of one's own number again; announcements only where they were allowed."""
    if desk.chat.stopped is Stopped.NOTHING:
        return Next(open="menu")
    items = spoken.marked(spoken.said("stop.active_service", {}))
    return Next((Note("stop.started", {"items": items}),), open="menu", changes={"stopped": Stopped.NOTHING})


# --- DATA SAYA ---


def my_data(desk: Desk, spoken: Spoken) -> Next:
    """What may be done with one's data."""
    if desk.chat.person_id is None:
        return Next((Note("my_data.nothing"),), open="menu")
    return Next(open="my_data")


def my_data_form(facts: Facts) -> Form:
    """See it here; everything else is a request with a date, or the notice once more."""
    ids = ("see", "correct", "withdraw", "delete", "page")
    return Form(key="my_data", questions=(Choice(key="what", text="my_data.ask", ids=ids, third="lost"),))


def my_data_chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """See, read, or ask an officer to do it within 3 x 24 hours."""
    what = str(turn.answers["what"])
    if what == "see":
        return Next(
            (Note("my_data.see_here", {"date": desk.office.local_day(desk.now), "items": _seen(desk, spoken)}),)
        )
    if what == "page":
        return Next((Note("consent.service_page"), Note("consent.service_page_2")))
    if what == "delete":
        return ask_deletion(desk, spoken)
    return _request(desk, what)


def _seen(desk: Desk, spoken: Spoken) -> object:
    person_id = desk.chat.person_id
    if person_id is None:
        return ""
    lines = []
    for b in businesses.of_person(desk.session, person_id):
        phone = phones.shown(b.phone) if b.phone else "-"
        lines.append(
            f"• {b.owner_name}, {b.name}, {b.address or '-'}, {phone}, {b.nib or '-'}, {', '.join(b.products)}"
        )
    given = [p.value for p, yes in consents.standing(desk.session, person_id).items() if yes]
    names = ", ".join(spoken.said(f"my_data.purposes.{p}", {}) for p in given)
    return "\n".join([*lines, spoken.said("my_data.consents_line", {"items": spoken.marked(names)})])


def ask_deletion(desk: Desk, spoken: Spoken) -> Next:
    """A request with its date; an officer carries it out and says so."""
    if desk.chat.person_id is None:
        return Next((Note("my_data.nothing"),))
    ticket = _ticket(desk, "delete")
    values = {"ticket": ticket, "date": desk.office.local_day(desk.now), "due_date": _due(desk)}
    return Next((Note("my_data.delete_asked", values),))


def _request(desk: Desk, what: str) -> Next:
    return Next((Note("my_data.request_open", {"ticket": _ticket(desk, what), "due_date": _due(desk)}),))


def _ticket(desk: Desk, what: str) -> str:
    return tickets.open_ticket(
        desk.session,
        conversation_id=desk.chat.id,
        person_id=desk.chat.person_id,
        topic=f"data_{what}",
        words=None,
        context={},
        office=desk.office,
        now=desk.now,
    ).code


def _due(desk: Desk) -> dt.date:
    return desk.office.local_day(desk.now + REQUEST_TIME)
