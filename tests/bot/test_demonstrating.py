"""`naikkelas seed`: invented people for a phone in the browser, and for nothing that reaches a real one."""

import logging
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import consoled, demonstrating, outbox_rows, pace
from bot.app import prepare
from bot.clock import Clock
from bot.database import Database
from bot.demonstrating import DemoRefused
from bot.logs import unalarmed
from bot.outbox_rows import Sender
from models import Channel, Conversation, Delivery, DeliveryState, Lane, Person, Session
from services import deliveries, demo
from tests.services import people
from tests.services.people import NOON, transaction
from tests.support.commands import command
from tests.support.server import settings_for
from texts.bubble import Bubble

TOKEN = {"token": "123456:ABC-abc"}


def test_seed_fills_says_so_and_takes_it_away_again(
    database: Database, keyboard: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NAIKKELAS_CONFIG", str(Path(__file__).parents[2] / "config.yaml"))
    assert command("seed", "--people", "5")[1].startswith("Program BANTEN-2026 sudah tertulis.\n5 orang contoh")
    assert "Data contoh sudah ada (5 orang)" in command("seed", "--people", "5")[1]
    assert "5 orang contoh" in command("seed", "--remove")[1]
    assert "Tidak ada data contoh" in command("seed", "--remove")[1]
    with transaction(database) as session:
        people.person(session, "Siti Aminah")
    code, said = command("seed", "--people", "5")
    assert (code, "orang atau akun sungguhan" in said) == (1, True)
    monkeypatch.setenv("NAIKKELAS_CONFIG", str(empty := tmp_path / "empty.yaml"))
    empty.write_text("{}")
    assert command("seed", "--remove")[0] == 0, "taking away needs no programme"
    assert "programme di config.yaml" in command("seed")[1]


def test_alarms_of_invented_weeks_are_not_told(caplog: pytest.LogCaptureFixture) -> None:
    with unalarmed():
        logging.getLogger("services.alerts").error("11 tickets were not answered as promised")
    assert caplog.messages == []
    logging.getLogger("services.alerts").error("1 ticket was not answered as promised")
    assert len(caplog.messages) == 1


def test_a_fresh_database_is_filled_at_the_start_and_no_other(database: Database, tmp_path: Path) -> None:
    settings = settings_for(database.url, tmp_path)
    filled = demonstrating.fill(settings, Clock(), 3, only_if_fresh=True)
    assert filled is not None
    assert filled.new
    assert demonstrating.fill(settings, Clock(), 3, only_if_fresh=True) is None
    consoled.make_demo(settings)
    demonstrating.remove(settings)
    with transaction(database) as session:
        assert not demo.real_people(session), "the login to try the console with went, too"
        people.chat(session)  # somebody greeted
    assert demonstrating.fill(settings, Clock(), 3, only_if_fresh=True) is None


def test_real_channels_and_invented_people_refuse_each_other(database_url: str, tmp_path: Path) -> None:
    real = settings_for(database_url, tmp_path, telegram=TOKEN)
    with pytest.raises(DemoRefused, match="hanya untuk HP percobaan"):
        demonstrating.fill(real, Clock(), 3)
    prepare(settings_for(database_url, tmp_path))
    demonstrating.fill(settings_for(database_url, tmp_path), Clock(), 3)
    with pytest.raises(DemoRefused, match="seed --remove"):
        prepare(real)  # the program does not start
    demonstrating.remove(real)
    prepare(real)


@pytest.mark.parametrize("invented", [True, False])
def test_no_message_for_an_invented_person_reaches_a_real_platform(database: Database, invented: bool) -> None:
    with transaction(database) as session:
        chat = people.chat(session, people.person(session, "Siti"))
        session.execute(sa.update(Person).values(demo=True))
        deliveries.post(
            session, conversation_id=chat.id, bubble=Bubble("kabar"), lane=Lane.NOTICE, because="due:1", now=NOON
        )
    with database.write() as connection:
        pace.open_gate(connection, "telegram")
        sender = Sender(Channel.TELEGRAM, 29.5, "here", invented)
        ready, _ = outbox_rows.claim(connection, sender, 10, NOON)
    with Session(database.read_engine) as session:
        row = session.scalars(sa.select(Delivery)).one()
        assert session.scalars(sa.select(Conversation)).one().id == row.conversation_id
    assert len(ready) == int(invented)
    assert (row.state, row.reason) == ((DeliveryState.SENDING, None) if invented else (DeliveryState.SKIPPED, "demo"))
