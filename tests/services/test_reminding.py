"""Reminders of events: after silence, for those who come late, and at night (all else: test_events_any_order)."""

import datetime as dt

import sqlalchemy as sa

import texts
from bot.database import Database
from models import Consent, Language, Purpose, Reminder, Session
from services.events import plans, reminding, rules, seating, tending
from services.office import Office
from tests.services.eventful import CALENDAR, DAY, HOUR, NOW, THURSDAY, event, owner, signs_up
from tests.services.people import transaction

OFFICE = Office()
TEXTS = texts.load()


class Life:
    """One event and whoever comes by."""

    def __init__(self, database: Database) -> None:
        self.database, self.now, self.people = database, NOW, 0
        with transaction(database) as session:
            self.event_id, self.code = (made := event(session, capacity=2)).id, made.code

    def does(self, step: str) -> None:
        with transaction(self.database) as session:
            getattr(self, step)(session)

    def joins(self, session: Session) -> None:
        chat = owner(session)
        for purpose in (Purpose.SERVICE, Purpose.REMINDERS):
            proof = {"text_version": "1", "text_hash": "x", "language": Language.ID, "channel": chat.channel}
            session.add(Consent(person_id=chat.person_id, purpose=purpose, given=True, at=self.now, **proof))
        session.flush()
        signs_up(session, self.event_id, chat, self.now)

    def beats(self, session: Session) -> None:
        for sweep in (tending.sweep, reminding.sweep):
            while sweep(session, TEXTS, OFFICE, self.now):
                pass


def test_a_week_of_silence(database: Database) -> None:
    """What still makes sense goes out in its right words; the rest is marked missed, with the reason."""
    life = Life(database)
    for _ in range(2):
        life.does("joins")
    life.now = THURSDAY - DAY + HOUR * 5  # on the day before, at 14.00: h7, h3 and h1 are overdue
    life.does("beats")
    with transaction(database) as session:
        rows = session.execute(sa.select(Reminder.kind, Reminder.state, Reminder.reason).order_by(Reminder.id)).all()
        fates = {(kind, state.value, reason) for kind, state, reason in rows}
    assert ("h7", "missed", "overtaken") in fates
    assert ("h3", "missed", "overtaken") in fates
    assert {kind for kind, state, _ in fates if state == "planned"} == {"soon"}


def test_who_joins_late_gets_only_what_is_still_to_come(database: Database) -> None:
    life = Life(database)
    life.now = THURSDAY - 2 * DAY
    life.does("joins")
    life.now = THURSDAY - HOUR
    life.does("joins")
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
