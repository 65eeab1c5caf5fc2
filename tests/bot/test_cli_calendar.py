"""`naikkelas calendar`: what holds, why something is shifted, what staff add and take back."""

import json

import pytest

from bot.database import Database
from tests.services import people
from tests.services.people import transaction
from tests.support.commands import command
from tests.support.kinds import kind

__all__ = ["kind"]


def test_a_day_is_added_explained_and_taken_back(database: Database, keyboard: None) -> None:
    with transaction(database) as session:
        people.account(session, "dewi", "petugas_acara")
        people.account(session, "budi", "humas")
    code, said = command("calendar", "add", "2099-06-22", "--name", "Libur daerah", "--source", "SE 12", "--as", "dewi")
    assert (code, "nomor 1" in said) == (0, True)
    code, said = command("calendar", "why", "2099-06-19 21.30", "--for", "pengumuman")
    assert code == 0
    assert said.splitlines() == [
        "Pengumuman Jumat, 19 Juni 2099 pukul 21.30 WIB digeser ke Selasa, 23 Juni 2099 pukul 08.00 WIB, karena:",
        "- Jumat, 19 Juni 2099: di luar jam kirim, 08.00–17.00",
        "- Sabtu, 20 Juni 2099: akhir pekan",
        "- Minggu, 21 Juni 2099: akhir pekan",
        "- Senin, 22 Juni 2099: libur, Libur daerah",
    ]
    assert "salat Jumat, 11.30–13.00" in command("calendar", "why", "2099-06-19 12.00")[1]
    assert "boleh dikirim" in command("calendar", "why", "2099-06-22 12.00")[1]
    shown = command("calendar", "show", "--from", "2099-06-20", "--days", "5")[1]
    assert "Jeda salat Jumat 11.30–13.00 setiap Jumat." in shown
    assert "petugas dewi" in shown
    rows = json.loads(command("calendar", "show", "--from", "2099-06-20", "--days", "5", "--json")[1])
    assert [(row["id"], row["office"]) for row in rows] == [(1, "tutup")]
    again = command("calendar", "add", "2099-06-22", "--name", "Lagi", "--source", "SE 13")
    assert (again[0], "calendar remove 1" in again[1]) == (1, True)
    assert command("calendar", "remove", "1", "--as", "budi")[0] == 1
    assert command("calendar", "remove", "1")[1].startswith("Dicabut: Libur daerah, Senin, 22 Juni 2099")
    assert command("calendar", "show", "--from", "2099-06-20", "--days", "5", "--json")[1].strip() == "[]"


def test_a_period_has_hours_and_pauses_of_its_own(database: Database, keyboard: None) -> None:
    words = ("calendar", "add", "2099-03-02", "--until", "2099-03-20", "--name", "Ramadan", "--source", "SE 2")
    code, said = command(*words, "--hours", "08.00-15.00", "--pause", "berbuka=17.30-19.00", "--estimated")
    assert (code, "nomor 1" in said) == (0, True)
    shown = command("calendar", "show", "--from", "2099-03-10", "--days", "3")[1]
    assert "Ramadan (perkiraan)" in shown
    assert "buka 08.00–15.00, jeda berbuka 17.30–19.00" in shown
    why = command("calendar", "why", "2099-03-10 18.00")[1]
    assert "digeser ke Selasa, 10 Maret 2099 pukul 19.00 WIB" in why


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("why", "besok"), "2026-11-27 12.00"),
        (("why", "2026-11-27 25.00"), "tidak ada"),
        (("why", "2026-11-27 12.00", "--for", "iklan"), "pengumuman"),
        (("add", "2099-01-05", "--name", "x", "--source", "y", "--hours", "8-9"), "08.00-15.00"),
        (("add", "2099-01-05", "--name", "x", "--source", "y", "--hours", "08.00-09.00"), "--open"),
        (("add", "2020-01-05", "--name", "x", "--source", "y"), "sudah lewat"),
        (("remove", "7"), "config.yaml"),
    ],
)
def test_what_is_typed_wrongly_is_told_with_an_example(
    database: Database, keyboard: None, words: tuple[str, ...], told: str
) -> None:
    code, said = command("calendar", *words)
    assert code != 0
    assert told in said
    assert "Traceback" not in said
