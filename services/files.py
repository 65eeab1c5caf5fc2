"""Berkas: a file for one person is a row before it is sent, and gone a day later."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models import Session, StoredFile


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it is handed over."""

    name: str
    media_type: str
    content: bytes
    expires_at: dt.datetime


def keep(
    session: Session,
    *,
    person_id: int | None,
    name: str,
    media_type: str,
    content: bytes,
    now: dt.datetime,
    days: int,
) -> int:
    """Keep a file for `days` days; its id. `name` is what it is called on the phone and holds nobody's name."""
    values = {
        "person_id": person_id,
        "name": name,
        "media_type": media_type,
        "content": content,
        "made_at": now,
        "expires_at": now + dt.timedelta(days=days),
    }
    return session.execute(sa.insert(StoredFile).values(values).returning(StoredFile.id)).scalar_one()


def read(session: Session, file_id: int, now: dt.datetime) -> Kept | None:
    """A file that may still be fetched; None once it has had its time or was deleted."""
    columns = (StoredFile.name, StoredFile.media_type, StoredFile.content, StoredFile.expires_at)
    row = session.execute(sa.select(*columns).where(StoredFile.id == file_id)).one_or_none()
    return Kept(*row) if row is not None and row.expires_at > now else None


def document(file_id: int, linked: str = "") -> dict[str, Any]:
    """A file as a bubble carries it (`Bubble.extra["document"]`).

    Telegram sends the file itself below the bubble's words. WhatsApp is sent `linked` below them, our own words with
    `{url}` where the link goes.
    """
    return {"file": file_id, "linked": linked}
