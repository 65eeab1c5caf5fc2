"""Lampiran: at most one picture or document goes along with a broadcast, looked at before it is kept."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Broadcast, FileKind, Session, StoredFile
from services import audit, files, redrawn
from services.announcing import Announcing
from services.broadcasts import drafting, warnings
from services.broadcasts.drafting import DraftRefused
from services.broadcasts.warnings import Fault, Found
from services.broadcasts.wording import words_of
from services.inserting import quietly
from services.office import Office
from services.staff import Actor, Right, demand

if TYPE_CHECKING:
    from texts import Catalogue

DRAFTS_KEPT = 90  # days: a draft nobody sends
LINKS_KEPT = dt.timedelta(days=8)  # after a broadcast's end: links that were sent are opened later
PDF_WITHIN = 1024  # bytes: readers take its first and last marks so far from its ends


@dataclass(frozen=True, slots=True)
class Attached:
    """What goes along, as it is shown before it is sent."""

    number: int
    kind: FileKind
    name: str
    media_type: str
    size: int


def kind_of(content: bytes) -> FileKind | None:
    """What these bytes begin as, whatever their name says: a JPEG or PNG, a PDF, or nothing we send."""
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return FileKind.PICTURE
    return FileKind.DOCUMENT if b"%PDF-" in content[:PDF_WITHIN] else None


def readied(content: bytes, size: int, announcing: Announcing) -> tuple[FileKind, bytes]:
    """Its kind, and its bytes as they are sent: pictures are drawn anew, without place and camera. Raises DraftRefused.

    `size` is how large it is; of what is too large anyhow `content` may be the beginning only.
    """
    kind = kind_of(content)
    if kind is None:
        raise DraftRefused((Found(Fault.FILE_TYPE),))
    most = announcing.largest(kind)
    if size > most:
        raise DraftRefused((Found(Fault.FILE_SIZE, f"{most / 1_000_000:g}"),))
    ready = redrawn.redrawn(content) if kind is FileKind.PICTURE else _whole(content)
    if ready is None:
        raise DraftRefused((Found(Fault.FILE_TYPE),))
    return kind, ready


def _whole(content: bytes) -> bytes | None:
    return content if b"%%EOF" in content[-PDF_WITHIN:] else None


def attach(
    session: Session, actor: Actor, number: int, content: bytes, *, size: int | None = None, texts: "Catalogue",
    office: Office, now: dt.datetime,
) -> Broadcast:  # fmt: skip
    """Let this file go along with a draft, instead of any other; it is a new version to be approved.

    Raises DraftRefused (not a kind we send, too large, the words too long for what stands below a file),
    BroadcastRefused, Forbidden; then nothing has changed.
    """
    demand(actor, Right.DRAFT)
    kind, ready = readied(content, len(content) if size is None else size, office.announcing)
    row = drafting.mine(session, actor, number)
    wrong = tuple(warnings.faults(words_of(row), texts, attached=True))
    if wrong:
        raise DraftRefused(wrong)
    ending, media_type = ("jpg", redrawn.MIME) if kind is FileKind.PICTURE else ("pdf", "application/pdf")
    _let_go(session, row, now)
    # Called after the office's number for it: what it was called on somebody's computer is nobody's business.
    row.file_id = files.keep(
        session, person_id=None, name=f"pengumuman-{number}.{ending}", media_type=media_type, content=ready, now=now,
        days=DRAFTS_KEPT,
    )  # fmt: skip
    row.file_kind = kind
    drafting.anew(session, row)
    said = {"version": row.version, "kind": kind.value, "size": len(ready), "sha256": hashlib.sha256(ready).hexdigest()}
    audit.note(session, actor, "broadcast.attached", f"broadcast:{number}", after=said, now=now)
    return row


def detach(session: Session, actor: Actor, number: int, now: dt.datetime) -> Broadcast:
    """Let nothing go along with a draft. Raises BroadcastRefused, Forbidden."""
    demand(actor, Right.DRAFT)
    row = drafting.mine(session, actor, number)
    if row.file_id is None:
        return row
    _let_go(session, row, now)
    row.file_id = row.file_kind = None
    drafting.anew(session, row)
    audit.note(session, actor, "broadcast.detached", f"broadcast:{number}", after={"version": row.version}, now=now)
    return row


def _let_go(session: Session, row: Broadcast, now: dt.datetime) -> None:
    """The file of an earlier version has had its time."""
    session.execute(quietly(sa.update(StoredFile).where(StoredFile.id == row.file_id).values(expires_at=now)))


def hold(session: Session, row: Broadcast, now: dt.datetime) -> bool:
    """Keep the file of an approved broadcast until nobody can be sent it; False if it is gone already."""
    if row.file_id is None:
        return True
    until = (row.expires_at or now) + LINKS_KEPT
    there = sa.and_(StoredFile.id == row.file_id, StoredFile.expires_at > now)
    change = sa.update(StoredFile).where(there).values(expires_at=until).returning(StoredFile.id)
    return session.execute(quietly(change)).first() is not None


def of(session: Session, row: Broadcast, now: dt.datetime) -> Attached | None:
    """What goes along with a broadcast, without its bytes; None: nothing, or it is not kept any more."""
    if row.file_id is None or row.file_kind is None:
        return None
    columns = (StoredFile.name, StoredFile.media_type, sa.func.length(StoredFile.content))
    there = sa.and_(StoredFile.id == row.file_id, StoredFile.expires_at > now)
    found = session.execute(sa.select(*columns).where(there)).one_or_none()
    return Attached(row.file_id, row.file_kind, *found) if found else None
