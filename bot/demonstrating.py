"""Data contoh di basis data: put there for a phone in the browser, taken away again, and kept from real channels."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.orm import Session

import migrations
import texts
from bot.clock import Clock
from bot.config import ProgrammeSettings, Settings
from bot.database import Database, open_database
from bot.locking import Lock
from bot.logs import unalarmed
from models import Conversation
from services import demo
from services.demo import Filled
from services.programmes import ProgrammeSpec


class DemoRefused(Exception):
    """Invented people and real channels do not go together; the message says what to do."""


class NoProgramme(Exception):
    """The settings name no programme that invented people could register for."""


def spec(programme: ProgrammeSettings) -> ProgrammeSpec:
    """The programme of the settings."""
    return ProgrammeSpec(
        code=programme.code,
        name=programme.name,
        opens_at=programme.opens_at,
        closes_at=programme.closes_at,
        accepts=programme.accepts,
        quota=programme.quota,
        source=programme.source,
        as_of=programme.as_of,
        taken_before=programme.taken_before,
        allocations=programme.allocations,
    )


def fill(settings: Settings, clock: Clock, people: int, *, only_if_fresh: bool = False) -> Filled | None:
    """Fill the settings' database; None with `only_if_fresh` where anybody has written already or a demo is there.

    Raises DemoRefused, NoProgramme, AlreadyRunning, `demo.RealPeople`.
    """
    if not settings.simulated:
        raise DemoRefused(
            "Data contoh hanya untuk HP percobaan: di pengaturan ini ada token Telegram atau Twilio sungguhan. "
            "Pakai basis data dan pengaturan lain, tanpa token, lalu ulangi."
        )
    if settings.programme is None:
        raise NoProgramme
    from services.demo.filling import fill as invent  # only who wants a demo loads what makes one

    with _alone(settings) as database, _transaction(database) as session:
        if only_if_fresh and not _fresh(session):
            return None
        with unalarmed():
            return invent(
                session,
                texts=texts.load(),
                office=settings.office_now(),
                programme=spec(settings.programme),
                now=clock.now(),
                count=people,
            )


def remove(settings: Settings) -> int:
    """Take a demo away, whatever the settings are; how many people it was. Raises AlreadyRunning."""
    from services.demo.removing import remove as forget

    with _alone(settings) as database, _transaction(database) as session:
        return forget(session, spec(settings.programme) if settings.programme else None)


def refuse_beside_real_channels(session: Session, settings: Settings) -> None:
    """Raises DemoRefused where real channels would serve a database of invented people."""
    if not settings.simulated and demo.present(session):
        raise DemoRefused(
            "Basis data ini berisi data contoh, padahal ada token Telegram atau Twilio sungguhan. Hapus dulu dengan "
            "`naikkelas seed --remove`, atau pakai basis data lain (database.url)."
        )


def _fresh(session: Session) -> bool:
    nobody = session.execute(sa.select(Conversation.id).limit(1)).first() is None
    return nobody and not demo.present(session) and not demo.real_people(session)


@contextmanager
def _alone(settings: Settings) -> Iterator[Database]:
    """The database at its newest step; on SQLite no server works with it meanwhile."""
    database = open_database(settings.database.url.get_secret_value())
    lock = Lock(database.file).take() if database.file else None
    try:
        migrations.upgrade(database.write_engine)
        yield database
    finally:
        database.close()
        if lock:
            lock.free()


@contextmanager
def _transaction(database: Database) -> Iterator[Session]:
    with Session(database.write_engine, expire_on_commit=False) as session, session.begin():
        yield session
