"""The console in the program: a login to try it with, only where nothing is real."""

from pathlib import Path

import sqlalchemy as sa

from bot import consoled
from bot.database import Database
from console.proof import Proof
from models import Session, Staff
from tests.services.people import account, transaction
from tests.support.server import settings_for


def test_a_login_to_try_it_with_is_made_once_and_only_beside_the_simulator(database: Database, tmp_path: Path) -> None:
    real = settings_for(database.url, tmp_path, telegram={"token": "123456:" + "a" * 35})
    consoled.make_demo(real)
    with Session(database.read_engine) as session:
        assert session.scalars(sa.select(Staff)).all() == []
    tried = settings_for(database.url, tmp_path)
    with transaction(database) as session:
        account(session, "contoh.kepala", "pimpinan")
        account(session, "rina").password_hash = "of her own"
        account(session, "tuti")
    for _ in range(2):
        consoled.make_demo(tried)
    password = consoled.demo_password(tried)
    with Session(database.read_engine) as session:
        kept = {row.name: row.password_hash for row in session.scalars(sa.select(Staff))}
    assert kept.keys() == {"contoh.kepala", consoled.DEMO, "rina", "tuti"}
    assert Proof().matches(kept[consoled.DEMO], password)
    assert kept["contoh.kepala"] == kept[consoled.DEMO]
    assert (kept["rina"], kept["tuti"]) == ("of her own", None), "who is real chooses a password by a link"
    assert consoled.where(tried) == f"http://127.0.0.1:{tried.web.port}/console/"
