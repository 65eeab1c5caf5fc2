"""Sesudah acara: three questions whoever came may answer, and from the hall into the programme by one tap."""

from __future__ import annotations

from conversation.form import Form
from conversation.kinds import Choice, Written
from conversation.turn import Note, Turn
from handlers import menu
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from services.events import after

ASK = "events.start_journey"


def answered(desk: Desk, spoken: Spoken, which: str, option: str) -> Next | None:
    """ "Isi pendapat" or "Lewati", by a button or with a code ("PENDAPAT E3"); None: we asked them nothing."""
    person_id = desk.chat.person_id
    found = after.of_person(desk.session, person_id, which) if person_id is not None else None
    if found is None:
        return None
    row, sign_up, event = found
    facts = {"id": row.id, "event": event.title, "name": sign_up.name}
    if option == "skip":
        return _onward(desk, facts, Note("events.feedback_skipped"))
    return Next(open="feedback", facts=facts) if option == "fill" else None


FEEDBACK = Form(
    key="feedback",
    questions=(
        Choice(key="useful", text="events.feedback_useful", third="lost"),
        Choice(key="clear", text="events.feedback_clear", third="lost"),
        Written(key="words", text="events.feedback_words", most=after.LONGEST, skippable=True, third="lost"),
    ),
)


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Keep the answers, say thank you, and offer the way into the programme to who is not in it."""
    said, facts = turn.answers, turn.run.facts
    words = said.get("words")
    told = {"useful": str(said["useful"]), "clear": str(said["clear"]), "words": str(words) if words else None}
    after.keep(desk.session, int(facts["id"]), **told, now=desk.now)  # type: ignore[arg-type]
    lost = (Note("events.feedback_unclear"),) if said["clear"] == "no" else ()
    return _onward(desk, facts, Note("events.feedback_thanks"), *lost)


def _onward(desk: Desk, facts: Facts, *notes: Note) -> Next:
    person_id = desk.chat.person_id
    if person_id is None or after.in_programme(desk.session, person_id):
        return Next(notes, open="menu")
    after.started(desk.session, int(facts["id"]), desk.now)
    return Next(notes, open="start_journey", facts={"event": facts["event"], "name": facts["name"]})


def start_tapped(desk: Desk, spoken: Spoken, which: str, option: str) -> Next | None:
    """The same, asked a day later of who left the questions alone; None: we asked them nothing."""
    person_id = desk.chat.person_id
    if person_id is None or after.of_person(desk.session, person_id, which) is None:
        return None
    if option == "yes":
        return menu.journey(desk, spoken)
    return Next((Note("events.start_later"),), open="menu")


def start_form(facts: Facts) -> Form:
    """Now, later, or not at all."""
    told = {"event": facts["event"], "name": facts["name"]}
    return Form(
        key="start_journey", questions=(Choice(key="now", text=ASK, prompt=ASK, fill=lambda a: told, third="lost"),)
    )


def started(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """One tap, and the first question is asked."""
    if turn.answers["now"] == "yes":
        return menu.journey(desk, spoken)
    return Next((Note("events.start_later"),), open="menu")
