"""Who is meant, counted and written down by one and the same statement, so that what is shown is what is sent."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import (
    ACTIVE,
    Application,
    Assessment,
    Business,
    Channel,
    Consent,
    Conversation,
    Event,
    Language,
    Programme,
    Purpose,
    Reachable,
    Recipient,
    Session,
    SignUp,
    SignUpState,
    Stopped,
)
from services.broadcasts.audience import Audience, Left

WINDOW = dt.timedelta(hours=23, minutes=50)  # WhatsApp's 24 hours, less a margin for the way there
MONTH = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Terms:
    """What else decides who can be written to now."""

    cap: int  # announcements to one person in 30 days
    templates: frozenset[Language] = frozenset()  # languages with an approved template for this broadcast


@dataclass(frozen=True, slots=True)
class Count:
    """How many are reached, and how many not, by reason. `opens`: WhatsApp outside its 24 hours (paid, limited)."""

    channels: Mapping[Channel, int] = field(default_factory=dict)
    languages: Mapping[Language, int] = field(default_factory=dict)
    opens: int = 0
    left: Mapping[Left, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Who would get it."""
        return sum(self.channels.values())


def count(session: Session, audience: Audience, terms: Terms, now: dt.datetime) -> Count:
    """How many would be reached now, by channel and language, and why others would not."""
    found = candidates(session, audience, terms, now).subquery()
    keys = (found.c.channel, found.c.language, found.c.opens, found.c.left_out)
    channels: dict[Channel, int] = {}
    languages: dict[Language, int] = {}
    left: dict[Left, int] = {}
    opens = 0
    with in_bulk(session):
        rows = session.execute(sa.select(*keys, sa.func.count()).group_by(*keys)).all()
    for channel, language, opening, why, many in rows:
        if why is not None:
            left[Left(why)] = left.get(Left(why), 0) + many
            continue
        channels[Channel(channel)] = channels.get(Channel(channel), 0) + many
        languages[Language(language)] = languages.get(Language(language), 0) + many
        opens += many if opening else 0
    return Count(channels, languages, opens, left)


@dataclass(frozen=True, slots=True)
class Frozen:
    """How many were written down, and how many not, by reason."""

    total: int
    left: Mapping[Left, int]


# Who fits the filter at one moment, for as long as a transaction: found once, then counted and written down.
_FOUND = sa.Table(
    "broadcast_found",
    sa.MetaData(),
    *(sa.Column(name, sa.BigInteger()) for name in ("person_id", "conversation_id", "business_id")),
    *(sa.Column(name, sa.String(16)) for name in ("channel", "language", "left_out")),
    sa.Column("opens", sa.Boolean()),
    prefixes=["TEMPORARY"],
)


def freeze(session: Session, broadcast_id: int, audience: Audience, terms: Terms, now: dt.datetime) -> Frozen:
    """Find everybody by one statement, write down who is reached now, and count who is not."""
    found, kept = candidates(session, audience, terms, now).subquery(), _FOUND.c
    names = [column.name for column in kept]
    session.execute(sa.schema.CreateTable(_FOUND))
    with in_bulk(session):
        everybody = sa.select(*(found.c[name] for name in names))
        session.execute(sa.insert(_FOUND).from_select(names, everybody, include_defaults=False))
    counted = sa.select(kept.left_out, sa.func.count()).group_by(kept.left_out)
    rows = session.execute(counted).all()
    names.remove("left_out")
    chosen = sa.select(sa.literal(broadcast_id), *(kept[name] for name in names)).where(kept.left_out.is_(None))
    session.execute(sa.insert(Recipient).from_select(["broadcast_id", *names], chosen, include_defaults=False))
    session.execute(sa.schema.DropTable(_FOUND))
    total = sum(many for why, many in rows if why is None)
    return Frozen(total, {Left(why): many for why, many in rows if why is not None})


def samples(session: Session, audience: Audience, terms: Terms, now: dt.datetime, most: int = 3) -> list[sa.Row[Any]]:
    """A few of those who would get it: person_id, conversation_id, business_id, channel, language."""
    found = candidates(session, audience, terms, now).subquery()
    query = sa.select(found).where(found.c.left_out.is_(None)).order_by(found.c.person_id)
    with in_bulk(session):
        return list(session.execute(query.limit(most)).all())


@contextmanager
def in_bulk(session: Session) -> Iterator[None]:
    """A statement over everybody, for PostgreSQL: it guesses that few are left of each condition, and would look
    through all chats anew for each of ten thousand businesses. Every table is read once instead."""
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    session.execute(sa.text("SET LOCAL enable_nestloop = off"))
    yield
    session.execute(sa.text("SET LOCAL enable_nestloop TO DEFAULT"))


def candidates(session: Session, audience: Audience, terms: Terms, now: dt.datetime) -> sa.Select[Any]:
    """Everybody who fits the filter, each in the chat they are best reached in, with the reason against, if any."""
    chats = _chats(audience, now)
    business, person = _businesses(audience), chats.c.person_id
    language = sa.func.coalesce(chats.c.language, Language.ID.value)
    query = sa.select(
        person.label("person_id"),
        chats.c.id.label("conversation_id"),
        (business.c.business_id if business is not None else _first_business(person)).label("business_id"),
        chats.c.channel.label("channel"),
        language.label("language"),
        _opens(chats, now).label("opens"),
        _against(chats, language, audience, terms, now).label("left_out"),
    ).where(chats.c.best == 1)
    if business is not None:
        query = query.join(business, business.c.person_id == person)
    for condition in _conditions(audience, chats, language, now):
        query = query.where(condition)
    return query


def _chats(audience: Audience, now: dt.datetime) -> Any:
    """Every chat of a person, the one they are best reached in first; a stop in one chat is a stop in all."""
    c = Conversation
    silent = sa.case((c.reachable == Reachable.YES, 0), else_=1)
    best = sa.func.row_number().over(partition_by=c.person_id, order_by=(silent, c.last_in_at.desc(), c.id.desc()))
    stopped = sa.func.max(sa.case((c.stopped == Stopped.NOTHING, 0), else_=1)).over(partition_by=c.person_id)
    names = (c.id, c.person_id, c.channel, c.language, c.reachable, c.last_in_at, c.form)
    query = sa.select(*names, best.label("best"), stopped.label("stopped")).where(c.person_id.is_not(None))
    if audience.channel:
        query = query.where(c.channel == Channel(audience.channel))
    return query.subquery("chats")


def _first_business(person: Any) -> Any:
    own = sa.select(sa.func.min(Business.id)).where(Business.person_id == person)
    return own.correlate(person.table).scalar_subquery()


def _businesses(audience: Audience) -> Any:
    """For each person the first of their businesses that fits; None where businesses do not matter."""
    if not audience.about_business:
        return None
    query = sa.select(Business.person_id, sa.func.min(Business.id).label("business_id")).group_by(Business.person_id)
    if audience.regencies:
        query = query.where(Business.regency.in_(audience.regencies))
    if audience.districts:
        query = query.where(Business.district.in_(audience.districts))
    if audience.sectors:
        query = query.where(Business.product_kind.in_(audience.sectors))
    if audience.product:
        named = sa.func.lower(sa.cast(Business.products, sa.Text()))
        query = query.where(named.contains(audience.product.lower(), autoescape=True))
    if audience.schemes or audience.todos:
        query = query.where(_judged(audience))
    if audience.stages or audience.programme:
        query = query.where(_applied(audience))
    return query.subquery("fitting")


def _applied(audience: Audience) -> sa.ColumnElement[bool]:
    """An application of a business stands in one of these stages, in that programme."""
    query = sa.select(Application.id).where(Application.business_id == Business.id)
    if audience.stages:
        query = query.where(Application.stage.in_(audience.stages))
    if audience.programme:
        named = sa.select(Programme.id).where(Programme.code == audience.programme)
        query = query.where(Application.programme_id == named.scalar_subquery())
    return sa.exists(query)


def _judged(audience: Audience) -> sa.ColumnElement[bool]:
    """The last assessment of a business says so."""
    later = aliased(Assessment)
    newer = sa.or_(later.at > Assessment.at, sa.and_(later.at == Assessment.at, later.id > Assessment.id))
    last = ~sa.exists(sa.select(later.id).where(later.business_id == Assessment.business_id, newer))
    query = sa.select(Assessment.id).where(Assessment.business_id == Business.id, last)
    if audience.schemes:
        query = query.where(Assessment.scheme.in_(audience.schemes))
    if audience.todos:
        query = query.where(_open_lines(audience))
    return sa.exists(query)


def _open_lines(audience: Audience) -> sa.ColumnElement[bool]:
    """One of these lines is open; or, if nothing else may be, what is left without them is nothing."""
    lines: Any = Assessment.open_todos
    one = sa.or_(*(lines.contains(f" {code} ", autoescape=True) for code in audience.todos))
    if not audience.only_todo:
        return one
    for code in audience.todos:
        lines = sa.func.replace(lines, f" {code} ", "")
    return sa.and_(one, lines == "")


def _conditions(audience: Audience, chats: Any, language: Any, now: dt.datetime) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if audience.language:
        found.append(language == audience.language)
    if audience.wrote_within is not None:
        found.append(chats.c.last_in_at >= now - dt.timedelta(days=audience.wrote_within))
    if audience.silent_for is not None:
        found.append(chats.c.last_in_at <= now - dt.timedelta(days=audience.silent_for))
    if audience.event:
        found.append(_at_event(audience, chats.c.person_id))
    return found


def _at_event(audience: Audience, person: Any) -> sa.ColumnElement[bool]:
    states: tuple[SignUpState, ...] = ACTIVE
    if audience.queued:
        states = (SignUpState.WAITING,)
    elif audience.attended is not None:
        states = (SignUpState.ATTENDED,) if audience.attended else (SignUpState.REGISTERED,)
    signed = sa.select(SignUp.id).join(Event, Event.id == SignUp.event_id)
    return sa.exists(
        signed.where(SignUp.person_id == person, Event.code == audience.event.upper(), SignUp.state.in_(states))
    )


def _opens(chats: Any, now: dt.datetime) -> Any:
    return sa.and_(chats.c.channel == Channel.WHATSAPP, chats.c.last_in_at <= now - WINDOW)


def _against(chats: Any, language: Any, audience: Audience, terms: Terms, now: dt.datetime) -> Any:
    busy = sa.false() if audience.busy_too else chats.c.form.is_not(None)
    untold = sa.and_(_opens(chats, now), language.not_in([one.value for one in terms.templates]))
    return sa.case(
        (chats.c.stopped == 1, Left.STOPPED.value),
        (~agreed(chats.c.person_id), Left.NO_CONSENT.value),
        (chats.c.reachable != Reachable.YES, Left.UNREACHABLE.value),
        (busy, Left.BUSY.value),
        (untold, Left.NO_TEMPLATE.value),
        (chats.c.person_id.in_(had_enough(terms.cap, now)), Left.CAP.value),
        else_=None,
    )


def agreed(person_id: Any) -> sa.ColumnElement[bool]:
    """Whether a person's last answer about announcements was yes."""
    asked = sa.select(Consent.given).where(Consent.person_id == person_id, Consent.purpose == Purpose.ANNOUNCEMENTS)
    last = asked.order_by(Consent.at.desc(), Consent.id.desc()).limit(1)
    return sa.func.coalesce(last.scalar_subquery(), sa.false())


def had_enough(cap: int, now: dt.datetime) -> sa.Select[Any]:
    """The people who have had `cap` announcements within 30 days."""
    query = sa.select(Recipient.person_id).where(Recipient.given_at > now - MONTH, Recipient.delivery_id.is_not(None))
    return query.where(Recipient.person_id.is_not(None)).group_by(Recipient.person_id).having(sa.func.count() >= cap)
