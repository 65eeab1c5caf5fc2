"""Events as they stand at one moment: read once, and every place counted from the people themselves."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from hypothesis.stateful import RuleBasedStateMachine

from bot.database import Database
from models import (
    ACTIVE,
    Base,
    Event,
    EventShare,
    EventState,
    Invitation,
    PlanEntry,
    Reminder,
    Session,
    SignUp,
    SignUpState,
)
from services import calendar
from services.events import rules, seating
from tests.services.eventful import CALENDAR, NOW

Line = Any  # a row as it was read: whatever happens next, it says what was
LEBAK = "36.02"  # the kab/kota that may have places of its own


def share_of(regency: str | None) -> str:
    """Where somebody is counted."""
    return LEBAK if regency == LEBAK else seating.OTHERS


class Seen:
    """All that is written of some events."""

    now: dt.datetime

    def __init__(self, session: Session) -> None:
        session.flush()
        self._session = session
        self.days: list[Line] = self._all(Event)
        self.rows: list[Line] = self._all(SignUp)
        self.shares: list[Line] = self._all(EventShare)
        self.plan: list[Line] = self._all(PlanEntry)
        self.reminders: list[Line] = self._all(Reminder)
        self.invited = {(one.event_id, one.person_id) for one in self._all(Invitation)}

    def _all(self, model: type[Base]) -> list[Line]:
        table = sa.inspect(model).local_table
        return list(self._session.execute(sa.select(table).order_by(*table.primary_key)))

    def day(self, event_id: int) -> Line:
        """An event."""
        return next(day for day in self.days if day.id == event_id)

    def of(self, day: Line, *states: SignUpState) -> list[Line]:
        """Its sign-ups, of these states if any are named; who came first stands first."""
        return [row for row in self.rows if row.event_id == day.id and (not states or row.state in states)]

    def held(self, day: Line) -> list[Line]:
        """Who has a place."""
        return [row for row in self.of(day) if row.holds]

    def active(self, day: Line, person_id: int | None) -> list[Line]:
        """What of this person's stands."""
        return [row for row in self.of(day, *ACTIVE) if row.person_id == person_id]

    def planned_for(self, day: Line) -> list[Line]:
        """What is planned to be told of it."""
        return [one for one in self.reminders if one.event_id == day.id and one.state == "planned"]

    def entries(self, day: Line) -> set[tuple[str, dt.datetime | None]]:
        """Of its plan: what is said, and when."""
        return {(one.kind, one.due_at) for one in self.plan if one.event_id == day.id}

    def room(self, day: Line, invited: bool, without: Collection[int] = ()) -> tuple[int, dict[str, int]]:
        """Free in all, and of each share that binds."""
        held = [row for row in self.held(day) if row.id not in without]
        kept = 0 if invited or not self._keeps(day) else day.reserved - sum(row.invited for row in held)
        binds = day.regions_until is None or self.now < day.regions_until
        shares = [one for one in self.shares if one.event_id == day.id and binds]
        own = {one.regency: one.capacity - sum(row.share == one.regency for row in held) for one in shares}
        return day.capacity - len(held) - max(0, kept), own

    def left(self, day: Line, regency: str | None, invited: bool, without: Collection[int] = ()) -> int:
        """What somebody from there could have."""
        left, own = self.room(day, invited, without)
        return min(left, own.get(share_of(regency), left))

    def _keeps(self, day: Line) -> bool:
        return day.invited_until is not None and self.now < day.invited_until

    def fits(self, day: Line, regency: str, invited: bool) -> bool:
        """Those who wait served first, in their order, is there still one for a newcomer?"""
        if self.left(day, regency, invited) <= 0:
            return False
        kept = self._keeps(day) and sum(row.invited for row in self.held(day)) < day.reserved
        if (invited and kept) or not self.offers(day):
            return True  # it is kept for them; or nothing is offered any more, and it is whoever's asks
        free, own = self.room(day, invited=False)
        for share in [share_of(row.regency) for row in self.of(day, SignUpState.WAITING)]:
            if free > 0 and own.get(share, 1) > 0:
                free -= 1
                own[share] = own.get(share, 1_000) - 1
        return free > 0 and own.get(share_of(regency), 1) > 0

    def offers(self, day: Line) -> bool:
        """Whether there is still time to offer anything."""
        return rules.offer_deadline(self.now, day.starts_at, CALENDAR) is not None

    def open(self, day: Line) -> bool:
        """Whether people may sign up."""
        return day.state is EventState.OPEN and self.now < day.starts_at

    def by_day(self) -> bool:
        """Whether anybody may be written to."""
        return calendar.may_send(calendar.Purpose.REMINDER, self.now, CALENDAR)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who may come: who, where they write, their businesses (none: one we do not know)."""

    person_id: int
    chat_id: int
    phone: str
    reminded: bool  # they agreed to that
    businesses: tuple[int, ...]


class Watched(RuleBasedStateMachine):
    """Some events on a database, what is known of them beside it, and the clock."""

    database: Database
    crowd: tuple[Known, ...]

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(self.database.write_engine)
        self.now = NOW
        self.lowered: set[int] = set()  # events whose places were made fewer: fewer are kept for invited people then
        self.passed: Counter[int] = Counter()  # offers let pass, by sign-up
        self.knows: dict[int, tuple[dt.datetime, str]] = {}  # the last time and place they heard of, by sign-up
        self.told: int = 0  # the last message looked at
        self.codes: list[str] = []
        self._seen: Seen | None = None

    @property
    def seen(self) -> Seen:
        """How it stands now."""
        if self._seen is None:
            self._seen = Seen(self.session)
        self._seen.now = self.now
        return self._seen

    def changed(self) -> None:
        """What was seen is seen no more."""
        self._seen = None

    def count(self, model: type[Base], *which: sa.ColumnElement[bool]) -> int:
        """How many rows there are."""
        return self.session.scalar(sa.select(sa.func.count()).select_from(model).where(*which)) or 0

    def turn(self, row: Line) -> tuple[int, int]:
        """Whose turn it is: who let fewer offers pass, then who came first."""
        return self.passed[row.id], row.id

    @property
    def reminded(self) -> Mapping[int | None, bool]:
        """Who agreed to be reminded."""
        return {one.person_id: one.reminded for one in self.crowd}
