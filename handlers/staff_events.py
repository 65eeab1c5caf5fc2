"""Acara untuk petugas: /acara lists them, /acara SOS01 shows one, /acara SOS01 pintu makes a link for its door."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from handlers.desk import Desk, Reply
from models import Event
from services.events import doors, funnel, lists, queue, tickets, words
from services.events.rules import EventRefused, Wrong
from services.staff import Actor, Right, demand
from texts import Marked
from texts.bubble import Bubble

ASKED = re.compile(r"([A-Za-z0-9]{4,12})(?:\s+(pintu))?", re.IGNORECASE)
MOST = 10  # events, or people who wait, in one message


def shown(desk: Desk, actor: Actor, rest: str) -> Reply:
    """What was asked for, as far as the actor may see it at this moment. Raises Forbidden."""
    if not rest.strip():
        return _list(desk, actor)
    found = ASKED.fullmatch(rest.strip())
    if found is None:
        return _says(desk, "staff.events_how")
    try:
        return _door(desk, actor, found[1]) if found[2] else _one(desk, actor, found[1])
    except EventRefused as refused:
        return _says(desk, "staff.events_unknown" if refused.why is Wrong.UNKNOWN else "staff.events_over")


def _list(desk: Desk, actor: Actor) -> Reply:
    found = lists.all_events(desk.session, actor, past=False, now=desk.now, limit=MOST)
    lines = [_text(desk, "staff.events_line", **_values(desk, event)) for event in found]
    if not lines:
        return _says(desk, "staff.events_none")
    return _says(desk, "staff.events", items=Marked("\n".join(lines)))


def _one(desk: Desk, actor: Actor, code: str) -> Reply:
    """The numbers to the end of the way, and the first who wait; that their names were seen is noted."""
    event = lists.for_staff(desk.session, actor, code)
    waiting = lists.waiting(desk.session, actor, event, desk.now, MOST)
    names = [
        _text(desk, "staff.events_waiting", n=n, name=one.name, business=one.business)
        for n, one in enumerate(waiting, 1)
    ]
    counts = asdict(funnel.of_event(desk.session, event))
    more = {"items": Marked("\n".join(names) or _text(desk, "staff.events_nobody"))}
    return _says(desk, "staff.event", **{**_values(desk, event), **counts, **more})


def _door(desk: Desk, actor: Actor, code: str) -> Reply:
    """A new link for the day, shown once: in a chat that is this member of staff's alone."""
    demand(actor, Right.EVENTS)
    base = desk.office.public_url
    if not base:
        return _says(desk, "staff.events_no_address")
    token = doors.MARK + "".join(desk.new_run_id() for _ in range(6))
    doors.make(desk.session, actor, code, actor.called, token=token, now=desk.now)
    return _says(desk, "staff.events_door", event_code=code.upper(), url=Marked(f"{base}{tickets.DOOR}{token}"))


def _values(desk: Desk, event: Event) -> dict[str, Any]:
    return {
        **words.values(event, desk.texts, desk.chat.lang),
        "taken": event.taken,
        "waiting": queue.length(desk.session, event.id),
    }


def _text(desk: Desk, key: str, **values: Any) -> str:
    return desk.texts.text(key, desk.chat.lang, **values)


def _says(desk: Desk, key: str, **values: Any) -> Reply:
    return Reply(Bubble(_text(desk, key, **values)))
