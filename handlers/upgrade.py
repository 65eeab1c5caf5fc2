"""Di tengah pembaruan: a form begun under an earlier release goes on under this one, or is let go of quietly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from conversation.fitting import fitted
from conversation.form import Form, walk
from conversation.question import Phrase
from conversation.run import Run
from conversation.turn import Note
from handlers import check
from handlers.desk import Desk
from handlers.next import Facts, Handler, Next
from handlers.spoken import Spoken
from services import eligibility
from services.eligibility import NoRuleSet

CHANGED = Note("common.rule_changed", {"reason": Phrase("journey.title")})


@dataclass(frozen=True, slots=True)
class TakenUp:
    """The open run as this release can go on with it; None: nothing is open."""

    run: Run | None
    renewed: bool = False  # the rules it began under are gone: it goes on under today's, with what still fits


def taken_up(desk: Desk, run: Run | None, handlers: Mapping[str, Handler]) -> TakenUp:
    """A form this release does not have, or cannot make from what it was begun with, is as good as closed."""
    handler = handlers.get(run.form) if run else None
    if run is None or handler is None:
        return TakenUp(None)
    try:
        return TakenUp(_fitted(handler, run))
    except NoRuleSet:
        pass  # its version was taken off the shelf
    except (LookupError, TypeError, ValueError):
        return TakenUp(None)
    if not handler.kept:
        return TakenUp(None)
    return TakenUp(_fitted(handler, replace(run, facts=under_todays_rules(desk, run.facts))), renewed=True)


def _fitted(handler: Handler, run: Run) -> Run:
    make_options = handler.extra
    if make_options:
        make_options(run.facts)
    return fitted(handler.form(run.facts), run)


def under_todays_rules(desk: Desk, facts: Facts) -> dict[str, object]:
    """The facts of a run, with the rules in force today."""
    rules = eligibility.current(desk.office.local_day(desk.now))
    return {**facts, "rule_set": rules.rule_set, "version": rules.version}


def begin_again(desk: Desk, spoken: Spoken) -> Next:
    """Something kept needs rules that are gone: the check is asked again under today's, with what was said before."""
    person_id = desk.chat.person_id
    before = eligibility.latest(desk.session, person_id) if person_id is not None else None
    follow = check.start(desk, spoken)
    said = before.said if before else {}
    return replace(follow, notes=(Note("common.rule_gone"), *follow.notes), answers=said)


def stands(handlers: Mapping[str, Handler], run: Run) -> tuple[int, int] | None:
    """At which question a run stands, and of how many; None where this release cannot go on with it."""
    handler = handlers.get(run.form)
    if handler is None:
        return None
    try:
        form = handler.form(run.facts)
        return standing(form, fitted(form, run))
    except (LookupError, TypeError, ValueError):
        return None


def standing(form: Form, run: Run) -> tuple[int, int]:
    """Which question a run is at, and of how many, counted over all parts."""
    now = walk(form, run)
    path = [q for q in now.path if q.part]
    return (path.index(now.current) + 1 if now.current in path else len(path), len(path))
