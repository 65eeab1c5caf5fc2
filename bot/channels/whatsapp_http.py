"""Twilio's client on our own wire: time-outs that hold, no retries, and another host where the settings name one."""

import base64
import logging
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import orjson
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from bot.channels.http import TooMany, Wire

_SILENT = logging.getLogger(f"{__name__}.silent")
_JSON: Final = "application/json"


class TwilioTransport(AsyncHttpClient):  # type: ignore[misc]  # twilio ships no types
    """What Twilio's client sends with.

    Not the library's own: that one ignores its time-out, repeats a POST after a 5xx if told to retry (two messages to
    one person), sends JSON bodies as forms, and uses a parameter of aiohttp that is about to go.
    """

    def __init__(self, wire: Wire, base_url: str | None = None) -> None:
        super().__init__(_SILENT, True)
        self._wire = wire
        self._base_url = base_url

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One call. Raises `NotSent`, `NoAnswer` and, for a 429, `TooMany`."""
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = basic(*auth)
        body = _encoded(data, sent)
        url = elsewhere(uri, self._base_url)
        answer = await self._wire.call(
            method.upper(), url, data=body, params=params or None, headers=sent, read=timeout
        )
        if answer.status == 429:
            raise TooMany(_seconds(answer.headers))
        return Response(answer.status, answer.body.decode("utf-8", "replace"), answer.headers)


def basic(user: str, password: str) -> str:
    """The header of HTTP's basic authentication."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def elsewhere(url: str, base_url: str | None) -> str:
    """The same call at the scheme and host of the settings, if they name one."""
    if not base_url:
        return url
    asked, base = urlsplit(url), urlsplit(base_url)
    return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + asked.path, asked.query, ""))


def _encoded(data: Mapping[str, Any] | None, headers: dict[str, str]) -> bytes | None:
    if not data:
        return None
    if headers.get("Content-Type") == _JSON:
        return orjson.dumps(data)
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return urlencode(data, doseq=True).encode()


def _seconds(headers: Mapping[str, str]) -> float | None:
    named = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(named) if named.isascii() and named.isdigit() and named != "0" else None
