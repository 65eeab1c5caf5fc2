"""What holds for the places of an event and for its waiting list, whatever happened to it."""

from models import ACTIVE, Delivery, EventState, SignUpState
from services import calendar
from services.events import queue, rules
from tests.services.event_seen import Line, Seen, Watched
from tests.services.eventful import CALENDAR, HOUR

IN_TIME = 15 * HOUR  # an offer of twelve hours whose end would be at night may end an hour after it


class Seated(Watched):
    """The laws of places and of the list."""

    def nobody_is_one_too_many(self) -> None:
        """In all, of each kab/kota, and of those who were not invited; each business once."""
        seen = self.seen
        for day in seen.days:
            held = seen.held(day)
            assert len(held) == day.taken <= day.capacity
            assert sum(row.invited for row in held) == day.taken_invited
            for share in (one for one in seen.shares if one.event_id == day.id):
                inside = sum(row.share == share.regency for row in held)
                assert inside == share.taken
                assert share.released or inside <= share.capacity
            if day.id not in self.lowered:
                assert seen.room(day, invited=False)[0] >= 0, "places are kept for invited people"
            ins = [(row.person_id, row.business_id) for row in seen.of(day, *ACTIVE)]
            assert len(set(ins)) == len(ins), "one for each business"
            assert all(row.holds for row in seen.of(day, SignUpState.REGISTERED, SignUpState.OFFERED))

    def list_is_fair(self, before: Seen) -> None:
        """After a beat of the heart: whose time to answer is over stands behind; whoever was passed over could not
        have had the place; nobody waits for one that stands free."""
        self._silence_has_ended(before)
        seen = self.seen
        for day in seen.days:
            waiting = sorted(seen.of(day, SignUpState.WAITING), key=self.turn)
            for n, row in list(enumerate(waiting, 1))[:: max(1, len(waiting) - 1)]:
                assert queue.position(self.session, day, row) == n
            for row in self._offered(before, day):
                self._is_an_offer(day, row)
                for other in waiting:
                    if self.turn(other) < self.turn(row):
                        assert seen.left(day, other.regency, other.invited, {row.id}) <= 0, "passed over"
            if day.state is EventState.OPEN and seen.by_day() and seen.offers(day):
                assert all(seen.left(day, row.regency, row.invited) <= 0 for row in waiting), "a place stands free"

    def _silence_has_ended(self, before: Seen) -> None:
        for day in before.days:
            late = self._late(before, day)
            self.passed.update(row.id for row in late)
            news = len(late) + len(self._offered(before, day))
            posted = self.count(Delivery, Delivery.because == f"event:{day.id}", Delivery.id > self.told)
            assert posted == news, "an offer and its end are told once each"
        assert all(row.rounds == self.passed[row.id] for row in self.seen.rows)

    def _late(self, before: Seen, day: Line) -> list[Line]:
        runs = day.state is EventState.OPEN and self.now < day.ends_at
        return [row for row in before.of(day, SignUpState.OFFERED) if runs and row.offer_until <= self.now]

    def _offered(self, before: Seen, day: Line) -> list[Line]:
        """To whom a place was offered just now."""
        had = {row.id for row in before.of(day, SignUpState.OFFERED)} - {row.id for row in self._late(before, day)}
        return [row for row in self.seen.of(day, SignUpState.OFFERED) if row.id not in had]

    def _is_an_offer(self, day: Line, row: Line) -> None:
        assert HOUR <= row.offer_until - self.now <= IN_TIME
        assert row.offer_until <= day.starts_at - rules.TICKET_ONLY
        assert calendar.may_send(calendar.Purpose.REMINDER, row.offer_until, CALENDAR), "it does not end at night"

    def last_to_come(self, day: Line, count: int) -> set[int]:
        """Whose places are too many: offers first, then who came last; invited people are spared longest."""
        held = [row for row in self.seen.held(day) if row.state is not SignUpState.ATTENDED]
        held.sort(key=lambda row: (row.state is not SignUpState.OFFERED, row.invited, -row.id))
        return {row.id for row in held[: max(0, count)]}
