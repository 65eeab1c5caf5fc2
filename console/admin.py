"""Pengguna & audit: who works here and what they may do; what was done, by whom, newest first."""

from starlette.responses import Response

from console import looks
from console.desk import Desk
from services import accounts, auditing, staff

MOST = 100


def people(desk: Desk) -> Response:
    """Every account."""
    with desk.reading() as session:
        found = accounts.listed(session, desk.actor)
    return looks.page(desk, "people.html", accounts=found, roles=staff.roles())


def audit(desk: Desk) -> Response:
    """The newest of what was done; looking is written down, too."""
    query = desk.asked.query
    wanted = {name: query.get(name, "").strip()[:100] for name in ("siapa", "apa", "tentang")}
    with desk.writing() as session:
        found = auditing.shown(
            session, desk.actor, who=wanted["siapa"], act=wanted["apa"], subject=wanted["tentang"], limit=MOST,
            now=desk.now,
        )  # fmt: skip
    return looks.page(desk, "audit.html", entries=found, wanted=wanted, most=MOST)
