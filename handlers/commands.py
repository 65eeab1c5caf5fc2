"""Kata-kata yang berlaku di mana saja: MENU, KEMBALI, BATAL, BANTUAN, LANJUT, PETUGAS, BERHENTI and their twins."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from conversation.hearing import close, normalise
from texts import Catalogue


class Command(StrEnum):
    """What a whole message may ask for, wherever one is. The values are the lists under `common.words`."""

    STOP = "stop_exact"
    STOP_LIKE = "stop_like"
    START = "start"
    MENU = "menu"
    GREETING = "greeting"
    BACK = "back"
    CANCEL = "cancel"
    HELP = "help"
    RESUME = "resume"
    CALL_ME = "call_me"
    OFFICER = "officer"
    MY_DATA = "my_data"
    DELETE = "delete"
    LANGUAGE = "language"
    ENGLISH = "english"
    INDONESIAN = "indonesian"
    CHECK = "check"
    REGISTER = "register"
    STATUS = "status"
    EVENTS = "events"
    QUESTIONS = "questions"
    REPORT = "report"
    GENUINE = "genuine"
    TODO = "todo"
    HAVE_NIB = "have_nib"
    LADDER = "ladder"
    WITHDRAW = "withdraw"
    INTEREST = "interest"
    READ_ANSWER = "read_answer"
    STILL_WAITING = "still_waiting"
    SETTLED = "settled"
    MOVE = "move"
    NOT_ME = "not_me"
    SWITCH = "switch_business"
    MAKERS = "makers"
    NEW_ONE = "new_one"
    THANKS = "thanks"


# Within free text only these plain spellings are commands: "admin" or "pagi" may be part of a name.
PLAIN: Mapping[str, Command] = {
    "menu": Command.MENU,
    "kembali": Command.BACK,
    "back": Command.BACK,
    "batal": Command.CANCEL,
    "cancel": Command.CANCEL,
    "bantuan": Command.HELP,
    "help": Command.HELP,
    "lanjut": Command.RESUME,
    "continue": Command.RESUME,
    "petugas": Command.OFFICER,
    "officer": Command.OFFICER,
    "telepon": Command.CALL_ME,
    "telpon": Command.CALL_ME,
    "call": Command.CALL_ME,
}


@lru_cache(maxsize=4)
def _spoken(texts: Catalogue) -> Mapping[str, Command]:
    """Every word to its command. The first command that claims a word keeps it: the order of `Command` decides."""
    words: dict[str, Command] = {}
    for command in Command:
        for word in texts.words(f"common.words.{command.value}"):
            words.setdefault(_plain(word), command)
    return words


def _plain(text: str) -> str:
    return normalise(text.removeprefix("/")) or text.strip()


def exactly(texts: Catalogue, text: str) -> Command | None:
    """The command a whole message spells out; case, spaces, a leading slash and forms of address do not matter."""
    words = _spoken(texts)
    return words.get(_plain(text)) or words.get(text.strip().casefold())


def nearly(texts: Catalogue, text: str) -> Command | None:
    """The command a whole message misses by one slip of the finger, if only one fits."""
    said = _plain(text)
    hits = {command for word, command in _spoken(texts).items() if command is not Command.STOP and close(said, word)}
    return hits.pop() if len(hits) == 1 else None


def stops(texts: Catalogue, text: str) -> bool:
    """BERHENTI or STOP, exactly: it always wins."""
    return exactly(texts, text) is Command.STOP


def in_free_text(text: str) -> Command | None:
    """A command inside a question that takes free text; "/menu" is one in any spelling Telegram offers."""
    return PLAIN.get(normalise(text.strip().removeprefix("/")))
