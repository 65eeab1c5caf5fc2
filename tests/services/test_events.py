"""Places of an event: never one too many, nobody overtaken, and what staff may and may not do to it."""

import datetime as dt

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import Event, EventShare, EventState, Reminder, ReminderState, Session, SignUp, SignUpState
from services.events import arranging, inviting, lists, plans, queue, seating, signing, sources
from services.events.arranging import Over
from services.events.inviting import Invitee
from services.events.rules import EventRefused, Wrong
from services.events.signing import What
from services.staff import Actor, Forbidden, Right, Via
from tests.services.eventful import CALENDAR, DAY, DEWI, HOUR, NOW, THURSDAY, event, owner, signs_up
from tests.services.people import transaction


def refused(why: Wrong) -> pytest.RaisesExc[EventRefused]:
    return pytest.RaisesExc(EventRefused, check=lambda fault: fault.why is why)


def states(session: Session, event_id: int) -> list[SignUpState]:
    return list(session.scalars(sa.select(SignUp.state).where(SignUp.event_id == event_id).order_by(SignUp.id)))


def test_a_day_for_two_people(database: Database) -> None:
    """Two come in, two wait in their order; one leaves, the first who waits is offered the place and takes it."""
    with transaction(database) as session:
        day = event(session)
        assert (day.code, day.state) == ("SOS01", EventState.OPEN)
        chats = [owner(session) for _ in range(4)]
        came = [signs_up(session, day.id, chat) for chat in chats]
        assert [(one.what, one.position) for one in came] == [
            (What.REGISTERED, None), (What.REGISTERED, None), (What.WAITING, 1), (What.WAITING, 2),
        ]  # fmt: skip
        again = signs_up(session, day.id, chats[2])
        assert (again.what, again.position) == (What.ALREADY, 1)
        first, third = came[0].sign_up, came[2].sign_up
        assert first is not None
        assert third is not None

        assert signing.leave(session, first.id, NOW).what is What.LEFT
        assert signing.leave(session, first.id, NOW).what is What.OVER, "twice is harmless"
        newcomer = signs_up(session, day.id, owner(session))
        assert (newcomer.what, newcomer.position) == (What.WAITING, 3), "a newcomer overtakes nobody"

        (offered,) = queue.offer(session, seating.lock(session, day.id), CALENDAR, NOW, 10)
        assert (offered.id, offered.offer_until) == (third.id, NOW + 8 * HOUR - 5 * dt.timedelta(minutes=1))
        assert queue.offer(session, seating.lock(session, day.id), CALENDAR, NOW, 10) == [], "it is held"
        assert signing.take_offer(session, third.id, NOW + HOUR).what is What.TAKEN
        assert signing.take_offer(session, third.id, NOW + HOUR).what is What.ALREADY
        counts = lists.count(session, day.id)
        assert (counts.registered, counts.waiting, counts.cancelled) == (2, 2, 1)
        assert session.get_one(Event, day.id).taken == 2


def test_who_lets_an_offer_pass_is_asked_again_when_all_were(database: Database) -> None:
    with transaction(database) as session:
        day = event(session, capacity=1)
        one, two, three = [signs_up(session, day.id, owner(session)).sign_up for _ in range(3)]
        assert one
        assert two
        assert three
        signing.leave(session, one.id, NOW)
        asked, at = [], NOW
        for _ in range(4):
            locked = seating.lock(session, day.id)
            queue.lapse(session, locked, at, 10)
            (row,) = queue.offer(session, locked, CALENDAR, at, 10)
            asked.append(row.id)
            assert row.offer_until is not None
            at = max(row.offer_until, at + DAY + HOUR)
        assert asked == [two.id, three.id, two.id, three.id]


def test_the_places_of_a_kabupaten_are_kept_until_their_day(database: Database) -> None:
    """Lebak has one of three; the others wait for it until it is opened to all, and who comes from Lebak does not."""
    with transaction(database) as session:
        day = event(session, capacity=3, shares={"36.02": 1}, regions_until=NOW + 5 * DAY)
        serang = [signs_up(session, day.id, owner(session), regency="36.04") for _ in range(3)]
        assert [one.what for one in serang] == [What.REGISTERED, What.REGISTERED, What.WAITING]
        assert queue.offer(session, seating.lock(session, day.id), CALENDAR, NOW, 10) == []
        lebak = signs_up(session, day.id, owner(session), regency="36.02")
        assert lebak.what is What.REGISTERED, "those before are waiting for other places"
        assert lebak.sign_up is not None
        signing.leave(session, lebak.sign_up.id, NOW)
        (offered,) = queue.offer(session, seating.lock(session, day.id), CALENDAR, NOW + 5 * DAY, 10)
        assert serang[2].sign_up is not None
        assert offered.id == serang[2].sign_up.id


def test_invited_people_have_their_places_until_a_date(database: Database) -> None:
    with transaction(database) as session:
        day = event(session, capacity=2, reserved=1, invited_until=NOW + 3 * DAY)
        known, stranger = owner(session), owner(session)
        assert (
            inviting.invite(session, DEWI, day.code, [Invitee(phone="+6281200000001", name="Ibu Rina")], now=NOW) == 1
        )
        people = [signs_up(session, day.id, owner(session)).what for _ in range(2)]
        assert people == [What.REGISTERED, What.WAITING], "the second place is kept"
        session.execute(sa.text("UPDATE persons SET phone = '+6281200000001' WHERE id = :i"), {"i": known.person_id})
        assert signs_up(session, day.id, known).what is What.REGISTERED
        assert inviting.invite(session, DEWI, day.code, [Invitee(phone="+6281200000001")], now=NOW) == 0
        assert signs_up(session, day.id, stranger).position == 2

    with transaction(database) as session:
        later = event(session, capacity=2, reserved=1, invited_until=NOW + 3 * DAY)
        assert signs_up(session, later.id, owner(session)).what is What.REGISTERED
        waiting = signs_up(session, later.id, owner(session)).sign_up
        (offered,) = queue.offer(session, seating.lock(session, later.id), CALENDAR, NOW + 4 * DAY, 10)
        assert waiting is not None
        assert offered.id == waiting.id, "the date has passed"


def test_fewer_places_than_are_taken(database: Database) -> None:
    """Refused with the number, or the last are put back to the head of the list, as staff choose."""
    with transaction(database) as session:
        day = event(session, capacity=3)
        came = [signs_up(session, day.id, owner(session)).sign_up for _ in range(5)]
        with refused(Wrong.CAPACITY) as fault:
            arranging.set_capacity(session, DEWI, day.code, 1, over=Over.REFUSE, now=NOW)
        assert fault.value.number == 3
        bumped = arranging.set_capacity(session, DEWI, day.code, 1, over=Over.TELL_LAST, now=NOW)
        assert [row.id for row in bumped] == [came[2].id, came[1].id]  # type: ignore[union-attr]
        positions = [queue.position(session, day, row) for row in came if row]
        assert positions == [None, 1, 2, 3, 4], "they were here before those who wait"
        arranging.set_capacity(session, DEWI, day.code, 4, over=Over.REFUSE, now=NOW)
        offers = queue.offer(session, seating.lock(session, day.id), CALENDAR, NOW, 10)
        assert [row.id for row in offers] == [row.id for row in came[1:4] if row]


def test_what_cannot_be_is_refused(database: Database) -> None:
    with transaction(database) as session:
        for wrong, changes in (
            (Wrong.PAST, {"starts_at": NOW - HOUR}),
            (Wrong.ORDER, {"ends_at": THURSDAY}),
            (Wrong.NO_ZONE, {"starts_at": THURSDAY.replace(tzinfo=None), "ends_at": THURSDAY + DAY}),
            (Wrong.NO_ZONE, {"zone": "Asia/Serang"}),
            (Wrong.CAPACITY, {"capacity": 0}),
            (Wrong.SHARES, {"shares": {"36.02": 3}}),
            (Wrong.RESERVED, {"reserved": 3}),
            (Wrong.CODE, {"code": "S1"}),
        ):
            with refused(wrong), session.begin_nested():
                event(session, **changes)
        day = event(session, code="halal26")
        with refused(Wrong.CODE_TAKEN), session.begin_nested():
            event(session, code="HALAL26")
        with refused(Wrong.UNKNOWN):
            arranging.move(session, DEWI, "SOS99", place="Aula", calendar=CALENDAR, now=NOW)
        arranging.cancel(session, DEWI, day.code, reason="Gedung dipakai.", calendar=CALENDAR, now=NOW)
        with refused(Wrong.OVER):
            arranging.move(session, DEWI, day.code, place="Aula", calendar=CALENDAR, now=NOW)
        assert signs_up(session, day.id, owner(session)).what is What.CLOSED
        lebak = Actor("rina", frozenset({Right.EVENTS}), frozenset({"36.02"}), Via.CONSOLE)
        with pytest.raises(Forbidden):
            arranging.copy(session, lebak, day.code, starts_at=THURSDAY + DAY, calendar=CALENDAR, now=NOW)


def test_a_copy_is_clean(database: Database) -> None:
    with transaction(database) as session:
        day = event(session, shares={"36.02": 1}, letter_number="005/123")
        signs_up(session, day.id, owner(session))
        twin = arranging.copy(session, DEWI, day.code, starts_at=THURSDAY + 7 * DAY, calendar=CALENDAR, now=NOW)
        assert (twin.state, twin.taken, twin.letter_number, twin.version) == (EventState.DRAFT, 0, None, 1)
        assert twin.ends_at == day.ends_at + 7 * DAY
        assert states(session, twin.id) == []
        assert arranging.open_up(session, DEWI, twin.code, now=NOW).state is EventState.OPEN
        assert not session.scalars(sa.select(Reminder).where(Reminder.event_id == twin.id)).all()


def test_a_link_counts_who_came_by_it(database: Database) -> None:
    with transaction(database) as session:
        day = event(session)
        group = {"kind": "group", "name": "Grup WA Baros", "regency": "36.04"}
        link = sources.add(session, DEWI, day.code, **group, now=NOW)
        assert sources.add(session, DEWI, day.code, **group, now=NOW).id == link.id
        chat, other = owner(session), owner(session)
        for one in (chat, chat, other):
            assert sources.arrive(session, day.id, link.code.lower(), one.id, NOW) == link.id
        assert sources.arrive(session, day.id, "Z9", chat.id, NOW) is None
        signs_up(session, day.id, chat, source_id=link.id)
        (seen,) = sources.traffic(session, day.id)
        assert (seen.arrived, seen.signed_up, seen.attended) == (2, 1, 0)


def test_the_nearest_come_first_in_the_list(database: Database) -> None:
    with transaction(database) as session:
        far = event(session, regency="36.71")
        near = event(session, regency="36.04", starts_at=THURSDAY + DAY)
        event(session, opened=False)
        event(session, starts_at=NOW + HOUR)
        listed = lists.open_events(session, "36.04", NOW + 2 * HOUR)
        assert [line.event.id for line in listed] == [near.id, far.id]
        assert listed[0].left == 2
        assert listed[0].near
        reminders = session.scalars(sa.select(Reminder).where(Reminder.state == ReminderState.PLANNED)).all()
        assert reminders == [], "nobody signed up"


def test_a_plan_is_made_anew_while_the_old_one_is_still_looked_at(database: Database) -> None:
    with transaction(database) as session:
        day = event(session)
        old = plans.plan_of(session, day.id)
        plans.write_plan(session, day, [plans.as_entry(one) for one in old[:2]], CALENDAR)
        assert [one.kind for one in plans.plan_of(session, day.id)] == [one.kind for one in old[:2]]


def test_shares_are_given_anew_while_the_old_ones_are_still_looked_at(database: Database) -> None:
    with transaction(database) as session:
        day = event(session, capacity=30, shares={"36.02": 5})
        old = session.scalars(sa.select(EventShare).where(EventShare.event_id == day.id)).all()
        seating.set_shares(session, day, {"36.02": 7})
        assert len(old) == 2
        new = session.execute(sa.select(EventShare.regency, EventShare.capacity).where(EventShare.event_id == day.id))
        assert dict(new.all()) == {"36.02": 7, seating.OTHERS: 23}
