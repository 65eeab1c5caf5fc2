"""A question: when it is asked, how an answer to it is heard, and how a kept answer is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from conversation.hearing import Option
from conversation.said import Said, Tap

T = TypeVar("T")


class Invalid(Exception):
    """A kept or typed answer cannot be taken. `reason` names a text of the question ("err1", "taken" …)."""

    def __init__(self, reason: str = "", **values: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


class Words(Protocol):
    """Whoever knows the words of the language spoken: the options of a text, and lists of words."""

    def options(self, key: str, ids: Sequence[str] | None = None) -> tuple[Option, ...]:
        """The options of a text in their order, or those of `ids`."""
        ...

    def heard(self, name: str) -> frozenset[str]:
        """A list of words under `common.hear`, normalised ("skip", "done", "yes", "no")."""
        ...


@dataclass(frozen=True, slots=True)
class Label:
    """The label of an option, to be looked up in the language spoken when a prompt is filled in."""

    text: str
    option: str
    within: bool = False  # it stands within a sentence: "daging atau ayam", not "Daging atau ayam"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text of its own that stands within another."""

    key: str


class Answers(Mapping[str, Any]):
    """What has been said so far, as read by its questions: `answers[regency]` has the question's own type."""

    def __init__(self, read: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        self._read = read
        self.facts = facts

    def __getitem__(self, question: Question[T] | str) -> T:
        """The answer to a question, by itself or by its key. KeyError when it has not been asked."""
        value: T = self._read[question if isinstance(question, str) else question.key]
        return value

    @property
    def plain(self) -> Mapping[str, Any]:
        """The answers by the keys of their questions, for rules that judge them many times a turn."""
        return self._read

    def __iter__(self) -> Any:
        """The keys of the questions answered."""
        return iter(self._read)

    def __len__(self) -> int:
        """How many have been answered."""
        return len(self._read)

    def of(self, question: Question[T]) -> T | None:
        """The answer, or None when the question was not asked or was left open."""
        return self._read.get(question.key)


def always(answers: Answers) -> bool:
    """Ask in every case."""
    return True


def nothing(answers: Answers) -> Mapping[str, Any]:
    """A prompt without placeholders of its own."""
    return {}


# --- what hearing an answer leads to -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Take:
    """The answer is taken, as `raw` (JSON)."""

    raw: Any
    sure: bool = True  # said in so many words; a command spelled exactly beats a guess


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Probably meant, to be confirmed with yes or no before it counts. `label` is what it was read as."""

    raw: Any
    label: str
    text: str = "common.reading"
    values: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[str, Any] = field(default_factory=dict)  # answers to other questions that a yes changes too


@dataclass(frozen=True, slots=True)
class Which:
    """Several options fit: ask which one. `ids` are options of the question."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """Nothing answered: show something else of the same question (a page, the ticks so far)."""

    view: Mapping[str, Any]
    redraw: bool = False  # draw the buttons anew in place instead of sending a message


@dataclass(frozen=True, slots=True)
class Aside:
    """Something is told and the question asked again ("baca lengkap")."""

    text: str


@dataclass(frozen=True, slots=True)
class Clash:
    """A tick that excludes all others, and those that were given beside it."""

    alone: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Not understood or not allowed. `reason` names a text of the question; empty: its own err1, then err2."""

    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


Heard = Take | ReadBack | Which | Look | Aside | Clash | Wrong


@dataclass(frozen=True, slots=True)
class Ear:
    """What hearing needs to know: the words of the language, the answers so far, what was last shown."""

    words: Words
    answers: Answers
    view: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choices:
    """The options shown with a question just now."""

    options: tuple[Option, ...] = ()
    first: int = 1  # the number of the first of them: numbers go on over the pages
    ticked: frozenset[str] = frozenset()
    several: bool = False
    page: int = 0
    pages: int = 1
    ask_contact: bool = False
    numbered: bool = True
    finish: bool = False  # a "Selesai" row belongs below


@dataclass(frozen=True, eq=False, kw_only=True)
class Question(Generic[T]):
    """One thing that is asked. `key` names its answer for ever: if its meaning changes, the key changes.

    `text` is where its words stand (`journey.regency` → `.ask`, `.err1`, `.err2`, `.help`, `.options`).
    `when` may look at earlier answers and at the facts of the run. `fill` gives the placeholders of its prompt.
    """

    key: str
    text: str
    prompt: str | None = None  # the text that asks; None: `<text>.ask`, "": nothing but what was said before it
    errors: tuple[str, str] | None = (
        None  # the texts of the first and second wrong answer; None: `<text>.err1`, `.err2`
    )
    page_prompt: str = ""  # the text above a page that was turned to; empty: the prompt again
    third: str = ""  # what lies over the question at the third; empty: skip it or ask an officer
    when: Callable[[Answers], bool] = always
    fill: Callable[[Answers], Mapping[str, Any]] = nothing
    was: tuple[str, ...] = ()  # the keys of the same question in earlier releases: their answers and buttons count
    needs: tuple[str, ...] = ()  # the keys of answers without which it can be neither put nor answered
    part: int = 1
    required: bool = False  # the third wrong answer cannot skip it
    skippable: bool = False  # "LEWATI" is offered from the start
    skipped: Any = None  # what is kept when it is skipped
    commands_win: bool = False  # free text: a whole-message command wins over the answer
    raws: ClassVar[tuple[type, ...]] = (object,)  # what its kept answers are made of; anything else is asked again
    check: Callable[[Any], Any] | None = None  # a typed or kept value → the value to use, or raises Invalid

    def hear(self, said: Said, ear: Ear) -> Heard:
        """Make an answer of what was said."""
        raise NotImplementedError  # each kind hears in its own way

    def read(self, raw: Any, answers: Answers) -> T:
        """The typed value of a kept answer; raises Invalid when it can no longer be taken."""
        value: T = self.check(raw) if self.check and raw is not None else raw
        return value

    def choices(self, ear: Ear) -> Choices:
        """What can be tapped for this question just now."""
        return Choices()

    def asks(self, answers: Answers) -> str:
        """The key of the text that asks."""
        return f"{self.text}.ask" if self.prompt is None else self.prompt

    def error(self, count: int) -> str:
        """The key of what is said to the first or the second wrong answer."""
        return self.errors[count - 1] if self.errors else f"{self.text}.err{count}"

    def skip_words(self, ear: Ear) -> frozenset[str]:
        """The words that leave this question out, where that is offered."""
        return ear.words.heard("skip") if self.skippable else frozenset()


def tapped(said: Said, question: Question[Any]) -> str | None:
    """The option of this question that was tapped, or None."""
    return said.option if isinstance(said, Tap) and said.question in (question.key, *question.was) else None
