"""Target: so many certificates within so many days, and whether we are on the way."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """What the office has set itself. `starts`: the first day; `days`: how many there are."""

    certificates: int
    starts: dt.date
    days: int
    source: str

    @property
    def ends(self) -> dt.date:
        """The last day."""
        return self.starts + dt.timedelta(days=self.days - 1)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where we stand. `ahead`: certificates before (or, below zero, behind) what should be there today."""

    target: Target
    day: int
    should: int
    issued: int

    @property
    def ahead(self) -> int:
        """How far ahead."""
        return self.issued - self.should


def progress(target: Target | None, issued: int, today: dt.date) -> Progress | None:
    """Where we stand today; None without a target, or before its first day."""
    if target is None or today < target.starts:
        return None
    day = min((today - target.starts).days + 1, target.days)
    return Progress(target, day, round(target.certificates * day / target.days), issued)
