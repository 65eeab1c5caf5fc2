"""Percakapan: who waits for an answer, one ticket with the chat as its person sees it, answering and closing."""

import re
from typing import Any

from starlette.responses import Response

from console import looks, meaning
from console.desk import Desk, Gone, to
from console.meaning import one_of, places
from models import Channel, Topic
from services import answers, finding, ticket_queue, tickets, transcript
from services.answers import NobodyToTell, Way
from services.finding import NotFound
from services.staff import Forbidden, Right
from services.ticket_queue import Tab, Wanted
from services.tickets import NoTicket

CODE = re.compile(r"[tT]-?(\d{1,9})")
LONGEST = 3000  # letters of an answer: Telegram and WhatsApp carry some more
SAID = {Way.SENT: "terkirim", Way.HELD: "ditahan", Way.SILENT: "diam"}


class Changed(Exception):
    """Somebody else answered meanwhile."""


def listing(desk: Desk) -> Response:
    """Those whose promise is broken first; htmx asks for the table alone."""
    wanted = _wanted(desk)
    with desk.writing() as session:  # looking is written down
        found = ticket_queue.find(session, desk.actor, wanted, desk.now)
        counts = None if desk.asked.fragment else ticket_queue.counts(session, desk.actor, desk.now)
    template = "tickets_table.html" if desk.asked.fragment else "tickets.html"
    values = {"found": found, "wanted": found.wanted, "counts": counts, "asked": _asked(found.wanted)}
    unfound = desk.asked.query.get("tidak", "")[:80]
    return looks.page(desk, template, **values, places=places(desk), unfound=unfound)


def search(desk: Desk) -> Response:
    """On to what was named: a ticket (T-12), or the chat behind a telephone number or a number in the programme."""
    named = desk.asked.query.get("cari", "").strip()[:80]
    if ticket := CODE.fullmatch(named):
        return to(f"/percakapan/{ticket[1]}")
    try:
        with desk.writing() as session:
            found = finding.chat(session, desk.actor, named, now=desk.now)
    except (NotFound, Forbidden):  # nobody learns which
        return to("/percakapan", tidak=named or None)
    return to(f"/percakapan/orang/{found.conversation_id}")


def _wanted(desk: Desk) -> Wanted:
    """What is asked for; what makes no sense is left out rather than refused."""
    query = desk.asked.query
    return Wanted(
        tab=one_of(Tab, query.get("tab")) or Tab.OPEN,
        topic=one_of(Topic, query.get("topik")),
        channel=one_of(Channel, query.get("kanal")),
        regency=meaning.regency(query.get("kab")),
        page=meaning.page(query),
    )


def _asked(wanted: Wanted) -> dict[str, Any]:
    """The same as the query of an address."""
    channel = wanted.channel.value if wanted.channel else ""
    return {"tab": wanted.tab.value, "topik": wanted.topic or "", "kanal": channel, "kab": wanted.regency or ""}


def show(desk: Desk) -> Response:
    """One ticket."""
    return _page(desk)


def answer(desk: Desk) -> Response:
    """Answer it. The same words twice go out once; an answer somebody else gave meanwhile is shown first."""
    words = desk.asked.form.get("jawaban", "").strip()
    if not 0 < len(words) <= LONGEST:
        return _page(desk, fault="empty" if not words else "long")
    try:
        with desk.writing() as session:
            before = tickets.page(session, desk.actor, _id(desk), desk.now).answers
            if desk.asked.form.get("terlihat") != str(len(before)) and not _mine(desk, words, before):
                raise Changed
            way = answers.answer_once(
                session, desk.actor, _id(desk), words=words, texts=desk.settings.texts, now=desk.now
            )
    except (NobodyToTell, Changed) as fault:
        return _page(desk, fault="changed" if isinstance(fault, Changed) else "nobody")
    except NoTicket:
        raise Gone from None
    return to(f"/percakapan/{_id(desk)}", pesan=SAID[way] if way else "dobel")


def close(desk: Desk) -> Response:
    """Close it; the person is asked whether it helped."""
    try:
        with desk.writing() as session:
            done = answers.close(session, desk.actor, _id(desk), texts=desk.settings.texts, now=desk.now)
    except NoTicket:
        raise Gone from None
    return to(f"/percakapan/{_id(desk)}", pesan="ditutup" if done else "sudah_ditutup")


def _id(desk: Desk) -> int:
    return desk.numbered("ticket")


def _mine(desk: Desk, words: str, before: tuple[tickets.Said, ...]) -> bool:
    """It is this very answer that was sent already: nobody else's."""
    return any(said.words == words and said.officer == desk.actor.called for said in before)


def _page(desk: Desk, fault: str | None = None) -> Response:
    try:
        with desk.writing() as session:
            found = tickets.page(session, desk.actor, _id(desk), desk.now)
            chat = transcript.of_ticket(session, desk.actor, _id(desk), desk.now) if desk.may(Right.REVIEW) else None
    except NoTicket:
        raise Gone from None
    status = {None: 200, "changed": 409}.get(fault, 422)
    typed = desk.asked.form.get("jawaban", "")
    values = {
        "it": found,
        "line": found.line,
        "chat": chat,
        "fault": fault,
        "typed": typed,
        "longest": LONGEST,
    }
    return looks.page(desk, "ticket.html", status, **values)
