"""Gangguan: what is said when a fault of ours ate a message; the second time an officer is offered."""

from __future__ import annotations

from dataclasses import replace

from conversation.form import Form
from conversation.kinds import Choice
from conversation.run import Run
from conversation.turn import Turn
from handlers import menu, officer, upgrade
from handlers.desk import Desk, Reply
from handlers.next import Next
from handlers.registry import Registry
from handlers.spoken import Spoken
from handlers.table import Table, lay_aside
from texts.bubble import Bubble

AGAIN = Form(
    key="trouble",
    questions=(Choice(key="what", text="common.trouble_again", prompt="common.trouble_again", third="lost"),),
)


def sorry(desk: Desk, registry: Registry, again: bool) -> Reply:
    """The apology. `again`: another message of this chat was lost a moment ago.

    Then whatever is open may be what fails, at every word and with every way out: it is laid aside as it stands.
    """
    if not again:
        return Reply(Bubble(desk.texts.text("common.trouble", desk.chat.lang)))
    if desk.chat.run:
        _lay_aside(desk, registry, desk.chat.run)
    cleared = replace(desk, chat=replace(desk.chat, run=None))
    return Table(cleared, registry).follow(Next(open="trouble"))


def _lay_aside(desk: Desk, registry: Registry, run: Run) -> None:
    handler = registry.handlers.get(run.form)
    if handler is not None and handler.kept and run.answers and desk.chat.person_id is not None:
        lay_aside(desk, run, upgrade.stands(registry.handlers, run) or (1, 1))


def chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """An officer, another try, or the menu."""
    what = str(turn.answers["what"])
    if what == "officer":
        return officer.stuck(desk, spoken, "trouble")
    return menu.resume(desk, spoken) if what == "again" else Next(open="menu")
