"""What the console's tests share: an office over an empty database."""

from collections.abc import Iterator

import anyio.from_thread
import pytest

from bot.database import Database
from tests.console.office import Office
from tests.support.browsing import browser

__all__ = ["browser"]


@pytest.fixture(scope="package")
def portal() -> Iterator[anyio.from_thread.BlockingPortal]:
    """One loop for all."""
    with anyio.from_thread.start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def office(database: Database, portal: anyio.from_thread.BlockingPortal) -> Office:
    """The console, with nobody hired yet."""
    return Office(database, portal)
