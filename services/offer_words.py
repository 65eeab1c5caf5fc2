"""Tawaran dalam kata-kata: the messages about a place on offer, for a chat that may be in its window or not."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import (
    Application,
    Business,
    Conversation,
    Language,
    Offer,
    Person,
    Programme,
    Purpose,
    Reachable,
    Session,
    Stopped,
)
from services import consents, regions
from services.office import Office
from texts.bubble import Bubble, Button, Shape
from texts.filling import shown

if TYPE_CHECKING:
    from texts import Catalogue


@dataclass(frozen=True, slots=True)
class Subject:
    """An application with what its messages speak of, and the chat they go to (None: nobody can be told)."""

    application: Application
    business: Business
    programme: Programme
    chat: Conversation | None
    name: str  # what the one who reads is called; empty where that is not known

    @property
    def language(self) -> Language:
        """The language of the chat."""
        return (self.chat and self.chat.language) or Language.ID

    @property
    def regency(self) -> str:
        """The kab/kota as it is written."""
        region = regions.regency(self.application.regency or "")
        return region.name if region else "Banten"


def subject(session: Session, application: Application) -> Subject:
    """What the messages about an application need. Locks nothing: a heartbeat holds the programme already."""
    business = session.get_one(Business, application.business_id, populate_existing=True)
    programme = session.get_one(Programme, application.programme_id)
    person = session.get(Person, business.person_id)
    name = (person and person.name) or ("" if business.by_helper else business.owner_name)
    return Subject(application, business, programme, chat_of(session, business.person_id), name)


def chat_of(session: Session, person_id: int) -> Conversation | None:
    """The chat a person wrote from last, if they can be reached there and want to be."""
    if not consents.agreed(session, person_id, Purpose.SERVICE):
        return None
    open_to_us = sa.and_(Conversation.reachable == Reachable.YES, Conversation.stopped != Stopped.EVERYTHING)
    query = sa.select(Conversation).where(Conversation.person_id == person_id, open_to_us)
    query = query.order_by(Conversation.last_in_at.desc(), Conversation.id.desc()).limit(1)
    return session.scalars(query.execution_options(populate_existing=True)).first()


def offered(about: Subject, offer: Offer, texts: "Catalogue") -> Bubble:
    """A place is free: take it, skip it, or ask."""
    hours = round((offer.deadline - offer.offered_at) / dt.timedelta(hours=1))
    values = _values(about, offer) | {"hours": hours}
    return _bubble(about, offer, texts, "offer.place", values, "place_offer_v1", _ASKED)


def reminder(about: Subject, offer: Offer, texts: "Catalogue", now: dt.datetime) -> Bubble:
    """The place still waits, and for how long."""
    left = max(1, int((offer.deadline - now) / dt.timedelta(hours=1)))
    values = _values(about, offer) | {"hours_left": left}
    return _bubble(about, offer, texts, "offer.place_reminder", values, "place_offer_reminder_v1", _ASKED)


def expired(about: Subject, offer: Offer, texts: "Catalogue") -> Bubble:
    """No answer came; the position is kept, and an officer will call."""
    values = _values(about, offer)
    return _bubble(about, offer, texts, "offer.expired", values, "place_offer_expired_v1", _EXPIRED)


def confirmed(about: Subject, texts: "Catalogue", office: Office, now: dt.datetime) -> Bubble:
    """The programme has opened, and who asked before has a place."""
    number, by = about.application.number, office.local_day(about.application.promised_at or now)
    values = {"name": about.name or about.business.name, "business": about.business.name}
    filled = (about.business.name, about.programme.name, number, shown(by, about.language))
    text = texts.text("place.claimed_later", about.language, **values, number=number, next_date=by)
    return Bubble(text, template="place_confirmed_v1", template_values=filled)


def reviewed(about: Subject, texts: "Catalogue", office: Office) -> Bubble:
    """A place was free, but the same NIB holds one already: an officer looks first."""
    application = about.application
    text = texts.text(
        "place.queued_officer",
        about.language,
        number=application.number,
        short=texts.text("place.same_nib", about.language),
        date=office.local_day(application.queued_at),
        next_date=office.local_day(application.promised_at or application.queued_at),
    )
    return Bubble(text)


def news(about: Subject, texts: "Catalogue", position: int, next_date: dt.date) -> Bubble:
    """Where one stands on the waiting list: for the first time, moved, or as before."""
    told, language = about.application.position_told, about.language
    key = "place.waiting" if told is None else "place.waiting_moved" if told != position else "place.waiting_same"
    text = texts.text(
        key,
        language,
        programme=about.programme.name,
        regency=about.regency,
        position=position,
        old_position=told or position,
        number=about.application.number,
        interval=texts.text("place.interval", language),
        next_date=next_date,
    )
    filled = (about.business.name, str(position), about.programme.name, about.regency)
    return Bubble(text, template="waiting_news_v1", template_values=filled)


def closed(about: Subject, texts: "Catalogue", office: Office) -> Bubble:
    """The programme is over."""
    day = office.local_day(about.programme.closes_at - dt.timedelta(seconds=1))
    return Bubble(texts.text("place.programme_closed", about.language, programme=about.programme.name, date=day))


_ASKED = ("name", "business", "programme", "deadline", "code")
_EXPIRED = ("business", "deadline", "code")


def _values(about: Subject, offer: Offer) -> dict[str, Any]:
    return {
        "name": about.name or about.business.name,  # a template's variable may not be empty
        "business": about.business.name,
        "programme": about.programme.name,
        "deadline": offer.deadline,
        "code": offer.code,
    }


def _bubble(
    about: Subject,
    offer: Offer,
    texts: "Catalogue",
    key: str,
    values: dict[str, Any],
    template: str,
    names: Sequence[str],
) -> Bubble:
    language = about.language
    options = texts.options("offer.expired" if key == "offer.expired" else "offer.place", language)
    return Bubble(
        text=texts.text(key, language, **values),
        shape=Shape.CHOICE,
        buttons=tuple(Button(f"offer|{offer.id}|{o.id}", o.label, o.description) for o in options),
        numbered=True,  # a bare "1" belongs to the form that is open
        template=template,
        template_values=tuple(shown(values[name], language) for name in names),
    )
