"""Sama atau bukan: an officer's word on two businesses that may be one; nobody is merged, any word is taken back.

"Not the same" takes the mark away for good. "The same" marks one of the two as the double; what it asked for and the
office still holds is closed by the ordinary move, if the other has an application in the same programme that goes on.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Application, Business, LikelyDouble, Session, Stage, Verdict
from services import audit, moves
from services.erasure import NOT_USED_YET
from services.inserting import quietly
from services.moves import Moved, Told
from services.office import Office
from services.refusing import Refusal
from services.staff import Actor, Right, demand, demand_for

if TYPE_CHECKING:
    from texts import Catalogue

OVER = frozenset({Stage.WITHDRAWN, Stage.LAPSED, Stage.REFUSED})


class Why(StrEnum):
    """Why a pair stays as it is."""

    UNKNOWN = "unknown"  # there is no such pair (any more), or the double is none of the two
    CHANGED = "changed"  # somebody said something else meanwhile


class CannotSettle(Refusal[Why]):
    """Nothing is changed."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two businesses that may be one, the earlier first."""

    id: int
    because: str
    earlier: Business
    later: Business
    verdict: Verdict | None
    applications: tuple[Application, ...]  # of both

    def of(self, business_id: int) -> tuple[Application, ...]:
        """The applications of one of them."""
        return tuple(one for one in self.applications if one.business_id == business_id)


@dataclass(frozen=True, slots=True)
class Settled:
    """What "the same" did: the applications that were closed, with what their owner reads; those left as they are."""

    closed: tuple[Moved, ...]
    left: tuple[str, ...]
    again: bool = False  # it had been said before: nothing was done twice


# --- the rule


def to_close(of_double: Sequence[Application], of_kept: Sequence[Application]) -> list[Application]:
    """What may be closed without harm: nothing that lies with BPJPH, and nothing that would leave nobody in line."""
    going_on = {one.programme_id for one in of_kept if one.stage not in OVER}
    return [one for one in of_double if one.stage in NOT_USED_YET and one.programme_id in going_on]


# --- looking


def pair(session: Session, actor: Actor, pair_id: int) -> Pair:
    """Both businesses, which have to be the actor's. Raises CannotSettle, Forbidden."""
    demand(actor, Right.REVIEW)
    row = session.get(LikelyDouble, pair_id, populate_existing=True)
    if row is None:
        raise CannotSettle(Why.UNKNOWN)
    both = sorted((row.business_id, row.other_id))  # numbers are given in the order in which they came
    earlier, later = (session.get_one(Business, it, populate_existing=True) for it in both)
    for business in (earlier, later):
        demand_for(actor, Right.REVIEW, business.regency)
    asked = sa.select(Application).where(Application.business_id.in_(both)).order_by(Application.id)
    found = tuple(session.scalars(asked.execution_options(populate_existing=True)))
    return Pair(row.id, row.because, earlier, later, row.verdict, found)


# --- settling


def different(session: Session, actor: Actor, pair_id: int, now: dt.datetime) -> bool:
    """They are two. False: that was said before. Raises CannotSettle, Forbidden."""
    found = pair(session, actor, pair_id)
    done = _settle(session, actor, found, Verdict.DIFFERENT, None, now)
    if done:
        after = {"other": found.later.id}
        audit.note(session, actor, "business.different", f"business:{found.earlier.id}", after=after, now=now)
    return done


def same(
    session: Session,
    actor: Actor,
    pair_id: int,
    double_id: int,
    *,
    texts: "Catalogue",
    office: Office,
    now: dt.datetime,
) -> Settled:
    """They are one, and `double_id` is not gone on with. Raises CannotSettle, Forbidden.

    The moves come first, with their locks in the written order, then the pair, then the audit.
    """
    found = pair(session, actor, pair_id)
    kept = {found.earlier.id: found.later, found.later.id: found.earlier}.get(double_id)
    if kept is None:
        raise CannotSettle(Why.UNKNOWN)
    told = Told(note=texts.text("stage.double.note", "id"), double=True)
    closing = to_close(found.of(double_id), found.of(kept.id))
    tried = [moves.moved_unnoted(session, actor, one.id, Stage.WITHDRAWN, told, texts, office, now) for one in closing]
    closed = tuple(one for one in tried if isinstance(one, Moved) and one.change_id is not None)
    if any(one.before not in NOT_USED_YET for one in closed):  # handed in while we looked
        raise CannotSettle(Why.CHANGED)
    done = _settle(session, actor, found, Verdict.SAME, double_id, now)
    for moved in closed:
        moves.write_down(session, actor, moved, now)
    if done:
        after = {"kept": kept.id, "closed": len(closed)}
        audit.note(session, actor, "business.same", f"business:{double_id}", after=after, now=now)
    numbers = {one.number for one in closed}
    left = tuple(one.number for one in found.of(double_id) if one.stage not in OVER and one.number not in numbers)
    return Settled(closed, left, not done)


def reopen(session: Session, actor: Actor, pair_id: int, now: dt.datetime) -> bool:
    """Take a word back: they may be one again. What was closed stays closed, and is opened on its own page."""
    found = pair(session, actor, pair_id)
    again = sa.update(LikelyDouble).where(LikelyDouble.id == pair_id, LikelyDouble.settled_at.is_not(None))
    nothing = {"settled_at": None, "settled_by": None, "verdict": None, "double_id": None}
    if session.execute(quietly(again.values(nothing).returning(LikelyDouble.id))).first() is None:
        return False
    before = {"verdict": found.verdict}
    audit.note(session, actor, "business.doubtful", f"business:{found.later.id}", before=before, now=now)
    return True


def _settle(
    session: Session, actor: Actor, found: Pair, verdict: Verdict, double_id: int | None, now: dt.datetime
) -> bool:
    """Write the word down, unless one was said meanwhile. False: it was this very one. Raises CannotSettle."""
    values = {"verdict": verdict, "double_id": double_id, "settled_at": now, "settled_by": actor.called[:64]}
    open_ = sa.update(LikelyDouble).where(LikelyDouble.id == found.id, LikelyDouble.settled_at.is_(None))
    if session.execute(quietly(open_.values(values).returning(LikelyDouble.id))).first() is not None:
        return True
    row = session.get_one(LikelyDouble, found.id, populate_existing=True)
    if (row.verdict, row.double_id) != (verdict, double_id):
        raise CannotSettle(Why.CHANGED)
    return False
