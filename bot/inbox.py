"""One message in, one transaction: who wrote, what they mean, what they are answered, all or nothing."""

import datetime as dt
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import handlers
from bot import inbox_rows as rows
from bot import inbox_together
from bot.database import is_gone
from bot.inbound import Inbound
from bot.tables import tickets
from conversation.run import Run
from conversation.said import Reach, Said, Tap, Text
from handlers.desk import Chat, Desk, Reply
from models import Topic
from services.office import Office
from texts import Catalogue
from texts.bubble import Bubble

log = logging.getLogger(__name__)

Answer = Callable[[Desk, Said], Reply]


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one message that came in."""

    seen_before: bool = False
    failed: bool = False
    toast: str = ""
    reply: rows.NewReply | None = None


LATELY = dt.timedelta(minutes=30)  # two faults of ours within this time are one trouble to whoever wrote


@dataclass(frozen=True, slots=True)
class Inbox:
    """What receiving needs besides the message: how to answer, whose office, in which words."""

    answer: Answer
    office: Office
    texts: Catalogue
    burst: int = rows.BURST  # replies to one chat within a few seconds; more wait

    def receive(self, connection: sa.Connection, inbound: Inbound, now: dt.datetime) -> Received:
        """Take in one message within the caller's transaction. Runs in a writer thread; touches no network."""
        row, inbound_id = _begun(connection, inbound, now)
        if inbound_id is None:
            return Received(seen_before=True)  # a webhook is repeated until it is answered: once is enough
        if isinstance(inbound.said, Reach):
            rows.reach(connection, row["id"], inbound.said)
            return Received()
        reply, failed = self._answered(connection, inbound, row, now)
        words = row["person_id"] is not None and _words(inbound.said) is not None
        if failed or (words and not reply.keep_words):
            rows.forget_words(connection, inbound_id, failed)
        written = self._ended(connection, row, reply, inbound_id, now)
        return Received(failed=failed, toast=reply.toast, reply=written)

    def _ended(
        self, connection: sa.Connection, row: Mapping[str, Any], reply: Reply, inbound_id: int, now: dt.datetime
    ) -> rows.NewReply | None:
        """Write the chat back, and the reply."""
        keep = dt.timedelta(days=self.office.keeping.before_consent)
        if reply.bubble and connection.dialect.name == "postgresql":
            changes, bubble = reply.changes, reply.bubble
            return inbox_together.end(connection, row, changes, bubble, inbound_id, now, keep, self.burst)
        rows.keep_chat(connection, row["id"], reply.changes, now, keep)
        return rows.post(connection, row, reply.bubble, inbound_id, now, self.burst) if reply.bubble else None

    def _answered(
        self, connection: sa.Connection, inbound: Inbound, row: Mapping[str, Any], now: dt.datetime
    ) -> tuple[Reply, bool]:
        """Ask the handlers, behind a savepoint of their own: what fails there undoes only what was done there."""
        chat = chat_of(row)
        effects = _Effects(connection)
        try:
            reply = self.answer(self._desk(chat, effects, inbound, now), inbound.said)
            _check(reply.changes)
            effects.keep()
        except Exception as error:
            if is_gone(error):
                raise  # not the handler's fault: the message is not taken in, and will be repeated
            effects.undo()
            log.exception("a handler failed on %s in form %s", inbound.kind, row["form"])
            self._tell_office(connection, chat, inbound.said, error, now)
            return self._apology(connection, chat, inbound, now), True
        return reply, False

    def _desk(self, chat: Chat, effects: "_Effects", inbound: Inbound, now: dt.datetime) -> Desk:
        hint = inbound.language_hint
        return Desk(chat, now, self.office, self.texts, effects.session, lambda: secrets.token_hex(4), hint)

    def _tell_office(
        self, connection: sa.Connection, chat: Chat, said: Said, error: Exception, now: dt.datetime
    ) -> None:
        """Where it happened, without a word of what was said."""
        context = {
            "form": chat.run.form if chat.run else None,
            "question": said.question if isinstance(said, Tap) else None,
            "error": type(error).__name__,
        }
        ticket = {
            "conversation_id": chat.id,
            "person_id": chat.person_id,
            "topic": Topic.TROUBLE,
            "context": context,
            "opened_at": now,
            "answer_by": self.office.promise(now, self.office.answer_days),
        }
        connection.execute(sa.insert(tickets), ticket)

    def _apology(self, connection: sa.Connection, chat: Chat, inbound: Inbound, now: dt.datetime) -> Reply:
        """Our fault, and said so; the second time with a way out. Should that fail as well, in plain words."""
        effects = _Effects(connection)
        try:
            again = rows.failed_since(connection, chat.id, now - LATELY)
            reply = handlers.sorry(self._desk(chat, effects, inbound, now), again)
            effects.keep()
        except Exception as error:
            if is_gone(error):
                raise
            effects.undo()
            log.exception("an apology failed in form %s", chat.run.form if chat.run else None)
            return Reply(Bubble(self.texts.text("common.trouble", chat.lang)))
        return reply


def _begun(connection: sa.Connection, inbound: Inbound, now: dt.datetime) -> tuple[Mapping[str, Any], int | None]:
    """The chat, locked and loaded, and the id of the message; None if it came in before. Before consent no word is
    written."""
    if connection.dialect.name == "postgresql":
        return inbox_together.begin(connection, inbound, _words(inbound.said), now)
    row = rows.take(connection, inbound, now)
    words = _words(inbound.said) if row["person_id"] is not None else None
    return row, rows.note(connection, inbound, row["id"], words, now)


class _Effects:
    """The handlers' own savepoint, opened at the first use of the session: a turn without effects costs none."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._session: Session | None = None

    def session(self) -> Session:
        if self._session is None:
            self._session = Session(self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        return self._session

    def keep(self) -> None:
        if self._session is not None:
            self._session.commit()  # releases the savepoint; the transaction stays the caller's
            self._session.close()

    def undo(self) -> None:
        if self._session is not None:
            self._session.close()  # rolls back to the savepoint


# The open form's columns and the chat's own: what a reply may change. Consent and address are nobody's to set here.
CHANGEABLE = frozenset(
    {
        "language",
        "stopped",
        "wanted",
        "quiet_until",
        "answer_waits",
        "business_id",
        "link_tries",
        "link_blocked_until",
        "draft_expired_at",
    }
    | {"run_id", "form", "answers", "view", "facts", "changed_at"}
)


def _check(changes: Mapping[str, Any]) -> None:
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise ValueError(f"a reply may not change {', '.join(sorted(unknown))}")


def chat_of(row: Mapping[str, Any]) -> Chat:
    """The loaded row as handlers see it."""
    run = None
    if row["run_id"] is not None:
        run = Run(row["run_id"], row["form"], row["answers"], row["view"], row["facts"])
    return Chat(
        id=row["id"],
        channel=row["channel"],
        address=row["address"],
        person_id=row["person_id"],
        language=row["language"],
        reachable=row["reachable"],
        stopped=row["stopped"],
        wanted=row["wanted"],
        first_at=row["first_at"],
        last_in_at=None if row["last_in_at"] == rows.NEVER else row["last_in_at"],
        quiet_until=row["quiet_until"],
        business_id=row["business_id"],
        link_tries=row["link_tries"],
        link_blocked_until=row["link_blocked_until"],
        draft_expired_at=row["draft_expired_at"],
        answer_waits=row["answer_waits"],
        run=run,
    )


def _words(said: Said) -> str | None:
    """What the person wrote, for the office to read later. `hear` has masked it already."""
    if isinstance(said, Text):
        return said.text
    return said.label or None if isinstance(said, Tap) else None
