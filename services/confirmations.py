"""Pemilik membenarkan: a helper's entry is the owner's once the owner says so, from their own number or on paper."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import (
    Application,
    Assessment,
    Business,
    Channel,
    Confirmation,
    ConfirmationState,
    Conversation,
    Lane,
    Language,
    Person,
    Reachable,
    Session,
    Stopped,
    Topic,
)
from services import applications, audit, businesses, chats, deliveries, eligibility, phones, tickets
from services.codes import next_code
from services.inserting import insert_unless_there
from services.nudges import WINDOWS
from services.office import Office
from services.staff import Actor, Right, demand, demand_for, within
from texts import Marked
from texts.bubble import Bubble, Button, Shape

if TYPE_CHECKING:
    from texts import Catalogue

LETTER = "U"
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # `last_in_at` of a chat in which nobody has written yet
WANTED = ConfirmationState.WANTED


def want(
    session: Session, *, business_id: int, helper_numbers: frozenset[str], office: Office, now: dt.datetime
) -> Confirmation:
    """The owner's word is wanted for a helper's entry, within `office.confirm_days`.

    A number that is the helper's own asks nobody: then only paper will do. Told again with another number, the owner
    is asked there.
    """
    business = session.get_one(Business, business_id)
    phone = business.phone if business.phone not in helper_numbers else None
    query = sa.select(Confirmation).where(Confirmation.business_id == business_id).with_for_update()
    known = session.scalars(query).first()
    if known is None:
        known = Confirmation(business_id=business_id, phone=phone, asked_at=now, state=WANTED)
        known.due_at, known.code = _limit(office, now), _code(session, phone)
        session.add(known)
    elif known.state is WANTED and known.phone != phone:
        known.phone, known.told_at, known.template_at, known.conversation_id = phone, None, None, None
        known.code = _code(session, phone)
    session.flush()
    return known


def _limit(office: Office, now: dt.datetime) -> dt.datetime:
    return office.morning(office.local_day(now, office.confirm_days))


def _code(session: Session, phone: str | None) -> str | None:
    """One owner may be asked about several businesses: their codes differ."""
    if phone is None:
        return None
    theirs = sa.select(Confirmation.code).where(Confirmation.phone == phone, Confirmation.state == WANTED)
    return next_code(LETTER, {code for code in session.scalars(theirs) if code})


# --- asking ---


def sweep(session: Session, texts: "Catalogue", office: Office, now: dt.datetime, limit: int = 100) -> int:
    """Ask owners who have written lately, once each; write by template to those who have not; tell helpers of silence.

    How many messages were posted. Rows another sweep is at are passed over. By night nothing is done.
    """
    if not office.may_write(now):
        return 0
    asked = 0
    for confirmation, chat in session.execute(_writing(now, limit)).all():
        asked += _ask(session, confirmation, chat, texts, office, now)
    for confirmation in session.scalars(_silent(limit)).all():
        asked += _write_first(session, confirmation, texts, office, now)
    for confirmation in session.scalars(_overdue(now, limit)).all():
        asked += _past_due(session, confirmation, texts, office, now)
    session.flush()
    return asked


def _writing(now: dt.datetime, limit: int) -> sa.Select[Confirmation, Conversation]:
    """Owners whose chat is open: the number it comes from is vouched for by WhatsApp."""
    return (
        sa.select(Confirmation, Conversation)
        .join(Conversation, Conversation.address == sa.literal("whatsapp:") + Confirmation.phone)
        .join(Business, Business.id == Confirmation.business_id)
        .where(
            Confirmation.state == WANTED,
            Confirmation.told_at.is_(None),
            Conversation.channel == Channel.WHATSAPP,
            Conversation.last_in_at > now - WINDOWS[Channel.WHATSAPP],
            Conversation.reachable == Reachable.YES,
            Conversation.stopped != Stopped.EVERYTHING,
            sa.or_(Conversation.person_id.is_(None), Conversation.person_id != Business.person_id),
        )
        .order_by(Confirmation.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Confirmation)
        .execution_options(populate_existing=True)
    )


def _silent(limit: int) -> sa.Select[Confirmation]:
    query = sa.select(Confirmation).where(
        Confirmation.state == WANTED,
        Confirmation.told_at.is_(None),
        Confirmation.template_at.is_(None),
        Confirmation.phone.is_not(None),
    )
    return query.order_by(Confirmation.id).limit(limit).with_for_update(skip_locked=True)


def _overdue(now: dt.datetime, limit: int) -> sa.Select[Confirmation]:
    query = sa.select(Confirmation).where(Confirmation.state == WANTED, Confirmation.due_at <= now)
    return query.order_by(Confirmation.due_at).limit(limit).with_for_update(skip_locked=True)


def _ask(
    session: Session,
    confirmation: Confirmation,
    chat: Conversation,
    texts: "Catalogue",
    office: Office,
    now: dt.datetime,
) -> int:
    confirmation.told_at, confirmation.conversation_id = now, chat.id
    _post(session, confirmation, chat.id, chat.language or Language.ID, texts, office, now)
    return 1


def _write_first(
    session: Session, confirmation: Confirmation, texts: "Catalogue", office: Office, now: dt.datetime
) -> int:
    """An owner who does not write is written to once, by an approved template; without one it waits until they write.

    Nothing but the number is kept of them meanwhile.
    """
    address = f"whatsapp:{confirmation.phone}"
    values = {
        "channel": Channel.WHATSAPP, "address": address, "first_at": now, "last_in_at": NEVER,
        "purge_at": confirmation.due_at, "answers": {}, "view": {}, "facts": {},
    }  # fmt: skip
    insert_unless_there(session, Conversation, values)
    mine = sa.select(Conversation).where(Conversation.channel == Channel.WHATSAPP, Conversation.address == address)
    chat = session.scalars(mine).one()
    confirmation.template_at = now
    if chat.stopped is Stopped.EVERYTHING or chat.reachable is not Reachable.YES:
        return 0
    confirmation.conversation_id = chat.id
    _post(session, confirmation, chat.id, chat.language or Language.ID, texts, office, now)
    return 1


def _post(
    session: Session, confirmation: Confirmation, conversation_id: int, language: Language, texts: "Catalogue",
    office: Office, now: dt.datetime,
) -> None:  # fmt: skip
    key = "helper.owner_confirm"
    values = words(session, confirmation, language, texts, office)
    buttons = tuple(
        Button(f"confirm|{confirmation.id}|{option.id}", option.label) for option in texts.options(key, language)
    )
    shown = tuple(str(values[name]) for name in ("owner", "helper", "business", "verify_url"))
    bubble = Bubble(
        texts.text(key, language, **values), Shape.CHOICE, buttons, numbered=True,
        template="owner_confirm_v1", template_values=tuple(value or "-" for value in shown),
    )  # fmt: skip
    deliveries.post(
        session, conversation_id=conversation_id, bubble=bubble, lane=Lane.NOTICE,
        because=f"confirmation:{confirmation.id}", now=now, expires_at=confirmation.due_at,
    )  # fmt: skip


def words(
    session: Session, confirmation: Confirmation, language: Language, texts: "Catalogue", office: Office
) -> Mapping[str, Any]:
    """What fills the question to the owner."""
    business = session.get_one(Business, confirmation.business_id)
    helper = session.get(Person, business.helper_id) if business.helper_id else None
    return {
        "owner": business.owner_name,
        "helper": _who(helper, language, texts),
        "business": business.name,
        "verify_url": office.verify_url,
        "code": confirmation.code,
    }


def _who(helper: Person | None, language: Language, texts: "Catalogue") -> str | Marked:
    if helper and helper.name:
        return helper.name
    if helper and helper.phone:
        return Marked(texts.text("helper.by_number", language, phone=phones.shown(helper.phone)))
    return Marked(texts.text("helper.somebody", language))


def _past_due(
    session: Session, confirmation: Confirmation, texts: "Catalogue", office: Office, now: dt.datetime
) -> int:
    """The helper hears of it once and gets as many days again; after those an officer decides."""
    business = session.get_one(Business, confirmation.business_id)
    if confirmation.pending_told_at is not None:
        confirmation.state = ConfirmationState.LAPSED
        _tell_office(session, business, None, "lapsed", office, now)
        return 0
    confirmation.pending_told_at, confirmation.due_at = now, _limit(office, now)
    chat = chats.last_used(session, business.helper_id or business.person_id, lock=False)
    if chat is None:
        return 0
    values = {"business": business.name, "due_date": office.local_day(confirmation.due_at)}
    bubble = Bubble(texts.text("helper.owner_pending", chat.language or Language.ID, **values))
    deliveries.post(
        session, conversation_id=chat.id, bubble=bubble, lane=Lane.NOTICE, because=f"confirmation:{confirmation.id}",
        now=now, expires_at=confirmation.due_at,
    )  # fmt: skip
    return 1


# --- the answer ---


def find(session: Session, *, conversation_id: int, which: str) -> Confirmation | None:
    """The question that was put in this chat, by its row's id (a button) or its code (typed); only while it is open."""
    mine = sa.select(Confirmation).where(
        Confirmation.conversation_id == conversation_id, Confirmation.state.in_((WANTED, ConfirmationState.LAPSED))
    )
    if which.isdecimal():
        return session.scalars(mine.where(Confirmation.id == int(which)).with_for_update()).first()
    return session.scalars(mine.where(Confirmation.code == which.upper()).with_for_update()).first()


def only_open(session: Session, conversation_id: int) -> Confirmation | None:
    """The question put in this chat, where it is the only one that is open."""
    mine = sa.select(Confirmation).where(Confirmation.conversation_id == conversation_id, Confirmation.state == WANTED)
    found = session.scalars(mine.limit(2)).all()
    return found[0] if len(found) == 1 else None


def confirm(session: Session, confirmation: Confirmation, owner_id: int, office: Office, now: dt.datetime) -> Business:
    """The owner said yes, and is somebody with consent: the business is theirs from here on; the helper still helps."""
    business = businesses.lock(session, confirmation.business_id)
    business.helper_id = business.helper_id or business.person_id
    business.person_id, business.owner_confirmed_at = owner_id, now
    theirs = sa.update(Assessment).where(Assessment.business_id == business.id)
    session.execute(theirs.values(person_id=owner_id).execution_options(synchronize_session="fetch"))
    confirmation.state, confirmation.answered_at = ConfirmationState.YES, now
    session.flush()
    _judge_again(session, business, office, now)
    return business


def _judge_again(session: Session, business: Business, office: Office, now: dt.datetime) -> None:
    """The owner's word was a line of the to-do list: from here on it is as if the owner had told it all."""
    before = eligibility.latest(session, business.person_id, business.id)
    if before is None:
        return
    after = eligibility.record(
        session,
        person_id=business.person_id,
        business_id=business.id,
        rules=eligibility.get(before.rule_set, before.version),
        said=before.said,
        answers={**before.answers, "for_whom": "self"},
        facts=before.facts,
        asked_by="owner",
        now=now,
        before=before.result,
    )
    for application_id in session.scalars(_applications_of(business)).all():
        applications.settle(session, application_id, after.id, office=office, now=now, by="owner")


def _applications_of(business: Business) -> sa.Select[int]:
    return sa.select(Application.id).where(Application.business_id == business.id).order_by(Application.id)


def refuse(session: Session, confirmation: Confirmation, office: Office, now: dt.datetime) -> None:
    """The owner said no: what was asked for in their name is taken back, and an officer looks into it."""
    business = businesses.lock(session, confirmation.business_id)
    confirmation.state, confirmation.answered_at = ConfirmationState.NO, now
    for application_id in session.scalars(_applications_of(business)).all():
        applications.withdraw(session, application_id, now=now, by="owner", note="not_confirmed")
    _tell_office(session, business, confirmation.conversation_id, "refused", office, now)


def _tell_office(
    session: Session, business: Business, conversation_id: int | None, why: str, office: Office, now: dt.datetime
) -> None:
    tickets.open_ticket(
        session, conversation_id=conversation_id, person_id=business.helper_id, topic=Topic.CONFIRMATION, words=None,
        context={"business_id": business.id, "confirmation": why}, office=office, now=now,
    )  # fmt: skip


def on_paper(
    session: Session, actor: Actor, business_id: int, reference: str, office: Office, now: dt.datetime
) -> bool:
    """The owner signed on paper, kept by the office under `reference`. False: no word is wanted for this business."""
    demand(actor, Right.REVIEW)
    regency = session.scalar(sa.select(Business.regency).where(Business.id == business_id))
    demand_for(actor, Right.REVIEW, regency)
    query = sa.select(Confirmation).where(Confirmation.business_id == business_id).with_for_update()
    confirmation = session.scalars(query).first()
    if confirmation is None or confirmation.state not in (WANTED, ConfirmationState.LAPSED):
        return False
    confirmation.state, confirmation.answered_at = ConfirmationState.ON_PAPER, now
    confirmation.reference = reference
    business = businesses.lock(session, business_id)
    business.owner_confirmed_at = now
    session.flush()
    _judge_again(session, business, office, now)
    audit.note(
        session, actor, "business.confirmed_on_paper", f"business:{business_id}", after={"paper": reference}, now=now
    )
    return True


def open_ones(
    session: Session, actor: Actor, *, now: dt.datetime, limit: int = 1000
) -> list[tuple[Confirmation, Business]]:
    """Whose word is still wanted, the longest waiting first."""
    demand(actor, Right.SEE)
    query = (
        sa.select(Confirmation, Business)
        .join(Business, Business.id == Confirmation.business_id)
        .where(Confirmation.state.in_((WANTED, ConfirmationState.LAPSED)), within(actor, Business.regency))
        .order_by(Confirmation.due_at)
        .limit(limit)
    )
    found = [(confirmation, business) for confirmation, business in session.execute(query).all()]
    audit.note(session, actor, "confirmations.seen", "confirmations", after={"rows": len(found)}, now=now)
    return found
