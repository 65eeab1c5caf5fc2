"""Steps that the power cuts short anywhere, and that are done again from the beginning."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st

from models import Session
from services.events.rules import EventRefused
from tests.services.event_seen import Watched

TWICE = -1  # it is done, and done again: the answer was lost
SLOW = 20  # then the outbox sends nothing either
DIES = st.sampled_from(
    [0, 0, 0, TWICE, 1, 2, 4, 7, 12, SLOW, SLOW, 35]
)  # after so many statements the power goes; 0: never


class Crash(Exception):
    """The process dies: what it had not committed was never done."""


class CutShort(Watched):
    """A savepoint stands for a transaction; all of it is undone in the end."""

    def __init__(self) -> None:
        super().__init__()
        self._after = -1
        sa.event.listen(self.database.write_engine, "before_cursor_execute", self._counts)

    def teardown(self) -> None:
        """As it was."""
        sa.event.remove(self.database.write_engine, "before_cursor_execute", self._counts)
        self.session.rollback()
        self.session.close()

    def close(self) -> None:
        """The same, for whoever tells the story by hand."""
        self.teardown()

    def _counts(self, *_: Any) -> None:
        if self._after == 0:
            self._after = -1
            raise Crash
        self._after -= self._after > 0

    @contextmanager
    def _dying(self, after: int) -> Iterator[None]:
        self._after = after if after > 0 else -1
        try:
            yield
        finally:
            self._after = -1

    def does(self, work: Callable[[Session], Any], dies: int = 0) -> Any:
        """In a transaction; cut short, it is done once more. None: refused."""
        done: Any = None
        self.changed()
        for after in (dies, 0) if dies else (0,):
            try:
                with self.session.begin_nested(), self._dying(after):
                    done = work(self.session)
                if dies != TWICE:
                    return done
            except Crash:
                self.session.expire_all()
            except EventRefused:
                return done
        return done
