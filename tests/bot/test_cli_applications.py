"""`naikkelas applications`: looked up, moved one by one or by a file, and never before it was looked at."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.clock import Clock
from bot.database import Database
from models import Application, Channel
from tests.services import people
from tests.services.people import transaction
from tests.support import xlsx
from tests.support.chat import Chat
from tests.support.commands import command
from tests.support.kinds import kind
from tests.support.office import OFFICE, open_programme
from tests.support.owner import reaches_number

__all__ = ["kind"]

ONE = "BTN-2026-000001"


@pytest.fixture
def chat(database: Database, keyboard: None) -> Chat:
    """An owner with a place."""
    open_programme(database)
    chat = Chat(database, OFFICE, Channel.WHATSAPP, now=Clock().now())
    with transaction(database) as session:
        session.execute(sa.text("UPDATE programmes SET closes_at = '2099-01-01 00:00:00.000000'"))
    reaches_number(chat.says("halo").taps("journey"), product="kopi", papers="nib", nib_number="1234567890123")
    with transaction(database) as session:
        session.execute(sa.update(Application).values(number=ONE))
        people.account(session, "dewi")
    return chat


def run(*words: str, answer: str = "") -> tuple[int, str]:
    """One command."""
    return command("applications", *words, typed=answer)


def stage(chat: Chat) -> str:
    with chat.database.read() as connection:
        return str(connection.execute(sa.text("SELECT stage FROM applications")).scalar_one())


def told(chat: Chat) -> int:
    query = "SELECT count(*) FROM deliveries WHERE because LIKE 'stage:%'"
    with chat.database.read() as connection:
        return int(connection.execute(sa.text(query)).scalar_one())


def test_one_is_moved_after_its_message_was_seen(chat: Chat) -> None:
    code, said = run("move", ONE, "diajukan", "--as", "dewi", answer="n\n")
    assert code == 0
    assert "Sudah dapat tempat → Sudah diajukan" in said
    assert "sudah diajukan ke BPJPH" in said
    assert "Tidak jadi" in said
    assert (stage(chat), told(chat)) == ("KUOTA_DIBERIKAN", 0)
    code, said = run("move", ONE, "Sudah diajukan", "--as", "dewi", answer="y\n")
    assert (code, stage(chat), told(chat)) == (0, "DIAJUKAN", 1)
    assert "tidak ada yang berubah" in run("move", ONE, "DIAJUKAN", "--yes")[1]
    assert told(chat) == 1
    assert "oleh Ibu Dewi" in run("show", ONE)[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((ONE, "DITOLAK"), "Dari Sudah dapat tempat tidak bisa ke Belum disetujui; bisanya ke DIAJUKAN, DIALIHKAN"),
        ((ONE, "TERBIT"), "perlu nomor sertifikat"),
        ((ONE, "DIKEMBALIKAN"), "perlu alasan"),
        ((ONE, "MELAYANG"), "Tahap MELAYANG tidak dikenal"),
        ((ONE, "DIAJUKAN", "--date", "besok"), "bukan tanggal"),
        (("BTN-2026-999999", "DIAJUKAN"), "Tidak ada pengajuan dengan nomor"),
    ],
)
def test_what_cannot_be_moved_is_said_plainly(chat: Chat, words: tuple[str, ...], says: str) -> None:
    code, said = run("move", *words, "--yes")
    assert code in (1, 2)
    assert says in said
    assert "Traceback" not in said
    assert (stage(chat), told(chat)) == ("KUOTA_DIBERIKAN", 0)


def test_lists_by_stage_place_lateness_and_certificates_unknown(chat: Chat) -> None:
    assert ONE in run("list")[1]
    assert ONE in run("list", "--stage", "sudah dapat tempat", "--regency", "kota serang")[1]
    assert "Tidak ada pengajuan" in run("list", "--stage", "DIAJUKAN")[1]
    assert "Tidak ada pengajuan" in run("list", "--regency", "36.01")[1]
    assert run("list", "--regency", "Bandung")[0] == 2
    assert "Tidak ada pengajuan" in run("list", "--overdue")[1]
    with transaction(chat.database) as session:
        session.execute(sa.update(Application).values(promised_at=Application.since))
    assert ONE in run("list", "--overdue")[1]
    assert "Tidak ada pengajuan" in run("list", "--unacknowledged")[1]
    run("move", ONE, "TERBIT", "--certificate", "ID36110000000000001", "--yes")
    (row,) = json.loads(run("list", "--unacknowledged", "--json")[1])
    assert (row["number"], row["stage"], row["certificate"]) == (ONE, "TERBIT", "ID36110000000000001")
    assert "+6281200000001" in run("list", "--unacknowledged")[1]
    chat.says("SUDAH H1")
    assert "Tidak ada pengajuan" in run("list", "--unacknowledged")[1]


def test_one_is_shown_whole(chat: Chat) -> None:
    code, said = run("show", ONE.lower())
    assert code == 0
    for words in (
        "Keripik Bu Siti",
        "Siti Aminah",
        "1234567890123",
        "self_declare",
        "Riwayat:",
        "KUOTA_DIBERIKAN",
        "oleh bot",
    ):
        assert words in said
    assert run("show", "BTN-2026-999999")[0] == 1


def test_a_file_is_looked_at_first_and_moves_once(chat: Chat, tmp_path: Path) -> None:
    rows: list[list[str | int | None]] = [
        ["NIB", "Nomor", "Tahap", "Catatan"],
        [1234567890123, None, "Sudah diajukan", None],
        [None, "BTN-2026-000777", "DIAJUKAN", None],
        [None, ONE, "DIAJUKAN", "3604012345670001"],
    ]
    path = str(xlsx.write(tmp_path / "tahap.xlsx", rows))
    code, said = run("import-status", path)
    assert code == 0
    assert "1 akan dipindahkan" in said
    assert "Sudah dapat tempat → Sudah diajukan" in said
    assert "seperti NIK" in said
    assert "3604012345670001" not in said
    assert "Baris 3" in said
    assert "--apply" in said
    assert (stage(chat), told(chat)) == ("KUOTA_DIBERIKAN", 0)
    assert "1 dipindahkan, 1 pemilik dikabari" in run("import-status", path, "--apply")[1]
    assert (stage(chat), told(chat)) == ("DIAJUKAN", 1)
    code, said = run("import-status", path, "--apply")
    assert "0 akan dipindahkan" in said
    assert "1 sudah di tahapnya" in said
    assert told(chat) == 1


def test_a_file_that_cannot_be_read_is_refused(chat: Chat, tmp_path: Path) -> None:
    assert run("import-status", str(tmp_path / "gone.xlsx")) == (1, f"Berkas {tmp_path / 'gone.xlsx'} tidak ada.\n")
    (tmp_path / "a.csv").write_text("Nama;Alamat\nSiti;Serang\n")
    code, said = run("import-status", str(tmp_path / "a.csv"))
    assert code == 1
    assert "Judul kolom harus berisi Tahap" in said
