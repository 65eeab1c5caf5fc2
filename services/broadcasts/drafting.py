"""Menulis siaran: a draft, as it would look, whom it would reach, what is wrong with it, and a test to oneself."""

import datetime as dt
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import (
    Broadcast,
    BroadcastState,
    Business,
    Channel,
    Conversation,
    Event,
    Lane,
    Language,
    Person,
    Programme,
    Recipient,
    Session,
    Staff,
)
from services import audit, calendar, deliveries
from services.broadcasts import planning, selecting, templates, warnings
from services.broadcasts.audience import Audience, AudienceRefused, Left, checked, demand_all, within
from services.broadcasts.running import BroadcastRefused, Why, locked
from services.broadcasts.selecting import Count, Terms
from services.broadcasts.warnings import Fault, Found, Warn
from services.broadcasts.wording import Addressee, Words, bubble, words_of
from services.office import Office
from services.staff import Actor, Right, demand
from texts.bubble import Bubble

if TYPE_CHECKING:
    from texts import Catalogue

LATELY = dt.timedelta(hours=48)
GOOD_FOR = dt.timedelta(days=7)  # an announcement without an end of its own
LONGEST_TITLE = 100
EVENTS_KNOWN = 200  # the newest, among which a code that is not there may be found


class DraftRefused(ValueError):
    """The draft cannot be kept; `found` says why."""

    def __init__(self, found: tuple[Found, ...]) -> None:
        super().__init__(", ".join(one.what.value for one in found))
        self.found = found


@dataclass(frozen=True, slots=True)
class Draft:
    """What staff write."""

    title: str
    texts: Mapping[str, str]
    audience: Audience = field(default_factory=Audience)
    template: str | None = None
    template_values: tuple[str, ...] = ()
    send_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    approver: str | None = None

    @property
    def words(self) -> Words:
        """What it says."""
        return Words(self.texts, self.template, self.template_values)


@dataclass(frozen=True, slots=True)
class Sample:
    """The message as one person would get it."""

    channel: Channel
    language: Language
    bubble: Bubble
    by_template: str = ""  # the filled template, where WhatsApp's window is closed
    carried: bool = False  # what goes along stands above the template's words


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything to decide by."""

    number: int
    version: int
    count: Count
    samples: tuple[Sample, ...]
    found: tuple[Found, ...]
    start: dt.datetime
    finish: dt.datetime | None
    cost: Decimal | None
    second: bool  # somebody else must approve
    left: Mapping[Left, int]  # why others get nothing; whom the daily limit keeps out is still in the count


def create(
    session: Session, actor: Actor, draft: Draft, *, texts: "Catalogue", office: Office, now: dt.datetime
) -> Broadcast:
    """Keep a draft. Raises DraftRefused, AudienceRefused, Forbidden."""
    demand(actor, Right.DRAFT)
    values = _values(session, draft, actor, texts, now)
    row = Broadcast(**values, created_at=now, created_by=actor.name, created_staff=actor.staff_id, left_out={})
    session.add(row)
    session.flush()
    audit.note(session, actor, "broadcast.drafted", f"broadcast:{row.id}", after=_noted(row), now=now)
    return row


def change(
    session: Session, actor: Actor, number: int, draft: Draft, *, texts: "Catalogue", office: Office, now: dt.datetime
) -> Broadcast:
    """Write it anew; whoever was asked to approve the old one is asked again. Raises as `create`, BroadcastRefused."""
    demand(actor, Right.DRAFT)
    row = mine(session, actor, number)
    before = _noted(row)
    for name, value in _values(session, draft, actor, texts, now, attached=row.file_id is not None).items():
        setattr(row, name, value)
    anew(session, row)
    audit.note(session, actor, "broadcast.changed", f"broadcast:{number}", before=before, after=_noted(row), now=now)
    return row


def anew(session: Session, row: Broadcast) -> None:
    """It is not what anybody has seen any more."""
    row.version, row.state, row.asked_at, row.reminded_at = row.version + 1, BroadcastState.DRAFT, None, None
    session.flush()


def terms(session: Session, row: Broadcast, texts: "Catalogue", office: Office) -> Terms:
    """What decides now who can be written to."""
    written = templates.languages(session, office.announcing.sender, texts, row.template)
    return Terms(office.announcements_per_month, written)


def starts(row: Broadcast, office: Office, now: dt.datetime) -> dt.datetime:
    """When it would begin: when it is wanted, or now, at the next moment announcements may be sent."""
    wanted = max(now, row.send_at) if row.send_at else now
    return calendar.allowed(calendar.Purpose.ANNOUNCEMENT, wanted, office.calendar).at


def preview(
    session: Session, actor: Actor, number: int, *, texts: "Catalogue", office: Office, now: dt.datetime
) -> Preview:
    """Whom it would reach and how it would look. Raises BroadcastRefused, Forbidden."""
    demand(actor, Right.APPROVE if Right.DRAFT not in actor.rights else Right.DRAFT)
    row = session.get(Broadcast, number, populate_existing=True)
    if row is None:
        raise BroadcastRefused(Why.UNKNOWN)
    audience, given = Audience.from_json(row.audience), terms(session, row, texts, office)
    demand_all(audience, actor, Right.DRAFT)
    looked = _looked_at(session, row, given, texts, office, now)
    total = looked.count.total
    audit.note(session, actor, "broadcast.previewed", f"broadcast:{number}", after={"count": total}, now=now)
    above = templates.carrying(session, office.announcing.sender, texts, words_of(row), office.public_url)
    return replace(looked, samples=tuple(samples(session, row, given, texts, now, above)))


def estimate(
    session: Session, actor: Actor, draft: Draft, *, texts: "Catalogue", office: Office, now: dt.datetime
) -> Preview:
    """The same while it is being written: numbers and warnings, and nobody's message. Its words may not be right yet.

    Raises AudienceRefused, Forbidden.
    """
    demand(actor, Right.DRAFT)
    audience = within(fitting(session, draft.audience), actor)
    told = {language: words.strip() for language, words in draft.texts.items() if words.strip()}
    row = Broadcast(
        id=0, version=0, title=draft.title, texts={Language.ID.value: "", **told}, template=draft.template,
        template_values=list(draft.template_values), audience=audience.as_json(), send_at=draft.send_at,
        expires_at=draft.expires_at or (draft.send_at or now) + GOOD_FOR,
    )  # fmt: skip
    return _looked_at(session, row, terms(session, row, texts, office), texts, office, now)


def _looked_at(
    session: Session, row: Broadcast, given: Terms, texts: "Catalogue", office: Office, now: dt.datetime
) -> Preview:
    audience = Audience.from_json(row.audience)
    found = selecting.count(session, audience, given, now)
    start = starts(row, office, now)
    ends = planning.finish(found, office.announcing, office.calendar, start)
    beyond = planning.beyond(found.opens, office.announcing, office.calendar, start, row.expires_at)
    return Preview(
        number=row.id,
        version=row.version,
        count=found,
        samples=(),
        found=tuple(_warned(session, row, ends, audience, given, texts, office, now)),
        start=start,
        finish=ends,
        cost=planning.cost(found.channels, found.opens, office.announcing),
        second=found.total >= office.announcing.second_from,
        left={**found.left, **({Left.DAILY_LIMIT: beyond} if beyond else {})},
    )


def samples(
    session: Session, row: Broadcast, given: Terms, texts: "Catalogue", now: dt.datetime,
    above: frozenset[Language] = frozenset(),
) -> list[Sample]:  # fmt: skip
    """The message to a few of those it is meant for. `above`: languages whose template carries what goes along."""
    words = words_of(row)
    seen = []
    for one in selecting.samples(session, Audience.from_json(row.audience), given, now):
        about = sa.select(Person.name, Business.name, Business.regency, Business.district)
        joined = about.outerjoin(Business, Business.id == one.business_id).where(Person.id == one.person_id)
        name, business, regency, district = session.execute(joined).one()
        to = Addressee(Language(one.language), name, business, regency, district)
        shown = bubble(words, to, texts)
        filled = _filled(shown, to.language, texts) if one.opens else ""
        seen.append(Sample(Channel(one.channel), to.language, shown, filled, bool(filled) and to.language in above))
    return seen


def _filled(shown: Bubble, language: Language, texts: "Catalogue") -> str:
    template = texts.templates(language.value).get(shown.template or "")
    text = template.text if template else ""
    for number, value in enumerate(shown.template_values, 1):
        text = text.replace(f"{{{{{number}}}}}", value)
    return text


def try_out(session: Session, actor: Actor, number: int, *, texts: "Catalogue", now: dt.datetime) -> int:
    """Send it to oneself, on the Telegram that is linked to the account; the delivery's id. Raises BroadcastRefused."""
    demand(actor, Right.DRAFT)
    row = session.get(Broadcast, number, populate_existing=True)
    if row is None:
        raise BroadcastRefused(Why.UNKNOWN)
    demand_all(Audience.from_json(row.audience), actor, Right.DRAFT)
    chat = chat_of(session, actor.staff_id)
    if chat is None:
        raise BroadcastRefused(Why.NO_CHAT)
    words = words_of(row)
    to = Addressee(chat.language or Language.ID, actor.called, None)
    return deliveries.post(
        session, conversation_id=chat.id, bubble=bubble(words, to, texts), lane=Lane.NOTICE,
        because=f"broadcast_test:{number}", now=now,
    )  # fmt: skip


def chat_of(session: Session, staff_id: int | None) -> Conversation | None:
    """The Telegram chat of an account."""
    theirs = sa.select(Staff.telegram).where(Staff.id == staff_id, Staff.disabled_at.is_(None)).scalar_subquery()
    query = sa.select(Conversation).where(Conversation.channel == Channel.TELEGRAM, Conversation.address == theirs)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


# --- what is kept, and what is wrong with it


def mine(session: Session, actor: Actor, number: int) -> Broadcast:
    row = locked(session, number)
    demand_all(Audience.from_json(row.audience), actor, Right.DRAFT)
    if row.state not in (BroadcastState.DRAFT, BroadcastState.ASKED):
        raise BroadcastRefused(Why.STATE)
    return row


def _values(
    session: Session, draft: Draft, actor: Actor, texts: "Catalogue", now: dt.datetime, attached: bool = False
) -> dict[str, Any]:
    found = (*_wrong(draft, now), *warnings.faults(draft.words, texts, attached))
    if found:
        raise DraftRefused(found)
    audience = within(fitting(session, draft.audience), actor)
    begins = draft.send_at or now
    return {
        "title": draft.title.strip(), "texts": {k: v.strip() for k, v in draft.texts.items() if v.strip()},
        "audience": audience.as_json(), "template": draft.template, "template_values": list(draft.template_values),
        "send_at": draft.send_at, "expires_at": draft.expires_at or begins + GOOD_FOR, "approver": draft.approver,
    }  # fmt: skip


def fitting(session: Session, audience: Audience) -> Audience:
    """The same, if everything it names exists, its event and programme too. Raises AudienceRefused."""
    code, programme = checked(audience).event.upper(), audience.programme
    known = sa.select(Programme.code).order_by(Programme.id)
    if programme and programme not in (codes := session.scalars(known).all()):
        raise AudienceRefused("programme", programme, tuple(difflib.get_close_matches(programme, codes)))
    if not code:
        return audience
    codes = session.scalars(sa.select(Event.code).order_by(Event.id.desc()).limit(EVENTS_KNOWN)).all()
    if code not in codes and session.scalar(sa.select(Event.id).where(Event.code == code)) is None:
        raise AudienceRefused("event", audience.event, tuple(difflib.get_close_matches(code, codes)))
    return replace(audience, event=code)


def _wrong(draft: Draft, now: dt.datetime) -> list[Found]:
    found = []
    if not 0 < len(draft.title.strip()) <= LONGEST_TITLE:
        found.append(Found(Fault.TITLE, str(LONGEST_TITLE)))
    if draft.send_at is not None and draft.send_at < now:
        found.append(Found(Fault.PAST))
    if draft.expires_at is not None and draft.expires_at <= (draft.send_at or now):
        found.append(Found(Fault.EXPIRY))
    return found


def _noted(row: Broadcast) -> dict[str, Any]:
    return {"version": row.version, "audience": row.audience, "template": row.template}


def _warned(
    session: Session, row: Broadcast, ends: dt.datetime | None, audience: Audience, given: Terms, texts: "Catalogue",
    office: Office, now: dt.datetime,
) -> list[Found]:  # fmt: skip
    words = words_of(row)
    found = list(warnings.look(words, office.announcing.hosts, texts))
    if ends is None or (row.expires_at is not None and ends > row.expires_at):
        found.append(Found(Warn.LATE))
    if row.file_id is not None:
        found += _unseen(session, words, given, texts, office)
    again = _said_lately(session, row, audience, given, now)
    return [*found, Found(Warn.SAME, str(again))] if again else found


def _unseen(session: Session, words: Words, given: Terms, texts: "Catalogue", office: Office) -> list[Found]:
    """Whom what goes along does not reach as it should on WhatsApp."""
    if not office.announcing.hosts:
        return [Found(Warn.NO_ADDRESS)]
    above = templates.carrying(session, office.announcing.sender, texts, words, office.public_url)
    return [Found(Warn.LINKED)] if given.templates - above else []


def _said_lately(session: Session, row: Broadcast, audience: Audience, given: Terms, now: dt.datetime) -> int:
    """To how many of these people the same words went within two days."""
    query = sa.select(Broadcast.id, Broadcast.texts).where(Broadcast.approved_at > now - LATELY, Broadcast.id != row.id)
    same = [number for number, said in session.execute(query).all() if said == row.texts]
    if not same:
        return 0
    meant = selecting.candidates(session, audience, given, now).subquery()
    had = sa.select(Recipient.person_id).where(Recipient.broadcast_id.in_(same))
    both = sa.select(sa.func.count()).where(meant.c.left_out.is_(None), meant.c.person_id.in_(had))
    with selecting.in_bulk(session):
        return int(session.execute(both).scalar_one())
