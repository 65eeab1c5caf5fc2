"""One message, one reply: who hears it and what it leads to."""

from __future__ import annotations

import re
from dataclasses import replace

from conversation.kinds import Phone, Picture
from conversation.question import Phrase
from conversation.run import Run
from conversation.said import Contact, Other, Photo, Said, Start, Tap, Text
from conversation.turn import Note, Outcome, back, begin, lay_over
from handlers import commands, upgrade
from handlers.commands import Command
from handlers.desk import Desk, Reply
from handlers.next import Next
from handlers.registry import Registry
from handlers.table import Table, after
from handlers.unsaid import unexpected
from handlers.wording import notes_only
from services import media, persons
from services.eligibility import NoRuleSet

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
        return _Hearing(desk, registry).hear(said)
    except NoRuleSet:  # something kept needs a version of the rules that was taken off the shelf
        hearing = _Hearing(desk, registry)
        return hearing.follow(upgrade.begin_again(desk, hearing.spoken))


class _Hearing(Table):
    """What was said, led to the form that is open or elsewhere."""

    def hear(self, said: Said) -> Reply:
        """Text, button, link or something else."""
        if isinstance(said, Tap):
            self.redrawn = said.message_id
        if self.renewed and not (isinstance(said, Text) and commands.stops(self.desk.texts, said.text)):
            return self.again(upgrade.CHANGED)  # it was meant for a question of rules that are gone
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
            return self.again(Note("common.nik_warning"))
        if said.had_secret:
            return self.again(Note("common.secret_warning"))
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
        question = self.current()
        if not about.startswith("t-") and (self.is_first() or (question and question.commands_win)):
            return None
        return self.registry.paired(self.desk, self.spoken, word, about)

    def _number(self, said: Text) -> Next | None:
        """The number of an application ("BTN-2026-004312"), unless free text is wanted."""
        question = self.current()
        if question and question.commands_win:
            return None
        follow = self.registry.typed(self.desk, self.spoken, said.text)
        return replace(follow, notes=(Note("welcome.short"), *follow.notes)) if follow and self.is_first() else follow

    def _code(self, said: Text) -> Next | None:
        """Six digits that no question takes may join this chat to another."""
        found = SIX_DIGITS.match(said.text)
        return self.registry.six_digits(self.desk, self.spoken, "".join(found.groups())) if found else None

    def _current_warns(self) -> bool:
        question = self.current()
        return question is not None and question.key == "nib_number"

    def _in_form(self, said: Text) -> Reply:
        question = self.current()
        free = question is not None and question.commands_win and not self.open_run().view.get("over")
        command = commands.in_free_text(said.text) if free else None
        command = command or (self._hello_again(said) if self.desk.came_back else None)
        if command:
            return self._act(command)
        turn = self.take(said)
        if turn.understood and (turn.sure or free):
            return self.turned(turn)
        if follow := self._code(said):
            return self._beside(follow)
        if free:
            return self.turned(turn)
        command = commands.exactly(self.desk.texts, said.text)
        if command is None and self.open_run().form == "menu" and (follow := self._for_officer(said)):
            return self.follow(follow)
        if command is None and not turn.understood:
            command = commands.nearly(self.desk.texts, said.text)
        return self._act(command) if command else self.turned(turn)

    def _for_officer(self, said: Text) -> Next | None:
        """While an officer is answering, what names no service goes to them."""
        return self.registry.quiet(self.desk, self.spoken, said)

    def _hello_again(self, said: Text) -> Command | None:
        """ "Pagi" after a night is a greeting, not the name of a business."""
        command = commands.exactly(self.desk.texts, said.text)
        return command if command is Command.GREETING else None

    def _outside(self, said: Text) -> Reply:
        if follow := self._code(said):
            return self.follow(follow)
        command = commands.exactly(self.desk.texts, said.text)
        if self.is_first():
            return self._first(said, command)
        if command in (None, Command.GREETING) and (follow := self._for_officer(said)):
            return self.follow(follow)
        if command is None and (follow := self.registry.asked(self.desk, self.spoken, said)):
            return self.follow(follow)
        command = command or commands.nearly(self.desk.texts, said.text)
        return self._act(command) if command else self.follow(self.registry.lost(self.desk, self.spoken))

    def _first(self, said: Text, command: Command | None) -> Reply:
        """A deep link or a printed word leads straight on, a question is answered; everything is greeted, with the
        menu."""
        if command is None and (page := self.registry.asked(self.desk, self.spoken, said)):
            notes = (Note("welcome.short"), *page.notes)
            return self.follow(replace(page, notes=notes, open="menu", facts=self.registry.menu(self.desk)))
        if command is None or command in GREETED:
            return self.follow(self.registry.first(self.desk, self.spoken))
        return self._act(command, Note("welcome.short"))

    def _hear_tap(self, said: Tap) -> Reply:
        if started := self.registry.started.get(said.run):
            follow = started(self.desk, self.spoken, said)
            return self._beside(follow or Next((Note("common.old_button_done"),), open="menu"))
        if self.run and said.run == self.run.run_id:
            return self.turned(self.take(said))
        if self.run:
            return self.again(Note("common.old_button_form"))
        if self.is_first():
            return self.follow(self.registry.first(self.desk, self.spoken))
        follow = self.registry.actions[Command.MENU](self.desk, self.spoken)
        return self.follow(replace(follow, notes=(Note("common.old_button_done"),)))

    def _hear_start(self, said: Start) -> Reply:
        link = self.registry.links.get(said.payload.casefold()) or self.registry.deep(said.payload)
        if link:
            note = (Note("welcome.short"),) if self.is_first() else ()
            return self.leave(link, note)
        if said.payload and self.is_first():
            follow = self.registry.lost(self.desk, self.spoken)
            return self.follow(replace(follow, notes=(Note("welcome.short"), Note("welcome.deep_link_unknown"))))
        if said.payload:
            return self.leave(self.registry.actions[Command.MENU], (Note("welcome.deep_link_unknown"),))
        return self.leave(self.registry.first if self.is_first() else self.registry.actions[Command.MENU], ())

    def _hear_other(self, said: Said) -> Reply:
        question = self.current()
        if isinstance(said, Photo) and isinstance(question, Picture):
            return self.turned(self.take(said))
        if isinstance(said, Contact) and isinstance(question, Phone):
            if said.own and self.desk.chat.person_id is not None:
                persons.vouch(self.desk.session, self.desk.chat.person_id, said.phone, self.desk.now)
            return self.turned(self.take(said))
        if isinstance(said, Other) and said.kind == "group":
            return Reply(notes_only((Note("common.group_chat"),), self.spoken))
        follow = self.registry.photo(self.desk, self.spoken, said) if isinstance(said, Photo) else None
        if follow:
            return self._beside(follow)
        if isinstance(said, Photo):  # a platform that keeps what nobody asked for is told to forget it
            media.refuse(self.desk.session, conversation_id=self.desk.chat.id, ref=said.ref, now=self.desk.now)
        if self.is_first():
            return self.follow(self.registry.first(self.desk, self.spoken))
        return self.again(Note(unexpected(said)))

    def _beside(self, follow: Next) -> Reply:
        """The answer to a question the bot started; the form that is open stays, and is put again below it.

        Where the answer leads on to a form of its own, the open one is laid aside first.
        """
        kept = self.run is not None and self.worth_keeping(self.run)
        self.document = follow.document or self.document
        if self.run and kept and follow.lay_aside:
            self.park()
        elif self.run and kept and follow.open in (None, "menu"):
            turn = begin(self.form(self.run), self.run, self.spoken, follow.notes)
            return self.asked(turn, follow.changes) if turn.outcome is Outcome.ASKING else self.turned(turn)
        elif self.run and kept and follow.run_id != self.run.run_id:
            follow = after(self.park(), follow)
        return self.follow(follow)

    def _act(self, command: Command, *notes: Note) -> Reply:
        run = self.run
        if run and command is Command.WITHDRAW and self.worth_keeping(run):
            command = Command.BACK  # half-way through the questions "mundur" is one step back
        if run and command is Command.BACK:
            return self.turned(back(self.form(run), run, self.spoken))
        if run and command is Command.HELP:
            return self._help(run)
        if run and command is Command.CANCEL and self.worth_keeping(run):
            return self.turned(lay_over(self.form(run), run, "cancel", self.spoken))
        if run and command is Command.RESUME and self.registry.handlers[run.form].kept:
            return self.turned(begin(self.form(run), run, self.spoken))
        if run and command in (Command.ENGLISH, Command.INDONESIAN) and run.form != "menu":
            return self._in_another_language(run, self.registry.actions[command](self.desk, self.spoken))
        return self.leave(self.registry.actions[command], notes)

    def _in_another_language(self, run: Run, follow: Next) -> Reply:
        """The question that is open, in the words of the other language: nothing is laid aside for it."""
        self.spoken = self.words_of(run, follow.changes["language"])
        turn = begin(self.form(run), run, self.spoken, follow.notes)
        return self.asked(turn, follow.changes)

    def _help(self, run: Run) -> Reply:
        question = self.current()
        key = f"{question.text}.help" if question else ""
        if not self.desk.texts.has(key):
            return self.again(Note("common.help_outside"))
        return self.again(Note("common.help_in_form", {"help": Phrase(key)}))
