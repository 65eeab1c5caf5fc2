"""(a) Many people at once through the whole conversation, beside the same crowd on others' conversation handlers."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress

from bench import contenders, figures, machine, script
from bench.contenders import SECRET, Databases, Running
from bench.figures import Measured
from bench.people import Crowd, Step
from bench.platform import Platform

WARM = 8  # people who go first and are not counted: what is made once is made then
ROOM = 20  # people at once on PTB where calls are slow: it handles one update after the other

Start = Callable[[int, Databases], AbstractContextManager[Running]]


def starts(loop: str) -> dict[str, Start]:
    """Everybody who can be measured, by name."""
    return {
        "PTB, memory": lambda api, _: contenders.ptb(api, loop),
        "aiogram, Redis": lambda api, _: contenders.aiogram_redis(api, loop),
        "ours, SQLite": lambda api, databases: contenders.sqlite(api, databases),
        "ours, PostgreSQL": lambda api, databases: contenders.on_postgres(api, databases),
    }


BASE = "aiogram, Redis"
GOALS = {"ours, SQLite": (0.5, 2.0), "ours, PostgreSQL": (0.8, 1.2)}  # CPU at most, turns/s at least, of the base's


async def measured(
    start: Start, databases: Databases, people: Sequence[Sequence[Step]], at_once: int, latency: float, warm: int = WARM
) -> Measured:
    """One contender, once. The first `warm` people are not counted."""
    crowd = Crowd(0, SECRET)
    platform = Platform(crowd.told, latency)
    api = await platform.start()
    manager = start(api, databases)
    running = await asyncio.to_thread(manager.__enter__)
    try:
        crowd.port = running.port
        await crowd.walk(people[:warm], warm)
        await asyncio.sleep(0.3)
        crowd.times.clear()
        platform.calls, cpu = 0, running.cpu()
        seconds = await crowd.walk(people[warm:], at_once)
        await asyncio.sleep(0.1)  # what became of the last sends is still written down
        used, memory = running.cpu() - cpu, machine.memory_mb(running.process)
        return Measured(len(crowd.times), seconds, used, platform.calls, list(crowd.times), memory)
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)
        await platform.close()


def one_round(
    names: Sequence[str], databases: Databases, latency: float, people: int, steps: Sequence[Step], loop: str
) -> dict[str, Measured]:
    """All contenders after each other; one that cannot be started here is passed over by name."""
    found: dict[str, Measured] = {}
    for name in names:
        slow = name.startswith("PTB") and latency > 0
        count = min(people, ROOM) if slow else people
        who = script.ours if name.startswith("ours") else lambda n, _: script.interview(n)
        crowd = who(count + WARM, steps)
        try:
            found[name] = asyncio.run(measured(starts(loop)[name], databases, crowd, count, latency))
        except LookupError as missing:
            print(f"    {name:<18} skipped: {missing}")
            continue
        print(found[name].line(name), flush=True)
    return found


def run(
    rounds: int, people: int, latencies: Sequence[float], only: Sequence[str], loop: str, databases: Databases
) -> list[str]:
    """All rounds, each in another order; gives what was found, in Markdown."""
    steps = script.journey()
    said: list[str] = []
    for latency in latencies:
        names = [name for name in starts(loop) if not only or any(part in name for part in only)]
        done: list[dict[str, Measured]] = []
        for number in range(rounds):
            print(f"  (a) {people} people at once, the platform answers after {latency * 1000:.0f} ms, {number + 1}:")
            done.append(one_round(names, databases, latency, people, steps, loop))
            names = [*names[1:], names[0]]
        said.append(f"### {latency * 1000:.0f} ms, {people} people at once, {rounds} rounds, peers on {loop}\n")
        said.append(figures.table(done, BASE) + "\n")
        said += [goal for name in GOALS if (goal := _goal(done, name))]
    return said


def _goal(done: Sequence[dict[str, Measured]], name: str) -> str:
    most, least = GOALS[name]
    with suppress(ValueError, IndexError):
        cpu = float(figures.ratio(done, name, BASE, "cpu_ms").split()[0])
        speed = float(figures.ratio(done, name, BASE, "per_second").split()[0])
        return (
            f"- {name}: CPU per turn {cpu:.2f} of {BASE}'s, goal ≤ {most}: {_met(cpu <= most)}; "
            f"turns/s {speed:.2f} ×, goal ≥ {least}: {_met(speed >= least)}."
        )
    return ""


def _met(yes: bool) -> str:
    return "met" if yes else "not met"
