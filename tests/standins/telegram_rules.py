"""What the Bot API (10.1) takes and refuses: the methods the bot uses, their parameters, and the rules of a message."""

import re
from html.parser import HTMLParser
from typing import Any

Shape = dict[str, tuple[bool, tuple[type, ...]]]  # parameter → required, types

METHODS: dict[str, Shape] = {
    "sendMessage": {
        "chat_id": (True, (int, str)),
        "text": (True, (str,)),
        "parse_mode": (False, (str,)),
        "link_preview_options": (False, (dict,)),
        "reply_markup": (False, (dict,)),
    },
    "sendDocument": {
        "chat_id": (True, (int, str)),
        "document": (True, (tuple, str)),
        "caption": (False, (str,)),
        "parse_mode": (False, (str,)),
        "reply_markup": (False, (dict,)),
    },
    "sendPhoto": {
        "chat_id": (True, (int, str)),
        "photo": (True, (tuple, str)),
        "caption": (False, (str,)),
        "parse_mode": (False, (str,)),
        "reply_markup": (False, (dict,)),
    },
    "editMessageReplyMarkup": {
        "chat_id": (False, (int, str)),
        "message_id": (False, (int,)),
        "reply_markup": (False, (dict,)),
    },
    "answerCallbackQuery": {"callback_query_id": (True, (str,)), "text": (False, (str,))},
    "getUpdates": {
        "offset": (False, (int,)),
        "limit": (False, (int,)),
        "timeout": (False, (int,)),
        "allowed_updates": (False, (list,)),
    },
    "getFile": {"file_id": (True, (str,))},
    "getMe": {},
    "setWebhook": {
        "url": (True, (str,)),
        "secret_token": (False, (str,)),
        "allowed_updates": (False, (list,)),
        "drop_pending_updates": (False, (bool,)),
        "max_connections": (False, (int,)),
    },
    "deleteWebhook": {"drop_pending_updates": (False, (bool,))},
    "getWebhookInfo": {},
    "setMyCommands": {"commands": (True, (list,)), "scope": (False, (dict,)), "language_code": (False, (str,))},
    "setMyDescription": {"description": (False, (str,)), "language_code": (False, (str,))},
    "setMyShortDescription": {"short_description": (False, (str,)), "language_code": (False, (str,))},
}
TAGS = {"b", "strong", "i", "em", "u", "s", "a", "code", "pre"}


class Refused(Exception):
    """What Telegram says to it."""


def check(method: str, parameters: dict[str, Any]) -> None:
    """Raise Refused with Telegram's description of what is wrong."""
    shape = METHODS.get(method)
    if shape is None:
        raise Refused("Not Found")
    for name, (required, _) in shape.items():
        if required and parameters.get(name) in (None, ""):
            raise Refused(f"Bad Request: {'message text is empty' if name == 'text' else f'{name} is empty'}")
    for name, value in parameters.items():
        if name not in shape:
            raise Refused(f"Bad Request: no parameter {name}")
        if not isinstance(value, shape[name][1]) or (isinstance(value, bool) and bool not in shape[name][1]):
            raise Refused(f"Bad Request: {name} is a {type(value).__name__}")
    if rule := RULES.get(method):
        rule(parameters)


def words(text: str, parse_mode: str | None) -> str:
    """The text after its marks are read; Refused if they are not well-formed."""
    if parse_mode is None:
        return text
    if parse_mode != "HTML":
        raise Refused("Bad Request: unsupported parse_mode")
    for entity in re.finditer(r"&(?!(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)", text):
        raise Refused(f"Bad Request: can't parse entities: unescaped & at {entity.start()}")
    reader = _Html()
    reader.feed(text)
    reader.close()
    if reader.open:
        raise Refused("Bad Request: can't parse entities: unclosed start tag")
    return "".join(reader.words)


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in TAGS:
            raise Refused(f"Bad Request: can't parse entities: Unsupported start tag {tag!r}")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Refused("Bad Request: can't parse entities: Unexpected end tag")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise Refused("Bad Request: can't parse entities: a comment")

    def handle_decl(self, decl: str) -> None:
        raise Refused("Bad Request: can't parse entities: a declaration")

    def handle_pi(self, data: str) -> None:
        raise Refused("Bad Request: can't parse entities: an instruction")

    def unknown_decl(self, data: str) -> None:
        raise Refused("Bad Request: can't parse entities: a declaration")


def _message(parameters: dict[str, Any]) -> None:
    read = words(parameters["text"], parameters.get("parse_mode"))
    if not read.strip():
        raise Refused("Bad Request: message text is empty")
    if units(read) > 4096:
        raise Refused("Bad Request: message is too long")
    _markup(parameters.get("reply_markup"))


def _below(parameters: dict[str, Any]) -> None:
    read = words(parameters.get("caption", ""), parameters.get("parse_mode"))
    if units(read) > 1024:
        raise Refused("Bad Request: message caption is too long")
    _markup(parameters.get("reply_markup"))


def _markup(markup: dict[str, Any] | None) -> None:
    if markup is None:
        return
    kinds = {"inline_keyboard", "keyboard", "remove_keyboard"} & set(markup)
    if len(kinds) != 1:
        raise Refused("Bad Request: object expected as reply markup")
    if "inline_keyboard" in markup:
        _inline(markup["inline_keyboard"])
    elif "keyboard" in markup:
        _keys(markup)
    elif markup != {"remove_keyboard": True}:
        raise Refused("Bad Request: can't parse reply keyboard markup")


def _inline(rows: Any) -> None:
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100 or any(not 1 <= len(row) <= 8 for row in rows):
        raise Refused("Bad Request: reply markup is too long")
    for button in buttons:
        if set(button) != {"text", "callback_data"} or not str(button["text"]).strip():
            raise Refused("Bad Request: can't parse inline keyboard button")
        if not 1 <= len(button["callback_data"].encode()) <= 64:
            raise Refused("Bad Request: BUTTON_DATA_INVALID")


def _keys(markup: dict[str, Any]) -> None:
    if set(markup) - {"keyboard", "resize_keyboard", "one_time_keyboard", "is_persistent"}:
        raise Refused("Bad Request: can't parse reply keyboard markup")
    for key in (key for row in markup["keyboard"] for key in row):
        if set(key) - {"text", "request_contact"} or not str(key.get("text", "")).strip():
            raise Refused("Bad Request: can't parse keyboard button")


def _edit(parameters: dict[str, Any]) -> None:
    if "chat_id" not in parameters or "message_id" not in parameters:
        raise Refused("Bad Request: message identifier is not specified")
    if "inline_keyboard" not in parameters.get("reply_markup", {"inline_keyboard": []}):
        raise Refused("Bad Request: inline keyboard expected")
    _markup(parameters.get("reply_markup"))


def _toast(parameters: dict[str, Any]) -> None:
    if len(parameters.get("text", "")) > 200:
        raise Refused("Bad Request: MESSAGE_TOO_LONG")


def _webhook(parameters: dict[str, Any]) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", parameters.get("secret_token", "x")):
        raise Refused("Bad Request: secret token contains unallowed characters")
    if not re.fullmatch(r"https://.+", parameters["url"]):
        raise Refused("Bad Request: bad webhook: An HTTPS URL must be provided for webhook")


def _commands(parameters: dict[str, Any]) -> None:
    if len(parameters["commands"]) > 100:
        raise Refused("Bad Request: BOT_COMMANDS_TOO_MUCH")
    for command in parameters["commands"]:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise Refused("Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256 or set(command) != {"command", "description"}:
            raise Refused("Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    _language(parameters)


def _language(parameters: dict[str, Any]) -> None:
    if not re.fullmatch(r"(?:[a-z]{2})?", parameters.get("language_code", "")):
        raise Refused("Bad Request: invalid language code")


def _description(parameters: dict[str, Any]) -> None:
    _language(parameters)
    if len(parameters.get("description", "")) > 512 or len(parameters.get("short_description", "")) > 120:
        raise Refused("Bad Request: description is too long")


RULES = {
    "sendMessage": _message,
    "sendPhoto": _below,
    "sendDocument": _below,
    "editMessageReplyMarkup": _edit,
    "answerCallbackQuery": _toast,
    "setWebhook": _webhook,
    "setMyCommands": _commands,
    "setMyDescription": _description,
    "setMyShortDescription": _description,
}
