"""The open form on the table: what is asked now, and what is put there next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conversation.form import Form, Walk, walk, with_view
from conversation.question import Question
from conversation.run import Run
from conversation.said import Said
from conversation.turn import Note, Outcome, Turn, begin, on_the_table, take_turn
from handlers import upgrade
from handlers.commands import Command
from handlers.desk import Desk, Reply
from handlers.next import Next
from handlers.registry import Action, Registry
from handlers.spoken import Spoken
from handlers.unsaid import without_echo, without_words
from handlers.upgrade import TakenUp
from handlers.wording import bubble, notes_only
from services import drafts

REFUSALS = 5  # answers not taken that are remembered of one question
CHAIN = 8  # forms that may follow one another without a question; more is a fault of ours
CLOSED: Mapping[str, Any] = {"run_id": None, "form": None, "answers": {}, "view": {}, "facts": {}}


class Table:
    """The desk with the registry and the form that is open; one object per message."""

    def __init__(self, desk: Desk, registry: Registry) -> None:
        self.desk = desk
        self.registry = registry
        taken = upgrade.taken_up(desk, desk.chat.run, registry.handlers)
        self.run, self.renewed = taken.run, taken.renewed
        self.spoken = self.words_of(self.run)
        self.document: Mapping[str, Any] | None = None  # a file that goes with the reply
        self.redrawn: str | None = None  # the message whose buttons may be drawn anew
        self._walked: Walk | None = None  # the open run's form as it stands: looked at many times a message

    def open_run(self) -> Run:
        """The open form; raises LookupError when none is open."""
        if self.run is None:
            raise LookupError("no form is open")
        return self.run

    def form(self, run: Run) -> Form:
        """The form of a run, with the questions its facts ask for."""
        return self.registry.handlers[run.form].form(run.facts)

    def words_of(self, run: Run | None, language: Any = None) -> Spoken:
        """The words to speak in: the chat's language, and the options this run brings along."""
        extra = self.registry.handlers[run.form].extra if run else None
        options = extra(run.facts) if extra and run else None
        return Spoken(self.desk.texts, language or self.desk.chat.lang, self.desk.office, options)

    def walk(self, run: Run) -> Walk:
        """The open form as it stands."""
        if self._walked is None:
            self._walked = walk(self.form(run), run)
        return self._walked

    def current(self) -> Question[Any] | None:
        """The question the person was asked last."""
        return on_the_table(self.walk(self.run), self.run) if self.run else None

    def take(self, said: Said) -> Turn:
        """What was said, as an answer to the open form."""
        run = self.open_run()
        return take_turn(self.form(run), run, said, self.spoken, self.walk(run))

    def is_first(self) -> bool:
        """Whether this is the first message of the chat."""
        return self.desk.chat.last_in_at is None

    def again(self, note: Note) -> Reply:
        """Say something and put the open question once more; with none open, the menu without its welcome."""
        if self.run is None and self._is_quiet():
            return self.follow(Next((note,)))
        if self.run is None or self.run.form == "menu":
            follow = self.registry.actions[Command.MENU](self.desk, self.spoken)
            return self.follow(replace(follow, notes=(note,), run_id=self.run.run_id if self.run else None))
        return self.turned(begin(self.form(self.run), self.run, self.spoken, (note,)))

    def _is_quiet(self) -> bool:
        """An officer is answering: no menu comes in between."""
        return self.desk.chat.quiet_until is not None and self.desk.now < self.desk.chat.quiet_until

    def leave(self, action: Action, notes: tuple[Note, ...]) -> Reply:
        """Go elsewhere; an interrupted form is laid aside first, and said so."""
        parked = self.park() if self.run and self.worth_keeping(self.run) else ()
        follow = action(self.desk, self.spoken)
        return self.follow(replace(after(parked, follow), notes=(*notes, *after(parked, follow).notes)))

    def worth_keeping(self, run: Run) -> bool:
        """Whether something would be lost if this form were closed."""
        return self.registry.handlers[run.form].kept and bool(run.answers)

    def park(self) -> tuple[Note, ...]:
        """Lay the open form aside, and say so."""
        run = self.open_run()
        done, total = upgrade.standing(self.form(run), run)
        lay_aside(self.desk, run, (done, total))
        return (Note("common.parked", {"n": done, "total": total}),)

    def turned(self, turn: Turn) -> Reply:
        """Go where a turn of the open form leads."""
        if turn.outcome is Outcome.ASKING:
            return self.asked(turn)
        if turn.outcome is Outcome.STALE:
            return self.asked(replace(turn, notes=(Note("common.old_button_form"), *turn.notes)))
        if turn.outcome is Outcome.OFFICER:
            return self.leave(lambda d, s: self.registry.stuck(d, s, turn.stuck_at or ""), ())
        if turn.outcome is Outcome.LEAVE or (turn.outcome is Outcome.PARK and not self.worth_keeping(turn.run)):
            return self.leave(self.registry.actions[Command.MENU], ())
        if turn.outcome in (Outcome.PARK, Outcome.DISCARD):
            return self._laid_down(turn)
        return self.follow(self._ended(turn))

    def _laid_down(self, turn: Turn) -> Reply:
        if turn.outcome is Outcome.PARK:
            self.park()
            until = self.desk.office.local_day(self.desk.now, self.desk.office.draft_days)
            note = Note("common.cancel_kept", {"date": until})
        else:
            drafts.drop(self.desk.session, self.desk.chat.id, self.open_run().form)
            note = Note("common.cancel_discarded")
        return self.follow(replace(self.registry.actions[Command.MENU](self.desk, self.spoken), notes=(note,)))

    def _ended(self, turn: Turn) -> Next:
        handler = self.registry.handlers[turn.run.form]
        if turn.outcome is Outcome.STOPPED and handler.stopped:
            follow = handler.stopped(self.desk, self.spoken, turn)
        else:
            follow = handler.finish(self.desk, self.spoken, turn)
        return replace(follow, notes=(*turn.notes, *follow.notes))

    def follow(self, follow: Next) -> Reply:
        """Open what comes next, and what comes after that, until something is asked."""
        changes: dict[str, Any] = {}
        for _ in range(CHAIN):
            changes.update(follow.changes)
            self.document = follow.document or self.document
            self.spoken = self.words_of(None, changes.get("language"))
            if follow.open == "menu" and not follow.facts:
                follow = replace(follow, facts=self.registry.menu(self.desk))
            if follow.open is None:
                said = notes_only(follow.notes, self.spoken) if follow.notes else None
                return self._reply(said, {**CLOSED, **changes})
            run = Run(follow.run_id or self.desk.new_run_id(), follow.open, follow.answers, {}, follow.facts)
            taken = upgrade.taken_up(self.desk, run, self.registry.handlers) if follow.run_id else TakenUp(run)
            if taken.renewed:
                follow = replace(follow, notes=(*follow.notes, upgrade.CHANGED))
            if taken.run is None:  # laid aside before a release that no longer has it
                follow = Next((*follow.notes, Note("common.resume_none")), "menu", self.registry.menu(self.desk))
            run = taken.run or Run(self.desk.new_run_id(), "menu", facts=follow.facts)
            self.spoken = self.words_of(run, changes.get("language"))
            turn = begin(self.form(run), run, self.spoken, follow.notes)
            if turn.outcome is Outcome.ASKING:
                return self.asked(turn, changes)
            follow = self._ended(turn)
        raise RecursionError(f"forms follow one another without a question, at {follow.open!r}")

    def asked(self, turn: Turn, changes: Mapping[str, Any] | None = None) -> Reply:
        """Ask what the turn asks; the chat keeps the run."""
        run = with_view(turn.run, refused=self._refused(turn)) if turn.refused else turn.run
        run = run if self.desk.chat.person_id else without_words(run)
        columns = {
            "run_id": run.run_id,
            "form": run.form,
            "answers": dict(run.answers),
            "view": dict(run.view),
            "facts": dict(run.facts),
        }
        if not self.desk.chat.person_id:
            turn = without_echo(turn)
        shown = bubble(turn, self.spoken, progress=self.form(run).progress)
        if turn.redraw:
            shown = replace(shown, redraw=self.redrawn)
        return self._reply(shown, {**columns, **(changes or {})})

    def _refused(self, turn: Turn) -> list[list[str]]:
        """When an answer to this question was not taken, and why: what an officer sees of who is stuck. No words."""
        at, before = str(turn.run.view["at"]), turn.run.view.get("refused", ())
        now = [self.desk.now.isoformat(), at, turn.refused]
        return [*(one for one in before if one[1] == at), now][-REFUSALS:]

    def _reply(self, shown: Any, changes: Mapping[str, Any]) -> Reply:
        if shown and self.document:
            shown = replace(shown, extra={**shown.extra, "document": dict(self.document)})
        return Reply(shown, {**changes, "changed_at": self.desk.now}, keep_words=self.desk.chat.person_id is not None)


def lay_aside(desk: Desk, run: Run, at: tuple[int, int]) -> None:
    """Keep a form as a draft; `at`: at which question it stands, and of how many."""
    drafts.park(
        desk.session,
        conversation_id=desk.chat.id,
        run_id=run.run_id,
        form=run.form,
        answers=run.answers,
        facts=run.facts,
        now=desk.now,
        days=desk.office.draft_days,
        at=at,
        refused=run.view.get("refused", ()),
    )


def after(parked: tuple[Note, ...], follow: Next) -> Next:
    """What is said of a form just laid aside; an offer to go on with it says it itself."""
    return follow if follow.open == "resume" else replace(follow, notes=(*parked, *follow.notes))
