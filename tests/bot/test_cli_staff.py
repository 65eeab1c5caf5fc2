"""`naikkelas staff`: accounts from the first one on, and commands given in their name."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import AuditEntry, Session, Staff, StaffCode
from services import accounts, signing_in
from tests.support.commands import command
from tests.support.kinds import kind

__all__ = ["kind"]

RINA = ("add", "rina", "--nama", "Rina Marlina", "--role", "verifikator")


pytestmark = pytest.mark.usefixtures("keyboard")


def run(*words: str, group: str = "staff") -> tuple[int, str]:
    """One command."""
    return command(group, *words)


def test_from_the_first_account_to_the_last_administrator(database: Database) -> None:
    code, said = run("add", "admin", "--nama", "Ibu Tuti", "--role", "administrator")
    assert (code, "Akun admin dibuat" in said) == (0, True)
    assert run(*RINA, "--kab", "kota serang", "--as", "admin")[0] == 0
    assert "sudah dipakai" in run(*RINA)[1]
    rows = json.loads(run("list", "--json")[1])
    assert [(r["name"], r["roles"], r["scope"], r["telegram"]) for r in rows] == [
        ("admin", ["administrator"], None, False),
        ("rina", ["verifikator"], ["36.73"], False),
    ]
    assert "Kota Serang" in run("list")[1]
    assert "tidak punya hak 'pengguna'" in run("role", "admin", "--role", "humas", "--as", "rina")[1]
    assert "Akun sendiri" in run("role", "admin", "--role", "humas", "--as", "admin")[1]
    assert "administrator terakhir" in run("disable", "admin", "--yes")[1]
    assert "administrator terakhir" in run("role", "admin", "--role", "humas")[1]
    assert run("role", "rina", "--role", "administrator", "--role", "humas")[0] == 0
    assert "Di luar wilayah" in run("scope", "admin", "--kab", "36.73", "--as", "rina")[1]
    assert run("scope", "rina", "--all")[0] == 0
    assert run("disable", "admin", "--yes", "--as", "rina")[0] == 0
    assert "dinonaktifkan" in run("list", "--as", "admin")[1]
    assert "dinonaktifkan" in run("link", "admin")[1]
    assert run("enable", "admin")[0] == 0
    with Session(database.read_engine) as session:
        acts = session.execute(sa.select(AuditEntry.act, AuditEntry.actor).order_by(AuditEntry.id)).all()
    assert [act for act, _ in acts] == [
        "staff.added", "staff.added", "staff.roles", "staff.scope", "staff.disabled", "staff.enabled",
    ]  # fmt: skip
    assert "memang sedang aktif" in run("enable", "rina")[1]
    for typed, closed in (("\n", False), ("tidak\n", False), ("ya\n", True)):
        said = command("staff", "disable", "admin", typed=typed)[1]
        assert ("dinonaktifkan." in said, "[ya/tidak]" in said) == (closed, True)
    shown = run("show", "--act", "staff.", group="audit")[1]
    assert "roles: administrator, humas; " in shown
    assert "baris perintah" in shown
    assert acts[0].actor.startswith("operator:")
    assert (acts[1].actor, acts[4].actor) == ("admin", "rina")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "Rina Marlina", "--nama", "Rina", "--role", "humas"), "tidak bisa dipakai"),
        (("add", "bot", "--nama", "Rina", "--role", "humas"), "disimpan untuk sistem"),
        (("add", "rina", "--nama", "Owner", "--role", "humas"), "Nama petugas harus"),
        (("add", "rina", "--nama", "Rina", "--role", "raja"), "Peran raja tidak ada; yang ada: pimpinan"),
        (("add", "rina", "--nama", "Rina", "--role", "humas", "--kab", "bandung"), "tidak dikenal"),
        (("scope", "rina"), "Sebutkan --kab"),
        (("disable", "rina", "--yes"), "Tidak ada akun rina"),
        (("list", "--as", "rina"), "Akun petugas rina tidak ada"),
    ],
)
def test_what_cannot_be_is_said_plainly(words: tuple[str, ...], says: str, database: Database) -> None:
    code, said = run(*words)
    assert code != 0
    assert says in said
    with Session(database.read_engine) as session:
        assert session.scalars(sa.select(Staff)).all() == []


def test_a_link_is_shown_once_and_kept_as_a_hash(database: Database) -> None:
    run(*RINA)
    code, said = run("link", "rina")
    assert code == 0
    secret = said.split("staf_")[1].strip()
    assert len(secret) == 22
    run("link", "rina")  # the earlier code is void
    with Session(database.read_engine) as session:
        kept = session.scalars(sa.select(StaffCode)).one()
    assert secret not in str(vars(kept))


def test_a_link_to_choose_a_password_is_good_for_that_alone(database: Database) -> None:
    run(*RINA)
    code, said = run("password", "rina")
    assert (code, "http://127.0.0.1:8000/console/mulai/" in said) == (0, True)
    assert "tidak punya hak 'pengguna'" in run("password", "rina", "--as", "rina")[1]
    assert "Tidak ada akun budi" in run("password", "budi")[1]
    with Session(database.read_engine) as session:
        kept = session.scalars(sa.select(StaffCode)).one()
        token = said.rsplit("/", 1)[1].strip()
        known = signing_in.whose_code(session, token, kept.made_at)
        assert accounts.use_code(session, token, "42", kept.made_at) is accounts.Use.WRONG
    assert known is not None
    assert (known.name, token in str(vars(kept))) == ("rina", False)


def test_an_account_gives_commands_within_its_roles_and_place(monkeypatch: pytest.MonkeyPatch) -> None:
    run(*RINA, "--kab", "36.73")
    run("add", "humas", "--nama", "Pak Adi", "--role", "humas")
    assert run("list", "--as", "rina", group="applications") == (0, "Tidak ada pengajuan yang cocok.\n")
    code, said = run("list", "--as", "rina", "--regency", "36.04", group="applications")
    assert (code, said) == (1, "Tidak boleh: ini di luar kabupaten/kota tugas akun itu.\n")
    monkeypatch.setenv("NAIKKELAS_STAFF", "humas")
    code, said = run("close", "T-1", "--yes", group="tickets")
    assert (code, said) == (1, "Tidak boleh: akun itu tidak punya hak 'tinjau'.\n")


def test_the_chain_is_followed_and_its_end_is_vouched_for(database: Database, tmp_path: Path) -> None:
    run(*RINA)
    assert run("verify", group="audit") == (0, "Utuh: nomor 1 sampai 1 dan mulai disaksikan dari sekarang.\n")
    [seen, added] = json.loads(run("show", "--json", group="audit")[1])
    assert (added["act"], added["subject"], added["after"]["roles"]) == ("staff.added", "staff:rina", ["verifikator"])
    assert seen["act"] == "audit.verified"
    assert "staff:rina" in run("show", "--act", "staff", group="audit")[1]
    assert "tidak punya hak 'audit'" in run("show", "--as", "rina", group="audit")[1]
    with database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_delete" + ("" if database.is_sqlite else " ON audit"))
        connection.exec_driver_sql("DELETE FROM audit WHERE id = 2")
    assert run("verify", group="audit") == (1, "Catatan nomor 2 hilang: diambil dari tengah.\n")
    anchor = tmp_path / "var" / "audit.anchor"
    anchor.write_text(anchor.read_text().replace('"count": 2', '"count": 1'))
    assert "jangkar" in run("verify", group="audit")[1]
