"""Memeriksa catatan audit: reading it, and finding a link that was changed, taken out, or cut off at the end."""

import datetime as dt
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from models import AuditEntry, AuditHead, Session
from services.audit import BEGINNING, Plain, hashed, note
from services.inserting import quietly
from services.staff import PROGRAM, Actor, Right, demand

PIECE = 1000  # links read at once
TRIMMED = "audit.trimmed"


class Fault(StrEnum):
    """What is wrong with a link."""

    CHANGED = "changed"  # it does not say what it said
    MISSING = "missing"  # links before it were taken out
    BROKEN = "broken"  # it does not follow the one before it
    CUT = "cut"  # links after it were taken away
    FRONT = "front"  # links at the beginning are gone, and the chain does not say that they had had their time
    ANCHOR = "anchor"  # the chain is not the one that was vouched for outside of the database


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain is broken first: the id of the link, or of the first one that is not there."""

    fault: Fault
    at: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the chain as it was at a moment, kept outside of the database and signed with the office's secret."""

    count: int
    hash: str
    signature: str

    @classmethod
    def of(cls, count: int, chain: str, key: bytes) -> "Anchor":
        """Vouch for a head."""
        return cls(count, chain, hmac.digest(key, f"{count}:{chain}".encode(), "sha256").hex())

    def is_ours(self, key: bytes) -> bool:
        """Whether nobody else made or changed it."""
        return hmac.compare_digest(self.signature, Anchor.of(self.count, self.hash, key).signature)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked through, and the first thing that is wrong."""

    first: int
    count: int  # the id of the newest link, as the head says
    broken: Broken | None


def head(session: Session) -> tuple[int, str]:
    """The newest link's id and hash."""
    row = session.get_one(AuditHead, 1, populate_existing=True)
    return row.count, row.hash


def verify(session: Session, actor: Actor, anchor: Anchor | None, *, now: dt.datetime) -> Verified:
    """Follow the whole chain. `anchor`: what was vouched for outside (its signature is the caller's to check).

    That it was looked at is a link of its own, after what was looked at.
    """
    demand(actor, Right.AUDIT)
    end = session.get_one(AuditHead, 1, populate_existing=True)
    found = Verified(end.first, end.count, _first_fault(session, end, anchor))
    note(session, actor, "audit.verified", "audit", after={"count": found.count, "good": found.broken is None}, now=now)
    return found


def _first_fault(session: Session, end: AuditHead, anchor: Anchor | None) -> Broken | None:
    expected, previous = end.first, end.before_first
    begins = {"first": 1, "hash": BEGINNING}
    for entry in _links(session, end.first):
        if entry.id != expected:
            return Broken(Fault.MISSING, expected)
        if hash_of(entry) != entry.hash:
            return Broken(Fault.CHANGED, entry.id)
        if entry.previous != previous:
            return Broken(Fault.BROKEN, entry.id)
        if anchor is not None and entry.id == anchor.count and entry.hash != anchor.hash:
            return Broken(Fault.ANCHOR, entry.id)
        if entry.act == TRIMMED:
            begins = entry.after or {}
        expected, previous = entry.id + 1, entry.hash
    if expected <= max(end.count, anchor.count if anchor else 0):
        return Broken(Fault.CUT, expected)
    if previous != end.hash:
        return Broken(Fault.BROKEN, end.count)
    told = begins.get("first"), begins.get("hash")
    return None if told == (end.first, end.before_first) else Broken(Fault.FRONT, end.first)


def hash_of(entry: AuditEntry) -> str:
    """What a link's hash has to be, from what it says."""
    return hashed({column.key: getattr(entry, column.key) for column in sa.inspect(AuditEntry).columns})


def _links(session: Session, first: int) -> Iterator[AuditEntry]:
    """Every link there is, in order, read in pieces."""
    after = 0
    while True:
        query = sa.select(AuditEntry).where(AuditEntry.id > after).order_by(AuditEntry.id).limit(PIECE)
        piece = session.scalars(query.execution_options(populate_existing=True)).all()
        yield from (entry for entry in piece if entry.id >= first)
        if len(piece) < PIECE:
            return
        after = piece[-1].id
        session.expunge_all()  # what was read is not wanted any more


def shown(
    session: Session,
    actor: Actor,
    *,
    who: str = "",
    act: str = "",
    subject: str = "",
    since: dt.datetime | None = None,
    limit: int = 100,
    now: dt.datetime,
) -> list[AuditEntry]:
    """The newest links that fit, the newest first. `act` and `subject` may be the beginning of one."""
    demand(actor, Right.AUDIT)
    query = sa.select(AuditEntry)
    if who:
        query = query.where(AuditEntry.actor == who)
    if act:
        query = query.where(AuditEntry.act.startswith(act, autoescape=True))
    if subject:
        query = query.where(AuditEntry.subject.startswith(subject, autoescape=True))
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    found = list(session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)))
    note(session, actor, "audit.seen", "audit", after={"rows": len(found)}, now=now)
    return found


def trim(session: Session, before: dt.datetime, now: dt.datetime, chunk: int) -> int:
    """Take away links of whole months that have had their time, at most `chunk`; how many.

    The chain goes on from there: where it begins now is said by the head and by a link of its own. The newest link
    always stays. The head is locked until the transaction ends: do this last.
    """
    month = before.astimezone(dt.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    oldest = sa.select(AuditEntry.at).order_by(AuditEntry.id).limit(1)
    at = session.execute(oldest).scalar_one_or_none()
    if at is None or at >= month:
        return 0
    head = session.get_one(AuditHead, 1, with_for_update=True, populate_existing=True)
    first, until = head.first, min(head.first + chunk, head.count)
    stays = sa.select(AuditEntry.id).where(AuditEntry.id >= first, AuditEntry.id < until, AuditEntry.at >= month)
    until = session.execute(stays.order_by(AuditEntry.id).limit(1)).scalar_one_or_none() or until
    if until <= first:
        return 0
    head.first = until
    head.before_first = session.execute(sa.select(AuditEntry.hash).where(AuditEntry.id == until - 1)).scalar_one()
    session.flush()  # the database lets go only what stands before the beginning
    session.execute(quietly(sa.delete(AuditEntry).where(AuditEntry.id < until)))
    note(session, PROGRAM, TRIMMED, "audit", after={"first": until, "hash": Plain(head.before_first)}, now=now)
    return until - first
