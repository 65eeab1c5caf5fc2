"""Panggung: what every part of a demo shares, and the diary in which its weeks are lived through in order."""

import datetime as dt
import heapq
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Conversation, Session
from services.demo.cast import Role
from services.office import Office
from services.staff import Actor

if TYPE_CHECKING:
    from texts import Catalogue

Act = Callable[[dt.datetime], None]
LATELY = dt.timedelta(minutes=5)  # nothing in a demo happened later than that before now


@dataclass(slots=True)
class Life:
    """What has become of one invented person so far."""

    role: Role
    conversation_id: int = 0
    person_id: int = 0
    business_id: int | None = None
    application_id: int | None = None


@dataclass(slots=True)
class Scene:
    """The database, the words, the office and the moment; chance, drawn from one number; who works here."""

    session: Session
    texts: "Catalogue"
    office: Office
    now: dt.datetime
    chance: Random
    programme: str
    staff: dict[str, Actor] = field(default_factory=dict)
    lives: list[Life] = field(default_factory=list)
    _diary: list[tuple[dt.datetime, int, Act]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)

    def some(self, lives: Sequence[Life], most: int) -> list[Life]:
        """So many of them, or all where they are fewer."""
        return self.chance.sample(lives, k=min(most, len(lives)))

    # --- times

    def ago(self, days: int, first: int = 7, last: int = 20) -> dt.datetime:
        """Some minute so many calendar days ago, between two hours of the day."""
        day = self.office.local_day(self.now, -days)
        clock = dt.time(self.chance.randint(first, last - 1), self.chance.randint(0, 59))
        return self.past(dt.datetime.combine(day, clock, self.office.zone))

    def at_work(self, at: dt.datetime, days: int) -> dt.datetime:
        """Some minute of the working day so many working days after a moment."""
        day = self.office.working_day_after(at, days)
        return dt.datetime.combine(
            day, dt.time(self.chance.randint(9, 14), self.chance.randint(0, 59)), self.office.zone
        )

    def past(self, at: dt.datetime) -> dt.datetime:
        """The same, or a little before now where it would be later."""
        return min(at, self.now - LATELY)

    # --- the diary

    def on(self, at: dt.datetime, act: Act) -> None:
        """Write into the diary; what lies ahead of now does not happen."""
        if at <= self.now:
            heapq.heappush(self._diary, (at, next(self._order), act))

    def live(self) -> None:
        """Live through it, in the order of time. What happens may write more into it."""
        while self._diary:
            at, _, act = heapq.heappop(self._diary)
            act(at)

    def wrote(self, life: Life, at: dt.datetime) -> None:
        """The person wrote something: their chat was used."""
        change = sa.update(Conversation).where(Conversation.id == life.conversation_id)
        self.session.execute(change.values(last_in_at=at))
