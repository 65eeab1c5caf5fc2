"""Satu orang, satu usaha: read whole, with what is theirs masked until somebody asks, which is written down."""

from starlette.responses import Response

from console import letter_words, looks, meaning
from console.desk import Desk
from services.people import firm, letters, profile


def show(desk: Desk) -> Response:
    """One person, with their own data masked."""
    return _person(desk)


def unmask(desk: Desk) -> Response:
    """The same with names, numbers, and the words of messages; the click is written down."""
    return _person(desk, shown=True)


def _person(desk: Desk, *, shown: bool = False) -> Response:
    who, before = desk.numbered("person"), _before(desk)
    with desk.writing() as session:  # looking is written down
        found = profile.open_(session, desk.actor, who, shown=shown, now=desk.now)
        sent = letters.sent(session, desk.actor, who, before=before)
    values = {"it": found, "letters": sent, "before": before, "shown": shown, "why": letter_words}
    return looks.page(desk, "resident.html", **values)


def _before(desk: Desk) -> int | None:
    return meaning.number(desk.asked.query.get("sebelum") or desk.asked.form.get("sebelum"))


def business(desk: Desk) -> Response:
    """One business, with what is its owner's own masked."""
    return firm_page(desk)


def unmask_business(desk: Desk) -> Response:
    """The same unmasked; the click is written down."""
    return firm_page(desk, shown=True)


def firm_page(desk: Desk, *, shown: bool = False) -> Response:
    """The page of a business."""
    settings = desk.settings
    with desk.writing() as session:  # looking is written down
        found = firm.open_(
            session, desk.actor, desk.numbered("business"), texts=settings.texts, office=settings.office,
            shown=shown, now=desk.now,
        )  # fmt: skip
    return looks.page(desk, "firm.html", it=found, business=found.business, shown=shown)
