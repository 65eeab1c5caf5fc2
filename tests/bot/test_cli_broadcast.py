"""Staff announce from the command line; every refusal is a sentence, and programs read JSON."""

import json
from pathlib import Path

from bot.clock import Clock
from bot.database import Database
from services.broadcasts import running
from tests.services import announced, people
from tests.services.people import transaction
from tests.support.commands import command
from tests.support.kinds import kind
from tests.support.photos import photo

__all__ = ["kind"]

TEXT = "Halo {nama}, pelatihan NIB gratis hari Kamis."


def test_from_a_draft_to_its_report(database: Database, keyboard: None, tmp_path: Path) -> None:
    with transaction(database) as session:
        for n in range(3):
            announced.owner(session, f"Ibu {n}", business={"regency": "36.02"})
        people.account(session, "rina", "humas")
    made = ["broadcast", "create", "--title", "Pelatihan", "--text", TEXT]
    code, said = command(*made, "--regency", "lebak")
    assert (code, said.strip()) == (0, "S-1 versi 1 disimpan sebagai rancangan.")
    code, said = command(*made, "--regency", "Lebak", "--only-todo")
    assert code == 1
    assert "perlu baris daftar tugas" in said
    picture, huge = tmp_path / "undangan.png", tmp_path / "besar.pdf"
    picture.write_bytes(photo(30, 20))
    with huge.open("wb") as opened:
        opened.write(b"%PDF-1.7")
        opened.truncate(40_000_000)
    for wrong, words in ((huge, "paling banyak 16 MB"), (tmp_path / "tidak-ada.png", "tidak dapat dibaca")):
        code, said = command(*made, "--file", str(wrong))
        assert (code, words in said) == (1, True), said
    assert len(json.loads(command("broadcast", "list", "--json")[1])) == 1
    assert command(*made, "--regency", "lebak", "--instead-of", "S-1", "--file", str(picture))[0] == 0
    assert "Lampiran: gambar pengumuman-1.jpg" in command("broadcast", "preview", "S-1")[1]
    assert command(*made, "--regency", "lebak", "--instead-of", "S-1", "--no-file")[0] == 0
    code, said = command("broadcast", "preview", "S-1")
    assert code == 0
    assert "Lampiran" not in said
    for words in ("Penerima: 3 (telegram 3)", "Untuk: di Kabupaten Lebak", "Halo Ibu 0, pelatihan", "Rp0", "Inggris"):
        assert words in said
    assert json.loads(command("broadcast", "preview", "1", "--json")[1])["total"] == 3
    assert command("broadcast", "approve", "S-1", "--version", "2")[0] == 1
    code, said = command("broadcast", "approve", "S-1", "--version", "5")
    assert code == 0
    assert "3 penerima" in said
    now = Clock().now()
    with transaction(database) as session:
        row = running.locked(session, 1)
        row.send_at = now
    assert command("broadcast", "pause", "S-1")[1].strip() == "S-1 dijeda."
    assert command("broadcast", "pause", "S-1")[0] == 1
    assert command("broadcast", "resume", "S-1")[1].strip() == "S-1 dilanjutkan."
    told = json.loads(command("broadcast", "status", "S-1", "--json")[1])
    assert (told["total"], told["fates"]) == (3, {"waiting": 3})
    assert command("broadcast", "cancel", "S-1")[1].strip() == "S-1 dibatalkan."
    code, said = command("broadcast", "status", "S-1", "--watch")
    assert "3 dari 3 selesai" in said
    code, said = command("broadcast", "report", "S-1")
    assert "sebab dibatalkan petugas: 3" in said
    assert json.loads(command("broadcast", "list", "--json")[1])[0]["state"] == "dibatalkan"


def test_every_refusal_is_a_sentence(database: Database, keyboard: None) -> None:
    made = ["broadcast", "create", "--title", "Pelatihan", "--text"]
    for arguments, words in (
        ([*made, "Halo {zodiak}"], "Isian “zodiak” tidak dikenal"),
        ([*made, "@/tidak/ada"], "tidak dapat dibaca"),
        ([*made, TEXT, "--at", "besok"], "Waktu belum terbaca"),
        ([*made, TEXT, "--at", "2020-01-01 09:00"], "sudah lewat"),
        ([*made, TEXT, "--sector", "kue"], "bakery (Roti & kue)"),
        ([*made, TEXT, "--template", "x"], "Templat x tidak ada"),
        (["broadcast", "status", "S-9"], "Tidak ada siaran"),
        (["broadcast", "cancel", "sembilan"], "seperti S-12"),
    ):
        code, said = command(*arguments)
        assert code != 0
        assert words in said, said
