"""Tanya jawab: open to everybody, without consent, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from conversation.form import Form
from conversation.kinds import Choice
from conversation.question import Answers
from conversation.turn import Note, Turn
from handlers import officer
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken

# Paragraphs that stand on a fact of the programme each: shown once the office has confirmed it.
LINES: Mapping[str, Sequence[str]] = {
    "cost": ("sehati", "self_paid", "reguler"),
    "how_long": ("self_declare", "reguler"),
}
FURTHER = {"permits": "faq.permits_which", "brand_sni": "faq.brand_sni_which"}


def start(desk: Desk, spoken: Spoken) -> Next:
    """The list of questions."""
    return Next(open="questions")


def genuine(desk: Desk, spoken: Spoken) -> Next:
    """ "Nomor ini asli?": the page of the office is the proof, never this chat."""
    return Next((_page(desk, spoken, "genuine"),), open="questions")


def form(facts: Facts) -> Form:
    """A question, and for two of them which one exactly."""
    which = Choice(key="which", text="faq.ask", third="lost")
    further = [
        Choice(key=key, text=text, prompt=text, when=_chosen(key), third="lost") for key, text in FURTHER.items()
    ]
    return Form(key="questions", questions=(which, *further))


def _chosen(key: str) -> Callable[[Answers], bool]:
    def is_chosen(answers: Answers) -> bool:
        return bool(answers.get("which") == key)

    return is_chosen


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """The page, and the list again below it."""
    which = str(turn.answers["which"])
    page = str(turn.answers.get(which) or which)
    if page == "other":
        return officer.start(desk, spoken)
    return Next((_page(desk, spoken, page),), open="questions")


def _page(desk: Desk, spoken: Spoken, page: str) -> Note:
    """A page; where it stands on a fact, its note names the source, or says that the office is confirming it."""
    name = desk.texts.fact_of(f"faq.{page}")
    fact = desk.office.confirmed(name) if name else None
    note = Note("faq.note", {"source": fact.source, "as_of": fact.as_of}) if fact else Note("faq.page_unconfirmed")
    said = {"lines": _lines(desk, spoken, page), "note": spoken.said(note.key, note.values)}
    return Note(f"faq.{page}", {name: spoken.marked(words) for name, words in said.items()})


def _lines(desk: Desk, spoken: Spoken, page: str) -> str:
    said = []
    for name in LINES.get(page, ()):
        key = f"faq.{page}_lines.{name}"
        if not desk.texts.has(key):
            continue
        fact = desk.office.confirmed(desk.texts.fact_of(key) or "")
        if fact:
            said.append(
                spoken.said(key, {"source": fact.source, "as_of": fact.as_of, "fee": fact.value, "days": fact.value})
            )
    return "\n".join(said) or spoken.said("faq.page_unconfirmed", {})
