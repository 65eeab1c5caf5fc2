"""`python -m bench [turns] [size] [waiting] …`: all of it where nothing is named."""

import argparse
from collections.abc import Callable
from contextlib import ExitStack

from bench import answering, broadcasts, contacts, machine, memory, paced, pages, reminders, size, turns, waiting
from bench.contenders import Databases


def main() -> None:
    """Measure what is asked for and print it."""
    asked = _asked()
    print(machine.described(), flush=True)
    with ExitStack() as stack:
        databases = Databases(stack)
        machine.pin(machine.DRIVER)
        for name, part in PARTS.items():
            if name in asked.what:  # said at once: what comes later may fail
                print("\n" + "\n".join(part(asked, databases)), flush=True)


Part = Callable[[argparse.Namespace, Databases], list[str]]
PARTS: dict[str, Part] = {
    "turns": lambda asked, databases: turns.run(
        asked.rounds, asked.people, _latencies(asked), asked.only, asked.peers_loop, databases
    ),
    "size": lambda asked, databases: size.run(asked.rounds, asked.people, asked.million, databases),
    "waiting": lambda _, databases: waiting.run(databases),
    "memory": lambda asked, databases: memory.run(asked.rounds, databases),
    "contacts": lambda _, databases: contacts.run(databases),
    "reminders": lambda _, databases: reminders.run(databases),
    "broadcast": lambda asked, databases: broadcasts.run(asked.rounds, databases),
    "pace": lambda _, databases: paced.run(databases),
    "answers": lambda asked, databases: answering.run(min(asked.rounds, 3), databases),
    "pages": lambda _, databases: pages.run(databases),
}


def _latencies(asked: argparse.Namespace) -> list[float]:
    return [int(part) / 1000 for part in asked.latency.split(",")]


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
    if unknown := set(asked.what) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return asked


if __name__ == "__main__":
    main()
