"""One message, one reply: who hears it, what it leads to, what is put on the table next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conversation.form import Form, Walk, walk
from conversation.kinds import Phone, Picture
from conversation.question import Phrase, Question
from conversation.run import Run
from conversation.said import Contact, Other, Photo, Said, Start, Tap, Text
from conversation.turn import Note, Outcome, Turn, back, begin, lay_over, on_the_table, take_turn
from handlers import commands, upgrade
from handlers.commands import Command
from handlers.desk import Desk, Reply
from handlers.next import Next
from handlers.registry import Action, Registry
from handlers.spoken import Spoken
from handlers.unsaid import unexpected, without_echo, without_words
from handlers.upgrade import TakenUp
from handlers.wording import bubble, notes_only
from services import drafts, media
from services.eligibility import NoRuleSet

CHAIN = 8  # forms that may follow one another without a question; more is a fault of ours
CLOSED: Mapping[str, Any] = {"run_id": None, "form": None, "answers": {}, "view": {}, "facts": {}}
SIX_DIGITS = re.compile(r"^\s*(\d{3})[ .-]?(\d{3})\s*$")
PAIRED = re.compile(r"^\s*([a-z]+)\s+(t-\d{1,9}|\d|[a-z][a-z-]+)\s*[.!]*\s*$", re.IGNORECASE)
CODED = re.compile(r"^\s*([a-z]+)\s+([a-z]\d{1,2})\s*[.!]*\s*$", re.IGNORECASE)
# Words that ask for nothing yet, as the first of a chat: they are greeted, with the menu.
GREETED = frozenset(
    (Command.GREETING, Command.MENU, Command.HELP, Command.BACK, Command.CANCEL, Command.RESUME, Command.THANKS)
)


def answer(desk: Desk, said: Said, registry: Registry) -> Reply:
    """The reply to one message. Raises only what the inbox turns into an apology and a ticket."""
    try:
        return _Table(desk, registry).hear(said)
    except NoRuleSet:  # something kept needs a version of the rules that was taken off the shelf
        table = _Table(desk, registry)
        return table._follow(upgrade.begin_again(desk, table.spoken))


class _Table:
    """The desk with the registry and the form that is open; one object per message."""

    def __init__(self, desk: Desk, registry: Registry) -> None:
        self.desk = desk
        self.registry = registry
        taken = upgrade.taken_up(desk, desk.chat.run, registry.handlers)
        self.run, self.renewed = taken.run, taken.renewed
        self.spoken = self._spoken(self.run)
        self.document: Mapping[str, Any] | None = None  # a file that goes with the reply
        self.redrawn: str | None = None  # the message whose buttons may be drawn anew
        self._walked: Walk | None = None  # the open run's form as it stands: looked at many times a message

    # --- hearing ---

    def hear(self, said: Said) -> Reply:
        """Text, button, link or something else."""
        if isinstance(said, Tap):
            self.redrawn = said.message_id
        if self.renewed and not (isinstance(said, Text) and commands.stops(self.desk.texts, said.text)):
            return self._again(upgrade.CHANGED)  # it was meant for a question of rules that are gone
        if isinstance(said, Text):
            return self._hear_text(said)
        if isinstance(said, Tap):
            return self._hear_tap(said)
        if isinstance(said, Start):
            return self._hear_start(said)
        return self._hear_other(said)

    def _hear_text(self, said: Text) -> Reply:
        if commands.stops(self.desk.texts, said.text):
            return self._act(Command.STOP)
        if said.had_nik and not self._current_warns():
            return self._again(Note("common.nik_warning"))
        if said.had_secret:
            return self._again(Note("common.secret_warning"))
        if coded := CODED.match(said.text):
            follow = self.registry.coded(self.desk, self.spoken, coded.group(1).casefold(), coded.group(2).upper())
            if follow:
                return self._beside(follow)
        if follow := self._pair(said) or self._number(said):
            return self._beside(follow)
        return self._in_form(said) if self.run else self._outside(said)

    def _pair(self, said: Text) -> Next | None:
        """A word and a ticket, anywhere; a word and a step, unless free text is wanted."""
        found = PAIRED.match(said.text)
        if found is None:
            return None
        word, about = found.group(1).casefold(), found.group(2).casefold()
        question = self._current()
        if not about.startswith("t-") and (self._is_first() or (question and question.commands_win)):
            return None
        return self.registry.paired(self.desk, self.spoken, word, about)

    def _number(self, said: Text) -> Next | None:
        """The number of an application ("BTN-2026-004312"), unless free text is wanted."""
        question = self._current()
        if question and question.commands_win:
            return None
        follow = self.registry.numbered(self.desk, self.spoken, said.text)
        return replace(follow, notes=(Note("welcome.short"), *follow.notes)) if follow and self._is_first() else follow

    def _code(self, said: Text) -> Next | None:
        """Six digits that no question takes may join this chat to another."""
        found = SIX_DIGITS.match(said.text)
        return self.registry.six_digits(self.desk, self.spoken, "".join(found.groups())) if found else None

    def _current_warns(self) -> bool:
        question = self._current()
        return question is not None and question.key == "nib_number"

    def _in_form(self, said: Text) -> Reply:
        question = self._current()
        free = question is not None and question.commands_win and not self._run().view.get("over")
        command = commands.in_free_text(said.text) if free else None
        command = command or (self._hello_again(said) if self.desk.came_back else None)
        if command:
            return self._act(command)
        turn = self._take(said)
        if turn.understood and (turn.sure or free):
            return self._turned(turn)
        if follow := self._code(said):
            return self._beside(follow)
        if free:
            return self._turned(turn)
        command = commands.exactly(self.desk.texts, said.text)
        if command is None and self._run().form == "menu" and (follow := self._for_officer(said)):
            return self._follow(follow)
        if command is None and not turn.understood:
            command = commands.nearly(self.desk.texts, said.text)
        return self._act(command) if command else self._turned(turn)

    def _for_officer(self, said: Text) -> Next | None:
        """While an officer is answering, what names no service goes to them."""
        return self.registry.quiet(self.desk, self.spoken, said)

    def _hello_again(self, said: Text) -> Command | None:
        """ "Pagi" after a night is a greeting, not the name of a business."""
        command = commands.exactly(self.desk.texts, said.text)
        return command if command is Command.GREETING else None

    def _outside(self, said: Text) -> Reply:
        if follow := self._code(said):
            return self._follow(follow)
        command = commands.exactly(self.desk.texts, said.text)
        if self._is_first():
            return self._first(command)
        if command in (None, Command.GREETING) and (follow := self._for_officer(said)):
            return self._follow(follow)
        if command is None and (follow := self.registry.asked(self.desk, self.spoken, said)):
            return self._follow(follow)
        command = command or commands.nearly(self.desk.texts, said.text)
        return self._act(command) if command else self._follow(self.registry.lost(self.desk, self.spoken))

    def _is_first(self) -> bool:
        return self.desk.chat.last_in_at is None

    def _first(self, command: Command | None) -> Reply:
        """A deep link or a printed word leads straight on; everything else is greeted, with the menu."""
        if command is None or command in GREETED:
            return self._follow(self.registry.first(self.desk, self.spoken))
        return self._act(command, Note("welcome.short"))

    def _hear_tap(self, said: Tap) -> Reply:
        if started := self.registry.started.get(said.run):
            follow = started(self.desk, self.spoken, said)
            return self._beside(follow or Next((Note("common.old_button_done"),), open="menu"))
        if self.run and said.run == self.run.run_id:
            return self._turned(self._take(said))
        if self.run:
            return self._again(Note("common.old_button_form"))
        if self._is_first():
            return self._follow(self.registry.first(self.desk, self.spoken))
        follow = self.registry.actions[Command.MENU](self.desk, self.spoken)
        return self._follow(replace(follow, notes=(Note("common.old_button_done"),)))

    def _hear_start(self, said: Start) -> Reply:
        link = self.registry.links.get(said.payload.casefold())
        if link:
            note = (Note("welcome.short"),) if self._is_first() else ()
            return self._leave(link, note)
        if said.payload and self._is_first():
            follow = self.registry.lost(self.desk, self.spoken)
            return self._follow(replace(follow, notes=(Note("welcome.short"), Note("welcome.deep_link_unknown"))))
        if said.payload:
            return self._leave(self.registry.actions[Command.MENU], (Note("welcome.deep_link_unknown"),))
        return self._leave(self.registry.first if self._is_first() else self.registry.actions[Command.MENU], ())

    def _hear_other(self, said: Said) -> Reply:
        question = self._current()
        if isinstance(said, Photo) and isinstance(question, Picture):
            return self._turned(self._take(said))
        if isinstance(said, Contact) and isinstance(question, Phone):
            return self._turned(self._take(said))
        if isinstance(said, Other) and said.kind == "group":
            return Reply(notes_only((Note("common.group_chat"),), self.spoken))
        follow = self.registry.photo(self.desk, self.spoken, said) if isinstance(said, Photo) else None
        if follow:
            return self._beside(follow)
        if isinstance(said, Photo):  # a platform that keeps what nobody asked for is told to forget it
            media.refuse(self.desk.session, conversation_id=self.desk.chat.id, ref=said.ref, now=self.desk.now)
        if self._is_first():
            return self._follow(self.registry.first(self.desk, self.spoken))
        return self._again(Note(unexpected(said)))

    def _beside(self, follow: Next) -> Reply:
        """The answer to a question the bot started; the form that is open stays, and is put again below it.

        Where the answer leads on to a form of its own, the open one is laid aside first.
        """
        kept = self.run is not None and self._worth_keeping(self.run)
        if self.run and kept and follow.lay_aside:
            self._park()
        elif self.run and kept and follow.open in (None, "menu"):
            turn = begin(self._form(self.run), self.run, self.spoken, follow.notes)
            return self._asked(turn, follow.changes) if turn.outcome is Outcome.ASKING else self._turned(turn)
        elif self.run and kept and follow.run_id != self.run.run_id:
            follow = _after(self._park(), follow)
        return self._follow(follow)

    # --- the open form ---

    def _run(self) -> Run:
        if self.run is None:
            raise LookupError("no form is open")
        return self.run

    def _form(self, run: Run) -> Form:
        return self.registry.handlers[run.form].form(run.facts)

    def _spoken(self, run: Run | None, language: Any = None) -> Spoken:
        extra = self.registry.handlers[run.form].extra if run else None
        options = extra(run.facts) if extra and run else None
        return Spoken(self.desk.texts, language or self.desk.chat.lang, self.desk.office, options)

    def _walk(self, run: Run) -> Walk:
        if self._walked is None:
            self._walked = walk(self._form(run), run)
        return self._walked

    def _current(self) -> Question[Any] | None:
        return on_the_table(self._walk(self.run), self.run) if self.run else None

    def _take(self, said: Said) -> Turn:
        run = self._run()
        return take_turn(self._form(run), run, said, self.spoken, self._walk(run))

    def _again(self, note: Note) -> Reply:
        """Say something and put the open question once more; with none open, the menu without its welcome."""
        if self.run is None and self._is_quiet():
            return self._follow(Next((note,)))
        if self.run is None or self.run.form == "menu":
            follow = self.registry.actions[Command.MENU](self.desk, self.spoken)
            return self._follow(replace(follow, notes=(note,), run_id=self.run.run_id if self.run else None))
        return self._turned(begin(self._form(self.run), self.run, self.spoken, (note,)))

    def _is_quiet(self) -> bool:
        """An officer is answering: no menu comes in between."""
        return self.desk.chat.quiet_until is not None and self.desk.now < self.desk.chat.quiet_until

    # --- commands ---

    def _act(self, command: Command, *notes: Note) -> Reply:
        run = self.run
        if run and command is Command.WITHDRAW and self._worth_keeping(run):
            command = Command.BACK  # half-way through the questions "mundur" is one step back
        if run and command is Command.BACK:
            return self._turned(back(self._form(run), run, self.spoken))
        if run and command is Command.HELP:
            return self._help(run)
        if run and command is Command.CANCEL and self._worth_keeping(run):
            return self._turned(lay_over(self._form(run), run, "cancel", self.spoken))
        if run and command is Command.RESUME and self.registry.handlers[run.form].kept:
            return self._turned(begin(self._form(run), run, self.spoken))
        return self._leave(self.registry.actions[command], notes)

    def _help(self, run: Run) -> Reply:
        question = self._current()
        key = f"{question.text}.help" if question else ""
        if not self.desk.texts.has(key):
            return self._again(Note("common.help_outside"))
        return self._again(Note("common.help_in_form", {"help": Phrase(key)}))

    def _leave(self, action: Action, notes: tuple[Note, ...]) -> Reply:
        """Go elsewhere; an interrupted form is laid aside first, and said so."""
        parked = self._park() if self.run and self._worth_keeping(self.run) else ()
        follow = action(self.desk, self.spoken)
        return self._follow(replace(_after(parked, follow), notes=(*notes, *_after(parked, follow).notes)))

    def _worth_keeping(self, run: Run) -> bool:
        return self.registry.handlers[run.form].kept and bool(run.answers)

    def _park(self) -> tuple[Note, ...]:
        run = self._run()
        done, total = upgrade.standing(self._form(run), run)
        drafts.park(
            self.desk.session,
            conversation_id=self.desk.chat.id,
            run_id=run.run_id,
            form=run.form,
            answers=run.answers,
            facts=run.facts,
            now=self.desk.now,
            days=self.desk.office.draft_days,
            at=(done, total),
        )
        return (Note("common.parked", {"n": done, "total": total}),)

    # --- what follows ---

    def _turned(self, turn: Turn) -> Reply:
        if turn.outcome is Outcome.ASKING:
            return self._asked(turn)
        if turn.outcome is Outcome.STALE:
            return self._asked(replace(turn, notes=(Note("common.old_button_form"), *turn.notes)))
        if turn.outcome is Outcome.OFFICER:
            return self._leave(lambda d, s: self.registry.stuck(d, s, turn.stuck_at or ""), ())
        if turn.outcome is Outcome.LEAVE or (turn.outcome is Outcome.PARK and not self._worth_keeping(turn.run)):
            return self._leave(self.registry.actions[Command.MENU], ())
        if turn.outcome in (Outcome.PARK, Outcome.DISCARD):
            return self._laid_down(turn)
        return self._follow(self._ended(turn))

    def _laid_down(self, turn: Turn) -> Reply:
        if turn.outcome is Outcome.PARK:
            self._park()
            until = self.desk.office.local_day(self.desk.now, self.desk.office.draft_days)
            note = Note("common.cancel_kept", {"date": until})
        else:
            drafts.drop(self.desk.session, self.desk.chat.id, self._run().form)
            note = Note("common.cancel_discarded")
        return self._follow(replace(self.registry.actions[Command.MENU](self.desk, self.spoken), notes=(note,)))

    def _ended(self, turn: Turn) -> Next:
        handler = self.registry.handlers[turn.run.form]
        if turn.outcome is Outcome.STOPPED and handler.stopped:
            follow = handler.stopped(self.desk, self.spoken, turn)
        else:
            follow = handler.finish(self.desk, self.spoken, turn)
        return replace(follow, notes=(*turn.notes, *follow.notes))

    def _follow(self, follow: Next) -> Reply:
        """Open what comes next, and what comes after that, until something is asked."""
        changes: dict[str, Any] = {}
        for _ in range(CHAIN):
            changes.update(follow.changes)
            self.document = follow.document or self.document
            self.spoken = self._spoken(None, changes.get("language"))
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
            self.spoken = self._spoken(run, changes.get("language"))
            turn = begin(self._form(run), run, self.spoken, follow.notes)
            if turn.outcome is Outcome.ASKING:
                return self._asked(turn, changes)
            follow = self._ended(turn)
        raise RecursionError(f"forms follow one another without a question, at {follow.open!r}")

    def _asked(self, turn: Turn, changes: Mapping[str, Any] | None = None) -> Reply:
        run = turn.run if self.desk.chat.person_id else without_words(turn.run)
        columns = {
            "run_id": run.run_id,
            "form": run.form,
            "answers": dict(run.answers),
            "view": dict(run.view),
            "facts": dict(run.facts),
        }
        if not self.desk.chat.person_id:
            turn = without_echo(turn)
        shown = bubble(turn, self.spoken, progress=self._form(run).progress)
        if turn.redraw:
            shown = replace(shown, redraw=self.redrawn)
        return self._reply(shown, {**columns, **(changes or {})})

    def _reply(self, shown: Any, changes: Mapping[str, Any]) -> Reply:
        if shown and self.document:
            shown = replace(shown, extra={**shown.extra, "document": dict(self.document)})
        return Reply(shown, {**changes, "changed_at": self.desk.now}, keep_words=self.desk.chat.person_id is not None)


def _after(parked: tuple[Note, ...], follow: Next) -> Next:
    """What is said of a form just laid aside; an offer to go on with it says it itself."""
    return follow if follow.open == "resume" else replace(follow, notes=(*parked, *follow.notes))
