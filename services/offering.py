"""Menawarkan tempat: each minute what is free goes to whose turn it is, who is late is reminded, silence ends."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Application, Due, DueKind, DueState, Lane, Offer, OfferState, Place, Programme, Session, Stage, Topic
from services import (
    audit,
    businesses,
    codes,
    deliveries,
    history,
    holding,
    offer_words,
    offers,
    places,
    programmes,
    tickets,
    waiting,
)
from services.calendar import Purpose, Reason, span_before
from services.dues import MAKES_SENSE
from services.inserting import insert_unless_there
from services.offer_words import Subject, subject
from services.office import Office
from services.staff import Actor, Right, demand
from texts.bubble import Bubble

if TYPE_CHECKING:
    from texts import Catalogue

LETTER = "K"
REMINDED = dt.timedelta(hours=24)  # before the deadline, or at half the time where it is short
CONFIRMED_UNTIL = dt.timedelta(days=14)  # afterwards it is read under STATUS
SHORTEST = dt.timedelta(hours=12)  # nobody is asked to decide sooner, and so nothing is offered on the last evening


# --- the times of an offer


def deadline(now: dt.datetime, closes_at: dt.datetime, office: Office) -> dt.datetime | None:
    """Until when an answer counts: by day, and before the programme closes; None where too little time is left."""
    then = office.writes(now + dt.timedelta(hours=office.offer_hours))
    ends = office.morning(office.local_day(then.at)) if then.reason is Reason.HOURS else then.at
    if ends > closes_at:
        last = span_before(Purpose.REMINDER, closes_at, office.calendar)
        ends = min(closes_at, last.end) if last else closes_at
    return ends if ends - now >= SHORTEST else None


def reminded_from(offer: Offer) -> dt.datetime:
    """When the one reminder is due."""
    return offer.deadline - min(REMINDED, (offer.deadline - offer.offered_at) / 2)


# --- the heartbeat


def sweep(session: Session, texts: "Catalogue", office: Office, now: dt.datetime, limit: int = 100) -> int:
    """End, remind, open and offer, at most about `limit` times; how much was done. By night nothing is.

    Call again until it answers 0. Everything about a programme happens behind its lock, and is looked at again there:
    two sweeps at once, or one cut short, say nothing twice and give nothing twice.
    """
    if not office.may_write(now):
        return 0
    done = 0
    for programme_id in session.scalars(sa.select(Programme.id).order_by(Programme.id)).all():
        if done < limit:
            done += _Work(session, texts, office, now).do(programme_id, limit - done)
    return done


def now(
    session: Session, actor: Actor, number: str, texts: "Catalogue", office: Office, now: dt.datetime
) -> Offer | None:
    """An officer asks for an offer at once; None where no place is free for its turn, or it is night.

    It rests no longer, and nobody is passed over: those before it are offered theirs first. Raises `offers.Unknown`.
    """
    demand(actor, Right.REVIEW)
    application_id = offers.wake(session, actor, number, now=now)
    while sweep(session, texts, office, now):
        pass
    offer = holding.open_offer(session, application_id)
    about = f"application:{session.get_one(Application, application_id).number}"
    audit.note(session, actor, "offer.wanted", about, after={"offered": offer is not None}, now=now)
    return offer


class _Work:
    """One heartbeat: the session, the words, the office's calendar and the moment."""

    def __init__(self, session: Session, texts: "Catalogue", office: Office, now: dt.datetime) -> None:
        self.session, self.texts, self.office, self.now = session, texts, office, now

    def do(self, programme_id: int, limit: int) -> int:
        """What there is to do for one programme. It is locked only if there is something."""
        done = self._overdue(programme_id, limit)
        if done < limit and self._may_give(programme_id):
            done += self._give(programmes.lock(self.session, programme_id), limit - done)
        return done

    # --- offers that were made

    def _overdue(self, programme_id: int, limit: int) -> int:
        if not self._awaited(programme_id, limit):
            return 0
        programmes.lock(self.session, programme_id)
        found = self._awaited(programme_id, limit)
        for offer in found:
            if offer.deadline <= self.now:
                self._expire(offer)
            else:
                self._remind(offer)
        return len(found)

    def _awaited(self, programme_id: int, limit: int) -> list[Offer]:
        """Offers that end now, or are to be reminded of."""
        query = sa.select(Offer).where(Offer.programme_id == programme_id, Offer.state == OfferState.OPEN)
        query = query.where(Offer.deadline <= self.now + REMINDED).order_by(Offer.deadline, Offer.id)
        query = query.where(sa.or_(Offer.deadline <= self.now, Offer.reminded_at.is_(None)))
        rows = self.session.scalars(query.limit(limit).execution_options(populate_existing=True))
        return [offer for offer in rows if offer.deadline <= self.now or reminded_from(offer) <= self.now]

    def _expire(self, offer: Offer) -> None:
        about = self._about(offer)
        holding.close(self.session, offer, OfferState.EXPIRED, self.now)
        about.application.promised_at = self._next_news()
        if about.programme.closes_at <= self.now:
            shown = offer_words.closed(about, self.texts, self.office)
        else:
            shown = offer_words.expired(about, offer, self.texts)
        self._post(about, shown, f"offer:{offer.id}", self.now + MAKES_SENSE)

    def _remind(self, offer: Offer) -> None:
        offer.reminded_at = self.now
        about = self._about(offer)
        shown = offer_words.reminder(about, offer, self.texts, self.now)
        self._post(about, shown, f"offer:{offer.id}", offer.deadline)

    def _about(self, offer: Offer) -> Subject:
        application = self.session.get_one(Application, offer.application_id, populate_existing=True)
        return subject(self.session, application)

    # --- what is free

    def _may_give(self, programme_id: int) -> bool:
        """A look before the lock: usually nothing is free, or nobody waits."""
        programme = programmes.refreshed(self.session, programme_id)
        if not programmes.open_now(programme, self.now):
            return False
        return programme.opened_at is None or next(self._turns(programme), None) is not None

    def _turns(self, programme: Programme) -> Iterator[Application]:
        return waiting.turns(self.session, programme.id, self.now)

    def _give(self, programme: Programme, limit: int) -> int:
        done = 0
        for application in self._turns(programme):
            if done >= limit:
                return done
            if programme.opened_at is not None:
                done += self._offer(programme, application)
            elif application.queued_at < programme.opens_at:
                done += self._place(application)
            else:
                break
        if programme.opened_at is None:
            programme.opened_at = self.now
            self.session.flush()
            done += 1
        return done

    def _place(self, application: Application) -> bool:
        """Who asked before the programme opened asked for the place itself: it is theirs, without an offer."""
        about = subject(self.session, application)
        if not self._claimed(about):
            return application.stage is not Stage.WAITING
        application.promised_at = self.office.promise(self.now, self.office.contact_days)
        history.enter(self.session, application, Stage.PLACED, self.now, "bot", None)
        self._promised(about)
        shown = offer_words.confirmed(about, self.texts, self.office, self.now)
        self._post(about, shown, f"place:{application.id}", self.now + CONFIRMED_UNTIL)
        return True

    def _offer(self, programme: Programme, application: Application) -> bool:
        until = deadline(self.now, programme.closes_at, self.office)
        if until is None:
            return False
        about = subject(self.session, application)
        if not self._claimed(about):
            return application.stage is not Stage.WAITING
        offer = self._new(about, until)
        application.promised_at = until
        self.session.flush()
        self._post(about, offer_words.offered(about, offer, self.texts), f"offer:{offer.id}", until)
        return True

    def _new(self, about: Subject, until: dt.datetime) -> Offer:
        chat_id = about.chat.id if about.chat else None
        mine = sa.select(Offer.code).where(Offer.conversation_id == chat_id)
        open_codes = set(self.session.scalars(mine.where(Offer.state == OfferState.OPEN)))
        last = self.session.scalars(mine.order_by(Offer.id.desc()).limit(1)).first()
        values = {
            "application_id": about.application.id,
            "programme_id": about.programme.id,
            "conversation_id": chat_id,
            "regency": about.application.regency,
            "offered_at": self.now,
            "deadline": until,
            "state": OfferState.OPEN,
        }
        new_id = None
        while new_id is None:  # another programme may at this moment have given the chat the same code
            code = codes.next_code(LETTER, open_codes, last)
            new_id = insert_unless_there(self.session, Offer, values | {"code": code})
            open_codes.add(code)
        return self.session.get_one(Offer, new_id)

    def _claimed(self, about: Subject) -> bool:
        """Take the place; a NIB that holds one already is for an officer to look at."""
        application = about.application
        claimed = places.claim(
            self.session,
            programme_id=application.programme_id,
            application_id=application.id,
            regency=application.regency,
            nib=about.business.nib,
            now=self.now,
        )
        if isinstance(claimed, places.Taken):
            self._to_officer(about, claimed.application_id)
        return isinstance(claimed, Place)

    def _to_officer(self, about: Subject, holder_id: int) -> None:
        application, business = about.application, about.business
        holder = self.session.get_one(Application, holder_id)
        if holder.business_id != business.id:
            businesses.note_doubles(self.session, business.id, [(holder.business_id, "nib")], self.now)
        application.promised_at = self.office.promise(self.now, self.office.review_days)
        history.enter(self.session, application, Stage.REVIEW, self.now, "bot", "nib")
        tickets.open_ticket(
            self.session,
            conversation_id=about.chat.id if about.chat else None,
            person_id=business.person_id,
            topic=Topic.CHECK,
            words=None,
            context={"application": application.id, "codes": ["nib"]},
            office=self.office,
            now=self.now,
        )
        self._promised(about)
        self._post(about, offer_words.reviewed(about, self.texts, self.office), f"place:{application.id}", None)

    # --- words and dates

    def _next_news(self) -> dt.datetime:
        return self.now + dt.timedelta(days=self.office.remind_days)

    def _promised(self, about: Subject) -> None:
        """Should the day pass without news, the owner is told so: a row like `dues.plan` makes, without locking the
        chat, which whoever is writing there holds while they wait for the programme. Its code is never typed."""
        if about.chat is None or about.application.promised_at is None:
            return
        due = Due(
            conversation_id=about.chat.id,
            person_id=about.business.person_id,
            kind=DueKind.PROMISE,
            code="P0",
            about={"application_id": about.application.id},
            due_at=about.application.promised_at,
            state=DueState.PLANNED,
        )
        self.session.add(due)
        self.session.flush()

    def _post(self, about: Subject, bubble: Bubble, because: str, until: dt.datetime | None) -> None:
        if about.chat is not None:
            deliveries.post(
                self.session,
                conversation_id=about.chat.id,
                bubble=bubble,
                lane=Lane.NOTICE,
                because=because,
                now=self.now,
                expires_at=until,
            )
