"""Acara saya: the entry card, who comes in the owner's place, one tap to cancel; and answers to what the bot asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conversation.form import Form
from conversation.hearing import Option, normalise
from conversation.kinds import Choice, Written
from conversation.turn import Note, Turn
from handlers import registration, result
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from models import Event, Language, SignUp, SignUpState
from services.events import certifying, giving, lists, queue, signing, tickets, words
from services.events.signing import Signed, What
from texts import Marked

LIST = "events.my_list"
STANDING = {
    SignUpState.REGISTERED: "events.standing_in",
    SignUpState.ATTENDED: "events.standing_in",
    SignUpState.WAITING: "events.standing_waiting",
    SignUpState.OFFERED: "events.standing_offered",
}


def known(desk: Desk) -> list[tuple[SignUp, Event]]:
    """What this person signed up for and is still to come."""
    person_id = desk.chat.person_id
    return lists.of_person(desk.session, person_id, desk.now) if person_id is not None else []


def of_event(desk: Desk, event: Event) -> SignUp | None:
    """This person's sign-up for an event; the first, where they come with several businesses."""
    return next((row for row, other in known(desk) if other.id == event.id), None)


def start(desk: Desk, spoken: Spoken) -> Next:
    """One event: its page. Several: which one?"""
    mine = known(desk)
    if not mine:
        return Next((Note("events.nothing_yet"),), open="menu")
    if len(mine) == 1:
        return page(desk, spoken, *mine[0])
    lines = [_line(spoken, n, row, event) for n, (row, event) in enumerate(mine, 1)]
    return Next(open="events_mine", facts={"lines": lines})


def _line(spoken: Spoken, n: int, row: SignUp, event: Event) -> list[str]:
    standing = Marked(spoken.said(STANDING[row.state], {"code4": row.digits}))
    values = {**words.values(event, spoken.texts, spoken.language), "business": row.business}
    return [str(row.id), event.title, spoken.said("events.my_line", {**values, "n": n, "standing": standing})]


def form(facts: Facts) -> Form:
    """Which of one's own?"""
    lines = facts["lines"]
    which = Choice(
        key="which",
        text=LIST,
        prompt=f"{LIST}.ask",
        ids=tuple(line[0] for line in lines),
        fill=lambda answers: {"items": Marked("\n".join(line[2] for line in lines))},
        listed=True,
        third="lost",
    )
    return Form(key="events_mine", questions=(which,))


def options(facts: Facts) -> Mapping[str, tuple[Option, ...]]:
    """One's events as options."""
    return {
        LIST: tuple(
            Option(key, f"{result.cut(title, 18)} {n}", frozenset((normalise(title),)))
            for n, (key, title, _) in enumerate(facts["lines"], 1)
        )
    }


def chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Show that one."""
    which = int(turn.answers["which"])
    found = next(((row, event) for row, event in known(desk) if row.id == which), None)
    return page(desk, spoken, *found) if found else start(desk, spoken)


# --- one sign-up


def page(desk: Desk, spoken: Spoken, row: SignUp, event: Event, *before: Note) -> Next:
    """How a sign-up stands: the card again, the number on the list, or the offer that waits."""
    if row.state is SignUpState.OFFERED:
        values = {**_values(desk, spoken, row, event), "deadline": row.offer_until}
        return Next((*before, Note("events.offered_now", values)), open="event_in", facts=_facts(row))
    if row.state is SignUpState.WAITING:
        number = queue.position(desk.session, event, row)
        note = Note("events.still_waiting", {**_values(desk, spoken, row, event), "position": number or 0})
        return Next((*before, note), open="event_in", facts=_facts(row))
    return card(desk, spoken, row, event, *before)


def card(desk: Desk, spoken: Spoken, row: SignUp, event: Event, *before: Note) -> Next:
    """The entry card: the words, the picture with the QR, and the entry for the phone's calendar."""
    note = Note("events.joined", _values(desk, spoken, row, event))
    linked = spoken.said("events.calendar_link", {"url": Marked("{url}")})
    carried = {"ticket": row.token, "event": event.code, "linked": linked}
    return Next((*before, note), open="event_in", facts=_facts(row), document=carried)


def waits(row: SignUp, *before: Note) -> Next:
    """Somebody who has just come onto the waiting list, and what they can do."""
    return Next(before, open="event_in", facts=_facts(row))


def new_token(desk: Desk) -> str:
    """Chance for the QR of a card: nobody can guess another's."""
    return tickets.MARK + "".join(desk.new_run_id() for _ in range(4))


def _values(desk: Desk, spoken: Spoken, row: SignUp, event: Event) -> dict[str, Any]:
    return {
        **words.values(event, spoken.texts, spoken.language),
        "name": row.name,
        "attendee": row.stand_in or row.name,
        "business": row.business,
        "code": row.code,
        "code4": row.digits,
    }


def _facts(row: SignUp) -> Facts:
    return {"id": row.id, "in": row.state is SignUpState.REGISTERED, "offered": row.state is SignUpState.OFFERED}


def in_form(facts: Facts) -> Form:
    """The card, somebody else, cancelling, other events; an offered place may be taken here too."""
    ids = ("ticket", "stand_in", "leave", "list") if facts["in"] else ("leave", "list")
    ids = ("take", *ids) if facts["offered"] else ids
    what = Choice(key="what", text="events.in", prompt="", ids=ids, third="lost")
    who = Written(
        key="stand_in",
        text="events.who_comes",
        check=registration.person_name,
        when=lambda answers: answers.get("what") == "stand_in",
        third="lost",
    )
    return Form(key="event_in", questions=(what, who))


def acted(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Show the card, note who comes, cancel at once, or go back to the list."""
    what, which = str(turn.answers["what"]), str(turn.run.facts["id"])
    row = _mine(desk, which)
    if what == "list" or row is None:
        return Next(open="events_again")
    if what == "leave":
        return _left(desk, spoken, signing.leave(desk.session, row.id, desk.now))
    if what == "take":
        return _answered(desk, spoken, signing.take_offer(desk.session, row.id, desk.now))
    if what == "stand_in":
        row = signing.comes_instead(desk.session, row.id, str(turn.answers["stand_in"]), desk.now)
        note = Note("events.stand_in_noted", {"attendee": row.stand_in or row.name})
        return card(desk, spoken, row, lists.event_of(desk.session, row), note)
    return page(desk, spoken, row, lists.event_of(desk.session, row))


def _mine(desk: Desk, which: str) -> SignUp | None:
    person_id = desk.chat.person_id
    return signing.mine(desk.session, person_id, which) if person_id is not None else None


# --- questions the bot started: "HADIR E3", "TIDAK E3", "AMBIL E3"


def answered(desk: Desk, spoken: Spoken, which: str, option: str) -> Next | None:
    """An answer by a button's number or a typed code; None: no such sign-up of this person."""
    row = _mine(desk, which)
    if row is None:
        return None
    if option in ("not_come", "skip"):
        return _left(desk, spoken, signing.leave(desk.session, row.id, desk.now))
    if option == "take":
        return _answered(desk, spoken, signing.take_offer(desk.session, row.id, desk.now))
    if option in ("certificate", "materials"):
        return _given(desk, spoken, row, option)
    if option in ("come", "late"):
        return _answered(desk, spoken, signing.confirm(desk.session, row.id, late=option == "late", now=desk.now))
    return None


SAID: Mapping[What, str] = {
    What.COMES: "events.h1_come",
    What.LATE: "events.h1_late",
    What.OVER: "events.over",
    What.CLOSED: "events.over",
    What.ALREADY: "events.already",
    What.NOTHING: "events.nothing_free",
    What.WAITING: "events.still_waiting",
}


def _answered(desk: Desk, spoken: Spoken, done: Signed) -> Next:
    row, event = done.sign_up, done.event
    if row is None:
        raise LookupError("an answer to no sign-up")
    if done.what is What.TAKEN:
        note = Note("events.seat_taken", _values(desk, spoken, row, event))
        return card(desk, spoken, row, event, note)
    if done.what is What.OVER and row.state is SignUpState.CANCELLED and signing.open_now(event, desk.now):
        return Next((Note("events.left_before", _values(desk, spoken, row, event)),), open="menu")
    values = {**_values(desk, spoken, row, event), "position": done.position or 0}
    return Next((Note(SAID[done.what], values),), open="menu")


def _given(desk: Desk, spoken: Spoken, row: SignUp, option: str) -> Next:
    """ "SERTIFIKAT E3", "MATERI E3": once more, or that there is none yet."""
    event, words_of = lists.event_of(desk.session, row), (spoken.texts, Language(spoken.language))
    if option == "materials" and row.attended_at is not None and (key := giving.materials_key(event)):
        note = Note(key, giving.materials_values(*words_of, event))
        return Next((note,), open="menu", document=giving.materials_document(*words_of, event))
    found = certifying.of_sign_up(desk.session, row.id) if option == "certificate" else None
    if found is None:
        return Next((Note(f"events.{option}_none", _values(desk, spoken, row, event)),), open="menu")
    note = Note("events.certificate", giving.certificate_values(*words_of, event, row, found[2]))
    return Next((note,), open="menu", document=giving.certificate_document(*words_of, row, found[2]))


def _left(desk: Desk, spoken: Spoken, done: Signed) -> Next:
    row, event = done.sign_up, done.event
    if row is None or done.what is not What.LEFT:
        return _answered(desk, spoken, done)
    key = "events.leave_waiting" if done.waited else "events.left"
    return Next((Note(key, _values(desk, spoken, row, event)),), open="menu")
