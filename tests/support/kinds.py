"""Stories for which one database at a time is enough: SQLite, and PostgreSQL where a server of one's own is given."""

import os

import pytest

ONE = "postgres" if "NAIKKELAS_TEST_POSTGRES_URL" in os.environ else "sqlite"


@pytest.fixture(params=[ONE])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database a story runs on, unless it says both."""
    return str(request.param)
