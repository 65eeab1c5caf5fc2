"""Kabar berkala: whoever waits hears every two weeks where they stand, also when nothing has moved."""

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Application, Lane, Place, Programme, Session
from services import deliveries, offer_words, waiting
from services.dues import MAKES_SENSE
from services.offer_words import Subject
from services.office import Office

if TYPE_CHECKING:
    from texts import Catalogue


def sweep(session: Session, texts: "Catalogue", office: Office, now: dt.datetime, limit: int = 25) -> int:
    """Tell those whose news is due, at most `limit`; how many were looked at. By night nothing is done.

    The rows are claimed, and those another sweep is at are passed over. Who has an offer to answer hears of that
    instead; a programme that has not served those who asked before it opened has no news yet.
    """
    if not office.may_write(now):
        return 0
    held = sa.exists(sa.select(Place.id).where(Place.application_id == Application.id, Place.released_at.is_(None)))
    waits = sa.and_(sa.text("applications.stage = 'DAFTAR_TUNGGU'"), Application.promised_at <= now, ~held)
    begun = sa.or_(Programme.opened_at.is_not(None), Programme.closes_at <= now)
    query = sa.select(Application).join(Programme, Programme.id == Application.programme_id).where(waits, begun)
    query = query.order_by(Application.promised_at, Application.id).limit(limit)
    claimed = query.with_for_update(skip_locked=True, key_share=True, of=Application)
    rows = list(session.scalars(claimed.execution_options(populate_existing=True)))
    for application in rows:
        _tell(session, offer_words.subject(session, application), texts, office, now)
    session.flush()
    return len(rows)


def _tell(session: Session, about: Subject, texts: "Catalogue", office: Office, now: dt.datetime) -> None:
    application = about.application
    if about.programme.closes_at <= now:
        application.promised_at = None  # nothing more can come of this programme, and it is said once
        bubble = offer_words.closed(about, texts, office)
    else:
        application.promised_at = now + dt.timedelta(days=office.remind_days)
        position = waiting.position(session, application) or 1
        bubble = offer_words.news(about, texts, position, office.local_day(application.promised_at))
        application.position_told = position
    if about.chat is not None:
        deliveries.post(
            session,
            conversation_id=about.chat.id,
            bubble=bubble,
            lane=Lane.NOTICE,
            because=f"waiting:{application.id}",
            now=now,
            expires_at=now + MAKES_SENSE,
        )
