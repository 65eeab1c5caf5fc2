"""A place that became free is offered to whose turn it is, for three days, and nobody loses their turn by it."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.database import Database
from models import (
    Due,
    DueKind,
    LikelyDouble,
    Offer,
    OfferState,
    Place,
    Programme,
    Reachable,
    Stage,
    Stopped,
)
from services import applications, moves, offering, offers
from services.offers import Answer, What
from tests.services import people
from tests.services.offered import DAY, HOUR, TEXTS, asks, line_of, open_offers, owner, says, sent_to, sweep, withdraw
from tests.services.people import DEWI, NOON, OFFICE, transaction


def test_a_place_given_back_is_offered_to_the_first_on_the_list(database: Database) -> None:
    with transaction(database) as session:
        (_, first), (chat, second), (other, third) = line_of(session, 3)
        assert sweep(session, NOON + HOUR) == 1  # the programme is noted to have opened
        assert sweep(session, NOON + HOUR) == 0
        withdraw(session, first, NOON + 2 * HOUR)
        assert sweep(session, NOON + 2 * HOUR) == 1
        assert open_offers(session) == [second.id]
        offer = session.scalars(sa.select(Offer)).one()
        assert (offer.code, offer.deadline) == ("K1", NOON + 74 * HOUR)
        (bubble,) = sent_to(session, chat)
        assert "AMBIL K1" in bubble.text
        assert "72 jam" in bubble.text
        assert [b.data for b in bubble.buttons] == [f"offer|{offer.id}|{o}" for o in ("take", "skip", "officer")]
        assert bubble.template == "place_offer_v1"
        assert len(bubble.template_values) == 5
        assert sent_to(session, other) == []
        assert second.stage is Stage.WAITING
        held = session.scalars(sa.select(Place).where(Place.released_at.is_(None))).one()
        assert held.application_id == second.id
        assert third.stage is Stage.WAITING


def test_taken_the_place_and_the_number_stay(database: Database) -> None:
    with transaction(database) as session:
        (_, first), (chat, second) = line_of(session, 2)
        number = second.number
        withdraw(session, first, NOON)
        sweep(session, NOON + HOUR)
        done = says(session, chat, "k1", Answer.TAKE, NOON + 2 * HOUR)
        assert done is not None
        assert (done.what, done.number) == (What.TAKEN, number)
        assert second.stage is Stage.PLACED
        assert session.scalars(sa.select(Offer.state)).one() is OfferState.TAKEN
        assert session.scalars(sa.select(Programme.taken)).one() == 1
        due = session.scalars(sa.select(Due).where(Due.kind == DueKind.PROMISE)).one()
        assert due.due_at == second.promised_at
        again = says(session, chat, "K1", Answer.SKIP, NOON + 3 * HOUR)
        assert again is not None
        assert (again.what, again.before) == (What.ALREADY, OfferState.TAKEN)
        assert sweep(session, NOON + 4 * DAY) == 0


def test_skipped_the_position_is_kept_and_the_place_goes_on(database: Database) -> None:
    with transaction(database) as session:
        (_, first), (chat, second), (_, third), (_, fourth) = line_of(session, 4)
        withdraw(session, first, NOON)
        sweep(session, NOON + HOUR)
        done = says(session, chat, "K1", Answer.SKIP, NOON + 2 * HOUR)
        assert done is not None
        assert (done.what, done.position) == (What.SKIPPED, 1)
        sweep(session, NOON + 3 * HOUR)
        assert open_offers(session) == [third.id]
        # One more place becomes free: it is again the turn of who skipped, before everybody behind.
        session.execute(sa.update(Programme).values(quota=2, freed=Programme.freed + 1))
        sweep(session, NOON + 4 * HOUR)
        assert open_offers(session) == [third.id, second.id]
        assert fourth.stage is Stage.WAITING


def test_who_always_skips_blocks_nobody_and_is_not_pestered(database: Database) -> None:
    with transaction(database) as session:
        (_, first), (chat, second) = line_of(session, 2)
        withdraw(session, first, NOON)
        sweep(session, NOON + HOUR)
        says(session, chat, "K1", Answer.SKIP, NOON + 2 * HOUR)
        assert sweep(session, NOON + 3 * HOUR) == 0
        # The place stays free: a newcomer takes it, for whoever skipped said that they do not want it now.
        new = asks(session, owner(session), NOON + 4 * HOUR)
        assert new.stage is Stage.PLACED
        withdraw(session, new, NOON + 5 * HOUR)
        sweep(session, NOON + 5 * HOUR)
        assert open_offers(session) == [second.id]
        says(session, chat, "K2", Answer.SKIP, NOON + 6 * HOUR)
        # The second skip in a row: one place more is not enough to come before others …
        third = asks(session, owner(session), NOON + 7 * HOUR)
        withdraw(session, third, NOON + 8 * HOUR)
        fourth = asks(session, owner(session), NOON + 8 * HOUR)
        assert fourth.stage is Stage.PLACED
        # … but when nobody else wants it, they are asked all the same.
        withdraw(session, fourth, NOON + 9 * HOUR - HOUR / 2)
        sweep(session, NOON + 6.9 * HOUR)
        assert open_offers(session) == [second.id]


def test_a_place_nobody_wanted_is_offered_again_after_two_weeks(database: Database) -> None:
    with transaction(database) as session:
        (_, first), (chat, second) = line_of(session, 2)
        withdraw(session, first, NOON)
        sweep(session, NOON + HOUR)
        says(session, chat, "K1", Answer.SKIP, NOON + 2 * HOUR)
        assert sweep(session, NOON + 13 * DAY) == 0
        assert sweep(session, NOON + 15 * DAY) == 1
        assert open_offers(session) == [second.id]


def test_silence_ends_in_a_call_and_keeps_the_position(database: Database) -> None:
    with transaction(database) as session:
        (_, first), (chat, second), (_, third) = line_of(session, 3)
        withdraw(session, first, NOON)
        sweep(session, NOON + HOUR)
        assert sweep(session, NOON + 48 * HOUR) == 0
        assert sweep(session, NOON + 49 * HOUR) == 1
        assert sweep(session, NOON + 50 * HOUR) == 0
        reminder = sent_to(session, chat)[-1]
        assert "24 jam lagi" in reminder.text
        assert reminder.template == "place_offer_reminder_v1"
        sweep(session, NOON + 73 * HOUR)
        assert open_offers(session) == [third.id]
        ended = sent_to(session, chat)[-1]
        assert "MASIH K1" in ended.text
        assert [b.data.split("|")[2] for b in ended.buttons] == ["still", "officer"]
        (line,) = offers.lines(session, DEWI, now=NOON, to_call=True)
        assert (line.number, line.code, line.told) == (second.number, "K1", True)
        late = says(session, chat, "K1", Answer.SKIP, NOON + 74 * HOUR)
        assert late is not None
        assert (late.what, late.position) == (What.TOO_LATE, 1)
        assert offers.called(session, DEWI, "K1", now=NOON + 74 * HOUR).called_by == "Ibu Dewi"
        assert offers.lines(session, DEWI, now=NOON, to_call=True) == []


@pytest.mark.parametrize("word", [Answer.STILL, Answer.TAKE])
def test_still_interested_the_next_place_is_theirs_again(database: Database, word: Answer) -> None:
    with transaction(database) as session:
        (_, first), (chat, second), (other, third) = line_of(session, 3)
        withdraw(session, first, NOON)
        sweep(session, NOON + HOUR)
        sweep(session, NOON + 73 * HOUR)
        done = says(session, chat, "K1", word, NOON + 74 * HOUR)
        assert done is not None
        assert done.what is (What.STILL if word is Answer.STILL else What.TOO_LATE)
        assert offers.lines(session, DEWI, now=NOON, to_call=True) == []
        says(session, other, "K1", Answer.SKIP, NOON + 75 * HOUR)
        sweep(session, NOON + 75 * HOUR)
        assert open_offers(session) == [second.id]
        assert third.stage is Stage.WAITING


def test_an_open_offer_is_taken_even_a_little_late(database: Database) -> None:
    """Nobody has ended it yet: the place is still theirs."""
    with transaction(database) as session:
        (_, first), (chat, _) = line_of(session, 2)
        withdraw(session, first, NOON)
        sweep(session, NOON + HOUR)
        done = says(session, chat, "K1", Answer.TAKE, NOON + 73 * HOUR)
        assert done is not None
        assert done.what is What.TAKEN


def test_whose_kabupaten_is_full_is_passed_over_and_keeps_the_turn(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=2, allocations={"36.01": 1})
        chats = [owner(session) for _ in range(4)]
        regencies = ("36.01", "36.02", "36.01", "36.02")
        a, b, c, d = (
            asks(session, chat, NOON + n * HOUR / 60, regency=r, district=None)
            for n, (chat, r) in enumerate(zip(chats, regencies, strict=True))
        )
        withdraw(session, b, NOON)
        sweep(session, NOON + HOUR)
        assert open_offers(session) == [d.id]
        withdraw(session, a, NOON + HOUR)
        sweep(session, NOON + 2 * HOUR)
        assert open_offers(session) == [d.id, c.id]


def test_by_night_nothing_is_offered_and_no_offer_ends(database: Database) -> None:
    night = NOON + 9 * HOUR  # 21.00 in Banten
    with transaction(database) as session:
        (_, first), _ = line_of(session, 2)
        withdraw(session, first, NOON)
        assert sweep(session, night) == 0
        assert sweep(session, NOON + 21 * HOUR) == 2


@given(minutes=st.integers(0, 60 * 24 * 60), hours=st.integers(12, 200), left=st.integers(1, 60 * 24 * 10))
def test_no_offer_ends_by_night_or_after_the_programme(minutes: int, hours: int, left: int) -> None:
    office = OFFICE.__class__(offer_hours=hours)
    now = NOON + dt.timedelta(minutes=minutes)
    closes = now + dt.timedelta(minutes=left)
    ends = offering.deadline(now, closes, office)
    if ends is None:
        assert left < 60 * 26  # only on the last day is nothing offered any more
        return
    assert office.may_write(ends - dt.timedelta(seconds=1)) or office.may_write(ends)
    assert ends <= closes
    assert ends - now >= offering.SHORTEST
    if closes - now > dt.timedelta(hours=hours + 24):
        assert ends - now >= dt.timedelta(hours=hours)


def test_a_raised_quota_is_offered(database: Database) -> None:
    with transaction(database) as session:
        _, (_, second), (_, third), (_, fourth) = line_of(session, 4)
        sweep(session, NOON + HOUR)
        people.programme(session, quota=3)
        session.expire_all()
        assert sweep(session, NOON + HOUR) == 2
        assert open_offers(session) == [second.id, third.id]
        assert fourth.stage is Stage.WAITING


def test_withdrawn_while_it_was_offered_the_place_goes_on(database: Database) -> None:
    with transaction(database) as session:
        (_, first), (chat, second), (_, third) = line_of(session, 3)
        withdraw(session, first, NOON)
        sweep(session, NOON + HOUR)
        withdraw(session, second, NOON + HOUR)
        sweep(session, NOON + 2 * HOUR)
        assert open_offers(session) == [third.id]
        done = says(session, chat, "K1", Answer.TAKE, NOON + 3 * HOUR)
        assert done is not None
        assert done.what is What.OVER


def test_asking_again_with_an_offer_open_takes_it(database: Database) -> None:
    with transaction(database) as session:
        (_, first), (chat, second) = line_of(session, 2)
        withdraw(session, first, NOON)
        sweep(session, NOON + HOUR)
        outcome = applications.settle(
            session,
            second.id,
            people.assessment(session, chat.person_id or 0, business_id=second.business_id),
            office=OFFICE,
            now=NOON + 2 * HOUR,
        )
        assert outcome.stage is Stage.PLACED
        assert session.scalars(sa.select(Offer.state)).one() is OfferState.TAKEN
        assert len(session.scalars(sa.select(Place).where(Place.released_at.is_(None))).all()) == 1


def test_a_new_nib_changes_the_held_place_not_the_turn(database: Database) -> None:
    with transaction(database) as session:
        (_, first), (chat, second) = line_of(session, 2)
        withdraw(session, first, NOON)
        sweep(session, NOON + HOUR)
        assessment = people.assessment(session, chat.person_id or 0, business_id=second.business_id)
        outcome = applications.settle(
            session, second.id, assessment, "9999999999999", office=OFFICE, now=NOON + 2 * HOUR
        )
        assert outcome.stage is Stage.PLACED
        assert session.scalars(sa.select(Place.nib).where(Place.released_at.is_(None))).one() == "9999999999999"


def test_an_officer_may_give_the_place_that_is_on_offer_or_take_it_off_the_list(database: Database) -> None:
    with transaction(database) as session:
        _, (chat, second), (_, third), (_, fourth) = everybody = line_of(session, 4)
        for _, gone in everybody[:1]:
            withdraw(session, gone, NOON)
        sweep(session, NOON + HOUR)
        how: dict[str, Any] = {"now": NOON + 2 * HOUR, "office": OFFICE, "texts": TEXTS}
        moved = moves.move(session, DEWI, second.id, Stage.INCOMPLETE, note="fotonya belum ada", **how)
        assert isinstance(moved, moves.Moved)
        sweep(session, NOON + 3 * HOUR)
        assert open_offers(session) == [third.id]
        moved = moves.move(session, DEWI, third.id, Stage.PLACED, **how)
        assert isinstance(moved, moves.Moved)
        assert session.scalars(sa.select(Offer.state).order_by(Offer.id)).all() == [OfferState.VOID, OfferState.TAKEN]
        assert session.scalars(sa.select(Programme.taken)).one() == 1
        assert fourth.stage is Stage.WAITING
        done = says(session, chat, "K1", Answer.TAKE, NOON + 4 * HOUR)
        assert done is not None
        assert done.what is What.OVER


def test_two_businesses_of_one_nib_do_not_get_two_places(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=2)
        chats = [owner(session) for _ in range(3)]
        one = asks(session, chats[0], NOON, nib="1234567890123")
        two = asks(session, chats[1], NOON + HOUR / 60)
        three = asks(session, chats[2], NOON + HOUR / 30, nib="1234567890123")
        assert three.stage is Stage.WAITING
        withdraw(session, two, NOON)
        sweep(session, NOON + HOUR)
        assert open_offers(session) == []
        assert three.stage is Stage.REVIEW
        assert session.scalars(sa.select(LikelyDouble.because)).one() == "nib"
        assert one.stage is Stage.PLACED
        assert "NIB" in sent_to(session, chats[2])[-1].text


def test_who_cannot_be_told_is_called(database: Database) -> None:
    with transaction(database) as session:
        (_, first), (chat, second), (stopped, third) = line_of(session, 3)
        chat.reachable = Reachable.BLOCKED
        stopped.stopped = Stopped.EVERYTHING
        withdraw(session, first, NOON)
        sweep(session, NOON + HOUR)
        (line,) = offers.lines(session, DEWI, now=NOON, to_call=True)
        assert (line.number, line.told) == (second.number, False)
        assert sent_to(session, chat) == []
        assert third.stage is Stage.WAITING


def test_codes_of_others_are_not_answered(database: Database) -> None:
    with transaction(database) as session:
        (nosy, first), (chat, _) = line_of(session, 2)
        withdraw(session, first, NOON)
        sweep(session, NOON + HOUR)
        done = says(session, nosy, "K1", Answer.TAKE, NOON + 2 * HOUR)
        assert done is not None
        assert done.what is What.NOT_YOURS
        assert says(session, chat, "K2", Answer.TAKE, NOON + 2 * HOUR) is None
        assert says(session, chat, "x", Answer.TAKE, NOON + 2 * HOUR) is None
        second_phone = people.chat(session, chat.person_id)
        taken = says(session, second_phone, "K1", Answer.TAKE, NOON + 2 * HOUR)
        assert taken is not None
        assert taken.what is What.TAKEN
