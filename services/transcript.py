"""Percakapan: a chat as its person sees it, what they wrote and what we sent, page by page back to its beginning."""

import datetime as dt
import json
import re
import zlib
from dataclasses import dataclass

import sqlalchemy as sa

from models import Channel, Conversation, Delivery, DeliveryState, Inbound, Reachable, Session, Stopped, Ticket
from services import audit, businesses, persons, scope
from services.staff import Actor, Right
from services.tickets import NoTicket, code_of

PAGE = 60  # messages of both sides
UNSEEN = (DeliveryState.CANCELLED, DeliveryState.SKIPPED, DeliveryState.EXPIRED, DeliveryState.FAILED)
CURSOR = re.compile(r"(\d{1,18})\.(\d{1,18})")
BEGINNING = 2**62  # above every id


class NoChat(LookupError):
    """There is no such chat (any more)."""


@dataclass(frozen=True, slots=True)
class Word:
    """One message. `text` empty: forgotten, not kept without consent, or no words.

    Ours: `state` is what became of it, `reason` a code of why it did not go, `lost`: it never came to the person.
    """

    at: dt.datetime
    ours: bool
    text: str
    kind: str  # of theirs: text, tap, photo, contact, location …
    buttons: tuple[str, ...] = ()
    lost: bool = False
    state: DeliveryState | None = None
    reason: str = ""
    document: bool = False


Row = tuple[dt.datetime, int, Word]  # when it was made, its number, what is shown


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat. `quiet_until`: the bot is silent until then, an officer speaks. `older`: where the page before begins."""

    id: int
    channel: Channel
    words: tuple[Word, ...]
    quiet_until: dt.datetime | None
    last_in_at: dt.datetime
    form: str | None
    person_id: int | None
    name: str | None
    businesses: tuple[str, ...]
    stopped: Stopped
    reachable: Reachable
    older: str | None
    seen: str  # goes back with what an officer decides (services.guiding.do)


def of_ticket(session: Session, actor: Actor, ticket_id: int, now: dt.datetime) -> Chat | None:
    """The chat a ticket came from; None where it came from none, or the chat is gone. Reading it is written down.

    Raises NoTicket.
    """
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        raise NoTicket(ticket_id)
    scope.demand_person(session, actor, Right.REVIEW, ticket.person_id)
    chat = session.get(Conversation, ticket.conversation_id) if ticket.conversation_id is not None else None
    if chat is None:
        return None
    audit.note(session, actor, "chat.seen", f"ticket:{code_of(ticket_id)}", now=now)
    return _read(session, chat, "")


def of_chat(session: Session, actor: Actor, conversation_id: int, now: dt.datetime, before: str = "") -> Chat:
    """One chat; `before`: the `older` of the page one comes from. Reading it is written down. Raises NoChat.

    A chat that is nobody's yet is for those who work for all of Banten.
    """
    chat = demand_chat(session, actor, conversation_id)
    audit.note(session, actor, "chat.seen", f"chat:{chat.id}", now=now)
    return _read(session, chat, before)


def demand_chat(session: Session, actor: Actor, conversation_id: int, lock: bool = False) -> Conversation:
    """A chat an officer may read and speak in; `lock` holds it against the person writing. Raises NoChat."""
    query = sa.select(Conversation).where(Conversation.id == conversation_id)
    query = query.with_for_update(key_share=True) if lock else query
    chat = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    scope.demand_person(session, actor, Right.REVIEW, chat.person_id if chat else None)
    if chat is None:
        raise NoChat(conversation_id)
    return chat


def seen(chat: Conversation) -> str:
    """What an officer looks at, in short: nothing is done to a chat that is not as it was seen."""
    said = zlib.crc32(json.dumps([chat.answers, chat.view], sort_keys=True).encode())
    moments = (chat.changed_at, chat.last_in_at, chat.quiet_until)
    return ".".join((chat.run_id or "-", f"{said:x}", *(f"{at.timestamp():.3f}" if at else "" for at in moments)))


def _read(session: Session, chat: Conversation, before: str) -> Chat:
    below = CURSOR.fullmatch(before)
    theirs_below, ours_below = (int(below[1]), int(below[2])) if below else (BEGINNING, BEGINNING)
    theirs, ours = _theirs(session, chat.id, theirs_below), _ours(session, chat.id, ours_below)
    # Which messages are on the page follows from when their rows were made, as their numbers do; within it they stand
    # in the order in which the person saw them.
    newest = sorted([*theirs, *ours], key=lambda row: row[0], reverse=True)
    some, more = newest[:PAGE], len(newest) > PAGE
    firsts = (min((row[1] for row in some if row[2].ours is side), default=0) for side in (False, True))
    first_in, first_out = (found or below for found, below in zip(firsts, (theirs_below, ours_below), strict=True))
    who = persons.name_of(session, chat.person_id) if chat.person_id is not None else None
    makes = businesses.of_person(session, chat.person_id) if chat.person_id is not None else []
    return Chat(
        chat.id, chat.channel, _in_order(some), chat.quiet_until,
        chat.last_in_at, chat.form, chat.person_id, who, tuple(one.name for one in makes), chat.stopped,
        chat.reachable, f"{first_in}.{first_out}" if more else None, seen(chat),
    )  # fmt: skip


def _in_order(rows: list[Row]) -> tuple[Word, ...]:
    """By the clock; of the same moment, what was written comes before what was answered to it."""
    return tuple(row[2] for row in sorted(rows, key=lambda row: (row[2].at, row[2].ours, row[1])))


def _theirs(session: Session, conversation_id: int, below: int) -> list[Row]:
    mine = sa.and_(Inbound.conversation_id == conversation_id, Inbound.id < below)
    query = sa.select(Inbound).where(mine).order_by(Inbound.id.desc()).limit(PAGE + 1)
    return [(row.at, row.id, Word(row.at, False, row.words or "", row.kind)) for row in session.scalars(query)]


def _ours(session: Session, conversation_id: int, below: int) -> list[Row]:
    mine = sa.and_(Delivery.conversation_id == conversation_id, Delivery.id < below)
    query = sa.select(Delivery).where(mine).order_by(Delivery.id.desc()).limit(PAGE + 1)
    rows = session.scalars(query)
    return [(row.created_at, row.id, _word(row)) for row in rows if not row.bubble.get("redraw")]  # buttons drawn anew


def _word(row: Delivery) -> Word:
    return Word(
        row.sent_at or row.created_at, True, str(row.bubble.get("text", "")), "text",
        tuple(str(button.get("label", "")) for button in row.bubble.get("buttons", ())), row.state in UNSEEN, row.state,
        row.reason or "", "document" in row.bubble.get("extra", {}),
    )  # fmt: skip
