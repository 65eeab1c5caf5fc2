"""Minat: "saya berminat" on a step of the ladder or on a service, counted per kabupaten/kota."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from models import Assessment, Business, Interest, Session
from services.inserting import insert_unless_there
from services.staff import Actor, Right, demand, within


@dataclass(frozen=True, slots=True)
class Count:
    """How many are interested in one step in one kab/kota (None: not known)."""

    step: str
    regency: str | None
    count: int


def note(session: Session, *, person_id: int, step: str, regency: str | None, now: dt.datetime) -> int:
    """Note an interest, once per person and step; how many there are now in that kab/kota (or in all).

    Said again, it is the same interest; a kab/kota that was not known before is added.
    """
    business_id = session.execute(
        sa.select(Business.id).where(Business.person_id == person_id).order_by(Business.id.desc()).limit(1)
    ).scalar()
    values = {"person_id": person_id, "business_id": business_id, "step": step, "regency": regency, "at": now}
    if insert_unless_there(session, Interest, values) is None and regency is not None:
        mine = sa.and_(Interest.person_id == person_id, Interest.step == step)
        session.execute(sa.update(Interest).where(mine).values(regency=regency))
    same = Interest.step == step if regency is None else sa.and_(Interest.step == step, Interest.regency == regency)
    return session.execute(sa.select(sa.func.count()).select_from(Interest).where(same)).scalar_one()


def counts(session: Session, actor: Actor) -> list[Count]:
    """For the office: how many per step and kab/kota, the most wanted first."""
    demand(actor, Right.SEE)
    number = sa.func.count()
    query = sa.select(Interest.step, Interest.regency, number).where(within(actor, Interest.regency))
    query = query.group_by(Interest.step, Interest.regency)
    return [Count(*row) for row in session.execute(query.order_by(number.desc(), Interest.step, Interest.regency))]


def regency_of(session: Session, person_id: int) -> str | None:
    """The kab/kota of a person's newest business or check, or None."""
    mine = sa.select(Business.regency).where(Business.person_id == person_id, Business.regency.is_not(None))
    found: str | None = session.execute(mine.order_by(Business.id.desc()).limit(1)).scalar()
    if found is not None:
        return found
    checks = sa.select(Assessment.answers).where(Assessment.person_id == person_id).order_by(Assessment.id.desc())
    answers = session.execute(checks.limit(1)).scalar() or {}
    regency = answers.get("regency")
    return regency if isinstance(regency, str) and len(regency) == 5 else None
