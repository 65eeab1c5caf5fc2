"""Pictures that came in by WhatsApp: fetched from Twilio, then forgotten there."""

from typing import Final
from urllib.parse import urlsplit

from bot.channels import pictures, whatsapp_errors
from bot.channels.base import Outcome, OutcomeKind
from bot.channels.errors import PlatformError
from bot.channels.http import Answer, Wire
from bot.channels.whatsapp_calls import asked
from bot.channels.whatsapp_http import elsewhere

HOST: Final = "api.twilio.com"
PLACES: Final = (".twilio.com", ".twiliocdn.com", ".amazonaws.com")  # where Twilio redirects to
HOPS: Final = 3


class MediaStore:
    """Twilio's store of what people sent. Only its own host is asked, and only it is told our token."""

    def __init__(self, wire: Wire, authorization: str, base_url: str | None) -> None:
        self._wire = wire
        self._authorization = authorization
        self._base_url = base_url
        self._host = urlsplit(base_url).netloc if base_url else HOST

    async def fetch(self, ref: str) -> pictures.Picture:
        """The picture behind a media address, at most 20 MB. Raises `PlatformError`."""
        url = self._own(ref)
        for _ in range(HOPS + 1):
            headers = {"Authorization": self._authorization} if urlsplit(url).netloc == self._host else {}
            answer = await asked(self._wire.call("GET", url, headers=headers, largest=pictures.LARGEST))
            if answer.status not in (301, 302, 303, 307, 308):
                return pictures.picture(_content(answer))
            url = self._next(_location(answer))
        raise PlatformError(Outcome(OutcomeKind.FAILED, reason="too many redirects"))

    async def forget(self, ref: str) -> None:
        """Have Twilio delete it: it keeps everything until told. What is gone already is fine."""
        headers = {"Authorization": self._authorization}
        answer = await asked(self._wire.call("DELETE", self._own(ref), headers=headers))
        if answer.status not in (200, 202, 204, 404):
            raise PlatformError(whatsapp_errors.refusal(answer.status, None))

    def _own(self, ref: str) -> str:
        """The address at the host we trust; an address that is not Twilio's is somebody's trap and is not followed."""
        address = urlsplit(ref)
        if address.scheme not in ("https", "http") or address.netloc not in (HOST, self._host):
            raise PlatformError(Outcome(OutcomeKind.FAILED, reason="not an address of Twilio's"))
        if address.netloc != self._host:
            return elsewhere(ref, self._base_url)
        return ref if self._base_url else address._replace(scheme="https").geturl()

    def _next(self, url: str) -> str:
        to = urlsplit(url)
        twilios = to.scheme == "https" and f".{to.hostname or ''}".endswith(PLACES)
        if not twilios and (to.netloc != self._host or to.scheme not in ("https", "http")):
            raise PlatformError(Outcome(OutcomeKind.FAILED, reason="redirected elsewhere"))
        return url


def _content(answer: Answer) -> bytes:
    if answer.status == 200:
        return answer.body
    if answer.status == 404:
        raise PlatformError(Outcome(OutcomeKind.FAILED, reason="no such picture"))
    outcome = whatsapp_errors.refusal(answer.status, None)
    kind = OutcomeKind.RETRY if outcome.kind is OutcomeKind.UNKNOWN else outcome.kind  # reading twice does no harm
    raise PlatformError(Outcome(kind, retry_after=outcome.retry_after, reason=outcome.reason))


def _location(answer: Answer) -> str:
    return next((value for name, value in answer.headers.items() if name.lower() == "location"), "")
