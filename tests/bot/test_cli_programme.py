"""`naikkelas programme` and `naikkelas facts`: the same rules as on the console, from the keyboard of the server."""

import datetime as dt
import json

from bot.checking import programme_findings
from bot.clock import Clock
from bot.config import Settings
from bot.database import Database
from models import Session
from services import facts
from tests.services import people
from tests.services.people import NOON, OFFICE, transaction
from tests.support.commands import command
from tests.support.kinds import kind

__all__ = ["kind"]

CODE = "BANTEN-2026"


def test_a_programme_is_shown_changed_and_its_places_moved(database: Database, keyboard: None) -> None:
    with transaction(database) as session:
        people.programme(session, code=CODE, quota=9, closes_at=dt.datetime(2099, 1, 1, tzinfo=OFFICE.zone))
        people.account(session, "sari", "verifikator")
    assert "9 tempat terisi" in command("programme", "show", CODE)[1]
    change = ("programme", "change", CODE, "--quota", "12", "--kab", "lebak=5", "--kab", "36.01=2")
    code, said = command(*change, "--source", "SK 7", typed="tidak\n")
    assert code == 1
    assert "Kuota seluruh Banten: 9 → 12" in said
    assert "config.yaml tidak dipakai lagi" in said
    assert "Tidak ada yang berubah." in said
    assert command(*change, "--source", "SK 7", typed="ya\n")[0] == 0
    assert command(*change)[1].startswith("Belum ada yang Anda ubah.")
    assert command("programme", "move", "2", "--from", "lebak", "--to", "36.01", "--programme", CODE, "--yes")[0] == 0
    rows = {row["regency"]: row["quota"] for row in json.loads(command("programme", "show", CODE, "--json")[1])}
    assert (rows["Kab. Lebak"], rows["Kab. Pandeglang"], rows["Kota Cilegon"]) == (3, 4, "bersama")
    assert (
        "tidak punya tempat"
        in command("programme", "move", "9", "--from", "36.02", "--to", "36.01", "--programme", CODE)[1]
    )
    assert "punya hak 'program'" in command("programme", "change", CODE, "--quota", "3", "--yes", "--as", "sari")[1]
    assert "tidak terbaca" in command("programme", "change", CODE, "--closes", "besok", "--yes")[1]
    asked = {"code": CODE, "name": "Halal", "opens": "2026-01-05", "closes": "2026-02-01", "accepts": ["reguler"]}
    asked |= {"quota": 9, "source": "SK", "as_of": "2026-01-05"}
    settings = Settings.model_validate({"database": {"url": database.url}, "programme": asked})
    (found,) = programme_findings(settings, Clock(lambda: NOON))
    assert found.good
    assert "dibuka sampai 2098-12-31; diatur operator:" in found.says
    assert command("programme", "show", "LAIN")[1].startswith("Program itu tidak ada.")
    new = ("--opens", "2099-01-01", "--closes", "2099-12-31", "--source", "SK 1", "--as-of", "2026-11-24")
    code, said = command("programme", "create", "BANTEN-2099", *new, "--kab", "lebak=7", typed="tidak\n")
    assert code == 1
    assert "Mulai 01-01-2099 pendaftaran baru masuk ke BANTEN-2099 dengan sendirinya" in said
    assert "Kuota seluruh Banten: 12" in said
    assert "Tidak ada yang dibuat." in said
    assert "contoh BANTEN-2027" in command("programme", "create", "dua kata", *new, "--yes")[1]
    assert command("programme", "create", "BANTEN-2099", *new, "--kab", "lebak=7", "--yes")[0] == 0
    assert "sudah dipakai" in command("programme", "create", "BANTEN-2099", *new, "--yes")[1]
    (found,) = programme_findings(settings, Clock(lambda: dt.datetime(2099, 6, 1, tzinfo=dt.UTC)))
    assert found.says.startswith("Program BANTEN-2099 dibuka sampai 2099-12-31; diatur operator:")


def test_a_fact_is_confirmed_and_taken_back(database: Database, keyboard: None) -> None:
    def shown() -> str | None:
        with Session(database.read_engine) as session:
            fact = facts.joined(session, OFFICE).confirmed("faq_sni")
        return fact.value if fact else None

    assert "belum punya nilai" in command("facts", "confirm", "faq_sni")[1]
    value = ("facts", "correct", "faq_sni", "--value", "SNI", "--source", "BSN", "--as-of")
    assert "bukan tanggal" in command(*value, "kemarin")[1]
    assert "belum tampil" in command(*value, "2026-01-04")[1]
    assert shown() is None
    assert command("facts", "confirm", "faq_sni")[0] == 0
    assert shown() == "SNI"
    (row,) = (row for row in json.loads(command("facts", "list", "--json")[1]) if row["name"] == "faq_sni")
    assert (row["confirmed"], row["by"][:9]) == ("ya", "operator:")
    assert command("facts", "withdraw", "faq_sni")[0] == 0
    assert shown() is None
    assert command(*value, "2026-01-05", "--confirmed")[1].startswith("Tersimpan, dan tampil")
    assert "Fakta itu tidak ada" in command("facts", "correct", "x", *value[3:], "2026-01-05")[1]
