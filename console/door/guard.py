"""Who tries addresses that lead nowhere is made to wait: a door's link cannot be found by trying."""

import datetime as dt
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from services.events import doors

MOST = 20  # wrong addresses from one place within a minute
MINUTE = dt.timedelta(minutes=1)
REMEMBERED = 10_000  # places at once; the oldest is forgotten first


@dataclass(slots=True)
class Guard:
    """Counts wrong addresses by where they come from, in this process's memory only.

    Thousands of phones may share one address: a link that has opened here goes on opening, whoever guesses beside it.
    """

    _seen: OrderedDict[str, tuple[dt.datetime, int]] = field(default_factory=OrderedDict)
    _right: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def refuses(self, place: str, token: str, now: dt.datetime) -> bool:
        """Whether this place has tried too often, with what is no link we know."""
        if doors.hashed(token) in self._right:
            return False
        since, count = self._seen.get(place, (now, 0))
        return count >= MOST and now - since < MINUTE

    def wrong(self, place: str, now: dt.datetime) -> None:
        """Note one more wrong address."""
        since, count = self._seen.pop(place, (now, 0))
        self._seen[place] = (since, count + 1) if now - since < MINUTE else (now, 1)
        _shorten(self._seen)

    def right(self, token: str) -> None:
        """A link that opened."""
        self._right[doors.hashed(token)] = None
        _shorten(self._right)


def _shorten(kept: OrderedDict[str, Any]) -> None:
    while len(kept) > REMEMBERED:
        kept.popitem(last=False)
