"""While a platform is away nothing is risked on it: it is asked who we are until it answers, then people are."""

import asyncio

import pytest

from bot.channels.base import Outcome, OutcomeKind
from bot.database import Database
from tests.support.engine import FakeChannel, engine, message

AWAY = [Outcome(OutcomeKind.UNKNOWN, reason="http 500"), Outcome(OutcomeKind.RETRY, reason="not sent")]


@pytest.mark.parametrize("outcome", AWAY, ids=["no clear answer", "not reached"])
def test_no_message_is_used_up_on_a_platform_that_is_away(database: Database, outcome: Outcome) -> None:
    async def story() -> None:
        channel = FakeChannel(script=[outcome], away=3)
        async with engine(database, channel=channel) as it:
            await it.hear(message("a", address="1"))
            await it.until(lambda: channel.asked >= 1)
            for n in range(4):
                await it.hear(message("b", address=f"2{n}"))
            await it.until(lambda: channel.asked >= 3)
            assert len(channel.sent) == 1  # nothing else was tried meanwhile
            await it.settled(20)
            assert channel.asked == 4
            assert sorted(channel.words) == ["1: a", "1: a", *["1: b"] * 4]
            states = it.rows("SELECT state, attempts FROM deliveries ORDER BY id")
            assert [row["state"] for row in states] == ["sent"] * 5
            assert [row["attempts"] for row in states] == [2, 1, 1, 1, 1]

    asyncio.run(story())


def test_one_hiccup_costs_one_question(database: Database) -> None:
    async def story() -> None:
        channel = FakeChannel(script=[AWAY[0]])
        async with engine(database, channel=channel) as it:
            await it.hear(message("a", address="1"))
            await it.until(lambda: channel.asked == 1, 3)
            await it.hear(message("b", address="2"))
            await it.until(lambda: "1: b" in channel.words, 3)  # long before the uncertain one is tried again
            await it.settled()
            assert channel.asked == 1

    asyncio.run(story())
