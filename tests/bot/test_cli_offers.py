"""`naikkelas offers`: whom the office must call, and what it notes down."""

import datetime as dt
import json

import pytest
import sqlalchemy as sa

from bot import cli_offers
from bot.clock import Clock
from bot.database import Database
from models import Application, Offer, OfferState
from services import applications
from tests.services import people
from tests.services.offered import line_of, sweep
from tests.services.people import NOON, transaction
from tests.support.commands import command
from tests.support.office import OFFICE

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def now(database: Database, keyboard: None, monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    """Two were offered a place on Tuesday and said nothing; on Friday their time is over, and two more are asked."""
    with transaction(database) as session:
        everybody = line_of(session, 6, quota=2)
        sweep(session, NOON + HOUR)
        for _, application in everybody[:2]:
            applications.withdraw(session, application.id, now=NOON + HOUR, by="owner")
        sweep(session, NOON + HOUR)
        sweep(session, NOON + 73 * HOUR)
        people.account(session, "dewi")
    monkeypatch.setattr(cli_offers, "Clock", lambda: Clock(lambda: NOON + 74 * HOUR))
    return NOON + 74 * HOUR


def run(*words: str) -> tuple[int, str]:
    """One command."""
    return command("offers", *words)


def test_whom_to_call(now: dt.datetime, database: Database) -> None:
    code, said = run("list", "--to-call")
    assert code == 0
    assert said.count("tidak dijawab") == 2
    rows = json.loads(run("list", "--to-call", "--json")[1])
    assert [(r["number"], r["state"]) for r in rows] == [
        ("BTN-2026-000003", "tidak dijawab"),
        ("BTN-2026-000004", "tidak dijawab"),
    ]
    assert rows[0]["phone"].startswith("+62")
    assert len(json.loads(run("list", "--json")[1])) == 4

    assert run("called", "BTN-2026-000003", "--as", "dewi")[0] == 0
    code, said = run("called", str(rows[1]["id"]), "--still", "--as", "dewi")
    assert (code, "masih mau" in said) == (0, True)
    assert run("list", "--to-call")[1] == "Tidak ada yang perlu ditelepon.\n"
    with transaction(database) as session:
        query = sa.select(Offer.called_by, Offer.still_at).where(Offer.state == OfferState.EXPIRED).order_by(Offer.id)
        assert session.execute(query).all() == [("Ibu Dewi", None), ("Ibu Dewi", now)]


def test_a_code_of_several_is_asked_back(now: dt.datetime) -> None:
    code, said = run("called", "K1")
    assert code == 1
    assert "BTN-2026-000003, BTN-2026-000004" in said
    assert run("called", "K1", "--as", "dewi")[0] == 1
    assert run("called", "BTN-2026-000003")[0] == 0
    assert run("called", "k1")[0] == 0  # only one is left to call
    code, said = run("called", "K9")
    assert (code, "Tidak ada tawaran K9" in said) == (1, True)


def test_an_offer_at_once(now: dt.datetime, database: Database) -> None:
    code, said = run("offer-now", "BTN-2026-000003")
    assert (code, "Belum ada tempat" in said) == (0, True)
    with transaction(database) as session:
        held = session.scalars(sa.select(Offer.application_id).where(Offer.state == OfferState.OPEN)).all()
        applications.withdraw(session, held[0], now=now, by="owner")
    code, said = run("offer-now", "btn-2026-000003")
    assert (code, "kode K2" in said) == (0, True)
    with transaction(database) as session:
        query = sa.select(Application.number).join(Offer, Offer.application_id == Application.id)
        numbers = session.scalars(query.where(Offer.state == OfferState.OPEN).order_by(Application.id)).all()
        assert numbers == ["BTN-2026-000003", "BTN-2026-000006"]
    assert OFFICE.offer_hours == 72
    assert run("offer-now", "BTN-2026-999999")[0] == 1
