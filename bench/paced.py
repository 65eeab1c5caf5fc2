"""(a) An announcement at the pace Telegram allows, seen from Telegram; and the whole province, the pace lifted."""

from bench import announcers, broadcasts
from bench.contenders import Databases
from bench.platform import Platform, Strict

ALLOWED = 30  # messages in any second: Telegram's own limit, above which it refuses
PACE = 29.5  # ours, per second
PEOPLE = 5_400  # three minutes of it
LATENCY = 0.05
WAYS = (("SQLite, one worker", 0), ("PostgreSQL, two workers", 2))
FULL, MEMORY = 0.98, 200  # goals: of what Telegram allows, at least; MB at most


def run(databases: Databases) -> list[str]:
    """The lines to print."""
    said = [f"(a) three minutes at Telegram's limit of {ALLOWED}/s, which answers after {LATENCY * 1000:.0f} ms"]
    said += [f"    {name:<24} {_at_the_limit(databases, workers)}" for name, workers in WAYS]
    said.append(f"    the whole province, {broadcasts.EVERYBODY:,} messages, the limit lifted")
    return [*said, *(f"    {name:<24} {_everybody(databases, workers)}" for name, workers in WAYS)]


def _at_the_limit(databases: Databases, workers: int) -> str:
    def strict(told: broadcasts.Told) -> Platform:
        return Strict(told, LATENCY, ALLOWED)

    with broadcasts.platform(strict) as (seen, them):
        broadcasts.sent(databases, workers, PEOPLE, them.port, PACE)
        full = (len(them.came) - 1) / (ALLOWED * (them.came[-1] - them.came[0]))
        lost = PEOPLE - len(seen.moments)
        return (
            f"most in any second {_most(them.came)} (goal ≤ {ALLOWED}), {full:.3f} of what is allowed "
            f"(goal ≥ {FULL}), refused {them.refused}, lost {lost} (goal 0)"
        )


def _everybody(databases: Databases, workers: int) -> str:
    with broadcasts.platform() as (seen, them):
        used = broadcasts.sent(databases, workers, broadcasts.EVERYBODY, them.port, announcers.UNLIMITED)
        lost = broadcasts.EVERYBODY - len(seen.moments)
        memory = max(most for _, most in used)
        return f"{seen.seconds:.0f} s, lost {lost}, memory at most {memory:.0f} MB (goal ≤ {MEMORY})"


def _most(moments: list[float]) -> int:
    """The most in any second."""
    ordered, first, most = sorted(moments), 0, 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most
