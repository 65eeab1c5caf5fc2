"""Peserta: everybody of one event, a page at a time, as the office looks through them; and taking somebody off."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Event, EventCertificate, Session, SignUp, SignUpState
from services import audit
from services.events import rules, seating, signing, tending
from services.events.rules import EventRefused
from services.events.signing import What
from services.office import Office
from services.staff import Actor, Right, demand, demand_for
from texts.bubble import Bubble

if TYPE_CHECKING:
    from texts import Catalogue

PAGE = 50
IN_ORDER = (
    SignUpState.REGISTERED, SignUpState.ATTENDED, SignUpState.OFFERED, SignUpState.WAITING, SignUpState.CANCELLED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them. `state` None: everybody who has not left; `search`: a part of a name, a business or the digits."""

    state: SignUpState | None = None
    search: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One page. `number`: of the certificate, by sign-up."""

    event: Event
    rows: Sequence[SignUp]
    numbers: Mapping[int, str]
    counts: Mapping[SignUpState, int]
    total: int
    wanted: Wanted

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def page(session: Session, actor: Actor, code: str, wanted: Wanted, *, shown: bool = False, now: dt.datetime) -> Found:
    """Who is in, then who waits in their order, then who left. `shown`: with their names, which is written down.

    Raises EventRefused, Forbidden.
    """
    event = seating.find(session, code)
    demand(actor, Right.SEE, event.regency)
    here = _which(event, wanted)
    total = session.execute(sa.select(sa.func.count()).select_from(SignUp).where(*here)).scalar_one()
    wanted = replace(wanted, page=min(max(1, wanted.page), max(1, -(-total // PAGE))))
    order = sa.case({state.value: n for n, state in enumerate(IN_ORDER)}, value=SignUp.state)
    query = sa.select(SignUp).where(*here).order_by(order, SignUp.rounds, SignUp.id)
    rows = session.scalars(query.limit(PAGE).offset((wanted.page - 1) * PAGE)).all()
    of = sa.select(SignUp.state, sa.func.count()).where(SignUp.event_id == event.id).group_by(SignUp.state)
    numbered = sa.select(EventCertificate.sign_up_id, EventCertificate.number)
    numbers = session.execute(numbered.where(EventCertificate.sign_up_id.in_([row.id for row in rows]))).all()
    if shown:
        after = {"count": len(rows)}
        audit.note(session, actor, "event.people_seen", f"event:{event.code}", after=after, now=now)
    return Found(event, rows, dict(numbers), dict(session.execute(of).all()), total, wanted)


def _which(event: Event, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    stands = SignUp.state != SignUpState.CANCELLED if wanted.state is None else SignUp.state == wanted.state
    found: list[sa.ColumnElement[bool]] = [SignUp.event_id == event.id, stands]
    for word in wanted.search.lower().split()[:5]:
        named = sa.func.lower(SignUp.name + " " + SignUp.business + " " + SignUp.digits)
        found.append(named.contains(word, autoescape=True))
    return found


def remove(
    session: Session, actor: Actor, code: str, sign_up_id: int, *, because: str, texts: "Catalogue", office: Office,
    now: dt.datetime,
) -> Bubble | None:  # fmt: skip
    """Take somebody off the event; what they read of it, None where they have no chat, or were off it before.

    The place is free at once and goes to whose turn it is. Raises EventRefused: no such sign-up here, or they came.
    """
    event = seating.find(session, code)
    demand_for(actor, Right.EVENTS, event.regency)
    known = session.get(SignUp, sign_up_id)
    if known is None or known.event_id != event.id:
        raise EventRefused(rules.Wrong.UNKNOWN)
    done = signing.leave(session, sign_up_id, now)
    if done.what is What.CLOSED:
        raise EventRefused(rules.Wrong.OVER)
    if done.what is not What.LEFT or done.sign_up is None:
        return None
    audit.note(session, actor, "event.removed", f"sign_up:{sign_up_id}", after={"because": because}, now=now)
    return tending.tell_removed(session, done.sign_up, because, texts, office, now)
