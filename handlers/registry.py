"""What the dispatcher knows of the conversations: filled in once, in `handlers/__init__.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conversation.said import Photo, Tap, Text
from handlers.commands import Command
from handlers.desk import Desk
from handlers.next import Handler, Next
from handlers.spoken import Spoken

Action = Callable[[Desk, Spoken], Next]


@dataclass(frozen=True)
class Registry:
    """Which words start what, and what happens when a form is finished. Read it in `handlers/__init__.py`."""

    handlers: Mapping[str, Handler]
    actions: Mapping[Command, Action]
    links: Mapping[str, Action]  # what a deep link's payload opens
    deep: Callable[[str], Action | None]  # the same for links that carry a code ("acara_SOS01")
    first: Action  # the very first message of a chat, when it asks for nothing in particular
    menu: Callable[[Desk], Mapping[str, Any]]  # the menu's facts where nobody gives others
    lost: Action  # nothing is open and nothing was understood
    coded: Callable[[Desk, Spoken, str, str], Next | None]  # "SUDAH T5"
    started: Mapping[str, Callable[[Desk, Spoken, Tap], Next | None]]  # buttons of questions the bot started
    six_digits: Callable[[Desk, Spoken, str], Next | None]  # a code that joins two chats
    stuck: Callable[[Desk, Spoken, str], Next]  # an officer is asked to help with a question
    quiet: Callable[[Desk, Spoken, Text], Next | None]  # an officer is answering: the words go to the ticket
    photo: Callable[[Desk, Spoken, Photo], Next | None]  # a picture for the officer who is answering
    asked: Callable[[Desk, Spoken, Text], Next | None]  # a question in the person's own words, with nothing open
    paired: Callable[[Desk, Spoken, str, str], Next | None]  # "SUDAH T-118", "MINAT 4"
    typed: Callable[[Desk, Spoken, str], Next | None]  # words with a number or code: "BTN-2026-004312", "ACARA SOS01"
