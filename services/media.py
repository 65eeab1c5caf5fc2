"""Foto: a picture a person sent is a row first, with the platform's reference; its bytes come later."""

import datetime as dt

import sqlalchemy as sa

from models import Media, Session

MOST_TRIES = 5


def want(
    session: Session, *, conversation_id: int, business_id: int | None, ref: str, mime: str, now: dt.datetime
) -> int:
    """Note a picture to be fetched; its row's id."""
    values = {
        "conversation_id": conversation_id,
        "business_id": business_id,
        "ref": ref,
        "mime": mime,
        "asked_at": now,
    }
    return session.execute(sa.insert(Media).values(values).returning(Media.id)).scalar_one()


def unfetched(session: Session, limit: int = 10) -> list[Media]:
    """Pictures whose bytes are still with the platform, and that have not failed too often."""
    query = sa.select(Media).where(Media.fetched_at.is_(None), Media.tries < MOST_TRIES).order_by(Media.id)
    return list(session.scalars(query.limit(limit)))


def fetched(session: Session, media_id: int, content: bytes, mime: str, now: dt.datetime) -> None:
    """Keep the bytes."""
    change = sa.update(Media).where(Media.id == media_id)
    session.execute(change.values(content=content, mime=mime, fetched_at=now, tries=Media.tries + 1))


def failed(session: Session, media_id: int) -> None:
    """Count a try that did not bring the bytes."""
    session.execute(sa.update(Media).where(Media.id == media_id).values(tries=Media.tries + 1))
