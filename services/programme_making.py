"""Program baru: staff begin the next programme from a copy of the last one, once they have read what follows from it.

It is made of one piece or not at all, is in nobody's way until it opens, and receives registrations from then on by
itself (services/succession.py). Nobody is moved into it: who waits elsewhere registers again.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from models import Application, Programme, Session, Stage
from services import audit, programme_changes, programmes, succession
from services.inserting import insert_unless_there
from services.office import Office
from services.programme_changes import Seen
from services.programme_rules import NotChanged, Wanted, Why, reason_against
from services.programmes import ProgrammeSpec
from services.staff import Actor, Right, demand, demand_for
from services.succession import Term

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,30}[A-Z0-9]")  # it stands in addresses, on lists and in the audit


@dataclass(frozen=True, slots=True)
class Former:
    """The programme that receives registrations while the new one is not there. `waiting`: of those without a place."""

    code: str
    name: str
    closes_at: dt.datetime
    waiting: int
    interested: int


@dataclass(frozen=True, slots=True)
class Begun:
    """What making a programme would come to. `from_when`: registrations go to it from then on; None: never.

    `seen` stands for the programmes as they were read: made is only what was decided upon knowing those.
    """

    code: str
    wanted: Wanted
    before: Former | None
    from_when: dt.datetime | None
    seen: str

    @property
    def allotted(self) -> int:
        """What the kab/kota have together."""
        return sum(self.wanted.allocations.values())


def reason_against_code(code: str) -> Why | None:
    """Why nothing can be called so."""
    return None if CODE.fullmatch(code) else Why.CODE


def last(session: Session, actor: Actor, now: dt.datetime) -> Seen | None:
    """The programme that closes last, to begin the next one from; None where there is none. Raises Forbidden."""
    demand(actor, Right.SEE)
    found = programme_changes.listed(session, actor)
    return programme_changes.seen(session, actor, found[0].code, now) if found else None


def foreseen(session: Session, actor: Actor, code: str, wanted: Wanted, *, office: Office, now: dt.datetime) -> Begun:
    """What making it would come to; nothing is made. Raises Forbidden, NotChanged."""
    demand_for(actor, Right.PROGRAMME, None)
    _refuse(session, code, wanted)
    terms = succession.counting(session, office)
    receives = succession.receiver(terms, now)
    new = Term(1 + max((term.id for term in terms), default=0), code, wanted.opens_at, wanted.closes_at)
    return Begun(
        code,
        wanted,
        _former(session, receives) if receives else None,
        succession.takes_over(terms, new, now),
        _stamp(_every(session)),
    )


def create(session: Session, actor: Actor, code: str, wanted: Wanted, seen: str, *, now: dt.datetime) -> None:
    """Make the programme, if the others are still those that were read (`seen`). Raises Forbidden, NotChanged.

    Behind the locks of all programmes, in their order, so that of two members of staff the second is told.
    """
    demand_for(actor, Right.PROGRAMME, None)
    session.execute(sa.select(Programme.id).order_by(Programme.id).with_for_update(key_share=True)).all()
    _refuse(session, code, wanted)
    if _stamp(_every(session)) != seen:
        raise NotChanged(Why.CHANGED)
    spec = ProgrammeSpec(
        code, wanted.name.strip(), wanted.opens_at, wanted.closes_at, wanted.accepts, wanted.quota,
        wanted.source.strip(), wanted.as_of, 0, wanted.allocations,
    )  # fmt: skip
    made = insert_unless_there(
        session,
        Programme,
        {
            **programmes.as_told(spec),
            **programme_changes.targeted(wanted.target),
            "code": code,
            "version": 1,
            "changed_by": actor.name,
            "changed_at": now,
        },
    )
    if made is None:
        raise NotChanged(Why.EXISTS)
    programmes.apply(session, programmes.lock(session, made), spec)
    audit.note(
        session, actor, "programme.created", f"programme:{code}", after=programme_changes.told(wanted), now=now
    )  # fmt: skip


def _refuse(session: Session, code: str, wanted: Wanted) -> None:
    there = session.scalars(sa.select(Programme.id).where(Programme.code == code)).first()
    why = reason_against_code(code) or reason_against(wanted) or (Why.EXISTS if there else None)
    if why is not None:
        raise NotChanged(why)


def _every(session: Session) -> Sequence[tuple[int, int]]:
    rows = session.execute(sa.select(Programme.id, Programme.version).order_by(Programme.id)).all()
    return [(row.id, row.version) for row in rows]


def _stamp(every: Sequence[tuple[int, int]]) -> str:
    """Different as soon as a programme is made or changed: they are never removed, and versions only grow."""
    return f"{len(every)}.{sum(version for _, version in every)}"


def _former(session: Session, term: Term) -> Former:
    here = sa.and_(Application.programme_id == term.id, Application.stage.in_((Stage.WAITING, Stage.INTEREST)))
    query = sa.select(Application.stage, sa.func.count()).where(here).group_by(Application.stage)
    counted = dict(session.execute(query).all())
    name = programmes.by_code(session, term.code).name
    return Former(
        term.code, name, term.closes_at, counted.get(Stage.WAITING, 0), counted.get(Stage.INTEREST, 0)
    )  # fmt: skip
