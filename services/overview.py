"""Sekilas: what needs a hand now and how the programme stands, in numbers only; nobody's data."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from models import (
    Application,
    BroadcastState,
    Conversation,
    DataRequest,
    Event,
    EventState,
    Place,
    Session,
    SignUp,
    Stage,
    Ticket,
)
from models.signup import ACTIVE
from services import certificates, docket, programmes, regions, scope, tickets, undelivered
from services.broadcasts import fates
from services.docket import FILED, PLACED, Tab
from services.office import Office
from services.staff import Actor, Right, covers, demand, within
from services.stages import about
from services.target import Target
from services.undelivered import Kind


@dataclass(frozen=True, slots=True)
class Needs:
    """What needs a hand."""

    broken: int  # promises of news to applicants
    oldest_broken: dt.datetime | None
    ours: int
    due_today: int
    review: int
    tickets: int
    tickets_late: int
    failed: int  # messages of the last 24 hours
    unacknowledged: int  # certificates
    held: int  # messages that wait for a template
    requests: int  # about somebody's data, each with its 3 x 24 hours
    requests_late: int
    approvals: int  # broadcasts that wait for somebody's yes


@dataclass(frozen=True, slots=True)
class Share:
    """One kabupaten or kota of a programme. `quota` None: bound by the total alone."""

    regency: str | None
    quota: int | None
    taken: int  # through us, places held now
    issued: int
    waiting: int

    @property
    def left(self) -> int | None:
        """Places still free."""
        return None if self.quota is None else self.quota - self.taken


@dataclass(frozen=True, slots=True)
class Standing:
    """A programme at a glance. `elsewhere`: places given before this program kept count."""

    code: str
    name: str
    quota: int
    taken: int
    elsewhere: int
    shares: tuple[Share, ...]
    applied: int
    placed: int
    filed: int
    issued: int
    without_place: Mapping[Stage, int]
    target: Target | None  # what staff have set as its target

    @property
    def left(self) -> int:
        """Places still free in all."""
        return self.quota - self.taken


@dataclass(frozen=True, slots=True)
class Today:
    """An event of today."""

    code: str
    title: str
    starts_at: dt.datetime
    place: str
    regency: str | None
    capacity: int
    coming: int


def needs(session: Session, actor: Actor, office: Office, now: dt.datetime) -> Needs:
    """What waits for this account's hand, in its own kab/kota."""
    demand(actor, Right.SEE)
    mine, theirs = within(actor, Application.regency), scope.of_person(actor, Ticket.person_id)
    midnight = dt.datetime.combine(office.local_day(now, 1), dt.time(), office.zone)
    counted, sent = docket.counts(session, actor, now), undelivered.counts(session, actor, now)
    requests = sa.and_(DataRequest.done_at.is_(None), scope.of_person(actor, DataRequest.person_id))
    oldest = sa.select(sa.func.min(Application.promised_at)).where(mine, docket.broken(now))
    today = sa.and_(mine, Application.promised_at > now, Application.promised_at < midnight)
    return Needs(
        broken=counted.late,
        oldest_broken=session.scalar(oldest),
        ours=counted.tabs[Tab.OURS],
        due_today=_count(session, Application, today),
        review=counted.tabs[Tab.REVIEW],
        tickets=_count(session, Ticket, sa.and_(theirs, Ticket.closed_at.is_(None))),
        tickets_late=_count(session, Ticket, sa.and_(theirs, tickets.broken(now))),
        failed=sent[Kind.FAILED],
        unacknowledged=_count(session, Application, sa.and_(mine, certificates.UNKNOWN)),
        held=sent[Kind.HELD],
        requests=_count(session, DataRequest, requests),
        requests_late=_count(session, DataRequest, sa.and_(requests, DataRequest.due_at < now)),
        approvals=len(fates.listed(session, actor, state=BroadcastState.ASKED)),
    )


def _count(session: Session, model: type, which: sa.ColumnElement[bool]) -> int:
    return session.execute(sa.select(sa.func.count()).select_from(model).where(which)).scalar_one()


def standing(session: Session, actor: Actor, code: str) -> Standing | None:
    """How a programme stands; of a kab/kota that is not the actor's only what is in the total. None: no such one."""
    demand(actor, Right.SEE)
    try:
        programme = programmes.by_code(session, code)
    except programmes.UnknownProgramme:
        return None
    here = sa.and_(Application.programme_id == programme.id, within(actor, Application.regency))
    rows = session.execute(
        sa.select(Application.regency, Application.stage, sa.func.count())
        .where(here)
        .group_by(Application.regency, Application.stage)
    ).all()
    each = {(regency, stage): count for regency, stage, count in rows}
    by_stage = {stage: sum(n for (_, s), n in each.items() if s is stage) for stage in Stage}
    return Standing(
        code=programme.code,
        name=programme.name,
        quota=programme.quota,
        taken=programme.taken,
        elsewhere=programme.taken_before,
        shares=_shares(session, actor, programme.id, each),
        applied=sum(by_stage.values()),
        placed=sum(by_stage[stage] for stage in PLACED),
        filed=sum(by_stage[stage] for stage in FILED),
        issued=by_stage[Stage.ISSUED],
        without_place={s: n for s, n in by_stage.items() if n and s not in PLACED and not about(s).ends},
        target=programmes.target_of(programme),
    )


def _shares(
    session: Session, actor: Actor, programme_id: int, each: Mapping[tuple[str | None, Stage], int]
) -> tuple[Share, ...]:
    quotas = programmes.allocations(session, programme_id)
    held_now = sa.and_(Place.programme_id == programme_id, Place.released_at.is_(None), within(actor, Place.regency))
    held = dict(
        session.execute(sa.select(Place.regency, sa.func.count()).where(held_now).group_by(Place.regency)).all()
    )
    mine = [code for code in regions.REGENCIES if covers(actor, code)]
    unknown = [None] if any(regency is None for regency in {*held, *(r for r, _ in each)}) else []
    return tuple(
        Share(
            code,
            quotas[code].quota if code in quotas else None,
            held.get(code, 0),
            each.get((code, Stage.ISSUED), 0),
            each.get((code, Stage.WAITING), 0),
        )
        for code in [*mine, *unknown]
    )


def reached(session: Session, actor: Actor) -> tuple[int, int]:
    """How many chats there are, and in how many consent was given; of all of Banten only."""
    demand(actor, Right.SEE)
    if actor.regencies is not None:
        return 0, 0
    query = sa.select(sa.func.count(), sa.func.count(Conversation.person_id))
    everybody, agreed = session.execute(query).one()
    return everybody, agreed


def today(session: Session, actor: Actor, office: Office, now: dt.datetime) -> list[Today]:
    """The events of today, by the hour."""
    demand(actor, Right.SEE)
    begins = dt.datetime.combine(office.local_day(now), dt.time(), office.zone)
    coming = sa.select(sa.func.count()).where(SignUp.event_id == Event.id, SignUp.state.in_(ACTIVE))
    when = sa.and_(Event.starts_at >= begins, Event.starts_at < begins + dt.timedelta(days=1))
    mine = sa.or_(within(actor, Event.regency), Event.regency.is_(None))
    query = sa.select(Event, coming.correlate(Event).scalar_subquery()).where(when, mine)
    query = query.where(Event.state == EventState.OPEN).order_by(Event.starts_at).limit(20)
    return [
        Today(event.code, event.title, event.starts_at, event.place, event.regency, event.capacity, count)
        for event, count in session.execute(query).all()
    ]
