"""(d) Saying yes to an announcement for everybody in the province, and to one for those that several filters leave."""

import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa

import texts
from bench import size
from bench.contenders import Databases
from bot.database import Database, open_database
from models import Broadcast, Recipient, Session
from services import staff
from services.broadcasts import approving, drafting
from services.broadcasts.audience import Audience
from services.broadcasts.drafting import Draft
from services.staff import Actor, Via
from tests.services import people
from tests.services.people import NOON
from tests.support.office import OFFICE

GOAL = 2.0  # seconds
ROUNDS = 3
BANTEN_WEST = ("36.01", "36.02", "36.04", "36.72", "36.73")
WANTED: Mapping[str, Audience] = {
    "everybody": Audience(),
    "kab/kota, stage, to-do": Audience(regencies=BANTEN_WEST, stages=("KUOTA_DIBERIKAN",), todos=("BUTUH_NIB",)),
    "the same, only that to-do": Audience(regencies=BANTEN_WEST, todos=("BUTUH_NIB",), only_todo=True),
    "silent for a month": Audience(silent_for=30, language="id"),
}
# A province that has lived: who agreed, what is open, who is in the middle of a form, who was checked again.
LIVED = (
    "INSERT INTO consents (person_id, purpose, given, text_version, text_hash, language, channel, at) "
    "SELECT person_id, 'announcements', given, text_version, text_hash, language, channel, at FROM consents",
    "UPDATE assessments SET open_todos = CASE MOD(id, 3) WHEN 0 THEN ' BUTUH_NIB ' "
    "WHEN 1 THEN ' BUTUH_NIB  PISAH_ALAT ' ELSE ' OMZET_DICEK ' END",
    "UPDATE applications SET stage = CASE MOD(id, 4) WHEN 0 THEN 'DAFTAR_TUNGGU' ELSE stage END",
    "UPDATE conversations SET form = 'registration' WHERE MOD(id, 20) = 0",
    "INSERT INTO assessments (person_id, business_id, at, asked_by, rule_set, version, said, answers, facts, result, "
    "scheme, open_todos) SELECT person_id, business_id, '2026-04-02 04:00:00+00:00', asked_by, rule_set, version, "
    "said, answers, facts, result, scheme, ' PISAH_ALAT ' FROM assessments WHERE MOD(id, 10) = 1",
)


def run(databases: Databases) -> list[str]:
    """On both databases; the lines to print."""
    said = [
        f"(d) approving in a province of {size.EVERYBODY:,}: seconds of the whole yes, {ROUNDS} times (goal ≤ {GOAL})"
    ]
    for name, lend in (("SQLite", size.sqlite), ("PostgreSQL", lambda most: size.on_postgres(most, databases))):
        with lend(size.EVERYBODY) as url, _lived(url) as database:
            for what, audience in WANTED.items():
                took, count = _yes(database, audience)
                said.append(f"    {name:<12} {what:<28} {count:>8,}  {statistics.median(took):5.2f} s")
    return said


@contextmanager
def _lived(url: str) -> Iterator[Database]:
    database = open_database(url)
    try:
        with database.write() as connection:
            for statement in LIVED:
                connection.exec_driver_sql(statement)
        with database.write_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM (ANALYZE)")
        yield database
    finally:
        database.close()


def _yes(database: Database, audience: Audience) -> tuple[list[float], int]:
    """Seconds of each yes, with its commit; to how many."""
    took, count = [], 0
    for _ in range(ROUNDS):
        with Session(database.write_engine) as session, session.begin():
            writes, approves = _staff(session)
            how = {"texts": texts.load(), "office": OFFICE, "now": NOON}
            number = drafting.create(session, writes, Draft("Uji", {"id": "Halo {nama}."}, audience), **how).id
        begun = time.perf_counter()
        with Session(database.write_engine) as session, session.begin():
            count = approving.approve(session, approves, number, 1, **how).total or 0
        took.append(time.perf_counter() - begun)
        with Session(database.write_engine) as session, session.begin():
            session.execute(sa.delete(Recipient))
            session.execute(sa.delete(Broadcast))
    return took, count


def _staff(session: Session) -> tuple[Actor, Actor]:
    """Who writes and who approves, made at the first time."""
    made = {one.name: one for one in session.query(staff.Staff)}
    for name, role in (("rina", "humas"), ("dewi", "penyetuju")):
        made[name] = made.get(name) or people.account(session, name, role)
    return staff.actor_of(made["rina"], Via.COMMAND), staff.actor_of(made["dewi"], Via.COMMAND)
