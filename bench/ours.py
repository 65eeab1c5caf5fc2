"""Our program as it is run, with the platforms' limits lifted: `python -m bench.ours SETTINGS.json`."""

from bot import collecting


def main() -> None:
    """As `naikkelas run` begins: before anything else is loaded."""
    collecting.seldom()
    from bench import serving

    serving.main()


if __name__ == "__main__":
    main()
