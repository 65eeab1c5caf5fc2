"""Twilio signs what it posts to us; what is not signed with our token was not posted by Twilio."""

from collections.abc import Iterable
from typing import Any

from twilio.request_validator import RequestValidator


def valid(url: str, params: Any, signature: str | None, tokens: Iterable[str]) -> bool:
    """Whether the signature fits one of our tokens (several while one is being replaced). Never raises.

    `url` is our configured public address with the raw path and query, never what the request calls itself: a proxy
    changes that, and a forger chooses it. `params` is the whole form, empty values and unknown names included; a
    mapping, or a multi-dict as Starlette's. Only HMAC-SHA1 with the account's token is accepted: the header that
    names another way is the sender's to choose.
    Source: twilio.com/docs/usage/security#validating-requests
    """
    if not signature:
        return False
    return any(_fits(url, params, signature, token) for token in tokens if token)


def _fits(url: str, params: Any, signature: str, token: str) -> bool:
    try:
        return bool(RequestValidator(token).validate(url, params, signature))
    except (ValueError, TypeError, KeyError, AttributeError, UnicodeError):
        return False


def sign(url: str, params: Any, token: str) -> str:
    """The signature Twilio would send; for checks of our own settings and for tests."""
    return str(RequestValidator(token).compute_signature(url, params))
