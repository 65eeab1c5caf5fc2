"""Usaha yang mana: at DAFTAR a phone that has businesses is asked for which one; GANTI USAHA changes it."""

from __future__ import annotations

from collections.abc import Mapping

from conversation.form import Form
from conversation.hearing import Option, normalise
from conversation.kinds import Choice
from conversation.turn import Note, Turn
from handlers import check, helping, result, shared, status
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from services import applications

WHICH = "journey.which_business"
NEW = "new"


def journey(desk: Desk, spoken: Spoken) -> Next:
    """DAFTAR: a new check, unless this phone has businesses; who only helps others gets the list of those."""
    theirs = shared.known(desk)
    if theirs and all(b.by_helper for b in theirs):
        return helping.start(desk, spoken)
    if not theirs:
        return helping.start(desk, spoken) if helping.helps(desk) else check.start(desk, spoken)
    lines = [[str(b.id), b.name] for b in theirs]
    label = next(o for o in spoken.options(WHICH) if o.id == NEW)
    return Next(open="which_business", facts={"lines": lines, "new": [label.label, sorted(label.words)]})


def switch(desk: Desk, spoken: Spoken) -> Next:
    """GANTI USAHA."""
    theirs = shared.known(desk)
    if not theirs:
        return Next((Note("status.none"),), open="menu")
    if len(theirs) == 1:
        return Next((Note("link.only_one", {"business": theirs[0].name}),), open="menu")
    return Next(open="which_business", facts={"lines": [[str(b.id), b.name] for b in theirs]})


def form(facts: Facts) -> Form:
    """One of the businesses of this phone, or a new one."""
    new = (NEW,) if "new" in facts else ()
    which = Choice(
        key="which",
        text=WHICH,
        prompt="journey.which_business.ask" if new else "journey.which_business.which",
        ids=(*(str(line[0]) for line in facts["lines"]), *new),
        page_prompt="journey.which_business.page",
        third="lost",
    )
    return Form(key="which_business", questions=(which,))


def options(facts: Facts) -> Mapping[str, tuple[Option, ...]]:
    """The businesses as options: their names are data."""
    found = [Option(key, result.cut(name), frozenset((normalise(name),))) for key, name in facts["lines"]]
    if "new" in facts:
        label, words = facts["new"]
        found.append(Option(NEW, label, frozenset(words)))
    return {WHICH: tuple(found)}


def chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Speak of that business from now on: its page, or a new check."""
    which = str(turn.answers["which"])
    if which == NEW:
        return check.start(desk, spoken)
    business = next((b for b in shared.known(desk) if b.id == int(which)), None)
    if business is None or desk.chat.person_id is None:
        return Next((Note("status.none"),), open="menu")
    changes = {"business_id": business.id}
    if "new" not in turn.run.facts:
        return Next((Note("link.switched", {"business": business.name}),), open="menu", changes=changes)
    theirs = [s for s in applications.of_person(desk.session, desk.chat.person_id) if s.business_id == business.id]
    return status.page(desk, spoken, theirs[-1]) if theirs else Next((Note("status.none"),), open="menu")
