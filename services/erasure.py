"""Hapus data: a person's words, photos, names, numbers and addresses go; counts and the proof of consent stay.

The rule, in the order in which it happens:

1. At the moment it is confirmed, in the same transaction: places that were not used yet are given back, and every word,
   name, number, address and photo is taken out of every table. What stays says nothing about anybody: that there was
   a person (an empty row), what they agreed to and when (UU 27/2022 Ps 24), how many applications reached which stage
   in which kab/kota, how many messages were sent.
2. The chat's own address stays for one purpose: to carry the farewell. As soon as that has left us, or cannot leave
   within a day, the address goes too (`farewell`), and the request is done.
3. Who writes again begins anew, as somebody we have never met.

Businesses that a helper registered and whose owners confirmed them are the owners' data, and stay.
"""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from models import (
    Application,
    Assessment,
    Business,
    Channel,
    Confirmation,
    ConfirmationState,
    Conversation,
    Correction,
    CorrectionState,
    DataRequest,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Draft,
    Due,
    Inbound,
    LikelyDouble,
    LinkCode,
    Media,
    Offer,
    OfferState,
    Person,
    Place,
    Reachable,
    Recipient,
    RecipientState,
    RequestKind,
    Session,
    Stage,
    StageChange,
    StoredFile,
    Ticket,
    TicketAnswer,
    Unanswered,
)
from models.likeness import name_words, owner_words
from services import applications, businesses, requests
from services.contacts import linking
from services.events import forgetting
from services.inserting import quietly
from services.media import MOST_TRIES
from services.retention import NOTHING_SAID

AT_LATEST = dt.timedelta(hours=24)  # for the farewell to leave; then the address goes without it
ON_ITS_WAY = (DeliveryState.QUEUED, DeliveryState.LEASED, DeliveryState.SENDING, DeliveryState.HELD)
# From here on a place has been used: giving it back would make one too many.
NOT_USED_YET = frozenset(
    {
        Stage.INTEREST, Stage.REVIEW, Stage.INCOMPLETE, Stage.READY, Stage.WAITING, Stage.PLACED, Stage.DRAFTED,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of it."""

    code: str  # "D-31"
    submitted: bool  # something of theirs lies with BPJPH, which keeps its own


def erase(
    session: Session, *, person_id: int, conversation_id: int, kind: RequestKind, detail: str | None, now: dt.datetime
) -> Erased:
    """Take a person out of every table; `conversation_id` is the chat that will carry the farewell.

    `kind` and `detail` are what was asked for: DELETE, or WITHDRAW of the service, without which there is nothing left
    to keep data for (UU 27/2022 Ps 43). The consents' own withdrawal is recorded by who asked.
    """
    businesses.lock_person(session, person_id)
    request = requests.ask(
        session, person_id=person_id, conversation_id=conversation_id, kind=kind, detail=detail, now=now
    )
    chats = list(session.scalars(sa.select(Conversation.id).where(Conversation.person_id == person_id)))
    owned = _owned(session, person_id)
    submitted = _give_back(session, owned, now)
    _empty_businesses(session, owned)
    linking.forget(session, person_id, now)
    forgetting.erase(session, person_id, chats, now)
    _empty_person(session, person_id)
    _leave_broadcasts(session, person_id)
    _empty_office(session, person_id, chats, now)
    for chat_id in chats:
        _empty_chat(session, chat_id)
        if chat_id != conversation_id:
            forget_address(session, chat_id)
    _empty_requests(session, person_id, request.id, now)
    session.flush()
    return Erased(request.code, submitted)


def farewell(session: Session, now: dt.datetime, limit: int = 100) -> int:
    """Take the address out of chats whose farewell has left us; how many requests that finished."""
    wanted = sa.or_(
        DataRequest.kind == RequestKind.DELETE,
        sa.and_(DataRequest.kind == RequestKind.WITHDRAW, DataRequest.detail == "service"),
    )
    query = sa.select(DataRequest).where(wanted, DataRequest.done_at.is_(None)).order_by(DataRequest.id).limit(limit)
    rows = session.scalars(query.with_for_update(skip_locked=True).execution_options(populate_existing=True)).all()
    return sum(_said_goodbye(session, row, now) for row in rows)


def _said_goodbye(session: Session, request: DataRequest, now: dt.datetime) -> bool:
    query = sa.select(Conversation).where(Conversation.id == request.conversation_id)
    chat = session.scalars(
        query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    ).one_or_none()
    if chat is None and request.conversation_id is not None:
        return False  # just being answered: next time
    late = now - request.asked_at >= AT_LATEST
    if chat is not None and _waits(session, chat.id) and not late:
        return False
    # Who wrote again meanwhile is somebody new: theirs is what came after, and the seven days before consent.
    if chat is not None and chat.person_id is None and chat.last_in_at <= request.asked_at:
        forget_address(session, chat.id)
    request.done_at, request.done_by, request.conversation_id = now, requests.BOT, None
    session.flush()
    return True


def _waits(session: Session, chat_id: int) -> bool:
    query = sa.select(Delivery.id).where(Delivery.conversation_id == chat_id, Delivery.state.in_(ON_ITS_WAY))
    return session.execute(query.limit(1)).first() is not None


def forget_address(session: Session, chat_id: int) -> None:
    """Leave of a chat only that there was one, and how many messages went each way."""
    nobody = f"erased:{chat_id}"
    _change(
        session, sa.update(Conversation).where(Conversation.id == chat_id),
        address=nobody, person_id=None, language=None, purge_at=None, reachable=Reachable.GONE,
    )  # fmt: skip
    theirs = Delivery.conversation_id == chat_id
    unsent = sa.update(Delivery).where(theirs, Delivery.state.in_(ON_ITS_WAY))
    _change(session, unsent, state=DeliveryState.CANCELLED, reason="erased")
    events = sa.select(Delivery.id).where(theirs)
    session.execute(quietly(sa.delete(DeliveryEvent).where(DeliveryEvent.delivery_id.in_(events))))
    _change(session, sa.update(Delivery).where(theirs), address=nobody, bubble=NOTHING_SAID, platform_id=None)
    _change(session, sa.update(Inbound).where(Inbound.conversation_id == chat_id), words=None)


# --- the steps


def _owned(session: Session, person_id: int) -> list[int]:
    """Their own businesses, those they entered for owners who never confirmed, and those others entered for them."""
    number = session.execute(
        sa.select(Person.phone).where(Person.id == person_id, Person.phone_vouched)
    ).scalar_one_or_none()
    entered = sa.and_(
        Business.person_id == person_id, sa.or_(~Business.by_helper, Business.owner_confirmed_at.is_(None))
    )
    for_them = sa.and_(Business.by_helper, Business.phone == number) if number else sa.false()
    return list(session.scalars(sa.select(Business.id).where(sa.or_(entered, for_them)).order_by(Business.id)))


def _give_back(session: Session, owned: list[int], now: dt.datetime) -> bool:
    """Withdraw what was not handed in yet; whether anything was."""
    query = sa.select(Application.id, Application.stage).where(Application.business_id.in_(owned))
    submitted = False
    for application_id, stage in session.execute(query.order_by(Application.business_id, Application.id)).all():
        if stage in NOT_USED_YET:
            applications.withdraw(session, application_id, now=now, by="owner", note="erased")
        submitted = submitted or stage not in NOT_USED_YET | {Stage.WITHDRAWN, Stage.LAPSED}
    return submitted


def _empty_businesses(session: Session, owned: list[int]) -> None:
    _change(
        session, sa.update(Business).where(Business.id.in_(owned)),
        owner_name="", name="", district=None, village=None, address=None, phone=None, nib=None, products=[],
        brand=None, workers=None, email=None, name_key=None, place_key=None, **name_words(None), **owner_words(None),
    )  # fmt: skip
    mine = sa.select(Application.id).where(Application.business_id.in_(owned))
    _change(session, sa.update(Place).where(Place.application_id.in_(mine)), nib=None)
    _change(session, sa.update(Application).where(Application.business_id.in_(owned)), certificate=None)
    by_hand = sa.and_(StageChange.application_id.in_(mine), StageChange.note != "erased")
    _change(session, sa.update(StageChange).where(by_hand), note=None)
    _change(session, sa.update(Assessment).where(Assessment.business_id.in_(owned)), said={}, answers={}, facts={})
    _change(session, sa.update(Confirmation).where(Confirmation.business_id.in_(owned)), phone=None, reference=None)
    unasked = sa.and_(Confirmation.business_id.in_(owned), Confirmation.state == ConfirmationState.WANTED)
    _change(session, sa.update(Confirmation).where(unasked), state=ConfirmationState.LAPSED)
    corrections = sa.update(Correction).where(Correction.application_id.in_(mine))
    open_ones = corrections.where(Correction.state.in_((CorrectionState.OPEN, CorrectionState.LAPSED)))
    _change(session, open_ones, state=CorrectionState.VOID)
    _change(session, corrections, before={}, after={}, reason="")
    pair = sa.or_(LikelyDouble.business_id.in_(owned), LikelyDouble.other_id.in_(owned))
    session.execute(quietly(sa.delete(LikelyDouble).where(pair)))
    offers = sa.update(Offer).where(Offer.application_id.in_(mine))
    _change(session, offers.where(Offer.state == OfferState.OPEN), state=OfferState.VOID)
    _change(session, offers, conversation_id=None)


def _empty_person(session: Session, person_id: int) -> None:
    nobody = {"name": None, "phone": None, "phone_vouched": False, **name_words(None)}
    _change(session, sa.update(Person).where(Person.id == person_id), **nobody)
    helped = sa.select(Business.id).where(Business.person_id == person_id, Business.name != "")
    own = sa.or_(Assessment.business_id.is_(None), Assessment.business_id.not_in(helped))
    theirs = sa.update(Assessment).where(Assessment.person_id == person_id, own)
    _change(session, theirs, said={}, answers={}, facts={})
    session.execute(quietly(sa.delete(LinkCode).where(LinkCode.person_id == person_id)))
    session.execute(quietly(sa.delete(StoredFile).where(StoredFile.person_id == person_id)))
    _change(session, sa.update(Unanswered).where(Unanswered.person_id == person_id), words="", person_id=None)
    session.execute(quietly(sa.delete(Due).where(Due.person_id == person_id)))


def _leave_broadcasts(session: Session, person_id: int) -> None:
    """Nothing more goes to them; of what went, that it did."""
    theirs = Recipient.person_id == person_id
    waiting = sa.update(Recipient).where(theirs, Recipient.state == RecipientState.WAITING)
    _change(session, waiting, state=RecipientState.CANCELLED, reason="erased")
    _change(session, sa.update(Recipient).where(theirs), person_id=None, business_id=None, reply_id=None)


def _empty_office(session: Session, person_id: int, chats: list[int], now: dt.datetime) -> None:
    """Of what lay with officers: that it did, and when it was answered."""
    theirs = sa.or_(Ticket.person_id == person_id, Ticket.conversation_id.in_(chats))
    ids = list(session.scalars(sa.select(Ticket.id).where(theirs)))
    _change(session, sa.update(TicketAnswer).where(TicketAnswer.ticket_id.in_(ids)), words="")
    tickets = sa.update(Ticket).where(Ticket.id.in_(ids))
    _change(session, tickets.where(Ticket.closed_at.is_(None)), closed_at=now, closed_by=requests.BOT)
    _change(session, tickets, words=None, context={}, conversation_id=None, person_id=None)


def _empty_chat(session: Session, chat_id: int) -> None:
    """Everything said in a chat, either way; its address stays for the farewell."""
    session.execute(quietly(sa.delete(Draft).where(Draft.conversation_id == chat_id)))
    session.execute(quietly(sa.delete(Due).where(Due.conversation_id == chat_id)))
    session.execute(quietly(sa.delete(LinkCode).where(LinkCode.conversation_id == chat_id)))
    _change(session, sa.update(Inbound).where(Inbound.conversation_id == chat_id), words=None)
    theirs = sa.update(Delivery).where(Delivery.conversation_id == chat_id)
    _change(session, theirs.where(Delivery.state.in_(ON_ITS_WAY)), state=DeliveryState.CANCELLED, reason="erased")
    _change(session, theirs, bubble=NOTHING_SAID)
    _empty_pictures(session, chat_id)
    _change(
        session, sa.update(Conversation).where(Conversation.id == chat_id),
        person_id=None, business_id=None, wanted=None, quiet_until=None, answer_waits=False, nudged_run=None,
        link_tries=0, link_blocked_until=None, run_id=None, form=None, answers={}, view={}, facts={}, changed_at=None,
    )  # fmt: skip


def _empty_pictures(session: Session, chat_id: int) -> None:
    """Twilio keeps its copy until told, so there the reference stays until it has been."""
    theirs = Media.conversation_id == chat_id
    on_whatsapp = sa.exists().where(Conversation.id == chat_id, Conversation.channel == Channel.WHATSAPP)
    still_there = sa.and_(Media.cleared_at.is_(None), on_whatsapp)
    session.execute(quietly(sa.delete(Media).where(theirs, ~still_there)))
    _change(session, sa.update(Media).where(theirs), content=None, business_id=None, tries=MOST_TRIES)


def _empty_requests(session: Session, person_id: int, this: int, now: dt.datetime) -> None:
    others = sa.update(DataRequest).where(DataRequest.person_id == person_id, DataRequest.id != this)
    _change(session, others.where(DataRequest.done_at.is_(None)), done_at=now, done_by=requests.BOT)
    _change(session, others, note=None, conversation_id=None)


def _change(session: Session, change: sa.Update, **values: object) -> None:
    session.execute(quietly(change.values(**values)))
