"""Acara: what is to come and what has been, and one event in numbers, from invitation to certificate."""

from starlette.responses import Response

from console import event_filled, event_words, looks
from console.desk import Desk, Gone
from services.events import funnel, lists, plans
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
            count, way = lists.count(session, event.id), funnel.of_event(session, event)
            shares, plan = lists.shares(session, event.id), plans.plan_of(session, event.id)
    except EventRefused:
        raise Gone from None
    return looks.page(
        desk, "event.html", event=event, count=count, funnel=way, shares=shares, plan=plan, ew=event_words,
        reminders=event_filled.REMINDERS, audiences=event_filled.AUDIENCES,
    )  # fmt: skip
