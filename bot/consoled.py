"""The staff console in this program: mounted beside the doors; with the simulator on, a login to try it with."""

import base64
import hmac
from dataclasses import replace

import sqlalchemy as sa
from starlette.applications import Starlette

import console.app
from bot import event_page
from bot.app import Program
from bot.clock import Clock
from bot.config import Settings
from bot.database import open_database
from bot.guided import Engine
from bot.keys import derived, office_secret
from bot.simulated import address
from console.app import BASE, ConsoleSettings
from console.proof import Proof
from models import Session, Staff
from services import accounts, demo, staff
from services.accounts import Refused, Why
from services.events.kit import Ways
from services.inserting import quietly

DEMO = demo.PREFIX + "demo"
DEMO_ROLES = ("administrator", "humas", "petugas_acara", "verifikator", "pengelola_program")


def create(program: Program) -> Starlette:
    """The console of this program."""
    settings = program.settings
    return console.app.create(
        ConsoleSettings(
            read_engine=program.database.read_engine,
            write_engine=program.database.write_engine,
            now=program.clock.now,
            office_now=lambda: program.office,
            texts=program.texts,
            engine=Engine(program.texts, lambda: program.office),
            key=derived(office_secret(settings), "console"),
            public_url=settings.web.public_url,
            demo=settings.simulated,
            ways=lambda: _ways(program),
        )
    )


def _ways(program: Program) -> Ways:
    """How people reach us; with the simulator on, the pages are on this computer."""
    settings, telegram = program.settings, program.channels.telegram
    found = event_page.ways(settings, telegram.username if telegram else None)
    if found.public_url is None and settings.simulated:
        found = replace(found, public_url=address(settings))
    return found


def where(settings: Settings) -> str:
    """The console's address, as staff open it."""
    return f"{settings.web.public_url or address(settings)}{BASE}/"


def demo_password(settings: Settings) -> str:
    """The demo login's password: the same at every start, another on every computer."""
    made = hmac.digest(derived(office_secret(settings), "demo"), b"password", "sha256")
    return base64.b32encode(made)[:12].decode().lower()


def make_demo(settings: Settings) -> None:
    """See to it that there is a login to try the console with. Only with the simulator on: nothing there is real."""
    if not settings.simulated:
        return
    proof, password = Proof(), demo_password(settings)
    database = open_database(settings.database.url.get_secret_value())
    try:
        with Session(database.write_engine) as session, session.begin():
            actor, now = staff.operator("demo"), Clock().now()
            try:
                accounts.add(
                    session, actor, name=DEMO, display_name="Petugas Demo", roles=DEMO_ROLES, regencies=None, now=now
                )
            except Refused as refused:
                if refused.why is not Why.TAKEN:
                    raise
            account = session.scalars(sa.select(Staff).where(Staff.name == DEMO)).one()
            if not proof.matches(account.password_hash, password):
                account.password_hash = proof.hashed(password)
            session.flush()
            # Invented officers come without one: what takes two people can be tried with two of them.
            invented = Staff.name.startswith(demo.PREFIX, autoescape=True)
            others = sa.and_(invented, Staff.password_hash.is_(None), Staff.disabled_at.is_(None))
            session.execute(quietly(sa.update(Staff).where(others).values(password_hash=account.password_hash)))
    finally:
        database.close()
