"""The phone on a stage: a server, a small bot and a clock, for each test anew."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.fakes import Stage, stage
from tests.support.browsing import browser

__all__ = ["browser"]


@pytest.fixture
def on_stage(tmp_path: Path) -> Iterator[Stage]:
    """Everything runs on this computer until the test ends."""
    with stage(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def standing_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One stage for all tests of a file that change nothing on it."""
    with stage(tmp_path_factory.mktemp("stage")) as running:
        yield running
