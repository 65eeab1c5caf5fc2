"""Mengingatkan isian yang berhenti: one word about a form left half-way, by day, while WhatsApp still lets us write."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import Channel, Conversation, Draft, Inbound, Lane, Language, Purpose, Reachable, Session, Stopped
from services import calendar, consents, deliveries, drafts
from services.calendar import ROOM, Span, span_before, spans_after
from services.office import Office
from texts import Marked
from texts.bubble import Bubble, Button, Shape

if TYPE_CHECKING:
    from texts import Catalogue

# WhatsApp's 24 hours less a margin. Telegram has no such limit; a day is a day there too.
WINDOWS: Mapping[Channel, dt.timedelta] = {
    Channel.WHATSAPP: dt.timedelta(hours=23, minutes=50),
    Channel.TELEGRAM: dt.timedelta(hours=23, minutes=50),
}
LONGEST_WINDOW = max(WINDOWS.values())
SPARE = ROOM  # for the beat of the heart that finds it, and for its way out

Counted = Callable[[str, Mapping[str, Any], Mapping[str, Any]], tuple[int, int] | None]


def nudge_at(last_in_at: dt.datetime | None, channel: Channel, office: Office) -> dt.datetime | None:
    """When to speak of a form that was left: as late as the window allows, so that nobody is hurried, and by day.

    The rule. The last moment the window allows is `last_in_at` + 23 h 50 min, less 5 minutes for the way. If we may
    write then, and for 5 minutes more, it is that moment; else 5 minutes before the end of the hours we may write in:
    19.55 of that evening, or of the evening before, or 11.25 before Friday prayer. None: they never wrote, so there is
    no window.
    """
    if last_in_at is None or last_in_at.year == 1970:
        return None
    latest = last_in_at + WINDOWS[channel] - SPARE
    span = span_before(calendar.Purpose.REMINDER, latest, office.calendar)
    return max(span.start, min(latest, span.end - SPARE)).astimezone(office.zone) if span else None


def left_since(now: dt.datetime, office: Office) -> tuple[dt.datetime, dt.datetime] | None:
    """Between which two moments a last message must lie for its nudge to be due now; None by night.

    A few minutes wide by day; in the last minutes of the evening it reaches over everybody whose window closes at
    night. Exact to `nudge_at`: who lies outside is not due, who lies inside is.
    """
    span = _span(now, office)
    if span is None:
        return None
    latest = now
    if now >= span.end - SPARE:
        after = next(spans_after(calendar.Purpose.REMINDER, span.end, office.calendar), None)
        latest = after.start - dt.timedelta.resolution if after else span.end
    return now - LONGEST_WINDOW, latest - LONGEST_WINDOW + SPARE


def _span(now: dt.datetime, office: Office) -> Span | None:
    """The stretch of time in which we may write now."""
    return span_before(calendar.Purpose.REMINDER, now, office.calendar) if office.may_write(now) else None


@dataclass(frozen=True, slots=True)
class Left:
    """A form somebody left, open or laid aside."""

    run_id: str
    at: tuple[int, int]  # which question, of how many


def sweep(
    session: Session, texts: "Catalogue", office: Office, now: dt.datetime, limit: int = 100, *, counted: Counted
) -> int:
    """Speak of forms left half-way whose time has come, once for each run; how many.

    `counted` knows at which question a form stands, and of how many (form, answers, facts). Rows are claimed and
    marked in the transaction that writes their messages, and rows another sweep is at, or a person is writing in, are
    passed over: nobody is reminded twice.
    """
    between = left_since(now, office)
    if between is None:
        return 0
    chats = session.scalars(_left(between, now, limit).execution_options(populate_existing=True)).all()
    told = sum(_nudge(session, chat, texts, office, now, counted) for chat in chats)
    session.flush()
    return told


def _left(between: tuple[dt.datetime, dt.datetime], now: dt.datetime, limit: int) -> sa.Select[Conversation]:
    """Found by the messages that came in then: so no index has to be kept up with every answer."""
    wrote = sa.select(Inbound.conversation_id).where(Inbound.at.between(*between))
    is_open = sa.and_(
        Conversation.form.in_(drafts.KEPT),
        Conversation.run_id.is_not(None),
        sa.or_(Conversation.nudged_run.is_(None), Conversation.nudged_run != Conversation.run_id),
    )
    laid_aside = sa.exists().where(
        Draft.conversation_id == Conversation.id,
        Draft.form.in_(drafts.KEPT),
        sa.or_(Conversation.nudged_run.is_(None), Conversation.nudged_run != Draft.run_id),
    )
    return (
        sa.select(Conversation)
        .where(
            Conversation.id.in_(wrote),
            Conversation.last_in_at.between(*between),
            Conversation.person_id.is_not(None),
            Conversation.reachable == Reachable.YES,
            Conversation.stopped != Stopped.EVERYTHING,
            sa.or_(Conversation.quiet_until.is_(None), Conversation.quiet_until <= now),
            sa.or_(is_open, laid_aside),
        )
        .order_by(Conversation.last_in_at, Conversation.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def _nudge(
    session: Session, chat: Conversation, texts: "Catalogue", office: Office, now: dt.datetime, counted: Counted
) -> bool:
    left = _which(session, chat, counted)
    if left is None or left.run_id == chat.nudged_run:
        chat.nudged_run = left.run_id if left else chat.run_id or chat.nudged_run
        return False
    chat.nudged_run = left.run_id
    if chat.person_id is None or not consents.agreed(session, chat.person_id, Purpose.SERVICE):
        return False
    span = _span(now, office)
    until = chat.last_in_at + WINDOWS[chat.channel]
    deliveries.post(
        session,
        conversation_id=chat.id,
        bubble=_bubble(left, chat.language or Language.ID, texts),
        lane=Lane.NOTICE,
        because=f"nudge:{left.run_id}",
        now=now,
        expires_at=min(span.end, until) if span else until,
    )
    return True


def _which(session: Session, chat: Conversation, counted: Counted) -> Left | None:
    """The form that is open, if anything has been said in it, or else the one laid aside last."""
    if chat.run_id and chat.form in drafts.KEPT:
        at = counted(chat.form, chat.answers, chat.facts) if chat.answers else None
        return Left(chat.run_id, at) if at else None
    draft = drafts.newest(session, chat.id)
    if draft is None or draft.form not in drafts.KEPT:
        return None
    return Left(draft.run_id, (int(draft.view.get("n", 1)), int(draft.view.get("total", 1))))


def _bubble(left: Left, language: Language, texts: "Catalogue") -> Bubble:
    key = "nudge.draft"
    values = {"form_title": Marked(texts.text("journey.title", language)), "n": left.at[0], "total": left.at[1]}
    buttons = tuple(
        Button(data=f"nudge|{left.run_id}|{option.id}", label=option.label, description=option.description)
        for option in texts.options(key, language)
    )
    # A bare "1" belongs to the form that is open; the text names the word that goes on with it.
    return Bubble(text=texts.text(key, language, **values), shape=Shape.CHOICE, buttons=buttons, numbered=True)
