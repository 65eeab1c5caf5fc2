"""Menu: the greeting, the list of services, the language, and the way back into a form that was laid aside."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from conversation.form import Form
from conversation.kinds import Choice
from conversation.question import Answers, Phrase
from conversation.turn import Note, Turn
from handlers import check, consent, finding, whose
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from models import Draft, Language, Purpose
from services import drafts, persons

SERVICES = ("journey", "status", "events", "questions", "officer", "my_data", "language")
JOURNEY = drafts.KEPT

PAGES = tuple(f"faq.{page}" for page in finding.PAGES)  # what a question typed at the menu may lead to


def start(desk: Desk, spoken: Spoken) -> Next:
    """Greet somebody we know, or somebody who came back, and show what we do.

    Who was away for hours and left a form half-way is offered to go on with it first.
    """
    if gone := expired(desk):
        return gone
    if desk.came_back and (draft := unfinished(desk)):
        return _offer(desk, draft)
    name = persons.name_of(desk.session, desk.chat.person_id) if desk.chat.person_id else None
    key = "welcome.again" if name else "welcome.again_unnamed"
    return Next(open="menu", facts={"prompt": key, "name": name or "", "draft": _has_draft(desk)})


def first(desk: Desk, spoken: Spoken) -> Next:
    """The very first message: who we are, what we never ask for, and the menu at once, before any consent."""
    notes = (Note("welcome.english"),) if (desk.language_hint or "").startswith("en") else ()
    return Next(notes, open="menu", facts={"prompt": "welcome.first", "name": "", "draft": False})


def name_of(desk: Desk) -> str:
    """What the person of this chat is called; empty while we do not know."""
    return (persons.name_of(desk.session, desk.chat.person_id) or "") if desk.chat.person_id is not None else ""


def _has_draft(desk: Desk) -> bool:
    return desk.chat.person_id is not None and drafts.newest(desk.session, desk.chat.id) is not None


def form(facts: Facts) -> Form:
    """The services; a form laid aside comes first among them."""
    ids = (*(("resume",) if facts.get("draft") else ()), *SERVICES)
    service = Choice(
        key="service",
        text="menu",
        prompt=str(facts.get("prompt", "welcome.again_unnamed")),
        ids=ids,
        heard_ids=PAGES,
        guess=finding.in_menu,
        fill=lambda answers: {"name": facts.get("name", "")},
        errors=("common.not_understood_1", "common.not_understood_2"),
        third="lost",
    )
    return Form(key="menu", questions=(service,))


# --- the journey ---


def journey(desk: Desk, spoken: Spoken) -> Next:
    """Check and register: consent first, a form laid aside before a new one."""
    if desk.chat.person_id is None:
        return consent.ask(Purpose.SERVICE, "check")
    if draft := unfinished(desk):
        return _offer(desk, draft)
    follow, gone = whose.journey(desk, spoken), expired(desk)
    return replace(follow, notes=(*gone.notes, *follow.notes), changes=gone.changes) if gone else follow


def unfinished(desk: Desk) -> Draft | None:
    """The form of the journey that was laid aside last."""
    if desk.chat.person_id is None:
        return None
    return next((d for form in JOURNEY if (d := drafts.newest(desk.session, desk.chat.id, form))), None)


def expired(desk: Desk) -> Next | None:
    """A form that had its 90 days is gone, and that is said once, when somebody comes back."""
    if desk.chat.draft_expired_at is None:
        return None
    return Next((Note("nudge.draft_expired"),), open="menu", facts=plain(desk), changes={"draft_expired_at": None})


def _offer(desk: Desk, draft: Draft) -> Next:
    day = desk.office.local_day(draft.parked_at)
    facts = {"n": draft.view["n"], "total": draft.view["total"], "day": day.isoformat()}
    return Next(open="resume", facts=facts)


def resume_form(facts: Facts) -> Form:
    """Go on, later, or from the beginning; the last asks once more, for it throws answers away."""
    values = {
        "form_title": Phrase("journey.title"),
        "n": facts["n"],
        "total": facts["total"],
        "date": dt.datetime.fromisoformat(str(facts["day"])).date(),
    }
    offer, sure = "common.resume_offer", "common.restart_sure"
    what = Choice(key="what", text=offer, prompt=offer, fill=lambda answers: values, third="lost")
    sure_of_it = Choice(key="sure", text=sure, prompt=sure, when=_restarts, outright=consent.YES, third="lost")
    return Form(key="resume", questions=(what, sure_of_it))


def _restarts(answers: Answers) -> bool:
    return answers.get("what") == "restart"


def resume_finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Go on with the draft, leave it, or begin anew."""
    what, sure = str(turn.answers["what"]), turn.answers.get("sure")
    if what == "resume" or sure == "no":
        return resume(desk, spoken)
    if what == "later":
        return Next(open="menu")
    for form_key in JOURNEY:
        drafts.drop(desk.session, desk.chat.id, form_key)
    return check.start(desk, spoken)


def resume(desk: Desk, spoken: Spoken) -> Next:
    """LANJUT: the form laid aside last goes on at its question, under its own name, so that its buttons count."""
    draft = drafts.newest(desk.session, desk.chat.id) if desk.chat.person_id else None
    if draft is None:
        return expired(desk) or Next((Note("common.resume_none"),), open="menu")
    return go_on(desk, draft)


def go_on(desk: Desk, draft: Draft) -> Next:
    """A draft is a run again: at its question, under its own name."""
    drafts.drop(desk.session, desk.chat.id, draft.form)
    return Next(open=draft.form, facts=draft.facts, answers=draft.answers, run_id=draft.run_id)


# --- language ---


def language(desk: Desk, spoken: Spoken) -> Next:
    """Ask which language."""
    return Next(open="language")


def english(desk: Desk, spoken: Spoken) -> Next:
    """ENGLISH: the greeting says that this word is enough."""
    return _spoken_in(desk, Language.EN)


def indonesian(desk: Desk, spoken: Spoken) -> Next:
    """BAHASA INDONESIA: and back."""
    return _spoken_in(desk, Language.ID)


def _spoken_in(desk: Desk, chosen: Language) -> Next:
    return Next((Note("language.set"),), open="menu", facts=plain(desk), changes={"language": chosen})


WHICH_LANGUAGE = Choice(key="language", text="language.ask", prompt="language.ask", third="lost")
LANGUAGE = Form(key="language", questions=(WHICH_LANGUAGE,))


def language_set(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Change the language; the answers stay as they are."""
    return _spoken_in(desk, Language(str(turn.answers["language"])))


def plain(desk: Desk) -> dict[str, Any]:
    """What the menu shows below something else: no name, but a form that was laid aside."""
    return {"prompt": "welcome.again_unnamed", "name": "", "draft": _has_draft(desk)}
