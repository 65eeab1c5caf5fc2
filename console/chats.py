"""Satu percakapan: any person's chat as they see it, page by page back to its beginning."""

from typing import Any

from starlette.responses import Response

from console import looks
from console.desk import Desk, Gone
from services import transcript
from services.transcript import NoChat


def show(desk: Desk) -> Response:
    """The newest page, or with `sebelum` the one before."""
    return page(desk)


def page(desk: Desk, status: int = 200, **values: Any) -> Response:
    """The chat, and what goes with it."""
    before = desk.asked.query.get("sebelum", "")[:40]
    try:
        with desk.writing() as session:  # looking is written down
            chat = transcript.of_chat(session, desk.actor, number(desk), desk.now, before)
    except NoChat:
        raise Gone from None
    return looks.page(desk, "chat.html", status, chat=chat, before=before, **values)


def number(desk: Desk) -> int:
    """Which chat."""
    asked = int(desk.asked.where["conversation"])
    if asked >= 2**31:
        raise Gone
    return asked
