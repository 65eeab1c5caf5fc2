"""Pembantu: the makers somebody helps, what each still lacks, and the next one to register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from conversation.form import Form
from conversation.hearing import Option, normalise
from conversation.kinds import ROWS, Choice
from conversation.turn import Note, Turn
from handlers import check, consent, reasons, result
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from handlers.wording import fits
from models import Confirmation, Purpose
from services import businesses, confirmations, eligibility, helping, persons
from services.applications import Outcome
from services.helping import Made

OPEN = "helper.open"
NEW = "new"
OWNERS_WORD = "KONFIRMASI_PEMILIK"  # named by itself, as long as it is wanted
NAMED = 2  # things a maker lacks that are named in one line


# --- the list ---


def helps(desk: Desk) -> bool:
    """Whether this person has entered businesses for others."""
    return desk.chat.person_id is not None and bool(helping.of_helper(desk.session, desk.chat.person_id))


def start(desk: Desk, spoken: Spoken) -> Next:
    """BINAAN: the list; one opens a maker, or begins the next."""
    makers = helping.of_helper(desk.session, desk.chat.person_id) if desk.chat.person_id is not None else []
    if not makers:
        return Next((Note("helper.list_none"),), open="menu")
    items = [line(desk, spoken, n, made) for n, made in enumerate(makers[:ROWS], 1)]
    if len(makers) > ROWS:
        items.append(spoken.said("common.and_more", {"count": len(makers) - ROWS}))
    label = next(o for o in spoken.options(OPEN) if o.id == NEW)
    facts = {
        "lines": [[str(made.business_id), made.business] for made in makers],
        "items": "\n".join(items),
        "new": [label.label, sorted(label.words)],
    }
    return Next(open="helper_list", facts=facts)


def line(desk: Desk, spoken: Spoken, number: int, made: Made) -> str:
    """One maker: stage, and what is lacking."""
    stage = f"stage.{made.stage.value}.name" if made.stage else "helper.no_number"
    values = {
        "n": number,
        "business": result.cut(made.business, 40),
        "stage": spoken.marked(spoken.said(stage, {})),
        "lacking": spoken.marked(lacking(desk, spoken, made)),
    }
    return spoken.said("helper.line", values)


def lacking(desk: Desk, spoken: Spoken, made: Made) -> str:
    """The first things of the maker's to-do list, and the owner's word where it is still wanted."""
    assessment = eligibility.latest(desk.session, made.person_id, made.business_id)
    todos = assessment.result["todos"] if assessment else []
    codes = [code for code in todos if code != OWNERS_WORD]
    named = [reasons.said(desk, spoken, assessment, code, "short") for code in codes[:NAMED]] if assessment else []
    if len(codes) > NAMED:
        named.append(spoken.said("common.and_more", {"count": len(codes) - NAMED}))
    if made.owner_wanted:
        named.append(spoken.said("helper.unconfirmed", {}))
    return ", ".join(named) or spoken.said("helper.lacks_nothing", {})


def form(facts: Facts) -> Form:
    """Which maker?"""
    which = Choice(
        key="which",
        text=OPEN,
        prompt="helper.list",
        ids=(*(str(line[0]) for line in facts["lines"]), NEW),
        fill=lambda answers: {"items": facts["items"], "count": len(facts["lines"])},
        errors=("common.err_choice_1", "common.err_choice_2"),
        listed=True,
        page_prompt="helper.open.page",
        third="lost",
    )
    return Form(key="helper_list", questions=(which,))


def options(facts: Facts) -> Mapping[str, tuple[Option, ...]]:
    """The makers as options."""
    found = [Option(key, result.cut(name), frozenset((normalise(name),))) for key, name in facts["lines"]]
    label, words = facts["new"]
    return {OPEN: (*found, Option(NEW, label, frozenset(words)))}


def chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """One maker's line with whose it is; below it the list again."""
    which = str(turn.answers["which"])
    if which == NEW:
        return new_one(desk, spoken)
    makers = helping.of_helper(desk.session, desk.chat.person_id) if desk.chat.person_id is not None else []
    made = next((m for m in makers if m.business_id == int(which)), None)
    if made is None:
        return start(desk, spoken)
    number = 1 + makers.index(made)
    about = Note("helper.which", {"business": made.business, "owner": made.owner})
    told = Note("helper.told", {"text": spoken.marked(line(desk, spoken, number, made)), "number": made.number or "–"})
    changes = {"business_id": made.business_id}
    return Next((about, told), open="menu", facts={"prompt": "", "draft": False}, changes=changes)


# --- the next one ---


def new_one(desk: Desk, spoken: Spoken) -> Next:
    """BARU: the next maker's check begins behind the first question, which is answered already."""
    if desk.chat.person_id is None:
        return consent.ask(Purpose.SERVICE, "check")
    if not helps(desk):
        return check.start(desk, spoken)
    return for_another(desk, spoken)


def for_another(desk: Desk, spoken: Spoken) -> Next:
    """A check for a maker one helps; whether that owner knows is asked of each anew."""
    return replace(check.start(desk, spoken), answers={"for_whom": [1, "helping"]})


# --- after a number ---


def registered(desk: Desk, spoken: Spoken, outcome: Outcome, facts: Facts, notes: tuple[Note, ...]) -> Next:
    """The number; that the owner's word is wanted, how and until when; and whether there is another to register."""
    confirmation = want(desk, outcome.business_id)
    kept = {"phone": helping.shown(confirmation.phone), "due": desk.office.local_day(confirmation.due_at).isoformat()}
    owner = _owners_word(kept)
    at_once = fits((*notes, owner), spoken)
    made = businesses.get(desk.session, outcome.business_id).name
    facts = {**facts, "made": made, "number": outcome.number, "owner": None if at_once else kept}
    changes = {"business_id": outcome.business_id}
    return Next((*notes, owner) if at_once else notes, open="helper_next", facts=facts, changes=changes)


def _owners_word(kept: Mapping[str, str]) -> Note:
    values = {"phone": kept["phone"], "due_date": dt.date.fromisoformat(kept["due"])}
    return Note("helper.confirm_wanted" if kept["phone"] else "helper.confirm_on_paper", values)


def want(desk: Desk, business_id: int) -> Confirmation:
    """Note that the owner is to be asked: never on the helper's own number."""
    numbers = {persons.phone_of(desk.session, desk.chat.person_id)} if desk.chat.person_id is not None else set()
    numbers.add(desk.chat.address.removeprefix("whatsapp:"))
    return confirmations.want(
        desk.session,
        business_id=business_id,
        helper_numbers=frozenset(n for n in numbers if n),
        office=desk.office,
        now=desk.now,
    )


def next_form(facts: Facts) -> Form:
    """Another one, enough, or more about this one."""
    what = Choice(
        key="what",
        text="helper.next_one",
        prompt="helper.next_one",
        fill=lambda answers: {"business": facts["made"], "number": facts["number"]},
        third="lost",
    )
    return Form(key="helper_next", questions=(what,))


def next_chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Announcements are never asked about here: only an owner can allow them."""
    what, facts = str(turn.answers["what"]), turn.run.facts
    owner = (_owners_word(facts["owner"]),) if facts.get("owner") else ()
    if what == "yes":
        return replace(for_another(desk, spoken), notes=owner)
    if what == "more":
        return Next(owner, open="after", facts=facts)
    follow = start(desk, spoken)
    return replace(follow, notes=(*owner, Note("helper.no_announcements"), *follow.notes))
