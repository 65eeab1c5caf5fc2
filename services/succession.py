"""Program mana yang menerima pendaftaran hari ini: nobody who registers is asked for a programme; the dates say it.

Of the programmes that are open the one that opened last, so that a new one takes over on its first day without anybody
having to do anything. While none is open, the next to open: who comes early keeps their turn there. And where none is
to come, the one that closed last, which counts them as interested.

What counts are the programme of the settings and those that staff have made or changed. One that is left over from
earlier settings, and that nobody has touched, receives nobody.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from models import Programme, Session
from models.prepared import Prepared
from services.office import Office


@dataclass(frozen=True, slots=True)
class Term:
    """When a programme is open. `closes_at`: the first moment at which it is closed."""

    id: int
    code: str
    opens_at: dt.datetime
    closes_at: dt.datetime


def receiver(terms: Iterable[Term], now: dt.datetime) -> Term | None:
    """The one that a registration of this moment goes to; None where there is none at all."""
    known = list(terms)
    opened = [term for term in known if term.opens_at <= now < term.closes_at]
    if opened:
        return max(opened, key=lambda term: (term.opens_at, term.id))
    coming = [term for term in known if now < term.opens_at]
    if coming:
        return min(coming, key=lambda term: (term.opens_at, term.id))
    return max(known, key=lambda term: (term.closes_at, term.id), default=None)


def takes_over(terms: Iterable[Term], new: Term, now: dt.datetime) -> dt.datetime | None:
    """The first moment from now on at which `new` receives, with all the others there; None: never."""
    every = [*terms, new]
    days = sorted({now, *(day for term in every for day in (term.opens_at, term.closes_at) if day > now)})
    return next((day for day in days if receiver(every, day) == new), None)


_COUNTING = Prepared(
    sa.select(Programme.id, Programme.code, Programme.opens_at, Programme.closes_at)
    .where(sa.or_(Programme.code == sa.bindparam("named"), Programme.version > 0))
    .order_by(Programme.id)
)


def counting(session: Session, office: Office) -> list[Term]:
    """Every programme that counts."""
    return [Term(*row) for row in _COUNTING.rows(session, {"named": office.programme})]


def received_by(session: Session, office: Office, now: dt.datetime) -> int | str:
    """The programme that registrations go to now, as `applications.register` takes it: by its id where there is one."""
    found = receiver(counting(session, office), now)
    return found.id if found else office.programme


def receiving(session: Session, office: Office, now: dt.datetime) -> str:
    """The code of the programme that registrations go to now; where there is none, what the settings say."""
    found = receiver(counting(session, office), now)
    return found.code if found else office.programme
