"""Petugas dan lapor: somebody wants a human, or has something to report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conversation.form import Form
from conversation.kinds import Choice, Written
from conversation.question import Answers
from conversation.said import Text
from conversation.turn import Note, Turn
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from services import tickets


def start(desk: Desk, spoken: Spoken) -> Next:
    """Ask what the question is."""
    return _open(desk, {})


def stuck(desk: Desk, spoken: Spoken, question: str) -> Next:
    """An officer is wanted for the question one was at; the ticket says which."""
    run = desk.chat.run
    return _open(desk, {"form": run.form if run else None, "question": question})


def _open(desk: Desk, context: Mapping[str, Any]) -> Next:
    return Next(open="officer", facts={"consented": desk.chat.person_id is not None, "context": dict(context)})


def form(facts: Facts) -> Form:
    """Without consent only the question and the number are kept, and that is asked first."""
    agree = Choice(
        key="agree",
        text="officer.opened_no_consent",
        prompt="officer.opened_no_consent",
        third="lost",
        when=lambda answers: not facts["consented"],
    )
    words = Written(key="words", text="officer.ask", most=1000, third="lost", when=_agreed)
    return Form(key="officer", questions=(agree, words), stop=_declined)


def _agreed(answers: Answers) -> bool:
    return bool(answers.get("agree", "yes") == "yes")


def _declined(answers: Answers) -> str | None:
    return "declined" if answers.get("agree") == "no" else None


def declined(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Nothing is kept; the menu stays."""
    return Next((Note("consent.service_no"),), open="menu")


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """A ticket with the question; until it is answered the bot keeps quiet in this chat."""
    ticket = tickets.open_ticket(
        desk.session,
        conversation_id=desk.chat.id,
        person_id=desk.chat.person_id,
        topic="question",
        words=str(turn.answers["words"]),
        context=turn.run.facts["context"],
        office=desk.office,
        now=desk.now,
    )
    values = {"ticket": ticket.code, "answer_by": ticket.answer_by}
    return Next((Note("officer.opened", values),), changes={"quiet_until": ticket.answer_by})


def quiet(desk: Desk, spoken: Spoken, said: Text) -> Next | None:
    """While an officer is answering, what is written goes to the ticket; MENU wakes the bot."""
    if desk.chat.quiet_until is None or desk.now >= desk.chat.quiet_until:
        return None
    code = tickets.add_words(desk.session, desk.chat.id, said.text)
    return Next((Note("officer.added", {"ticket": code}),)) if code else None


# --- LAPOR ---

REPORT = Form(key="report", questions=(Written(key="words", text="report.ask", most=1000, third="lost"),))


def report(desk: Desk, spoken: Spoken) -> Next:
    """Ask what happened; no name is needed."""
    return Next(open="report")


def reported(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """A ticket. Without consent it is kept without the chat it came from."""
    known = desk.chat.person_id is not None
    ticket = tickets.open_ticket(
        desk.session,
        conversation_id=desk.chat.id if known else None,
        person_id=desk.chat.person_id,
        topic="report",
        words=str(turn.answers["words"]),
        context={},
        office=desk.office,
        now=desk.now,
    )
    return Next((Note("report.done", {"ticket": ticket.code, "answer_by": ticket.answer_by}), Note("report.about_us")))
