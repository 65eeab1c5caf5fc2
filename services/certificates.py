"""Sertifikat: "sudah Bapak/Ibu terima?" is asked until it is answered, so that no certificate lies there unknown."""

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import (
    Application,
    Business,
    Conversation,
    Due,
    DueKind,
    DueState,
    Lane,
    Language,
    Purpose,
    Reachable,
    Session,
    Stage,
    Stopped,
    Ticket,
    Topic,
)
from services import chats, codes, consents, deliveries, dues, tickets
from services.office import Office
from services.telling import owner_called, received_buttons
from texts.bubble import Bubble, Shape
from texts.filling import shown

if TYPE_CHECKING:
    from texts import Catalogue

AGAIN = dt.timedelta(days=14)
MOST = 6  # times the bot asks; then an officer calls, and the question stays open
MAKES_SENSE = dt.timedelta(days=7)


def first_asked(
    session: Session, application: Application, chat: Conversation, office: Office, now: dt.datetime
) -> dues.Planned:
    """The row of the question that stands in the news itself; it is asked again in two weeks."""
    return dues.plan(
        session,
        conversation_id=chat.id,
        person_id=chat.person_id,
        kind=DueKind.RECEIVED,
        about={"application_id": application.id, "asked": 1},
        due_at=_next(now, office),
    )


def _next(now: dt.datetime, office: Office) -> dt.datetime:
    return office.morning(office.local_day(now + AGAIN))


# --- what was answered


def received(session: Session, due: Due, now: dt.datetime) -> Application | None:
    """They have it. The first answer stands; None for a certificate that was called back since."""
    application = session.get_one(Application, due.about["application_id"], populate_existing=True)
    if application.stage is not Stage.ISSUED:
        return None
    application.received_at = application.received_at or now
    session.flush()
    return application


def not_received(session: Session, due: Due, office: Office, now: dt.datetime, *, stuck: bool) -> dt.datetime:
    """Not yet, or it cannot be downloaded: an officer helps by the moment given, and we ask again in two weeks."""
    application = session.get_one(Application, due.about["application_id"], populate_existing=True)
    application.received_at = None
    due.state, due.due_at = DueState.PLANNED, _next(now, office)
    session.flush()
    return _ticket(session, due, "stuck" if stuck else "not_yet", office, now)


def _ticket(session: Session, due: Due, said: str, office: Office, now: dt.datetime) -> dt.datetime:
    """One open ticket for one certificate, however often it is asked about."""
    query = sa.select(Ticket).where(
        Ticket.conversation_id == due.conversation_id, Ticket.topic == Topic.CERTIFICATE, Ticket.closed_at.is_(None)
    )
    about = due.about["application_id"]
    known = next((t for t in session.scalars(query) if t.context.get("application_id") == about), None)
    if known is not None:
        return known.answer_by
    return tickets.open_ticket(
        session,
        conversation_id=due.conversation_id,
        person_id=due.person_id,
        topic=Topic.CERTIFICATE,
        words=None,
        context={"application_id": about, "due_id": due.id, "said": said},
        office=office,
        now=now,
    ).answer_by


# --- asking again


def sweep(session: Session, texts: "Catalogue", office: Office, now: dt.datetime, limit: int = 100) -> int:
    """Ask again what is due, at most `limit` of them; how many rows were dealt with. By night nothing is done.

    Rows another sweep is at, and chats whose person is writing at this moment, are passed over until the next.
    """
    if not office.may_write(now):
        return 0
    query = sa.select(Due).join(Conversation, Conversation.id == Due.conversation_id)
    query = query.where(Due.kind == DueKind.RECEIVED, Due.state == DueState.PLANNED, Due.due_at <= now)
    claimed = query.order_by(Due.due_at, Due.id).limit(limit)
    claimed = claimed.with_for_update(skip_locked=True, key_share=True, of=(Due, Conversation))
    rows = list(session.scalars(claimed.execution_options(populate_existing=True)))
    for due in rows:
        _again(session, due, texts, office, now)
    session.flush()
    return len(rows)


def _again(session: Session, due: Due, texts: "Catalogue", office: Office, now: dt.datetime) -> None:
    application = session.get(Application, due.about["application_id"], populate_existing=True)
    if application is None or application.stage is not Stage.ISSUED or application.received_at is not None:
        due.state = DueState.VOID
        return
    due.due_at = _next(now, office)
    chat = _chat(session, due)
    if chat is None:
        return  # unreachable for now: it stays on the list of staff, and is asked once they are back
    asked = int(due.about.get("asked", 1))
    if asked >= MOST:
        due.state = DueState.ASKED  # still open to an answer; from here on an officer calls
        _ticket(session, due, "silent", office, now)
        return
    due.about, due.asked_at = {**due.about, "asked": asked + 1}, now
    due.answer, due.answered_at = None, None  # it is a new question: "belum" may be said again
    _post(session, application, due, chat, texts, office, now)


def _chat(session: Session, due: Due) -> Conversation | None:
    """The chat they used last, where they may be asked; the question moves there, under a code free in it."""
    chat = session.get_one(Conversation, due.conversation_id)
    if due.person_id is not None:
        if not consents.agreed(session, due.person_id, Purpose.SERVICE):
            return None
        chat = chats.last_used(session, due.person_id) or chat
    if chat.stopped is Stopped.EVERYTHING or chat.reachable is not Reachable.YES:
        return None
    if chat.id != due.conversation_id:
        query = sa.select(Due.code).where(Due.conversation_id == chat.id, Due.state.in_(dues.OPEN))
        due.code = codes.next_code(dues.LETTERS[DueKind.RECEIVED], set(session.scalars(query)))
        due.conversation_id = chat.id
    return chat


def _post(
    session: Session,
    application: Application,
    due: Due,
    chat: Conversation,
    texts: "Catalogue",
    office: Office,
    now: dt.datetime,
) -> None:
    language = chat.language or Language.ID
    business = session.get_one(Business, application.business_id)
    name = owner_called(session, business)
    since = office.local_day(application.since)
    values: dict[str, Any] = {"name": name, "business": business.name, "date": since, "code": due.code}
    bubble = Bubble(
        text=texts.text("certificate.ask_again", language, **values),
        shape=Shape.CHOICE,
        buttons=received_buttons(due, texts, language),
        numbered=True,
        template="certificate_received_ask_v1",
        template_values=(name or business.name, business.name, shown(since, language), due.code),
    )
    deliveries.post(
        session,
        conversation_id=chat.id,
        bubble=bubble,
        lane=Lane.NOTICE,
        because=f"due:{due.id}",
        now=now,
        expires_at=now + MAKES_SENSE,
    )


# --- for staff


# Written out, so that the index on exactly these rows is used.
UNKNOWN = sa.text("applications.stage = 'TERBIT' AND applications.received_at IS NULL")


def unacknowledged(session: Session) -> int:
    """How many certificates were issued of which we do not know that their owners have them."""
    query = sa.select(sa.func.count()).select_from(Application).where(UNKNOWN)
    return session.execute(query).scalar_one()
