"""A facilitation programme: when it is open, which way to a certificate it takes, and how many places are left."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from models import Allocation, Application, Place, Programme, Session, Stage
from models.prepared import Prepared
from services.inserting import insert_unless_there
from services.target import Target


class UnknownProgramme(Exception):
    """No programme has this code: the settings name one that was never set up."""


@dataclass(frozen=True, slots=True)
class QuotaBelowTaken(Exception):
    """A quota may not be set below what is given out already."""

    programme: str
    regency: str | None  # None: the programme's total
    quota: int
    taken: int

    def __str__(self) -> str:
        where = f" in {self.regency}" if self.regency else ""
        return f"programme {self.programme}{where}: quota {self.quota} is below the {self.taken} places taken"


@dataclass(frozen=True, slots=True)
class ProgrammeSpec:
    """A programme as the office writes it into the settings."""

    code: str
    name: str
    opens_at: dt.datetime
    closes_at: dt.datetime  # the first moment at which it is closed
    accepts: tuple[str, ...]  # schemes: self_declare, reguler
    quota: int
    source: str
    as_of: dt.date
    taken_before: int = 0  # places given before this program kept count
    allocations: Mapping[str, int] = field(default_factory=dict)  # regency "36.02" -> quota


@dataclass(frozen=True, slots=True)
class Count:
    """The numbers of a programme, or of one kabupaten/kota in it. `quota` None: bound by the total alone."""

    quota: int | None
    taken: int
    waiting: int
    interested: int

    @property
    def left(self) -> int | None:
        """Places still free."""
        return None if self.quota is None else self.quota - self.taken


@dataclass(frozen=True, slots=True)
class Numbers:
    """A programme's numbers. The total's `taken` includes places given before this program kept count."""

    quota: int
    total: Count
    regencies: Mapping[str | None, Count]  # None: applications whose kab/kota is not known

    @property
    def left(self) -> int:
        """Places still free in all."""
        return self.quota - self.total.taken


def open_now(programme: Programme, now: dt.datetime) -> bool:
    """Whether places are given now."""
    return programme.opens_at <= now < programme.closes_at


_BY_CODE = Prepared(sa.select(Programme.id).where(Programme.code == sa.bindparam("named")))


def id_of(session: Session, code: str) -> int:
    """The id of the programme people know by this code. Raises UnknownProgramme."""
    found = _BY_CODE.rows(session, {"named": code})
    if not found:
        raise UnknownProgramme(code)
    return int(found[0][0])


def by_code(session: Session, code: str) -> Programme:
    """The programme people know by this code, with its newest numbers. Raises UnknownProgramme."""
    found = session.scalars(_fresh().where(Programme.code == code)).one_or_none()
    if found is None:
        raise UnknownProgramme(code)
    return found


def lock(session: Session, programme_id: int) -> Programme:
    """The programme, ours until the transaction ends: nobody else can enter its queue or take its places.

    Locks are taken in one order: person, business, programme, allocation.
    """
    return session.scalars(_fresh().where(Programme.id == programme_id).with_for_update(key_share=True)).one()


def refreshed(session: Session, programme_id: int) -> Programme:
    """The programme with its newest numbers."""
    return session.scalars(_fresh().where(Programme.id == programme_id)).one()


def _fresh() -> sa.Select[Programme]:
    # The counters are moved by statements, behind the back of a row already loaded.
    return sa.select(Programme).execution_options(populate_existing=True)


def ensure(session: Session, spec: ProgrammeSpec) -> int:
    """Make the programme be as the settings say, new or changed; its id. Doing it twice changes nothing.

    Once staff have changed it (services/programme_changes.py) it stays as they set it, whatever the settings say; only
    its places are counted again. Raises QuotaBelowTaken before any quota is changed.
    """
    _refuse_below(spec, None, spec.quota, spec.taken_before)
    insert_unless_there(session, Programme, {"code": spec.code, "taken": spec.taken_before, **as_told(spec)})
    programme = lock(session, by_code(session, spec.code).id)
    return apply(session, programme, as_it_stands(session, programme) if programme.version else spec)


def as_it_stands(session: Session, programme: Programme) -> ProgrammeSpec:
    """A programme as the settings would have to write it."""
    return ProgrammeSpec(
        code=programme.code,
        name=programme.name,
        opens_at=programme.opens_at,
        closes_at=programme.closes_at,
        accepts=tuple(programme.accepts),
        quota=programme.quota,
        source=programme.source,
        as_of=programme.as_of,
        taken_before=programme.taken_before,
        allocations={str(code): row.quota for code, row in allocations(session, programme.id).items()},
    )


def target_of(programme: Programme) -> Target | None:
    """What staff have set as its target."""
    if programme.target is None or programme.target_from is None or programme.target_days is None:
        return None
    return Target(programme.target, programme.target_from, programme.target_days, programme.target_source or "")


def apply(session: Session, programme: Programme, spec: ProgrammeSpec) -> int:
    """Make a locked programme be as a spec says; its id. Raises QuotaBelowTaken before any quota is changed.

    A kab/kota that is no longer in the spec is bound by the total alone from then on. More room is counted as places
    that became free, so that who skipped an offer is asked again (services/waiting.py).
    """
    held = held_now(session, programme.id)
    taken = spec.taken_before + sum(held.values())
    _refuse_below(spec, None, spec.quota, taken)
    for regency, quota in spec.allocations.items():
        _refuse_below(spec, regency, quota, held.get(regency, 0))
    freed = programme.freed + _more_room(session, programme, spec)
    opened_at = programme.opened_at if programme.opens_at == spec.opens_at else None
    session.execute(
        sa.update(Programme)
        .where(Programme.id == programme.id)
        .values(taken=taken, freed=freed, opened_at=opened_at, **as_told(spec))
    )
    _ensure_allocations(session, programme.id, spec.allocations, held)
    return programme.id


def as_told(spec: ProgrammeSpec) -> dict[str, Any]:
    """What a spec says of the programme's own row."""
    return {
        "name": spec.name,
        "opens_at": spec.opens_at,
        "closes_at": spec.closes_at,
        "accepts": list(spec.accepts),
        "quota": spec.quota,
        "taken_before": spec.taken_before,
        "source": spec.source,
        "as_of": spec.as_of,
    }


def _more_room(session: Session, programme: Programme, spec: ProgrammeSpec) -> int:
    """How many places more there are than before: in all, or in a kab/kota, or by no longer being bound by its own."""
    before = {regency: row.quota for regency, row in allocations(session, programme.id).items()}
    more = sum(max(0, quota - before.get(regency, quota)) for regency, quota in spec.allocations.items())
    return max(0, spec.quota - programme.quota) + more + len(before.keys() - spec.allocations.keys())


def _refuse_below(spec: ProgrammeSpec, regency: str | None, quota: int, taken: int) -> None:
    if quota < taken:
        raise QuotaBelowTaken(spec.code, regency, quota, taken)


def held_now(session: Session, programme_id: int) -> dict[str | None, int]:
    """Places held now in each kab/kota, counted from the rows themselves."""
    query = (
        sa.select(Place.regency, sa.func.count())
        .where(Place.programme_id == programme_id, Place.released_at.is_(None))
        .group_by(Place.regency)
    )
    return dict(session.execute(query).all())


def _ensure_allocations(
    session: Session, programme_id: int, allocations: Mapping[str, int], held: Mapping[str | None, int]
) -> None:
    here = Allocation.programme_id == programme_id
    session.execute(sa.delete(Allocation).where(here, Allocation.regency.not_in(list(allocations))))
    for regency, quota in sorted(allocations.items()):
        taken = held.get(regency, 0)
        change = sa.update(Allocation).where(here, Allocation.regency == regency).values(quota=quota, taken=taken)
        if session.execute(change.returning(Allocation.regency)).first() is None:
            values = {"programme_id": programme_id, "regency": regency, "quota": quota, "taken": taken}
            session.execute(sa.insert(Allocation).values(values))


def numbers(session: Session, programme_id: int) -> Numbers:
    """How a programme stands, in all and per kab/kota."""
    programme = refreshed(session, programme_id)
    quotas = allocations(session, programme_id)
    held = held_now(session, programme_id)
    waiting = _applicants(session, programme_id, Stage.WAITING)
    interested = _applicants(session, programme_id, Stage.INTEREST)
    regencies: dict[str | None, Count] = {
        regency: Count(
            quotas[regency].quota if regency in quotas else None,
            held.get(regency, 0),
            waiting.get(regency, 0),
            interested.get(regency, 0),
        )
        for regency in {*quotas, *held, *waiting, *interested}
    }
    total = Count(programme.quota, programme.taken, sum(waiting.values()), sum(interested.values()))
    return Numbers(programme.quota, total, regencies)


def allocations(session: Session, programme_id: int) -> dict[str | None, Allocation]:
    """The kab/kota that have a quota of their own, with their newest numbers."""
    query = sa.select(Allocation).where(Allocation.programme_id == programme_id)
    return {row.regency: row for row in session.scalars(query.execution_options(populate_existing=True))}


def _applicants(session: Session, programme_id: int, stage: Stage) -> dict[str | None, int]:
    query = (
        sa.select(Application.regency, sa.func.count())
        .where(Application.programme_id == programme_id, Application.stage == stage)
        .group_by(Application.regency)
    )
    return dict(session.execute(query).all())
