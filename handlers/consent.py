"""Izin: asked where it is needed, one at a time, with the full page a tap away (UU 27/2022 Ps 21, 22, 56)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from conversation.form import Form
from conversation.kinds import Choice
from conversation.question import Answers
from conversation.turn import Note, Turn
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from models import Purpose
from services import consents
from texts import digest

YES = ("yes",)  # said outright or not at all: "mau tanya dulu" is no consent (UU 27/2022 Ps 22)
SHOWN: Mapping[Purpose, str] = {
    Purpose.SERVICE: "consent.service.ask",
    Purpose.ANNOUNCEMENTS: "consent.announcements.ask",
    Purpose.REMINDERS: "consent.reminders.ask",
}


def ask(purpose: Purpose, then: str, facts: Facts | None = None, *notes: Note) -> Next:
    """Ask for one consent; afterwards go on with the conversation named `then`."""
    return Next(notes, open=f"consent_{purpose.value}", facts={"then": then, "facts": dict(facts or {})})


def form(purpose: Purpose) -> Form:
    """The short notice, and behind it the full page in as many steps as it needs."""
    name = f"consent.{purpose.value}"
    minor = ("minor",) if purpose is Purpose.SERVICE else ()
    first = Choice(
        key="agree", text=name, ids=("yes", "no", "page"), heard_ids=minor, outright=YES, required=True, third="lost"
    )
    pages = [_page(f"{name}_page", "agree", "page")]
    if purpose is Purpose.SERVICE:
        pages.append(_page(f"{name}_page_2", f"{name}_page", "more"))
    return Form(key=f"consent_{purpose.value}", questions=(first, *pages))


def _page(text: str, after: str, option: str) -> Choice:
    return Choice(
        key=text,
        text=text,
        prompt=text,
        outright=YES,
        third="lost",
        when=lambda a: a.get(after) == option,
        fill=_version(text),
    )


@lru_cache(maxsize=8)
def _version(text: str) -> Any:
    return lambda answers: {"version_of": text}


def agreed(answers: Answers) -> bool:
    """The last word counts: an answer below the full page is the answer."""
    return bool(list(answers.values())[-1] == "yes")


def service_given(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Keep the proof and go on; a refusal keeps nothing and leaves everything open that needs no consent."""
    if not agreed(turn.answers):
        minor = turn.answers.get("agree") == "minor"
        return Next((Note("consent.under_18" if minor else "consent.service_no"),), open="menu")
    record(desk, spoken, Purpose.SERVICE, given=True)
    return Next(open="begin", facts=turn.run.facts)


def announcements_given(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Yes or no, both are kept with what was shown; either way the extra answers are offered next."""
    yes = agreed(turn.answers)
    record(desk, spoken, Purpose.ANNOUNCEMENTS, given=yes)
    note = Note("consent.yes_ack" if yes else "consent.no_ack")
    return Next((note,), open=str(turn.run.facts["then"]), facts=turn.run.facts["facts"])


def record(desk: Desk, spoken: Spoken, purpose: Purpose, *, given: bool, shown: str | None = None) -> None:
    """Write down what was shown, when and where, and what was answered.

    `shown`: the text that asked, where it was another than the purpose's own. A withdrawal carries the version of the
    consent it ends, a consent that of what was shown.
    """
    key = shown or SHOWN[purpose]
    version, _ = desk.texts.version(key if given else SHOWN[purpose], spoken.language)
    person_id = consents.record(
        desk.session,
        conversation_id=desk.chat.id,
        purpose=purpose,
        given=given,
        text_version=version,
        text_hash=digest(spoken.said(key, {})),
        language=desk.chat.lang,
        channel=desk.chat.channel,
        now=desk.now,
    )
    if desk.chat.person_id is None and person_id is not None:
        desk.chat = replace(desk.chat, person_id=person_id)  # what follows in this very message knows them
