"""The command line, as a member of staff types it."""

import typer
from typer.testing import CliRunner

from bot.cli import cli

ROOT = typer.main.get_command(cli)  # built once, as in a process of its own: a hundred commands take a while


def command(*words: str, typed: str = "") -> tuple[int, str]:
    """One command, with what is typed at its questions: its exit code and what it says."""
    code: int | str | None = None
    with CliRunner().isolation(input=typed) as (_, _, said):
        try:
            ROOT.main(args=list(words))
        except SystemExit as end:
            code = end.code
        return int(code or 0), said.getvalue().decode()
