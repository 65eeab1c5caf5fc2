"""Telegram: the bot's own calls to the Bot API, and what became of each.

Sends go through PTB's request object without building PTB's objects from the answers: nobody reads them, and it is a
quarter of the work. What an update says is in `telegram_hear`, how a bubble looks in `telegram_show`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, TelegramError

from bot.channels import pictures, telegram_hear, telegram_show
from bot.channels.base import Outcome, OutcomeKind
from bot.channels.errors import PlatformError
from bot.channels.http import AiohttpRequest, NotSent, Plain, TooMany, Wire, WithFile
from bot.inbound import Inbound
from models import Channel
from texts.bubble import Bubble

BASE_URL: Final = "https://api.telegram.org/bot"
BASE_FILE_URL: Final = "https://api.telegram.org/file/bot"
UNNAMED_PAUSE: Final = 5.0  # seconds to be silent after a 429 that names none
FILE_REF: Final = 250  # characters; they are 80 or so
TOAST_LONGEST: Final = 200  # characters of an answer to a tap

# Telegram's words for a refusal, in lower case, and what they mean for the chat. The first that is found counts.
REFUSALS: Final[Mapping[str, tuple[OutcomeKind, str]]] = {
    "bot was blocked by the user": (OutcomeKind.BLOCKED, "blocked by the person"),
    "user is deactivated": (OutcomeKind.GONE, "account deactivated"),
    "can't initiate conversation": (OutcomeKind.BLOCKED, "never started the bot"),
    "bot was kicked": (OutcomeKind.BLOCKED, "removed from the group"),
    "bot can't send messages to bots": (OutcomeKind.GONE, "a bot"),
    "chat not found": (OutcomeKind.GONE, "chat not found"),
    "user not found": (OutcomeKind.GONE, "user not found"),
    "peer_id_invalid": (OutcomeKind.GONE, "no such chat"),
    "have no rights to send": (OutcomeKind.BLOCKED, "no right to write"),
    "not enough rights": (OutcomeKind.BLOCKED, "no right to write"),
    "can't parse entities": (OutcomeKind.FAILED, "bad markup"),
    "message is too long": (OutcomeKind.FAILED, "too long"),
    "button_data_invalid": (OutcomeKind.FAILED, "bad button"),
    "message text is empty": (OutcomeKind.FAILED, "empty"),
}
_NOT_MODIFIED = "message is not modified"
_NOT_EDITABLE = ("message to edit not found", "message can't be edited", "message_id_invalid", "message not found")


class TelegramChannel:
    """One bot on Telegram. Calls that are not deliveries raise `PlatformError`."""

    channel: Final = Channel.TELEGRAM

    def __init__(
        self, token: str, *, base_url: str = BASE_URL, base_file_url: str = BASE_FILE_URL, wire: Wire | None = None
    ) -> None:
        self.username = ""  # known after `me()`
        self._number = number_of(token)
        self._wire = wire or Wire()
        request = AiohttpRequest(self._wire)
        self._bot = Bot(
            token, base_url=base_url, base_file_url=base_file_url, request=request, get_updates_request=request
        )

    # --- in

    def hear(self, update: Any, now: dt.datetime) -> Inbound | None:
        """What an update says; None for what needs no answer. Never raises."""
        return telegram_hear.hear(update, now, self.username)

    async def updates(self, offset: int | None, timeout: int = 25) -> list[Any]:
        """The updates from `offset` on, as raw JSON, waiting up to `timeout` seconds for the first.

        Asking with an offset tells Telegram that everything before it is settled: ask only after the commit.
        """
        parameters: dict[str, Any] = {"timeout": timeout, "allowed_updates": telegram_hear.ALLOWED_UPDATES}
        if offset is not None:
            parameters["offset"] = offset
        result = await self._ask("getUpdates", parameters, read=timeout + 10.0)
        return result if isinstance(result, list) else []

    async def acknowledge(self, callback_id: str, text: str = "") -> None:
        """Answer a tap, so that the phone stops waiting; `text` is shown for a moment."""
        body = acknowledgement(callback_id, text)
        await self._ask(body.pop("method"), body)

    async def fetch_photo(self, ref: str) -> pictures.Picture:
        """The picture behind a file id, at most 20 MB."""
        file = await self._ask("getFile", {"file_id": ref})
        path = file.get("file_path") if isinstance(file, dict) else None
        if not isinstance(path, str):
            raise PlatformError(Outcome(OutcomeKind.FAILED, reason="no file"))
        try:
            answer = await self._wire.call("GET", f"{self._bot.base_file_url}/{path}", largest=pictures.LARGEST)
        except TelegramError as error:
            raise PlatformError(outcome_of(error)) from error
        if answer.status != 200:
            kind = OutcomeKind.RETRY if answer.status >= 500 or answer.status == 429 else OutcomeKind.FAILED
            raise PlatformError(Outcome(kind, reason=f"file {answer.status}"))
        return pictures.picture(answer.body)

    # --- out

    async def send(self, delivery_id: int, address: str, bubble: Bubble, window_open: bool = True) -> Outcome:
        """Send one bubble, or redraw the buttons of one already there. Never raises for what the platform does."""
        try:
            calls = telegram_show.show(bubble, address)
        except ValueError as error:
            return Outcome(OutcomeKind.FAILED, reason=str(error)[:200])
        outcome = await self._all(calls)
        if calls[0][0] == "editMessageReplyMarkup":
            return await self._redrawn(outcome, address, bubble)
        return outcome

    async def close(self) -> None:
        """Give back the connections."""
        await self._wire.close()

    # --- settings

    async def me(self) -> Mapping[str, Any]:
        """Who the bot is (`id`, `username`, …): also the check that the token is right."""
        result = await self._ask("getMe", {})
        profile = result if isinstance(result, dict) else {}
        self.username = str(profile.get("username", ""))
        return profile

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates posted to `url`, with `secret` in the header; updates that wait are kept."""
        parameters = {"url": url, "secret_token": secret, "allowed_updates": telegram_hear.ALLOWED_UPDATES}
        await self._ask("setWebhook", parameters)

    async def delete_webhook(self) -> None:
        """Have no webhook, so that polling works; updates that wait are kept."""
        await self._ask("deleteWebhook", {"drop_pending_updates": False})

    async def webhook_info(self) -> Mapping[str, Any]:
        """How the webhook fares (`pending_update_count`, `last_error_message`)."""
        result = await self._ask("getWebhookInfo", {})
        return result if isinstance(result, dict) else {}

    async def set_commands(self, commands: Iterable[tuple[str, str]], language: str = "") -> None:
        """The command menu, (name, description) each. `language` is two letters, or empty for everybody else."""
        listed = [{"command": name, "description": description} for name, description in commands]
        await self._ask("setMyCommands", {"commands": listed, **_for(language)})

    async def set_description(self, description: str, about: str, language: str = "") -> None:
        """What stands in the empty chat (at most 512 characters) and in the profile (at most 120)."""
        await self._ask("setMyDescription", {"description": description, **_for(language)})
        await self._ask("setMyShortDescription", {"short_description": about, **_for(language)})

    # --- calls

    async def _all(self, calls: tuple[telegram_show.Call, ...]) -> Outcome:
        outcome = Outcome(OutcomeKind.FAILED, reason="nothing to send")
        for number, (method, parameters) in enumerate(calls):
            outcome = await self._one(method, parameters)
            if outcome.kind is not OutcomeKind.SENT:
                return outcome if number == 0 else partly(outcome)
        return outcome

    async def _one(self, method: str, parameters: dict[str, Any]) -> Outcome:
        try:
            result = await self._post(method, parameters)
        except TelegramError as error:
            return outcome_of(error)
        told = result if isinstance(result, dict) else {}
        message_id = told.get("message_id")
        ref = _file_ref(told) if _uploads(parameters) else None
        return Outcome(
            OutcomeKind.SENT,
            platform_id=str(message_id) if message_id is not None else None,
            file_ref=f"{self._number}:{ref}" if ref else None,
        )

    async def _redrawn(self, outcome: Outcome, address: str, bubble: Bubble) -> Outcome:
        """Buttons that are already as they should be are fine; a message that is gone is sent anew."""
        if outcome.kind is OutcomeKind.SENT or outcome.reason == _NOT_MODIFIED:
            return Outcome(OutcomeKind.SENT, platform_id=bubble.redraw)
        if outcome.reason in _NOT_EDITABLE:
            return await self._all(telegram_show.send_anew(bubble, address))
        return outcome

    async def _ask(self, method: str, parameters: dict[str, Any], read: float | None = None) -> Any:
        try:
            return await self._post(method, parameters, read)
        except TelegramError as error:
            raise PlatformError(outcome_of(error)) from error

    async def _post(self, method: str, parameters: dict[str, Any], read: float | None = None) -> Any:
        # PTB's transport reads no more of its RequestData than this.
        file = _uploads(parameters)
        data: Any = WithFile(parameters, file) if file else Plain(parameters)
        return await self._bot.request.post(f"{self._bot.base_url}/{method}", data, read_timeout=read)


def number_of(token: str) -> str:
    """The number of a bot: its token begins with it."""
    return token.partition(":")[0]


def _uploads(parameters: Mapping[str, Any]) -> str | None:
    """Which of the parameters is a file that is sent, and not only named."""
    return next((name for name in ("document", "photo") if isinstance(parameters.get(name), tuple)), None)


def _file_ref(told: Mapping[str, Any]) -> str | None:
    """What Telegram calls the file of a message; of a picture the largest of its sizes."""
    sizes, document = told.get("photo"), told.get("document")
    file = sizes[-1] if isinstance(sizes, list) and sizes else document
    ref = file.get("file_id") if isinstance(file, dict) else None
    return ref if isinstance(ref, str) and len(ref) <= FILE_REF else None


def acknowledgement(callback_id: str, text: str = "") -> dict[str, str]:
    """The answer to a tap, as the webhook's own response may carry it: one call to Telegram less."""
    body = {"method": "answerCallbackQuery", "callback_query_id": callback_id}
    return {**body, "text": text[:TOAST_LONGEST]} if text else body


def outcome_of(error: TelegramError) -> Outcome:
    """What an error of PTB or of our transport means. Mind the order: PTB's BadRequest is a NetworkError."""
    if isinstance(error, NotSent):
        return Outcome(OutcomeKind.RETRY, reason="not sent")
    if isinstance(error, TooMany):
        return Outcome(OutcomeKind.RETRY, retry_after=error.retry_after or UNNAMED_PAUSE, reason="too many requests")
    if isinstance(error, ChatMigrated):
        return Outcome(OutcomeKind.MOVED, reason="migrated", moved_to=str(error.new_chat_id))
    if isinstance(error, InvalidToken):
        return Outcome(OutcomeKind.MISCONFIGURED, reason="token refused")
    if isinstance(error, Conflict):
        return Outcome(OutcomeKind.MISCONFIGURED, reason="another program reads this bot's updates")
    if isinstance(error, Forbidden | BadRequest):
        return _refusal(error)
    return Outcome(OutcomeKind.UNKNOWN, reason="no clear answer")


def partly(outcome: Outcome) -> Outcome:
    """The outcome of a message in several parts of which the first arrived: never sent again as a whole."""
    retry = outcome.kind in (OutcomeKind.RETRY, OutcomeKind.MOVED)
    kind = OutcomeKind.UNKNOWN if retry else outcome.kind
    return Outcome(kind, retry_after=outcome.retry_after, reason=f"in part only: {outcome.reason}")


def _refusal(error: TelegramError) -> Outcome:
    words = error.message.lower()
    for known in (_NOT_MODIFIED, *_NOT_EDITABLE):
        if known in words:
            return Outcome(OutcomeKind.FAILED, reason=known)
    for known, (kind, reason) in REFUSALS.items():
        if known in words:
            return Outcome(kind, reason=reason)
    # The rest of Telegram's sentence may quote the message, so it is not kept.
    forbidden = isinstance(error, Forbidden)
    return Outcome(OutcomeKind.BLOCKED if forbidden else OutcomeKind.FAILED, reason="403" if forbidden else "400")


def _for(language: str) -> dict[str, str]:
    return {"language_code": language} if language else {}
