"""Tanya jawab: open to everybody, without consent, by number or in one's own words; nothing of the person is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from conversation.form import Form
from conversation.hearing import Option, normalise
from conversation.kinds import Choice, typed
from conversation.question import Answers, Ear, Heard, Label, Take
from conversation.said import Said, Text
from conversation.turn import Note, Turn
from handlers import commands, finding, interest, officer
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from services import asked as kept

# Paragraphs that stand on a fact of the programme each: shown once the office has confirmed it.
LINES: Mapping[str, Sequence[str]] = {
    "cost": ("sehati", "self_paid", "reguler"),
    "how_long": ("self_declare", "reguler"),
}
FURTHER = {"permits": "faq.permits_which", "brand_sni": "faq.brand_sni_which"}
LISTED = ("process", "documents", "cost", "how_long", "scams", "genuine", "permits", "brand_sni", "other")
NAMED = {  # where the label of a page stands
    **dict.fromkeys(("process", "documents", "cost", "how_long", "scams", "genuine"), "faq.ask"),
    **dict.fromkeys(("nib", "pirt", "md", "slhs"), "faq.permits_which"),
    **dict.fromkeys(("brand", "sni"), "faq.brand_sni_which"),
}
MAYBE = "faq.maybe"  # the text key of options that are pages
PHONE_DIGITS = 6  # so many digits in "apakah … asli?" are another number, which we do not vouch for


@dataclass(frozen=True, eq=False, kw_only=True)
class Asking(Choice):
    """The list of pages; whatever else is typed is a question, looked up by its words."""

    raws: ClassVar[tuple[type, ...]] = (str, dict)

    def hear(self, said: Said, ear: Ear) -> Heard:
        """A number, a page by its name, a question that has a page, a question that has none."""
        heard = super().hear(said, ear)
        text = typed(said)
        if text is None or (isinstance(heard, Take) and heard.sure) or not isinstance(ear.words, Spoken):
            return heard
        if found := finding.pages(ear.words.words, text):
            other = "genuine" in found and sum(map(str.isdigit, text)) >= PHONE_DIGITS
            return Take({"pages": list(found), "other": other}, sure=False)
        if isinstance(heard, Take):
            return heard
        several = len(normalise(text).split()) > 1
        return Take({"asked": text}, sure=False) if several and not _slip(ear.words, text) else heard

    def read(self, raw: Any, answers: Answers) -> Any:
        """An option, or what was looked up."""
        return raw


def _slip(spoken: Spoken, text: str) -> bool:
    return commands.nearly(spoken.texts, text) is not None


def start(desk: Desk, spoken: Spoken) -> Next:
    """The list of questions."""
    return Next(open="questions")


def genuine(desk: Desk, spoken: Spoken) -> Next:
    """ "Nomor ini asli?": the page of the office is the proof, never this chat."""
    return _shown(desk, spoken, "genuine")


def opener(page: str) -> Callable[[Desk, Spoken], Next]:
    """What shows a page."""
    return lambda desk, spoken: _shown(desk, spoken, page)


def asked(desk: Desk, spoken: Spoken, said: Text) -> Next | None:
    """A question typed where nothing is open: its page, if one and only one fits."""
    if not finding.is_question(spoken.words, said.text) or finding.is_about_events(spoken.words, said.text):
        return None
    found = finding.pages(spoken.words, said.text)
    return _shown(desk, spoken, found[0]) if len(found) == 1 else None


def form(facts: Facts) -> Form:
    """A question, and for two of them which one exactly. Below a page one can be interested in, that as well."""
    ids = (*LISTED, "interest") if facts.get("page") else LISTED
    which = Asking(key="which", text="faq.ask", ids=ids, third="lost")
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
    which: Any = turn.answers["which"]
    if isinstance(which, Mapping):
        return _looked_up(desk, spoken, which)
    page = str(turn.answers.get(which) or which)
    if page == "other":
        return officer.start(desk, spoken)
    if page == "interest":
        return interest.opened(desk, str(turn.run.facts["page"]))
    return _shown(desk, spoken, page)


def _looked_up(desk: Desk, spoken: Spoken, heard: Mapping[str, Any]) -> Next:
    if "asked" in heard:
        return _not_found(desk, str(heard["asked"]))
    found = heard["pages"]
    if len(found) > 1:
        lines = [[page, spoken.label(Label(NAMED[page], page))] for page in found]
        return Next(open="faq_maybe", facts={"lines": lines})
    return _shown(desk, spoken, found[0], *((Note("faq.genuine_other"),) if heard["other"] else ()))


def _shown(desk: Desk, spoken: Spoken, page: str, *below: Note) -> Next:
    facts = {"page": page} if page in finding.SUBJECTS else {}
    return Next((_page(desk, spoken, page), *below), open="questions", facts=facts)


# --- several pages may be meant; none is ---


def maybe_form(facts: Facts) -> Form:
    """Which of the pages that fit?"""
    ids = tuple(page for page, _ in facts["lines"])
    errors = ("common.err_choice_1", "common.err_choice_2")
    which = Choice(key="which", text=MAYBE, prompt="faq.found_maybe", ids=ids, errors=errors, third="lost")
    return Form(key="faq_maybe", questions=(which,))


def maybe_options(facts: Facts) -> Mapping[str, tuple[Option, ...]]:
    """The pages as options."""
    return {MAYBE: tuple(Option(page, label, frozenset((normalise(label),))) for page, label in facts["lines"])}


def maybe_chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """The page that was meant."""
    return _shown(desk, spoken, str(turn.answers["which"]))


def _not_found(desk: Desk, words: str) -> Next:
    """The question is kept for the office to see; an officer is offered."""
    known = desk.chat.person_id
    kept.keep(desk.session, known, words, desk.now)
    return Next(open="faq_not_found", facts={"words": words} if known is not None else {})


def not_found_form(facts: Facts) -> Form:
    """An officer, or the list again."""
    what = Choice(key="what", text="faq.not_found", prompt="faq.not_found", third="lost")
    return Form(key="faq_not_found", questions=(what,))


def not_found_chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """With consent the officer gets the question as it was typed; without it, it was not kept and is asked for."""
    if turn.answers["what"] != "officer":
        return start(desk, spoken)
    words = turn.run.facts.get("words")
    return officer.asked(desk, str(words)) if words else officer.start(desk, spoken)


# --- a page ---


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
