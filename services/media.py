"""Foto: a picture a person sent is a row first, with the platform's reference; its bytes come later."""

import datetime as dt

import sqlalchemy as sa

from models import Channel, Conversation, Media, Session

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


def refuse(session: Session, *, conversation_id: int, ref: str, now: dt.datetime) -> None:
    """Note a picture nobody asked for: it is not fetched, and its platform is told to forget it."""
    values = {"conversation_id": conversation_id, "ref": ref, "mime": "", "asked_at": now, "tries": MOST_TRIES}
    session.execute(sa.insert(Media).values(values))


def unfetched(session: Session, limit: int = 10) -> list[Media]:
    """Pictures whose bytes are still with the platform, and that have not failed too often."""
    query = sa.select(Media).where(Media.fetched_at.is_(None), Media.tries < MOST_TRIES).order_by(Media.id)
    return list(session.scalars(query.limit(limit)))


def fetched(session: Session, media_id: int, content: bytes, mime: str, now: dt.datetime) -> None:
    """Keep the bytes."""
    change = sa.update(Media).where(Media.id == media_id, Media.tries < MOST_TRIES)  # not if it was erased meanwhile
    session.execute(change.values(content=content, mime=mime, fetched_at=now, tries=Media.tries + 1))


def failed(session: Session, media_id: int) -> None:
    """Count a try that did not bring the bytes."""
    session.execute(sa.update(Media).where(Media.id == media_id).values(tries=Media.tries + 1))


def uncleared(session: Session, limit: int = 20) -> list[tuple[int, Channel, str]]:
    """Pictures that are done with, fetched or given up, whose platform still has its copy: (id, channel, reference)."""
    done = sa.or_(Media.fetched_at.is_not(None), Media.tries >= MOST_TRIES)
    query = (
        sa.select(Media.id, Conversation.channel, Media.ref)
        .join(Conversation, Conversation.id == Media.conversation_id)
        .where(Media.cleared_at.is_(None), done)
        .order_by(Media.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query.limit(limit)).all()]


def cleared(session: Session, media_id: int, now: dt.datetime) -> None:
    """The platform has forgotten its copy. A row that holds no bytes of ours has done its work and goes."""
    session.execute(sa.update(Media).where(Media.id == media_id).values(cleared_at=now, ref=""))
    session.execute(sa.delete(Media).where(Media.id == media_id, Media.content.is_(None)))
