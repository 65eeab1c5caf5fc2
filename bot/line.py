"""The line to one platform: how many calls are out, and whether it is open, closed or in doubt."""

import asyncio
import logging
import time
from dataclasses import dataclass, field

from bot.channels.base import Channel, Outcome, OutcomeKind
from bot.channels.errors import PlatformError
from bot.outbox_results import GATE_CLOSED, PAUSE_WHEN_WRONG
from bot.outbox_rows import Sender
from bot.pace import Behind

log = logging.getLogger(__name__)

IN_FLIGHT = 60  # calls to one platform at once
SHORTEST, LONGEST = 0.25, 15.0  # seconds between two questions whether the platform is back


@dataclass(slots=True)
class Line:
    """One channel as this process drives it."""

    channel: Channel
    sender: Sender
    in_flight: int = 0
    closed_until: float = 0.0  # time.monotonic; a 429 or a refused token closes the line at once
    in_doubt: bool = False  # the last call had no clear answer: nothing is risked until a harmless one has
    refused: bool = False  # our token or settings were refused the last time
    answers: int = 0  # clear ones, so far
    short: bool = False  # something waits that could go out if a call came back
    failures: int = 0  # of those questions, in a row: the pauses grow
    behind: Behind = field(default_factory=Behind)  # what late sends put off
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def free(self) -> int:
        """How many more calls may be begun now."""
        if self.in_doubt or time.monotonic() < self.closed_until:
            return 0
        return max(0, IN_FLIGHT - self.in_flight)

    @property
    def away(self) -> bool:
        """Whether nothing can be sent just now, and not because we were told to wait."""
        return self.in_doubt or self.refused

    def close(self, seconds: float) -> None:
        """Nothing more for so long."""
        self.closed_until = max(self.closed_until, time.monotonic() + seconds)

    def learn(self, outcome: Outcome) -> None:
        """What one outcome means for the next calls of this process."""
        if outcome.kind is OutcomeKind.MISCONFIGURED:
            log.error("%s refuses us: %s", self.sender.channel.value, outcome.reason)
            self.close(PAUSE_WHEN_WRONG)
            self.refused = True
        elif outcome.kind is OutcomeKind.RETRY and outcome.retry_after and outcome.reason != GATE_CLOSED:
            self.close(outcome.retry_after)
        elif outcome.kind in (OutcomeKind.UNKNOWN, OutcomeKind.RETRY) and outcome.reason != GATE_CLOSED:
            self.in_doubt = True
        elif outcome.kind is not OutcomeKind.RETRY:
            self.answers, self.refused = self.answers + 1, False

    async def ask(self) -> None:
        """While in doubt: ask the platform who we are. Each message has few attempts, and a platform that is away would
        use them up; a question that moves nobody may be asked as often as it takes."""
        if not self.in_doubt or time.monotonic() < self.closed_until:
            return
        try:
            await self.channel.me()
        except PlatformError as error:
            self._still_away(error)
            return
        if self.failures:
            log.warning("%s answers again", self.sender.channel.value)
        self.in_doubt, self.refused, self.failures = False, False, 0
        self.answers += 1

    def _still_away(self, error: PlatformError) -> None:
        if not self.failures:
            log.warning("%s does not answer (%s)", self.sender.channel.value, error.outcome.reason or error.kind.value)
        self.failures += 1
        self.close(error.retry_after or min(SHORTEST * 2.0**self.failures, LONGEST))
