"""Pindah HP: two chats become one person's by a one-time code or by an officer, never by a number somebody typed."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import Application, Assessment, Business, Conversation, Draft, Lane, Language, LinkCode, Session, Ticket
from services import audit, deliveries, drafts, persons, scope
from services.events import joining
from services.inserting import quietly
from services.staff import Actor, Right, demand
from texts import Marked
from texts.bubble import Bubble, Button, Shape

if TYPE_CHECKING:
    from texts import Catalogue

CODE_TIME = dt.timedelta(minutes=15)
TRIES = 5
BLOCKED = dt.timedelta(hours=1)
NO_CONSENT = dt.timedelta(days=7)  # as for any chat whose person agreed to nothing
NAMES = {"telegram": "Telegram", "whatsapp": "WhatsApp"}


class Use(StrEnum):
    """What came of a code that was typed."""

    LINKED = "linked"
    WRONG = "wrong"  # no such code, used before, or too old
    SAME_CHAT = "same_chat"  # typed where it was asked for
    ALREADY = "already"  # this chat is that person's
    TWO_PEOPLE = "two_people"  # this chat has businesses of its own: an officer looks


@dataclass(frozen=True, slots=True)
class Taken:
    """The form that goes on in the new chat."""

    form: str
    run_id: str
    answers: Mapping[str, Any]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Used:
    """A code that was typed, and what the chat is given by it."""

    use: Use
    person_id: int | None = None
    language: Language | None = None
    business_id: int | None = None
    form: Taken | None = None


def hashed(code: str) -> str:
    """What is kept of a code. Its few digits are no secret for long: it is good for minutes, and once."""
    return hashlib.sha256(f"link:{code}".encode()).hexdigest()


# --- the code ---


def make_code(
    session: Session, *, conversation_id: int, person_id: int, chance: Callable[[], int], now: dt.datetime
) -> str:
    """Six digits that join another chat to this person for a quarter of an hour; an earlier code of it is void."""
    unused = sa.and_(LinkCode.conversation_id == conversation_id, LinkCode.used_at.is_(None))
    session.execute(quietly(sa.delete(LinkCode).where(unused)))
    code = f"{chance() % 1_000_000:06}"
    while session.scalars(_live(now).where(LinkCode.code_hash == hashed(code))).first():
        code = f"{chance() % 1_000_000:06}"
    kept = LinkCode(person_id=person_id, conversation_id=conversation_id, code_hash=hashed(code))
    kept.made_at, kept.expires_at = now, now + CODE_TIME
    session.add(kept)
    session.flush()
    return code


def any_live(session: Session, now: dt.datetime) -> bool:
    """Whether anybody waits for a code to be typed: only then six digits may be one."""
    return session.scalars(_live(now).limit(1)).first() is not None


def _live(now: dt.datetime) -> sa.Select[LinkCode]:
    return sa.select(LinkCode).where(LinkCode.expires_at > now, LinkCode.used_at.is_(None))


def use(session: Session, *, code: str, conversation_id: int, texts: "Catalogue", now: dt.datetime) -> Used:
    """Join this chat to the person whose code it is. A code is good once: of two chats at once, one gets `WRONG`.

    Both chats hear of it; the old one can undo it.
    """
    mine = _live(now).where(LinkCode.code_hash == hashed(code)).with_for_update()
    found = session.scalars(mine.execution_options(populate_existing=True)).all()
    if len(found) != 1:
        return Used(Use.WRONG)
    link = found[0]
    chat = session.get_one(Conversation, conversation_id, populate_existing=True)
    if link.conversation_id == chat.id:
        return Used(Use.SAME_CHAT)
    if chat.person_id == link.person_id:
        link.used_at = now
        session.flush()
        return Used(Use.ALREADY, link.person_id, chat.language, chat.business_id)
    if chat.person_id is not None and has_businesses(session, chat.person_id):
        return Used(Use.TWO_PEOPLE)
    old = session.get_one(Conversation, link.conversation_id, with_for_update={"key_share": True})
    return _join(session, link, old, chat, texts, now)


def has_businesses(session: Session, person_id: int) -> bool:
    """Whether a person owns or looks after any business."""
    theirs = sa.or_(Business.person_id == person_id, Business.helper_id == person_id)
    return session.scalars(sa.select(Business.id).where(theirs).limit(1)).first() is not None


def by_officer(session: Session, actor: Actor, *, old: int, new: int, texts: "Catalogue", now: dt.datetime) -> Used:
    """Join a chat to the person of another after an officer has made sure who it is. Both chats hear of it."""
    demand(actor, Right.REVIEW)
    ours = session.get_one(Conversation, old, with_for_update={"key_share": True}, populate_existing=True)
    chat = session.get_one(Conversation, new, with_for_update={"key_share": True}, populate_existing=True)
    if ours.person_id is None:
        raise ValueError("the old chat is nobody's: there was no consent in it")
    scope.demand_person(session, actor, Right.REVIEW, ours.person_id)
    if chat.person_id == ours.person_id:
        return Used(Use.ALREADY, ours.person_id)
    if chat.person_id is not None and has_businesses(session, chat.person_id):
        return Used(Use.TWO_PEOPLE)
    link = LinkCode(person_id=ours.person_id, conversation_id=old, code_hash="officer", made_at=now, expires_at=now)
    session.add(link)
    session.flush()
    used = _join(session, link, ours, chat, texts, now)
    if used.form:
        _park(session, chat.id, used.form, now)
    welcome = Bubble(texts.text("link.linked", chat.language or Language.ID, name=_name(session, link.person_id)))
    deliveries.post(
        session, conversation_id=new, bubble=welcome, lane=Lane.NOTICE, because=f"link:{link.id}", now=now
    )  # fmt: skip
    audit.note(session, actor, "chat.linked", f"chat:{new}", after={"from": old, "person": link.person_id}, now=now)
    return used


# --- joining ---


def _join(
    session: Session, link: LinkCode, old: Conversation, chat: Conversation, texts: "Catalogue", now: dt.datetime
) -> Used:
    link.used_at, link.used_in, link.was_person = now, chat.id, chat.person_id
    before, chat.person_id, chat.purge_at = chat.person_id, link.person_id, None
    chat.language, chat.business_id = old.language or chat.language, old.business_id
    chat.link_tries = 0
    session.flush()
    if before is not None and not session.scalars(_chats_of(before).limit(1)).first():
        theirs = sa.update(Assessment).where(Assessment.person_id == before, Assessment.business_id.is_(None))
        session.execute(quietly(theirs.values(person_id=link.person_id)))
        joining.bring(session, before=before, person_id=link.person_id, now=now)
    form = _take_form(session, old, chat)
    _take_tickets(session, link.person_id, old, chat)
    _notify(session, link, old, chat, texts, now)
    return Used(Use.LINKED, link.person_id, chat.language, chat.business_id, form)


def _chats_of(person_id: int) -> sa.Select[int]:
    return sa.select(Conversation.id).where(Conversation.person_id == person_id)


def _take_form(session: Session, old: Conversation, chat: Conversation) -> Taken | None:
    """The form that is open, or was laid aside last, goes on in the new chat; other drafts come along."""
    form = None
    if old.run_id and old.form in drafts.KEPT and old.answers:
        form = Taken(old.form, old.run_id, old.answers, old.facts)
        _close(old)
    elif (draft := drafts.newest(session, old.id)) and draft.form in drafts.KEPT:
        form = Taken(draft.form, draft.run_id, draft.answers, draft.facts)
        session.delete(draft)
    session.flush()
    move = sa.update(Draft).where(Draft.conversation_id == old.id).values(conversation_id=chat.id)
    session.execute(quietly(move))
    number = chat.address.removeprefix("whatsapp:") if chat.address.startswith("whatsapp:+") else None
    if form is None or number is None:
        return form
    return Taken(form.form, form.run_id, form.answers, {**form.facts, "phone": number})


def _take_tickets(session: Session, person_id: int, before: Conversation, after: Conversation) -> None:
    """Questions are answered where the person is now, also one that is opened again; there the bot keeps quiet."""
    theirs = sa.and_(Ticket.conversation_id == before.id, Ticket.person_id == person_id)
    session.execute(quietly(sa.update(Ticket).where(theirs).values(conversation_id=after.id)))
    after.quiet_until, before.quiet_until = before.quiet_until or after.quiet_until, None


def _close(chat: Conversation) -> None:
    chat.run_id, chat.form, chat.answers, chat.view, chat.facts = None, None, {}, {}, {}


def _park(session: Session, conversation_id: int, form: Taken, now: dt.datetime) -> None:
    drafts.park(
        session, conversation_id=conversation_id, run_id=form.run_id, form=form.form, answers=form.answers,
        facts=form.facts, now=now, days=90,
    )  # fmt: skip


def _notify(
    session: Session, link: LinkCode, old: Conversation, chat: Conversation, texts: "Catalogue", now: dt.datetime
) -> None:
    language, channel = old.language or Language.ID, NAMES[chat.channel.value]
    text = texts.text("link.moved_notice", language, channel=Marked(channel))
    label = next(o.label for o in texts.options("link.moved_notice", language) if o.id == "not_me")
    bubble = Bubble(
        text, Shape.CHOICE, (Button(f"link|{link.id}|not_me", label),), numbered=True,
        template="account_moved_v1", template_values=(_number(session, link.person_id) or "-", channel),
    )  # fmt: skip
    deliveries.post(
        session, conversation_id=old.id, bubble=bubble, lane=Lane.NOTICE, because=f"link:{link.id}", now=now
    )


def _number(session: Session, person_id: int) -> str | None:
    query = sa.select(Application.number).join(Business, Business.id == Application.business_id)
    mine = query.where(Business.person_id == person_id).order_by(Application.id.desc()).limit(1)
    return session.scalars(mine).first()


def _name(session: Session, person_id: int) -> str:
    return persons.name_of(session, person_id) or ""


# --- "BUKAN SAYA" ---


def undo(session: Session, *, conversation_id: int, now: dt.datetime, link_id: int | None = None) -> bool:
    """The person of the old chat says it was not they: the other chat is cut off again, and whatever it joined since.

    What is open there comes back here as a draft. False: there is nothing to undo.
    """
    unused = sa.and_(LinkCode.conversation_id == conversation_id, LinkCode.used_at.is_(None))
    session.execute(quietly(sa.delete(LinkCode).where(unused)))
    mine = sa.select(LinkCode).where(
        LinkCode.conversation_id == conversation_id, LinkCode.used_at.is_not(None), LinkCode.undone_at.is_(None)
    )
    if link_id is not None:
        mine = mine.where(LinkCode.id == link_id)
    links = session.scalars(mine.order_by(LinkCode.id.desc()).with_for_update()).all()
    for link in links:
        _cut(session, link, conversation_id, now)
    session.flush()
    return bool(links)


def _cut(session: Session, link: LinkCode, back_to: int, now: dt.datetime) -> None:
    link.undone_at = now
    chat = session.get(Conversation, link.used_in, populate_existing=True) if link.used_in else None
    if chat is None or chat.person_id != link.person_id:
        return
    session.flush()
    undo(session, conversation_id=chat.id, now=now)  # what they joined with it in turn
    move = sa.update(Draft).where(Draft.conversation_id == chat.id).values(conversation_id=back_to)
    session.execute(quietly(move))
    _take_tickets(session, link.person_id, chat, session.get_one(Conversation, back_to))
    if chat.run_id and chat.form in drafts.KEPT:
        _park(session, back_to, Taken(chat.form, chat.run_id, chat.answers, chat.facts), now)
    _close(chat)
    if link.was_person is not None and link.used_at is not None:
        told = {"person_id": link.person_id, "before": link.was_person, "chat": chat.id}
        joining.give_back(session, **told, since=link.used_at, now=now)
    chat.person_id, chat.business_id = link.was_person, None
    chat.purge_at = None if link.was_person else now + NO_CONSENT
    session.flush()
