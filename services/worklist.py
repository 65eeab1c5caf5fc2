"""Yang menunggu: how much waits for an account, in its own kabupaten and kota; numbers only, nobody's data."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from models import Application, Session, Stage, Ticket
from services import held, scope, tickets
from services.staff import Actor, Right, demand, within


@dataclass(frozen=True, slots=True)
class Waits:
    """How many."""

    tickets: int
    late: int
    applications: int  # at SKRINING: an officer looks
    held: int  # messages that may not go out on WhatsApp now, the office over: they belong to no kab/kota


def of(session: Session, actor: Actor, now: dt.datetime) -> Waits:
    """What waits for this account."""
    demand(actor, Right.SEE)
    number, theirs = sa.func.count(), scope.of_person(actor, Ticket.person_id)
    still = sa.select(number).select_from(Ticket).where(theirs, Ticket.closed_at.is_(None))
    late = sa.select(number).select_from(Ticket).where(theirs, tickets.broken(now))
    look = sa.select(number).select_from(Application).where(Application.stage == Stage.REVIEW)
    look = look.where(within(actor, Application.regency))
    open_ones, broken, looked = (session.execute(query).scalar_one() for query in (still, late, look))
    return Waits(open_ones, broken, looked, held.count(session, actor))
