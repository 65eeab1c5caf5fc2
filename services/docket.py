"""Antrean pengajuan: applications as the console lists them, those whose promise is broken first, page by page."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import sqlalchemy as sa

from models import Application, Business, Correction, CorrectionState, Programme, Session, Stage
from services import certificates, companions, paging, phones, stages
from services.paging import PAGE, Turned
from services.staff import Actor, Right, demand, within
from services.stages import Turn

NUMBER = re.compile(r"[A-Z]{2,5}-\d{4}(-\d{0,12})?")


class Tab(StrEnum):
    """Whose turn it is."""

    OURS = "kami"
    REVIEW = "telaah"
    OWNER = "pemilik"
    AGENCY = "lembaga"
    WAITING = "tunggu"
    ISSUED = "terbit"
    CORRECTED = "perbaikan"  # answered, or not, and no officer has looked yet
    ALL = "semua"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `search`: a number, a telephone number, or words of the names."""

    tab: Tab = Tab.OURS
    late: bool = False
    regency: str | None = None
    stage: Stage | None = None
    placed: bool = False  # holds or had a place: given, and everything after it
    filed: bool = False  # handed in at BPJPH, and everything after it
    programme: str = ""  # the code of one
    unacknowledged: bool = False  # issued, and its owner has not said that they have it
    companion: int | None = None  # the account that accompanies them
    search: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One application in the list. Names as they are: whoever shows them masks them."""

    number: str
    business: str
    owner: str
    regency: str | None
    village: str | None
    stage: Stage
    since: dt.datetime
    promised_at: dt.datetime | None
    late: bool
    companion: str | None = None  # as owners read the name
    correction: CorrectionState | None = None  # the one that waits, for its owner or for us


@dataclass(frozen=True, slots=True)
class Found(Turned):
    """One page of the list."""

    lines: tuple[Line, ...]
    total: int
    page: int
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are behind each tab, and how many promises are broken."""

    tabs: Mapping[Tab, int]
    late: int


# --- the rules


def stages_of(tab: Tab) -> frozenset[Stage]:
    """The stages behind a tab."""
    alone = {Tab.REVIEW: Stage.REVIEW, Tab.WAITING: Stage.WAITING, Tab.ISSUED: Stage.ISSUED}
    if tab in alone:
        return frozenset({alone[tab]})
    if tab in (Tab.ALL, Tab.CORRECTED):
        return frozenset(Stage)
    turn = {Tab.OURS: Turn.OFFICE, Tab.OWNER: Turn.OWNER, Tab.AGENCY: Turn.AGENCY}[tab]
    mine = {stage for stage in Stage if stages.about(stage).waits_for is turn}
    return frozenset(mine - {Stage.WAITING, Stage.ISSUED})


PLACED = frozenset(
    {
        Stage.PLACED, Stage.DRAFTED, Stage.SUBMITTED, Stage.COMPANION, Stage.AGENCY, Stage.FATWA, Stage.ISSUED,
        Stage.SENT_BACK, Stage.BILLED, Stage.AUDIT,
    }
)  # fmt: skip


FILED = PLACED - {Stage.PLACED, Stage.DRAFTED}

# An officer's turn: answered, or not even after the reminder.
UNSEEN = sa.and_(Correction.state.in_((CorrectionState.ANSWERED, CorrectionState.LAPSED)), Correction.seen_at.is_(None))


def broken(now: dt.datetime) -> sa.ColumnElement[bool]:
    """The owner was promised news by a moment that has passed."""
    return Application.promised_at <= now


# --- looking up


# Broken promises first, then the nearest, then who has waited longest.
ORDER = (Application.promised_at.is_(None), Application.promised_at, Application.id)


def counts(session: Session, actor: Actor, now: dt.datetime) -> Counts:
    """How many wait where, in the actor's own kab/kota."""
    demand(actor, Right.SEE)
    mine, number = within(actor, Application.regency), sa.func.count()
    rows = session.execute(sa.select(Application.stage, number).where(mine).group_by(Application.stage)).all()
    each = dict(rows)
    tabs = {tab: sum(each.get(stage, 0) for stage in stages_of(tab)) for tab in Tab}
    unseen = sa.select(sa.func.count(Correction.application_id.distinct())).where(UNSEEN)
    mine_too = Application.id == Correction.application_id
    tabs[Tab.CORRECTED] = session.execute(unseen.join(Application, mine_too).where(mine)).scalar_one()
    late = session.execute(sa.select(number).select_from(Application).where(mine, broken(now))).scalar_one()
    return Counts(tabs, late)


def find(session: Session, actor: Actor, wanted: Wanted, now: dt.datetime) -> Found:
    """One page of what is looked for: broken promises first, then the nearest, then who has waited longest."""
    demand(actor, Right.SEE, wanted.regency)
    which = sa.and_(within(actor, Application.regency), *conditions(wanted, now))
    joined = Business.id == Application.business_id
    count = sa.select(sa.func.count()).select_from(Application).where(which)
    total = session.execute(count.join(Business, joined) if wanted.search else count).scalar_one()
    page = paging.nearest(wanted.page, total)
    some = sa.select(Application.id).where(which).order_by(*ORDER).limit(PAGE).offset(paging.before(page))
    ids = list(session.scalars(some.join(Business, joined) if wanted.search else some))  # sorted without their words
    query = sa.select(Application, Business).join(Business, joined).where(Application.id.in_(ids))
    rows = session.execute(query.order_by(*ORDER)).all()
    waiting, named = _corrections(session, ids), companions.names(session, ids)
    lines = tuple(
        replace(_line(*row, now), correction=waiting.get(row[0].id), companion=named.get(row[0].id)) for row in rows
    )
    return Found(lines, total, page, replace(wanted, page=page))


def _corrections(session: Session, ids: list[int]) -> Mapping[int, CorrectionState]:
    waits = sa.and_(Correction.application_id.in_(ids), sa.or_(UNSEEN, Correction.state == CorrectionState.OPEN))
    query = sa.select(Correction.application_id, Correction.state).where(waits).order_by(Correction.id)
    return dict(session.execute(query).all())


def conditions(wanted: Wanted, now: dt.datetime) -> list[sa.ColumnElement[bool]]:
    """What is looked for, as conditions over Application and Business."""
    found: list[sa.ColumnElement[bool]] = []
    if wanted.stage is not None:
        found.append(Application.stage == wanted.stage)
    elif wanted.placed or wanted.filed:
        found.append(Application.stage.in_(sorted(FILED if wanted.filed else PLACED)))
    elif wanted.tab is Tab.CORRECTED:
        found.append(Application.id.in_(sa.select(Correction.application_id).where(UNSEEN)))
    elif wanted.tab is not Tab.ALL:
        found.append(Application.stage.in_(sorted(stages_of(wanted.tab))))
    if wanted.programme:
        named = sa.select(Programme.id).where(Programme.code == wanted.programme)
        found.append(Application.programme_id == named.scalar_subquery())
    if wanted.regency is not None:
        found.append(Application.regency == wanted.regency)
    if wanted.late:
        found.append(broken(now))
    if wanted.companion is not None:
        found.append(companions.mine(wanted.companion))
    if wanted.unacknowledged:
        found.append(sa.and_(certificates.UNKNOWN))
    return [*found, *_searched(wanted.search)]


def _searched(words: str) -> list[sa.ColumnElement[bool]]:
    """A number or telephone number is looked up by its index; other words are looked for in the two names."""
    plain = " ".join(words.split())[:80]
    if not plain:
        return []
    if NUMBER.fullmatch(plain.upper()):
        return [Application.number.between(plain.upper(), plain.upper() + "~")]
    if not re.search(r"[A-Za-z]", plain):
        try:
            return [Business.phone == phones.mobile(plain)]
        except ValueError:
            pass  # digits that are no number of a telephone: looked for in the names
    return [
        sa.or_(Business.name.icontains(word, autoescape=True), Business.owner_name.icontains(word, autoescape=True))
        for word in plain.split()[:6]
    ]


def _line(application: Application, business: Business, now: dt.datetime) -> Line:
    promised = application.promised_at
    return Line(
        application.number, business.name, business.owner_name, application.regency, business.village,
        application.stage, application.since, promised, promised is not None and promised <= now,
    )  # fmt: skip
