"""Data contoh: an invented office with weeks behind it, true to its own rules, and gone again without a trace."""

import datetime as dt
from random import Random

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import (
    Application,
    AuditEntry,
    Base,
    Broadcast,
    BroadcastState,
    Business,
    Channel,
    Contact,
    Conversation,
    Delivery,
    DeliveryState,
    Event,
    EventCertificate,
    EventState,
    Person,
    Place,
    Programme,
    Session,
    SignUp,
    Stage,
    StageChange,
)
from services import auditing, demo, programmes
from services.demo import filling, removing
from services.demo.cast import cast
from services.demo.stories import STORIES, drawn
from services.office import Office
from services.programmes import ProgrammeSpec
from services.regions import REGENCIES
from tests.services import people
from tests.services.people import NOON, transaction
from texts import load

FEW = 24
OFFICE = Office(programme="BANTEN-2026")
SPEC = ProgrammeSpec(
    code="BANTEN-2026",
    name="Fasilitasi Halal",
    opens_at=dt.datetime(2026, 1, 5, tzinfo=dt.UTC),
    closes_at=dt.datetime(2028, 1, 1, tzinfo=dt.UTC),
    accepts=("self_declare",),
    quota=14_000,
    source="rubrikbanten.com",
    as_of=dt.date(2025, 5, 15),
    taken_before=7_000,
)
KEPT = {"audit", "audit_heads", "programmes"}  # what was done stays; the programme is the office's own


def fill(session: Session, count: int = FEW, now: dt.datetime = NOON) -> demo.Filled:
    return filling.fill(session, texts=load(), office=OFFICE, programme=SPEC, now=now, count=count)


def faces(session: Session) -> list[tuple[object, ...]]:
    """What a demo looks like, without the numbers a database gives out."""
    query = sa.select(Person.name, Application.stage, Application.since, Application.regency)
    joined = (
        query.select_from(Application)
        .join(Business, Business.id == Application.business_id)
        .join(Person, Person.id == Business.person_id)
    )
    return sorted(map(tuple, session.execute(joined)), key=repr)


def rows(session: Session) -> dict[str, int]:
    """How many rows each table has, where it has any."""
    tables = Base.metadata.tables.values()
    counted = {table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables}
    return {name: count for name, count in counted.items() if count and name not in KEPT}


# --- whom there is, without a database


def test_there_is_somebody_in_every_stage_and_every_kabupaten() -> None:
    reached = {story.path[-1] for story in STORIES if story.path} | {Stage.PLACED, Stage.WAITING, Stage.WITHDRAWN}
    reached |= {Stage.INCOMPLETE, Stage.REVIEW, Stage.INTEREST}  # what asking for a place leads to
    assert reached == set(Stage)
    roles = cast(200, Random(1505))
    assert {role.regency for role in roles} == set(REGENCIES)
    assert {role.channel for role in roles} == set(Channel)
    assert len({role.address for role in roles}) == 200


@pytest.mark.parametrize("count", [1, 7, 30, 200, 999])
def test_as_many_people_as_are_asked_for(count: int) -> None:
    assert len(drawn(count)) == count
    if count >= 200:
        assert {story.name for story in drawn(count)} == {story.name for story in STORIES}


# --- in a database


def test_a_demo_keeps_every_rule_and_goes_again_without_a_trace(database: Database) -> None:
    with transaction(database) as session:
        assert fill(session) == demo.Filled(FEW, new=True)
    with transaction(database) as session:
        _is_true(session)
        assert fill(session) == demo.Filled(FEW, new=False)  # twice is once
        before = faces(session)
        links = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    with transaction(database) as session:
        assert removing.remove(session, SPEC) == FEW
    with transaction(database) as session:
        assert rows(session) == {}
        programme = programmes.by_code(session, SPEC.code)
        assert (programme.taken, programme.taken_before) == (7_000, 7_000)
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == links
        assert auditing.verify(session, people.DEWI, None, now=NOON).broken is None
        fill(session)
        assert faces(session) == before  # the same numbers give the same people


def _is_true(session: Session) -> None:
    assert session.scalar(sa.select(sa.func.count()).select_from(EventCertificate)), "who came holds a certificate"
    assert session.scalar(sa.select(sa.func.count()).where(Person.demo.is_(False))) == 0
    assert set(session.scalars(sa.select(Broadcast.state))) == {BroadcastState.DRAFT, BroadcastState.ASKED}
    assert session.scalar(sa.select(sa.func.count()).where(Contact.demo.is_(False))) == 0
    for moment in (Application.since, StageChange.at, Delivery.sent_at, Conversation.last_in_at, SignUp.created_at):
        assert (session.scalar(sa.select(sa.func.max(moment))) or NOON) <= NOON
    overdue = sa.and_(Delivery.state == DeliveryState.QUEUED, Delivery.not_before <= NOON)
    assert session.scalar(sa.select(sa.func.count()).where(overdue)) == 0  # nothing would go out by itself
    _places_are_counted(session)
    event = session.scalars(sa.select(Event).where(Event.state == EventState.OPEN)).one()
    assert event.title == "Sosialisasi Standarisasi dan Fasilitasi Pangan Sertifikasi Halal"
    assert (event.starts_at, event.capacity) == (dt.datetime(2026, 12, 3, 2, tzinfo=dt.UTC), 30)


def _places_are_counted(session: Session) -> None:
    held = session.scalar(sa.select(sa.func.count()).select_from(Place).where(Place.released_at.is_(None))) or 0
    programme = session.scalars(sa.select(Programme)).one()
    assert programme.taken == 7_000 + held
    full = programmes.numbers(session, programme.id).regencies["36.74"]
    assert full.left == 0
    assert full.waiting > 0  # so that somebody waits


def test_it_is_never_mixed_with_people_who_are_real(database: Database) -> None:
    with transaction(database) as session:
        people.person(session, "Siti Aminah")
    with transaction(database) as session, pytest.raises(demo.RealPeople):
        fill(session)
    with transaction(database) as session:
        assert removing.remove(session, None) == 0
        assert session.scalars(sa.select(Person.name)).all() == ["Siti Aminah"]


def test_its_places_per_kabupaten_stand_while_it_does(database: Database) -> None:
    with transaction(database) as session:
        programmes.ensure(session, SPEC)
        assert demo.keep_quotas(session, SPEC) == SPEC
        fill(session, 10)
        kept = demo.keep_quotas(session, SPEC)
        assert kept.allocations.keys() == REGENCIES.keys()
        programmes.ensure(session, kept)  # as every start of the program does
