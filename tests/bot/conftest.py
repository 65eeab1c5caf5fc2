"""What the tests of commands share."""

from pathlib import Path

import pytest

from bot.database import Database


@pytest.fixture
def keyboard(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands are given to this test's database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NAIKKELAS_DATABASE__URL", database.url)
