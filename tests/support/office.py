"""The office of the stories: its settings, and a programme with places."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.database import Database
from models import Session
from services import programmes
from services.calendar import Calendar
from services.national_days import Special
from services.office import Fact, Office
from services.programmes import ProgrammeSpec

JANUARY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
NEW_YEAR = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)

OFFICE = Office(
    address="Jl. Contoh 1, Kota Serang",
    phone="0254-000000",
    verify_url="bptsi.bantenprov.go.id/chat",
    complaint_url="lapor.go.id",
    bpjph_phone="146",
    dpo_contact="pdp@bantenprov.go.id",
    retention="2 tahun sesudah pendampingan selesai",
    retention_en="2 years after the guidance has ended",
    programme="BANTEN-2026",
)

PROGRAMME = ProgrammeSpec(
    code="BANTEN-2026",
    name="Fasilitasi Halal Banten 2026",
    opens_at=JANUARY,
    closes_at=NEW_YEAR,
    accepts=("self_declare",),
    quota=14_000,
    taken_before=7_000,
    source="rubrikbanten.com, 15 Mei 2025",
    as_of=dt.date(2025, 5, 15),
)


def on_holiday(day: dt.date, **changes: Any) -> Calendar:
    """The usual calendar with one closed day of the office's own."""
    return Calendar(days={day: Special(day, "Hari Jadi Kantor", "the office's anniversary")}, **changes)


def open_programme(database: Database, allocations: Mapping[str, int] | None = None, **changes: object) -> int:
    """Set the programme up, with a smaller quota or other dates where a story needs them; its id."""
    spec = replace(PROGRAMME, allocations=allocations or {}, **changes)  # type: ignore[arg-type]
    with database.write() as connection, Session(connection, join_transaction_mode="create_savepoint") as session:
        made = programmes.ensure(session, spec)
        session.commit()
        return made


def confirming(office: Office, *facts: str) -> Office:
    """The same office after somebody has confirmed some facts."""
    known = {name: Fact("Rp0", "bpjph.halal.go.id", dt.date(2026, 11, 10), confirmed=True) for name in facts}
    return replace(office, facts={**office.facts, **known})
