"""`naikkelas contacts`: looked at first, written when told to, and what is wrong comes back as a sheet to correct."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import AuditEntry, Contact
from services import sheets
from tests.services.people import transaction
from tests.support.commands import command
from tests.support.kinds import kind

__all__ = ["kind"]

FILES = Path(__file__).parent.parent / "files"


pytestmark = pytest.mark.usefixtures("keyboard")


def run(*words: str) -> tuple[int, str]:
    """One command."""
    return command("contacts", *words)


def count(database: Database) -> int:
    with transaction(database) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Contact)) or 0


def test_a_list_is_looked_at_first_and_taken_in_once(database: Database) -> None:
    path = str(FILES / "kop-dua-baris-judul.xlsx")
    code, said = run("import", path, "--as-attendance", "15 Mei 2025")
    assert code == 0
    for words in ("4 baris: 4 baru.", "2 hadir, 2 tidak hadir", "Impor bukan izin", "ulangi dengan --apply"):
        assert words in said
    assert count(database) == 0
    assert "Sudah ditulis." in run("import", path, "--as-attendance", "15 Mei 2025", "--apply")[1]
    assert "0 baru, 4 sudah ada, tidak berubah" in run("import", path, "--as-attendance", "15 Mei 2025", "--apply")[1]
    assert count(database) == 4


def test_what_is_wrong_comes_back_as_a_sheet_without_any_nik(database: Database, tmp_path: Path) -> None:
    errors = tmp_path / "periksa.xlsx"
    code, said = run("import", str(FILES / "nik-di-sel.xlsx"), "--errors", str(errors), "--apply")
    assert (code, "2 ditolak" in said, str(errors) in said.replace("\n", "")) == (0, True, True)
    rows = sheets.read(errors)
    assert [row[0] for row in rows] == ["Baris", 2, 3]
    assert "360401" not in str(rows)
    assert errors.stat().st_mode & 0o077 == 0
    # What was taken out of it is gone; the sheet can be brought as it is.
    assert "2 baris: 2 baru." in run("import", str(errors))[1]
    assert count(database) == 1


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("kolom-nik.xlsx", "tidak menyimpan NIK"),
        ("kolom-salah.xlsx", "mungkin maksudnya Nama"),
        ("kata-sandi.xlsx", "kata sandi"),
        ("halaman-web.xlsx", "halaman web"),
        ("tidak-ada.csv", "tidak ada"),
    ],
)
def test_what_cannot_be_read_is_said_plainly(database: Database, name: str, says: str) -> None:
    code, said = run("import", str(FILES / name), "--apply")
    assert (code, says in said.replace("\n", " ")) == (1, True)
    assert "Traceback" not in said
    assert count(database) == 0


def test_a_list_goes_out_with_its_title_and_is_written_down(database: Database, tmp_path: Path) -> None:
    run("import", str(FILES / "kop-dua-baris-judul.xlsx"), "--apply")
    path = tmp_path / "keluar.xlsx"
    code, said = run("export", str(path), "--regency", "kota serang")
    assert (code, "1 baris ditulis" in said.replace("\n", "")) == (0, True)
    rows = sheets.read(path)
    assert rows[0][0] == "PEMERINTAH PROVINSI BANTEN"
    assert "Kab/kota: Kota Serang" in rows[4][0]
    assert rows[7][1] == "Nama Pemilik"
    assert list(rows[8][:4]) == [1, "SITI AMINAH", "Keripik Bu Siti", "Kota Serang"]
    assert "0812-0000-0001" in rows[8]
    with transaction(database) as session:
        after = session.scalars(sa.select(AuditEntry.after).where(AuditEntry.act == "contacts.exported")).one()
        assert after == {"count": 1, "regency": "36.73", "stage": None}
    assert run("export", str(path))[0] == 2  # nothing is written over
    assert "Tidak ada izin tertulis" in run("consent", "list")[1]
    assert "akun petugas" in run("consent", "confirm", "DH/1")[1]
