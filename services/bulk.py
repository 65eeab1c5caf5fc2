"""Pindah banyak: applications chosen in the list, or named by a sheet, looked at together and moved on one yes."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import Application, Business, Consent, Conversation, Purpose, Reachable, Session, Stage
from services import docket, stage_import
from services.docket import Wanted
from services.moves import Moved, Told, reason_against
from services.office import Office
from services.staff import Actor, Right, demand, within
from services.stage_import import Fault, Plan, Planned, Wrong
from services.stages import Need, about

if TYPE_CHECKING:
    from texts import Catalogue

ACT = "applications.bulk"
MOST = 500  # in one go from a page; the command line takes any number
SAMPLES = 4


class TooMany(ValueError):
    """More are meant than one page moves; `count`: how many."""

    def __init__(self, count: int) -> None:
        super().__init__(str(count))
        self.count = count


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan would do: how many owners would be told, and the message of each kind of move."""

    told: int
    samples: tuple[tuple[Stage, str], ...]


# --- the rules


def together() -> tuple[Stage, ...]:
    """The stages many may be moved to at once: a certificate's number and a date are each one's own."""
    return tuple(stage for stage in Stage if not about(stage).needs & {Need.CERTIFICATE, Need.DATE})


def packed(planned: Sequence[Planned]) -> dict[str, Any]:
    """A plan as JSON, for the yes that is asked about it."""
    return {"moves": [_packed(one) for one in planned]}


def _packed(one: Planned) -> list[Any]:
    told, date = one.told, one.told.audit_date
    kept = [told.note, told.certificate, date.isoformat() if date else None]
    return [one.line, one.application_id, one.before.value, one.to.value, *kept]


def unpacked(kept: Mapping[str, Any]) -> list[Planned]:
    """The plan again."""
    return [
        Planned(
            line, application_id, Stage(before), Stage(to),
            Told(note, certificate, dt.date.fromisoformat(date) if date else None),
        )
        for line, application_id, before, to, note, certificate, date in kept["moves"]
    ]  # fmt: skip


# --- choosing


def of_numbers(session: Session, actor: Actor, numbers: Iterable[str], to: Stage, told: Told) -> Plan:
    """The applications that were ticked. Raises TooMany."""
    demand(actor, Right.REVIEW)
    chosen = sorted({number[:32] for number in numbers})
    return _planned(session, actor, Application.number.in_(chosen), len(chosen), to, told)


def of_filter(session: Session, actor: Actor, wanted: Wanted, to: Stage, told: Told, *, now: dt.datetime) -> Plan:
    """All that a list shows, over all of its pages. Raises TooMany."""
    demand(actor, Right.REVIEW, wanted.regency)
    total = docket.find(session, actor, wanted, now).total
    return _planned(session, actor, sa.and_(*docket.conditions(wanted, now), sa.true()), total, to, told)


def _planned(session: Session, actor: Actor, which: sa.ColumnElement[bool], count: int, to: Stage, told: Told) -> Plan:
    if count > MOST:
        raise TooMany(count)
    query = sa.select(Application.id, Application.stage).join(Business, Business.id == Application.business_id)
    query = query.where(within(actor, Application.regency), which).order_by(Application.id).limit(MOST)
    made = Plan()
    for line, (application_id, before) in enumerate(session.execute(query).all(), 1):
        if before is to:
            made.unchanged += 1
        elif why := reason_against(before, to, told):
            made.wrong.append(Wrong(line, Fault.REFUSED, why, before, to))
        else:
            made.moves.append(Planned(line, application_id, before, to, told))
    return made


# --- looking


def preview(
    session: Session, actor: Actor, plan: Plan, *, texts: "Catalogue", office: Office, now: dt.datetime
) -> Preview:
    """How many owners would be told, and what; some of it is really moved for that: the caller undoes it all."""
    demand(actor, Right.REVIEW)
    told = _reachable(session, [one.application_id for one in plan.moves])
    each = {(one.before, one.to): one for one in reversed(plan.moves)}  # the first of each way
    made = stage_import.apply(session, actor, list(each.values())[:SAMPLES], now=now, office=office, texts=texts)
    samples = [
        (result.after, result.told.text) for _, result in made if isinstance(result, Moved) and result.told is not None
    ]
    return Preview(told, tuple(samples))


def _reachable(session: Session, application_ids: Sequence[int]) -> int:
    """How many of their owners have a chat that reaches them and agree to be served."""
    person = Business.person_id
    last = sa.select(Consent.given).where(Consent.person_id == person, Consent.purpose == Purpose.SERVICE)
    agreed = last.order_by(Consent.at.desc(), Consent.id.desc()).limit(1).scalar_subquery()
    chat = sa.exists().where(Conversation.person_id == person, Conversation.reachable == Reachable.YES)
    query = sa.select(sa.func.count()).select_from(Application).join(Business, Business.id == Application.business_id)
    return session.execute(query.where(Application.id.in_(application_ids), chat, agreed)).scalar_one()
