"""The command line as a member of staff reads it: Indonesian to the last word, and a mistake says what to do next."""

from collections.abc import Iterator

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from bot.cli import cli
from tests.support.commands import command

ENGLISH = (
    "Usage:",
    "Options",
    "Arguments",
    "Commands",
    "Show this message",
    "[required]",
    "[default",
    "<str>",
    "<bool>",
    " path ",
    "range",
    "{FIRST}",
    "{MOMENT}",
)


def _all(one: TyperCommand | TyperGroup, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in getattr(one, "commands", {}).items():
        yield from _all(below, (*path, name))


PATHS = sorted(_all(typer.main.get_command(cli), ()))  # type: ignore[arg-type]


def test_every_help_page_is_in_indonesian_and_says_what_each_word_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    for path in PATHS:
        code, said = command(*path, "--help")
        assert code == 0
        assert f"Cara pakai: naikkelas {' '.join(path)}".rstrip() in said
        assert [word for word in ENGLISH if word in said] == [], path


def test_every_command_and_every_option_has_its_sentence() -> None:
    root = typer.main.get_command(cli)
    for path in PATHS:
        one = root
        for name in path:
            one = one.commands[name]  # type: ignore[attr-defined]
        assert one.help, path
        assert [p.name for p in one.params if not getattr(p, "help", "")] == [], path


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("tickets lst", "Perintah lst tidak ada; maksudnya list? Bantuan: naikkelas tickets --help"),
        ("zzz", "Perintah zzz tidak ada. Bantuan: naikkelas --help"),
        ("tickets list --jsn", "Pilihan --jsn tidak ada; maksudnya --json?"),
        ("tickets show", "Isian KODE belum ditulis (nomor tiket, contoh T-118)."),
        ("applications list --limit banyak", "Pilihan --limit tidak bisa dibaca (paling banyak sekian baris)."),
        ("tickets show T-1 T-2", "Isian ini berlebih: T-2."),
    ],
)
def test_a_mistake_in_typing_says_what_to_do(typed: str, said: str) -> None:
    code, told = command(*typed.split())
    assert code == 2
    assert told.startswith(said)
    assert "naikkelas" in told
