"""Pesan ditahan: what may not go out on WhatsApp now, why, and until when; nobody's words or number."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from models import Delivery, Session
from services.deliveries import NO_TEMPLATE
from services.staff import Actor, Right, demand

HELD = sa.text("deliveries.state IN ('held')")  # literally, so that its index is used


@dataclass(frozen=True, slots=True)
class Held:
    """Messages alike: how many wait for the same thing, since when, and when the first of them makes no sense more."""

    template: str  # its name; "" where no template could carry it: it waits until the person writes
    language: str
    because: str  # what kind of message: "reminder", "ticket"
    reason: str
    count: int
    since: dt.datetime
    first_ends: dt.datetime | None


def waiting(session: Session, actor: Actor) -> list[Held]:
    """What is held, alike together, the oldest first. Raises Forbidden."""
    demand(actor, Right.SEE)
    rows = session.execute(
        sa.select(Delivery.because, Delivery.reason, Delivery.changed_at, Delivery.expires_at)
        .where(HELD)
        .order_by(Delivery.changed_at, Delivery.id)
    )
    found: dict[tuple[str, str], Held] = {}
    for because, reason, at, ends in rows:
        kind = because.partition(":")[0]
        known = found.get((kind, reason or ""))
        found[kind, reason or ""] = _more(known, ends) if known else _first(kind, reason or "", at, ends)
    return list(found.values())


def count(session: Session, actor: Actor) -> int:
    """How many messages are held. Raises Forbidden."""
    demand(actor, Right.SEE)
    return session.execute(sa.select(sa.func.count()).select_from(Delivery).where(HELD)).scalar_one()


def _first(kind: str, reason: str, at: dt.datetime, ends: dt.datetime | None) -> Held:
    name, _, language = reason.removeprefix(NO_TEMPLATE).partition(".") if reason.startswith(NO_TEMPLATE) else ("",) * 3
    return Held("" if name == "-" else name, language, kind, reason, 1, at, ends)


def _more(known: Held, ends: dt.datetime | None) -> Held:
    first = min((end for end in (known.first_ends, ends) if end is not None), default=None)
    return Held(known.template, known.language, known.because, known.reason, known.count + 1, known.since, first)
