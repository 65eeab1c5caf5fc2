"""Percakapan: who waits for an answer, one ticket with the chat as its person sees it, answering and closing."""

from starlette.responses import Response

from console import looks
from console.desk import Desk, Gone, to
from services import answers, tickets, transcript
from services.answers import NobodyToTell, Way
from services.staff import Right
from services.tickets import NoTicket

MOST = 100  # lines of the list; what is late stands first
LONGEST = 3000  # letters of an answer: Telegram and WhatsApp carry some more
SAID = {Way.SENT: "terkirim", Way.HELD: "ditahan", Way.SILENT: "diam"}
TOPICS = {
    "question": "Pertanyaan", "call": "Minta ditelepon", "report": "Laporan", "check": "Perlu dicek",
    "trouble": "Gangguan", "promise": "Janji kabar", "interest": "Minat", "certificate": "Sertifikat",
}  # fmt: skip


class Changed(Exception):
    """Somebody else answered meanwhile."""


def listing(desk: Desk) -> Response:
    """Those whose promise is broken first."""
    closed = desk.asked.query.get("tutup") == "1"
    with desk.writing() as session:  # looking is written down
        lines = tickets.listing(session, desk.actor, desk.now, closed)
    late = sum(line.state == "late" for line in lines)
    waiting = sum(line.state in ("late", "waiting") for line in lines)
    values = {"lines": lines[:MOST], "total": len(lines), "late": late, "waiting": waiting, "closed": closed}
    return looks.page(desk, "tickets.html", **values, topics=TOPICS)


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
    number = int(desk.asked.where["ticket"])
    if number >= 2**31:
        raise Gone
    return number


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
    values = {"it": found, "line": found.line, "chat": chat, "fault": fault, "typed": typed, "longest": LONGEST}
    return looks.page(desk, "ticket.html", status, **values, topics=TOPICS)
