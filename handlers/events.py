"""Acara: what is open, one's own kab/kota first; one event and whether it is genuine; the ways into it by a link."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from conversation.form import Form
from conversation.hearing import Option, normalise
from conversation.kinds import Choice
from conversation.turn import Note, Turn
from handlers import event_mine, result
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.registry import Action
from handlers.spoken import Spoken
from models import Event, EventState
from services import interests
from services.events import inviting, lists, sources, words
from services.events.lists import Line
from texts import Marked

LIST = "events.list"
MINE = "mine"
IN_WORDS = 8  # so many events are written out in the message; more are on pages
LINK = re.compile(r"acara_([a-z0-9]{4,12})(?:_([a-z]\d{1,2}))?")
TYPED = re.compile(r"\s*([^\d\W][\w ]*?)\s+([A-Za-z0-9]{4,12})(?:\s+([A-Za-z]\d{1,2}))?\s*[.!]*\s*")
LONGEST_ECHO = 30
TITLE = 22


def start(desk: Desk, spoken: Spoken) -> Next:
    """ACARA: everything people may sign up for, and what this person signed up for."""
    regency = _regency(desk)
    found = lists.open_events(desk.session, regency, desk.now)
    mine = _mine(spoken) if event_mine.known(desk) else None
    if not found and mine:
        return event_mine.start(desk, spoken)
    if not found:
        return Next((Note("events.nothing_yet"),), open="menu")
    facts = {"lines": [_line(spoken, n, one) for n, one in enumerate(found, 1)], "mine": mine}
    return Next(open="events", facts=facts)


def _mine(spoken: Spoken) -> list[Any]:
    """The row that leads to one's own, as data: it stands among rows that are."""
    option = next(o for o in spoken.options(LIST) if o.id == MINE)
    return [option.label, sorted(option.words), option.description]


def _regency(desk: Desk) -> str | None:
    return interests.regency_of(desk.session, desk.chat.person_id) if desk.chat.person_id is not None else None


def seats(spoken: Spoken, line: Line) -> Any:
    """ "Sisa 12 tempat", or that there is a waiting list."""
    said = spoken.said("events.seats_left", {"left": line.left}) if line.left else spoken.said("events.seats_none", {})
    return spoken.marked(said)


def _line(spoken: Spoken, n: int, line: Line) -> list[str]:
    """Code, title, the line in the message, and the small print below a row of a list."""
    values = {**words.values(line.event, spoken.texts, spoken.language), "n": n, "seats": seats(spoken, line)}
    small = spoken.said("events.row_description", values)
    return [line.event.code, line.event.title, spoken.said("events.line", values), small[:72]]


def form(facts: Facts) -> Form:
    """Which of them?"""
    lines = facts["lines"]
    written = len(lines) <= IN_WORDS
    which = Choice(
        key="which",
        text=LIST,
        prompt=f"{LIST}.ask" if written else f"{LIST}.many",
        ids=(*(line[0] for line in lines), *((MINE,) if facts["mine"] else ())),
        fill=lambda answers: {"items": Marked("\n".join(line[2] for line in lines))},
        listed=written,
        page_prompt="events.page",
        third="lost",
    )
    return Form(key="events", questions=(which,))


def options(facts: Facts) -> Mapping[str, tuple[Option, ...]]:
    """The events as options: their titles are data."""
    titles = [line[1] for line in facts["lines"]]
    found = [
        Option(code, _label(code, title, titles), frozenset((normalise(title), normalise(code))), small)
        for code, title, _, small in facts["lines"]
    ]
    if facts["mine"]:
        label, heard, about = facts["mine"]
        found.append(Option(MINE, label, frozenset(heard), about))
    return {LIST: tuple(found)}


def _label(code: str, title: str, titles: list[str]) -> str:
    """Two events of one name are told apart by their code."""
    alike = sum(result.cut(other, TITLE) == result.cut(title, TITLE) for other in titles) > 1
    return f"{result.cut(title, TITLE - len(code) - 1)} {code}" if alike else result.cut(title, TITLE)


def chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Show one, or what is one's own."""
    which = str(turn.answers["which"])
    return event_mine.start(desk, spoken) if which == MINE else detail(desk, spoken, which)


# --- one event


def detail(desk: Desk, spoken: Spoken, code: str, source: str = "") -> Next:
    """Day, hours, place, map, what is left; and what can be done."""
    event = lists.find(desk.session, code)
    if event is None:
        return Next((Note("events.unknown", {"said": code}),), open="menu")
    if source:
        sources.arrive(desk.session, event.id, source, desk.chat.id, desk.now)
    if signed := event_mine.of_event(desk, event):
        return event_mine.page(desk, spoken, signed, event)
    if closed := _closed(event, desk):
        values = words.values(event, spoken.texts, spoken.language)
        return Next((Note(closed, values),), open="menu")
    invited = desk.chat.person_id is not None and inviting.is_invited(desk.session, event.id, desk.chat.person_id)
    line = lists.line(desk.session, event, _regency(desk), desk.now, invited=invited)
    values = {**words.values(event, spoken.texts, spoken.language), "left": line.left}
    facts = {"code": event.code, "source": source, "full": line.left <= 0, "waiting": line.waiting}
    return Next((Note("events.detail", values),), open="event", facts=facts)


def _closed(event: Event, desk: Desk) -> str | None:
    if event.state is EventState.CANCELLED:
        return "events.cancelled_already"
    if event.ends_at <= desk.now:
        return "events.past"
    return "events.detail_closed" if event.state is not EventState.OPEN or event.starts_at <= desk.now else None


def detail_form(facts: Facts) -> Form:
    """Join, or wait; look at others; ask whether it is genuine."""
    text = "events.detail_full" if facts["full"] else "events.detail"
    prompt = "events.detail_full" if facts["full"] else ""
    waiting = {"waiting": facts["waiting"]}
    what = Choice(key="what", text=text, prompt=prompt, fill=lambda answers: waiting, third="lost")
    return Form(key="event", questions=(what,))


def genuine(desk: Desk, spoken: Spoken, code: str) -> Note:
    """Whether the office knows an event of this code; asked by anybody, before any consent."""
    event = lists.find(desk.session, code)
    if event is None:
        return Note("events.genuine_no", {"said": code.upper()[:LONGEST_ECHO]})
    values = words.values(event, spoken.texts, spoken.language)
    return Note("events.genuine_cancelled" if event.state is EventState.CANCELLED else "events.genuine", values)


# --- the ways in


def link(payload: str) -> Action | None:
    """`t.me/BOT?start=acara_SOS01_A1`: straight to the event, and the link is counted."""
    found = LINK.fullmatch(payload.casefold())
    if found is None:
        return None
    code, source = found[1].upper(), (found[2] or "").upper()
    return lambda desk, spoken: detail(desk, spoken, code, source)


def typed(desk: Desk, spoken: Spoken, text: str) -> Next | None:
    """ "ACARA SOS01 A1" as a poster writes it, "CEK UNDANGAN SOS01"; None: it is neither."""
    if normalise(text) in spoken.words("events.genuine_words"):
        return Next((Note("events.genuine_how"),), open="menu")
    found = TYPED.fullmatch(text)
    if found is None or not any(c.isdigit() for c in found[2]):
        return None
    word, code, source = normalise(found[1]), found[2].upper(), (found[3] or "").upper()
    if word in spoken.words("events.genuine_words"):
        return Next((genuine(desk, spoken, code),), open="menu")
    return detail(desk, spoken, code, source) if word in spoken.words("common.words.events") else None
