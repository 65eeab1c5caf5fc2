"""Reminders of events: after silence, for those who come late, and at night (all else: test_events_any_order)."""

import datetime as dt

import sqlalchemy as sa

import texts
from bot.database import Database
from models import Audience, Business, Consent, Conversation, Delivery, Language, Purpose, Reminder, Session
from services.events import arranging, inviting, plans, reminding, rules, seating, signing, tending
from services.events.arranging import Over
from services.events.inviting import Invitee
from services.office import Office
from tests.services.eventful import CALENDAR, DAY, DEWI, HOUR, NOW, THURSDAY, event, owner, signs_up
from tests.services.people import transaction

OFFICE = Office()
TEXTS = texts.load()


class Life:
    """One event and whoever comes by."""

    def __init__(self, database: Database) -> None:
        self.database, self.now, self.people = database, NOW, 0
        with transaction(database) as session:
            self.event_id, self.code = (made := event(session, capacity=2)).id, made.code

    def does(self, step: str) -> None:
        with transaction(self.database) as session:
            getattr(self, step)(session)

    def joins(self, session: Session) -> None:
        chat = self.agrees(session)
        signs_up(session, self.event_id, chat, self.now)

    def agrees(self, session: Session) -> Conversation:
        chat = owner(session)
        for purpose in (Purpose.SERVICE, Purpose.REMINDERS):
            proof = {"text_version": "1", "text_hash": "x", "language": Language.ID, "channel": chat.channel}
            session.add(Consent(person_id=chat.person_id, purpose=purpose, given=True, at=self.now, **proof))
        session.flush()
        return chat

    def moves(self, session: Session, starts_at: dt.datetime) -> None:
        arranging.move(session, DEWI, self.code, starts_at=starts_at, calendar=CALENDAR, now=self.now)

    def rows(self, session: Session, *states: str) -> list[str]:
        """The kinds of the reminders in these states, by person."""
        query = sa.select(Reminder.kind).where(Reminder.state.in_(states)).order_by(Reminder.person_id, Reminder.due_at)
        return list(session.scalars(query))

    def beats(self, session: Session) -> None:
        for sweep in (tending.sweep, reminding.sweep):
            while sweep(session, TEXTS, OFFICE, self.now):
                pass


def test_a_week_of_silence(database: Database) -> None:
    """What still makes sense goes out in its right words; the rest is marked missed, with the reason."""
    life = Life(database)
    for _ in range(2):
        life.does("joins")
    life.now = THURSDAY - DAY + HOUR * 5  # on the day before, at 14.00: h7, h3 and h1 are overdue
    life.does("beats")
    with transaction(database) as session:
        rows = session.execute(sa.select(Reminder.kind, Reminder.state, Reminder.reason).order_by(Reminder.id)).all()
        fates = {(kind, state.value, reason) for kind, state, reason in rows}
    assert ("h7", "missed", "overtaken") in fates
    assert ("h3", "missed", "overtaken") in fates
    assert {kind for kind, state, _ in fates if state == "planned"} == {"soon"}


def test_who_joins_late_gets_only_what_is_still_to_come(database: Database) -> None:
    life = Life(database)
    life.now = THURSDAY - 2 * DAY
    life.does("joins")
    life.now = THURSDAY - HOUR
    life.does("joins")
    with transaction(database) as session:
        kinds = session.execute(sa.select(Reminder.person_id, Reminder.kind)).all()
    assert sorted(kind for _, kind in kinds) == ["h1", "soon"], "and within two hours of the start only the card"


def test_quiet_hours_shift_it_to_before(database: Database) -> None:
    """A reminder wished for at night goes out on the evening before, never later."""
    with transaction(database) as session:
        day = event(session)
        entry = rules.Entry("dawn", plans.Audience.REGISTERED, "events.h1", days=1, clock="05:00")
        plans.write_plan(session, seating.lock(session, day.id), [entry], CALENDAR)
        (row,) = plans.plan_of(session, day.id)
        assert row.due_at == dt.datetime(2026, 12, 8, 12, 55, tzinfo=dt.UTC), "19.55 WIB"
        assert row.shifted == "hours"


def test_the_evening_before(database: Database) -> None:
    """Staff change the plan, err and move back: the word of that evening is not lost. By night they move it in truth:
    whoever would set out at dawn is told by night."""
    life = Life(database)
    life.does("joins")
    life.now = THURSDAY - 17 * HOUR  # 16.00 on the day before
    life.does("beats")
    with transaction(database) as session:
        entries = [one for one in (*rules.USUAL, rules.EVE) if one.kind != "h3"]
        arranging.set_plan(session, DEWI, life.code, entries, calendar=CALENDAR, now=life.now)
        assert life.rows(session, "planned") == ["soon"]
        for starts_at in (THURSDAY + DAY, THURSDAY):
            life.moves(session, starts_at)
        assert life.rows(session, "planned") == ["moved", "soon"]
    life.now = THURSDAY - 14 * HOUR + HOUR / 60
    life.does("beats")
    with transaction(database) as session:
        assert life.rows(session, "sent") == ["soon"], "nobody heard that it was moved: there is no news"
        life.now = THURSDAY - 10 * HOUR  # 23.00
        life.moves(session, THURSDAY + 7 * DAY)
    life.now += rules.SETTLE
    life.does("beats")
    with transaction(database) as session:
        assert life.rows(session, "sent") == ["moved"], "and what waited in the outbox is called back"


def test_two_businesses_of_one_owner(database: Database) -> None:
    """What is told of the one stands, whatever becomes of the other."""
    life = Life(database)
    with transaction(database) as session:
        chat, told = life.agrees(session), {"created_at": NOW, "owner_name": "Siti"}
        for n in (1, 2):
            session.add(Business(id=n, person_id=chat.person_id, name=f"Keripik {n}", **told))
        session.flush()
        signs_up(session, life.event_id, chat, business_id=1)
        chat_id = chat.id
    life.does("joins")
    with transaction(database) as session:
        chat = session.get_one(Conversation, chat_id)
        second = signs_up(session, life.event_id, chat, business_id=2).sign_up
        usual = ["h7", "h3", "h1", "soon"]
        assert life.rows(session, "planned") == usual * 2, "one waits, one is in"
        assert second
        signing.leave(session, second.id, NOW)
        assert life.rows(session, "planned") == usual * 2


def test_who_loses_the_place_still_hears_of_the_change(database: Database) -> None:
    """And is among those who wait, from then on."""
    life = Life(database)
    life.does("joins")
    life.does("joins")
    with transaction(database) as session:
        waiters = rules.Entry("wait", Audience.WAITING, "events.h3", days=3, clock="10:00")
        arranging.set_plan(session, DEWI, life.code, [waiters], calendar=CALENDAR, now=NOW)
        life.moves(session, THURSDAY + DAY)
        arranging.set_capacity(session, DEWI, life.code, 1, over=Over.TELL_LAST, now=NOW)
        assert life.rows(session, "planned") == ["moved", "moved", "wait"]


def test_an_offer_that_ended_in_a_silent_night(database: Database) -> None:
    """That it is over is told in the morning."""
    life = Life(database)
    for _ in range(3):
        life.does("joins")
    with transaction(database) as session:
        arranging.set_capacity(session, DEWI, life.code, 3, over=Over.REFUSE, now=NOW)
    life.does("beats")
    life.now = NOW + 11 * HOUR  # 23.00
    life.does("beats")
    with transaction(database) as session:
        *_, last = session.scalars(sa.select(Delivery).order_by(Delivery.id))
        assert last.not_before == dt.datetime(2026, 11, 25, 1, tzinfo=dt.UTC), "08.00 WIB"


def test_who_is_invited_on_the_very_morning(database: Database) -> None:
    """Is told at nine, as the others are: they have not heard of it yet."""
    life = Life(database)
    life.now = THURSDAY - 10 * DAY - HOUR
    with transaction(database) as session:
        chat = life.agrees(session)
        phone = {"phone": "+6281200000001"}
        session.execute(sa.text("UPDATE persons SET phone = :phone WHERE id = :id"), {**phone, "id": chat.person_id})
        inviting.invite(session, DEWI, life.code, [Invitee(**phone)], now=life.now)
        assert life.rows(session, "planned") == ["invited"]
