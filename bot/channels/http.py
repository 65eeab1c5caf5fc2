"""The wire to the platforms: one way of calling that can tell "never sent" from "nobody knows".

PTB is given this transport instead of its own (several times the throughput on one core), and the Twilio client rides
on the same session. Nothing here retries: only the outbox knows whether a message may be sent twice.
"""

from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels import reading
from bot.channels.base import Outcome, OutcomeKind
from bot.channels.errors import PlatformError

CONNECT = 5.0  # seconds
READ = 20.0  # seconds
KEEPALIVE = 10.0  # seconds; a kept connection the platform has closed meanwhile makes a send `unknown`


class NotSent(NetworkError):
    """The request never reached the platform: refused, no such host, no connection in time. Safe to try again."""


class NoAnswer(NetworkError):
    """The request was written and no whole answer came: the platform may have done what it says."""


class TooMany(TelegramError):
    """429. `retry_after` in seconds, None if the platform named none."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__("Too Many Requests")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over the wire."""

    status: int
    body: bytes
    headers: dict[str, str]


class Wire:
    """One HTTP session, opened at the first call inside the running loop.

    There is no limit on connections: aiohttp's own queue is unfair, so the number of calls is bounded by the workers.
    """

    def __init__(self, read: float = READ, connect: float = CONNECT) -> None:
        self.read = read
        self._connect = connect
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        url: str,
        *,
        data: Any = None,
        params: Any = None,
        headers: dict[str, str] | None = None,
        read: float | None = None,
        largest: int | None = None,
    ) -> Answer:
        """One request. Raises `NotSent` or `NoAnswer`, neither with the address in its text: it may hold a token.

        `read` is how long to wait for each part of the answer, in seconds. `largest` bounds the answer, in bytes.
        """
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._connect, sock_read=read or self.read)
        try:
            async with self._open().request(
                method, url, data=data, params=params, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return Answer(response.status, await _body(response, largest), dict(response.headers))
        except aiohttp.ConnectionTimeoutError as error:
            raise NotSent("no connection in time") from error
        except aiohttp.ClientConnectorError as error:
            raise NotSent("no connection") from error
        except TimeoutError as error:  # aiohttp's ServerTimeoutError is one
            raise NoAnswer("no answer in time") from error
        except aiohttp.InvalidURL as error:
            raise NotSent("not an address") from error
        except (aiohttp.ClientError, OSError) as error:
            raise NoAnswer("the connection broke") from error

    async def close(self) -> None:
        """Give back the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE)
            self._session = aiohttp.ClientSession(connector=connector, auto_decompress=True)
        return self._session


async def _body(response: aiohttp.ClientResponse, largest: int | None) -> bytes:
    if largest is None:
        return await response.read()
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(65_536):
        size += len(part)
        if size > largest:
            raise PlatformError(Outcome(OutcomeKind.FAILED, reason="too large"))
        parts.append(part)
    return b"".join(parts)


class AiohttpRequest(BaseRequest):
    """PTB's way to Telegram, on aiohttp: JSON bodies, files as multipart, PTB's errors."""

    def __init__(self, wire: Wire | None = None) -> None:
        self.wire = wire or Wire()

    @property
    def read_timeout(self) -> float | None:
        """How long an answer may take, in seconds."""
        return self.wire.read

    async def initialize(self) -> None:
        """Nothing to open yet: the session opens at the first call."""

    async def shutdown(self) -> None:
        """Close the session."""
        await self.wire.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        """One call to the Bot API. Beside PTB's errors: `NotSent`, and `TooMany` for every 429.

        PTB hands over a mark of its own where no time-out is given, hence `Any`.
        """
        data, headers = _payload(request_data)
        read = read_timeout if isinstance(read_timeout, int | float) else None
        answer = await self.wire.call(method, url, data=data, headers=headers, read=read)
        if answer.status == 429:
            # PTB sees a 429 only when it names its seconds, and its RetryAfter warns when read.
            raise TooMany(retry_after_of(answer.body))
        return answer.status, answer.body

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Read Telegram's answer; unlike PTB's own, it never logs the payload, which may hold a person's words."""
        try:
            parsed = reading.parsed(payload)
        except ValueError as error:
            raise TelegramError("the answer is not JSON") from error
        if not isinstance(parsed, dict):
            raise TelegramError("the answer is not an object")
        return parsed


def retry_after_of(body: bytes) -> float | None:
    """The seconds Telegram names in a 429, if it names any."""
    try:
        seconds = orjson.loads(body)["parameters"]["retry_after"]
    except (ValueError, KeyError, TypeError):
        return None
    return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else None


def _payload(request_data: Any) -> tuple[Any, dict[str, str] | None]:
    if request_data is None:
        return None, None
    if not request_data.contains_files:
        return orjson.dumps(request_data.parameters), {"Content-Type": "application/json"}
    # quote_fields would turn a file called "sertifikat é.pdf" into percent signs.
    form = aiohttp.FormData(default_to_multipart=True, quote_fields=False)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form, None


class WithFile:
    """Parameters for `BaseRequest.post` of which one is a file: (name, content, media type)."""

    __slots__ = ("json_parameters", "multipart_data")
    contains_files = True

    def __init__(self, parameters: dict[str, Any], name: str) -> None:
        self.json_parameters = {
            key: value if isinstance(value, str) else orjson.dumps(value).decode()
            for key, value in parameters.items()
            if key != name
        }
        self.multipart_data = {name: parameters[name]}


class Plain:
    """Parameters for `BaseRequest.post`, which reads only these two: no object is built for what nobody reads."""

    __slots__ = ("parameters",)
    contains_files = False

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.parameters = parameters
