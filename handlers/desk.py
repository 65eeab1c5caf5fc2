"""What a conversation handler works with for one message, and what it gives back."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conversation.run import Run
from models import Channel, Language, Reachable, Session, Stopped
from services.office import Office
from texts.bubble import Bubble

if TYPE_CHECKING:
    from texts import Catalogue

AWAY = dt.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Chat:
    """The conversation row as it was loaded (and locked) for this message."""

    id: int
    channel: Channel
    address: str
    person_id: int | None
    language: Language | None
    reachable: Reachable
    stopped: Stopped
    wanted: str | None
    first_at: dt.datetime
    last_in_at: dt.datetime | None  # before this message; None at the first
    quiet_until: dt.datetime | None
    run: Run | None
    business_id: int | None = None  # which business a phone that serves several is speaking of
    link_tries: int = 0  # wrong codes in a row
    link_blocked_until: dt.datetime | None = None
    draft_expired_at: dt.datetime | None = None  # a form had its time and was thrown away; they do not know yet
    answer_waits: bool = False  # an officer's answer that waits for the person to write

    @property
    def lang(self) -> Language:
        """The language to speak: Indonesian until the person chooses."""
        return self.language or Language.ID


@dataclass(slots=True)
class Desk:
    """One message's workplace. `session` opens a savepoint at its first use, so a turn without effects costs none."""

    chat: Chat
    now: dt.datetime
    office: Office
    texts: "Catalogue"
    open_session: Callable[[], Session]
    new_run_id: Callable[[], str]  # chance is passed in, as time is
    language_hint: str | None = None  # Telegram's language_code; only a suggestion

    @property
    def came_back(self) -> bool:
        """Whether the person writes again after hours, with other things in mind than the question last put."""
        return self.chat.last_in_at is not None and self.now - self.chat.last_in_at >= AWAY

    @property
    def session(self) -> Session:
        """The database, behind this message's own savepoint."""
        return self.open_session()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a message leads to. `changes` are columns of the conversation row; everything else was done by services."""

    bubble: Bubble | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    keep_words: bool = False  # the person has given consent: the inbound row may keep what they wrote
    toast: str = ""  # a few words for the tapped button itself (Telegram's callback answer)
