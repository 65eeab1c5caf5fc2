"""Petugas in their own Telegram: joined by a code, answering a ticket on a yes, refused when the role has gone."""

import datetime as dt
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import AuditEntry, Channel, Delivery, Session, Staff
from services import accounts, staff
from services.events import doors
from tests.services.people import account, transaction
from tests.support.chat import NOON, Chat
from tests.support.hall import Hall, signs_up
from tests.support.office import OFFICE, open_programme

CODE = "a" * 22
KEYBOARD = staff.operator("root")


@pytest.fixture
def owner(database: Database) -> Chat:
    """Somebody who asked the office."""
    open_programme(database)
    asked = Chat(database, OFFICE).says("halo").taps("journey", "yes").says("MENU", "petugas", "Kapan datang?")
    with transaction(database) as session:
        account(session, "rina")
        account(session, "budi")
    return asked


def code_for(database: Database, name: str, code: str = CODE, now: dt.datetime = NOON) -> None:
    with transaction(database) as session:
        accounts.link_code(session, KEYBOARD, name, code=code, now=now)


def phone(database: Database, address: str = "700000002", channel: Channel = Channel.TELEGRAM) -> Chat:
    return Chat(database, OFFICE, channel, address=address)


def linked(database: Database) -> Chat:
    code_for(database, "rina")
    return phone(database).starts(f"staf_{CODE}")


def answers_sent(database: Database) -> int:
    with Session(database.read_engine) as session:
        query = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.because == "ticket:1")
        return session.execute(query).scalar_one()


def test_a_code_joins_one_chat_once(owner: Chat) -> None:
    database = owner.database
    rina = linked(database)
    assert "Ibu Rina" in rina.text
    assert "memang sudah" in rina.starts(f"staf_{CODE}").text
    assert "sudah dipakai" in phone(database, "700000003").starts(f"staf_{CODE}").text
    assert "tidak dikenal" in phone(database, "700000003").starts("staf_" + "b" * 22).text
    code_for(database, "budi", "c" * 22)
    assert "petugas lain" in rina.starts("staf_" + "c" * 22).text
    code_for(database, "budi", "d" * 22, NOON - dt.timedelta(minutes=16))
    assert "15 menit" in phone(database, "700000003").starts("staf_" + "d" * 22).text


def test_a_ticket_is_answered_on_a_yes_and_only_once(owner: Chat) -> None:
    rina = linked(owner.database)
    assert "Tiket terbuka: 1" in rina.says("/staf").text
    assert "Contoh" in rina.says("/jawab T1").text
    assert "Tidak ada tiket" in rina.says("/jawab T99 halo").text
    said = rina.says("/jawab T1 Kamis pagi, Bu.").text
    assert "Kamis pagi, Bu." in said
    assert answers_sent(owner.database) == 0
    code = re.findall(r"YA (\d{4})", said)[0]
    wrong = f"{(int(code) + 1) % 10_000:04}"
    assert "tidak cocok" in rina.says(f"YA {wrong}").text
    assert "sudah dicatat" in rina.says(f"ya {code}").text
    assert "sudah dipakai" in rina.says(f"ya {code}").text
    assert answers_sent(owner.database) == 1


@pytest.mark.parametrize("change", [{"roles": ["humas"]}, {"regencies": ["36.04"]}])
def test_a_role_or_place_taken_meanwhile_refuses_at_the_yes(owner: Chat, change: dict[str, list[str]]) -> None:
    rina = linked(owner.database)
    code = re.findall(r"YA (\d{4})", rina.says("/jawab T1 Kamis.").text)[0]
    with transaction(owner.database) as session:
        session.execute(sa.update(Staff).where(Staff.name == "rina").values(change))
    assert "tidak boleh" in rina.says(f"YA {code}").text
    assert answers_sent(owner.database) == 0


def test_who_does_not_work_here_learns_nothing(owner: Chat) -> None:
    for stranger in (owner, phone(owner.database, "whatsapp:+6281200000009", Channel.WHATSAPP)):
        for words in ("/staf", "/jawab T1 halo", "YA 1234"):
            assert "Tiket terbuka" not in stranger.says(words).text
    rina = linked(owner.database)
    with transaction(owner.database) as session:
        accounts.disable(session, KEYBOARD, "rina", NOON)
    assert "Tiket terbuka" not in rina.says("/staf").text
    assert answers_sent(owner.database) == 0


def test_events_on_a_phone_of_the_staff(owner: Chat) -> None:
    """The list, the numbers, who waits, and a link for the door; each asks for its right again at that moment."""
    database = owner.database
    hall = Hall(database, capacity=1)
    signs_up(phone(database, "700000004"), hall, "Siti")
    signs_up(phone(database, "700000005"), hall, "Yati")
    rina = linked(database)
    assert f"{hall.code} Sosialisasi" in rina.says("/acara").text
    assert "1 dari 1, menunggu 1" in rina.text
    shown = rina.says(f"/acara {hall.code.lower()}").text
    assert "mendaftar 2, hadir 0" in shown
    assert "1. Yati Aminah, Keripik Yati" in shown
    assert "Tidak ada acara" in rina.says("/acara SOS99").text
    assert "tidak boleh" in rina.says(f"/acara {hall.code} pintu").text, "a verifikator makes no doors"

    rights = {"roles": ["petugas_acara"]}
    with transaction(database) as session:
        session.execute(sa.update(Staff).where(Staff.name == "rina").values(rights))
    assert "web.public_url" in rina.says(f"/acara {hall.code} pintu").text
    open_to_all = replace(OFFICE, public_url="https://bot.contoh.go.id")
    said = Chat(database, open_to_all, address=rina.address).says(f"/acara {hall.code} pintu").text
    token = re.findall(r"https://bot.contoh.go.id/hadir/(\S+)", said)[0]
    with transaction(database) as session:
        opened = doors.find(session, token, hall.now)
        assert isinstance(opened, doors.Open)
        assert opened.event.code == hall.code
        acts = session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert {"event.waiting_seen", "event.door_made"} <= set(acts)

    stranger = phone(database, "700000006").says("/acara")
    assert "menunggu" not in stranger.text
    assert stranger.form == "events", "for everybody else it is what it always was"
    with transaction(database) as session:
        session.execute(sa.update(Staff).where(Staff.name == "rina").values(roles=[]))
    assert "tidak boleh" in rina.says("/acara").text, "a role taken meanwhile"
