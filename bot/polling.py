"""Without a public address the bot asks Telegram itself what people wrote, and never loses or wedges on an update."""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.base import OutcomeKind
from bot.channels.errors import PlatformError
from bot.channels.telegram import TelegramChannel
from bot.inbound import Inbound
from bot.inbox import Received
from bot.writer import DatabaseGone

log = logging.getLogger(__name__)

LONGEST = 60.0  # seconds between two attempts while Telegram cannot be reached
LAST_WORD = 1.0  # seconds at the end for taps still being acknowledged: nobody is waiting for more than a spinner


class Polling:
    """The loop over getUpdates.

    An update is settled by asking for the next one, which happens only after the commit. Telegram itself remembers
    what is settled, so no offset of ours is kept: after a week of silence its numbers start anew anywhere, and a
    stored one would settle messages nobody has read. What comes twice is recognised by its number.
    """

    def __init__(
        self,
        telegram: TelegramChannel,
        receive: Callable[[Inbound], Awaitable[Received]],
        now: Callable[[], dt.datetime],
    ) -> None:
        self._telegram = telegram
        self._receive = receive
        self._now = now
        self._task: asyncio.Task[None] | None = None
        self._acknowledging: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin asking."""
        self._task = asyncio.create_task(self._ask_on())

    async def close(self) -> None:
        """Stop asking. What was fetched and not kept comes again."""
        if self._task:
            self._task.cancel()
            if self._acknowledging:
                await asyncio.wait(self._acknowledging, timeout=LAST_WORD)
            for task in self._acknowledging:
                task.cancel()
            await asyncio.gather(self._task, *self._acknowledging, return_exceptions=True)

    async def _ask_on(self) -> None:
        wait = 0.0
        webhook_gone = False
        offset: int | None = None
        while True:
            await asyncio.sleep(wait)
            try:
                if not webhook_gone:
                    await self._telegram.delete_webhook()
                    webhook_gone = True
                updates = await self._telegram.updates(offset)
                offset = await self._take_in(updates)
                wait = 1.0 if updates and offset is None else 0.0  # numberless updates: do not spin
            except PlatformError as error:
                wait = _longer(wait, error)
            except DatabaseGone:
                wait = max(1.0, min(wait * 2, LONGEST))

    async def _take_in(self, updates: list[Any]) -> int | None:
        """Keep a batch; gives the number after it. Raises DatabaseGone, and then the batch comes again."""
        results = await asyncio.gather(*(self._one(update) for update in updates), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        numbers = [number for update in updates if (number := _number(update)) is not None]
        return max(numbers) + 1 if numbers else None

    async def _one(self, update: Any) -> None:
        """One update: anything about it may be wrong, and none of it may hold up the others."""
        inbound = self._heard(update)
        received = await self._receive(inbound) if inbound else Received()
        callback = inbound.callback_id if inbound else callback_of(update)
        if callback:
            task = asyncio.create_task(self._acknowledge(callback, received.toast))
            self._acknowledging.add(task)
            task.add_done_callback(self._acknowledging.discard)

    def _heard(self, update: Any) -> Inbound | None:
        try:
            return self._telegram.hear(update, self._now())
        except Exception:
            log.exception("passed over an update that could not be read")
            return None

    async def _acknowledge(self, callback_id: str, toast: str) -> None:
        try:
            await self._telegram.acknowledge(callback_id, toast)
        except PlatformError as error:
            log.info("a tap could not be acknowledged: %s", error.kind.value)


def callback_of(update: Any) -> str | None:
    """The tap that waits for an acknowledgement, even where nothing else of the update could be used."""
    tap = update.get("callback_query") if isinstance(update, dict) else None
    found = tap.get("id") if isinstance(tap, dict) else None
    return found if isinstance(found, str) else None


def _number(update: Any) -> int | None:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _longer(wait: float, error: PlatformError) -> float:
    """Ask less and less often; say once why."""
    if wait < 1:
        log.warning("Telegram cannot be asked (%s); trying again", error.outcome.reason or error.kind.value)
    least = 10.0 if error.kind is OutcomeKind.MISCONFIGURED else 1.0
    return max(error.retry_after or 0.0, min(max(least, wait * 2), LONGEST))
