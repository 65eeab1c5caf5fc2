"""Berkas: a file is a row before it is sent, and gone when it has had its time."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models import Broadcast, Session, StoredFile

PATH = "/files/"  # the address of a file, below which stands what opens it


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it is handed over."""

    name: str
    media_type: str
    content: bytes
    expires_at: dt.datetime
    everybodys: bool = False  # of an announcement, and nobody's own


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
    announced = sa.exists().where(Broadcast.file_id == StoredFile.id)
    query = sa.select(*columns, announced.label("everybodys")).where(StoredFile.id == file_id)
    row = session.execute(query).one_or_none()
    return Kept(*row) if row is not None and row.expires_at > now else None


def at(public_url: str | None) -> str:
    """What the addresses of our files begin with; empty where WhatsApp could not fetch any."""
    return f"{public_url.rstrip('/')}{PATH}" if public_url and public_url.startswith("https://") else ""


def document(file_id: int, linked: str = "") -> dict[str, Any]:
    """A file as a bubble carries it (`Bubble.extra["document"]`).

    Telegram sends the file itself below the bubble's words. WhatsApp is sent `linked` below them, our own words with
    `{url}` where the link goes.
    """
    return {"file": file_id, "linked": linked}


def attachment(file_id: int, picture: bool, linked: str) -> dict[str, Any]:
    """A file that many get, as the extra of a bubble: the words stand below it, in one message with it.

    Telegram sends it with the words as its caption, WhatsApp a picture likewise, within its 24 hours; outside, either
    by a template approved for it. Where that cannot be `linked` is added to the words, our own with `{url}` in it.
    """
    return {"document": {"file": file_id, "linked": linked, "as": "photo" if picture else "document"}}


@dataclass(frozen=True, slots=True)
class About:
    """A file without its bytes. `telegram_ref`: what Telegram calls it, "bot:file_id", once it has it."""

    name: str
    media_type: str
    expires_at: dt.datetime
    telegram_ref: str | None


def about(session: Session, file_id: int, now: dt.datetime) -> About | None:
    """The same as `read`, without the bytes."""
    columns = (StoredFile.name, StoredFile.media_type, StoredFile.expires_at, StoredFile.telegram_ref)
    row = session.execute(sa.select(*columns).where(StoredFile.id == file_id)).one_or_none()
    return About(*row) if row is not None and row.expires_at > now else None
