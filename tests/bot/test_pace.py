"""Never faster than allowed, over all processes, and silent for as long as a platform says."""

import asyncio
import itertools
import time
from collections import Counter

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot import pace
from bot.channels.base import Outcome, OutcomeKind
from bot.database import Database
from bot.outbox_rows import Ready
from bot.tables import gates
from models import Channel, Lane
from tests.support.engine import FakeChannel, engine, message
from texts.bubble import Bubble


@given(
    st.sampled_from([1.0, 7.5, 29.5, 79.0, 1000.0]),
    st.lists(st.tuples(st.floats(0, 0.5), st.integers(1, 40)), min_size=1, max_size=60),
)
def test_never_more_than_the_rate_in_any_second(rate: float, asked: list[tuple[float, int]]) -> None:
    now, tat, sent = 1000.0, 0.0, []
    for after, wanted in asked:
        now += after
        waits, tat = pace.slots(tat, now, wanted, rate, pace.AHEAD)
        assert all(wait <= pace.AHEAD + 1e-6 for wait in waits)
        sent += [now + wait for wait in waits]
    assert sent == sorted(sent)
    for first, then in itertools.pairwise(sent):
        assert then - first >= 1 / rate - 1e-6
    for start in sent:
        assert sum(start <= moment < start + 1 for moment in sent) <= rate + 1


@given(st.lists(st.tuples(st.floats(0, 0.06), st.floats(0, 0.05)), min_size=40, max_size=120))
def test_never_more_than_the_platforms_limit_though_sends_are_late(turns: list[tuple[float, float]]) -> None:
    """A send may be up to 50 ms after its slot; within 100 ms its result is written, and what is not booked put off."""
    now, tat = 1000.0, 0.0
    sent: list[float] = []
    behind: list[tuple[float, float]] = []  # when it is written down, what is put off
    for after, late in turns:
        now += after
        tat += sum(seconds for at, seconds in behind if at <= now)
        behind = [one for one in behind if one[0] > now]
        waits, booked = pace.slots(tat, now, 2, 29.5, 0.07)
        tat = booked if waits else tat
        for wait in waits:
            noted = pace.Behind()
            noted.note(late)
            sent.append(now + wait + late)
            behind.append((sent[-1] + 0.1, noted.taken()))
    for start in sent:
        assert sum(start <= moment < start + 1 for moment in sent) <= 30


def test_a_clock_set_back_does_not_silence_the_office() -> None:
    waits, _ = pace.slots(tat=2_000_000.0, now=1_000_000.0, wanted=1, rate=29.5, ahead=pace.AHEAD)
    assert list(waits) == [0.0]


def test_what_an_answer_of_the_database_took_on_its_way_is_known_by_the_quickest_one() -> None:
    clocks = pace.Clocks()
    answers = ((0.0, 1000.001), (1.0, 1000.996), (2.0, 1001.99), (3.0, 1003.005), (4.0, 1003.99))  # here, there
    assert [round(clocks.lag(here, there), 3) for here, there in answers] == [0.0, 0.005, 0.011, 0.0, 0.015]
    assert clocks.lag(5.0, 1000.0) == 0.0  # the database's clock was set back
    assert clocks.lag(16.0, 1010.9) == 0.0  # and what is old is forgotten


def test_the_row_keeps_the_pace_of_all_processes(database: Database) -> None:
    booked: list[float] = []
    with database.write() as connection:
        pace.open_gate(connection, "telegram")
        pace.open_gate(connection, "telegram")
    for process in range(4):
        with database.write() as connection:
            waits = pace.reserve(connection, "telegram", 2, 29.5, now=100.0 + process / 1000)
            booked += [100.0 + process / 1000 + wait for wait in waits]
    gaps = [b - a for a, b in itertools.pairwise(booked)]
    assert len(booked) == 5  # what would lie further ahead than a reply may book is not granted
    assert min(gaps) >= 1 / 29.5 - 1e-6


def test_the_databases_own_clock_goes_on(database: Database) -> None:
    with database.write() as connection:
        first = pace.clock(connection)
    with database.write() as connection:
        assert 0 <= pace.clock(connection) - first < 5
    assert first > 1_600_000_000


def test_closed_means_closed_for_everybody_until_its_time(database: Database) -> None:
    with database.write() as connection:
        pace.open_gate(connection, "telegram")
        pace.close(connection, "telegram", 3.0, now=100.0)
        pace.close(connection, "telegram", 1.0, now=100.0)  # a shorter one does not open it earlier
    for now, granted in ((100.0, 0), (102.9, 0), (103.1, 1)):
        with database.write() as connection:
            assert len(pace.reserve(connection, "telegram", 1, 29.5, now=now)) == granted


def test_a_429_holds_everything_until_its_deadline(database: Database) -> None:
    async def story() -> None:
        channel = FakeChannel(script=[Outcome(OutcomeKind.RETRY, retry_after=0.8, reason="too many requests")])
        async with engine(database, channel=channel) as it:
            await it.hear(message("a", address="1"))
            await it.until(lambda: len(channel.sent) == 1)
            await asyncio.sleep(0.05)
            for n in range(5):
                await it.hear(message("b", address=str(10 + n)))
            await it.settled()
            first, *rest = [moment for moment, *_ in channel.sent]
            assert len(rest) == 6
            assert min(rest) - first >= 0.8
            assert Counter(channel.words)["1: a"] == 2

    asyncio.run(story())


@pytest.mark.parametrize("rate", [29.5])
def test_a_crowd_is_answered_no_faster_than_allowed(database: Database, rate: float) -> None:
    async def story() -> None:
        async with engine(database, rate=rate) as it:
            await asyncio.gather(*(it.hear(message("x", address=str(n))) for n in range(45)))
            await it.settled(20)
            moments = sorted(moment for moment, *_ in it.channel.sent)
            assert len(moments) == 45
            assert max(sum(s <= m < s + 1 for m in moments) for s in moments) <= 31

    asyncio.run(story())


@pytest.mark.parametrize(("lane", "goes_out"), [(Lane.REPLY, True), (Lane.BULK, False)])
def test_who_comes_late_for_a_slot_takes_no_place_far_ahead_of_the_replies(
    database: Database, lane: Lane, goes_out: bool
) -> None:
    async def story() -> None:
        async with engine(database, rate=29.5) as it:
            line = it.outbox.lines[Channel.TELEGRAM]
            with it.database.write() as connection:
                booked = pace.clock(connection) + 0.5
                connection.execute(sa.update(gates).values(tat=booked))
            late = Ready(1, "t", 1, Channel.TELEGRAM, "1", lane, 1, Bubble("x"), True, time.monotonic() - 1)
            assert await it.outbox._on_time(line, late) is goes_out
            with it.database.read() as connection:
                assert (connection.execute(sa.select(gates.c.tat)).scalar_one() > booked) is goes_out

    asyncio.run(story())


@pytest.mark.parametrize(("rate", "books"), [(29.5, True), (pace.UNBOUND, False)])
def test_a_late_send_books_anew_only_where_somebody_limits_the_pace(
    database: Database, rate: float, books: bool
) -> None:
    async def story() -> None:
        async with engine(database, rate=rate) as it:
            line = it.outbox.lines[Channel.TELEGRAM]
            late = Ready(1, "t", 1, Channel.TELEGRAM, "1", Lane.REPLY, 1, Bubble("x"), True, time.monotonic() - 1)
            before = it.rows("SELECT tat FROM gates")
            assert await it.outbox._on_time(line, late)
            assert (it.rows("SELECT tat FROM gates") != before) is books

    asyncio.run(story())
