"""Beranda: what needs a hand now, how the programme stands, and what is on today."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from console import looks, wording
from console.desk import Desk
from services import overview, succession, target
from services.overview import Needs, Standing
from services.target import Progress


def show(desk: Desk) -> Response:
    """The first page after signing in."""
    return looks.page(desk, "home.html", **_gathered(desk))


def sheet(desk: Desk) -> Response:
    """The same as one printed page, for the head of the office."""
    return looks.page(desk, "sheet.html", **_gathered(desk))


def _gathered(desk: Desk) -> Mapping[str, Any]:
    office = desk.settings.office
    with desk.reading() as session:
        needs = overview.needs(session, desk.actor, office, desk.now)
        terms = succession.counting(session, office)
        term = succession.receiver(terms, desk.now)
        code = term.code if term else office.programme
        standing = overview.standing(session, desk.actor, code)
        chats, agreed = overview.reached(session, desk.actor)
        events = overview.today(session, desk.actor, office, desk.now)
    aim = (standing.target if standing else None) or (office.target if code == office.programme else None)
    progress = target.progress(aim, standing.issued, office.local_day(desk.now)) if standing else None
    return {
        "needs": needs,
        "standing": standing,
        "widest": _widest(standing) if standing else 1,
        "progress": progress,
        "events": events,
        "only": code if len(terms) > 1 else None,  # the lists are of all programmes, unless one is named
        "funnel": _funnel(standing, chats, agreed, code if len(terms) > 1 else None) if standing else (),
        "morning": morning(desk, needs, standing, progress),
        "on_the_way": on_the_way,
    }


def _widest(standing: Standing) -> int:
    """All bars have one scale, so that sizes compare."""
    return max((share.quota or share.taken for share in standing.shares), default=1) or 1


def _funnel(standing: Standing, chats: int, agreed: int, only: str | None) -> tuple[tuple[str, int, str | None], ...]:
    """Steps from a first word to a certificate: what it is called, how many, where its people are."""
    first = (("Menyapa bot", chats, None), ("Setuju dilayani", agreed, looks.address("/orang"))) if chats else ()

    def people(tab: str, **more: Any) -> str:
        return looks.address("/pendaftaran", tab=tab, program=only, **more)

    return (
        *first,
        ("Punya nomor", standing.applied, people("semua")),
        ("Dapat tempat", standing.placed, people("semua", tempat="1")),
        ("Diajukan ke BPJPH", standing.filed, people("semua", diajukan="1")),
        ("Sertifikat terbit", standing.issued, people("terbit")),
    )


def on_the_way(progress: Progress) -> str:
    """Sesuai target, or by how much not."""
    if progress.ahead == 0:
        return "sesuai target"
    return f"{looks.number(abs(progress.ahead))} {'di depan' if progress.ahead > 0 else 'tertinggal dari'} target"


def morning(desk: Desk, needs: Needs, standing: Standing | None, progress: Progress | None) -> str:
    """Four lines to send on."""
    number = looks.number
    day = f", hari {progress.day} dari {progress.target.days}" if progress else ""
    lines = [f"{looks.day(desk.now)}{day}"]
    if standing is not None:
        goal = f" (seharusnya {number(progress.should)}; {on_the_way(progress)})" if progress else ""
        lines.append(f"Sertifikat terbit {number(standing.issued)}{goal}")
        full = [wording.regency(share.regency) for share in standing.shares if share.left == 0]
        over = f"; penuh: {', '.join(full)}" if full else ""
        lines.append(f"Tempat kosong {number(standing.left)} dari {number(standing.quota)}{over}")
    late = f"{number(needs.broken)} janji kabar terlewat, {number(needs.tickets_late)} jawaban terlambat"
    lines.append(f"Perlu tangan: {late}, {number(needs.review)} telaah")
    return "\n".join(lines)
