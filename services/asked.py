"""Pertanyaan tanpa jawaban: what people ask that no page answers, so that the office can write one."""

import datetime as dt
import re

import sqlalchemy as sa

from models import Session, Unanswered
from services import audit, scope
from services.staff import Actor, Right, demand

LONGEST = 300  # characters kept of a question
LONG_NUMBER = re.compile(r"(?:\d[ .\-]?){5,}")  # a phone, a NIB, an account: never needed to answer


def keep(session: Session, person_id: int | None, words: str, now: dt.datetime) -> None:
    """Keep a question; without consent there is no person to keep it with. Long numbers are taken out."""
    tidy = LONG_NUMBER.sub("# ", " ".join(words.split())).strip()[:LONGEST]
    session.execute(sa.insert(Unanswered).values(person_id=person_id, words=tidy, at=now))


def unanswered(session: Session, actor: Actor, *, now: dt.datetime, limit: int = 200) -> list[Unanswered]:
    """The newest questions without an answer."""
    demand(actor, Right.SEE)
    query = sa.select(Unanswered).where(scope.of_person(actor, Unanswered.person_id))
    found = list(session.scalars(query.order_by(Unanswered.id.desc()).limit(limit)))
    audit.note(session, actor, "questions.seen", "questions", after={"rows": len(found)}, now=now)
    return found
