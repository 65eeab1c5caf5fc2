"""The kinds of question: one of several, several of several, a number, words, a list, a phone, a photo, a review."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from conversation import hearing
from conversation.question import (
    Answers,
    Aside,
    Choices,
    Clash,
    Ear,
    Heard,
    Invalid,
    Look,
    Question,
    ReadBack,
    Take,
    Which,
    Wrong,
    tapped,
)
from conversation.said import Contact, Photo, Said, Text

E = TypeVar("E", bound=StrEnum)
ROWS = 8  # options on a page of a long list: with two rows for turning pages it fits a WhatsApp list
NEXT, BACK, DONE, SKIP = ">", "<", "!done", "!skip"


def typed(said: Said) -> str | None:
    """The words of a message, or None when it is something else."""
    return said.text if isinstance(said, Text) else None


@dataclass(frozen=True, eq=False, kw_only=True)
class Choice(Question[str]):
    """Tap or type one of several. `ids` narrows or orders the options of the text, also by earlier answers."""

    raws: ClassVar[tuple[type, ...]] = (str,)
    ids: Sequence[str] | Callable[[Answers], Sequence[str]] | None = None
    heard_ids: Sequence[str] = ()  # understood when typed, without a button or a number
    asides: tuple[tuple[str, str], ...] = ()  # options that only tell something: (option, key of the text)
    outright: tuple[str, ...] = ()  # options that bind or cannot be undone: said in so many words, or read back
    listed: bool = False  # the prompt's own words name the options with their numbers
    guess: Callable[[str, Ear], Heard | None] | None = None  # a kind of answer of its own ("500 jt sebulan")

    def options(self, ear: Ear) -> tuple[hearing.Option, ...]:
        """All options, over all pages."""
        ids = self.ids(ear.answers) if callable(self.ids) else self.ids
        return ear.words.options(self.text, ids)

    def hear(self, said: Said, ear: Ear) -> Heard:
        """A tap, a number, a name, a slip of the finger."""
        options = self.options(ear)
        option = tapped(said, self)
        if option is not None:
            return self._tap(option, options, ear)
        text = typed(said)
        if text is None:
            return Wrong()
        return self._typed(text, options, ear)

    def _tap(self, option: str, options: tuple[hearing.Option, ...], ear: Ear) -> Heard:
        if option in (NEXT, BACK):
            page = int(ear.view.get("page", 0)) + (1 if option == NEXT else -1)
            return Look({"page": max(0, min(page, (len(options) - 1) // ROWS))}, redraw=False)
        return self._chosen(option, True) if any(o.id == option for o in options) else Wrong()

    def _typed(self, text: str, options: tuple[hearing.Option, ...], ear: Ear) -> Heard:
        heard = (*options, *ear.words.options(self.text, self.heard_ids))
        match = hearing.one_of(heard, hearing.normalise(text), len(options))
        if not match.sure and self.guess and (guessed := self.guess(text, ear)):
            return guessed
        if len(match.ids) == 1:
            option = next(o for o in heard if o.id == match.ids[0])
            return (
                self._chosen(option.id, match.sure)
                if self.takes(option, match, text)
                else ReadBack(option.id, option.label)
            )
        return Which(match.ids) if match.ids else Wrong()

    def takes(self, option: hearing.Option, match: hearing.Match, text: str) -> bool:
        """Whether what was typed is enough to choose this option: a consent is never made out of half a sentence."""
        plain = match.sure or option.id not in self.outright
        return plain or hearing.is_outright(option, hearing.normalise(text))

    def _chosen(self, option: str, sure: bool) -> Heard:
        told = dict(self.asides).get(option)
        return Aside(told) if told else Take(option, sure=sure)

    def read(self, raw: Any, answers: Answers) -> str:
        """An option that has gone since is asked again."""
        if raw is not None and raw == self.skipped:
            return str(raw)
        ids = self.ids(answers) if callable(self.ids) else self.ids
        if raw is not None and ids is not None and raw not in ids and raw not in self.heard_ids:
            raise Invalid("err1", said=str(raw))
        return super().read(raw, answers)

    def choices(self, ear: Ear) -> Choices:
        """The page of options last looked at."""
        options = self.options(ear)
        if len(options) <= ROWS + 2:
            return Choices(options)
        page = int(ear.view.get("page", 0))
        start = page * ROWS
        return Choices(
            options[start : start + ROWS], first=start + 1, page=page, pages=(len(options) + ROWS - 1) // ROWS
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Many(Question[tuple[str, ...]]):
    """Tick several. Options in `alone` ("tidak ada", "tidak tahu") exclude all others."""

    raws: ClassVar[tuple[type, ...]] = (list, tuple, str)
    ids: Sequence[str] | None = None
    heard_ids: Sequence[str] = ()
    alone: tuple[str, ...] = ("none", "unsure", "unknown")

    def hear(self, said: Said, ear: Ear) -> Heard:
        """Rows that toggle and a last row that finishes, or "1 3" typed."""
        options = ear.words.options(self.text, self.ids)
        option = tapped(said, self)
        if option is not None:
            return self._tap(option, options, ear)
        text = typed(said)
        if text is None:
            return Wrong()
        ticks = frozenset(ear.view.get("ticks", ()))
        if ticks and hearing.normalise(text) in ear.words.heard("done"):
            return self._take(tuple(o.id for o in options if o.id in ticks))
        return self._typed(text, options, ear)

    def _tap(self, option: str, options: tuple[hearing.Option, ...], ear: Ear) -> Heard:
        ticks = set(ear.view.get("ticks", ()))
        if option == DONE:
            return self._take(tuple(o.id for o in options if o.id in ticks)) if ticks else Wrong()
        if option not in {o.id for o in options}:
            return Wrong()
        if option in self.alone:
            return self._take((*sorted(ticks), option))
        return Look({"ticks": sorted(ticks ^ {option})}, redraw=True)

    def _typed(self, text: str, options: tuple[hearing.Option, ...], ear: Ear) -> Heard:
        heard = (*options, *ear.words.options(self.text, self.heard_ids))
        ticks = hearing.several_of(heard, text, len(options))
        if ticks.unclear or ticks.unknown or not ticks.ids:
            return Wrong()
        # What is typed comes to what is ticked already: nobody who ticked NIB and then types "2" means to take it back.
        before = frozenset(ear.view.get("ticks", ()))
        ids = (*(o.id for o in options if o.id in before - set(ticks.ids)), *ticks.ids)
        if ticks.doubtful:
            return ReadBack(list(ids), ", ".join(o.label for o in heard if o.id in ids))
        return self._take(ids)

    def _take(self, ids: tuple[str, ...]) -> Heard:
        lonely = [i for i in ids if i in self.alone]
        others = tuple(i for i in ids if i not in self.alone) or tuple(lonely[1:2])
        return Clash(lonely[0], others) if lonely and others else Take(list(ids))

    def read(self, raw: Any, answers: Answers) -> tuple[str, ...]:
        """The ticks, in the order given."""
        if raw == self.skipped and isinstance(raw, str):
            return (raw,)
        if raw is not None and self.ids is not None and any(r not in (*self.ids, *self.heard_ids) for r in raw):
            raise Invalid("err1", said="")
        ticks: tuple[str, ...] = tuple(raw) if raw is not None else ()
        return ticks

    def choices(self, ear: Ear) -> Choices:
        """All rows, ticked or not, and a row to finish once something is ticked."""
        ticks = frozenset(ear.view.get("ticks", ()))
        return Choices(ear.words.options(self.text, self.ids), ticked=ticks, several=True, finish=bool(ticks))


@dataclass(frozen=True, eq=False, kw_only=True)
class Number(Question[int]):
    """A whole number, in digits or words; an option ("belum tahu") may stand beside it."""

    raws: ClassVar[tuple[type, ...]] = (int, str)
    least: int = 1
    most: int = 9999
    odd_above: int = 9999  # "really that many?"

    def hear(self, said: Said, ear: Ear) -> Heard:
        """ "3", "tiga", "ada 3 macam"."""
        options = ear.words.options(self.text)
        option = tapped(said, self)
        if option is not None:
            return self._tap(option, options)
        text = hearing.normalise(typed(said) or "")
        if text in self.skip_words(ear):
            return Take(self.skipped)
        found = [int(n) for n in re.findall(r"\d{1,7}", text)] or hearing.numbers_in(text)
        if len(found) == 1 and found[0] < 1_000_000:
            return self._number(found[0])
        match = next((o.id for o in options if text in o.words or text == hearing.normalise(o.label)), None)
        match = match or next((o.id for o in options if o.id == "unsure" and hearing.is_unsure(text)), None)
        return Take(match) if match else Wrong()

    def _tap(self, option: str, options: Sequence[hearing.Option]) -> Heard:
        if option == SKIP and self.skippable:
            return Take(self.skipped)
        return Take(option) if any(o.id == option for o in options) else Wrong()

    def _number(self, number: int) -> Heard:
        if not self.least <= number <= self.most:
            return Wrong()
        return ReadBack(number, str(number)) if number > self.odd_above else Take(number)

    def choices(self, ear: Ear) -> Choices:
        """The option beside the number carries no number of its own, or "1" would mean two things."""
        skip = ear.words.options("common.skip_button", ("!skip",)) if self.skippable else ()
        return Choices((*ear.words.options(self.text), *skip), numbered=False)


@dataclass(frozen=True, eq=False, kw_only=True)
class Written(Question[str]):
    """Free text of at most `most` characters, tidied by `check`."""

    raws: ClassVar[tuple[type, ...]] = (str,)
    most: int = 200
    commands_win: bool = True

    def hear(self, said: Said, ear: Ear) -> Heard:
        """What was typed, if the check takes it."""
        if tapped(said, self) == SKIP and self.skippable:
            return Take(self.skipped)
        text = typed(said)
        if text is None:
            return Wrong()
        if hearing.normalise(text) in self.skip_words(ear):
            return Take(self.skipped)
        tidy = " ".join(text.split())
        if len(tidy) > self.most:
            return Wrong("common.too_long", {"max": self.most})
        return self._checked(tidy)

    def _checked(self, text: str) -> Heard:
        try:
            return Take(self.check(text) if self.check else text)
        except Invalid as fault:
            return Wrong(fault.reason, fault.values)

    def choices(self, ear: Ear) -> Choices:
        """A button to skip, where skipping is offered."""
        if not self.skippable:
            return Choices()
        return Choices(tuple(o for o in ear.words.options("common.skip_button") if o.id == SKIP), numbered=False)


@dataclass(frozen=True, eq=False, kw_only=True)
class Listing(Written):
    """Several names in one message: one a line, or with commas."""

    raws: ClassVar[tuple[type, ...]] = (list, tuple, str)
    most: int = 1000
    most_items: int = 50
    longest: int = 100

    def hear(self, said: Said, ear: Ear) -> Heard:
        """Names, without doubles, in the order given."""
        text = typed(said)
        if text is None or hearing.normalise(text) in self.skip_words(ear):
            return super().hear(said, ear)
        if len(text) > self.most:
            return Wrong("common.too_long", {"max": self.most})
        rows = re.split(r"[,;\n]|\s\d{1,2}[.)]\s", text)
        names = [" ".join(re.sub(r"^\s*(?:\d{1,2}[.)]\s|[-•*]+\s)", "", row).split()) for row in rows]
        kept = list(dict.fromkeys(n for n in names if any(c.isalpha() for c in n)))
        if not kept or len(kept) > self.most_items or any(len(n) > self.longest for n in kept):
            return Wrong()
        return Take(kept)

    def read(self, raw: Any, answers: Answers) -> Any:
        """The names as a tuple."""
        return tuple(raw) if raw is not None else ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Phone(Written):
    """A phone number: shared by its owner, or typed."""

    def hear(self, said: Said, ear: Ear) -> Heard:
        """Only one's own contact card is taken; another's is refused and not kept."""
        if isinstance(said, Contact):
            if not said.own:
                return Wrong("common.contact_other")
            return self._checked(said.phone)
        return super().hear(said, ear)

    def choices(self, ear: Ear) -> Choices:
        """The platform's own button for sharing one's number."""
        return Choices(ask_contact=True)


@dataclass(frozen=True, eq=False, kw_only=True)
class Picture(Question[Any]):
    """A photo, kept as a reference until its bytes have been fetched."""

    raws: ClassVar[tuple[type, ...]] = (dict,)
    most_bytes: int = 10_000_000
    commands_win: bool = True

    def hear(self, said: Said, ear: Ear) -> Heard:
        """A photo, or skipping it."""
        if tapped(said, self) == SKIP or (typed(said) and hearing.normalise(typed(said) or "") in self.skip_words(ear)):
            return Take(self.skipped)
        if not isinstance(said, Photo):
            return Wrong()
        if said.size and said.size > self.most_bytes:
            return Wrong("too_big", {"max": self.most_bytes // 1_000_000})
        return Take({"ref": said.ref, "mime": said.mime})

    def choices(self, ear: Ear) -> Choices:
        """A button to skip."""
        return Choices(tuple(o for o in ear.words.options("common.skip_button") if o.id == SKIP), numbered=False)


@dataclass(frozen=True, eq=False, kw_only=True)
class Review(Question[str]):
    """Everything once more, in numbered lines: right, or the number of the line to change."""

    raws: ClassVar[tuple[type, ...]] = (str,)
    lines: tuple[tuple[str, ...], ...] = ()  # per line the keys of the questions a change of it asks again
    inner: int = 1  # a line without keys opens the answers of this part, to choose one of them
    required: bool = True

    def hear(self, said: Said, ear: Ear) -> Heard:
        """ "Benar", or "4"."""
        options = ear.words.options(self.text)
        option = tapped(said, self)
        if option is not None:
            return self._chosen(option)
        text = hearing.normalise(typed(said) or "")
        number = hearing.number_in(text)
        if number is not None:
            return Take(f"edit:{number}") if 1 <= number <= len(self.lines) else Wrong()
        match = hearing.one_of([o for o in options if o.id == "ok"], text)
        if match.ids and not match.negated:
            return Take("ok", sure=match.sure)
        edit = hearing.one_of([o for o in options if o.id == "edit"], text)
        return Aside("register.edit_which") if edit.ids or match.negated else Wrong()

    def _chosen(self, option: str) -> Heard:
        if option == "edit":
            return Aside("register.edit_which")
        return Take(option) if option == "ok" else Wrong()

    def choices(self, ear: Ear) -> Choices:
        """Right, or something is wrong; the numbers belong to the lines."""
        return Choices(ear.words.options(self.text), numbered=False)
