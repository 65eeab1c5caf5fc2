"""Days and periods that staff set in the office's calendar: nearer than all else, taken back, written down."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.app import Program
from bot.database import Database
from models import AuditEntry, CalendarEntry
from services import calendar_entries, facts, staff
from services.calendar import Calendar, Pause, Purpose, Reason, allowed, obstacles
from services.calendar_entries import NotTaken, Wanted, Why
from services.office import Fact
from services.staff import Forbidden, Via
from tests.services import people
from tests.services.people import NOON, transaction
from tests.support.office import OFFICE
from tests.support.server import settings_for

COST = Fact("Rp0", "SK 1", dt.date(2026, 1, 6), confirmed=True)
SEEN = dt.date(2026, 11, 24)
CHRISTMAS = dt.date(2026, 12, 25)  # a Friday
OPEN = Wanted("Pelayanan Natal", CHRISTMAS, CHRISTMAS, False, "Surat tugas 3", SEEN, (dt.time(9), dt.time(12)))
CLOSED = Wanted("Pindah kantor", dt.date(2026, 12, 1), dt.date(2026, 12, 1), True, "Nota dinas 7", SEEN)
FLOOD = Wanted(
    "Banjir", dt.date(2026, 12, 7), dt.date(2026, 12, 11), None, "Edaran 9", SEEN, (dt.time(10), dt.time(14)),
    (Pause("pemadaman", dt.time(17), dt.time(21)),),
)  # fmt: skip


def at(day: int, hour: int) -> dt.datetime:
    """An hour of December."""
    return dt.datetime(2026, 12, day, hour, tzinfo=OFFICE.zone)


def test_what_staff_set_is_nearer_until_it_is_taken_back(database: Database) -> None:
    with transaction(database) as session:
        by = staff.operator("uji")
        numbers = [calendar_entries.add(session, by, one, office=OFFICE, now=NOON) for one in (OPEN, CLOSED, FLOOD)]
        office = calendar_entries.joined(session, OFFICE)
        assert office.calendar.hours(CHRISTMAS) == (dt.time(9), dt.time(12))
        assert office.is_working(CHRISTMAS)
        assert not office.is_working(CLOSED.first)
        assert office.promise(at(7, 9), 1) == at(8, 14)
        shifted = allowed(Purpose.REMINDER, at(8, 18), office.calendar)
        assert (shifted.at, shifted.reason, shifted.name) == (at(9, 8), Reason.PAUSE, "pemadaman")
        told = calendar_entries.entries(session, by, SEEN)
        assert [row.id for row in told] == [numbers[1], numbers[2], numbers[0]]
        calendar_entries.remove(session, by, numbers[0], now=NOON)
        assert not calendar_entries.joined(session, OFFICE).is_working(CHRISTMAS)
        assert len(calendar_entries.entries(session, by, SEEN)) == 2
        assert len(calendar_entries.entries(session, by, SEEN, removed=True)) == 3
        assert calendar_entries.add(session, by, OPEN, office=OFFICE, now=NOON) > numbers[2]  # the day is free again
        acts = session.execute(sa.select(AuditEntry.act, AuditEntry.subject).order_by(AuditEntry.id)).all()
        assert ("calendar.removed", f"calendar:{numbers[0]}") in [tuple(act) for act in acts]
        assert len(acts) == 5


def test_what_makes_no_sense_or_is_not_theirs_to_set_is_not_taken(database: Database) -> None:
    with transaction(database) as session:
        by = staff.operator("uji")
        made = calendar_entries.add(session, by, FLOOD, office=OFFICE, now=NOON)
        calendar_entries.add(session, by, CLOSED, office=OFFICE, now=NOON)
        wrong = [
            (replace(CLOSED, first=SEEN - dt.timedelta(days=3), last=SEEN - dt.timedelta(days=3)), Why.PAST),
            (replace(FLOOD, last=dt.date(2026, 12, 1)), Why.ORDER),
            (replace(OPEN, hours=(dt.time(12), dt.time(9))), Why.ORDER),
            (replace(FLOOD, last=dt.date(2027, 12, 1)), Why.LONG),
            (replace(FLOOD, hours=None, pauses=()), Why.EMPTY),
            (replace(CLOSED, name="  "), Why.NAME),
            (replace(CLOSED, source=""), Why.SOURCE),
            (replace(CLOSED, name="Lain"), Why.THERE),
            (replace(FLOOD, first=dt.date(2026, 12, 11), last=dt.date(2026, 12, 20)), Why.THERE),
        ]
        for wanted, why in wrong:
            with pytest.raises(NotTaken) as not_taken:
                calendar_entries.add(session, by, wanted, office=OFFICE, now=NOON)
            assert not_taken.value.why is why
        assert not_taken.value.entry == made
        with pytest.raises(NotTaken):
            calendar_entries.remove(session, by, 99, now=NOON)
        looks = staff.actor_of(people.account(session, "budi", "pimpinan"), Via.COMMAND)
        with pytest.raises(Forbidden):
            calendar_entries.add(session, looks, OPEN, office=OFFICE, now=NOON)
        with pytest.raises(Forbidden):
            calendar_entries.remove(session, looks, made, now=NOON)
        assert session.scalar(sa.select(sa.func.count()).select_from(CalendarEntry)) == 2


def test_a_running_program_takes_it_over(database: Database, database_url: str, tmp_path: object) -> None:
    program = Program(settings_for(database_url, tmp_path))
    assert program.office.is_working(CLOSED.first)
    with transaction(database) as session:
        calendar_entries.add(session, staff.operator("uji"), CLOSED, office=OFFICE, now=NOON)
        told = {"known": ["sehati_cost"], "office": OFFICE, "now": NOON}
        facts.correct(session, staff.operator("uji"), "sehati_cost", COST, 0, **told)
    program.read_office()
    assert not program.office.is_working(CLOSED.first)
    assert program.office.confirmed("sehati_cost") == replace(COST, by="operator:uji", at=NOON, entry=1)
    assert program.inbox.office is program.office
    program.database.close()


def test_each_day_on_the_way_says_what_stood_in_it() -> None:
    calendar = Calendar(days={})
    night = dt.datetime(2026, 12, 24, 20, tzinfo=calendar.zone)  # Thursday; 24 and 25 are closed, then a weekend
    found = obstacles(Purpose.ANNOUNCEMENT, night, calendar)
    assert [(one.day.day, one.reason) for one in found] == [
        (24, Reason.HOLIDAY), (25, Reason.HOLIDAY), (26, Reason.WEEKEND), (27, Reason.WEEKEND),
    ]  # fmt: skip
    assert obstacles(Purpose.REPLY, night, calendar) == []
