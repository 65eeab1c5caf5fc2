"""`python -m bot` is the same as `naikkelas`."""

import sys

from bot import collecting


def main() -> None:
    """The `naikkelas` command: the server alone, or all the commands."""
    collecting.seldom()
    if sys.argv[1:2] == ["run"]:
        from bot.cli_run import cli
    else:
        from bot.cli import cli
    cli()


if __name__ == "__main__":
    main()
