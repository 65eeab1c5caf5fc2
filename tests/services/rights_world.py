"""A small world of one kab/kota: an owner with a place, one who waits, and everything that can hang on them."""

import datetime as dt
from types import SimpleNamespace

from models import (
    Business,
    Confirmation,
    Contact,
    ContactList,
    Conversation,
    Inbound,
    Lane,
    LikelyDouble,
    RequestKind,
    Session,
    Stage,
)
from services import applications, asked, deliveries, interests, offering, requests, tickets
from services.broadcasts import drafting, keeping
from services.broadcasts.audience import Audience
from services.broadcasts.drafting import Draft
from services.calendar import Calendar
from services.contacts.listing import Listing
from services.events.arranging import EventSpec
from services.events.attending import Tap, Visitor
from services.moves import Moved
from services.sheet_files import Opened
from tests.services import asking, eventful, people
from tests.services.people import NOON, OFFICE
from texts import load
from texts.bubble import Bubble

HERE = "36.04"
TEXTS = load()
DRAFT = Draft("NIB", {"id": "Pendampingan NIB gratis."}, Audience(regencies=(HERE,)))


def world(session: Session) -> SimpleNamespace:
    """One owner with a place, one who waits, and everything that can hang on them, all of it in HERE."""
    people.programme(session, quota=1, allocations={})
    people.account(session, "rina")
    placed = asking.register(session, regency=HERE, district="36.04.22")
    waiting = asking.register(session, regency=HERE, district="36.04.22")
    business = session.get_one(Business, placed.business_id)
    chat = people.chat(session, business.person_id)
    chat.view = {"refused": [[NOON.isoformat(), "sites", "journey.sites.err1"]] * 2}
    chat.last_in_at = NOON - dt.timedelta(hours=1)
    session.add(Inbound(channel=chat.channel, event_id="in", conversation_id=chat.id, at=NOON, kind="text"))
    other = people.chat(session, session.get_one(Business, waiting.business_id).person_id)
    event = eventful.event(session, regency=HERE)
    signed = eventful.signs_up(session, event.id, chat, business_id=business.id)
    assert signed.sign_up is not None
    _waits(session, business, chat, waiting.business_id)
    _offers(session, placed.application_id)
    about = {"conversation_id": chat.id, "person_id": business.person_id}
    ticket = tickets.open_ticket(session, **about, topic="question", words="?", context={}, office=OFFICE, now=NOON)
    wanted = requests.ask(session, **about, kind=RequestKind.SEE, now=NOON)
    announced = drafting.create(session, people.DEWI, DRAFT, texts=TEXTS, office=OFFICE, now=NOON)
    doubt = LikelyDouble(business_id=placed.business_id, other_id=waiting.business_id, because="name", at=NOON)
    session.add(doubt)
    session.flush()
    kept = keeping.keep(session, people.DEWI, "Serang", Audience(regencies=(HERE,)), NOON)
    bubble = Bubble("Besok ada acara.")
    posted = deliveries.post(
        session, conversation_id=chat.id, bubble=bubble, lane=Lane.NOTICE, because="due:1", now=NOON
    )
    return SimpleNamespace(
        held=posted,
        kept=kept, pair_id=doubt.id, broadcast=announced.id, owner=business.person_id,
        ticket_id=ticket.id, request_id=wanted.id, application_id=waiting.application_id, number=placed.number,
        waiting=waiting.number, business_id=business.id, code=event.code, event_code=event.code, event_id=event.id,
        event=event, conversation_id=chat.id,
        sign_up_id=signed.sign_up.id, old=chat.id, new=other.id, list_id=1, now=NOON, texts=TEXTS,
        office=OFFICE, calendar=Calendar(), tap=Tap(NOON, "k" * 8), visitor=Visitor("Siti", "Keripik", HERE, "BA-1"),
        listing=Listing(Opened("a.csv", ("",)), "", (), None, "0" * 64),  # type: ignore[arg-type]
        spec=EventSpec(event.kind, "Hari lain", event.starts_at, event.ends_at, "Aula", 5, regency=HERE),
        moved=Moved(1, placed.number, Stage.PLACED, Stage.DRAFTED, None),
    )  # fmt: skip


def _waits(session: Session, business: Business, chat: Conversation, other_id: int) -> None:
    session.add(Confirmation(business_id=other_id, phone=None, asked_at=NOON, due_at=NOON, code="U1"))
    brought = ContactList(file="a.xlsx", digest="0" * 64, source="dinas", brought_by="dewi", begun_at=NOON, counts={})
    session.add(brought)
    session.flush()
    claimed = Contact(
        key="k", list_id=brought.id, created_at=NOON, seen_at=NOON, name="Siti", regency=HERE, doubts=[],
        consent="claimed", reference="BA-1", claimed_by="dewi", claimed_staff=99, claimed_at=NOON,
    )  # fmt: skip
    session.add(claimed)
    _asks(session, business.person_id)
    session.flush()


def _asks(session: Session, person_id: int) -> None:
    """What they asked that has no answer, and what they are interested in."""
    asked.keep(session, person_id, "Di mana beli stiker?", NOON)
    interests.note(session, person_id=person_id, step="nib", regency=HERE, now=NOON)


def _offers(session: Session, placed_id: int) -> None:
    """The place becomes free and is offered to who waits."""
    applications.withdraw(session, placed_id, now=NOON, by="owner")
    while offering.sweep(session, TEXTS, OFFICE, NOON):
        pass
