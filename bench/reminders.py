"""(d) What an event of very many costs: 103,828 reminders planned, all planned anew by one move, all claimed."""

import datetime as dt
import tempfile
import time

import sqlalchemy as sa

import texts
from bench import machine
from bench.contenders import Databases
from bot.database import Database, open_database
from migrations import upgrade
from models import (
    Channel,
    Consent,
    Conversation,
    EventKind,
    Language,
    Person,
    Purpose,
    Reminder,
    ReminderState,
    Session,
    SignUp,
    SignUpState,
)
from services import staff
from services.events import arranging, plans, reminding, seating
from services.events.arranging import EventSpec
from services.office import Office

PEOPLE = 25_957  # with four reminders each
ROWS = 4 * PEOPLE
NOW = dt.datetime(2026, 11, 2, 5, tzinfo=dt.UTC)
STARTS = dt.datetime(2026, 12, 10, 2, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
CHUNK = 5_000


def run(databases: Databases) -> list[str]:
    """On both databases; the lines to print."""
    said = [f"(d) {ROWS:,} reminders of one event, in seconds"]
    with tempfile.TemporaryDirectory() as folder:
        for url in (f"sqlite:///{folder}/reminders.db", databases.postgres_server().create()):
            database = open_database(url)
            upgrade(database.write_engine)
            said.append(f"    {'SQLite' if database.is_sqlite else 'PostgreSQL':<12} {measured(database)}")
            database.close()
    return said


def measured(database: Database, people: int = PEOPLE) -> str:
    """Planned, planned anew, and the last of them claimed; with what memory grew by meanwhile."""
    office, by = Office(), staff.operator("bench")
    with Session(database.write_engine) as session, session.begin():
        spec = EventSpec(EventKind.INFORMATION, "Sosialisasi", STARTS, STARTS + DAY / 4, "Aula", people)
        event_id = arranging.create(session, by, spec, calendar=office.calendar, now=NOW).id
        _crowd(session, event_id, people)
    began = time.perf_counter()
    with Session(database.write_engine) as session, session.begin():
        plans.plan_all(session, seating.lock(session, event_id), NOW)
    planned = time.perf_counter()
    with Session(database.write_engine) as session, session.begin():
        moved = {"starts_at": STARTS + 5 * DAY, "calendar": office.calendar, "now": NOW}
        arranging.move(session, by, "SOS01", **moved)  # type: ignore[arg-type]
    replanned = time.perf_counter()
    with Session(database.write_engine) as session, session.begin():
        entries = sa.and_(Reminder.state == ReminderState.PLANNED, Reminder.kind != "moved")
        count = session.scalar(sa.select(sa.func.count()).select_from(Reminder).where(entries))
    memory, claimed, at = machine.peak_mb(), 0, STARTS - 3 * DAY
    for _ in range(7):  # every reminder in its hour
        at += DAY
        claimed += _beats(database, office, at)
    ended = time.perf_counter()
    return (
        f"planned {planned - began:5.1f}  moved and planned anew ({count:,}) {replanned - planned:5.1f}  "
        f"claimed ({claimed:,}) {ended - replanned:5.1f}  memory +{machine.peak_mb() - memory:.0f} MB"
    )


def _beats(database: Database, office: Office, now: dt.datetime) -> int:
    done, book = 0, texts.load()
    while True:
        with Session(database.write_engine) as session, session.begin():
            some = reminding.sweep(session, book, office, now)
        if not some:
            return done
        done += some


def _crowd(session: Session, event_id: int, people: int) -> None:
    """People with a chat, both consents, and a place."""
    for first in range(1, people + 1, CHUNK):
        ids = range(first, min(first + CHUNK, people + 1))
        session.execute(sa.insert(Person), [{"id": n, "created_at": NOW, "name": f"Siti {n}"} for n in ids])
        chat = {"channel": Channel.TELEGRAM, "first_at": NOW, "last_in_at": NOW}
        session.execute(sa.insert(Conversation), [{**chat, "id": n, "address": str(n), "person_id": n} for n in ids])
        proof = {"given": True, "text_version": "1", "text_hash": "x", "language": Language.ID, "at": NOW}
        proof |= {"channel": Channel.TELEGRAM}
        both = (Purpose.SERVICE, Purpose.REMINDERS)
        session.execute(sa.insert(Consent), [{**proof, "person_id": n, "purpose": p} for n in ids for p in both])
        place = {"event_id": event_id, "state": SignUpState.REGISTERED, "holds": True, "told_starts_at": STARTS}
        place |= {"told_place": "Aula", "created_at": NOW, "changed_at": NOW, "code": "E1", "regency": "36.04"}
        rows = [
            {**place, "person_id": n, "name": f"Siti {n}", "business": "Keripik", "digits": f"{n:06d}"} for n in ids
        ]
        session.execute(sa.insert(SignUp), [{**row, "token": f"t{row['person_id']}"} for row in rows])
