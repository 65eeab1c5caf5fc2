"""Dibantu petugas: where somebody stands, for an officer; the same question again, one back, aside, and on again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conversation.form import walk, with_view
from conversation.kinds import Choice, Listing, Many, Number, Phone, Picture, Review, Written
from conversation.question import Question
from conversation.run import Run
from conversation.turn import Note, Outcome, Turn, back, begin, on_the_table
from handlers import menu, upgrade
from handlers.desk import Desk, Reply
from handlers.registry import Registry
from handlers.spoken import Spoken
from handlers.table import CLOSED, Table
from handlers.wording import bubble
from models import Language
from services import drafts
from services.stuck import Expects, Refusal, Standing

KINDS: tuple[tuple[type[Question[Any]], Expects], ...] = (
    (Phone, Expects.PHONE),
    (Listing, Expects.LIST),
    (Written, Expects.WORDS),
    (Picture, Expects.PICTURE),
    (Review, Expects.REVIEW),
    (Number, Expects.NUMBER),
    (Many, Expects.SEVERAL),
    (Choice, Expects.CHOICE),
)


def again(desk: Desk, registry: Registry, officer: str) -> Reply | None:
    """The open question once more; None where nothing is open, or nothing is left to ask."""
    table = Table(desk, registry)
    if table.run is None:
        return None
    note = Note("officer.put_again", {"officer": officer})
    turn = begin(table.form(table.run), table.run, table.spoken, (note,))
    return table.asked(turn) if turn.outcome is Outcome.ASKING else None


def one_back(desk: Desk, registry: Registry, officer: str) -> Reply | None:
    """As KEMBALI would; None where there is nothing before the open question."""
    table = Table(desk, registry)
    if table.run is None:
        return None
    turn = back(table.form(table.run), table.run, table.spoken)
    first = any(note.key == "common.at_first_question" for note in turn.notes)
    if first or turn.outcome is not Outcome.ASKING:
        return None
    note = Note("officer.one_back", {"officer": officer})
    return table.asked(replace(turn, notes=(note, *turn.notes)))


def lay_aside(desk: Desk, registry: Registry) -> Reply:
    """An officer speaks now: what is open is closed, and kept where something would be lost."""
    table = Table(desk, registry)
    if table.run is not None and table.worth_keeping(table.run):
        table.park()
    return Reply(changes={**CLOSED, "changed_at": desk.now})


def go_on(desk: Desk, registry: Registry, officer: str) -> Reply:
    """The bot speaks again: at the question where the form was laid aside, or with the menu."""
    table, note = Table(desk, registry), Note("officer.handed_back", {"officer": officer})
    if table.run is not None and table.worth_keeping(table.run):
        return table.again(note)
    if desk.chat.person_id is not None and (draft := drafts.newest(desk.session, desk.chat.id)):
        follow = menu.go_on(desk, draft)
        return table.follow(replace(follow, notes=(note, *follow.notes)))
    return table.again(note)


# --- what an officer sees


def standing(desk: Desk, registry: Registry) -> Standing | None:
    """At which question somebody is; None where nothing is open or laid aside."""
    laid_aside = desk.chat.run is None or desk.chat.run.form == "menu"
    run = (_draft(desk) or desk.chat.run) if laid_aside else desk.chat.run
    taken = upgrade.taken_up(desk, run, registry.handlers)
    if taken.run is None:
        return None
    return _standing(desk, registry, taken.run, laid_aside and taken.run.form != "menu")


def _draft(desk: Desk) -> Run | None:
    draft = drafts.newest(desk.session, desk.chat.id) if desk.chat.person_id is not None else None
    return Run(draft.run_id, draft.form, draft.answers, {"refused": _kept(draft.view)}, draft.facts) if draft else None


def _kept(view: object) -> list[list[str]]:
    found = view.get("refused", []) if isinstance(view, dict) else []
    return list(found)


def _standing(desk: Desk, registry: Registry, run: Run, laid_aside: bool) -> Standing | None:
    handler = registry.handlers[run.form]
    form, options = handler.form(run.facts), handler.extra
    spoken = Spoken(desk.texts, Language.ID, desk.office, options(run.facts) if options else None)
    turn, question = begin(form, run, spoken), on_the_table(walk(form, run), run)
    if turn.outcome is not Outcome.ASKING or question is None:
        return None
    at, of = upgrade.standing(form, run)
    refused = [one for one in run.view.get("refused", ()) if one[1] == question.key]
    return Standing(
        form=run.form,
        question=question.key,
        asks=bubble(begin(form, with_view(run, over=None), spoken), spoken).text,
        expects=_expects(question),
        options=_options(turn),
        number=at if question.part else 0,
        total=of,
        over=bubble(turn, spoken).text if run.view.get("over") else "",
        laid_aside=laid_aside,
        refused=tuple(Refusal.read(one) for one in refused),
    )


def _options(turn: Turn) -> tuple[str, ...]:
    return tuple(option.label for option in turn.ask.choices.options) if turn.ask else ()


def _expects(question: Question[Any]) -> Expects:
    return next((expects for kind, expects in KINDS if isinstance(question, kind)), Expects.WORDS)
