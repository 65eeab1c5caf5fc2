"""The day itself: everybody who comes is noted once, whoever says it and however often."""

import datetime as dt
import itertools
import threading

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import AuditEntry, Conversation, Event, EventDoor, Person, Session, SignUp, SignUpState
from services.events import arranging, attending, doors, lists, roster, seating, signing
from services.events.attending import Answer, Came, Tap, Visitor
from services.events.doors import Open, Shut
from services.events.rules import EventRefused
from services.staff import Actor, Forbidden, Right, Via
from tests.services import eventful
from tests.services.eventful import DAY, DEWI, HOUR, NOW, THURSDAY
from tests.services.people import transaction

MINUTE = dt.timedelta(minutes=1)
OPENING = THURSDAY - 30 * MINUTE  # 08.30 WIB
TOKEN = "p" + "a" * 32
_chance = itertools.count(1)


def comes(session: Session, event_id: int, name: str, **changes: object) -> SignUp:
    row = eventful.signs_up(session, event_id, eventful.owner(session, name), **changes).sign_up
    assert row is not None
    return row


def at_door(session: Session, event: Event, now: dt.datetime = OPENING) -> Actor:
    doors.make(session, DEWI, event.code, "Pintu A", token=TOKEN, now=NOW)
    opened = doors.find(session, TOKEN, now)
    assert isinstance(opened, Open)
    return opened.actor


def guest(session: Session, actor: Actor, event_id: int, key: str, now: dt.datetime = OPENING, **told: str) -> Answer:
    said = {"name": "Tini", "business": "Dodol Tini", "regency": "36.02", "paper": "daftar hadir 1"} | told
    return attending.walk_in(
        session, actor, event_id, Visitor(**said), Tap(now, key), token=f"chance-{next(_chance):012d}", now=now
    )


def test_a_morning_at_the_door(database: Database) -> None:
    """By card, by digits, by name, in somebody's place; twice; the wrong cards; and taken back."""
    with transaction(database) as session:
        day = eventful.event(session, capacity=3)
        siti, ujang, neng = (comes(session, day.id, name) for name in ("Siti Aminah", "Ujang Suryana", "Neng Rahma"))
        waits = comes(session, day.id, "Surti")
        other = comes(session, eventful.event(session, starts_at=THURSDAY + DAY).id, "Yati")
        session.get_one(Person, ujang.person_id).phone = "+628120000" + siti.digits
        door = at_door(session, day)

        first = attending.check_in_card(session, door, day.id, siti.token, Tap(OPENING, "k1"), OPENING)
        assert (first.what, first.sign_up and first.sign_up.attended_by) == (Came.NOTED, door.name)
        later = OPENING + 5 * MINUTE
        sent_again = attending.check_in_card(session, door, day.id, siti.token, Tap(OPENING, "k1"), later)
        again = attending.check_in_card(session, door, day.id, siti.token, Tap(later, "k2"), later)
        assert (sent_again.what, again.what) == (Came.NOTED, Came.ALREADY)
        assert again.sign_up is not None
        assert again.sign_up.attended_at == OPENING, "it is said when it was the first time"

        people = roster.expected(session, door, day.id)
        assert [one.id for one in roster.by_digits(people, siti.digits)] == [siti.id, ujang.id], (
            "code first, then phone"
        )
        assert roster.by_digits(people, "12") == []
        assert [one.name for one in roster.by_name(people, "sur")] == ["Surti", "Ujang Suryana"]
        assert [one.name for one in roster.by_name(people, "keripik RAH")] == ["Neng Rahma"]

        instead = attending.check_in(session, door, day.id, neng.id, Tap(later, "k3", stand_in="Asep"), later)
        assert instead.sign_up is not None
        assert (instead.what, instead.sign_up.stand_in) == (Came.NOTED, "Asep")
        unexpected = attending.check_in(session, door, day.id, waits.id, Tap(later, "k4"), later)
        assert (unexpected.what, unexpected.full) == (Came.NOTED, True), "whoever is in the hall is noted"

        wrong = attending.check_in_card(session, door, day.id, other.token, Tap(later), later)
        assert (wrong.what, wrong.other and wrong.other.id) == (Came.OTHER_EVENT, other.event_id)
        assert (
            attending.check_in_card(session, door, day.id, "https://contoh.id", Tap(later), later).what is Came.UNKNOWN
        )
        assert attending.check_in(session, door, day.id, other.id, Tap(later), later).what is Came.UNKNOWN

        signing.leave(session, ujang.id, OPENING)
        assert attending.check_in(session, door, day.id, ujang.id, Tap(later), later).what is Came.CANCELLED
        back = eventful.signs_up(session, day.id, _chat_of(session, ujang), now=OPENING).sign_up
        assert back is not None
        old_card = attending.check_in_card(session, door, day.id, ujang.token, Tap(later), later)
        assert (old_card.what, old_card.sign_up and old_card.sign_up.id) == (Came.NOTED, back.id)

        assert roster.tally(session, day) == roster.Tally(came=4, expected=4, walk_ins=0, free=0)
        assert attending.undo(session, door, day.id, siti.id, later).what is Came.UNDONE
        assert attending.undo(session, door, day.id, siti.id, later).what is Came.UNDONE
        lost = attending.check_in_card(session, door, day.id, siti.token, Tap(OPENING, "k2"), later)
        assert (lost.what, siti.state) == (Came.NOTED, SignUpState.ATTENDED)
        assert attending.undo(session, door, day.id, siti.id, later).what is Came.UNDONE
        late_copy = attending.check_in_card(session, door, day.id, siti.token, Tap(OPENING, "k2"), later)
        assert (late_copy.what, siti.state) == (Came.UNDONE, SignUpState.REGISTERED), "a tap acts once"
        assert lists.count(session, day.id).attended == 3
        acts = session.scalars(sa.select(AuditEntry.act).where(AuditEntry.actor == door.name)).all()
        assert (acts.count("event.attended"), acts.count("event.attendance_undone")) == (5, 2)


def _chat_of(session: Session, row: SignUp) -> Conversation:
    return session.get_one(Conversation, row.conversation_id)


def test_guests_nobody_expected(database: Database) -> None:
    with transaction(database) as session:
        day = eventful.event(session, capacity=2)
        siti = comes(session, day.id, "Siti Aminah")
        known = session.get_one(Person, siti.person_id)
        known.phone, known.phone_vouched = "+6281200001234", True
        door = at_door(session, day)

        first = guest(session, door, day.id, "w1")
        assert first.sign_up is not None
        assert (first.what, first.full, first.sign_up.walk_in, first.sign_up.person_id) == (
            Came.NOTED,
            False,
            True,
            None,
        )
        same = guest(session, door, day.id, "w1", now=OPENING + MINUTE)
        assert (same.what, same.sign_up and same.sign_up.id) == (Came.NOTED, first.sign_up.id), "sent twice, noted once"
        assert guest(session, door, day.id, "w2", name="Otih", phone="+6281200009999").full, "more people than chairs"
        found = guest(session, door, day.id, "w3", name="Siti", phone="+6281200001234")
        assert (found.what, found.sign_up and found.sign_up.id) == (Came.NOTED, siti.id), "was on the list after all"
        stored = [str(v) for row in session.scalars(sa.select(SignUp)) for v in vars(row).values()]
        assert not any("81200009999" in value for value in stored), "a number that leads to nobody is not kept"
        for lacking in ({"name": " "}, {"paper": ""}):
            with pytest.raises(ValueError, match="a guest is noted"):
                guest(session, door, day.id, "w4", **lacking)
        assert roster.tally(session, day) == roster.Tally(came=3, expected=3, walk_ins=2, free=0)

        gone = attending.undo(session, door, day.id, first.sign_up.id, OPENING)
        assert (gone.what, first.sign_up.name, first.sign_up.state) == (Came.UNDONE, "", SignUpState.CANCELLED)
        assert guest(session, door, day.id, "w1").what is Came.UNDONE
        assert session.get_one(Event, day.id).taken == 1


def test_a_link_opens_one_event_on_its_day(database: Database) -> None:
    with transaction(database) as session:
        day, other = eventful.event(session), eventful.event(session, starts_at=THURSDAY + DAY)
        siti = comes(session, day.id, "Siti Aminah")
        door = at_door(session, day)
        assert session.scalars(sa.select(EventDoor.token_hash)).one() != TOKEN, "only the hash is kept"
        assert doors.find(session, "p" + "b" * 32, OPENING) is Shut.UNKNOWN
        for forbidden in (
            lambda: roster.expected(session, door, other.id),
            lambda: lists.export(session, door, day.code, NOW),
        ):
            with pytest.raises(Forbidden):
                forbidden()
        with pytest.raises(Forbidden):
            arranging.cancel(session, door, day.code, reason="x", calendar=eventful.CALENDAR, now=NOW)
        with pytest.raises(Forbidden):
            doors.make(
                session,
                Actor("rina", frozenset({Right.SEE, Right.DOOR}), None, Via.CHAT),
                day.code,
                "B",
                token="x",
                now=NOW,
            )

        early = attending.check_in(session, door, day.id, siti.id, Tap(NOW), NOW)
        assert (early.what, siti.attended_at) == (Came.TOO_EARLY, None)
        midnight = attending.ends(day)
        assert midnight == dt.datetime(2026, 12, 10, 17, tzinfo=dt.UTC), "midnight in Banten"
        assert doors.find(session, TOKEN, midnight) is Shut.OVER
        kept = doors.find(session, TOKEN, midnight + HOUR, tapped=midnight - MINUTE)
        assert isinstance(kept, Open), "what was noted by day is still taken"
        assert doors.find(session, TOKEN, midnight + HOUR, tapped=midnight + MINUTE) is Shut.OVER
        assert attending.tapped_at(NOW, 90) == NOW - 90 * dt.timedelta(seconds=1)
        assert (attending.tapped_at(NOW, -5), attending.tapped_at(NOW, 1e9)) == (NOW, NOW - DAY)

        assert doors.note_look(session, kept, OPENING)
        assert not doors.note_look(session, kept, OPENING + MINUTE), "written down once an hour"
        assert doors.revoke(session, DEWI, day.code, None, OPENING) == 1
        assert doors.find(session, TOKEN, OPENING) is Shut.REVOKED
        with pytest.raises(EventRefused):
            doors.make(session, DEWI, day.code, "B", token="z" * 20, now=midnight)
        arranging.cancel(session, DEWI, other.code, reason="Banjir.", calendar=eventful.CALENDAR, now=NOW)
        with pytest.raises(EventRefused):
            doors.make(session, DEWI, other.code, "B", token="z" * 20, now=NOW)
        called_off = attending.check_in(session, DEWI, other.id, siti.id, Tap(NOW), NOW)
        assert called_off.what is Came.CALLED_OFF


def test_two_doors_at_once(database: Database) -> None:
    with transaction(database) as session:
        day = eventful.event(session)
        row, door = comes(session, day.id, "Siti Aminah"), at_door(session, day)
        event_id, number = day.id, row.id
    said: list[Came] = []
    ready = threading.Barrier(4)

    def taps(key: str) -> None:
        ready.wait()
        with transaction(database) as session:
            said.append(attending.check_in(session, door, event_id, number, Tap(OPENING, key), OPENING).what)

    threads = [threading.Thread(target=taps, args=(f"k{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(said) == [Came.ALREADY] * 3 + [Came.NOTED]
    with transaction(database) as session:
        assert len(session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "event.attended")).all()) == 1
        assert seating.find(session, "SOS01").taken == 1
