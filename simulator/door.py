"""The way to the program's own doors: over HTTP, on this computer only, signed as the platforms sign."""

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
WAIT = aiohttp.ClientTimeout(total=15)  # Twilio gives a webhook 15 seconds


class NotLoopback(ValueError):
    """The phone may only stand before a program on this computer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the program answered; status 0 means that it did not."""

    status: int
    body: bytes = b""

    @property
    def ok(self) -> bool:
        """Taken."""
        return 200 <= self.status < 300


def is_loopback(host: str | None) -> bool:
    """This computer, by name or number."""
    if host in (None, ""):
        return False
    if str(host).lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def require_loopback(url: str) -> None:
    """Raise NotLoopback unless the address is on this computer."""
    if not is_loopback(urlsplit(url).hostname):
        raise NotLoopback("the simulator only talks to a program on this computer (127.0.0.1, ::1, localhost)")


def signature(token: str, url: str, fields: Mapping[str, str]) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the address and the sorted fields (twilio.com/docs/usage/security)."""
    said = url + "".join(key + fields[key] for key in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


async def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Knock once. A session each time: nothing stays open when the phone is put away."""
    require_loopback(url)
    try:
        async with (
            aiohttp.ClientSession(timeout=WAIT) as session,
            session.post(url, data=body, headers=dict(headers), allow_redirects=False) as answer,
        ):
            return Answer(answer.status, await answer.read())
    except (TimeoutError, aiohttp.ClientError):
        return Answer(0)


class Guard:
    """Lets in this computer only, and only its own pages: the phone can say anything in anybody's name."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse with 403, or pass on and add the headers every page carries."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not _from_here(scope):
            refuse = PlainTextResponse("HP percobaan hanya bisa dibuka dari komputer ini.\n", 403)
            await refuse(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *SAFE_HEADERS]
            await send(message)

        await self.app(scope, receive, with_headers)


SAFE_HEADERS = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)


def _from_here(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    client = scope.get("client")
    here = client is not None and is_loopback(client[0])
    # A name that resolves to 127.0.0.1 would let a foreign page in (DNS rebinding); so would a form on it.
    named = is_loopback(urlsplit(f"//{headers.get('host', '')}").hostname)
    own_page = headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    return here and named and (own_page or scope["method"] in ("GET", "HEAD"))
