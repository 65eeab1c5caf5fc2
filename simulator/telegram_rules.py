"""What Telegram refuses, in its own words (core.telegram.org/bots/api), so that the program meets it here first."""

import json
from collections.abc import Mapping
from typing import Any

from models import Channel
from simulator import markup
from simulator.state import Fault, Key, Phone
from simulator.world import World

Params = Mapping[str, Any]
TEXT_MOST = 4096  # UTF-16 units after reading the marks
CAPTION_MOST = 1024
DATA_MOST = 64  # bytes
KEYS_MOST = 100


class Refused(Exception):
    """An answer with `ok: false`."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        """The body Telegram sends with it."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return {**body, "parameters": self.parameters} if self.parameters else body


def bad(description: str) -> Refused:
    """400."""
    return Refused(400, f"Bad Request: {description}")


def whole(params: Params, name: str) -> int:
    """A number among the parameters."""
    try:
        return int(params.get(name) or 0)
    except (TypeError, ValueError):
        return 0


def nested(params: Params, name: str) -> Any:
    """An object among the parameters: as it is in a JSON body, spelled out in a form."""
    value = params.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad("can't parse reply keyboard markup JSON object") from None


def chat(world: World, params: Params) -> Phone:
    """The phone a message is for; refuses as Telegram does when it cannot be reached."""
    phone = world.by_chat_id(whole(params, "chat_id"))
    if phone is None:
        raise bad("chat not found")
    if phone.blocked:
        raise Refused(403, "Forbidden: bot was blocked by the user")
    if not phone.started:
        raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
    return phone


def meet_fault(phone: Phone) -> None:
    """Refuse this one send, if the person at the phone asked for that."""
    fault, phone.fault = phone.fault, None
    if fault is None:
        return
    phone.touch()
    if fault is Fault.BUSY:
        raise Refused(429, "Too Many Requests: retry after 2", retry_after=2)
    raise Refused(502, "Bad Gateway")


def text(params: Params, name: str, most: int, required: bool = True) -> list[markup.Piece]:
    """The words of a message, read in its parse mode."""
    said = str(params.get(name) or "")
    mode = str(params.get("parse_mode") or "").lower()
    if mode not in ("", "html"):
        raise bad("unsupported parse_mode")
    try:
        pieces = markup.telegram(said) if mode else markup.plain(said)
    except markup.BadEntities as fault:
        raise bad(f"can't parse entities: {fault}") from None
    length = markup.utf16(markup.words(pieces))
    if required and not markup.words(pieces).strip():
        raise bad("message text is empty")
    if length > most:
        raise bad("message is too long" if name == "text" else "message caption is too long")
    return pieces


def inline_keys(reply_markup: Any) -> list[Key]:
    """The keys of an inline keyboard, row by row."""
    keys: list[Key] = []
    for row in reply_markup.get("inline_keyboard") or []:
        for button in row:
            keys.append(_inline_key(button, len(row)))
    if len(keys) > KEYS_MOST:
        raise bad("reply markup is too long")
    return keys


def _inline_key(button: Any, share: int) -> Key:
    label, data, url = (str(button.get(k) or "") for k in ("text", "callback_data", "url"))
    if not label:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(data.encode()) > DATA_MOST:
        raise bad("BUTTON_DATA_INVALID")
    if not data and not url:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    return Key(label, data, url=url, share=share)


def reply_keys(reply_markup: Any) -> list[Key]:
    """The keys that stand in place of the keyboard."""
    return [
        Key(b, share=len(row))
        if isinstance(b, str)
        else Key(
            str(b.get("text", "")),
            asks="contact" if b.get("request_contact") else "location" if b.get("request_location") else "",
            share=len(row),
        )
        for row in reply_markup["keyboard"]
        for b in row
    ]


def sender_of(phone: Phone) -> dict[str, Any]:
    """The person, as Telegram names them in an update."""
    assert phone.channel is Channel.TELEGRAM
    return {"id": phone.telegram_id, "is_bot": False, "first_name": phone.name, "language_code": phone.language}


def chat_of(phone: Phone) -> dict[str, Any]:
    """The private chat, as Telegram names it."""
    return {"id": phone.telegram_id, "first_name": phone.name, "type": "private"}
