"""Ajak: some people, named by an address, led to a broadcast that is written for them, or to an event."""

from urllib.parse import urlencode

from starlette.responses import Response

from console import audience_link, looks
from console.desk import Desk, Gone
from models import EventState
from services.broadcasts.audience import Audience, AudienceRefused, in_words
from services.events import lists


def choose(desk: Desk) -> Response:
    """Whom it is about, and where they may be led."""
    try:
        audience = audience_link.read(desk.asked.query.get(audience_link.NAME, ""))
    except AudienceRefused:
        raise Gone from None
    if audience == Audience():  # nobody in particular: there is nothing to lead them to
        raise Gone
    with desk.reading() as session:
        found = lists.all_events(session, desk.actor, past=False, now=desk.now, limit=30)
    who, to_them = in_words(audience, desk.settings.texts), audience_link.to_broadcast(audience)
    return looks.page(
        desk, "gather.html", who=who, broadcast=to_them,
        events=[event for event in found if event.state is EventState.OPEN],
        query=urlencode({audience_link.NAME: audience_link.as_text(audience)}),
    )  # fmt: skip
