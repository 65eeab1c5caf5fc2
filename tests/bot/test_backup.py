"""A backup is taken while people write, comes back into either database whole or not at all, and people go on."""

import datetime as dt
import json
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

import migrations
from bot import backup_file
from bot.backup import take
from bot.cli import cli
from bot.database import Database, open_database
from bot.locking import Lock
from bot.restoring import restore
from bot.tables import deliveries
from models import Delivery, DeliveryState, Lane, Session, StoredFile
from tests.support import postgres
from tests.support.chat import NOON, Chat
from tests.support.office import OFFICE, open_programme
from tests.support.owner import at, goes_on

ROOT = Path(__file__).parents[2]
Say = Callable[..., tuple[int, str]]


@pytest.fixture
def elsewhere(kind: str, postgres_server: postgres.Server, tmp_path: Path) -> Iterator[Database]:
    """A new machine without any table, and with the other database. (The same comes back to itself `as_typed`.)"""
    url = f"sqlite:///{tmp_path}/new/new.db" if kind == "postgres" else postgres_server.create()
    opened = open_database(url)
    yield opened
    opened.close()
    if kind == "sqlite":
        postgres_server.drop(url)


@pytest.fixture
def say(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """A command as typed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NAIKKELAS_CONFIG", str(ROOT / "config.yaml"))
    monkeypatch.setenv("NAIKKELAS_DATA__DIR", str(tmp_path))

    def run(*arguments: str, url: str = database_url) -> tuple[int, str]:
        monkeypatch.setenv("NAIKKELAS_DATABASE__URL", url)
        result = CliRunner().invoke(cli, list(arguments))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return run


def test_taken_while_people_write_and_they_go_on_elsewhere(
    database: Database, elsewhere: Database, tmp_path: Path
) -> None:
    open_programme(database)
    owner = at(Chat(database, OFFICE), "district")
    with _people_writing(database):
        kept = take(database, tmp_path / "a.zip", NOON)
    assert kept.tables["conversations"].rows >= 2
    restore(elsewhere, tmp_path / "a.zip", NOON)
    _nothing_half(elsewhere)
    phone = Chat(elsewhere, OFFICE, now=NOON + dt.timedelta(days=1))
    assert (phone.form, phone.asked, phone.run) == ("check", "district", owner.run)
    goes_on(phone)
    assert (phone.form, phone.asked) == ("check", "product")


class _people_writing:
    """Newcomers say hello, one after the other, until the block ends; it begins when the first was answered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._first, self._enough = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._write)

    def _write(self) -> None:
        for number in range(500):
            Chat(self._database, OFFICE, address=str(900_000 + number)).says("halo", "1")
            self._first.set()
            if self._enough.is_set():
                return

    def __enter__(self) -> None:
        self._thread.start()
        assert self._first.wait(20)

    def __exit__(self, *error: object) -> None:
        self._enough.set()
        self._thread.join(20)


def _nothing_half(database: Database) -> None:
    """Every message that is there has its chat and its answer: a moment between two transactions was caught."""
    with database.read() as connection:
        unanswered = (
            "SELECT count(*) FROM inbounds i WHERE NOT EXISTS"
            " (SELECT 1 FROM deliveries d WHERE d.because = 'turn:' || CAST(i.id AS TEXT))"
        )
        assert connection.exec_driver_sql(unanswered).scalar() == 0
        assert migrations.current(connection) == migrations.head()


def test_there_and_back_not_a_byte_is_changed(database: Database, elsewhere: Database, tmp_path: Path) -> None:
    open_programme(database)
    at(Chat(database, OFFICE), "district")
    file = StoredFile(name="a", media_type="image/png", content=b"\x00\xff\n\\N", made_at=NOON, expires_at=NOON)
    with Session(database.write_engine) as session, session.begin():
        session.add(file)
    kept = _lines_now(database, tmp_path / "a.zip")
    assert {"conversations", "persons", "consents", "inbounds", "deliveries", "files"} <= {n for n in kept if kept[n]}
    restore(elsewhere, tmp_path / "a.zip", NOON, moved=True)
    assert _lines_now(elsewhere, tmp_path / "b.zip") == kept
    Chat(elsewhere, OFFICE, address="1000001").says("halo")  # its number is nobody else's
    with elsewhere.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM conversations").scalar() == 2


def _lines(path: Path) -> dict[str, list[str]]:
    """Each table's rows as they stand in the file, in whatever order."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".jsonl")]
        return {Path(name).stem: sorted(archive.read(name).decode().splitlines()) for name in names}


def _lines_now(database: Database, path: Path) -> dict[str, list[str]]:
    take(database, path, NOON)
    return _lines(path)


def test_what_waited_is_not_sent_twice(database: Database, elsewhere: Database, tmp_path: Path) -> None:
    row = Chat(database, OFFICE).says("halo").row
    with Session(database.write_engine) as session, session.begin():
        for because, hours in (("bulk:1", -1), ("later:1", 5)):
            session.add(_waiting(row.id, because, NOON + dt.timedelta(hours=hours)))
    take(database, tmp_path / "a.zip", NOON)
    done = restore(elsewhere, tmp_path / "a.zip", NOON + dt.timedelta(hours=1))
    assert done.unsent == 2  # the answer to "halo" and the bulk message: they may have gone out since
    with elsewhere.read() as connection:
        states = dict(connection.execute(sa.select(deliveries.c.because, deliveries.c.state)).all())
    assert (states["bulk:1"], states["later:1"]) == (DeliveryState.UNKNOWN, DeliveryState.QUEUED)
    elsewhere.close()  # its own connections, kept for the next use, would count as the program's
    moved = restore(elsewhere, tmp_path / "a.zip", NOON, replace=True, moved=True)
    assert moved.unsent == 0


def _waiting(chat: int, because: str, when: dt.datetime) -> Delivery:
    times = {"created_at": NOON, "not_before": when, "changed_at": NOON}
    told = {"channel": "telegram", "address": "1", "lane": Lane.BULK, "bubble": {"text": "a"}, "attempts": 0}
    return Delivery(conversation_id=chat, because=because, state=DeliveryState.QUEUED, **told, **times)


def test_an_older_step_is_brought_to_the_newest(bare_database: Database, elsewhere: Database, tmp_path: Path) -> None:
    migrations.upgrade(bare_database.write_engine, "0001")
    with bare_database.write() as connection:
        connection.exec_driver_sql("INSERT INTO cursors (name, value) VALUES ('a', 'b')")
    take(bare_database, tmp_path / "a.zip", NOON)
    restore(elsewhere, tmp_path / "a.zip", NOON)
    with elsewhere.read() as connection:
        assert migrations.current(connection) == migrations.head()
        assert connection.exec_driver_sql("SELECT name, value FROM cursors").all() == [("a", "b")]


def test_as_typed(say: Say, database: Database, tmp_path: Path) -> None:
    Chat(database, OFFICE).says("halo")
    database.close()
    file = tmp_path / "a.zip"
    code, said = say("backup", str(file))
    assert (code, "Cadangan tersimpan" in said, "secret.key" in said) == (0, True, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert say("backup", str(file)) == (2, f"{file} sudah ada dan tidak ditimpa.\n")
    assert say("backup", str(tmp_path))[0] == 0
    assert len(list(tmp_path.glob("naikkelas-*.zip"))) == 1
    assert list(tmp_path.glob("*.part")) == []
    code, said = say("restore", str(file))
    assert (code, "tidak kosong" in said) == (1, True)
    code, said = say("restore", str(file), "--replace")
    assert (code, "Pulih" in said, "1 pesan" in said) == (0, True, True)
    Chat(database, OFFICE).says("halo lagi")
    with database.read() as connection:  # the two copies were taken after the moment that came back
        assert connection.exec_driver_sql("SELECT act FROM audit").scalars().all() == ["backup.restored"]


def test_what_is_refused_changes_nothing(say: Say, database: Database, tmp_path: Path) -> None:
    Chat(database, OFFICE).says("halo")
    kept = _lines_now(database, tmp_path / "a.zip")
    database.close()
    for name, change, sentence in (
        ("short", lambda whole: whole[: len(whole) // 2], "bukan cadangan yang utuh"),
        ("none", lambda whole: b"halo", "bukan cadangan yang utuh"),
    ):
        (tmp_path / name).write_bytes(change((tmp_path / "a.zip").read_bytes()))
        _refused(say, tmp_path / name, sentence)
    _refused(say, _changed(tmp_path, step="9999"), "versi program yang lebih baru")
    _refused(say, _changed(tmp_path, format=2), "versi program yang lebih baru")
    _refused(say, _changed(tmp_path, rows=7), "bukan cadangan yang utuh")
    _refused(say, tmp_path / "nothing.zip", "No such file")
    assert _lines_now(database, tmp_path / "b.zip") == kept


def _refused(say: Say, file: Path, sentence: str) -> None:
    code, said = say("restore", str(file), "--replace")
    assert (code, sentence in said) == (1, True), said


def _changed(folder: Path, rows: int | None = None, **changes: object) -> Path:
    """The backup with another index."""
    path = folder / f"{'-'.join(map(str, changes)) or 'rows'}.zip"
    with zipfile.ZipFile(folder / "a.zip") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == backup_file.INDEX:
                index = {**json.loads(content), **changes}
                if rows is not None:
                    index["tables"]["conversations"]["rows"] = rows
                content = json.dumps(index).encode()
            new.writestr(name, content)
    return path


def test_a_running_program_keeps_a_restore_out(say: Say, kind: str, database: Database, tmp_path: Path) -> None:
    take(database, tmp_path / "a.zip", NOON)
    lock = Lock(database.file).take() if database.file else None
    with database.read():  # as the program holds one
        code, said = say("restore", str(tmp_path / "a.zip"), "--replace")
    assert code == 1
    assert ("sudah berjalan" if kind == "sqlite" else "masih tersambung") in said
    if lock:
        lock.free()


def test_a_damaged_file_is_not_kept_as_if_it_were_sound(
    say: Say, kind: str, database: Database, tmp_path: Path
) -> None:
    if kind == "postgres":
        with database.write() as connection:
            connection.exec_driver_sql("DROP TABLE alembic_version")
        assert say("backup", "a.zip") == (1, "Basis data masih kosong: belum ada yang bisa dicadangkan.\n")
        return
    raw = sa.create_engine(database.url)
    with raw.connect() as connection:  # foreign keys are not looked at here
        connection.exec_driver_sql(
            "INSERT INTO delivery_events (delivery_id, platform_id, status, error, at) "
            "VALUES (77, 'x', 'sent', '', '2026-11-24 05:00:00.000000')"
        )
        connection.commit()
    raw.dispose()
    code, said = say("backup", "a.zip")
    assert (code, "rusak" in said, (tmp_path / "a.zip").exists()) == (1, True, False)
