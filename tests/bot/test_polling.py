"""Without a webhook: every update is kept before the next is asked for, and none can wedge the others."""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

from bot.channels.base import Outcome, OutcomeKind
from bot.channels.errors import PlatformError
from bot.channels.telegram_hear import hear
from bot.inbound import Inbound
from bot.inbox import Received
from bot.polling import Polling
from bot.writer import DatabaseGone
from tests.support.engine import NOON


class FakeTelegram:
    """Gives out batches; remembers what was settled by asking on, as Telegram does."""

    def __init__(self, *batches: Any) -> None:
        self.batches = list(batches)
        self.asked: list[int | None] = []
        self.acknowledged: list[tuple[str, str]] = []
        self.deleted = 0

    async def delete_webhook(self) -> None:
        self.deleted += 1

    async def updates(self, offset: int | None, timeout: int = 25) -> list[Any]:
        self.asked.append(offset)
        if not self.batches:
            await asyncio.sleep(60)
        batch = self.batches.pop(0)
        if isinstance(batch, Exception):
            raise batch
        return batch

    def hear(self, update: Any, now: dt.datetime) -> Inbound | None:
        if isinstance(update, dict) and update.get("bomb"):
            raise RuntimeError("unreadable")
        return hear(update, now)

    async def acknowledge(self, callback_id: str, text: str = "") -> None:
        self.acknowledged.append((callback_id, text))


def _message(number: int, text: str = "halo") -> dict[str, Any]:
    sender = {"id": 7, "is_bot": False}
    return {
        "update_id": number,
        "message": {"message_id": 1, "chat": {"id": 7, "type": "private"}, "from": sender, "text": text},
    }


def _tap(number: int) -> dict[str, Any]:
    chat = {"message_id": 1, "chat": {"id": 7, "type": "private"}}
    return {"update_id": number, "callback_query": {"id": "cb", "from": {"id": 7}, "data": "r|q|o", "message": chat}}


def _poll(telegram: FakeTelegram, receive: Callable[[Inbound], Any], rounds: int) -> None:
    async def story() -> None:
        polling = Polling(telegram, receive, lambda: NOON)  # type: ignore[arg-type]
        polling.start()
        async with asyncio.timeout(20):
            while len(telegram.asked) < rounds:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.02)
        async with asyncio.timeout(20):
            await polling.close()

    asyncio.run(story())


def test_the_next_is_asked_for_only_after_the_commit() -> None:
    telegram, kept = FakeTelegram([_message(5), _message(6)]), []

    async def receive(inbound: Inbound) -> Received:
        assert telegram.asked == [None]
        await asyncio.sleep(0.05)
        kept.append(inbound.event_id)
        return Received()

    _poll(telegram, receive, 2)
    assert (kept, telegram.asked, telegram.deleted) == (["5", "6"], [None, 7], 1)


def test_one_unreadable_update_wedges_nothing() -> None:
    telegram, kept = (
        FakeTelegram([{"update_id": 1, "bomb": True}, 5, {}, {"update_id": 2, "message": 9}, _message(3)]),
        [],
    )

    async def receive(inbound: Inbound) -> Received:
        kept.append(inbound.event_id)
        return Received()

    _poll(telegram, receive, 2)
    assert (kept, telegram.asked) == (["3"], [None, 4])


def test_while_the_database_is_gone_nothing_is_settled() -> None:
    telegram, tries = FakeTelegram([_message(5)], [_message(5)]), []

    async def receive(inbound: Inbound) -> Received:
        tries.append(inbound.event_id)
        if len(tries) == 1:
            raise DatabaseGone("gone")
        return Received()

    _poll(telegram, receive, 3)
    assert (tries, telegram.asked) == (["5", "5"], [None, None, 6])


def test_a_tap_is_always_acknowledged() -> None:
    unheard = {"update_id": 2, "callback_query": {"id": "strange", "game_short_name": "x"}}
    telegram = FakeTelegram([_tap(1), unheard])

    async def receive(inbound: Inbound) -> Received:
        return Received(toast="Dicatat")

    _poll(telegram, receive, 2)
    assert sorted(telegram.acknowledged) == [("cb", "Dicatat"), ("strange", "")]


def test_a_tap_whose_acknowledgement_hangs_does_not_hold_up_the_end() -> None:
    class Silent(FakeTelegram):
        async def acknowledge(self, callback_id: str, text: str = "") -> None:
            await asyncio.sleep(60)

    async def receive(inbound: Inbound) -> Received:
        return Received(toast="Dicatat")

    _poll(Silent([_tap(1)]), receive, 2)


def test_a_conflict_or_a_network_that_is_gone_is_waited_out() -> None:
    gone = PlatformError(Outcome(OutcomeKind.RETRY, reason="not sent", retry_after=0.01))
    telegram, kept = FakeTelegram(gone, [_message(1)]), []

    async def receive(inbound: Inbound) -> Received:
        kept.append(inbound.event_id)
        return Received()

    _poll(telegram, receive, 3)
    assert kept == ["1"]


def test_after_a_silent_week_numbers_may_start_anew_anywhere() -> None:
    telegram, kept = FakeTelegram([_message(900)], [], [_message(4)]), []

    async def receive(inbound: Inbound) -> Received:
        kept.append(inbound.event_id)
        return Received()

    _poll(telegram, receive, 4)
    assert (kept, telegram.asked) == (["900", "4"], [None, 901, None, 5])
