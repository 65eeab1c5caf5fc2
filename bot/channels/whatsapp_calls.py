"""A call to Twilio, and what its failure means. Twilio's two kinds of error share neither class nor fields."""

import asyncio
from collections.abc import Awaitable
from typing import Any, Final

import orjson
from twilio.base.exceptions import TwilioException

from bot.channels import whatsapp_errors
from bot.channels.base import Outcome, OutcomeKind
from bot.channels.errors import PlatformError
from bot.channels.http import NoAnswer, NotSent, TooMany

LONGEST_CALL: Final = 30.0  # seconds for one call as a whole
TOO_MANY: Final = 20429

# What a call may end in: Twilio's refusals, our wire's failures, and answers that are not what they should be.
FAILURES: Final = (TwilioException, NotSent, NoAnswer, TooMany, TimeoutError, ValueError, TypeError, LookupError)


async def within(work: Awaitable[Any]) -> Any:
    """The result of a call, or one of `FAILURES`."""
    async with asyncio.timeout(LONGEST_CALL):
        return await work


async def asked(work: Awaitable[Any]) -> Any:
    """The result of a call that is not a delivery, or `PlatformError`."""
    try:
        return await within(work)
    except FAILURES as error:
        raise PlatformError(outcome_of(error)) from error


def outcome_of(error: Exception) -> Outcome:
    """What a failed call means for a message."""
    if isinstance(error, NotSent):
        return Outcome(OutcomeKind.RETRY, reason="not sent")
    if isinstance(error, TooMany):
        pause = error.retry_after or whatsapp_errors.PAUSES[TOO_MANY]
        return Outcome(OutcomeKind.RETRY, retry_after=pause, reason=f"{TOO_MANY}: too many requests at once")
    status = getattr(error, "status", None)
    if isinstance(status, int):
        return whatsapp_errors.refusal(status, code_of(error))
    return Outcome(OutcomeKind.UNKNOWN, reason="no clear answer")


def code_of(error: Exception) -> int | None:
    """Twilio's code for a refusal, if it gave one."""
    if isinstance(error, TooMany):
        return TOO_MANY
    code = getattr(error, "code", None)
    return code if isinstance(code, int) else None


def code_in(body: str) -> int | None:
    """Twilio's code in a refusal's body."""
    try:
        code = orjson.loads(body)["code"]
    except (ValueError, LookupError, TypeError):
        return None
    return code if isinstance(code, int) else None
