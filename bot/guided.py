"""What officers do in somebody's chat from the console, done by the conversations themselves."""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.inbox import chat_of
from handlers import Desk, Guide, Reply
from models import Conversation, Session
from services.guiding import Next
from services.office import Office
from services.stuck import Standing
from texts import Catalogue


@dataclass(frozen=True, slots=True)
class Engine:
    """`services.stuck.Engine` with the handlers of this program."""

    texts: Catalogue
    office_now: Callable[[], Office]

    def standing(self, session: Session, chat: Conversation, now: dt.datetime) -> Standing | None:
        """At which question they are."""
        return self._guide(session, chat, "", now).standing()

    def again(self, session: Session, chat: Conversation, officer: str, now: dt.datetime) -> Next | None:
        """The open question once more."""
        return _next(self._guide(session, chat, officer, now).again())

    def back(self, session: Session, chat: Conversation, officer: str, now: dt.datetime) -> Next | None:
        """One question back."""
        return _next(self._guide(session, chat, officer, now).back())

    def lay_aside(self, session: Session, chat: Conversation, now: dt.datetime) -> Next:
        """What is open is closed, and kept."""
        reply = self._guide(session, chat, "", now).lay_aside()
        return Next(reply.bubble, reply.changes)

    def go_on(self, session: Session, chat: Conversation, officer: str, now: dt.datetime) -> Next:
        """The bot speaks again."""
        reply = self._guide(session, chat, officer, now).go_on()
        return Next(reply.bubble, reply.changes)

    def _guide(self, session: Session, chat: Conversation, officer: str, now: dt.datetime) -> Guide:
        loaded = chat_of({column.key: getattr(chat, column.key) for column in Conversation.__table__.columns})
        run_id = secrets.token_hex(4)
        return Guide(Desk(loaded, now, self.office_now(), self.texts, lambda: session, lambda: run_id), officer)


def _next(reply: Reply | None) -> Next | None:
    return Next(reply.bubble, reply.changes) if reply else None
