"""The command line, as a member of staff types it."""

from typer.testing import CliRunner

from bot.cli import cli


def command(*words: str, typed: str = "") -> tuple[int, str]:
    """One command, with what is typed at its questions: its exit code and what it says."""
    result = CliRunner().invoke(cli, list(words), input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output
