"""Mencari orang: by the words of names, a number, a NIB, a telephone; the newest first, page by page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from models import Application, Business, Channel, Conversation, Language, LikelyDouble, Person, Session
from models.likeness import sought
from services import paging
from services.docket import NUMBER
from services.paging import PAGE, Turned
from services.staff import Actor, Right, covers, demand

MOST = 1000  # people one may turn through; beyond that one asks more narrowly
WORDS = 4  # words of a search that are looked at
ADDRESS = re.compile(r"(telegram|whatsapp):(\S{1,190})", re.IGNORECASE)
SHORTEST_NIB, SHORTEST_PHONE, SHORTEST_CHAT = 4, 6, 5  # digits, fewer would fit too many
# What any continuation of a word, or of digits, sorts before, however a database sorts.
LAST_WORD, LAST_DIGITS = "z" * 20, "9" * 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `applied`: has an application, has none; None: either."""

    search: str = ""
    regency: str | None = None
    applied: bool | None = None
    language: Language | None = None
    channel: Channel | None = None
    doubtful: bool = False  # has a business that may be another's, and nobody has said
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for at all."""
        return bool(
            self.search or self.regency or self.language or self.channel or self.doubtful or self.applied is not None
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the list. Names and numbers as they are: whoever shows them masks them."""

    id: int
    name: str | None
    phone: str | None
    businesses: tuple[Business, ...]  # those the actor works for
    elsewhere: int  # theirs in other kab/kota
    applications: int
    chats: tuple[Conversation, ...]


@dataclass(frozen=True, slots=True)
class Found(Turned):
    """One page. `more`: there are more than one may turn through."""

    lines: tuple[Line, ...]
    total: int
    more: bool
    page: int
    wanted: Wanted


def find(session: Session, actor: Actor, wanted: Wanted) -> Found:
    """One page of the people who fit and are the actor's to see, who came last first."""
    demand(actor, Right.SEE, wanted.regency)
    query = sa.select(Person.id).where(Person.id > 0, *_conditions(actor, wanted))
    ids = list(session.scalars(query.order_by(Person.id.desc()).limit(MOST + 1)))
    total = min(len(ids), MOST)
    page = paging.nearest(wanted.page, total)
    lines = _lines(session, actor, ids[paging.before(page) : min(page * PAGE, MOST)])
    return Found(lines, total, len(ids) > MOST, page, replace(wanted, page=page))


# --- what is looked for, as conditions over Person


def _conditions(actor: Actor, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    regencies = [wanted.regency] if wanted.regency else actor.regencies
    found: list[sa.ColumnElement[bool]] = []
    if regencies is not None:
        found.append(Person.id.in_(_there(sorted(regencies))))
    if wanted.applied is not None:
        applied = sa.exists(
            sa.select(Application.id)
            .join(Business, Business.id == Application.business_id)
            .where(Business.person_id == Person.id)
        )
        found.append(applied if wanted.applied else ~applied)
    if wanted.doubtful:
        found.append(Person.id.in_(_doubtful()))
    if wanted.language is not None or wanted.channel is not None:
        found.append(_writes(wanted))
    return [*found, *(Person.id.in_(ids) for ids in _searched(wanted.search))]


def _there(regencies: Sequence[str]) -> sa.CompoundSelect[Any]:
    """Who has, or looks after, a business there."""
    there = Business.regency.in_(regencies)
    helped = sa.select(Business.helper_id).where(there, Business.helper_id.is_not(None))
    return sa.union_all(sa.select(Business.person_id).where(there), helped)


def _doubtful() -> sa.CompoundSelect[Any]:
    open_ = sa.select(Business.person_id).where(LikelyDouble.settled_at.is_(None))
    ways = (LikelyDouble.business_id, LikelyDouble.other_id)
    return sa.union_all(*(open_.join(LikelyDouble, way == Business.id) for way in ways))


def _writes(wanted: Wanted) -> sa.ColumnElement[bool]:
    chat = sa.select(Conversation.id).where(Conversation.person_id == Person.id)
    if wanted.language is not None:
        chat = chat.where(sa.func.coalesce(Conversation.language, Language.ID) == wanted.language)
    if wanted.channel is not None:
        chat = chat.where(Conversation.channel == wanted.channel)
    return sa.exists(chat)


def _searched(words: str) -> list[sa.Select[Any] | sa.CompoundSelect[Any]]:
    """Queries for the ids of people, all of which have to agree; each is answered by indexes alone."""
    plain = " ".join(words.split())[:80]
    if not plain:
        return []
    if NUMBER.fullmatch(plain.upper()):
        return [_numbered(plain.upper())]
    if address := ADDRESS.fullmatch(plain):
        return [_reached(Channel(address[1].lower()), plain if address[1].lower() == "whatsapp" else address[2])]
    by_digits = None if re.search(r"[^\d\s+().-]", plain) else _digits(re.sub(r"\D", "", plain))
    if by_digits is not None:
        return [by_digits]
    return [_named(word) for word in sought(plain, WORDS)] or [sa.select(Person.id).where(sa.false())]


def _numbered(number: str) -> sa.Select[Any]:
    owned = sa.select(Business.person_id).join(Application, Application.business_id == Business.id)
    return owned.where(Application.number.between(number, number + LAST_DIGITS))


def _reached(channel: Channel, address: str) -> sa.Select[Any]:
    there = sa.and_(Conversation.channel == channel, Conversation.address == address)
    return sa.select(Conversation.person_id).where(there, Conversation.person_id.is_not(None))


def _digits(digits: str) -> sa.CompoundSelect[Any] | None:
    """The beginning of a NIB or of a telephone number, or a Telegram chat's own number."""
    queries: list[sa.Select[Any]] = []
    if len(digits) >= SHORTEST_NIB:
        queries.append(sa.select(Business.person_id).where(Business.nib.between(digits, digits + LAST_DIGITS)))
    if len(digits) >= SHORTEST_PHONE:
        phone = "+62" + digits.removeprefix("62").removeprefix("0")
        for person, column in ((Person.id, Person.phone), (Business.person_id, Business.phone)):
            queries.append(sa.select(person).where(column.between(phone, phone + LAST_DIGITS)))
    if len(digits) >= SHORTEST_CHAT:
        queries.append(_reached(Channel.TELEGRAM, digits))
    return sa.union_all(*queries) if queries else None


def _named(word: str) -> sa.CompoundSelect[Any]:
    """Who, or whose business, has a word in the name that begins so: one index after the other."""
    persons = [Person.name_word1, Person.name_word2, Person.name_word3]
    firms = [Business.name_word1, Business.name_word2, Business.name_word3, Business.owner_word1, Business.owner_word2]
    end = word + LAST_WORD
    return sa.union_all(
        *(sa.select(Person.id).where(column.between(word, end)) for column in persons),
        *(sa.select(Business.person_id).where(column.between(word, end)) for column in firms),
    )


# --- one page of them


def _lines(session: Session, actor: Actor, ids: Sequence[int]) -> tuple[Line, ...]:
    people = {row.id: row for row in session.scalars(sa.select(Person).where(Person.id.in_(ids)))}
    firms = _firms(session, ids)
    owned = [firm.id for each in firms.values() for firm in each]
    number = sa.select(Application.business_id, sa.func.count()).where(Application.business_id.in_(owned))
    counts = dict(session.execute(number.group_by(Application.business_id)).all())
    chats = _chats(session, ids)
    return tuple(_line(actor, people[it], firms.get(it, ()), counts, chats.get(it, ())) for it in ids)


def _firms(session: Session, ids: Sequence[int]) -> dict[int, list[Business]]:
    """The businesses of each, their own first, then those they look after."""
    owned = sa.select(Business).where(Business.person_id.in_(ids))
    helped = sa.select(Business).where(Business.helper_id.in_(ids), Business.person_id != Business.helper_id)
    found: dict[int, list[Business]] = {}
    for row in session.scalars(owned.order_by(Business.id)):
        found.setdefault(row.person_id, []).append(row)
    for row in session.scalars(helped.order_by(Business.id)):
        found.setdefault(row.helper_id or 0, []).append(row)
    return found


def _chats(session: Session, ids: Sequence[int]) -> dict[int, list[Conversation]]:
    query = sa.select(Conversation).where(Conversation.person_id.in_(ids)).order_by(Conversation.last_in_at.desc())
    found: dict[int, list[Conversation]] = {}
    for row in session.scalars(query):
        found.setdefault(row.person_id or 0, []).append(row)
    return found


def _line(
    actor: Actor, person: Person, firms: Sequence[Business], counts: Mapping[int, int], chats: Sequence[Conversation]
) -> Line:
    mine = [firm for firm in firms if covers(actor, firm.regency)]
    name = person.name or next((firm.owner_name for firm in firms if not firm.by_helper), None)
    return Line(
        person.id, name, person.phone, tuple(mine), len(firms) - len(mine),
        sum(counts.get(firm.id, 0) for firm in mine), tuple(chats),
    )  # fmt: skip
