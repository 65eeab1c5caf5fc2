"""Figures of several rounds, put beside each other: medians, and ratios within one round only."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Measured:
    """One contender in one round."""

    turns: int
    seconds: float
    cpu: float  # seconds of one core, its database's included
    calls: int  # of the platform's API
    times: Sequence[float]  # seconds from the webhook's POST to the answer's arrival
    memory: float  # MB of the server process

    @property
    def per_second(self) -> float:
        """Turns in a second."""
        return self.turns / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of one core for one turn."""
        return self.cpu / self.turns * 1000

    def at(self, share: float) -> float:
        """Milliseconds within which that share of the answers came."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000

    def line(self, name: str) -> str:
        """What is printed of it at once."""
        return (
            f"    {name:<18} {self.per_second:7.0f} turns/s  {self.cpu_ms:6.2f} ms CPU  p50 {self.at(0.5):6.0f} ms  "
            f"p99 {self.at(0.99):6.0f} ms  {self.calls / self.turns:.1f} calls/turn  {self.memory:4.0f} MB"
        )


Round = Mapping[str, Measured]


def table(rounds: Sequence[Round], base: str) -> str:
    """One line a contender: medians of the rounds, and the medians of the ratios to `base` in the same round."""
    names = list(dict.fromkeys(name for one in rounds for name in one))
    head = f"| contender | turns/s | CPU ms/turn | p50 ms | p99 ms | MB | CPU / {base} | turns/s / {base} |"
    lines = [head, "|---|---|---|---|---|---|---|---|"]
    for name in names:
        mine = [one[name] for one in rounds if name in one]
        cells = [
            f"{_median(m.per_second for m in mine):.0f}",
            f"{_median(m.cpu_ms for m in mine):.2f}",
            f"{_median(m.at(0.5) for m in mine):.0f}",
            f"{_median(m.at(0.99) for m in mine):.0f}",
            f"{_median(m.memory for m in mine):.0f}",
            ratio(rounds, name, base, "cpu_ms"),
            ratio(rounds, name, base, "per_second"),
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def ratio(rounds: Sequence[Round], name: str, base: str, what: str) -> str:
    """The median of a ratio, and between which it lay."""
    found = [getattr(one[name], what) / getattr(one[base], what) for one in rounds if name in one and base in one]
    return f"{_median(found):.2f} ({min(found):.2f}–{max(found):.2f})" if found else "–"


def _median(values: Iterable[Any]) -> float:
    return float(statistics.median(values))
