"""What holds for whatever is told of an event by itself: once, in time, true, to whom it concerns, not forgotten."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from models import ACTIVE, Audience, Delivery, DeliveryState, EventState, ReminderState, SignUpState
from services import calendar
from services.events import rules
from tests.services.event_seen import Line, Seen, Watched
from tests.services.eventful import CALENDAR
from texts import dates

NOTICES = rules.TOLD_AT_ONCE
WAITS = (SignUpState.WAITING, SignUpState.OFFERED)
SETTLED = (ReminderState.PLANNED, ReminderState.SENT, ReminderState.MISSED)


class Told(Watched):
    """The laws of reminders and notices."""

    def what_is_planned_is_right(self) -> None:
        """One of each kind per person and version, of the event as it is, by day, before it begins."""
        seen = self.seen
        for day in seen.days:
            mine = [one for one in seen.reminders if one.event_id == day.id]
            assert len({(one.person_id, one.kind, one.version) for one in mine}) == len(mine)
            assert all(one.reason for one in mine if one.state in ("void", "missed")), "each silence has its reason"
            told = [one for one in mine if one.state in ("planned", "sent") and one.kind not in NOTICES]
            assert len({(one.person_id, one.kind, one.starts_at) for one in told}) == len(told), "twice for one time"
            for one in seen.planned_for(day):
                assert one.version == day.version
                assert one.starts_at == day.starts_at
                assert (day.state is EventState.CANCELLED) is (one.kind == "cancelled")
                assert bool(seen.active(day, one.person_id)) is (one.audience is not Audience.INVITED)
                assert self._in_time(day, one) if one.kind in NOTICES else self._by_rule(one)

    def _by_rule(self, one: Line) -> bool:
        """By day, before the start, and not at the heels of what it follows: signing up, or hearing of a change."""
        heels = dt.timedelta() if one.audience is Audience.INVITED or self._was_planned(one) else rules.SOON
        return one.due_at < one.starts_at and by_day(one.due_at) and one.due_at > one.changed_at + heels

    def _was_planned(self, one: Line) -> bool:
        """Once before, for the very same time: it was moved, and moved back."""
        same = (one.event_id, one.person_id, one.kind, one.starts_at, one.due_at)
        olds = (two for two in self.seen.reminders if two.version < one.version)
        return any(same == (two.event_id, two.person_id, two.kind, two.starts_at, two.due_at) for two in olds)

    def _in_time(self, day: Line, one: Line) -> bool:
        """Whoever may set out for a time that is not true any more hears of it before."""
        sets_out = self._setting_out(day, one.person_id)
        return not sets_out or one.due_at <= max(min(sets_out) - rules.TICKET_ONLY, one.changed_at + rules.SETTLE)

    def _setting_out(self, day: Line, person_id: int | None) -> list[dt.datetime]:
        known = (self.knows[row.id][0] for row in self.seen.active(day, person_id))
        return [start for start in known if start > self.now]

    def nobody_is_forgotten(self) -> None:
        """What is still to come is planned for everybody it concerns; a change is known, or about to be told."""
        seen = self.seen
        for day in seen.days:
            there = {(one.person_id, one.kind) for one in seen.reminders if self._stands(day, one)}
            ins = [row for row in seen.of(day, *ACTIVE) if row.state is not SignUpState.ATTENDED]
            if day.state is EventState.CANCELLED:
                assert {(row.person_id, "cancelled") for row in ins} <= there
            if not seen.open(day):
                continue
            assert {(row.person_id, "moved") for row in ins if self.knows[row.id] != news(day)} <= there
            for entry in (one for one in seen.plan if one.event_id == day.id and one.due_at):
                heels = dt.timedelta() if entry.audience is Audience.INVITED else rules.SOON
                if entry.due_at > self.now + heels:
                    assert {(who, entry.kind) for who in self._of(day, entry.audience)} <= there, entry.kind

    def _stands(self, day: Line, one: Line) -> bool:
        """It is planned, or what there was to tell was told."""
        mine = one.event_id == day.id and one.state in SETTLED
        if one.kind in NOTICES:
            return mine and one.version == day.version
        return mine and (one.state is not ReminderState.MISSED) and one.starts_at == day.starts_at

    def _of(self, day: Line, audience: Audience) -> set[int]:
        if audience is Audience.INVITED:
            came = {row.person_id for row in self.seen.of(day)}
            return {who for event_id, who in self.seen.invited if event_id == day.id and who not in came}
        states = (SignUpState.REGISTERED,) if audience is Audience.REGISTERED else WAITS
        return {row.person_id for row in self.seen.of(day, *states)}

    def nothing_was_lost(self, before: Seen, day: Line) -> None:
        """Moved and moved back before anybody heard of it: what was planned is planned."""
        was = [one for one in before.planned_for(day) if one.due_at > self.now and one.kind not in NOTICES]
        now = {(one.person_id, one.kind) for one in self.seen.planned_for(day)}
        for one in was:
            heard = any(self.knows[row.id] != news(day) for row in before.active(day, one.person_id))
            assert heard or (one.person_id, one.kind) in now, "lost on the way back"

    # --- what was due

    def what_was_due_is_settled(self, before: Seen) -> None:
        """After a beat by day: what could still be told was; the rest was missed, or lost its reason."""
        after = {one.id: one for one in self.seen.reminders}
        for day in before.days:
            planned = before.planned_for(day)
            for one in (one for one in planned if one.due_at <= self.now):
                now = after[one.id]
                begun, later = self.now >= day.starts_at, self._overtaken(one, planned)
                wanted = self._wanted(before, day, one)
                assert (now.state is ReminderState.SENT) is (wanted and not begun and not later), (one, now)
                assert (now.state is ReminderState.MISSED) is (wanted and (begun or later)), (one, now)
                assert now.state is not ReminderState.MISSED or now.reason == ("begun" if begun else "overtaken")

    def _wanted(self, before: Seen, day: Line, one: Line) -> bool:
        rows = before.active(day, one.person_id)
        if one.kind == "moved":
            return any(self.knows[row.id] != news(day) for row in rows)
        if one.kind == "cancelled":
            return bool(rows)
        return self.reminded[one.person_id] and one.person_id in self._of(day, one.audience)

    def _overtaken(self, one: Line, planned: list[Line]) -> bool:
        """A later one is due by now, or soon: it says all of it."""
        same = [two for two in planned if two.person_id == one.person_id and two.kind not in NOTICES]
        soon = self.now + rules.SOON
        return one.kind not in NOTICES and any(
            (one.due_at, one.id) < (two.due_at, two.id) and two.due_at <= soon for two in same
        )

    # --- what went out

    def messages_are_right(self) -> None:
        """What has just been written is of now, one for each reminder, and goes out before the event, or never."""
        query = sa.select(Delivery.id, Delivery.because, Delivery.expires_at, Delivery.not_before, Delivery.bubble)
        for number, because, until, at, bubble in self.session.execute(query.where(Delivery.id > self.told)).all():
            self.told = max(self.told, number)
            assert by_day(at) or because.startswith("reminder:"), "only a change may be told by night"
            if not because.startswith("reminder:"):
                continue
            row = next(one for one in self.seen.reminders if one.id == int(because.removeprefix("reminder:")))
            day = self.seen.day(row.event_id)
            assert (row.state, row.version) == (ReminderState.SENT, day.version)
            assert self.now < until <= day.starts_at, "nothing after it began"
            self._says_what_is_true(day, row, bubble)
            self._is_known(day, row)

    def _says_what_is_true(self, day: Line, row: Line, bubble: Any) -> None:
        left = rules.days_left(self.now, day.starts_at, rules.zone_of(day.zone))
        template, filled = bubble["template"], " ".join(bubble["template_values"])
        if row.kind not in NOTICES:
            assert by_day(self.now), "nobody is woken"
            if row.kind != "invited":
                assert template == {0: "event_today_v1", 1: "event_h1_v1"}.get(left, "event_h7_v2"), (template, left)
            assert left < 2 or row.kind == "invited" or str(left) in bubble["template_values"]
            return
        assert by_day(self.now) or self._urgent(day, row), "nobody is woken"
        if row.kind == "moved":
            known = [self.knows[one.id] for one in self.seen.active(day, row.person_id)]
            place = f"{day.place}"
            assert place in filled
            assert any(self._old(day, one) in filled for one in known if one != news(day)), (known, filled)

    def _old(self, day: Line, known: tuple[dt.datetime, str]) -> str:
        start, place = known
        return place if start == day.starts_at else dates.full(start.astimezone(rules.zone_of(day.zone)).date(), "id")

    def _urgent(self, day: Line, row: Line) -> bool:
        morning = calendar.allowed(calendar.Purpose.REMINDER, self.now, CALENDAR).at
        starts = [day.starts_at, *self._setting_out(day, row.person_id)]
        return morning > min(starts) - rules.TICKET_ONLY

    def _is_known(self, day: Line, row: Line) -> None:
        """Now they know."""
        for one in self.seen.active(day, row.person_id):
            if row.kind in NOTICES or one.person_id in self._of(day, row.audience):
                self.knows[one.id] = news(day)

    def what_waits_is_true(self) -> None:
        """What the outbox has not sent yet is of the event as it is, to people who are in; one message each."""
        stands = sa.select(Delivery.because, Delivery.state).where(Delivery.state != DeliveryState.CANCELLED)
        messages = self.session.execute(stands.where(Delivery.because.startswith("reminder:"))).all()
        assert len({because for because, _ in messages}) == len(messages), "one message each"
        reminders = {f"reminder:{one.id}": one for one in self.seen.reminders}
        sent = {because for because, one in reminders.items() if one.state is ReminderState.SENT}
        assert sent == {because for because, _ in messages}, "what counts as sent has its message"
        for one in (reminders[because] for because, state in messages if state is DeliveryState.QUEUED):
            day = self.seen.day(one.event_id)
            assert (one.state, one.version) == (ReminderState.SENT, day.version), "it was called back"
            assert one.audience is Audience.INVITED or self.seen.active(day, one.person_id)

    def the_outbox_sends(self) -> None:
        """All that waits in it."""
        waits = sa.update(Delivery).where(Delivery.state == DeliveryState.QUEUED)
        self.session.execute(waits.values(state=DeliveryState.SENT))


def news(day: Line) -> tuple[dt.datetime, str]:
    """What there is to know of an event."""
    return day.starts_at, day.place


def by_day(at: dt.datetime) -> bool:
    """Whether the office writes to anybody at this hour."""
    return calendar.may_send(calendar.Purpose.REMINDER, at, CALENDAR)
