"""Sesudah acara: those who came are given the materials and their certificate, each once."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import (
    Conversation,
    Event,
    EventCertificate,
    EventState,
    Lane,
    Language,
    Reachable,
    Session,
    SignUp,
)
from services import audit, calendar, chats, deliveries, files
from services.events import certifying, seating, words
from services.events.attending import CAME
from services.events.rules import EventRefused, Wrong
from services.inserting import quietly
from services.office import Office
from services.staff import Actor, Right, demand_for
from texts.bubble import Bubble
from texts.filling import Marked

if TYPE_CHECKING:
    from texts import Catalogue

KEPT_DAYS = 90  # a file of materials; a link that is older leads nowhere
LARGEST = 10_000_000  # bytes
TYPES = {
    ".pdf": "application/pdf",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


# --- what staff say


def certify_from(session: Session, actor: Actor, code: str, at: dt.datetime, *, now: dt.datetime) -> Event:
    """From when the certificates of an event are given out: to everybody who came, once it is over.

    Said before the event, it is done by itself afterwards. Raises EventRefused, Forbidden.
    """
    event = _changed(session, actor, code)
    event.certificates_at = max(at, now)
    session.flush()
    after = {"from": event.certificates_at}
    audit.note(session, actor, "event.certified", f"event:{event.code}", after=after, now=now)
    return event


def set_materials(session: Session, actor: Actor, code: str, url: str, *, now: dt.datetime) -> Event:
    """Where the materials of an event are. Raises EventRefused, Forbidden, ValueError for what is no https address."""
    if not url.startswith("https://") or len(url) > 300 or any(c.isspace() for c in url):
        raise ValueError("https")
    event = _changed(session, actor, code)
    event.materials_url, event.materials_file = url, None
    _renewed(session, actor, event, now)
    return event


def keep_materials(session: Session, actor: Actor, code: str, name: str, content: bytes, *, now: dt.datetime) -> Event:
    """The materials themselves, a PDF or slides, kept for 90 days. Raises EventRefused, Forbidden, ValueError."""
    kind = next((kind for ending, kind in TYPES.items() if name.lower().endswith(ending)), None)
    if kind is None or not 0 < len(content) <= LARGEST:
        raise ValueError("kind" if kind is None else "size")
    event = _changed(session, actor, code)
    told = {"person_id": None, "name": name[-100:], "media_type": kind, "content": content}
    event.materials_url, event.materials_file = None, files.keep(session, **told, now=now, days=KEPT_DAYS)  # type: ignore[arg-type]
    _renewed(session, actor, event, now)
    return event


def _changed(session: Session, actor: Actor, code: str) -> Event:
    event = seating.lock(session, seating.find(session, code).id)
    demand_for(actor, Right.EVENTS, event.regency)
    if event.state in (EventState.CANCELLED, EventState.DRAFT):
        raise EventRefused(Wrong.OVER)
    return event


def _renewed(session: Session, actor: Actor, event: Event, now: dt.datetime) -> None:
    """Other materials are told anew."""
    change = sa.update(SignUp).where(SignUp.event_id == event.id).values(materials_at=None)
    session.execute(quietly(change))
    session.flush()
    audit.note(session, actor, "event.materials_set", f"event:{event.code}", now=now)


# --- what follows by itself


def sweep(
    session: Session, texts: "Catalogue", office: Office, chance: Callable[[], str], now: dt.datetime,
    limit: int = 100,
) -> int:  # fmt: skip
    """Give what is due to at most about `limit` people, by day; how many. Call again until it answers 0.

    `chance` makes the token of a certificate. Behind the event's lock, so that two sweeps give nothing twice.
    """
    if not calendar.may_send(calendar.Purpose.REMINDER, now, office.calendar):
        return 0
    done = 0
    for event_id in session.scalars(_due(now)).all():
        if done < limit:
            giving = _Giving(session, seating.lock(session, event_id), texts, office, now)
            done += giving.certificates(chance, limit - done)
            done += giving.materials(limit - done)
    return done


def _over(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Event.ends_at <= now, Event.state.in_((EventState.OPEN, EventState.DONE)))


def _due(now: dt.datetime) -> Any:
    came = sa.and_(SignUp.event_id == Event.id, CAME)
    has_one = sa.exists(sa.select(EventCertificate.id).where(EventCertificate.sign_up_id == SignUp.id))
    without = sa.and_(Event.certificates_at <= now, sa.exists(sa.select(SignUp.id).where(came, ~has_one)))
    untold = sa.exists(sa.select(SignUp.id).where(came, SignUp.materials_at.is_(None), SignUp.person_id.is_not(None)))
    brought = sa.or_(Event.materials_url.is_not(None), Event.materials_file.is_not(None))
    wanted = sa.or_(without, sa.and_(brought, untold))
    return sa.select(Event.id).where(_over(now), wanted).order_by(Event.id)


class _Giving:
    """One event, locked."""

    def __init__(self, session: Session, event: Event, texts: "Catalogue", office: Office, now: dt.datetime) -> None:
        self.session, self.event, self.texts, self.office = session, event, texts, office
        self.now = now

    def certificates(self, chance: Callable[[], str], limit: int) -> int:
        """A number for each who came and has none yet, and the certificate into their chat."""
        event = self.event
        if event.certificates_at is None or event.certificates_at > self.now:
            return 0
        rows = certifying.without(self.session, event.id, limit)
        for row in rows:
            made = certifying.issue(self.session, event, row, self.office.letterhead, chance(), self.now)
            if chat := self._chat(row):
                language = chat.language or Language.ID
                self._post(chat, certified(self.texts, language, event, row, made))
        return len(rows)

    def materials(self, limit: int) -> int:
        """Where the materials are, to everybody who came and was not told."""
        event = self.event
        if limit <= 0 or (event.materials_url is None and event.materials_file is None):
            return 0
        untold = sa.and_(
            SignUp.event_id == event.id, CAME, SignUp.materials_at.is_(None), SignUp.person_id.is_not(None)
        )
        rows = self.session.scalars(sa.select(SignUp).where(untold).order_by(SignUp.id).limit(limit)).all()
        for row in rows:
            row.materials_at = self.now
            if chat := self._chat(row):
                self._post(chat, materials(self.texts, chat.language or Language.ID, event, row))
        self.session.flush()
        return len(rows)

    def _post(self, chat: Conversation, bubble: Bubble) -> None:
        deliveries.post(
            self.session,
            conversation_id=chat.id,
            bubble=bubble,
            lane=Lane.NOTICE,
            because=f"event:{self.event.id}",
            now=self.now,
        )

    def _chat(self, row: SignUp) -> Conversation | None:
        if row.person_id is None:
            return None
        chat = chats.last_used(self.session, row.person_id, lock=False)
        return chat if chat is not None and chat.reachable is Reachable.YES else None


# --- the messages


def certificate_values(
    texts: "Catalogue", language: Language, event: Event, row: SignUp, made: EventCertificate
) -> dict[str, Any]:
    """What "events.certificate" says."""
    named = {"name": certifying.bearer(row), "certificate_number": made.number, "code": row.code}
    return {**words.values(event, texts, language), **named}


def certificate_document(texts: "Catalogue", language: Language, row: SignUp, made: EventCertificate) -> dict[str, Any]:
    """The paper that goes with it: a document on Telegram, a link on WhatsApp; and where anybody may check it."""
    url = Marked("{url}")
    check = texts.text("events.certificate_check", language, url=url)
    linked = texts.text("events.download_link", language, url=url)
    return {"certificate": row.token, "check": check, "token": made.token, "linked": linked}


def certified(texts: "Catalogue", language: Language, event: Event, row: SignUp, made: EventCertificate) -> Bubble:
    """The message, with the template that asks for a word outside WhatsApp's 24 hours."""
    values = certificate_values(texts, language, event, row, made)
    return Bubble(
        text=texts.text("events.certificate", language, **values),
        template="event_certificate_v2",
        template_values=(values["name"], event.title, made.number, row.code),
        extra={"document": certificate_document(texts, language, row, made)},
    )


def materials_key(event: Event) -> str | None:
    """The text that tells of an event's materials; None while there are none."""
    if event.materials_file is not None:
        return "events.materials_file"
    return "events.materials" if event.materials_url else None


def materials_values(texts: "Catalogue", language: Language, event: Event) -> dict[str, Any]:
    """What it says."""
    return {**words.values(event, texts, language), "url": Marked(event.materials_url or "")}


def materials_document(texts: "Catalogue", language: Language, event: Event) -> dict[str, Any] | None:
    """The file that goes with it, if it is one."""
    if event.materials_file is None:
        return None
    return files.document(event.materials_file, texts.text("events.download_link", language, url=Marked("{url}")))


def materials(texts: "Catalogue", language: Language, event: Event, row: SignUp) -> Bubble:
    """The materials: their address, or the file itself."""
    document = materials_document(texts, language, event)
    return Bubble(
        text=texts.text(materials_key(event) or "", language, **materials_values(texts, language, event)),
        template="event_materials_v1",
        template_values=(event.title, row.code),
        extra={"document": document} if document else {},
    )
