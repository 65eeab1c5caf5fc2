"""`python -m bench [turns] [size] [waiting] …`: all of it where nothing is named."""

import argparse
from contextlib import ExitStack

from bench import broadcasts, contacts, machine, memory, reminders, size, turns, waiting
from bench.contenders import Databases


def main() -> None:
    """Measure what is asked for and print it."""
    asked = _asked()
    print(machine.described())
    said: list[str] = []
    with ExitStack() as stack:
        databases = Databases(stack)
        machine.pin(machine.DRIVER)
        if "turns" in asked.what:
            latencies = [int(part) / 1000 for part in asked.latency.split(",")]
            said += turns.run(asked.rounds, asked.people, latencies, asked.only, asked.peers_loop, databases)
        if "size" in asked.what:
            said += size.run(asked.rounds, asked.people, asked.million, databases)
        if "waiting" in asked.what:
            said += waiting.run(databases)
        if "memory" in asked.what:
            said += memory.run(asked.rounds, databases)
        if "contacts" in asked.what:
            said += contacts.run(databases)
        if "reminders" in asked.what:
            said += reminders.run(databases)
        if "broadcast" in asked.what:
            said += broadcasts.run(asked.rounds, databases)
    print("\n" + "\n".join(said))


PARTS = ("turns", "size", "waiting", "memory", "contacts", "reminders", "broadcast")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What a turn costs. Loopback only.")
    parser.add_argument("what", nargs="*", metavar="PART", help=", ".join(PARTS), default=list(PARTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--people", type=int, default=200, help="at once")
    parser.add_argument("--latency", default="0,50", help="the platform's, in ms")
    parser.add_argument("--only", action="append", default=[], help="part of a contender's name; may be repeated")
    parser.add_argument("--peers-loop", choices=["asyncio", "uvloop"], default="asyncio")
    parser.add_argument("--million", action="store_true", help="the size of 1,000,000 people too")
    asked = parser.parse_args()
    if unknown := set(asked.what) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return asked


if __name__ == "__main__":
    main()
