"""Beranda: what needs a hand now."""

from starlette.responses import Response

from console import looks
from console.desk import Desk
from services import worklist


def show(desk: Desk) -> Response:
    """The first page after signing in."""
    with desk.reading() as session:
        waits = worklist.of(session, desk.actor, desk.now)
    return looks.page(desk, "home.html", waits=waits)
