"""Audit: what was done, by whom, from when to when, and whether the record is whole."""

import datetime as dt

from starlette.responses import Response

from console import audit_words, looks, meaning
from console.desk import Desk
from services import audit_pages
from services.audit_pages import Asked
from services.calendar import JAKARTA

FIELDS = ("siapa", "apa", "tentang", "dari", "sampai")


def show(desk: Desk) -> Response:
    """One page, the newest first; looking is written down, too."""
    wanted = {name: desk.asked.query.get(name, "").strip()[:100] for name in FIELDS}
    asked = Asked(
        who=wanted["siapa"],
        act=wanted["apa"],
        subject=wanted["tentang"],
        since=_morning(wanted["dari"]),
        until=_morning(wanted["sampai"], days=1),
        before=meaning.number(desk.asked.query.get("sebelum")),
    )
    with desk.writing() as session:
        found = audit_pages.page(session, desk.actor, asked, now=desk.now)
    return looks.page(desk, "audit.html", found=found, wanted=wanted, before=asked.before, says=audit_words)


def _morning(said: str, days: int = 0) -> dt.datetime | None:
    """The beginning of a day in Banten, so many days later."""
    try:
        day = dt.date.fromisoformat(said) + dt.timedelta(days=days)
        return dt.datetime.combine(day, dt.time(), JAKARTA)
    except (ValueError, OverflowError):
        return None
