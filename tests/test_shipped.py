"""A new room or module is forgotten nowhere: it goes into the image and the package, and it stands in the map."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
ROOMS: list[str] = PROJECT["importlinter"]["root_packages"]
MAP = (ROOT / "docs/map.md").read_text(encoding="utf-8").partition("\n## The way of")[0]
SECTIONS = MAP.split("\n### ")[1:]


def test_every_room_is_shipped() -> None:
    assert PROJECT["setuptools"]["packages"]["find"]["include"] == [f"{room}*" for room in ROOMS]
    image = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert [room for room in ROOMS if f"!{room}" not in image] == []


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: str(section.partition("\n")[0]))
def test_the_map_names_what_is_there_and_nothing_else(section: str) -> None:
    rooms = re.findall(r"`(\w+)/`", section.partition("\n")[0])
    there = {path.stem for room in rooms for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts}
    assert there - {"__init__"} <= set(re.findall(r"`(?:\w+/)*(\w+)(?:\.py)?`", section))
    assert set(re.findall(r"`(?:\w+/)*(\w+)\.py`", section)) <= there
