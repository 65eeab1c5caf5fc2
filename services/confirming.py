"""Ya, benar: what cannot be taken back is shown first, and done only on a code made for exactly that, soon, once."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from models import CodePurpose, Session, StaffCode
from services.inserting import quietly
from services.refusing import Refusal
from services.staff import Actor

GOOD_FOR = dt.timedelta(minutes=5)
TRIES = 5  # wrong codes; then what was shown has to be asked for anew
MOST = 20  # things asked for in an hour by one account
WINDOW = dt.timedelta(hours=1)


class Why(StrEnum):
    """Why a code does nothing."""

    WRONG = "wrong"  # nothing waits for it: no such code, or another account's
    USED = "used"
    EXPIRED = "expired"
    CHANGED = "changed"  # what is to be done is not what was shown
    TOO_MANY = "too_many"


class NotConfirmed(Refusal[Why]):
    """Nothing was done."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What was said yes to."""

    act: str
    subject: str
    content: Mapping[str, Any]


def ask(
    session: Session,
    actor: Actor,
    act: str,
    subject: str,
    content: Mapping[str, Any],
    *,
    chance: Callable[[], int],
    now: dt.datetime,
) -> str:
    """Four digits that say yes to this act on this subject with this content (JSON), within `GOOD_FOR`.

    What the same actor had asked for before and not confirmed is void. Raises NotConfirmed (TOO_MANY).
    """
    mine = sa.and_(StaffCode.actor == actor.name, StaffCode.purpose == CodePurpose.CONFIRM)
    recent = sa.select(sa.func.count()).select_from(StaffCode).where(mine, StaffCode.made_at > now - WINDOW)
    if session.execute(recent).scalar_one() >= MOST:
        raise NotConfirmed(Why.TOO_MANY)
    waiting = sa.and_(mine, StaffCode.used_at.is_(None), StaffCode.expires_at > now)
    void = sa.update(StaffCode).where(waiting).values(expires_at=now, content=None)
    session.execute(quietly(void))
    code, kept = f"{chance() % 10_000:04}", dict(content)
    session.add(
        StaffCode(
            purpose=CodePurpose.CONFIRM, staff_id=actor.staff_id, actor=actor.name, act=act, subject=subject,
            code_hash=_hashed(actor, act, subject, kept, code), content=kept, made_at=now, expires_at=now + GOOD_FOR,
        )
    )  # fmt: skip
    session.flush()
    return code


def confirm(
    session: Session, actor: Actor, code: str, *, now: dt.datetime, content: Mapping[str, Any] | None = None
) -> Confirmed:
    """Take the yes: what the newest question of this actor asked for. Raises NotConfirmed.

    Good once: of two at the same moment one gets USED. `content`: where the caller holds it too (a page that is sent
    again), it must be what was shown. Rights are for the caller to ask again: the act's own service does.

    A wrong code is counted on the row: whoever calls keeps the transaction after NotConfirmed.
    """
    mine = sa.and_(StaffCode.actor == actor.name, StaffCode.purpose == CodePurpose.CONFIRM)
    query = sa.select(StaffCode).where(mine).order_by(StaffCode.id.desc()).limit(1)
    found = session.scalars(query.with_for_update().execution_options(populate_existing=True)).first()
    if found is None:
        raise NotConfirmed(Why.WRONG)
    if found.used_at is not None:
        raise NotConfirmed(Why.USED)
    if found.expires_at <= now or found.content is None:
        raise NotConfirmed(Why.EXPIRED)
    if content is not None and dict(content) != found.content:
        raise NotConfirmed(Why.CHANGED)
    if found.code_hash != _hashed(actor, found.act, found.subject, found.content, code.strip()):
        found.tries += 1
        if found.tries >= TRIES:
            found.expires_at, found.content = now, None
        session.flush()
        raise NotConfirmed(Why.WRONG)
    confirmed = Confirmed(found.act, found.subject, found.content)
    found.used_at, found.content = now, None
    session.flush()
    return confirmed


def _hashed(actor: Actor, act: str, subject: str, content: Mapping[str, Any], code: str) -> str:
    """What is kept of a code. Four digits are no secret for long: it is good for minutes, and for this alone."""
    bound = json.dumps([actor.name, act, subject, dict(content), code], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(bound.encode()).hexdigest()
