"""Catatan audit: every change, every export, every sight of somebody's data, written so that nobody can rewrite it."""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from models import AuditEntry, AuditHead, Session
from services.masking import Plain, masked
from services.staff import Actor

__all__ = ["Plain", "note"]

BEGINNING = "0" * 64  # what the first link names as the one before it
ACT = re.compile(r"[a-z_]+(\.[a-z_]+)+")
SUBJECT = re.compile(r"[a-z_]+(:[A-Za-z0-9_./:-]{1,80})?")
LONG_NUMBER = re.compile(r"\d{9,}")


def note(
    session: Session,
    actor: Actor,
    act: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    now: dt.datetime,
) -> None:
    """Add one link to the chain, in the transaction of what it tells of.

    `act`: "application.moved"; `subject`: "application:BTN-2026-000123". Neither carries anybody's data (ValueError).
    `before` and `after` are masked here. The head of the chain is locked until the transaction ends, after every other
    lock: note when all else is done.
    """
    if not ACT.fullmatch(act) or not SUBJECT.fullmatch(subject) or LONG_NUMBER.search(subject):
        raise ValueError("an act is noted as 'noun.verb' of 'kind:id', without anybody's data")
    head = session.get_one(AuditHead, 1, with_for_update=True, populate_existing=True)
    entry: dict[str, Any] = {
        "id": head.count + 1,
        "at": now.astimezone(dt.UTC),
        "actor": actor.name[:64],
        "staff_id": actor.staff_id,
        "via": actor.via.value,
        "request": actor.request[:64],
        "act": act,
        "subject": subject,
        "before": masked(before),
        "after": masked(after),
        "previous": head.hash,
    }
    entry["hash"] = hashed(entry)
    session.execute(sa.insert(AuditEntry).values(entry))
    head.count, head.hash = entry["id"], entry["hash"]
    session.flush()


def hashed(entry: Mapping[str, Any]) -> str:
    """SHA-256 over a link's fields, written in one way only: keys in order, moments in UTC."""
    plain = {key: value for key, value in entry.items() if key != "hash"}
    plain["at"] = plain["at"].astimezone(dt.UTC).isoformat(timespec="microseconds")
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
