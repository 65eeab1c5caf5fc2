"""Status saya: each business by its number, its stage, what comes next and by when, and what lies behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from conversation.form import Form
from conversation.hearing import Option, normalise
from conversation.kinds import Choice
from conversation.turn import Note, Turn
from handlers import ladder, result, shared, todo, withdraw
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from services import applications, dues, eligibility, history, stages
from services.applications import Standing
from services.stages import Need

MOST = 3  # businesses in one bubble, where nothing is chosen
WHICH = "status.businesses"  # the text key of options that are businesses
NUMBER = re.compile(
    r"^\s*(?:nomor\s+|no\.?\s+|status\s+)?BTN[\s./-]?(\d{4})[\s./-]?(\d{1,6})\s*[.!?]*\s*$", re.IGNORECASE
)
LONGEST_ECHO = 30


def start(desk: Desk, spoken: Spoken) -> Next:
    """One business: its page. Several: which one? None: how to begin."""
    return _which(desk, spoken, _known(desk), "status")


def _known(desk: Desk) -> list[Standing]:
    """Everything this person has asked for, the newest first."""
    person_id = desk.chat.person_id
    return applications.of_person(desk.session, person_id)[::-1] if person_id is not None else []


def notes(desk: Desk, spoken: Spoken) -> tuple[Note, ...]:
    """One paragraph for each business, the newest first."""
    known = _known(desk)
    if not known:
        return (Note("status.none"),)
    return tuple(note for one in known[:MOST] for note in _one(desk, spoken, one))


# --- which business ---


def _which(desk: Desk, spoken: Spoken, known: list[Standing], then: str) -> Next:
    if not known:
        return Next((Note("status.none"),), open="menu")
    if len(known) == 1:
        return _opened(desk, spoken, known[0], then)
    lines = [[str(one.application_id), one.business, one.number] for one in known]
    return Next(open="status_which", facts={"lines": lines, "then": then})


def which_form(facts: Facts) -> Form:
    """Which of the businesses this phone carries?"""
    prompt = "stage.withdraw_which" if facts["then"] == "withdraw" else "status.which"
    which = Choice(
        key="which",
        text=WHICH,
        prompt=prompt,
        ids=tuple(line[0] for line in facts["lines"]),
        fill=lambda answers: {"count": len(facts["lines"])},
        errors=("common.err_choice_1", "common.err_choice_2"),
        third="lost",
    )
    return Form(key="status_which", questions=(which,))


def which_options(facts: Facts) -> Mapping[str, tuple[Option, ...]]:
    """The businesses as options, each with its number below its name."""
    names = [name for _, name, _ in facts["lines"]]
    return {
        WHICH: tuple(
            Option(key, _label(name, number, names), frozenset((normalise(name), normalise(number))), number)
            for key, name, number in facts["lines"]
        )
    }


def _label(name: str, number: str, names: list[str]) -> str:
    """Two businesses of one name are told apart by the end of their number."""
    alike = sum(result.cut(other) == result.cut(name) for other in names) > 1
    return f"{result.cut(name)[:14].strip()} …{number[-6:]}" if alike else result.cut(name)


def which_chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Go on with the one that was chosen."""
    one = _find(desk, int(turn.answers["which"]))
    if one is None:
        return Next((Note("status.none"),), open="menu")
    return _opened(desk, spoken, one, str(turn.run.facts["then"]))


def _find(desk: Desk, application_id: int) -> Standing | None:
    """Never a page of somebody else's: only what this person has asked for is looked through."""
    return next((one for one in _known(desk) if one.application_id == application_id), None)


def _opened(desk: Desk, spoken: Spoken, one: Standing, then: str) -> Next:
    if then == "withdraw":
        return withdraw.ask(one)
    if then == "ladder":
        return ladder.show(desk, one)
    return page(desk, spoken, one)


# --- one business ---


def page(desk: Desk, spoken: Spoken, one: Standing, *before: Note) -> Next:
    """Everything about one number, and what can be looked at from there."""
    facts = {"application": one.application_id, "todo": bool(_todos(desk, one)), "ends": stages.about(one.stage).ends}
    changes = {"business_id": one.business_id}  # a phone that serves several speaks of this one now
    return Next((*before, *_one(desk, spoken, one)), open="status", facts=facts, changes=changes)


def _one(desk: Desk, spoken: Spoken, one: Standing) -> tuple[Note, ...]:
    stage = f"stage.{one.stage.value}"
    by = desk.office.local_day(one.promised_at) if one.promised_at else spoken.marked(spoken.said("status.no_date", {}))
    values = {
        "business": one.business,
        "number": one.number,
        "stage": spoken.marked(spoken.said(f"{stage}.name", {})),
        "since": desk.office.local_day(one.since),
        "next": spoken.marked(spoken.said(f"{stage}.next", {})),
        "next_date": by,
    }
    return (Note("status.page", values), *_lines(desk, one))


def _lines(desk: Desk, one: Standing) -> tuple[Note, ...]:
    """What is true of some: a position, a late promise, the regular route, something to do."""
    said = []
    if _late(desk, one):
        said.append(Note("status.late_line"))
    if one.position and one.length:
        said.append(Note("status.waiting_line", {"position": one.position, "count": one.length}))
    if one.scheme == "reguler":
        said.append(Note("status.reguler_line"))
    if count := len(_todos(desk, one)):
        said.append(Note("status.todo_line", {"count": count}))
    return (*said, *shared.spoken_of(desk, one.business_id))


def _late(desk: Desk, one: Standing) -> bool:
    """The day has passed, or it passed once since this stage began and another was promised."""
    if one.promised_at is not None and one.promised_at <= desk.now:
        return True
    person_id = desk.chat.person_id
    return person_id is not None and dues.broken(desk.session, person_id, one.application_id, one.since)


def _todos(desk: Desk, one: Standing) -> list[str]:
    if stages.about(one.stage).ends or desk.chat.person_id is None:
        return []
    assessment = eligibility.latest(desk.session, desk.chat.person_id, one.business_id)
    return list(assessment.result["todos"]) if assessment else []


def form(facts: Facts) -> Form:
    """History, to-do list, ladder; withdrawing is understood and not offered."""
    ids = ("history", *(("todo",) if facts["todo"] else ()), "ladder")
    heard = () if facts["ends"] else ("withdraw",)
    what = Choice(key="what", text="status.page", prompt="", ids=ids, heard_ids=heard, third="lost")
    return Form(key="status", questions=(what,))


def chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Show what was asked for."""
    one, what = _find(desk, int(turn.run.facts["application"])), str(turn.answers["what"])
    if one is None:
        return Next((Note("status.none"),), open="menu")
    if what == "history":
        return Next((_history(desk, spoken, one),), open="status", facts=turn.run.facts)
    if what == "todo":
        return _todo_list(desk, spoken, one)
    return withdraw.ask(one) if what == "withdraw" else ladder.show(desk, one)


def _todo_list(desk: Desk, spoken: Spoken, one: Standing) -> Next:
    person_id = desk.chat.person_id
    assessment = eligibility.latest(desk.session, person_id, one.business_id) if person_id is not None else None
    return todo.show(desk, spoken, assessment) if assessment else todo.start(desk, spoken)


def _history(desk: Desk, spoken: Spoken, one: Standing) -> Note:
    lines = [_line(desk, spoken, change) for change in history.of(desk.session, one.application_id)]
    return Note("status.history", {"business": one.business, "items": spoken.marked("\n".join(lines))})


def _line(desk: Desk, spoken: Spoken, change: history.Change) -> str:
    """A day and a stage; with an officer's reason where the stage has one. Other notes are the office's own."""
    values: dict[str, Any] = {
        "date": desk.office.local_day(change.at),
        "stage": spoken.marked(spoken.said(f"stage.{change.stage.value}.name", {})),
        "note": change.note,
    }
    told_why = change.note and Need.REASON in stages.about(change.stage).needs and change.by != "bot"
    return spoken.said("status.history_note" if told_why else "status.history_line", values)


# --- a number that is typed ---


def typed(desk: Desk, spoken: Spoken, text: str) -> Next | None:
    """ "BTN-2026-004312": its page where it is theirs; whose it is otherwise is nobody's business."""
    found = NUMBER.match(text)
    if found is None:
        return None
    number = f"BTN-{found[1]}-{int(found[2]):06d}"
    mine = next((one for one in _known(desk) if one.number == number), None)
    if mine is not None:
        return page(desk, spoken, mine)
    return Next((Note("status.unknown_number", {"said": text.strip()[:LONGEST_ECHO]}),), open="menu")


# --- TANGGA and MUNDUR, from anywhere ---


def to_ladder(desk: Desk, spoken: Spoken) -> Next:
    """TANGGA: of which business?"""
    return _which(desk, spoken, _known(desk), "ladder")


def to_withdraw(desk: Desk, spoken: Spoken) -> Next:
    """MUNDUR: from what?"""
    known = [one for one in _known(desk) if withdraw.may(one)]
    if not known:
        return Next((Note("stage.withdraw_none"),), open="menu")
    return _which(desk, spoken, known, "withdraw")
