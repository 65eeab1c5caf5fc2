"""Acara: what is to come and what has been, and one event in numbers, from invitation to attendance."""

from starlette.responses import Response

from console import event_words, looks
from console.desk import Desk, Gone
from services.events import lists
from services.events.rules import EventRefused


def listing(desk: Desk) -> Response:
    """The nearest first; or what has been, the newest first."""
    past = desk.asked.query.get("lalu") == "1"
    with desk.reading() as session:
        found = lists.all_events(session, desk.actor, past=past, now=desk.now)
    return looks.page(desk, "events.html", events=found, past=past, ew=event_words)


def show(desk: Desk) -> Response:
    """One event."""
    code = desk.asked.where["code"].upper()[:12]
    try:
        with desk.reading() as session:
            event = lists.for_staff(session, desk.actor, code)
            count = lists.count(session, event.id)
            shares = lists.shares(session, event.id)
    except EventRefused:
        raise Gone from None
    return looks.page(desk, "event.html", event=event, count=count, shares=shares, ew=event_words)
