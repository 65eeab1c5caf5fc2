"""Twilio's error codes and what each means for us. Data, to be amended: Twilio says itself that codes change.

Sources: twilio.com/docs/api/errors and the pages of the single codes; "SMS" marks codes that stem from there. Whatever
is not in the table is a refusal for good, which is never tried again by itself.
"""

from collections.abc import Mapping
from typing import Final

from bot.channels.base import Outcome, OutcomeKind

RETRY, FAILED, BLOCKED = OutcomeKind.RETRY, OutcomeKind.FAILED, OutcomeKind.BLOCKED
OPTED_OUT = OutcomeKind.OPTED_OUT
GONE, UNKNOWN, MISCONFIGURED, HELD = (
    OutcomeKind.GONE,
    OutcomeKind.UNKNOWN,
    OutcomeKind.MISCONFIGURED,
    OutcomeKind.HELD,
)

CODES: Final[Mapping[int, tuple[OutcomeKind, str]]] = {
    20003: (MISCONFIGURED, "account sid or token refused"),
    20005: (MISCONFIGURED, "account suspended"),
    20404: (MISCONFIGURED, "no such account or resource"),
    20429: (RETRY, "too many requests at once"),
    21211: (GONE, "no such number"),
    21212: (MISCONFIGURED, "sender is not valid"),
    21217: (GONE, "no such number"),
    21408: (MISCONFIGURED, "region not enabled"),
    21603: (MISCONFIGURED, "no sender"),
    21606: (MISCONFIGURED, "sender is not ours"),
    21609: (MISCONFIGURED, "status callback is not an address"),
    21610: (OPTED_OUT, "the person sent STOP"),
    21611: (RETRY, "sender's queue is full"),
    21614: (GONE, "no such number"),
    21617: (FAILED, "too long"),
    21619: (FAILED, "empty"),
    21654: (FAILED, "content template missing"),
    21655: (FAILED, "content template not valid"),
    21656: (FAILED, "content variables not valid"),
    30001: (RETRY, "queue overflow (SMS)"),
    30002: (MISCONFIGURED, "account suspended (SMS)"),
    30003: (FAILED, "unreachable (SMS)"),
    30004: (BLOCKED, "blocked (SMS)"),
    30005: (GONE, "unknown number (SMS)"),
    30006: (GONE, "landline (SMS)"),
    30007: (FAILED, "filtered (SMS)"),
    30008: (FAILED, "unknown error (SMS)"),
    63001: (MISCONFIGURED, "sender could not sign in"),
    63003: (GONE, "not on WhatsApp"),
    63005: (FAILED, "content not accepted"),
    63007: (MISCONFIGURED, "no such sender"),
    63013: (FAILED, "against WhatsApp's policy"),
    63015: (BLOCKED, "has not joined the sandbox"),
    63016: (HELD, "outside the 24-hour window"),
    63017: (RETRY, "account's rate exceeded"),
    63018: (RETRY, "sender's rate or daily limit exceeded"),
    63019: (FAILED, "a file could not be fetched"),
    63021: (FAILED, "content not valid"),
    63040: (HELD, "template rejected"),
    63041: (HELD, "template paused"),
    63042: (HELD, "template disabled"),
    63024: (GONE, "recipient not valid"),
    63032: (FAILED, "person is in an experiment of WhatsApp's"),
    63038: (RETRY, "account's daily limit reached"),
    63049: (FAILED, "WhatsApp's limit of marketing per person"),
}

# The template or its variables were refused, not the message: the same words may go out as plain text.
CONTENT_REFUSED: Final = frozenset({21654, 21655, 21656, 63005, 63013, 63021})

# Seconds of silence for the whole sender that a code asks for.
PAUSES: Final[Mapping[int, float]] = {
    20429: 2.0,
    21611: 30.0,
    30001: 30.0,
    63017: 2.0,
    63018: 60.0,
    63038: 3600.0,
}


def meaning(code: int | None) -> Outcome:
    """What a code means; what is not in the table failed for good."""
    if code is None:
        return Outcome(FAILED, reason="failed")
    kind, reason = CODES.get(code, (FAILED, "failed"))
    return Outcome(kind, retry_after=PAUSES.get(code), reason=f"{code}: {reason}")


def refusal(status: int, code: int | None) -> Outcome:
    """What an HTTP refusal means. The status goes first: without JSON, Twilio's client copies it into the code."""
    if status >= 500:
        return Outcome(UNKNOWN, reason=f"http {status}")
    if code in CODES:
        return meaning(code)
    if status == 429:
        return Outcome(RETRY, retry_after=PAUSES[20429], reason="http 429")
    if status in (401, 403, 404):
        return Outcome(MISCONFIGURED, reason=f"http {status}")
    return Outcome(FAILED, reason=f"{code or status}: failed")
