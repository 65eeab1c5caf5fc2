"""After the hall: the certificate and the materials come by themselves, and once more whenever they are asked for."""

import datetime as dt
from typing import Any

import pytest

from bot.database import Database
from models import Channel, Session
from services.events import attending, giving, signing
from services.events.attending import Tap
from tests.conversations.conftest import Phone
from tests.support.hall import DEWI, THURSDAY, Hall, signs_up
from tests.support.office import OFFICE

HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize("channel", list(Channel))
def test_certificate_and_materials_reach_the_chat(phone: Phone, database: Database, channel: Channel) -> None:
    hall = Hall(database)
    chat = signs_up(hall.joins(phone(channel)), hall, "Siti")
    person_id = chat.row.person_id
    assert person_id is not None

    def at_the_door(session: Session) -> Any:
        row = signing.last_of(session, person_id)
        assert row is not None
        attending.check_in(session, DEWI, row.event_id, row.id, Tap(THURSDAY), THURSDAY)
        giving.set_materials(session, DEWI, hall.code, "https://contoh.go.id/materi", now=THURSDAY)
        return row.code

    hall.until(THURSDAY + HOUR)
    code = hall.office(at_the_door)
    chat.says(f"SERTIFIKAT {code}")
    assert "belum ada" in chat.text
    hall.office(lambda session: giving.certify_from(session, DEWI, hall.code, THURSDAY, now=THURSDAY))
    hall.until(THURSDAY + 7 * HOUR)
    hall.gets(chat)
    tokens = (f"t{n:020d}" for n in range(9))
    hall.office(lambda session: giving.sweep(session, chat.texts, OFFICE, lambda: next(tokens), THURSDAY + 7 * HOUR))
    given = hall.gets(chat)
    assert [one.template for one in given] == ["event_certificate_v2", "event_materials_v1"]
    assert "nomor 001/" in given[0].text

    chat.says(f"sertifikat {code.lower()}")
    assert chat.bubble is not None
    assert ("nomor 001/" in chat.text, chat.bubble.extra["document"]["token"]) == (True, f"t{0:020d}")
    chat.says(f"MATERI {code}")
    assert "https://contoh.go.id/materi" in chat.text
    chat.says("SERTIFIKAT E9")
    assert "nomor 001/" not in chat.text
