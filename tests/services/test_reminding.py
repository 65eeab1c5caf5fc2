"""Reminders of events: one of each kind per person and version, none late, none after a cancellation, come what may."""

import datetime as dt

import hypothesis.strategies as st
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

import texts
from bot.database import Database
from models import Consent, Delivery, Event, Language, Purpose, Reminder, ReminderState, Session, SignUp, SignUpState
from services.events import arranging, plans, queue, reminding, rules, seating, signing, tending
from services.events.rules import EventRefused
from services.office import Office
from tests.services.eventful import CALENDAR, DAY, DEWI, HOUR, NOW, THURSDAY, event, owner, signs_up
from tests.services.people import transaction

OFFICE = Office()
TEXTS = texts.load()
STEPS = ("joins", "leaves", "takes", "moves", "cancels", "hour", "day", "days", "beats", "crashes")


class Crash(Exception):
    """The power went."""


class Life:
    """One event and whoever comes by, through whatever happens."""

    def __init__(self, database: Database) -> None:
        self.database, self.now, self.people = database, NOW, 0
        with transaction(database) as session:
            self.event_id, self.code = (made := event(session, capacity=2)).id, made.code

    def does(self, step: str, chance: int) -> None:
        work = getattr(self, step, None)
        if work is None:
            self.now += {"hour": HOUR, "day": DAY, "days": 4 * DAY}[step]
            return
        try:
            with transaction(self.database) as session:
                work(session, chance)
        except (EventRefused, Crash):
            return

    def joins(self, session: Session, chance: int) -> None:
        chat = owner(session)
        for purpose in (Purpose.SERVICE, Purpose.REMINDERS):
            proof = {"text_version": "1", "text_hash": "x", "language": Language.ID, "channel": chat.channel}
            session.add(Consent(person_id=chat.person_id, purpose=purpose, given=True, at=self.now, **proof))
        session.flush()
        signs_up(session, self.event_id, chat, self.now)

    def _one(self, session: Session, chance: int) -> int | None:
        ids = list(session.scalars(sa.select(SignUp.id).order_by(SignUp.id)))
        return ids[chance % len(ids)] if ids else None

    def leaves(self, session: Session, chance: int) -> None:
        if (one := self._one(session, chance)) is not None:
            signing.leave(session, one, self.now)

    def takes(self, session: Session, chance: int) -> None:
        if (one := self._one(session, chance)) is not None:
            signing.confirm(session, one, late=False, now=self.now)

    def moves(self, session: Session, chance: int) -> None:
        start = THURSDAY + (chance % 3 - 1) * DAY + (chance % 2) * dt.timedelta(seconds=20)
        arranging.move(session, DEWI, self.code, starts_at=start, calendar=CALENDAR, now=self.now)

    def cancels(self, session: Session, chance: int) -> None:
        if chance % 4 == 0:
            arranging.cancel(session, DEWI, self.code, reason="Hujan.", calendar=CALENDAR, now=self.now)

    def beats(self, session: Session, chance: int) -> None:
        for sweep in (tending.sweep, reminding.sweep):
            while sweep(session, TEXTS, OFFICE, self.now):
                pass

    def crashes(self, session: Session, chance: int) -> None:
        """The same heartbeat or sign-up, cut short before its commit."""
        (self.beats if chance % 2 else self.joins)(session, chance)
        raise Crash

    def laws(self) -> None:
        with Session(self.database.read_engine) as session:
            day = session.get_one(Event, self.event_id)
            held = session.scalars(sa.select(SignUp).where(SignUp.holds)).all()
            assert day.taken == len(held) <= day.capacity
            waiting = session.scalars(sa.select(SignUp).where(SignUp.state == SignUpState.WAITING)).all()
            numbers = [queue.position(session, day, row) for row in waiting]
            assert sorted(number or 0 for number in numbers) == list(range(1, len(waiting) + 1))
            sent = session.scalars(sa.select(Reminder).where(Reminder.state == ReminderState.SENT)).all()
            assert len({(r.person_id, r.kind, r.version) for r in sent}) == len(sent)
            told = {(r.person_id, r.kind, r.starts_at) for r in sent if r.kind not in rules.TOLD_AT_ONCE}
            assert len(told) == sum(r.kind not in rules.TOLD_AT_ONCE for r in sent), "not again for the same time"
            assert all(r.changed_at < r.starts_at for r in sent), "nothing after it began"
            planned = session.scalars(sa.select(Reminder).where(Reminder.state == ReminderState.PLANNED)).all()
            assert all(r.version == day.version for r in planned)
            if day.state.value == "cancelled":
                assert {r.kind for r in planned} <= {"cancelled"}
            carried = session.scalars(sa.select(Delivery.because).where(Delivery.because.startswith("reminder:"))).all()
            assert len(carried) == len(set(carried))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 11)), min_size=6, max_size=25))
def test_whatever_happens(database: Database, steps: list[tuple[str, int]]) -> None:
    with transaction(database) as session:
        for table in ("reminders", "deliveries", "sign_ups", "event_plans", "events"):
            session.execute(sa.text(f"DELETE FROM {table}"))
    life = Life(database)
    for step, chance in [("joins", 0), *steps, ("beats", 0)]:
        life.does(step, chance)
    life.laws()


def test_a_week_of_silence(database: Database) -> None:
    """What still makes sense goes out in its right words; the rest is marked missed, with the reason."""
    life = Life(database)
    for _ in range(2):
        life.does("joins", 0)
    life.now = THURSDAY - DAY + HOUR * 5  # on the day before, at 14.00: h7, h3 and h1 are overdue
    life.does("beats", 0)
    with transaction(database) as session:
        rows = session.execute(sa.select(Reminder.kind, Reminder.state, Reminder.reason).order_by(Reminder.id)).all()
        fates = {(kind, state.value, reason) for kind, state, reason in rows}
    assert ("h7", "missed", "overtaken") in fates
    assert ("h3", "missed", "overtaken") in fates
    assert {kind for kind, state, _ in fates if state == "planned"} == {"soon"}


def test_who_joins_late_gets_only_what_is_still_to_come(database: Database) -> None:
    life = Life(database)
    life.now = THURSDAY - 2 * DAY
    life.does("joins", 0)
    life.now = THURSDAY - HOUR
    life.does("joins", 0)
    with transaction(database) as session:
        kinds = session.execute(sa.select(Reminder.person_id, Reminder.kind)).all()
    assert sorted(kind for _, kind in kinds) == ["h1", "soon"], "and within two hours of the start only the card"


def test_quiet_hours_shift_it_to_before(database: Database) -> None:
    """A reminder wished for at night goes out on the evening before, never later."""
    with transaction(database) as session:
        day = event(session)
        entry = rules.Entry("dawn", plans.Audience.REGISTERED, "events.h1", days=1, clock="05:00")
        plans.write_plan(session, seating.lock(session, day.id), [entry], CALENDAR)
        (row,) = plans.plan_of(session, day.id)
        assert row.due_at == dt.datetime(2026, 12, 8, 12, 55, tzinfo=dt.UTC), "19.55 WIB"
        assert row.shifted == "hours"
