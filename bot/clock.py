"""The one place that reads a clock; the simulator's "forward 24 hours" moves it."""

import datetime as dt
from collections.abc import Callable


class Clock:
    """The program's time: the machine's, plus what the simulator has moved it by."""

    def __init__(self, read: Callable[[], dt.datetime] | None = None) -> None:
        self._read = read or _machine
        self._moved = dt.timedelta(0)

    def now(self) -> dt.datetime:
        """This moment, aware, UTC."""
        return self._read() + self._moved

    def shift(self, by: dt.timedelta) -> dt.datetime:
        """Move the program's time; gives the new now. Only the simulator may call this."""
        self._moved += by
        return self.now()


def _machine() -> dt.datetime:
    return dt.datetime.now(dt.UTC)  # noqa: TID251 -- this is the edge the rule speaks of
